//! What is taken out of a page, as ranges of what was read: bytes of a text, or of a JSON object as it
//! was written, with its escapes. What is written is what lies between them; with the receipts of the
//! ranges the page can be put back together.

use std::ops::Range;

use super::clean::is_removed;
use super::literal::Literal;
use crate::input::{Content, Element, Record};
use crate::{Page, PageVerdict};

/// One range that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Removal {
    /// Index of its line in the page's lines.
    pub(super) line: usize,
    /// What is removed.
    pub(super) what: What,
    /// Bytes of the text, or of the JSON object as it was written.
    pub(super) range: Range<usize>,
    /// What stands in its place: nothing, but for half characters.
    pub(super) put: &'static str,
}

/// What a range is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A line with its terminator and the blank lines that go with it.
    Line,
    /// Bytes of a line that is kept.
    Span(Range<usize>),
    /// Half a character, which cannot be written as such.
    Surrogate,
}

/// Calls `each` for what goes from a text, in order.
pub(super) fn for_each_in_text(
    text: &str,
    lines: &Page<'_>,
    verdict: &PageVerdict,
    mut each: impl FnMut(Removal),
) {
    for (index, (line, v)) in lines.lines.iter().zip(&verdict.lines).enumerate() {
        if is_removed(Some(v)) {
            let range = block(text, lines, index);
            each(Removal { line: index, what: What::Line, range, put: "" });
            continue;
        }
        for cut in v.cuts(line.text) {
            let range = line.start + cut.start..line.start + cut.end;
            each(Removal { line: index, what: What::Span(cut), range, put: "" });
        }
    }
}

/// Calls `each` for what goes from a JSON object, in order; ranges are those of its line.
pub(super) fn for_each_in_record(
    record: &Record,
    lines: &Page<'_>,
    verdict: &PageVerdict,
    mut each: impl FnMut(Removal),
) {
    match &record.content {
        Content::Text { text, range } => {
            let raw = record.raw.get(range.clone()).unwrap_or_default();
            let mut literal = Literal::new(raw);
            let surrogates = literal.lone_surrogates();
            if surrogates.is_empty() {
                for_each_in_text(text, lines, verdict, |removal| {
                    each(in_literal(removal, &mut literal, range.start));
                });
                return;
            }
            let mut removals = Vec::new();
            for_each_in_text(text, lines, verdict, |removal| {
                removals.push(in_literal(removal, &mut literal, range.start));
            });
            if removals.is_empty() {
                return;
            }
            let mut literal = Literal::new(raw);
            for (at, n_bytes) in surrogates {
                let start = range.start + literal.raw_of(at);
                let line = lines.lines.partition_point(|line| line.start <= at).saturating_sub(1);
                let range = start..start + n_bytes;
                if !removals.iter().any(|r| r.range.contains(&start)) {
                    removals.push(Removal { line, what: What::Surrogate, range, put: "\u{fffd}" });
                }
            }
            removals.sort_by_key(|removal| removal.range.start);
            removals.into_iter().for_each(each);
        }
        // Ranges are those of its text: the HTML itself is not in the output.
        Content::Html { document, .. } => for_each_in_text(&document.text, lines, verdict, each),
        Content::Lines { elements, range } => {
            let last = elements.last().map_or(range.end, |element| element.range.end);
            let mut is_head = true;
            for (index, (line, v)) in lines.lines.iter().zip(&verdict.lines).enumerate() {
                // The elements of this line: its own, and the blank ones up to the next line's.
                let own = (line.number as usize).saturating_sub(1);
                let first = if index == 0 { 0 } else { own };
                let next = lines.lines.get(index + 1).map(|line| line.number as usize - 1);
                if is_removed(Some(v)) {
                    let start = |e: &Element| e.range.start;
                    let end = |e: &Element| e.range.end;
                    let range = if is_head {
                        // Nothing stands before it: the comma after it goes too.
                        let next = next.and_then(|next| elements.get(next)).map_or(last, start);
                        elements.get(first).map_or(last, start)..next
                    } else {
                        let before = first.checked_sub(1).and_then(|before| elements.get(before));
                        let until = next.and_then(|next| elements.get(next.saturating_sub(1)));
                        before.map_or(last, end)..until.map_or(last, end)
                    };
                    each(Removal { line: index, what: What::Line, range, put: "" });
                    continue;
                }
                is_head = false;
                let Some(element) = elements.get(own) else { continue };
                let raw = record.raw.get(element.text_range.clone()).unwrap_or_default();
                let mut literal = Literal::new(raw);
                for cut in v.cuts(line.text) {
                    let removal =
                        Removal { line: index, range: cut.clone(), what: What::Span(cut), put: "" };
                    each(in_literal(removal, &mut literal, element.text_range.start));
                }
            }
        }
    }
}

/// A range of a text as a range of the line that holds it as a JSON string.
fn in_literal(removal: Removal, literal: &mut Literal<'_>, start: usize) -> Removal {
    let from = start + literal.raw_of(removal.range.start);
    let to = start + literal.raw_of(removal.range.end);
    Removal { range: from..to, ..removal }
}

/// The bytes of the page's text that go where the line goes: itself, its terminator, the blank lines
/// after it; for the first line also those before it.
pub(super) fn block(text: &str, lines: &Page<'_>, index: usize) -> Range<usize> {
    let start = match index {
        0 => 0,
        _ => lines.lines.get(index).map_or(text.len(), |line| line.start),
    };
    let end = lines.lines.get(index + 1).map_or(text.len(), |line| line.start);
    start..end
}
