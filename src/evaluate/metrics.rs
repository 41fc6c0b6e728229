//! The measures and their formulas, in f64: confusion counts, precision, recall and F1 of both
//! classes, characters lost and kept, and how far probabilities can be trusted.
//!
//! Junk is the positive class. A measure that the data does not define (recall without junk lines)
//! is `None`, in JSON `null`: never NaN, and never 0 or 1 by convention.

use serde::Serialize;

/// `part / whole`, or `None` where the whole is nothing.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Lines by what they are and what was done with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Junk lines that go: true positives.
    pub junk_removed: u64,
    /// Junk lines that stay: false negatives.
    pub junk_kept: u64,
    /// Article lines that go: false positives.
    pub article_removed: u64,
    /// Article lines that stay: true negatives.
    pub article_kept: u64,
}

/// Precision, recall and F1 of one class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ClassFigures {
    /// Share of the lines called this class that are of it; `None` where none is called so.
    pub precision: Option<f64>,
    /// Share of the lines of this class that are called so; `None` where there are none.
    pub recall: Option<f64>,
    /// Harmonic mean of the two; `None` where the class has no lines.
    pub f1: Option<f64>,
}

impl ClassFigures {
    /// From true positives, false positives and false negatives of the class.
    ///
    /// F1 is `2·tp / (2·tp + fp + fn)`: 0 where the class has lines and none was found, although
    /// the precision may then be undefined.
    ///
    /// Source: van Rijsbergen 1979, "Information Retrieval", chapter 7 (F1 is 1 − E at β = 1).
    pub fn of(found: u64, wrong: u64, missed: u64) -> Self {
        let recall = share(found, found + missed);
        let f1 = recall.and_then(|_| share(2 * found, 2 * found + wrong + missed));
        ClassFigures { precision: share(found, found + wrong), recall, f1 }
    }
}

impl Confusion {
    /// How many lines were scored.
    pub fn lines(&self) -> u64 {
        self.junk_removed + self.junk_kept + self.article_removed + self.article_kept
    }

    /// The junk class.
    pub fn junk(&self) -> ClassFigures {
        ClassFigures::of(self.junk_removed, self.article_removed, self.junk_kept)
    }

    /// The article class.
    pub fn article(&self) -> ClassFigures {
        ClassFigures::of(self.article_kept, self.junk_kept, self.article_removed)
    }

    /// Share of the lines that are called what they are; `None` without lines.
    pub fn accuracy(&self) -> Option<f64> {
        share(self.junk_removed + self.article_kept, self.lines())
    }

    /// Correlation of label and verdict, from −1 to 1; `None` where all lines have one label or
    /// one verdict.
    ///
    /// Source: Matthews 1975, "Comparison of the predicted and observed secondary structure of T4
    /// phage lysozyme".
    pub fn matthews(&self) -> Option<f64> {
        let [tp, fn_, fp, tn] =
            [self.junk_removed, self.junk_kept, self.article_removed, self.article_kept]
                .map(|count| count as f64);
        // Root by root: the product of four counts of a large corpus would lose digits.
        let below = (tp + fp).sqrt() * (tp + fn_).sqrt() * (tn + fp).sqrt() * (tn + fn_).sqrt();
        (below > 0.0).then(|| (tp * tn - fp * fn_) / below)
    }

    /// Adds the counts of other lines.
    pub fn add(&mut self, other: &Confusion) {
        self.junk_removed += other.junk_removed;
        self.junk_kept += other.junk_kept;
        self.article_removed += other.article_removed;
        self.article_kept += other.article_kept;
    }
}

/// How many bins [`Calibration`] has at most.
pub const BINS: usize = 15;

/// Lines of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// How many lines.
    pub lines: u64,
    /// Their mean probability of junk.
    pub probability: f64,
    /// The share of them that is junk.
    pub junk: f64,
}

