//! The second head, for HTML: what the tree knows of a line, beside what the first head says of its
//! text. A table of weights for the tokens of classes and ids, then passes of curves like those of the
//! page model over wider rows, and an operating point of its own, for the tree tells more than text does.

use crate::{
    features::{
        context::{self, Surroundings},
        facts::PageFacts,
        ngrams::bucket,
        tree::{self, TreeFacts, WIDTH},
    },
    html::{Document, Outline},
    model::{
        Calibration, Level, LineModel, LineScratch, OperatingCurve, PageModel, Policy, RowCurves,
        Table,
    },
    text::Line,
};

/// A fitted head.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeModel {
    /// Tokens of names, classes and ids.
    pub tokens: Table<1>,
    /// Added to every line's margin of tokens.
    pub tokens_bias: f32,
    /// Lines among their neighbours and in their containers; rows have [`WIDTH`] columns.
    pub passes: Vec<PageModel>,
    /// Whether the answer is the mean of the passes' log odds, rather than those of the last.
    pub averages: bool,
    /// How much a page asks of its lines; a head without it asks the same on every page.
    pub level: Option<Level>,
    /// Log odds of the passes, the level taken off, to probabilities.
    pub calibration: Calibration,
    /// The default operating point for HTML.
    pub policy: Policy,
    /// What other thresholds did on held-out sites.
    pub operating: OperatingCurve,
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct TreeScratch {
    facts: TreeFacts,
    margins: Vec<f32>,
    title: Vec<f32>,
    title_facts: PageFacts,
    known: Vec<u16>,
    /// Sums over the passes.
    answers: Vec<f32>,
    order: Vec<u32>,
}

impl TreeModel {
    /// Takes one belief a line, as the first head left it, and leaves its own in their place. `passes` are
    /// the model's own, laid out; `around` must have been settled for `facts`.
    pub fn run(
        &self,
        passes: &[RowCurves],
        document: &Document,
        (facts, around): (&PageFacts, &mut Surroundings),
        line_model: (&LineModel, &mut LineScratch),
        scratch: &mut TreeScratch,
        belief: &mut [f32],
    ) {
        let outline = &document.outline;
        token_margins(&self.tokens, self.tokens_bias, outline, &mut scratch.margins);
        scratch.settle(document, facts, line_model);
        let TreeScratch { facts: tree, answers, order, .. } = scratch;
        answers.clear();
        answers.resize(belief.len(), 0.0);
        let mut row = [0.0; WIDTH];
        for pass in passes {
            around.believe(facts, belief);
            tree.believe(outline, belief);
            for (line, (belief, sum)) in belief.iter_mut().zip(&mut *answers).enumerate() {
                write_row(tree, outline, facts, around, line, &mut row);
                *belief = pass.log_odds(&row);
                *sum += *belief;
            }
        }
        if self.averages {
            belief.copy_from_slice(answers);
            mean_of_passes(belief, self.passes.len());
        }
        if let Some(level) = &self.level {
            let characters = |line: usize| outline.lines[line].characters;
            level.take_off(belief, characters, order);
        }
    }
}

impl TreeScratch {
    /// Settles the page of a document; `margins` must be there.
    fn settle(
        &mut self,
        document: &Document,
        facts: &PageFacts,
        (model, scratch): (&LineModel, &mut LineScratch),
    ) {
        let title = document.meta.title.as_deref().unwrap_or_default();
        let line = Line { number: 1, start: 0, text: title };
        let lines = if title.is_empty() { &[][..] } else { std::slice::from_ref(&line) };
        model.read(lines, &mut self.title_facts, scratch);
        self.known.clear();
        if !lines.is_empty() {
            self.known.extend_from_slice(self.title_facts.units(0));
            self.known.sort_unstable();
        }
        self.title.clear();
        self.title.extend((0..facts.len()).map(|line| {
            let units = facts.units(line);
            let known = units.iter().filter(|unit| self.known.binary_search(unit).is_ok()).count();
            known as f32 / units.len().max(1) as f32
        }));
        self.facts.settle(&document.outline, facts, &self.margins, &self.title);
    }

    /// Settles a page with margins that come from elsewhere, one a line: training has its own.
    pub fn settle_with(
        &mut self,
        document: &Document,
        facts: &PageFacts,
        margins: &[f32],
        line_model: (&LineModel, &mut LineScratch),
    ) {
        self.margins.clear();
        self.margins.extend_from_slice(margins);
        self.settle(document, facts, line_model);
    }

    /// Looks over the page that was settled, with one belief a line.
    pub fn believe(&mut self, outline: &Outline, belief: &[f32]) {
        self.facts.believe(outline, belief);
    }

    /// The whole row of a line: the columns of its text, then those of the tree.
    pub fn row(
        &self,
        outline: &Outline,
        facts: &PageFacts,
        around: &Surroundings,
        line: usize,
        out: &mut [f32; WIDTH],
    ) {
        write_row(&self.facts, outline, facts, around, line, out);
    }
}

fn write_row(
    tree: &TreeFacts,
    outline: &Outline,
    facts: &PageFacts,
    around: &Surroundings,
    line: usize,
    out: &mut [f32; WIDTH],
) {
    if let Some((text, rest)) = out.split_first_chunk_mut::<{ context::WIDTH }>() {
        around.row(facts, line, text);
        tree.row(outline, line, rest);
    }
}

/// Turns sums over so many passes into means.
pub fn mean_of_passes(sums: &mut [f32], passes: usize) {
    let passes = passes.max(1) as f32;
    sums.iter_mut().for_each(|sum| *sum /= passes);
}

/// What the tokens around each line say. Lines of one element have one answer.
pub fn token_margins(table: &Table<1>, bias: f32, outline: &Outline, out: &mut Vec<f32>) {
    out.clear();
    let mut last = None;
    for line in &outline.lines {
        let margin = match last {
            Some((element, margin)) if element == line.element => margin,
            _ => {
                let (mut sum, mut count) = (0i64, 0usize);
                tree::tokens(outline, line.element, |hash| {
                    let weight = table.weights.get(bucket(hash, table.bits));
                    sum += weight.map_or(0, |&[weight]| i64::from(weight));
                    count += 1;
                });
                sum as f32 * table.scales[0] / (count.max(1) as f32).sqrt() + bias
            }
        };
        last = Some((line.element, margin));
        out.push(margin);
    }
}
