//! The span model: how much each position of a line speaks for junk, and what a cut costs. A table
//! of n-gram weights of its own, fitted on windows of text, and a linear model over the columns of
//! [`crate::features::position`]; `span.rs` finds the best runs.

use serde::{Deserialize, Serialize};

use super::Table;
use crate::features::position::{STRETCH_WIDTH, WIDTH};

/// A fitted span model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanModel {
    /// Weights of n-grams, in whole multiples of its scale.
    pub table: Table<1>,
    /// The linear model over positions.
    pub linear: SpanLinear,
}

/// What a position adds to a span, and what a span must be worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanLinear {
    /// One weight a column.
    pub weights: Vec<f32>,
    /// Added to every position.
    pub bias: f32,
    /// What a span pays for an end at a mark or a change of script.
    pub seam: f32,
    /// What it pays for an end inside running letters.
    pub inside: f32,
    /// One weight a column of a stretch: whether a run that was found is junk as a whole.
    pub accept: Vec<f32>,
    /// Added to every stretch.
    pub accept_bias: f32,
    /// A span is cut from these log odds on.
    pub threshold: f32,
}

impl SpanModel {
    /// Log odds that a position with this row is junk, up to the bias of sampling.
    #[inline]
    pub fn gain(&self, row: &[f32; WIDTH]) -> f32 {
        let sum: f64 =
            (self.linear.weights.iter().zip(row)).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
        (f64::from(self.linear.bias) + sum) as f32
    }

    /// Log odds that a stretch with this row is junk.
    pub fn log_odds(&self, row: &[f32; STRETCH_WIDTH]) -> f32 {
        let sum: f64 =
            (self.linear.accept.iter().zip(row)).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
        (f64::from(self.linear.accept_bias) + sum) as f32
    }
}
