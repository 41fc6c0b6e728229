//! Fits the second head, on pages of HTML: the first head reads each page with a model that has not
//! seen its site, tokens of classes and ids become a margin of their own, and passes of curves over
//! text and tree together are fitted, calibrated and given an operating point, all by site.

use rayon::prelude::*;

use super::{
    bands::{self, Drawn},
    corpus::{Corpus, Origin, TrainingPage},
    csr::Csr,
    line_fit,
    operate::{Aim, HeldOut, Operation, operate},
    out_of_fold::{Fitted, Stages, describe, take_report},
    random::Rng,
    recipe::{PageRecipe, Recipe},
};
use crate::{
    Result,
    features::{
        context::Surroundings,
        facts::{Margins, PageFacts},
        ngrams::bucket,
        tree::{self, WIDTH},
    },
    html::{Document, Outline},
    model::{
        Curves, CurvesScratch, Evidence, LineScratch, PageModel, Table, TreeModel, TreeScratch,
        mean_of_passes, token_margins,
    },
    text::Label,
};

/// What was fitted, and how it went.
pub struct FittedTree {
    /// The head.
    pub model: TreeModel,
    /// What calibration takes, log odds with the level taken off, for each page of [`Corpus::html`] that has lines, by models that
    /// did not see the page's fold.
    pub belief: Vec<Vec<f32>>,
    /// One line a fit.
    pub report: Vec<String>,
}

/// A page with what is known before the head is fitted.
struct Read<'a> {
    page: &'a TrainingPage,
    document: &'a Document,
    facts: PageFacts,
    /// Answers of the first head, held out.
    belief: Vec<f32>,
    /// Margins of tokens, held out.
    tokens: Vec<f32>,
}

/// The buffers of one thread.
#[derive(Default)]
struct Scratch {
    line: LineScratch,
    around: Surroundings,
    curves: CurvesScratch,
    tree: TreeScratch,
}

