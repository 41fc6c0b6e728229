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
/// The threshold is never above these log odds.
const MOST_CAREFUL: f32 = 6.0;

/// A run with its log odds, and how many of its characters are junk and how many are not.
type Found = (f32, usize, usize);

/// The lowest threshold that cuts at most [`LOSS`] of the article's own characters, on folds that
/// the models had not seen; planted lines of the corpus count as they are, spliced ones do not.
pub fn choose(
    corpus: &Corpus,
    line_models: &out_of_fold::Fitted<LineModel>,
    models: &[SpanModel],
) -> (f32, String) {
    let finders: Vec<SpanFinder> = models.iter().map(SpanFinder::new).collect();
    let pages: Vec<_> = corpus.pages.iter().filter(|p| p.origin != Origin::Weak).collect();
    let parts: Vec<(Vec<Found>, usize, usize)> = pages
        .par_iter()
        .map_init(SpanScratch::default, |scratch, page| {
            let (mut found, mut junk, mut own) = (Vec::new(), 0, 0);
            let (finder, line_model) = (&finders[page.fold], &line_models.without[page.fold]);
            for line in page.page.lines.iter().filter(|l| l.label == Label::Article) {
                let spans = byte_spans(line);
                let in_spans = |c: &(usize, char)| spans.iter().any(|s| s.contains(&c.0));
                let all = line.text.chars().count();
                let planted = line.text.char_indices().filter(in_spans).count();
                junk += planted;
                own += all - planted;
                let from = found.len();
                finder.candidates(&line.text, line_model, scratch, |span, _| {
                    let chars = line.text.char_indices().filter(|c| span.bytes.contains(&c.0));
                    let (right, wrong): (Vec<_>, Vec<_>) = chars.partition(in_spans);
                    found.push((span.log_odds, right.len(), wrong.len()));
                });
                // A line that would lose more than half is left alone.
                if found[from..].iter().map(|f| f.1 + f.2).sum::<usize>() * 2 > all {
                    found.truncate(from);
                }
            }
            (found, junk, own)
        })
        .collect();
    let (junk, own) = parts.iter().fold((0, 0), |(j, o), p| (j + p.1, o + p.2));
    let mut found: Vec<_> = parts.into_iter().flat_map(|p| p.0).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    // Without any span nothing is known of what a cut would cost, so none is made lightly.
    let (mut threshold, mut cut, mut lost) = (MOST_CAREFUL, 0, 0);
    for &(log_odds, right, wrong) in &found {
        if (lost + wrong) as f64 > LOSS * own as f64 {
            break;
        }
        (threshold, cut, lost) = (log_odds.min(MOST_CAREFUL), cut + right, lost + wrong);
    }
    let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    let report = format!(
        "spans: of {junk} junk characters inside article lines {:.1} % cut, of {own} others {:.4} %, from log odds {threshold:.2} on",
        share(cut, junk),
        share(lost, own)
    );
    (threshold, report)
}
