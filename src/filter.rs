//! Part 4 of the way: a page and a model give verdicts. One [`Filter`] is built from a model and a
//! policy and shared by every thread; a [`Scratch`] for each thread holds the buffers.

use std::ops::Range;

use crate::{
    features::{
        context::Surroundings,
        facts::{Margins, PageFacts},
    },
    model::{LineScratch, Model, Policy},
    text::{Line, Page},
};

/// What is to be done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Kept.
    Article,
    /// Kept, but the model would not bet on it.
    Unsure,
    /// Removed.
    Junk,
}

/// The verdict on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineVerdict {
    /// Probability that the line is junk.
    pub probability: f32,
    /// What follows from it.
    pub verdict: Verdict,
    /// Junk inside a line that is otherwise kept: byte ranges of the line's text, sorted, not
    /// overlapping, on character boundaries. Empty for a line that is removed.
    pub cut: Vec<Range<usize>>,
}

/// The verdicts on a page, one for each of [`crate::Page::lines`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageVerdict {
    /// In the order of the page's lines.
    pub lines: Vec<LineVerdict>,
    /// More would have gone than the model has grounds for, so the page was kept whole:
    /// lines that would have been junk are `Unsure`.
    pub guarded: bool,
}

/// The buffers of one thread; reused from page to page.
#[derive(Debug, Default)]
pub struct Scratch {
    line: LineScratch,
    facts: PageFacts,
    surroundings: Surroundings,
    belief: Vec<f32>,
}

/// A model and a policy, ready to judge pages; shared by reference between threads.
#[derive(Debug)]
pub struct Filter {
    model: Model,
    policy: Policy,
}

/// Pages are judged in windows of at most this many lines, so that time and memory stay linear …
const WINDOW: usize = 10_000;
/// … that overlap by this much on either side, so that no line stands at an edge that is not there.
const OVERLAP: usize = 200;
/// The guard has nothing to say about pages with fewer lines.
const GUARD_LINES: usize = 5;

impl Filter {
    /// Takes a model and an operating point.
    pub fn new(model: Model, policy: Policy) -> Self {
        Filter { model, policy }
    }

    /// The operating point.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges one page.
    pub fn judge(&self, page: &Page<'_>, scratch: &mut Scratch) -> PageVerdict {
        let mut verdict = PageVerdict::default();
        self.judge_into(page, scratch, &mut verdict);
        verdict
    }

    /// Judges one page into a verdict that is reused.
    pub fn judge_into(&self, page: &Page<'_>, scratch: &mut Scratch, verdict: &mut PageVerdict) {
        verdict.lines.clear();
        verdict.guarded = false;
        let lines = &page.lines;
        let mut done = 0;
        while done < lines.len() {
            let from = done.saturating_sub(OVERLAP);
            let last = lines.len() - from <= WINDOW;
            let to = if last { lines.len() } else { from + WINDOW };
            let until = if last { to } else { to - OVERLAP };
            self.model.log_odds(&lines[from..to], scratch);
            for (&log_odds, line) in
                scratch.belief[done - from..until - from].iter().zip(&lines[done..until])
            {
                verdict.lines.push(self.decide(self.model.calibration.probability(log_odds), line));
            }
            done = until;
        }
    }

    fn decide(&self, probability: f32, _line: &Line<'_>) -> LineVerdict {
        let verdict = if probability >= self.policy.threshold {
            Verdict::Junk
        } else if probability >= self.policy.unsure {
            Verdict::Unsure
        } else {
            Verdict::Article
        };
        LineVerdict { probability, verdict, cut: Vec::new() }
    }
}

impl Model {
    /// Log odds of junk after the last pass, before calibration, left in `scratch.belief`.
    fn log_odds(&self, lines: &[Line<'_>], scratch: &mut Scratch) {
        let Scratch { line, facts, surroundings, belief } = scratch;
        self.line.read(lines, facts, line);
        belief.clear();
        belief.extend(facts.margins.iter().map(Margins::total));
        for pass in &self.passes {
            pass.run(facts, surroundings, belief);
        }
    }
}