/// Fits the head on [`Corpus::html`]. `progress` is told what is being done.
///
/// # Errors
/// Those of the fits.
pub fn fit(
    corpus: &Corpus,
    stages: &Stages,
    recipe: &Recipe,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<FittedTree> {
    let mut report = Vec::new();
    progress("reading pages of HTML");
    let mut pages = read(corpus, stages);

    progress("fitting tokens of the tree");
    let tokens = fit_tokens(corpus, &pages, recipe, &mut report)?;
    pages.par_iter_mut().for_each(|read| {
        let (table, bias) = &tokens.without[read.page.fold];
        token_margins(table, *bias, &read.document.outline, &mut read.tokens);
    });

    let sample = draw(&pages, recipe);
    let shape = PageRecipe {
        passes: recipe.html.passes,
        bands: recipe.html.bands.clone(),
        knots: recipe.html.knots,
        alpha: recipe.html.alpha,
        rows: recipe.html.rows,
        crosses: Vec::new(),
        ..recipe.page.clone()
    };
    let mut passes = Vec::new();
    let mut sums = vec![Vec::new(); pages.len()];
    for pass in 0..shape.passes {
        progress(&format!("fitting the head for HTML, pass {}", pass + 1));
        let rows = rows_of_sample(&pages, stages, &sample);
        let drawn = Drawn {
            rows: &rows,
            is_junk: sample.iter().map(|&at| pages[at.0].is_junk(at.1)).collect(),
            fold: sample.iter().map(|&at| pages[at.0].page.fold).collect(),
            folds: corpus.folds,
        };
        let name = format!("HTML, pass {}", pass + 1);
        let fitted = bands::fit(&drawn, &shape, &name, &mut report)?;
        pages.par_iter_mut().for_each_init(Scratch::default, |scratch, read| {
            read.apply(stages, &fitted.without[read.page.fold], scratch);
        });
        passes.push(fitted.whole);
        for (sum, read) in sums.iter_mut().zip(&pages) {
            sum.resize(read.belief.len(), 0.0);
            sum.iter_mut().zip(&read.belief).for_each(|(sum, belief)| *sum += belief);
        }
    }
    if recipe.html.average {
        for (read, mut sums) in pages.iter_mut().zip(sums) {
            mean_of_passes(&mut sums, passes.len());
            read.belief = sums;
        }
    }

    if let Some(level) = &recipe.html.level {
        let mut order = Vec::new();
        for Read { document, belief, .. } in &mut pages {
            level.take_off(belief, |line| document.outline.lines[line].characters, &mut order);
        }
    }

    progress("calibrating on held-out sites of HTML");
    let lines: Vec<HeldOut<'_>> =
        pages.iter().enumerate().flat_map(|(number, read)| read.held_out(number)).collect();
    let Operation { calibration, operating, policy, report: said } =
        operate(&lines, recipe, Aim::KeptText, recipe.html.max_article_loss)?;
    report.push(format!("HTML, {said}"));
    let (tokens, tokens_bias) = tokens.whole;
    let model = TreeModel {
        tokens,
        tokens_bias,
        passes,
        averages: recipe.html.average,
        level: recipe.html.level,
        calibration,
        policy,
        operating,
    };
    let belief = pages.into_iter().map(|read| read.belief).collect();
    Ok(FittedTree { model, belief, report })
}

fn read<'a>(corpus: &'a Corpus, stages: &Stages) -> Vec<Read<'a>> {
    let curves: Vec<Curves> = (0..corpus.folds)
        .map(|fold| Curves::new(stages.passes.iter().map(|pass| &pass.without[fold])))
        .collect();
    let pages = corpus.html.par_iter().filter_map(|page| {
        let html = page.page.html.as_deref()?;
        (!html.document.outline.lines.is_empty()).then_some((page, &html.document))
    });
    pages
        .map_init(Scratch::default, |scratch, (page, document)| {
            let mut facts = PageFacts::default();
            let lines = document.page().lines;
            stages.line.without[page.fold].read(&lines, &mut facts, &mut scratch.line);
            let mut belief: Vec<f32> = facts.margins.iter().map(Margins::total).collect();
            scratch.around.settle(&facts);
            let Scratch { around, curves: buffers, .. } = &mut *scratch;
            curves[page.fold].run(&facts, around, buffers, &mut belief);
            Read { page, document, facts, belief, tokens: Vec::new() }
        })
        .collect()
}

impl Read<'_> {
    fn outline(&self) -> &Outline {
        &self.document.outline
    }

    fn is_junk(&self, line: usize) -> bool {
        self.page.page.lines[line].label == Label::Junk
    }

    fn settle(&self, stages: &Stages, scratch: &mut Scratch) {
        let Scratch { line, around, tree, .. } = scratch;
        around.survey(&self.facts, &self.belief);
        let line_model = &stages.line.without[self.page.fold];
        tree.settle_with(self.document, &self.facts, &self.tokens, (line_model, line));
        tree.believe(self.outline(), &self.belief);
    }

    fn apply(&mut self, stages: &Stages, pass: &PageModel, scratch: &mut Scratch) {
        self.settle(stages, scratch);
        let mut row = [0.0; WIDTH];
        for line in 0..self.belief.len() {
            let Scratch { around, tree, .. } = &*scratch;
            tree.row(self.outline(), &self.facts, around, line, &mut row);
            self.belief[line] = pass.log_odds(&row);
        }
    }

    /// The lines that are measured on: those of real pages.
    fn held_out(&self, number: usize) -> impl Iterator<Item = HeldOut<'_>> {
        let is_real = self.page.origin != Origin::Made;
        let page = &self.page.page;
        let lines = page.lines.iter().enumerate().filter(move |_| is_real);
        lines.filter(|(_, line)| line.label != Label::Either).map(move |(index, line)| HeldOut {
            set: &page.set,
            site: &page.site,
            page: number,
            is_junk: line.label == Label::Junk,
            evidence: Evidence::of(&line.text, &self.facts, index, self.belief[index]),
        })
    }
}

