//! From which log odds on a run is cut, chosen on folds that the models had not seen.

use rayon::prelude::*;

use super::{
    super::{
        corpus::{Corpus, Origin},
        out_of_fold,
    },
    examples::byte_spans,
};
use crate::{
    model::{LineModel, SpanModel},
    span::{SpanFinder, SpanScratch},
    text::Label,
};

/// Share of the article's own characters that cuts may cost on held-out folds.
const LOSS: f64 = 0.0003;
/// The threshold in log odds where no run was found to choose it by.
const MOST_CAREFUL: f32 = 6.0;

/// What a threshold that goes down to these log odds adds: characters of junk, and others. A line of
/// which more than half would go is left alone from there on, which takes back what went before.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    log_odds: f32,
    junk: i64,
    others: i64,
}

/// The lowest threshold that cuts at most [`LOSS`] of the article's own characters, on folds that
/// the models had not seen; planted lines of the corpus count as they are, spliced ones do not.
pub fn choose(
    corpus: &Corpus,
    line_models: &out_of_fold::Fitted<LineModel>,
    models: &[SpanModel],
) -> (f32, String) {
    let finders: Vec<SpanFinder> = models.iter().map(SpanFinder::new).collect();
    let pages: Vec<_> = corpus.pages.iter().filter(|p| p.origin != Origin::Weak).collect();
    let parts: Vec<(Vec<Step>, i64, i64)> = pages
        .par_iter()
        .map_init(SpanScratch::default, |scratch, page| {
            let (mut steps, mut junk, mut own) = (Vec::new(), 0, 0);
            let (finder, line_model) = (&finders[page.fold], &line_models.without[page.fold]);
            for line in page.page.lines.iter().filter(|l| l.label == Label::Article) {
                let spans = byte_spans(line);
                let in_spans = |c: &(usize, char)| spans.iter().any(|s| s.contains(&c.0));
                let all = line.text.chars().count() as i64;
                let planted = line.text.char_indices().filter(in_spans).count() as i64;
                junk += planted;
                own += all - planted;
                let mut runs = Vec::new();
                finder.candidates(&line.text, line_model, scratch, |span, _| {
                    let chars = line.text.char_indices().filter(|c| span.bytes.contains(&c.0));
                    let (junk, others): (Vec<_>, Vec<_>) = chars.partition(in_spans);
                    let [junk, others] = [junk, others].map(|part| part.len() as i64);
                    runs.push(Step { log_odds: span.log_odds, junk, others });
                });
                steps.extend(steps_of_line(runs, all));
            }
            (steps, junk, own)
        })
        .collect();
    let (junk, own) = parts.iter().fold((0, 0), |(j, o), p| (j + p.1, o + p.2));
    let steps = parts.into_iter().flat_map(|p| p.0).collect();
    let (threshold, cut) = lowest(steps, (LOSS * own as f64) as i64);
    let share = |n: i64, of: i64| 100.0 * n as f64 / of.max(1) as f64;
    let report = format!(
        "spans: of {junk} junk characters inside article lines {:.1} % cut, of {own} others {:.4} %, from log odds {threshold:.2} on",
        share(cut.junk, junk),
        share(cut.others, own)
    );
    (threshold, report)
}

/// The runs of a line of so many characters in the order in which a falling threshold meets them, up to
/// the one with which more than half of the line would go.
fn steps_of_line(mut runs: Vec<Step>, characters: i64) -> Vec<Step> {
    runs.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
    let (mut junk, mut others) = (0, 0);
    for n in 0..runs.len() {
        let run = runs[n];
        if (junk + run.junk + others + run.others) * 2 > characters {
            runs[n] = Step { junk: -junk, others: -others, ..run };
            runs.truncate(n + 1);
            break;
        }
        (junk, others) = (junk + run.junk, others + run.others);
    }
    runs
}

/// The lowest threshold before the first at which more than so many others go, and what goes at it.
/// Runs of the same log odds go together.
fn lowest(mut steps: Vec<Step>, most: i64) -> (f32, Step) {
    steps.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
    // Where nothing was found, nothing is known of what a cut would cost, so none is made lightly.
    let first = steps.first().map_or(MOST_CAREFUL, |step| step.log_odds.next_up());
    let mut best = Step { log_odds: first, junk: 0, others: 0 };
    for alike in steps.chunk_by(|a, b| a.log_odds == b.log_odds) {
        let add = |of: fn(&Step) -> i64| alike.iter().map(of).sum::<i64>();
        let next = Step {
            log_odds: alike[0].log_odds,
            junk: best.junk + add(|step| step.junk),
            others: best.others + add(|step| step.others),
        };
        if next.others > most {
            break;
        }
        best = next;
    }
    (best.log_odds, best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(log_odds: f32, junk: i64, others: i64) -> Step {
        Step { log_odds, junk, others }
    }

    #[test]
    fn the_threshold_stands_before_the_run_that_costs_too_much() {
        let steps = || vec![step(1.0, 9, 5), step(3.0, 10, 0), step(2.0, 8, 4)];
        assert_eq!(lowest(steps(), 4), (2.0, step(2.0, 18, 4)));
        assert_eq!(lowest(steps(), 3), (3.0, step(3.0, 10, 0)));
        assert_eq!(lowest(steps(), 100), (1.0, step(1.0, 27, 9)));
        // Of two that are alike one is not cut without the other.
        let alike = vec![step(3.0, 10, 0), step(2.0, 8, 2), step(2.0, 8, 2)];
        assert_eq!(lowest(alike, 3).0, 3.0);
        let (above, cut) = lowest(vec![step(8.0, 0, 5)], 4);
        assert!(above > 8.0 && cut.others == 0, "{above}");
        assert_eq!(lowest(Vec::new(), 4).0, MOST_CAREFUL);
    }

    #[test]
    fn a_line_of_which_more_than_half_would_go_is_left_alone() {
        let runs = vec![step(1.0, 9, 0), step(3.0, 10, 0), step(2.0, 0, 8), step(0.5, 1, 0)];
        let half = [step(3.0, 10, 0), step(2.0, 0, 8), step(1.0, -10, -8)];
        assert_eq!(steps_of_line(runs.clone(), 36), half);
        assert_eq!(steps_of_line(runs.clone(), 56).len(), 4);
        assert_eq!(steps_of_line(runs, 12), [step(3.0, 0, 0)]);
    }
}
