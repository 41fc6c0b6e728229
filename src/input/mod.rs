//! 0. Files become pages: paths, compression, encodings, formats.

mod labelled;

pub use labelled::{LabelledLine, LabelledPage};
