//! 7. Labelled pages become a model.

pub mod csr;
pub mod line_fit;
pub mod random;
pub mod recipe;
pub mod synth;
