//! What follows from a probability: one threshold for everything, chosen on held-out sites, and the
//! curve of what other thresholds would have done there.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// An operating point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// A line is junk from this probability on.
    pub threshold: f32,
    /// A line is unsure from this probability up to the threshold; never above it.
    pub unsure: f32,
    /// Keep a page whole where more would go than the model has grounds for.
    pub guard: bool,
    /// Cut junk spans out of long lines.
    pub cut: bool,
}

impl Policy {
    /// The same policy with another threshold, a probability in `0..=1`.
    ///
    /// # Errors
    /// [`Error::BadParameter`] where it is no probability.
    pub fn with_threshold(&self, threshold: f32) -> Result<Policy> {
        if !(0.0..=1.0).contains(&threshold) {
            return Err(Error::parameter("threshold", threshold, "must be between 0 and 1"));
        }
        Ok(Policy { threshold, unsure: self.unsure.min(threshold), ..*self })
    }
}

/// What a threshold did on held-out sites.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// A line is junk from this probability on.
    pub threshold: f32,
    /// Mean junk F1 over the page sets.
    pub junk_f1: f64,
    /// Share of the article characters lost, pooled over the page sets.
    pub article_loss: f64,
    /// The 95 % interval of that share, by bootstrap over sites; `None` where it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_interval: Option<[f64; 2]>,
}

/// The operating points that have a name, beside the model's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dial {
    /// Loses at most 0.1 % of the article characters, and never more than the default.
    Careful,
    /// Loses up to 5 %, and never less than the default.
    Strict,
}

impl Dial {
    /// The share of article characters that may be lost.
    pub fn budget(self) -> f64 {
        match self {
            Dial::Careful => 0.001,
            Dial::Strict => 0.05,
        }
    }
}

/// An operating point, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Point {
    /// The model's own.
    Default,
    /// From this probability on a line is junk.
    Threshold(f32),
    /// Loses at most this share of the article characters.
    Loss(f64),
    /// By its name.
    Dial(Dial),
}

impl Point {
    /// The policy at this point of a curve, where `default` is the model's own.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a threshold that is no probability, and for a loss that the
    /// curve cannot promise ([`OperatingCurve::for_loss`]).
    pub fn of(self, default: Policy, curve: &OperatingCurve) -> Result<Policy> {
        let threshold = match self {
            Point::Default => return Ok(default),
            Point::Threshold(threshold) => threshold,
            Point::Loss(share) => curve.for_loss(share)?.threshold,
            Point::Dial(dial) => {
                let threshold = curve.for_loss(dial.budget())?.threshold;
                match dial {
                    Dial::Careful => threshold.max(default.threshold),
                    Dial::Strict => threshold.min(default.threshold),
                }
            }
        };
        default.with_threshold(threshold)
    }
}

/// The operating points of a model, thresholds falling, losses never falling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperatingCurve {
    /// The points.
    pub points: Vec<OperatingPoint>,
    /// How many article lines the losses were measured on.
    pub article_lines: u64,
}

impl OperatingCurve {
    /// The point with the best F1 among those that lose at most `share`; among equals the one that
    /// loses least.
    pub fn best_within(&self, share: f64) -> Option<OperatingPoint> {
        self.best_by(share, |point| point.junk_f1).map(|(_, point)| point)
    }

    /// The same by another score, with that score.
    pub fn best_by(
        &self,
        share: f64,
        score: impl Fn(&OperatingPoint) -> f64,
    ) -> Option<(f64, OperatingPoint)> {
        let mut best: Option<(f64, OperatingPoint)> = None;
        for &point in self.points.iter().filter(|p| p.article_loss <= share) {
            let score = score(&point);
            if best.is_none_or(|(other, _)| score > other) {
                best = Some((score, point));
            }
        }
        best
    }

    /// What is expected at a threshold: the point at it, or else the next one below it, which loses
    /// at least as much. `None` below every point.
    pub fn expected(&self, threshold: f32) -> Option<OperatingPoint> {
        self.points.iter().find(|point| point.threshold <= threshold).copied()
    }

    /// The lowest threshold whose loss stays within `share`: the most junk found for that price.
    ///
    /// # Errors
    /// [`Error::BadParameter`] where `share` is no share, or smaller than the held-out lines can
    /// tell: with no loss among n lines the true one may still be 3/n (the rule of three, Hanley
    /// and Lippman-Hand 1983), so a budget below that is not a promise anybody could keep.
    pub fn for_loss(&self, share: f64) -> Result<OperatingPoint> {
        const NAME: &str = "max-article-loss";
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::parameter(NAME, share, "must be between 0 and 1"));
        }
        let least = 3.0 / self.article_lines.max(1) as f64;
        if share < least {
            let n = self.article_lines;
            return Err(Error::parameter(
                NAME,
                share,
                format!(
                    "the model was measured on {n} article lines of held-out sites, which cannot support a budget below {least:.6}"
                ),
            ));
        }
        self.points.iter().rev().find(|p| p.article_loss <= share).copied().ok_or_else(|| {
            Error::parameter(NAME, share, "no threshold of this model stays within it")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> OperatingCurve {
        let point = |threshold, junk_f1, article_loss| OperatingPoint {
            threshold,
            junk_f1,
            article_loss,
            loss_interval: None,
        };
        OperatingCurve {
            points: vec![point(0.9, 0.5, 0.0), point(0.7, 0.8, 0.004), point(0.5, 0.9, 0.03)],
            article_lines: 3000,
        }
    }

    #[test]
    fn a_budget_buys_the_lowest_threshold_it_can() {
        assert_eq!(curve().for_loss(0.01).unwrap().threshold, 0.7);
        assert_eq!(curve().for_loss(0.03).unwrap().threshold, 0.5);
        assert_eq!(curve().best_within(0.01).unwrap().threshold, 0.7);
    }

    #[test]
    fn what_is_expected_is_never_less_than_what_was_measured() {
        let loss = |threshold| curve().expected(threshold).map(|p| p.article_loss);
        assert_eq!(
            [0.7, 0.69, 0.9, 1.0, 0.5].map(loss).map(|l| l.unwrap()),
            [0.004, 0.03, 0.0, 0.0, 0.03]
        );
        assert_eq!(loss(0.49), None);
    }

    #[test]
    fn budgets_the_data_cannot_support_are_refused() {
        let message = curve().for_loss(0.0005).unwrap_err().to_string();
        assert!(message.contains("3000 article lines") && message.contains("0.001"), "{message}");
        assert!(curve().for_loss(f64::NAN).is_err());
        assert!(curve().for_loss(1.5).is_err());
    }

    #[test]
    fn a_threshold_is_a_probability_and_never_below_unsure() {
        let policy = Policy { threshold: 0.6, unsure: 0.4, guard: true, cut: true };
        assert_eq!(policy.with_threshold(0.3).unwrap().unsure, 0.3);
        assert!(policy.with_threshold(-0.1).is_err());
        assert!(policy.with_threshold(f32::NAN).is_err());
    }
}
