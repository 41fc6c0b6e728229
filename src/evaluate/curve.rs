//! What every threshold would do: from scored lines to cumulative counts, one step for each
//! distinct probability, and from those to points of precision, recall, F1 and article loss, and
//! to the area under the precision-recall curve.
//!
//! Only whole lines count here: cuts inside lines and the page guard are the filter's.

use serde::{Deserialize, Serialize};

use super::metrics::{Confusion, share};

/// How many points [`threshold_curve`] gives at most.
pub const MAX_POINTS: usize = 200;

/// A line that was scored and whose label is known; `either` lines have no place here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredLine {
    /// Probability of junk. One that is not a number counts as 0: such a line would be kept.
    pub probability: f32,
    /// Whether its label is junk.
    pub is_junk: bool,
    /// Its length in characters.
    pub characters: u32,
    /// The set it belongs to, by a number of the caller's; not read here.
    pub set: u16,
}

/// What a threshold does to the lines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// A line is junk from this probability on.
    pub threshold: f32,
    /// Share of the lines called junk that are junk; `None` where no line is called junk.
    pub junk_precision: Option<f64>,
    /// Share of the junk lines that are called junk; `None` without junk lines.
    pub junk_recall: Option<f64>,
    /// Harmonic mean of the two; `None` without junk lines.
    pub junk_f1: Option<f64>,
    /// Share of the characters of article lines that go; `None` without article lines.
    pub article_loss: Option<f64>,
}

/// The lines at or above a threshold, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Step {
    threshold: f32,
    junk: u64,
    article: u64,
    article_characters: u64,
}

/// Every distinct threshold of a set of lines. Two curves over different lines can be read at one
/// threshold by [`Curve::at`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Thresholds fall, counts rise; the last step holds the totals.
    steps: Vec<Step>,
}

impl Curve {
    /// Sorts the lines by probability and sums them up, in O(n log n); their order has no influence.
    pub fn of(lines: &[ScoredLine]) -> Self {
        let mut sorted: Vec<ScoredLine> = lines.to_vec();
        for line in &mut sorted {
            if line.probability.is_nan() {
                line.probability = 0.0;
            }
        }
        sorted.sort_unstable_by(|a, b| b.probability.total_cmp(&a.probability));
        let mut steps = Vec::new();
        let mut step = Step::default();
        for tied in sorted.chunk_by(|a, b| a.probability == b.probability) {
            for line in tied {
                step.threshold = line.probability;
                if line.is_junk {
                    step.junk += 1;
                } else {
                    step.article += 1;
                    step.article_characters += u64::from(line.characters);
                }
            }
            steps.push(step);
        }
        Curve { steps }
    }

    /// What `threshold` does.
    pub fn at(&self, threshold: f32) -> CurvePoint {
        let above = self.steps.partition_point(|step| step.threshold >= threshold);
        let step = match above.checked_sub(1).and_then(|last| self.steps.get(last)) {
            Some(step) => Step { threshold, ..*step },
            None => Step { threshold, ..Step::default() },
        };
        self.point(step)
    }

    /// Every distinct probability as a threshold, highest first. One for each line at worst.
    pub fn thresholds(&self) -> impl Iterator<Item = f32> {
        self.steps.iter().map(|step| step.threshold)
    }

    /// At most `limit` points, thresholds falling, each of them a distinct probability. First and
    /// last are always there (from a limit of two on).
    ///
    /// The points are spread evenly over recall plus the fourth root of the article loss: a budget
    /// is set in thousandths, and even steps of the loss itself would leave that end nearly empty.
    pub fn points(&self, limit: usize) -> Vec<CurvePoint> {
        if self.steps.len() <= limit {
            return self.steps.iter().map(|step| self.point(*step)).collect();
        }
        let way = |step: &Step| {
            let point = self.point(*step);
            point.junk_recall.unwrap_or(0.0) + point.article_loss.unwrap_or(0.0).powf(0.25)
        };
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            return Vec::new();
        };
        let (start, whole) = (way(first), way(last) - way(first));
        let mut chosen = Vec::with_capacity(limit);
        let mut previous = None;
        for mark in 0..limit {
            // Recall and loss never fall from step to step, so their sum can be searched.
            let goal = start + whole * mark as f64 / limit.saturating_sub(1).max(1) as f64;
            let reached = self.steps.partition_point(|step| way(step) < goal);
            let index = if mark + 1 == limit && limit > 1 { self.steps.len() - 1 } else { reached };
            if let Some(step) = self.steps.get(index)
                && previous != Some(index)
            {
                chosen.push(self.point(*step));
                previous = Some(index);
            }
        }
        chosen
    }

    /// Area under the precision-recall curve as average precision: the precision at each threshold,
    /// weighted by the recall it adds. Lines with the same probability fall to one threshold, so
    /// their order has no influence. `None` without junk lines.
    ///
    /// Source: Davis and Goadrich 2006, "The relationship between precision-recall and ROC curves",
    /// who show why points must not be joined by straight lines; the sum is that of Manning,
    /// Raghavan and Schütze 2008, section 8.4.
    pub fn average_precision(&self) -> Option<f64> {
        let total = self.totals().junk;
        let mut sum = 0.0;
        let mut before = 0;
        for step in &self.steps {
            let precision = share(step.junk, step.junk + step.article).unwrap_or(0.0);
            sum += (step.junk - before) as f64 * precision;
            before = step.junk;
        }
        (total > 0).then(|| sum / total as f64)
    }

    fn totals(&self) -> Step {
        self.steps.last().copied().unwrap_or_default()
    }

    fn point(&self, step: Step) -> CurvePoint {
        let totals = self.totals();
        let confusion = Confusion {
            junk_removed: step.junk,
            junk_kept: totals.junk - step.junk,
            article_removed: step.article,
            article_kept: totals.article - step.article,
        };
        let junk = confusion.junk();
        CurvePoint {
            threshold: step.threshold,
            junk_precision: junk.precision,
            junk_recall: junk.recall,
            junk_f1: junk.f1,
            article_loss: share(step.article_characters, totals.article_characters),
        }
    }
}