/// How far the probabilities can be taken at their word.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// Mean distance between probability and junk share over the bins, weighted by their lines;
    /// `None` without lines.
    ///
    /// Source: Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using
    /// Bayesian binning"; Guo et al. 2017, "On calibration of modern neural networks". Bins of equal
    /// count, not of equal width: most lines lie near 0 or 1.
    pub expected_error: Option<f64>,
    /// Mean squared distance between probability and label; `None` without lines.
    ///
    /// Source: Brier 1950, "Verification of forecasts expressed in terms of probability" (the half
    /// of it that is usual for two classes).
    pub brier: Option<f64>,
    /// Mean negative logarithm (base e) of the probability that the true label was given, which is
    /// taken to be at least 2⁻²³ so that one line cannot make it infinite; `None` without lines.
    ///
    /// Source: Good 1952, "Rational decisions".
    pub log_loss: Option<f64>,
    /// At most [`BINS`] bins, probabilities rising.
    pub bins: Vec<Bin>,
}

impl Calibration {
    /// From `(probability of junk, is junk)` of every line; their order has no influence. A
    /// probability that is not a number counts as 0.
    pub fn of(lines: impl IntoIterator<Item = (f32, bool)>) -> Self {
        let mut lines: Vec<(f32, bool)> = lines
            .into_iter()
            .map(|(p, is_junk)| (if p.is_nan() { 0.0 } else { p }, is_junk))
            .collect();
        // By label too, so that even the rounding of the sums is the same for every order.
        lines.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if lines.is_empty() {
            return Calibration::default();
        }
        let (mut brier, mut log_loss) = (0.0, 0.0);
        for &(p, is_junk) in &lines {
            let given = if is_junk { f64::from(p) } else { 1.0 - f64::from(p) };
            brier += (1.0 - given).powi(2);
            log_loss -= given.max(f64::from(f32::EPSILON)).ln();
        }
        let n = lines.len() as f64;
        let bins = equal_count_bins(&lines);
        let error: f64 = bins.iter().map(|b| b.lines as f64 * (b.probability - b.junk).abs()).sum();
        Calibration {
            expected_error: Some(error / n),
            brier: Some(brier / n),
            log_loss: Some(log_loss / n),
            bins,
        }
    }
}

