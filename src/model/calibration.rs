//! From log odds to probabilities that mean what they say.

use serde::{Deserialize, Serialize};

/// A logistic curve over the last pass's log odds (Platt 1999).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Multiplies the log odds; above 0.
    pub slope: f32,
    /// Is added to them.
    pub offset: f32,
}

impl Calibration {
    /// Log odds taken as they are.
    pub const IDENTITY: Calibration = Calibration { slope: 1.0, offset: 0.0 };

    /// The probability of junk, in `0..=1`.
    pub fn probability(&self, log_odds: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * log_odds + self.offset)).exp())
    }
}
