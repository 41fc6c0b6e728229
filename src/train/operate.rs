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

/// A line that is measured on, with what models that did not see its site say of it.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut<'a> {
    /// The set of its page.
    pub set: &'a str,
    /// The site of its page.
    pub site: &'a str,
    /// Its label.
    pub is_junk: bool,
    /// The answer of the last pass.
    pub evidence: Evidence,
}

impl HeldOut<'_> {
    fn scored(&self, calibration: Calibration) -> ScoredLine {
        ScoredLine {
            probability: calibration.probability(self.evidence),
            is_junk: self.is_junk,
            characters: self.evidence.characters as u32,
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

/// Calibrates for every length cost of the recipe, takes the one whose best point within the loss
/// budget is best (among equals the first), and chooses the default point.
///
/// # Errors
/// [`Error::NotConverged`] where the evidence says nothing, [`Error::Untrainable`] where the recipe
/// lists no length cost.
pub fn operate(lines: &[HeldOut<'_>], recipe: &Recipe) -> Result<Operation> {
    let mut best: Option<(f64, Calibration, OperatingCurve)> = None;
    for &length_cost in &recipe.policy.length_costs {
        let (evidence, is_junk): (Vec<f32>, Vec<bool>) = lines
            .iter()
            .map(|line| (Calibration::adjusted(length_cost, line.evidence), line.is_junk))
            .unzip();
        let calibration = Calibration { length_cost, ..page_fit::calibrate(&evidence, &is_junk)? };
        let curve = curve(lines, calibration);
        let f1 = curve.best_within(recipe.policy.max_article_loss).map_or(0.0, |p| p.junk_f1);
        if best.as_ref().is_none_or(|(other, ..)| f1 > *other) {
            best = Some((f1, calibration, curve));
        }
    }
    let (_, calibration, operating) =
        best.ok_or_else(|| Error::Untrainable("the recipe lists no length cost".into()))?;
    let report = format!(
        "calibration: {} held-out article lines, slope {:.3}, offset {:.3}, length cost {}",
        operating.article_lines, calibration.slope, calibration.offset, calibration.length_cost
    );
    let operating = with_intervals(operating, lines, calibration, recipe.seed);
    let policy = choose(&operating, &recipe.policy);
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
    let points = points.map(|(point, loss_interval)| OperatingPoint { loss_interval, ..point });
    OperatingCurve { points: points.collect(), ..curve }
}

/// Half way from a threshold to the next lower probability that was observed: the same for the lines
/// it was measured on, and fairer to new ones where the classes lie far apart.
fn below(threshold: f32, observed: &[f32]) -> f32 {
    let next = observed.get(observed.partition_point(|&p| p >= threshold));
    let middle = next.map_or(threshold, |next| 0.5 * (threshold + next));
    // Between neighbouring numbers there is no middle.
    if next.is_some_and(|&next| middle > next) { middle } else { threshold }
}

fn choose(operating: &OperatingCurve, recipe: &PolicyRecipe) -> Policy {
    // With nothing within the budget, the most careful point there is.
    let most_careful = operating.points.first().map_or(1.0, |p| p.threshold);
    let at = |loss| operating.best_within(loss).map_or(most_careful, |p| p.threshold);
    let threshold = at(recipe.max_article_loss);
    let strict = at(recipe.strict_loss);
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
}
