//! The figures of a run: one value a page, added up in any order.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::clean::is_removed;
use super::skeletons::{SkeletonScratch, Skeletons};
use crate::input::InputPage;
use crate::{Page, PageVerdict, Verdict, text::Kind};

/// Counts over pages. Lines are those that are not blank; characters are those of such lines.
///
/// As JSON, what is zero is left out, and so are the skeletons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Pages judged.
    pub pages: u64,
    /// Pages with no article: nothing of them is left.
    #[serde(skip_serializing_if = "is_zero")]
    pub empty_pages: u64,
    /// Pages kept whole by the guard.
    #[serde(skip_serializing_if = "is_zero")]
    pub guarded_pages: u64,
    /// Lines judged.
    pub lines: u64,
    /// Lines removed.
    #[serde(skip_serializing_if = "is_zero")]
    pub removed_lines: u64,
    /// Of these, lines that go only since other pages of their site have them, too.
    #[serde(skip_serializing_if = "is_zero")]
    pub repeated_lines: u64,
    /// Of those that were removed, lines by kind, where the filter named it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<Kind, u64>,
    /// And what they look like, where that was asked for: see [`Summary::with_skeletons`].
    #[serde(skip)]
    pub skeletons: Skeletons,
    /// Lines kept that the model would not bet on.
    #[serde(skip_serializing_if = "is_zero")]
    pub unsure_lines: u64,
    /// Spans cut out of kept lines.
    #[serde(skip_serializing_if = "is_zero")]
    pub cut_spans: u64,
    /// Characters judged.
    pub chars: u64,
    /// Characters removed, in lines and in spans.
    #[serde(skip_serializing_if = "is_zero")]
    pub removed_chars: u64,
    /// Pages in which faulty sequences were replaced by U+FFFD.
    #[serde(skip_serializing_if = "is_zero")]
    pub mended_pages: u64,
    /// Faulty sequences replaced.
    #[serde(skip_serializing_if = "is_zero")]
    pub replaced: u64,
    /// Pages in other encodings than UTF-8, by encoding.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub encodings: BTreeMap<String, u64>,
    /// Records of WARC files that are no pages of text.
    #[serde(skip_serializing_if = "is_zero")]
    pub passed_over: u64,
    /// Inputs and pages that could not be read.
    #[serde(skip_serializing_if = "is_zero")]
    pub errors: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Summary {
    /// The figures of one page; of a piece of a long text, those that [`Summary::join`] adds up.
    pub fn of_page(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict) -> Self {
        let mut summary = Summary {
            pages: 1,
            guarded_pages: verdict.guarded.into(),
            lines: lines.lines.len() as u64,
            mended_pages: (page.replaced > 0).into(),
            replaced: page.replaced as u64,
            ..Summary::default()
        };
        // What is known at the end of a page is known of all of it.
        let is_end = page.piece.as_ref().is_none_or(|piece| piece.is_last);
        if is_end && page.encoding != "UTF-8" {
            summary.encodings.insert(page.encoding.into(), 1);
        }
        for (index, line) in lines.lines.iter().enumerate() {
            let n_chars = line.text.chars().count() as u64;
            summary.chars += n_chars;
            let Some(v) = verdict.lines.get(index) else { continue };
            if is_removed(Some(v)) {
                summary.removed_lines += 1;
                summary.removed_chars += n_chars;
                let is_tipped = verdict.tipped.get(index).is_some_and(|&repeats| repeats > 0.0);
                summary.repeated_lines += u64::from(is_tipped);
                if let Some(kind) = v.kind {
                    *summary.kinds.entry(kind).or_default() += 1;
                }
                continue;
            }
            summary.unsure_lines += u64::from(v.verdict == Verdict::Unsure);
            for cut in v.cut.iter().filter_map(|cut| line.text.get(cut.clone())) {
                summary.cut_spans += 1;
                summary.removed_chars += cut.chars().count() as u64;
            }
        }
        summary.empty_pages = (summary.lines > 0 && summary.removed_lines == summary.lines).into();
        summary
    }

    /// Adds the figures of the next piece of the same page.
    pub fn join(&mut self, piece: Summary) {
        *self += piece;
        self.pages = self.pages.min(1);
        self.guarded_pages = self.guarded_pages.min(1);
        self.mended_pages = self.mended_pages.min(1);
        self.empty_pages = (self.lines > 0 && self.removed_lines == self.lines).into();
    }

    /// Also counts what the removed lines of the page look like.
    #[must_use]
    pub fn with_skeletons(mut self, lines: &Page<'_>, verdict: &PageVerdict) -> Self {
        let mut scratch = SkeletonScratch::default();
        for (line, v) in lines.lines.iter().zip(&verdict.lines) {
            if is_removed(Some(v)) {
                self.skeletons.add(line.text, &mut scratch);
            }
        }
        self
    }

    /// The share of characters removed, 0 to 1.
    pub fn removed_share(&self) -> f64 {
        if self.chars == 0 { 0.0 } else { self.removed_chars as f64 / self.chars as f64 }
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Summary) {
        self.pages += other.pages;
        self.empty_pages += other.empty_pages;
        self.guarded_pages += other.guarded_pages;
        self.lines += other.lines;
        self.removed_lines += other.removed_lines;
        self.repeated_lines += other.repeated_lines;
        for (kind, lines) in other.kinds {
            *self.kinds.entry(kind).or_default() += lines;
        }
        self.skeletons += other.skeletons;
        self.unsure_lines += other.unsure_lines;
        self.cut_spans += other.cut_spans;
        self.chars += other.chars;
        self.removed_chars += other.removed_chars;
        self.mended_pages += other.mended_pages;
        self.replaced += other.replaced;
        for (encoding, pages) in other.encodings {
            *self.encodings.entry(encoding).or_default() += pages;
        }
        self.passed_over += other.passed_over;
        self.errors += other.errors;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page, verdicts};
    use super::*;
    use crate::input::Format;

    #[test]
    fn a_page_is_counted_and_added() {
        let page = page(Format::Text, "甲乙丙\n\n丁戊\n己\n\u{fffd}");
        let one = Summary::of_page(&page, &page.lines(), &verdicts("cjua"));
        let mut sum = Summary { errors: 1, ..Summary::default() };
        sum += one.clone();
        let (lines, all) = (page.lines(), verdicts("jjjj"));
        sum += Summary::of_page(&page, &lines, &all).with_skeletons(&lines, &all);
        let figures = |s: &Summary| {
            (
                s.pages,
                s.lines,
                s.removed_lines,
                s.unsure_lines,
                s.cut_spans,
                s.chars,
                s.removed_chars,
            )
        };
        assert_eq!(figures(&one), (1, 4, 1, 1, 1, 7, 3));
        assert_eq!(figures(&sum), (2, 8, 5, 1, 1, 14, 10));
        assert_eq!(sum.skeletons.top(9)[0], ("文".to_owned(), 3, "甲乙丙"));
        assert_eq!(sum.kinds, BTreeMap::from([(Kind::Nav, 5)]));
        assert_eq!((sum.empty_pages, sum.errors, sum.replaced), (1, 1, 0));
        assert!((one.removed_share() - 3.0 / 7.0).abs() < 1e-12);
        assert_eq!(Summary::default().removed_share(), 0.0);
    }
}
