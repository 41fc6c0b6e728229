//! Fits every stage on all folds and, for each fold, on the others; every stage after the first
//! learns from margins that no line's own fold took part in, because those are the margins it will
//! meet on new pages (stacked generalisation: Wolpert 1992).

use rayon::prelude::*;

use super::{
    bands::{self, Drawn},
    corpus::{Corpus, TrainingPage},
    csr::{self, Csr},
    line_fit, line_linfa,
    random::Rng,
    recipe::{Recipe, Solver},
};
use crate::{
    Error, Result,
    features::{
        context::{Surroundings, WIDTH},
        facts::{Margins, PageFacts},
        ngrams::{CHARACTERS, FORM, TERMS, WORDS},
    },
    model::{
        Curves, CurvesScratch, Evidence, LineModel, LineScratch, PageModel, Table, observe,
        word_codes,
    },
    text::{Kind, Label, Line},
};

/// One model fitted on everything, and one for each fold that has not seen it.
#[derive(Debug, Clone)]
pub struct Fitted<T> {
    /// Fitted on all folds.
    pub whole: T,
    /// `without[k]` was fitted on every fold but k.
    pub without: Vec<T>,
}

impl<T> Fitted<T> {
    /// Fits all of them side by side; `fit` is told which fold to leave out.
    ///
    /// # Errors
    /// Those of `fit`.
    pub fn try_new<F>(folds: usize, fit: F) -> Result<Self>
    where
        T: Send,
        F: Fn(Option<usize>) -> Result<T> + Sync,
    {
        let mut all: Vec<T> = (0..=folds)
            .into_par_iter()
            .map(|fold| fit((fold < folds).then_some(fold)))
            .collect::<Result<_>>()?;
        match all.pop() {
            Some(whole) => Ok(Fitted { whole, without: all }),
            None => Err(Error::Untrainable("no folds".into())),
        }
    }
}

/// Every line that has a label, in the order of pages.
struct Labelled {
    /// Page of each line.
    page: Vec<u32>,
    /// Index in that page.
    line: Vec<u32>,
    is_junk: Vec<bool>,
    is_planted: Vec<bool>,
    weight: Vec<f32>,
    fold: Vec<usize>,
}

impl Labelled {
    fn of(corpus: &Corpus) -> Self {
        let mut all = Labelled {
            page: Vec::new(),
            line: Vec::new(),
            is_junk: Vec::new(),
            is_planted: Vec::new(),
            weight: Vec::new(),
            fold: Vec::new(),
        };
        for (number, page) in corpus.pages.iter().enumerate() {
            for (index, line) in page.page.lines.iter().enumerate() {
                if line.label != Label::Either {
                    all.page.push(number as u32);
                    all.line.push(index as u32);
                    let is_junk = line.label == Label::Junk;
                    all.is_junk.push(is_junk);
                    // Sites show advertisements of their own: of that kind only what the planter put
                    // there is known to be planted.
                    let is_planted_ad =
                        line.kind == Some(Kind::Ad) && page.planted.get(index) == Some(&true);
                    let is_planted = is_planted_ad || line.kind.is_some_and(Kind::is_planted);
                    all.is_planted.push(is_junk && is_planted);
                    all.weight.push(page.weights[index]);
                    all.fold.push(page.fold);
                }
            }
        }
        all
    }

    fn subset(&self, without: Option<usize>) -> Vec<u32> {
        (0..self.page.len() as u32).filter(|&i| Some(self.fold[i as usize]) != without).collect()
    }
}

/// The fitted stages and the beliefs they leave about every line of the corpus, each held out.
pub struct Stages {
    /// Lines by themselves.
    pub line: Fitted<LineModel>,
    /// One a pass.
    pub passes: Vec<Fitted<PageModel>>,
    /// Log odds after the last pass, page by page, by models that did not see the page's fold.
    pub belief: Vec<Vec<f32>>,
    /// What is known of every line when it is decided on, in the same way.
    pub evidence: Vec<Vec<Evidence>>,
    /// How the fits went, one line each.
    pub report: Vec<String>,
}

/// How the step begins that fits the line model, in what `progress` is told.
pub const FITTING_LINES: &str = "fitting the line model";

