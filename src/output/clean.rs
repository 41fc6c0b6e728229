//! The kept part of a page, byte for byte as it came. A line goes with its own terminator and with
//! the blank lines after it; blank lines before the first line go with the first. Where nothing is
//! removed, what is written is what was read; else it is the same without the removed ranges, JSON
//! escapes and all.

use std::ops::Range;

use super::push_json;
use super::removal::{for_each_in_record, for_each_in_text};
use crate::input::{Body, Content, InputPage, Record};
use crate::{LineVerdict, Page, PageVerdict, Verdict};

/// Appends the kept part of a page in the form in which it came: text, or a JSON object with all its
/// other fields as they were. `lines` and `verdict` are those of the page.
pub fn clean(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    match &page.body {
        Body::Text(text) => clean_text(text, lines, verdict, out),
        Body::Record(record) => clean_record(record, lines, verdict, out),
        Body::Html(document) => clean_text(&document.text, lines, verdict, out),
    }
}

/// Appends the kept part of a text.
///
/// ```
/// use dechaff::{LineVerdict, Page, PageVerdict, Verdict, output::clean_text};
/// let line = |verdict| LineVerdict { probability: 0.5, verdict, cut: vec![], kind: None };
/// let verdict = PageVerdict {
///     lines: vec![line(Verdict::Article), line(Verdict::Junk), line(Verdict::Unsure)],
///     ..PageVerdict::default()
/// };
/// let text = "one\r\n\r\ntwo\n\nthree";
/// let mut out = Vec::new();
/// clean_text(text, &Page::from_text(text), &verdict, &mut out);
/// assert_eq!(out, b"one\r\n\r\nthree");
/// ```
pub fn clean_text(text: &str, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let mut rest = 0;
    for_each_in_text(text, lines, verdict, |removal| {
        push(text, rest..removal.range.start, out);
        rest = removal.range.end;
    });
    push(text, rest..text.len(), out);
}

/// Appends a JSON object with its text or its array of lines reduced to what is kept, all else as it
/// was. Half characters (lone surrogates) in a text of which something goes become U+FFFD.
pub fn clean_record(record: &Record, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    if let Content::Html { document, .. } = &record.content {
        clean_html(record, &kept_of(&document.text, lines, verdict), out);
        return;
    }
    let raw = record.raw.as_str();
    let mut rest = 0;
    for_each_in_record(record, lines, verdict, |removal| {
        push(raw, rest..removal.range.start, out);
        out.extend_from_slice(removal.put.as_bytes());
        rest = removal.range.end;
    });
    push(raw, rest..raw.len(), out);
}

/// Whether an object is written without spaces, as its first field shows.
fn is_compact(raw: &str) -> bool {
    raw.split_once("\":").is_some_and(|(_, value)| !value.starts_with(' '))
}

/// Appends a JSON object that held HTML, with the text where the HTML was, or beside it.
pub(super) fn clean_html(record: &Record, text: &str, out: &mut Vec<u8>) {
    let Content::Html { range, null, is_kept, said, .. } = &record.content else { return };
    let raw = record.raw.as_str();
    let space = if is_compact(raw) { "" } else { " " };
    let text = text.trim_end_matches('\n');
    // Of two fields `text` readers would take the last one.
    let place = |part: Range<usize>, out: &mut Vec<u8>| match null {
        Some(null) if part.contains(&null.start) => {
            push(raw, part.start..null.start, out);
            push_json(out, text);
            push(raw, null.end..part.end, out);
        }
        _ => push(raw, part, out),
    };
    place(0..if *is_kept { range.end } else { range.start }, out);
    let said = said.iter().map(|(name, value)| (*name, Some(value.as_str())));
    let own = match null {
        None => Some(("text", Some(text))),
        // Something has to stand there.
        Some(_) if !is_kept => Some(("html", None)),
        Some(_) => None,
    };
    for (number, (name, value)) in own.into_iter().chain(said).enumerate() {
        if *is_kept || number > 0 {
            out.push(b',');
            out.extend_from_slice(space.as_bytes());
        }
        push_json(out, name);
        out.push(b':');
        out.extend_from_slice(space.as_bytes());
        match value {
            Some(value) => push_json(out, value),
            None => out.extend_from_slice(b"null"),
        }
    }
    place(range.end..raw.len(), out);
}

/// The kept text of a page by itself; the kept elements of an array of lines are joined by line feeds.
pub fn kept_text(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict) -> String {
    let text = match &page.body {
        Body::Html(document) => &document.text,
        Body::Record(Record { content: Content::Html { document, .. }, .. }) => &document.text,
        Body::Text(text) => text,
        Body::Record(Record { content: Content::Text { text, .. }, .. }) => text,
        Body::Record(Record { content: Content::Lines { .. }, .. }) => {
            let mut kept = String::new();
            for (line, v) in lines.lines.iter().zip(&verdict.lines) {
                if !is_removed(Some(v)) {
                    kept.push_str(if kept.is_empty() { "" } else { "\n" });
                    v.kept_parts(line.text).for_each(|part| kept.push_str(part));
                }
            }
            return kept;
        }
    };
    kept_of(text, lines, verdict)
}

/// The kept part of a text.
fn kept_of(text: &str, lines: &Page<'_>, verdict: &PageVerdict) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = 0;
    for_each_in_text(text, lines, verdict, |removal| {
        kept.push_str(text.get(rest..removal.range.start).unwrap_or_default());
        rest = removal.range.end;
    });
    kept.push_str(text.get(rest..).unwrap_or_default());
    kept
}

/// A line without a verdict is kept: nothing goes that was not judged.
pub(super) fn is_removed(verdict: Option<&LineVerdict>) -> bool {
    verdict.is_some_and(|v| v.verdict == Verdict::Junk)
}

fn push(whole: &str, range: Range<usize>, out: &mut Vec<u8>) {
    out.extend_from_slice(whole.get(range).unwrap_or_default().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page, verdicts};
    use super::*;
    use crate::input::Format;
    use proptest::prelude::*;

    fn cleaned(text: &str, letters: &str) -> String {
        let mut out = Vec::new();
        clean_text(text, &Page::from_text(text), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn cleaned_record(raw: &str, letters: &str) -> String {
        let page = page(Format::JsonLines, raw);
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
