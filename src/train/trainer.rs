//! From labelled pages to a finished model: fold by fold through every stage, then calibration and
//! the operating point on the lines that were held out.

use std::collections::BTreeMap;

use super::{
    corpus::{Corpus, Origin, TrainingPage},
    kind_fit,
    loss_interval::{self, LostLine},
    out_of_fold::{self, Stages},
    page_fit,
    recipe::Recipe,
    span_fit,
};
use crate::{
    Error, Result,
    digest::Digest,
    evaluate::curve::{Curve, ScoredLine},
    features::schema,
    model::{Calibration, Card, Evidence, Model, OperatingCurve, OperatingPoint, Policy},
    text::{Label, words},
};

/// How many thresholds the operating curve lists, at most.
const CURVE_POINTS: usize = 200;

/// Trains a model. `progress` is told what is being done, a short line each time.
///
/// # Errors
/// [`crate::Error::NotConverged`] from any of the fits; [`crate::Error::Untrainable`] where a fold
/// has only one class.
pub fn train(corpus: &Corpus, recipe: &Recipe, progress: &(dyn Fn(&str) + Sync)) -> Result<Model> {
    let mut stages = out_of_fold::fit(corpus, recipe, progress)?;

    progress("fitting spans inside lines");
    let span = match span_fit::fit(corpus, &stages.line, recipe.seed) {
        Ok(fitted) => {
            stages.report.push(fitted.report);
            Some(fitted.whole)
        }
        // A corpus of messages, or one without planted junk, makes a model that cuts nothing.
        Err(error @ (Error::Untrainable(_) | Error::NotConverged { .. })) => {
            stages.report.push(format!("spans: none will be cut: {error}"));
            None
        }
        Err(error) => return Err(error),
    };

    progress("fitting kinds of junk");
    let settings = kind_fit::Settings { seed: recipe.seed, ..Default::default() };
    let kinds = match kind_fit::fit(&kind_fit::rows(corpus, &stages), settings) {
        Ok(fitted) => {
            stages.report.push(fitted.report);
            Some(fitted.model)
        }
        // Labels without kinds, as messages have them, make a model that names none.
        Err(error @ (Error::Untrainable(_) | Error::NotConverged { .. })) => {
            stages.report.push(format!("kinds: none will be named: {error}"));
            None
        }
        Err(error) => return Err(error),
    };

    progress("calibrating on held-out sites");
    let (calibration, operating) = calibrate(corpus, &stages, recipe)?;
    stages.report.push(format!(
        "calibration: {} held-out article lines, slope {:.3}, offset {:.3}, length cost {}",
        operating.article_lines, calibration.slope, calibration.offset, calibration.length_cost
    ));
    let operating = with_intervals(operating, corpus, &stages, calibration, recipe.seed);
    let policy = choose(&operating, recipe);
    let sets = corpus.sets();
    let mut digest = Digest::new();
    for set in &sets {
        digest.field(&set.name).field(&set.digest);
    }
    Ok(Model {
        line: stages.line.whole,
        passes: stages.passes.into_iter().map(|p| p.whole).collect(),
        span,
        kinds,
        calibration,
        policy,
        operating,
        card: Card {
            crate_version: env!("CARGO_PKG_VERSION").into(),
            schema: schema::digest(),
            words: words::dictionary_digest().to_owned(),
            recipe: recipe.text.clone(),
            corpus: digest.hex(),
            lexicons: String::new(),
            sets,
            fits: stages.report,
        },
        trained_on: corpus.page_digests(),
    })
}

/// Every line that is measured on, with its page and its held-out evidence: those of gold pages,
/// or of all pages where every set is weak.
fn held_out<'a>(
    corpus: &'a Corpus,
    stages: &'a Stages,
) -> impl Iterator<Item = (&'a TrainingPage, ScoredLine, Evidence)> {
    let any_gold = corpus.pages.iter().any(|p| p.origin == Origin::Gold);
    let measured = move |page: &TrainingPage| page.origin == Origin::Gold || !any_gold;
    let answers = stages.belief.iter().zip(&stages.planted);
    let pages = corpus.pages.iter().zip(answers).filter(move |(page, _)| measured(page));
    pages.flat_map(|(page, (belief, planted))| {
        let lines = page.page.lines.iter().zip(belief.iter().zip(planted));
        lines.filter(|(l, _)| l.label != Label::Either).map(move |(line, (&log_odds, &planted))| {
            let characters = line.text.chars().count();
            let scored = ScoredLine {
                probability: 0.0,
                is_junk: line.label == Label::Junk,
                characters: characters as u32,
                set: 0,
            };
            (page, scored, Evidence { log_odds, planted, characters })
        })
    })
}

/// Calibrates for every length cost of the recipe and takes the one whose best point within the
/// loss budget is best; among equals the first.
fn calibrate(
    corpus: &Corpus,
    stages: &Stages,
    recipe: &Recipe,
) -> Result<(Calibration, OperatingCurve)> {
    let mut best: Option<(f64, Calibration, OperatingCurve)> = None;
    for &length_cost in &recipe.policy.length_costs {
        let (evidence, is_junk): (Vec<f32>, Vec<bool>) = held_out(corpus, stages)
            .map(|(_, line, evidence)| (Calibration::adjusted(length_cost, evidence), line.is_junk))
            .unzip();
        let calibration = Calibration { length_cost, ..page_fit::calibrate(&evidence, &is_junk)? };
        let curve = operating_curve(corpus, stages, calibration);
        let f1 = curve.best_within(recipe.policy.max_article_loss).map_or(0.0, |p| p.junk_f1);
        if best.as_ref().is_none_or(|(other, ..)| f1 > *other) {
            best = Some((f1, calibration, curve));
        }
    }
    best.map(|(_, calibration, curve)| (calibration, curve))
        .ok_or_else(|| Error::Untrainable("the recipe lists no length cost".into()))
}

fn operating_curve(corpus: &Corpus, stages: &Stages, calibration: Calibration) -> OperatingCurve {
    let mut all = Vec::new();
    let mut by_set: BTreeMap<&str, Vec<ScoredLine>> = BTreeMap::new();
    for (page, line, evidence) in held_out(corpus, stages) {
        let probability = calibration.probability(evidence);
        let line = ScoredLine { probability, ..line };
        all.push(line);
        by_set.entry(&page.page.set).or_default().push(line);
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
    corpus: &Corpus,
    stages: &Stages,
    calibration: Calibration,
    seed: u64,
) -> OperatingCurve {
    let articles = held_out(corpus, stages).filter(|(_, line, _)| !line.is_junk);
    let lines: Vec<LostLine<'_>> = articles
        .map(|(page, line, evidence)| LostLine {
            site: &page.page.site,
            probability: calibration.probability(evidence),
            characters: line.characters,
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

fn choose(operating: &OperatingCurve, recipe: &Recipe) -> Policy {
    // With nothing within the budget, the most careful point there is.
    let most_careful = operating.points.first().map_or(1.0, |p| p.threshold);
    let at = |loss| operating.best_within(loss).map_or(most_careful, |p| p.threshold);
    let threshold = at(recipe.policy.max_article_loss);
    let strict = at(recipe.policy.strict_loss);
    Policy { threshold, unsure: strict.min(threshold), guard: true, cut: recipe.policy.cut }
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