/// The curve of some lines in at most [`MAX_POINTS`] points; see [`Curve::points`].
pub fn threshold_curve(lines: &[ScoredLine]) -> Vec<CurvePoint> {
    Curve::of(lines).points(MAX_POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(probability: f32, is_junk: bool, characters: u32) -> ScoredLine {
        ScoredLine { probability, is_junk, characters, set: 0 }
    }

    fn point(threshold: f32, p: f64, r: f64, f1: f64, loss: f64) -> CurvePoint {
        CurvePoint {
            threshold,
            junk_precision: Some(p),
            junk_recall: Some(r),
            junk_f1: Some(f1),
            article_loss: Some(loss),
        }
    }

    /// Two junk lines and two article lines (of 30 and 10 characters), one of each tied at 0.5.
    fn four() -> Vec<ScoredLine> {
        vec![line(0.5, false, 30), line(0.25, false, 10), line(0.75, true, 5), line(0.5, true, 5)]
    }

    #[test]
    fn a_step_holds_all_lines_of_one_probability() {
        assert_eq!(
            threshold_curve(&four()),
            [
                point(0.75, 1.0, 0.5, 2.0 / 3.0, 0.0),
                point(0.5, 2.0 / 3.0, 1.0, 0.8, 0.75),
                point(0.25, 0.5, 1.0, 2.0 / 3.0, 1.0),
            ]
        );
    }

    #[test]
    fn any_threshold_can_be_asked_for() {
        let curve = Curve::of(&four());
        assert_eq!(curve.at(0.6), point(0.6, 1.0, 0.5, 2.0 / 3.0, 0.0));
        assert_eq!(curve.at(0.5), point(0.5, 2.0 / 3.0, 1.0, 0.8, 0.75));
        assert_eq!(curve.at(0.0), point(0.0, 0.5, 1.0, 2.0 / 3.0, 1.0));
        // Nothing is called junk: recall and F1 are truly 0, precision has no meaning.
        let none = curve.at(0.9);
        assert_eq!(none, CurvePoint { junk_precision: None, ..point(0.9, 0.0, 0.0, 0.0, 0.0) });
    }

    #[test]
    fn ties_count_once_in_average_precision_whatever_their_order() {
        // 0.5 · 1 + 0.5 · 2/3; a sum line by line would give 1 or 5/6 depending on the order.
        let mut lines = four();
        let expected = Some(0.5 + 1.0 / 3.0);
        assert_eq!(Curve::of(&lines).average_precision(), expected);
        lines.reverse();
        assert_eq!(Curve::of(&lines).average_precision(), expected);
        // All tied: the prevalence.
        let tied = [line(0.5, true, 1), line(0.5, false, 1), line(0.5, false, 1)];
        assert_eq!(Curve::of(&tied).average_precision(), Some(1.0 / 3.0));
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!(threshold_curve(&[]), []);
        assert_eq!(Curve::of(&[]).average_precision(), None);
        let articles = Curve::of(&[line(0.5, false, 3)]);
        assert_eq!(articles.average_precision(), None);
        let at = articles.at(0.5);
        assert_eq!((at.junk_recall, at.junk_f1, at.article_loss), (None, None, Some(1.0)));
        assert_eq!(Curve::of(&[line(0.5, true, 3)]).at(0.5).article_loss, None);
        // Not a number is no reason to remove.
        assert_eq!(Curve::of(&[line(f32::NAN, true, 3)]).at(0.1).junk_recall, Some(0.0));
    }

    #[test]
    fn many_lines_are_thinned_out_but_small_losses_stay_resolved() {
        let lines: Vec<_> =
            (0..10_000).map(|i| line(i as f32 / 10_000.0, i > 6_000 || i % 50 == 0, 10)).collect();
        let full = Curve::of(&lines);
        let points = full.points(100);
        assert!(points.len() <= 100 && points.len() > 50, "{} points", points.len());
        assert_eq!(points.first().map(|p| p.threshold), Some(0.9999));
        assert_eq!(points.last().map(|p| p.threshold), Some(0.0));
        assert!(points.windows(2).all(|w| w[0].threshold > w[1].threshold));
        assert!(points.iter().all(|p| full.at(p.threshold) == *p));
        let small = points.iter().filter(|p| p.article_loss.is_some_and(|l| l > 0.0 && l < 0.01));
        assert!(small.count() >= 5);
    }
}
