//! Fits the model of kinds with linfa-logistic: junk lines whose kind is known go in, of labelled
//! and of made pages, a [`KindModel`] comes out. The columns come from models that had not seen the
//! line's site, as they will when filtering.

use linfa::prelude::{DatasetBase, Fit};
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2, Axis, ShapeBuilder};
use rayon::prelude::*;

use super::{
    corpus::{Corpus, Origin},
    out_of_fold::Stages,
    random::Rng,
};
use crate::{
    Error, Page, Result,
    features::{
        context::{Surroundings, WIDTH},
        facts::PageFacts,
    },
    model::{ColumnScale, KindModel, KindScratch, LineScratch, to_bytes},
    text::{Kind, Label},
};

/// A kind of fewer lines is not learned: there would be nothing to tell it by.
const LEAST: usize = 20;
/// Gradient for each row at which the fit is done.
const TOLERANCE: f64 = 1e-3;
/// Iterations before the fit is given up.
const MAX_ITERATIONS: u64 = 300;

/// How kinds are fitted.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// N-grams chosen for each kind, at most.
    pub grams: usize,
    /// Lines that the fit sees at most, drawn by weight, since linfa knows no weights.
    pub rows: usize,
    /// A kind of n lines weighs n^(1 - rare): menus do not drown the rare kinds.
    pub rare: f64,
    /// Values of n-grams are multiplied by this before they are held close to zero.
    pub stretch: f32,
    /// L2 penalty against the sum of the losses.
    pub alpha: f64,
    /// Seed of the draw.
    pub seed: u64,
}

/// Chosen on held-out sites of the labelled sets: 0.69 of their lines are given their kind, macro F1
/// 0.47; half the n-grams and rows give 0.67 and 0.45, a quarter of the stretch 0.65 and 0.42.
impl Default for Settings {
    fn default() -> Self {
        Settings { grams: 120, rows: 6000, rare: 0.4, stretch: 8.0, alpha: 20.0, seed: 1 }
    }
}

/// A junk line whose kind is known.
#[derive(Debug, Clone)]
pub struct KindRow<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its columns, by models that had not seen its site.
    pub columns: [f32; WIDTH],
    /// Its kind.
    pub kind: Kind,
    /// What it counts in training.
    pub weight: f64,
    /// The site of its page.
    pub site: &'a str,
    /// The fold of its page.
    pub fold: usize,
    /// Whether it was labelled, not made.
    pub is_gold: bool,
}

/// Every line that the model of kinds can learn from, in the order of the corpus. Labels of weak
/// sets have no say, and of a planted copy only its new lines.
pub fn rows<'a>(corpus: &'a Corpus, stages: &Stages) -> Vec<KindRow<'a>> {
    let of_page = |(around, facts, scratch): &mut (Surroundings, PageFacts, LineScratch),
                   number: usize| {
        let mut rows = Vec::new();
        let page = &corpus.pages[number];
        let lines = &page.page.lines;
        let is_new = |line: usize| page.is_new.get(line).is_none_or(|&new| new);
        let known = |line: usize| {
            lines[line].kind.filter(|_| lines[line].label == Label::Junk && is_new(line))
        };
        if page.origin == Origin::Weak || (0..lines.len()).all(|line| known(line).is_none()) {
            return rows;
        }
        let texts = Page::from_lines(lines.iter().map(|l| l.text.as_str()));
        stages.line.without[page.fold].read(&texts.lines, facts, scratch);
        around.survey(facts, &stages.belief[number]);
        for (line, gold) in lines.iter().enumerate() {
            let Some(kind) = known(line) else { continue };
            let mut columns = [0.0; WIDTH];
            around.row(facts, line, &mut columns);
            rows.push(KindRow {
                text: &gold.text,
                columns,
                kind,
                weight: f64::from(page.weights[line]),
                site: &page.page.site,
                fold: page.fold,
                is_gold: page.origin == Origin::Gold,
            });
        }
        rows
    };
    let parts: Vec<Vec<KindRow<'a>>> =
        (0..corpus.pages.len()).into_par_iter().map_init(Default::default, of_page).collect();
    parts.into_iter().flatten().collect()
}

/// A fitted model and how the fit went.
pub struct FittedKinds {
    /// The model.
    pub model: KindModel,
    /// A line for the model card.
    pub report: String,
}