/// Fits all stages. `progress` is told what is being done.
///
/// # Errors
/// Those of the fits.
pub fn fit(corpus: &Corpus, recipe: &Recipe, progress: &(dyn Fn(&str) + Sync)) -> Result<Stages> {
    let mut report = Vec::new();
    let labelled = Labelled::of(corpus);

    progress("building n-grams");
    let rows = n_grams(corpus, recipe);
    progress(&format!(
        "{FITTING_LINES} on {} lines, {} n-grams, {} + 1 times",
        rows.len(),
        rows.nonzeros(),
        corpus.folds
    ));
    let line = fit_lines(corpus, recipe, &labelled, &rows, &mut report)?;
    drop(rows);

    progress("fitting words on the lines left unsure");
    let line = fit_words(corpus, recipe, &labelled, line, &mut report)?;

    progress("reading every page with a model that has not seen its site");
    let facts: Vec<PageFacts> = corpus
        .pages
        .par_iter()
        .map_init(LineScratch::default, |scratch, page| {
            let mut facts = PageFacts::default();
            line.without[page.fold].read(&lines_of(page), &mut facts, scratch);
            facts
        })
        .collect();
    let mut belief: Vec<Vec<f32>> =
        facts.iter().map(|f| f.margins.iter().map(Margins::total).collect()).collect();

    let sample = draw(&labelled, recipe);
    let mut passes = Vec::new();
    for pass in 0..recipe.page.passes {
        progress(&format!("fitting the page model, pass {}", pass + 1));
        let fitted =
            fit_pass(corpus, recipe, &labelled, &sample, &facts, &belief, pass, &mut report)?;
        let curves: Vec<Curves> = fitted.without.iter().map(|pass| Curves::new([pass])).collect();
        belief = corpus
            .pages
            .par_iter()
            .zip(&facts)
            .zip(belief)
            .map_init(
                <(Surroundings, CurvesScratch)>::default,
                |(around, scratch), ((page, facts), mut belief)| {
                    around.settle(facts);
                    curves[page.fold].run(facts, around, scratch, &mut belief);
                    belief
                },
            )
            .collect();
        passes.push(fitted);
    }
    let evidence =
        corpus.pages.par_iter().zip(&facts).zip(&belief).map(|((page, facts), belief)| {
            let lines = page.page.lines.iter().zip(belief).enumerate();
            lines
                .map(|(i, (line, &log_odds))| Evidence::of(&line.text, facts, i, log_odds))
                .collect()
        });
    let evidence = evidence.collect();
    Ok(Stages { line, passes, belief, evidence, report })
}

fn lines_of(page: &TrainingPage) -> Vec<Line<'_>> {
    crate::Page::from_lines(page.page.lines.iter().map(|l| l.text.as_str())).lines
}

/// The n-grams of every labelled line, in the order of [`Labelled`].
fn n_grams(corpus: &Corpus, recipe: &Recipe) -> Csr {
    let (bits, longest) = (recipe.line.bits, recipe.line.max_characters);
    per_page(corpus, |page, _, scratch, matrix| {
        let (facts, line_scratch, entries) = scratch;
        for line in page.page.lines.iter().filter(|l| l.label != Label::Either) {
            facts.clear();
            entries.clear();
            observe(&line.text, facts, line_scratch, |line, _, _| {
                let start = |codes: &[u16]| codes.len().min(longest);
                csr::entries(&line.codes[..start(line.codes)], CHARACTERS, bits, entries);
                csr::entries(&line.terms[..start(line.terms)], TERMS, bits, entries);
                if recipe.line.form {
                    let skeleton = &line.skeleton[..start(line.skeleton)];
                    csr::entries(skeleton, FORM, bits, entries);
                }
                Margins::default()
            });
            matrix.push(entries);
        }
    })
}

type RowScratch = (PageFacts, LineScratch, Vec<(u32, f32)>);

/// Rows of each page in parallel, put together in the order of the pages.
fn per_page(
    corpus: &Corpus,
    rows_of: impl Fn(&TrainingPage, usize, &mut RowScratch, &mut Csr) + Sync,
) -> Csr {
    let parts: Vec<Csr> = corpus
        .pages
        .par_iter()
        .enumerate()
        .map_init(RowScratch::default, |scratch, (number, page)| {
            let mut matrix = Csr::new();
            rows_of(page, number, scratch, &mut matrix);
            matrix
        })
        .collect();
    let mut whole = Csr::new();
    for part in &parts {
        whole.append(part);
    }
    whole
}

