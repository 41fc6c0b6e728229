//! 1. Bytes of a page become lines, and lines become folded text: what the features read.
//!
//! Nothing here changes what is kept: a [`Line`] borrows the page, and folding writes elsewhere.

pub mod fnv;
pub mod fold;
mod label;
mod page;
mod reading;
pub mod script;
mod site;
pub mod visible;
mod windows;
pub mod words;

pub use label::{Group, Kind, Label};
pub use page::{Line, LineEnds, Page};
pub use site::Site;
pub(crate) use windows::end;
pub use windows::{Window, Windows};
