//! Raw pages become labelled ones, for who has none: rules vote on every line or abstain, their
//! votes are combined by what is learned of each rule, near-identical lines share a label, and what a
//! model is least sure of is to be looked at next.
//!
//! [`corpus::read_pages`] → [`Labeller::label`] → [`write::write_page`]; [`gold`] and [`report`] tell how
//! good the rules are, [`next`] what to label next, [`audit`] which labels to look at again.

pub mod audit;
pub mod combine;
pub mod corpus;
pub mod existing;
pub mod gold;
pub mod labeller;
pub mod next;
pub mod page;
pub mod report;
pub mod rules;
pub mod siblings;
pub mod votes;
pub mod write;

pub use labeller::{Labeller, Labels, LineLabel, Settings};
pub use page::{RuleLine, RulePage};
pub use rules::Rule;
