//! Lines with spans become rows: windows of n-grams for the table, columns of positions and of gaps for the
//! curves.

use super::{
    super::{
        corpus::{Corpus, Origin},
        csr::Csr,
    },
    BITS,
    examples::{Example, in_span, stands_inside},
};
use crate::{
    features::{
        edge::{self, Side},
        ngrams::{CHARACTERS, TERMS, bucket},
        position::{self, N_SOURCES, Positions, for_each_gram},
        runs,
    },
    model::{LineModel, Table},
    span::{LEAST, sources},
    text::{Label, fold},
};

/// Windows of text that the table learns, in folded characters.
const WINDOW: usize = 14;
/// Every so many positions of an untouched line are learned from, and of a spliced one.
const STRIDE: [usize; 2] = [29, 11];
/// Every so many gaps, likewise.
const GAP_STRIDE: [usize; 2] = [58, 22];
/// Gaps this close to where junk begins or ends are all learned from, for they have to be told from it.
const NEAR: usize = 2;

/// A row of columns with its label.
pub struct Row<const N: usize> {
    pub columns: [f32; N],
    pub is_junk: bool,
    pub fold: usize,
}

/// The rows of a line.
#[derive(Default)]
pub struct LineRows {
    /// Of positions: whether they lie in a span.
    pub positions: Vec<Row<{ position::WIDTH }>>,
    /// Of gaps: whether a span begins there.
    pub begins: Vec<Row<{ edge::WIDTH }>>,
    /// Of gaps: whether one ends there.
    pub ends: Vec<Row<{ edge::WIDTH }>>,
}

/// Windows that lie wholly in a span or wholly outside, and those of planted lines.
///
/// Rows, whether each is junk, and the fold of each.
pub fn windows(examples: &[Example], corpus: &Corpus) -> (Csr, Vec<bool>, Vec<usize>) {
    let mut rows = Csr::new();
    let (mut is_junk, mut folds) = (Vec::new(), Vec::new());
    let mut entries = Vec::new();
    let mut terms = Vec::new();
    let mut push = |codes: &[u16], junk: bool, fold: usize| {
        entries.clear();
        let mut push = |hash| entries.push((bucket(hash, BITS) as u32, 1.0f32));
        for_each_gram(codes, CHARACTERS, |_, _, hash| push(hash));
        runs::terms(codes, &mut terms, |_| ());
        for_each_gram(&terms, TERMS, |_, _, hash| push(hash));
        let scale = 1.0 / (entries.len() as f32).sqrt();
        entries.iter_mut().for_each(|e| e.1 *= scale);
        rows.push(&mut entries);
        is_junk.push(junk);
        folds.push(fold);
    };
    let mut positions = Positions::default();
    for Example { line, fold } in examples {
        positions.read(&line.text, |_| [0.0; N_SOURCES]);
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
        .filter(|(l, _)| l.label == Label::Junk && stands_inside(l.kind));
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

/// The rows of the example with that number, by models that did not see its fold.
pub fn rows(
    example: &Example,
    number: usize,
    (table, lines): (&Table<1>, &LineModel),
    positions: &mut Positions,
) -> LineRows {
    let Example { line, fold } = example;
    positions.read(&line.text, |hash| sources(table, &lines.table, hash));
    let labels = in_span(line, positions);
    let (n, fold) = (positions.len(), *fold);
    let spliced = usize::from(!line.spans.is_empty());
    let mut out = LineRows::default();
    let stride = STRIDE[spliced];
    for p in (number % stride..n).step_by(stride) {
        let mut columns = [0.0; position::WIDTH];
        positions.row(p, &mut columns);
        out.positions.push(Row { columns, is_junk: labels[p], fold });
    }
    let is_junk = |p: usize| labels.get(p).copied().unwrap_or(false);
    let sides = |gap: usize| (gap > 0 && is_junk(gap - 1), is_junk(gap));
    let is_edge = |gap: usize| sides(gap).0 != sides(gap).1;
    let stride = GAP_STRIDE[spliced];
    for gap in 0..=n {
        let near = || (gap.saturating_sub(NEAR)..=(gap + NEAR).min(n)).any(is_edge);
        if gap % stride != number % stride && !near() {
            continue;
        }
        let (before, after) = sides(gap);
        for (side, is_junk, rows) in [
            (Side::Begins, after && !before, &mut out.begins),
            (Side::Ends, before && !after, &mut out.ends),
        ] {
            let mut columns = [0.0; edge::WIDTH];
            edge::row(positions, gap, side, &mut columns);
            rows.push(Row { columns, is_junk, fold });
        }
    }
    out
}