fn fit_tokens(
    corpus: &Corpus,
    pages: &[Read<'_>],
    recipe: &Recipe,
    report: &mut Vec<String>,
) -> Result<Fitted<(Table<1>, f32)>> {
    let (mut rows, mut is_junk, mut weights, mut fold) = (Csr::new(), vec![], vec![], vec![]);
    let mut entries = Vec::new();
    for read in pages {
        for (line, labelled) in read.page.page.lines.iter().enumerate() {
            if labelled.label == Label::Either {
                continue;
            }
            entries.clear();
            let element = read.outline().lines[line].element;
            tree::tokens(read.outline(), element, |hash| {
                entries.push((bucket(hash, recipe.html.bits) as u32, 0.0));
            });
            let value = 1.0 / (entries.len().max(1) as f32).sqrt();
            entries.iter_mut().for_each(|entry| entry.1 = value);
            rows.push(&mut entries);
            is_junk.push(labelled.label == Label::Junk);
            weights.push(read.page.weights[line]);
            fold.push(read.page.fold);
        }
    }
    let problem = line_fit::Problem {
        rows: &rows,
        columns: 1 << recipe.html.bits,
        is_junk: &is_junk,
        weights: &weights,
        offsets: &[],
    };
    let settings = line_fit::Settings {
        cost: recipe.html.cost,
        tolerance: recipe.line.tolerance,
        max_passes: recipe.line.max_passes,
        seed: recipe.seed,
    };
    let fitted = Fitted::try_new(corpus.folds, |without| {
        let all = 0..rows.len() as u32;
        let subset: Vec<u32> = all.filter(|&i| Some(fold[i as usize]) != without).collect();
        let solution = line_fit::fit(&problem, &subset, &settings)?;
        let table = Table::quantise([&solution.weights]);
        let said = describe("tokens of the tree", rows.len(), &solution);
        Ok(((table, solution.bias as f32), said))
    })?;
    Ok(take_report(fitted, report))
}

/// Lines drawn by weight, as page and line.
fn draw(pages: &[Read<'_>], recipe: &Recipe) -> Vec<(usize, usize)> {
    let lines = || {
        pages.iter().enumerate().flat_map(|(number, read)| {
            let lines = read.page.page.lines.iter().zip(&read.page.weights).enumerate();
            let labelled = lines.filter(|(_, (line, _))| line.label != Label::Either);
            labelled.map(move |(line, (labelled, &weight))| {
                let length = (labelled.text.chars().count() as f64).powf(recipe.html.by_length);
                (number, line, f64::from(weight) * length)
            })
        })
    };
    let sum: f64 = lines().map(|(.., weight)| weight).sum();
    let wanted = recipe.html.rows.min(lines().count()) as f64;
    let mut random = Rng::derive(recipe.seed, "rows of the head for HTML", 0);
    let mut drawn = Vec::new();
    for (page, line, weight) in lines() {
        drawn.extend(std::iter::repeat_n((page, line), random.times(weight * wanted / sum)));
    }
    drawn
}

/// Rows of the drawn lines, in the order drawn; each page is settled once.
fn rows_of_sample(
    pages: &[Read<'_>],
    stages: &Stages,
    sample: &[(usize, usize)],
) -> Vec<[f32; WIDTH]> {
    let by_page: Vec<&[(usize, usize)]> = sample.chunk_by(|a, b| a.0 == b.0).collect();
    let parts: Vec<Vec<[f32; WIDTH]>> = by_page
        .par_iter()
        .map_init(Scratch::default, |scratch, drawn| {
            let read = &pages[drawn[0].0];
            read.settle(stages, scratch);
            let row = |&(_, line): &(usize, usize)| {
                let mut row = [0.0; WIDTH];
                scratch.tree.row(read.outline(), &read.facts, &scratch.around, line, &mut row);
                row
            };
            drawn.iter().map(row).collect()
        })
        .collect();
    parts.concat()
}
