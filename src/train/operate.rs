//! The end of training: held-out evidence becomes a calibration, a curve of operating points with the
//! loss at each, and the default point.

use std::collections::BTreeMap;

use super::{
    loss_interval::{self, LostLine},
    page_fit,
    recipe::{PolicyRecipe, Recipe},
};
use crate::{
    Error, Result,
    evaluate::curve::{Curve, ScoredLine},
    model::{Calibration, Evidence, OperatingCurve, OperatingPoint, Policy},
};

/// How many thresholds the operating curve lists, at most.
const CURVE_POINTS: usize = 200;

/// What the default point is to be best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Telling junk lines: mean junk F1 over the sets.
    JunkLines,
    /// The text that is kept: by characters, mean precision and mean recall over the pages of a set,
    /// the harmonic mean of the two, and the mean of that over the sets.
    KeptText,
}

/// A line that is measured on, with what models that did not see its site say of it.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut<'a> {
    /// The set of its page.
    pub set: &'a str,
    /// The site of its page.
    pub site: &'a str,
    /// Which page it stands on; lines of a page come together.
    pub page: usize,
    /// Its label.
    pub is_junk: bool,
    /// The answer of the last pass; its characters are also what is lost where an article line goes.
    pub evidence: Evidence,
}

impl HeldOut<'_> {
    fn scored(&self, calibration: Calibration) -> ScoredLine {
        ScoredLine {
            probability: calibration.probability(self.evidence),
            is_junk: self.is_junk,
            characters: self.evidence.characters,
            set: 0,
        }
    }
}

/// What came of it.
pub struct Operation {
    /// Log odds to probabilities.
    pub calibration: Calibration,
    /// The thresholds and what they do.
    pub operating: OperatingCurve,
    /// The default point.
    pub policy: Policy,
    /// One line about it.
    pub report: String,
}

