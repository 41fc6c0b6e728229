//! The kept part of a page, byte for byte as it came. A line goes with its own terminator and with
//! the blank lines after it; blank lines before the first line go with the first. Where nothing is
//! removed, what is written is what was read.

use std::ops::Range;

use super::push_json;
use crate::input::{Body, Content, Element, InputPage, Record};
use crate::{LineVerdict, Page, PageVerdict, Verdict};

/// Appends the kept part of a page in the form in which it came: text, or a JSON object with all its
/// other fields as they were. `lines` and `verdict` are those of the page.
pub fn clean(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    match &page.body {
        Body::Text(text) => clean_text(text, lines, verdict, out),
        Body::Record(record) => clean_record(record, lines, verdict, out),
    }
}

/// Appends the kept part of a text.
///
/// ```
/// use dechaff::{LineVerdict, Page, PageVerdict, Verdict, output::clean_text};
/// let line = |verdict| LineVerdict { probability: 0.5, verdict, cut: vec![], kind: None };
/// let verdict = PageVerdict {
///     lines: vec![line(Verdict::Article), line(Verdict::Junk), line(Verdict::Unsure)],
///     guarded: false,
/// };
/// let text = "one\r\n\r\ntwo\n\nthree";
/// let mut out = Vec::new();
/// clean_text(text, &Page::from_text(text), &verdict, &mut out);
/// assert_eq!(out, b"one\r\n\r\nthree");
/// ```
pub fn clean_text(text: &str, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    for_each_kept(text, lines, verdict, |part| out.extend_from_slice(part.as_bytes()));
}

fn for_each_kept(text: &str, lines: &Page<'_>, verdict: &PageVerdict, mut push: impl FnMut(&str)) {
    if lines.lines.is_empty() {
        push(text);
    }
    for (index, line) in lines.lines.iter().enumerate() {
        let line_verdict = verdict.lines.get(index);
        if !is_removed(line_verdict) {
            let block = block(text, lines, index);
            push(text.get(block.start..line.start).unwrap_or_default());
            kept_parts(line.text, line_verdict).for_each(&mut push);
            push(text.get(line.start + line.text.len()..block.end).unwrap_or_default());
        }
    }
}

/// Appends a JSON object with its text or its array of lines reduced to what is kept. Elements that
/// lose a span are written anew, the other ones as they were.
pub fn clean_record(record: &Record, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let raw = record.raw.as_str();
    let is_changed = |v: &LineVerdict| v.verdict == Verdict::Junk || !v.cut.is_empty();
    if !verdict.lines.iter().any(is_changed) {
        out.extend_from_slice(raw.as_bytes());
        return;
    }
    let push = |out: &mut Vec<u8>, range: Range<usize>| {
        out.extend_from_slice(raw.get(range).unwrap_or_default().as_bytes());
    };
    match &record.content {
        Content::Text { text, range } => {
            let mut kept = String::with_capacity(text.len());
            for_each_kept(text, lines, verdict, |part| kept.push_str(part));
            push(out, 0..range.start);
            push_json(out, &kept);
            push(out, range.end..raw.len());
        }
        Content::Lines { elements, range } => {
            let first = elements.first().map_or(range.end, |element| element.range.start);
            let last = elements.last().map_or(range.end, |element| element.range.end);
            push(out, 0..first);
            let mut is_first = true;
            for (index, element_verdict) in element_verdicts(elements, lines, verdict) {
                let Some(element) = elements.get(index) else { continue };
                if is_removed(element_verdict) {
                    continue;
                }
                if !is_first && let Some(before) = elements.get(index.wrapping_sub(1)) {
                    // The comma and the white space that stood before this element.
                    push(out, before.range.end..element.range.start);
                }
                is_first = false;
                // A blank element shares the fate of its line, but has nothing to be cut.
                let is_line = !element.text.chars().all(char::is_whitespace);
                if is_line && element_verdict.is_some_and(|v| !v.cut.is_empty()) {
                    push(out, element.range.start..element.text_range.start);
                    let text: String = kept_parts(&element.text, element_verdict).collect();
                    push_json(out, &text);
                    push(out, element.text_range.end..element.range.end);
                } else {
                    push(out, element.range.clone());
                }
            }
            push(out, last..raw.len());
        }
    }
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

/// A line without a verdict is kept: nothing goes that was not judged.
pub(super) fn is_removed(verdict: Option<&LineVerdict>) -> bool {
    verdict.is_some_and(|v| v.verdict == Verdict::Junk)
}

/// The parts of a line that are left when the cuts are taken out. A cut that does not lie on the
/// line's characters is not made.
fn kept_parts<'a>(
    line: &'a str,
    verdict: Option<&'a LineVerdict>,
) -> impl Iterator<Item = &'a str> {
    let cuts = verdict.map_or(&[][..], |v| v.cut.as_slice());
    let mut from = 0;
    let ends = cuts.iter().map(Some).chain(std::iter::once(None));
    ends.filter_map(move |cut| {
        let Some(cut) = cut else { return line.get(from..) };
        let part = line.get(from..cut.start)?;
        line.get(cut.clone())?;
        from = cut.end;
        Some(part)
    })
}

