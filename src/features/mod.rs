//! 2. Lines become features: hashed n-grams for the line model, dense columns for the page model.
//!
//! One function defines each: [`ngrams::emit`], [`skeleton::tokens`], [`shape::measure`] and
//! [`context::Surroundings::row`]; training, filtering and tests call the same ones. [`schema`] lists the columns in
//! order and names the whole by a digest, which a model file carries; [`glossary`] says them in words.

pub mod context;
pub mod edge;
pub mod facts;
pub mod glossary;
pub mod heat;
pub mod ngrams;
pub mod position;
pub mod runs;
mod said;
pub mod schema;
pub mod shape;
pub mod skeleton;
pub mod stretch;
mod sums;
pub mod tree;