/// Calibrates for every length cost of the recipe, takes the one whose best point that loses at most
/// `max_article_loss` is best (among equals the first), and chooses that point.
///
/// # Errors
/// [`Error::NotConverged`] where the evidence says nothing, [`Error::Untrainable`] where the recipe
/// lists no length cost.
pub fn operate(
    lines: &[HeldOut<'_>],
    recipe: &Recipe,
    aim: Aim,
    max_article_loss: f64,
) -> Result<Operation> {
    let mut best: Option<(f64, f32, Calibration, OperatingCurve)> = None;
    for &length_cost in &recipe.policy.length_costs {
        let (evidence, is_junk): (Vec<f32>, Vec<bool>) = lines
            .iter()
            .map(|line| (Calibration::adjusted(length_cost, line.evidence), line.is_junk))
            .unzip();
        let calibration = Calibration { length_cost, ..page_fit::calibrate(&evidence, &is_junk)? };
        let curve = curve(lines, calibration);
        let found = match aim {
            Aim::JunkLines => curve.best_by(max_article_loss, |p| p.junk_f1),
            Aim::KeptText => {
                curve.best_by(max_article_loss, |p| kept_text(lines, calibration, p.threshold))
            }
        };
        let score = found.map_or(0.0, |(score, _)| score);
        let threshold = threshold_of(&curve, found.map(|(_, point)| point));
        if best.as_ref().is_none_or(|(other, ..)| score > *other) {
            best = Some((score, threshold, calibration, curve));
        }
    }
    let (_, threshold, calibration, operating) =
        best.ok_or_else(|| Error::Untrainable("the recipe lists no length cost".into()))?;
    let report = format!(
        "calibration: {} held-out article lines, slope {:.3}, offset {:.3}, length cost {}",
        operating.article_lines, calibration.slope, calibration.offset, calibration.length_cost
    );
    let operating = with_intervals(operating, lines, calibration, recipe.seed);
    let policy = policy(threshold, &operating, &recipe.policy);
    Ok(Operation { calibration, operating, policy, report })
}

fn curve(lines: &[HeldOut<'_>], calibration: Calibration) -> OperatingCurve {
    let mut all = Vec::new();
    let mut by_set: BTreeMap<&str, Vec<ScoredLine>> = BTreeMap::new();
    for line in lines {
        let scored = line.scored(calibration);
        all.push(scored);
        by_set.entry(line.set).or_default().push(scored);
    }
    let curves: Vec<Curve> = by_set.values().map(|lines| Curve::of(lines)).collect();
    let mut points: Vec<OperatingPoint> = Vec::new();
    let whole = Curve::of(&all);
    let observed: Vec<f32> = whole.thresholds().collect();
    for point in whole.points(CURVE_POINTS) {
        let f1: Vec<f64> = curves.iter().filter_map(|c| c.at(point.threshold).junk_f1).collect();
        points.push(OperatingPoint {
            threshold: below(point.threshold, &observed),
            junk_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
            article_loss: point.article_loss.unwrap_or(0.0),
            loss_interval: None,
        });
    }
    OperatingCurve { points, article_lines: all.iter().filter(|l| !l.is_junk).count() as u64 }
}

/// The curve with the interval of the loss at each of its points.
fn with_intervals(
    curve: OperatingCurve,
    lines: &[HeldOut<'_>],
    calibration: Calibration,
    seed: u64,
) -> OperatingCurve {
    let articles = lines.iter().filter(|line| !line.is_junk);
    let lines: Vec<LostLine<'_>> = articles
        .map(|line| {
            let ScoredLine { probability, characters, .. } = line.scored(calibration);
            LostLine { site: line.site, probability, characters }
        })
        .collect();
    let thresholds: Vec<f32> = curve.points.iter().map(|point| point.threshold).collect();
    let intervals = loss_interval::intervals(&lines, &thresholds, seed);
    let points = curve.points.into_iter().zip(intervals);
    let points = points.map(|(point, interval)| OperatingPoint {
        junk_f1: rounded(point.junk_f1),
        article_loss: rounded(point.article_loss),
        loss_interval: interval.map(|ends| ends.map(rounded)),
        ..point
    });
    OperatingCurve { points: points.collect(), ..curve }
}

/// A figure as a model file holds it: sixteen digits of each would be a tenth of the file.
fn rounded(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}

/// Half way from a threshold to the next lower probability that was observed: the same for the lines
/// it was measured on, and fairer to new ones where the classes lie far apart.
fn below(threshold: f32, observed: &[f32]) -> f32 {
    let next = observed.get(observed.partition_point(|&p| p >= threshold));
    let middle = next.map_or(threshold, |next| 0.5 * (threshold + next));
    // Between neighbouring numbers there is no middle.
    if next.is_some_and(|&next| middle > next) { middle } else { threshold }
}

/// With nothing within the budget, the most careful point there is.
fn threshold_of(curve: &OperatingCurve, point: Option<OperatingPoint>) -> f32 {
    point.or(curve.points.first().copied()).map_or(1.0, |p| p.threshold)
}

/// See [`Aim::KeptText`].
fn kept_text(lines: &[HeldOut<'_>], calibration: Calibration, threshold: f32) -> f64 {
    // By set: sums of the pages' precision and recall, and how many pages have either.
    let mut sets: BTreeMap<&str, [f64; 4]> = BTreeMap::new();
    for page in lines.chunk_by(|a, b| a.page == b.page) {
        let (mut article, mut kept, mut right) = (0.0, 0.0, 0.0);
        for line in page {
            let characters = line.evidence.characters as f64;
            let is_kept = calibration.probability(line.evidence) < threshold;
            article += if line.is_junk { 0.0 } else { characters };
            kept += if is_kept { characters } else { 0.0 };
            right += if is_kept && !line.is_junk { characters } else { 0.0 };
        }
        let sums = sets.entry(page[0].set).or_default();
        let values = [(kept > 0.0).then(|| right / kept), (article > 0.0).then(|| right / article)];
        for (index, value) in values.into_iter().enumerate() {
            if let Some(value) = value {
                sums[index] += value;
                sums[index + 2] += 1.0;
            }
        }
    }
    let f1 = |[precision, recall, with_precision, with_recall]: &[f64; 4]| {
        let (p, r) = (precision / with_precision.max(1.0), recall / with_recall.max(1.0));
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    };
    sets.values().map(f1).sum::<f64>() / sets.len().max(1) as f64
}

fn policy(threshold: f32, operating: &OperatingCurve, recipe: &PolicyRecipe) -> Policy {
    let strict = threshold_of(operating, operating.best_within(recipe.strict_loss));
    Policy { threshold, unsure: strict.min(threshold), guard: true, cut: recipe.cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_stand_in_the_gap() {
        let next = f32::from_bits(0.25f32.to_bits() - 1);
        let observed = [0.75, 0.25, next];
        assert_eq!(below(0.75, &observed), 0.5);
        assert_eq!(below(0.25, &observed), 0.25);
        assert_eq!(below(next, &observed), next);
    }

    #[test]
    fn kept_text_is_the_mean_over_pages_and_sets() {
        let line = |page, set, is_junk, characters, log_odds| HeldOut {
            set,
            site: "s",
            page,
            is_junk,
            evidence: Evidence { log_odds, planted: -9.0, characters, repeats: 0.0 },
        };
        let lines = [
            // Half of what is kept is article, all of the article is kept.
            line(0, "a", false, 30, -1.0),
            line(0, "a", true, 30, -1.0),
            line(0, "a", true, 99, 1.0),
            // All that is kept is article, half of the article is kept.
            line(1, "a", false, 10, -1.0),
            line(1, "a", false, 10, 1.0),
            // A set without a fault, and a page of it with nothing to be kept.
            line(2, "b", false, 5, -1.0),
            line(3, "b", true, 5, 1.0),
        ];
        let plain = Calibration { slope: 1.0, offset: 0.0, length_cost: 0.0 };
        assert_eq!(kept_text(&lines, plain, 0.5), (0.75 + 1.0) / 2.0);
    }
}
