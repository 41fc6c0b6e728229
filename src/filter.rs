//! 4. A page and a model give verdicts. One [`Filter`] is built from a model and a policy and
//! shared by every thread; a [`Scratch`] per thread holds the buffers.

use std::ops::Range;

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
pub struct Scratch {}

/// A model and a policy, ready to judge pages; shared by reference between threads.
#[derive(Debug)]
pub struct Filter {}

impl Filter {
    /// Takes a model and an operating point.
    pub fn new(_model: crate::Model, _policy: crate::model::Policy) -> Self {
        todo!()
    }

    /// Judges one page.
    pub fn judge(&self, _page: &crate::Page<'_>, _scratch: &mut Scratch) -> PageVerdict {
        todo!()
    }
}
