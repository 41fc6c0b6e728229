//! Fits the span model: labelled pages in, one model for each fold that has not seen it and one of
//! everything out. Junk lines of the pages, whole or in part, are put inside article lines of the
//! same fold; a table of n-grams learns windows of text, then a linear model over the columns of
//! positions learns where junk begins and ends, from gains of tables that did not see the line.

use std::ops::Range;

use ndarray::{Array2, Axis, ShapeBuilder};
use rayon::prelude::*;

use super::{
    corpus::{Corpus, Origin},
    csr::Csr,
    line_fit, out_of_fold, page_fit,
    random::Rng,
    synth::{Family, put_inside},
};
use crate::{
    Error, Result,
    features::{
        ngrams::bucket,
        position::{Positions, STRETCH_WIDTH, WIDTH, for_each_gram},
    },
    input::LabelledLine,
    model::{LineModel, SpanLinear, SpanModel, Table},
    span::{LEAST, LEAST_LINE, SpanScratch},
    text::{Kind, Label, fold},
};

/// Logarithm of the number of n-gram weights: 128 KB, which stays in a core's own cache.
const BITS: u32 = 17;
/// Windows of text that the table learns, in folded characters.
const WINDOW: usize = 14;
/// Spliced lines at most, of all folds together; more changes the third digit.
const SPLICED: usize = 8000;
/// Fewer teach nothing.
const LEAST_SPLICED: usize = 200;
/// Article lines left as they are.
const UNTOUCHED: usize = 10000;
/// Every so many positions of an untouched line are learned from, and of a spliced one.
const STRIDE: [usize; 2] = [17, 4];
/// Share of the article's own characters that cuts may cost on held-out folds.
const LOSS: f64 = 0.0003;
/// The threshold is never above these log odds.
const MOST_CAREFUL: f32 = 6.0;
/// What a run of positions pays for an end at a mark, and for one inside running letters.
const SEAM: f32 = 1.5;
const INSIDE: f32 = 3.0;
/// Junk that is put inside has at most this many characters.
const LONGEST_PIECE: usize = 90;

/// A line to learn from: spans in characters.
struct Example {
    line: LabelledLine,
    fold: usize,
}

/// The span models, and what they did on folds they had not seen.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Fitted on all folds.
    pub whole: SpanModel,
    /// `without[k]` was fitted on every fold but k.
    pub without: Vec<SpanModel>,
    /// One line on how well spans were found.
    pub report: String,
}

/// Fits the span model on everything and without each fold.
///
/// # Errors
/// Those of the two fits.
pub fn fit(corpus: &Corpus, lines: &out_of_fold::Fitted<LineModel>, seed: u64) -> Result<Fitted> {
    let examples = examples(corpus, seed);
    let spliced = examples.iter().filter(|e| !e.line.spans.is_empty()).count();
    if spliced < LEAST_SPLICED {
        return Err(Error::Untrainable(format!(
            "{spliced} article lines with junk inside, of at least {LEAST_SPLICED}"
        )));
    }
    let folds: Vec<Option<usize>> = (0..corpus.folds).map(Some).chain([None]).collect();
    let (rows, is_junk, fold_of) = windows(&examples, corpus);
    let problem = line_fit::Problem {
        rows: &rows,
        columns: 1 << BITS,
        is_junk: &is_junk,
        weights: &vec![1.0; rows.len()],
        offsets: &[],
    };
    let settings = line_fit::Settings { cost: 1.0, tolerance: 0.02, max_passes: 300, seed };
    let tables: Vec<(Table<1>, f32)> = folds
        .par_iter()
        .map(|without| {
            let subset: Vec<u32> =
                (0..rows.len() as u32).filter(|&i| Some(fold_of[i as usize]) != *without).collect();
            let solution = line_fit::fit(&problem, &subset, &settings)?;
            Ok((Table::quantise([&solution.weights]), solution.bias as f32))
        })
        .collect::<Result<_>>()?;

    let parts: Vec<Vec<([f32; WIDTH], bool, usize)>> = examples
        .par_iter()
        .map_init(Positions::default, |positions, example| {
            position_rows(example, &tables[example.fold].0, positions)
        })
        .collect();
    let positions: Vec<_> = parts.concat();
    let models: Vec<SpanModel> = folds
        .par_iter()
        .zip(&tables)
        .map(|(without, (table, _))| {
            let chosen: Vec<_> =
                positions.iter().filter(|(_, _, fold)| Some(*fold) != *without).collect();
            let (is_junk, rows): (Vec<bool>, Vec<&[f32]>) =
                chosen.iter().map(|(row, junk, _)| (*junk, &row[..])).unzip();
            let (weights, bias) = fit_rows(&rows, &is_junk, 3.0)?;
            let linear = SpanLinear {
                weights,
                bias,
                seam: SEAM,
                inside: INSIDE,
                accept: Vec::new(),
                accept_bias: 0.0,
                threshold: 0.0,
            };
            Ok(SpanModel { table: table.clone(), linear })
        })
        .collect::<Result<_>>()?;
    let mut models = models;
    let report = fit_accept(corpus, lines, &examples, &folds, &mut models)?;
    let whole = models.pop().ok_or_else(|| Error::Untrainable("no folds".into()))?;
    Ok(Fitted { whole, without: models, report })
}