/// Cuts sorted lines into [`BINS`] parts of equal count. Lines of the same probability stay
/// together, so a bin may be larger and there may be fewer of them.
fn equal_count_bins(sorted: &[(f32, bool)]) -> Vec<Bin> {
    let mut bins = Vec::with_capacity(BINS);
    let mut tied = sorted.chunk_by(|a, b| a.0 == b.0);
    let mut done = 0;
    for number in 1..=BINS {
        let end = number * sorted.len() / BINS;
        let (mut lines, mut probability, mut junk) = (0, 0.0, 0);
        while done < end {
            let Some(group) = tied.next() else { break };
            done += group.len();
            lines += group.len() as u64;
            probability += group.iter().map(|line| f64::from(line.0)).sum::<f64>();
            junk += group.iter().filter(|line| line.1).count() as u64;
        }
        if let Some(junk) = share(junk, lines) {
            bins.push(Bin { lines, probability: probability / lines as f64, junk });
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::curve::{Curve, ScoredLine};

    /// The twenty lines that scikit-learn was asked about; junk is 1, the threshold 0.5.
    const P: [f32; 20] = [
        0.98, 0.95, 0.95, 0.9, 0.85, 0.8, 0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.3, 0.3, 0.2,
        0.1, 0.05, 0.02,
    ];
    const Y: [u8; 20] = [1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0];

    fn close(got: Option<f64>, expected: f64) {
        let got = got.expect("defined");
        // The probabilities are f32 here and f64 there.
        assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
    }

    /// scikit-learn 1.9.1 with `p` and `y` as above and `h = [v >= .5 for v in p]`:
    ///
    /// ```python
    /// print(average_precision_score(y, p), brier_score_loss(y, p), log_loss(y, p))
    /// print(matthews_corrcoef(y, h), accuracy_score(y, h), confusion_matrix(y, h))
    /// print(precision_recall_fscore_support(y, h))
    /// ```
    #[test]
    fn the_figures_are_those_of_scikit_learn() {
        let lines = || P.iter().zip(Y).map(|(&p, y)| (p, y == 1));
        let scored: Vec<_> = lines()
            .map(|(probability, is_junk)| ScoredLine {
                probability,
                is_junk,
                characters: 1,
                set: 0,
            })
            .collect();
        close(Curve::of(&scored).average_precision(), 0.7136434837092732);
        let calibration = Calibration::of(lines());
        close(calibration.brier, 0.236915);
        close(calibration.log_loss, 0.7295208086886957);

        let mut confusion = Confusion::default();
        for (p, is_junk) in lines() {
            *match (is_junk, p >= 0.5) {
                (true, true) => &mut confusion.junk_removed,
                (true, false) => &mut confusion.junk_kept,
                (false, true) => &mut confusion.article_removed,
                (false, false) => &mut confusion.article_kept,
            } += 1;
        }
        let expected =
            Confusion { junk_removed: 8, junk_kept: 2, article_removed: 4, article_kept: 6 };
        assert_eq!(confusion, expected);
        close(confusion.matthews(), 0.408248290463863);
        close(confusion.accuracy(), 0.7);
        let (junk, article) = (confusion.junk(), confusion.article());
        close(junk.precision, 0.66666667);
        close(junk.recall, 0.8);
        close(junk.f1, 0.72727273);
        close(article.precision, 0.75);
        close(article.recall, 0.6);
        close(article.f1, 0.66666667);
    }

    #[test]
    fn calibration_by_hand() {
        let lines = [(1.0, true), (0.25, true), (0.75, true), (0.25, false)];
        let got = Calibration::of(lines);
        let bin = |lines, probability, junk| Bin { lines, probability, junk };
        // The two lines at 0.25 cannot be told apart, so they share a bin.
        assert_eq!(got.bins, [bin(2, 0.25, 0.5), bin(1, 0.75, 1.0), bin(1, 1.0, 1.0)]);
        assert_eq!(got.expected_error, Some((2.0 * 0.25 + 0.25) / 4.0));
        assert_eq!(got.brier, Some((0.0625 + 0.5625 + 0.0625) / 4.0));
        close(got.log_loss, -(0.25f64.ln() + 2.0 * 0.75f64.ln()) / 4.0);
    }

    #[test]
    fn bins_hold_equal_counts() {
        let got = Calibration::of((0..60).map(|i| (i as f32 / 64.0, i >= 30)));
        assert_eq!(got.bins.iter().map(|b| b.lines).collect::<Vec<_>>(), [4; 15]);
        assert_eq!(got.bins[7].junk, 0.5);
        assert_eq!(got.bins[14].probability, 57.5 / 64.0);
    }

    #[test]
    fn a_sure_mistake_costs_much_but_not_infinitely_much() {
        close(Calibration::of([(1.0, false)]).log_loss, 23.0 * std::f64::consts::LN_2);
    }

    #[test]
    fn what_is_undefined_is_none_and_null() {
        let none = ClassFigures::default();
        assert_eq!(Confusion::default().junk(), none);
        assert_eq!(Confusion::default().accuracy(), None);
        assert_eq!(Calibration::of([]), Calibration::default());

        // Articles only: nothing can be said of junk but that what was called so is wrong.
        let articles = Confusion { article_removed: 1, article_kept: 3, ..Confusion::default() };
        assert_eq!(articles.junk(), ClassFigures { precision: Some(0.0), ..none });
        assert_eq!(articles.matthews(), None);
        let json = serde_json::to_string(&articles.junk()).unwrap();
        assert_eq!(json, r#"{"precision":0.0,"recall":null,"f1":null}"#);

        // Junk that nobody found: recall and F1 are 0 by their formulas, precision has none.
        let missed = Confusion { junk_kept: 2, article_kept: 3, ..Confusion::default() };
        let expected = ClassFigures { precision: None, recall: Some(0.0), f1: Some(0.0) };
        assert_eq!(missed.junk(), expected);
    }
}
