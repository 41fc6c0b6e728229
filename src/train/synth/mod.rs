//! Junk of our own making. Real labelled link farms are few, so training pages are made: junk is
//! planted into real article pages ([`Planter`]), lines are garbled ([`garble()`]), and whole pages
//! are composed around paragraphs ([`Composer`]). Words come from the lists in `training/`
//! ([`Lexicons`]), and every choice from one seeded stream (`random.rs`), so that a page is the same
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
mod genre;
mod grammar;
mod heads;
pub mod hypertext;
mod join;
mod layout;
mod leftover;
mod lexicon;
mod natural;
mod negatives;
mod noise;
mod plant;
mod share;
mod sheet;
mod site;
mod teaser;
mod trick;

use super::random::Rng;

pub use compose::Composer;
pub use family::Family;
pub use garble::garble;
pub use genre::Genre;
pub use leftover::LinesOf;
pub use lexicon::Lexicons;
pub(super) use plant::put_inside;
pub use plant::{MIN_SPAN, Planter};
pub use share::TermShare;
pub use site::mark_up;
pub use trick::Trick;
