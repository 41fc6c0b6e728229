//! Fits the span model: labelled pages in, one model for each fold that has not seen it and one of
//! everything out. Pieces of junk lines are put inside article lines of the same fold; a table of n-grams
//! learns windows of text; then curves over the columns of positions, gaps and stretches learn where junk
//! lies, begins and ends, each from answers of models that did not see the line.

mod examples;
mod level;
mod rows;
mod threshold;

use rayon::prelude::*;

use self::{
    examples::{Example, byte_spans},
    rows::{LineRows, Row},
};
use super::{
    basis,
    corpus::{Corpus, Origin},
    line_fit, out_of_fold, page_fit,
    recipe::{PageRecipe, Recipe},
};
use crate::{
    Error, Result,
    features::{position::Positions, stretch},
    input::LabelledLine,
    model::{Additive, LineModel, SpanModel, Table},
    span::{SpanFinder, SpanScratch},
    text::Label,
};

/// Logarithm of the number of n-gram weights: 128 KB, which stays in a core's own cache.
const BITS: u32 = 17;
/// Fewer spliced lines teach nothing.
const LEAST_SPLICED: usize = 200;
/// A stretch of which this share of bytes is junk is an example of junk.
const MOSTLY: f64 = 0.6;
/// How the curves are fitted.
const FIT: page_fit::Settings =
    page_fit::Settings { alpha: 3.0, ridge: 3.0, tolerance: 5e-4, max_iterations: 500 };

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
/// Those of the fits; [`Error::Untrainable`] where there is too little junk to put inside lines.
pub fn fit(
    corpus: &Corpus,
    lines: &out_of_fold::Fitted<LineModel>,
    recipe: &Recipe,
) -> Result<Fitted> {
    let examples = examples::examples(corpus, recipe.seed);
    let spliced = examples.iter().filter(|e| !e.line.spans.is_empty()).count();
    if spliced < LEAST_SPLICED {
        return Err(Error::Untrainable(format!(
            "{spliced} article lines with junk inside, of at least {LEAST_SPLICED}"
        )));
    }
    let folds: Vec<Option<usize>> = (0..corpus.folds).map(Some).chain([None]).collect();
    let tables = fit_tables(corpus, &examples, &folds, recipe.seed)?;
    let parts: Vec<LineRows> = examples
        .par_iter()
        .enumerate()
        .map_init(Positions::default, |positions, (number, example)| {
            let unseen = (&tables[example.fold], &lines.without[example.fold]);
            rows::rows(example, number, unseen, positions)
        })
        .collect();
    let level = level::choose(&examples, &tables);
    let mut models: Vec<SpanModel> = folds
        .par_iter()
        .zip(&tables)
        .map(|(&without, table)| {
            Ok(SpanModel {
                table: table.clone(),
                level,
                positions: fit_curves(parts.iter().flat_map(|p| &p.positions), without, recipe)?,
                begins: fit_curves(parts.iter().flat_map(|p| &p.begins), without, recipe)?,
                ends: fit_curves(parts.iter().flat_map(|p| &p.ends), without, recipe)?,
                stretches: Additive::default(),
                threshold: 0.0,
            })
        })
        .collect::<Result<_>>()?;
    fit_stretches(corpus, lines, &examples, &folds, &mut models, recipe)?;
    let (threshold, report) = threshold::choose(corpus, lines, &models);
    models.iter_mut().for_each(|model| model.threshold = threshold);
    let whole = models.pop().ok_or_else(|| Error::Untrainable("no folds".into()))?;
    Ok(Fitted { whole, without: models, report })
}

/// What n-grams say of windows, without each fold.
fn fit_tables(
    corpus: &Corpus,
    examples: &[Example],
    folds: &[Option<usize>],
    seed: u64,
) -> Result<Vec<Table<1>>> {
    let (rows, is_junk, fold_of) = rows::windows(examples, corpus);
    let problem = line_fit::Problem {
        rows: &rows,
        columns: 1 << BITS,
        is_junk: &is_junk,
        weights: &vec![1.0; rows.len()],
        offsets: &[],
    };
    let settings = line_fit::Settings { cost: 1.0, tolerance: 0.02, max_passes: 300, seed };
    let fit = |without: &Option<usize>| {
        let subset: Vec<u32> =
            (0..rows.len() as u32).filter(|&i| Some(fold_of[i as usize]) != *without).collect();
        let solution = line_fit::fit(&problem, &subset, &settings)?;
        Ok(Table::quantise([&solution.weights]))
    };
    folds.par_iter().map(fit).collect()
}

/// Curves over the rows of all folds but one.
fn fit_curves<'a, const N: usize>(
    rows: impl Iterator<Item = &'a Row<N>>,
    without: Option<usize>,
    recipe: &Recipe,
) -> Result<Additive> {
    let (is_junk, rows): (Vec<bool>, Vec<&[f32; N]>) =
        rows.filter(|row| Some(row.fold) != without).map(|row| (row.is_junk, &row.columns)).unzip();
    if !is_junk.contains(&true) || !is_junk.contains(&false) {
        return Err(Error::Untrainable("spans: only one class to learn from".into()));
    }
    let shape = PageRecipe { crosses: Vec::new(), ..recipe.page.clone() };
    let basis = basis::place(&rows, &shape)?;
    let rows: Vec<&[f32]> = rows.iter().map(|row| &row[..]).collect();
    Ok(page_fit::fit(&rows, &is_junk, &basis, FIT)?.0)
}

/// Whether a run that was found is junk as a whole: learned from the runs found by models that had
/// not seen the line, in lines with spans and in every article line.
fn fit_stretches(
    corpus: &Corpus,
    line_models: &out_of_fold::Fitted<LineModel>,
    examples: &[Example],
    folds: &[Option<usize>],
    models: &mut [SpanModel],
    recipe: &Recipe,
) -> Result<()> {
    let articles = corpus
        .pages
        .iter()
        .filter(|p| p.origin != Origin::Weak)
        .flat_map(|p| p.page.lines.iter().map(move |l| (l, p.fold)))
        .filter(|(l, _)| l.label == Label::Article && l.spans.is_empty());
    let with_spans =
        examples.iter().map(|e| (&e.line, e.fold)).filter(|(l, _)| !l.spans.is_empty());
    let lines: Vec<(&LabelledLine, usize)> = articles.chain(with_spans).collect();
    let finders: Vec<SpanFinder> = models.iter().map(SpanFinder::new).collect();
    let parts: Vec<Vec<Row<{ stretch::WIDTH }>>> = lines
        .par_iter()
        .map_init(SpanScratch::default, |scratch, &(line, fold)| {
            let spans = byte_spans(line);
            let mut out = Vec::new();
            let line_model = &line_models.without[fold];
            finders[fold].candidates(&line.text, line_model, scratch, |span, columns| {
                let found = &span.bytes;
                let common = spans
                    .iter()
                    .map(|s| s.end.min(found.end).saturating_sub(s.start.max(found.start)));
                let is_junk = common.sum::<usize>() as f64 >= MOSTLY * found.len() as f64;
                out.push(Row { columns: *columns, is_junk, fold });
            });
            out
        })
        .collect();
    let fitted: Vec<Additive> = folds
        .par_iter()
        .map(|&without| fit_curves(parts.iter().flatten(), without, recipe))
        .collect::<Result<_>>()?;
    models.iter_mut().zip(fitted).for_each(|(model, stretches)| model.stretches = stretches);
    Ok(())
}