/// Standardises columns and fits log odds over them; the weights of the columns as they were.
fn fit_rows(rows: &[&[f32]], is_junk: &[bool], alpha: f64) -> Result<(Vec<f32>, f32)> {
    if !is_junk.contains(&true) || !is_junk.contains(&false) {
        return Err(Error::Untrainable("spans: only one class to learn from".into()));
    }
    let width = rows.first().map_or(0, |row| row.len());
    let mut x = Array2::<f64>::zeros((rows.len(), width).f());
    for (row, mut out) in rows.iter().zip(x.axis_iter_mut(Axis(0))) {
        row.iter().zip(out.iter_mut()).for_each(|(v, o)| *o = f64::from(*v));
    }
    let scales: Vec<(f64, f64)> = x
        .axis_iter_mut(Axis(1))
        .map(|mut column| {
            let (mean, deviation) = (column.mean().unwrap_or(0.0), column.std(0.0));
            let scale = if deviation > 1e-9 { 1.0 / deviation } else { 0.0 };
            column.mapv_inplace(|v| (v - mean) * scale);
            (mean, scale)
        })
        .collect();
    let settings = page_fit::Settings { alpha, ridge: 1.0, tolerance: 2e-4, max_iterations: 500 };
    let linear = page_fit::fit_linear(x, is_junk, settings)?;
    let mut bias = linear.intercept;
    let mut weights = Vec::with_capacity(width);
    for (weight, (mean, scale)) in linear.weights.iter().zip(scales) {
        weights.push((weight * scale) as f32);
        bias -= weight * scale * mean;
    }
    Ok((weights, bias as f32))
}

/// Whether a run that was found is junk as a whole: learned from the runs found by models that had
/// not seen the line, in spliced lines and in every article line.
fn fit_accept(
    corpus: &Corpus,
    line_models: &out_of_fold::Fitted<LineModel>,
    examples: &[Example],
    folds: &[Option<usize>],
    models: &mut [SpanModel],
) -> Result<String> {
    let articles = corpus
        .pages
        .iter()
        .filter(|p| p.origin != Origin::Weak)
        .flat_map(|p| p.page.lines.iter().map(move |l| (l, p.fold)))
        .filter(|(l, _)| l.label == Label::Article && l.spans.is_empty());
    let spliced = examples.iter().map(|e| (&e.line, e.fold)).filter(|(l, _)| !l.spans.is_empty());
    let lines: Vec<(&LabelledLine, usize)> = articles.chain(spliced).collect();
    let parts: Vec<Vec<([f32; STRETCH_WIDTH], bool, usize)>> = lines
        .par_iter()
        .map_init(SpanScratch::default, |scratch, &(line, fold)| {
            let spans = byte_spans(line);
            let mut out = Vec::new();
            models[fold].candidates(
                &line.text,
                &line_models.without[fold],
                scratch,
                |span, row| {
                    let overlap: usize = spans
                        .iter()
                        .map(|s| {
                            s.end.min(span.bytes.end).saturating_sub(s.start.max(span.bytes.start))
                        })
                        .sum();
                    out.push((*row, overlap * 10 >= span.bytes.len() * 6, fold));
                },
            );
            out
        })
        .collect();
    let rows = parts.concat();
    let fitted: Vec<(Vec<f32>, f32)> = folds
        .par_iter()
        .map(|without| {
            let chosen = rows.iter().filter(|r| Some(r.2) != *without);
            let (is_junk, chosen): (Vec<bool>, Vec<&[f32]>) =
                chosen.map(|(row, junk, _)| (*junk, &row[..])).unzip();
            fit_rows(&chosen, &is_junk, 1.0)
        })
        .collect::<Result<_>>()?;
    for (model, (accept, bias)) in models.iter_mut().zip(fitted) {
        model.linear.accept = accept;
        model.linear.accept_bias = bias;
    }
    let (threshold, report) = choose_threshold(corpus, line_models, models);
    models.iter_mut().for_each(|model| model.linear.threshold = threshold);
    Ok(report)
}

