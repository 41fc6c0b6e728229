//! 7. Labelled pages become a model.

pub mod ablation;
pub mod bands;
pub mod basis;
pub mod card;
pub mod compare;
pub mod corpus;
pub mod cross_validate;
pub mod csr;
pub mod decorrelate;
pub mod kind_fit;
pub mod line_fit;
pub mod line_linfa;
pub mod loss_interval;
pub mod made;
pub mod operate;
pub mod out_of_fold;
pub mod page_fit;
pub mod random;
pub mod recipe;
pub mod robustness;
pub mod span;
pub mod split;
pub mod synth;
pub mod trainer;
pub mod tree_fit;
