//! Labelled pages: the format of `training/LABELLING.md`, read for training and evaluation.

use std::ops::Range;

use crate::text::{Kind, Label};

/// A page with a label on every line.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledPage {
    /// The page's own name; unique within its set.
    pub id: String,
    /// Pages of one site stay on one side of every split.
    pub site: String,
    /// `zh`, `en`, … where the page says so.
    pub lang: Option<String>,
    /// The set the page came from: the file's name without its endings.
    pub set: String,
    /// Its lines that are not blank, in order.
    pub lines: Vec<LabelledLine>,
}

/// A line with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledLine {
    /// The line, as it stands in the page.
    pub text: String,
    /// What it is.
    pub label: Label,
    /// What sort of junk, where known.
    pub kind: Option<Kind>,
    /// Junk inside an article line, in characters; sorted, not overlapping.
    pub spans: Vec<Range<usize>>,
}