/// Every element with the verdict of the line that it belongs to.
fn element_verdicts<'a>(
    elements: &[Element],
    lines: &Page<'_>,
    verdict: &'a PageVerdict,
) -> impl Iterator<Item = (usize, Option<&'a LineVerdict>)> {
    let mut next = 0;
    (0..elements.len()).map(move |index| {
        // The line's number in an array is its index plus one.
        if lines.lines.get(next).is_some_and(|line| line.number as usize == index + 1) {
            next += 1;
        }
        (index, verdict.lines.get(next.saturating_sub(1)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdicts;
    use super::*;
    use crate::input::{Format, RawPage};
    use proptest::prelude::*;
    use std::path::Path;

    fn cleaned(text: &str, letters: &str) -> String {
        let mut out = Vec::new();
        clean_text(text, &Page::from_text(text), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn cleaned_record(raw: &str, letters: &str) -> String {
        let bytes = raw.as_bytes().to_vec();
        let raw = RawPage {
            path: Path::new("f").into(),
            line: 1,
            format: Format::JsonLines,
            bytes,
            about: Default::default(),
        };
        let page = raw.parse(None).unwrap();
        let mut out = Vec::new();
        clean(&page, &page.lines(), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_go_with_what_is_theirs() {
        assert_eq!(cleaned("\n甲\n乙\r\n\r\n丙", "aja"), "\n甲\n丙");
        assert_eq!(cleaned("\n甲\n乙\r\n\r\n丙", "jua"), "乙\r\n\r\n丙");
        assert_eq!(cleaned("\n甲\n乙\r\n\r\n丙", "aaj"), "\n甲\n乙\r\n\r\n");
        assert_eq!(cleaned("\n甲\n乙\r\n\r\n丙", "jjj"), "");
        assert_eq!(cleaned(" \n\n", ""), " \n\n");
        assert_eq!(cleaned("", ""), "");
    }

    #[test]
    fn cuts_take_just_their_bytes() {
        assert_eq!(cleaned("甲乙丙 \r\n丁", "ca"), "甲丙 \r\n丁");
        // A cut off the character boundaries, or beyond the text, is not made.
        assert_eq!(cleaned("ab甲\nc", "ca"), "ab甲\nc");
        assert_eq!(cleaned("甲\n\n\nc", "ca"), "甲\n\n\nc");
        assert_eq!(cleaned("abc", "c"), "abc");
        // A line that was not judged is kept.
        assert_eq!(cleaned("a\nb", "j"), "b");
    }

    #[test]
    fn the_other_fields_of_a_record_stay_byte_for_byte() {
        let raw = "{\"u\\u00e9\":1.50,\"text\" : \"\\u7532\\n乙\\n\" , \"z\":[ ]}\r\n";
        assert_eq!(cleaned_record(raw, "aa"), raw);
        let want = "{\"u\\u00e9\":1.50,\"text\" : \"乙\\n\" , \"z\":[ ]}\r\n";
        assert_eq!(cleaned_record(raw, "ja"), want);
        let want = "{\"u\\u00e9\":1.50,\"text\" : \"\" , \"z\":[ ]}\r\n";
        assert_eq!(cleaned_record(raw, "jj"), want);
    }

    #[test]
    fn arrays_lose_elements_and_elements_lose_spans() {
        let raw = r#"{"lines": [ "", "甲",  {"text":"乙乙乙","k":0}, " ", "丙\u4e01" ], "b":1}"#;
        assert_eq!(cleaned_record(raw, "aaa"), raw);
        for (letters, kept) in [
            ("jaa", r#"[ {"text":"乙乙乙","k":0}, " ", "丙\u4e01" ]"#),
            ("aja", r#"[ "", "甲", "丙\u4e01" ]"#),
            ("aac", r#"[ "", "甲",  {"text":"乙乙乙","k":0}, " ", "丙" ]"#),
            ("aca", r#"[ "", "甲",  {"text":"乙乙","k":0}, " ", "丙\u4e01" ]"#),
            ("aaj", r#"[ "", "甲",  {"text":"乙乙乙","k":0}, " " ]"#),
            ("jjj", "[  ]"),
        ] {
            assert_eq!(cleaned_record(raw, letters), format!(r#"{{"lines": {kept}, "b":1}}"#));
        }
        assert_eq!(cleaned_record(r#"{"lines":[]}"#, ""), r#"{"lines":[]}"#);
    }

    fn is_subsequence(part: &str, whole: &str) -> bool {
        let mut whole = whole.chars();
        part.chars().all(|c| whole.any(|w| w == c))
    }

    proptest! {
        #[test]
        fn nothing_removed_is_the_identity(text in "[甲乙a \u{3000}\r\n\0]{0,60}") {
            prop_assert_eq!(cleaned(&text, &"a".repeat(60)), text.clone());
            // Lines without a verdict are kept too.
            prop_assert_eq!(cleaned(&text, ""), text);
        }

        #[test]
        fn what_is_kept_is_a_subsequence(
            text in "[甲乙a \r\n]{0,60}", letters in "[aujc]{60}"
        ) {
            prop_assert!(is_subsequence(&cleaned(&text, &letters), &text));
        }

        #[test]
        fn records_stay_json(lines in proptest::collection::vec("[甲\"\\\\a \n]{0,9}", 0..9),
            letters in "[aujc]{9}") {
            let raw = serde_json::json!({"a": 1, "lines": lines, "z": [2]}).to_string();
            let out = cleaned_record(&raw, &letters);
            let value: serde_json::Value = serde_json::from_str(&out).unwrap();
            prop_assert_eq!(&value["z"], &serde_json::json!([2]));
            prop_assert!(value["lines"].as_array().unwrap().len() <= lines.len());
        }
    }
}
