//! Labelled lines and pages for tests.

use super::{LabelledLine, LabelledPage};
use crate::text::Label;

/// A line without kind or spans.
pub(crate) fn line(text: &str, label: Label) -> LabelledLine {
    LabelledLine { text: text.into(), label, kind: None, spans: Vec::new() }
}

/// The page `p` of the site `s` in the set `own`.
pub(crate) fn page(lines: impl IntoIterator<Item = LabelledLine>) -> LabelledPage {
    LabelledPage {
        id: "p".into(),
        site: "s".into(),
        lang: None,
        set: "own".into(),
        lines: lines.into_iter().collect(),
        html: None,
    }
}
