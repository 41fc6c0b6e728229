//! The span model: how much each position of a line speaks for junk, how much each gap speaks for its
//! beginning or end, and whether a run is junk as a whole. `span.rs` finds the best runs.

use super::{Additive, Table};

/// A fitted span model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanModel {
    /// Weights of n-grams, in whole multiples of its scale: the first source of
    /// [`crate::features::position`].
    pub table: Table<1>,
    /// Only near windows of [`crate::features::heat`] whose n-grams weigh at least this is junk looked for.
    pub level: f32,
    /// Log odds that a position is junk, over [`crate::features::position`].
    pub positions: Additive,
    /// Log odds that junk begins at a gap, over [`crate::features::edge`], up to a constant.
    pub begins: Additive,
    /// Log odds that it ends there.
    pub ends: Additive,
    /// Log odds that a stretch is junk, over [`crate::features::stretch`].
    pub stretches: Additive,
    /// A span is cut from these log odds on.
    pub threshold: f32,
}
