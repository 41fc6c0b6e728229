//! Junk of our own making. Real labelled link farms are few, so training pages are made: junk is
//! planted into real article pages ([`Planter`]), lines are garbled ([`garble()`]), and whole pages
//! are composed around paragraphs ([`Composer`]). Words come from the lists in `training/`
//! ([`Lexicons`]), and every choice from one seeded stream ([`Rng`]), so that a page is the same
//! bytes wherever and whenever it is made.
//!
//! What a model should learn is the form of planted junk, not its words: the form of a block is
//! therefore a handful of independent draws (`block.rs`), and pages that are held out are planted
//! with words that are held out ([`TermShare`]).

mod block;
mod builtin;
mod compose;
mod family;
mod garble;
mod grammar;
mod join;
mod lexicon;
mod natural;
mod negatives;
mod noise;
mod plant;
mod rng;
mod share;

pub use compose::Composer;
pub use family::Family;
pub use garble::garble;
pub use lexicon::Lexicons;
pub(super) use plant::put_inside;
pub use plant::{MIN_SPAN, Planter};
pub use rng::Rng;
pub use share::TermShare;