/// A run with its log odds, and how many of its characters are junk and how many are not.
type Found = (f32, usize, usize);

/// The lowest threshold that cuts at most [`LOSS`] of the article's own characters, on folds that
/// the models had not seen; planted lines of the corpus count as they are, spliced ones do not.
fn choose_threshold(
    corpus: &Corpus,
    line_models: &out_of_fold::Fitted<LineModel>,
    models: &[SpanModel],
) -> (f32, String) {
    let pages: Vec<_> = corpus.pages.iter().filter(|p| p.origin != Origin::Weak).collect();
    let parts: Vec<(Vec<Found>, usize, usize)> = pages
        .par_iter()
        .map_init(SpanScratch::default, |scratch, page| {
            let (mut found, mut junk, mut own) = (Vec::new(), 0, 0);
            let (model, line_model) = (&models[page.fold], &line_models.without[page.fold]);
            for line in page.page.lines.iter().filter(|l| l.label == Label::Article) {
                let spans = byte_spans(line);
                let in_spans = |c: &(usize, char)| spans.iter().any(|s| s.contains(&c.0));
                let all = line.text.chars().count();
                let planted = line.text.char_indices().filter(in_spans).count();
                junk += planted;
                own += all - planted;
                let from = found.len();
                model.candidates(&line.text, line_model, scratch, |span, _| {
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

/// Junk that intruders put inside lines, as opposed to what a site puts around them.
fn is_planted(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::SpiderPool | Kind::Adult | Kind::Gambling | Kind::Markup | Kind::Ad))
}

fn examples(corpus: &Corpus, seed: u64) -> Vec<Example> {
    let mut random = Rng::derive(seed, "span examples", 0);
    let mut rng = Rng::derive(seed, "spans", 0);
    let mut out = Vec::new();
    for fold in 0..corpus.folds {
        let pages = corpus.pages.iter().filter(|p| p.fold == fold && p.origin != Origin::Weak);
        let lines: Vec<&LabelledLine> = pages.flat_map(|p| &p.page.lines).collect();
        let long = |l: &&&LabelledLine| l.text.chars().count() >= LEAST_LINE;
        let mut articles: Vec<&LabelledLine> = lines
            .iter()
            .filter(|l| l.label == Label::Article && l.spans.is_empty())
            .filter(long)
            .copied()
            .collect();
        let pieces: Vec<&LabelledLine> = lines
            .iter()
            .filter(|l| l.label == Label::Junk && is_planted(l.kind))
            .filter(|l| l.text.chars().count() >= LEAST)
            .copied()
            .collect();
        let natural = lines.iter().filter(|l| l.label == Label::Article && !l.spans.is_empty());
        out.extend(natural.map(|l| Example { line: (*l).clone(), fold }));
        random.shuffle(&mut articles);
        let (touched, rest) = articles.split_at((SPLICED / corpus.folds).min(articles.len() / 2));
        for host in touched {
            let Some(piece) = rng.choose(&pieces) else { break };
            let mut line = (*host).clone();
            put_inside(&mut line, &part(&piece.text, &mut rng), Family::LinkFarm, &mut rng);
            // A line that is junk for its larger part is not for the cutter.
            if line.label == Label::Article {
                out.push(Example { line, fold });
            }
        }
        let untouched = rest.iter().take(UNTOUCHED / corpus.folds);
        out.extend(untouched.map(|l| Example { line: (*l).clone(), fold }));
    }
    out
}

/// A piece of a junk line, mostly short.
fn part(text: &str, rng: &mut Rng) -> String {
    let chars: Vec<char> = text.chars().collect();
    let wanted = rng.skewed(LEAST, LONGEST_PIECE).min(chars.len());
    let from = if rng.chance(0.5) { 0 } else { rng.below(chars.len() + 1 - wanted) };
    let is_joint = |c: &char| !c.is_alphanumeric();
    // From one mark to the next, where there are any.
    let from = (from..chars.len() - wanted).find(|&i| i == 0 || is_joint(&chars[i - 1]));
    let from = from.unwrap_or(0);
    let to = (from + wanted..chars.len()).find(|&i| is_joint(&chars[i])).unwrap_or(chars.len());
    chars[from..to.min(from + 2 * LONGEST_PIECE)].iter().collect()
}

/// A line's spans in bytes.
fn byte_spans(line: &LabelledLine) -> Vec<Range<usize>> {
    let mut bytes: Vec<usize> = line.text.char_indices().map(|(byte, _)| byte).collect();
    bytes.push(line.text.len());
    let spans = line.spans.iter();
    spans.filter_map(|s| Some(*bytes.get(s.start)?..*bytes.get(s.end)?)).collect()
}

/// The labels of a line's positions: whether each one's character lies in a span.
fn in_span(line: &LabelledLine, positions: &Positions) -> Vec<bool> {
    let spans = byte_spans(line);
    (0..positions.len())
        .map(|p| positions.byte(p, &line.text))
        .map(|byte| spans.iter().any(|s| s.contains(&byte)))
        .collect()
}

/// Windows that lie wholly in a span or wholly outside, and those of planted lines.
fn windows(examples: &[Example], corpus: &Corpus) -> (Csr, Vec<bool>, Vec<usize>) {
    let mut rows = Csr::new();
    let (mut is_junk, mut folds) = (Vec::new(), Vec::new());
    let mut entries = Vec::new();
    let mut push = |codes: &[u16], junk: bool, fold: usize| {
        entries.clear();
        for_each_gram(codes, |_, _, hash| entries.push((bucket(hash, BITS) as u32, 1.0f32)));
        let scale = 1.0 / (entries.len() as f32).sqrt();
        entries.iter_mut().for_each(|e| e.1 *= scale);
        rows.push(&mut entries);
        is_junk.push(junk);
        folds.push(fold);
    };
    let mut positions = Positions::default();
    for Example { line, fold } in examples {
        positions.read(&line.text, |_| 0.0);
        let labels = in_span(line, &positions);
        for (codes, labels) in positions.codes().chunks(WINDOW).zip(labels.chunks(WINDOW)) {
            let junk = labels.iter().filter(|&&j| j).count();
            if codes.len() >= LEAST && (junk == 0 || junk * 5 >= codes.len() * 4) {
                push(codes, junk > 0, *fold);
            }
        }
    }
    let mut codes = Vec::new();
    let planted = corpus
        .pages
        .iter()
        .filter(|p| p.origin != Origin::Weak)
        .flat_map(|p| p.page.lines.iter().map(move |l| (l, p.fold)))
        .filter(|(l, _)| l.label == Label::Junk && is_planted(l.kind));
    // Now and then one, so that folds and pages have their share.
    let planted: Vec<_> = planted.collect();
    let step = (planted.len() / 12000).max(1);
    for (line, fold) in planted.into_iter().step_by(step) {
        fold::fold_line(&line.text, &mut codes);
        for codes in codes.chunks(WINDOW).take(6).filter(|c| c.len() >= LEAST) {
            push(codes, true, fold);
        }
    }
    (rows, is_junk, folds)
}

fn position_rows(
    example: &Example,
    table: &Table<1>,
    positions: &mut Positions,
) -> Vec<([f32; WIDTH], bool, usize)> {
    let line = &example.line;
    let [scale] = table.scales;
    positions
        .read(&line.text, |hash| f32::from(table.weights[bucket(hash, table.bits)][0]) * scale);
    let labels = in_span(line, positions);
    let stride = STRIDE[usize::from(!line.spans.is_empty())];
    let mut row = [0.0; WIDTH];
    (0..positions.len())
        .step_by(stride)
        .map(|p| {
            positions.row(p, &mut row);
            (row, labels[p], example.fold)
        })
        .collect()
}