/// Fits the model of kinds.
///
/// # Errors
/// [`Error::Untrainable`] where fewer than two kinds have lines enough, [`Error::NotConverged`]
/// where the gradient says so: linfa returns `Ok` whether or not it found the minimum.
pub fn fit(rows: &[KindRow<'_>], settings: Settings) -> Result<FittedKinds> {
    let mut kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|&kind| rows.iter().filter(|row| row.kind == kind).count() >= LEAST)
        .collect();
    let drawn = draw(rows, &kinds, &settings);
    kinds.retain(|&kind| drawn.iter().any(|row| row.kind == kind));
    if kinds.len() < 2 {
        return Err(Error::Untrainable(format!(
            "{} kinds of junk have {LEAST} lines or more, and two are needed",
            kinds.len()
        )));
    }
    let class_of = |row: &KindRow<'_>| kinds.iter().position(|&kind| kind == row.kind);
    let targets: Array1<usize> = drawn.iter().filter_map(|&row| class_of(row)).collect();
    let scales = scales(&drawn);
    let grams = choose(&drawn, &kinds, settings.grams);
    let x = design(&drawn, &scales, &grams, settings.stretch);
    let n = drawn.len() as f64;
    let data = DatasetBase::new(x, targets);
    let fitted = MultiLogisticRegression::default()
        .alpha(settings.alpha)
        .max_iterations(MAX_ITERATIONS)
        .gradient_tolerance(TOLERANCE * n)
        .fit(&data)
        .map_err(|e| Error::Untrainable(format!("linfa-logistic: {e}")))?;
    let (params, intercept) = (fitted.params(), fitted.intercept());
    let gradient = gradient(&data.records, &data.targets, params, intercept, settings.alpha) / n;
    if gradient.is_nan() || gradient > 4.0 * TOLERANCE {
        return Err(Error::NotConverged {
            solver: "model of kinds".into(),
            detail: format!(
                "after at most {MAX_ITERATIONS} iterations over {n} rows the gradient for each row is {gradient:.2e}, not {TOLERANCE:.0e}"
            ),
        });
    }
    // Standard order whatever the layout: column by column, kind by kind.
    let weights: Vec<f64> = params.iter().copied().collect();
    let (columns, of_grams) = weights.split_at(WIDTH * kinds.len());
    let (table, step) = to_bytes(of_grams);
    let report = format!(
        "kinds: {} of {} lines with a kind drawn, {} kinds, {} n-grams, gradient {gradient:.1e} a row",
        drawn.len(),
        rows.len(),
        kinds.len(),
        grams.len()
    );
    let model = KindModel {
        kinds,
        scales,
        weights: columns.iter().map(|&w| w as f32).collect(),
        bias: intercept.iter().map(|&b| b as f32).collect(),
        grams,
        table,
        scale: step as f32 * settings.stretch,
    };
    Ok(FittedKinds { model, report })
}

/// Rows by weight, a heavy one more than once.
fn draw<'r, 'a>(
    rows: &'r [KindRow<'a>],
    kinds: &[Kind],
    settings: &Settings,
) -> Vec<&'r KindRow<'a>> {
    let sum_of = |kind: Kind| -> f64 {
        rows.iter().filter(|row| row.kind == kind).map(|row| row.weight).sum()
    };
    let factors: Vec<(Kind, f64)> =
        kinds.iter().map(|&kind| (kind, sum_of(kind).max(1e-9).powf(-settings.rare))).collect();
    let weight = |row: &KindRow<'_>| {
        let factor = factors.iter().find(|(kind, _)| *kind == row.kind);
        factor.map_or(0.0, |(_, factor)| factor * row.weight)
    };
    let sum: f64 = rows.iter().map(weight).sum();
    let wanted = settings.rows.min(rows.len()) as f64;
    let mut random = Rng::derive(settings.seed, "rows of the model of kinds", 0);
    let mut drawn = Vec::new();
    for row in rows {
        let expected = weight(row) * wanted / sum.max(1e-9);
        drawn.extend(std::iter::repeat_n(row, random.times(expected)));
    }
    drawn
}