fn fit_lines(
    corpus: &Corpus,
    recipe: &Recipe,
    labelled: &Labelled,
    rows: &Csr,
    report: &mut Vec<String>,
) -> Result<Fitted<LineModel>> {
    let fitted = Fitted::try_new(corpus.folds, |without| {
        let solver = LineSolver::new(recipe, labelled, labelled.subset(without));
        let columns = 1 << recipe.line.bits;
        let ask = |name: &str, is_junk: &[bool]| {
            let weights = &labelled.weight;
            let problem = line_fit::Problem { rows, columns, is_junk, weights, offsets: &[] };
            solver.fit(name, &problem)
        };
        let junk = ask("line model", &labelled.is_junk)?;
        // Where nothing is planted, there is nothing to learn of it, and the margin is 0.
        let planted = match solver.lines().iter().any(|&i| labelled.is_planted[i as usize]) {
            true => ask("planted lines", &labelled.is_planted)?,
            false => (line_fit::Solution::nothing(columns), "planted lines: none".into()),
        };
        let model = LineModel {
            // Here, and not before, real weights become bytes, whichever solver found them.
            table: Table::quantise([&junk.0.weights, &planted.0.weights]),
            form: recipe.line.form,
            biases: [junk.0.bias as f32, planted.0.bias as f32],
            words: Table::empty(),
            words_bias: 0.0,
            gate: 0.0,
        };
        Ok((model, [junk.1, planted.1].join("\n")))
    })?;
    Ok(take_report(fitted, report))
}

/// The solver that the recipe names, with the lines that it is to learn from.
enum LineSolver {
    Sparse(Vec<u32>, line_fit::Settings),
    Linfa(line_linfa::Drawn, line_linfa::Settings),
}

impl LineSolver {
    fn new(recipe: &Recipe, labelled: &Labelled, subset: Vec<u32>) -> Self {
        let (line, seed) = (&recipe.line, recipe.seed);
        let (cost, tolerance, max_passes) = (line.cost, line.tolerance, line.max_passes);
        match line.solver {
            Solver::Sparse => {
                LineSolver::Sparse(subset, line_fit::Settings { cost, tolerance, max_passes, seed })
            }
            Solver::Linfa => LineSolver::Linfa(
                line_linfa::Drawn::new(&labelled.weight, &subset, line.rows, seed),
                line_linfa::Settings {
                    cost,
                    columns: line.columns,
                    tolerance,
                    max_iterations: max_passes as u64,
                },
            ),
        }
    }

    fn lines(&self) -> &[u32] {
        match self {
            LineSolver::Sparse(lines, _) => lines,
            LineSolver::Linfa(drawn, _) => &drawn.lines,
        }
    }

    /// Real weights, and how the fit went, in a line.
    fn fit(
        &self,
        name: &str,
        problem: &line_fit::Problem<'_>,
    ) -> Result<(line_fit::Solution, String)> {
        match self {
            LineSolver::Sparse(lines, settings) => {
                let solution = line_fit::fit(problem, lines, settings)?;
                let report = describe(name, problem.rows.len(), &solution);
                Ok((solution, report))
            }
            LineSolver::Linfa(drawn, settings) => {
                let (solution, report) = line_linfa::fit(problem, drawn, settings)?;
                Ok((solution, format!("{name}, by linfa: {report}")))
            }
        }
    }
}

/// How a sparse fit went, in a line.
pub(super) fn describe(name: &str, lines: usize, solution: &line_fit::Solution) -> String {
    format!("{name}: {lines} lines, {} passes, gradient {:.1e}", solution.passes, solution.gradient)
}

/// Moves what the fits said into the report.
pub(super) fn take_report<T>(fitted: Fitted<(T, String)>, report: &mut Vec<String>) -> Fitted<T> {
    report.extend(fitted.whole.1.lines().map(str::to_owned));
    Fitted {
        whole: fitted.whole.0,
        without: fitted.without.into_iter().map(|(model, _)| model).collect(),
    }
}

