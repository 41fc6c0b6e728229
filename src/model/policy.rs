//! What follows from a probability.

use crate::Result;

/// An operating point.
#[derive(Debug, Clone)]
pub struct Policy {
    /// A line is junk from this probability on.
    pub threshold: f32,
    /// A line is unsure from this probability up to the threshold; never above it.
    pub unsure: f32,
    /// Keep a page whole where more would go than is plausible.
    pub guard: bool,
    /// Cut junk spans out of long lines.
    pub cut: bool,
}

impl Policy {
    /// The same policy with another threshold, a probability in `0..=1`.
    pub fn with_threshold(&self, _threshold: f32) -> Result<Policy> {
        todo!()
    }
}
