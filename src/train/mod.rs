//! 7. Labelled pages become a model.

pub mod synth;