/// Words correct the margins that the first table gives a line from outside its fold, and only
/// where those lie within the gate: the same lines that will be asked when filtering.
fn fit_words(
    corpus: &Corpus,
    recipe: &Recipe,
    labelled: &Labelled,
    lines: Fitted<LineModel>,
    report: &mut Vec<String>,
) -> Result<Fitted<LineModel>> {
    let gate = recipe.words.gate;
    let bits = recipe.words.bits;
    // A row is empty for a line whose words are not asked.
    let margins: Vec<std::sync::OnceLock<Vec<f32>>> =
        corpus.pages.iter().map(|_| Default::default()).collect();
    let rows = per_page(corpus, |page, number, scratch, matrix| {
        let (facts, line_scratch, entries) = scratch;
        let model = &lines.without[page.fold];
        let mut totals = Vec::new();
        for line in page.page.lines.iter().filter(|l| l.label != Label::Either) {
            facts.clear();
            entries.clear();
            let mut total = 0.0;
            observe(&line.text, facts, line_scratch, |line, folded, words| {
                total = model.base(line).total();
                if total.abs() < gate {
                    word_codes(line.codes, folded, words);
                    csr::entries(words, WORDS, bits, entries);
                }
                Margins::default()
            });
            totals.push(total);
            matrix.push(entries);
        }
        let _ = margins[number].set(totals);
    });
    let offsets: Vec<f32> =
        margins.into_iter().flat_map(|m| m.into_inner().unwrap_or_default()).collect();
    let asked: Vec<f32> = offsets
        .iter()
        .zip(&labelled.weight)
        .map(|(total, &weight)| if total.abs() < gate { weight } else { 0.0 })
        .collect();
    let problem = line_fit::Problem {
        rows: &rows,
        columns: 1 << bits,
        is_junk: &labelled.is_junk,
        weights: &asked,
        offsets: &offsets,
    };
    let settings = line_fit::Settings {
        cost: recipe.words.cost,
        tolerance: recipe.line.tolerance,
        max_passes: recipe.line.max_passes,
        seed: recipe.seed,
    };
    let n_asked = asked.iter().filter(|&&w| w > 0.0).count();
    let fitted = Fitted::try_new(corpus.folds, |without| {
        let solution = line_fit::fit(&problem, &labelled.subset(without), &settings)?;
        let base = without.map_or(&lines.whole, |fold| &lines.without[fold]);
        let model = LineModel {
            words: Table::quantise([&solution.weights]),
            words_bias: solution.bias as f32,
            gate,
            ..base.clone()
        };
        Ok((model, describe("words", n_asked, &solution)))
    })?;
    Ok(take_report(fitted, report))
}

/// Lines that the page model is fitted on, drawn by weight; a line of great weight comes more than
/// once, since linfa knows no weights. Drawn at even steps along the pages (systematic sampling), so
/// that every page has its share in every draw.
fn draw(labelled: &Labelled, recipe: &Recipe) -> Vec<u32> {
    let sum: f64 = labelled.weight.iter().map(|&w| f64::from(w)).sum();
    let wanted = recipe.page.rows.min(labelled.weight.len()) as f64;
    let mut reached = Rng::derive(recipe.seed, "rows of the page model", 0).unit();
    let mut drawn = Vec::new();
    for (index, &weight) in labelled.weight.iter().enumerate() {
        reached += f64::from(weight) * wanted / sum;
        let times = reached as usize;
        reached -= times as f64;
        drawn.extend(std::iter::repeat_n(index as u32, times));
    }
    drawn
}

#[expect(clippy::too_many_arguments)]
fn fit_pass(
    corpus: &Corpus,
    recipe: &Recipe,
    labelled: &Labelled,
    sample: &[u32],
    facts: &[PageFacts],
    belief: &[Vec<f32>],
    pass: usize,
    report: &mut Vec<String>,
) -> Result<Fitted<PageModel>> {
    let rows = rows_of_sample(corpus, labelled, sample, facts, belief);
    let drawn = Drawn {
        rows: &rows,
        is_junk: sample.iter().map(|&line| labelled.is_junk[line as usize]).collect(),
        fold: sample.iter().map(|&line| labelled.fold[line as usize]).collect(),
        folds: corpus.folds,
    };
    bands::fit(&drawn, &recipe.page, &format!("page model, pass {}", pass + 1), report)
}

/// Rows of the drawn lines, in the order drawn; each page is surveyed once.
fn rows_of_sample(
    corpus: &Corpus,
    labelled: &Labelled,
    sample: &[u32],
    facts: &[PageFacts],
    belief: &[Vec<f32>],
) -> Vec<[f32; WIDTH]> {
    let by_page: Vec<&[u32]> =
        sample.chunk_by(|&a, &b| labelled.page[a as usize] == labelled.page[b as usize]).collect();
    debug_assert!(by_page.len() <= corpus.pages.len());
    let parts: Vec<Vec<[f32; WIDTH]>> = by_page
        .par_iter()
        .map_init(Surroundings::default, |around, lines| {
            let page = labelled.page[lines[0] as usize] as usize;
            around.survey(&facts[page], &belief[page]);
            lines
                .iter()
                .map(|&i| {
                    let mut row = [0.0; WIDTH];
                    around.row(&facts[page], labelled.line[i as usize] as usize, &mut row);
                    row
                })
                .collect()
        })
        .collect();
    parts.concat()
}