fn scales(rows: &[&KindRow<'_>]) -> Vec<ColumnScale> {
    let n = rows.len().max(1) as f64;
    (0..WIDTH)
        .map(|column| {
            let of = |row: &&KindRow<'_>| f64::from(row.columns[column]);
            let mean = rows.iter().map(of).sum::<f64>() / n;
            let variance = rows.iter().map(|row| (of(row) - mean).powi(2)).sum::<f64>() / n;
            let inverse = if variance > 0.0 { 1.0 / variance.sqrt().max(0.02) } else { 0.0 };
            ColumnScale { mean: mean as f32, inverse: inverse as f32 }
        })
        .collect()
}

/// An n-gram must be on this many sites, so that no site's own name speaks for a kind …
const LEAST_SITES: usize = 2;
/// … and on this many drawn lines.
const LEAST_LINES: usize = 4;

/// The hashes of the n-grams that tell best whether a line is of a kind, `per_kind` for each, by χ² of
/// the two-by-two table (Yang and Pedersen 1997), rising.
fn choose(rows: &[&KindRow<'_>], kinds: &[Kind], per_kind: usize) -> Vec<u32> {
    let n = rows.len() as f64;
    let mut of_kind = vec![0.0; kinds.len()];
    let mut scratch = KindScratch::default();
    let mut seen: Vec<(u32, usize, &str)> = Vec::new();
    let mut own = Vec::new();
    for row in rows {
        let Some(kind) = kinds.iter().position(|&kind| kind == row.kind) else { continue };
        of_kind[kind] += 1.0;
        own.clear();
        scratch.hashes(row.text, |hash| own.push(hash));
        own.sort_unstable();
        own.dedup();
        seen.extend(own.iter().map(|&hash| (hash, kind, row.site)));
    }
    seen.sort_unstable();
    let mut best: Vec<Vec<(f64, u32)>> = vec![Vec::new(); kinds.len()];
    let mut with = vec![0.0; kinds.len()];
    for lines in seen.chunk_by(|a, b| a.0 == b.0) {
        let mut sites: Vec<&str> = lines.iter().map(|line| line.2).collect();
        sites.sort_unstable();
        sites.dedup();
        if lines.len() < LEAST_LINES || sites.len() < LEAST_SITES {
            continue;
        }
        with.fill(0.0);
        lines.iter().for_each(|line| with[line.1] += 1.0);
        let all = lines.len() as f64;
        for (kind, best) in best.iter_mut().enumerate() {
            let excess = with[kind] * n - all * of_kind[kind];
            if excess > 0.0 {
                let spread = all * of_kind[kind] * (n - all) * (n - of_kind[kind]);
                best.push((n * excess * excess / spread.max(1.0), lines[0].0));
            }
        }
    }
    let mut chosen: Vec<u32> = best
        .into_iter()
        .flat_map(|mut grams| {
            grams.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            grams.truncate(per_kind);
            grams.into_iter().map(|(_, hash)| hash)
        })
        .collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// One row a line: scaled columns, then n-grams.
fn design(
    rows: &[&KindRow<'_>],
    scales: &[ColumnScale],
    grams: &[u32],
    stretch: f32,
) -> Array2<f64> {
    let mut x = Array2::<f64>::zeros((rows.len(), WIDTH + grams.len()).f());
    let mut scratch = KindScratch::default();
    for (row, mut out) in rows.iter().zip(x.axis_iter_mut(Axis(0))) {
        for (column, scale) in scales.iter().enumerate() {
            out[column] = f64::from(scale.apply(row.columns[column]));
        }
        scratch.known(row.text, grams, |gram, value| {
            out[WIDTH + gram] = f64::from(value * stretch);
        });
    }
    x
}

/// Largest component of the gradient of Σ log-loss + α/2 ‖W‖².
fn gradient(
    x: &Array2<f64>,
    classes: &Array1<usize>,
    params: &Array2<f64>,
    intercept: &Array1<f64>,
    alpha: f64,
) -> f64 {
    let mut residuals = x.dot(params) + intercept;
    for (mut row, &class) in residuals.axis_iter_mut(Axis(0)).zip(classes) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|z| (z - largest).exp());
        let sum = row.sum();
        row.mapv_inplace(|p| p / sum);
        row[class] -= 1.0;
    }
    let along = x.t().dot(&residuals) + &(params * alpha);
    let intercepts = residuals.sum_axis(Axis(0));
    along.iter().chain(&intercepts).fold(0.0, |worst: f64, g| worst.max(g.abs()))
}
