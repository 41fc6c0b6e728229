//! What was removed, line by line: one JSON object for each removed line or span, with its place and
//! the reason, so that no text is lost without a trace and `super::restore` can put the page back
//! together. `super::ReceiptsFile` adds where in the output the page lies.

use flate2::Crc;
use serde::Serialize;

use super::removal::{Removal, What, for_each_in_record, for_each_in_text};
use super::{four_digits, push_json, push_json_line};
use crate::input::{Body, Content, InputPage, Record, copy_sum};
use crate::{Page, PageVerdict, text::Kind};

#[derive(Serialize)]
struct Receipt<'a> {
    page: &'a str,
    n: u32,
    start: usize,
    end: usize,
    p: f64,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    text: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    before: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    after: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<(String, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    put: &'a str,
    sum: String,
    #[serde(flatten)]
    whole: Option<Whole<'a>>,
}

/// What the first receipt of a page says of the page, or of a page in pieces the last one.
#[derive(Serialize)]
struct Whole<'a> {
    page_bytes: usize,
    page_sum: String,
    #[serde(skip_serializing_if = "is_utf8")]
    encoding: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    replaced: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mark: bool,
}

fn is_utf8(encoding: &&str) -> bool {
    *encoding == "UTF-8"
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Appends a line of JSON for each removed line and span of a page:
/// `{"page", "n", "start", "end", "p", "what": "line" | "span", "kind", "text", …}`; `kind` where the
/// filter named it.
///
/// `start` and `end` are bytes in the page's text; in an array of lines they count as if the elements
/// were joined by one byte. The terminator and the blank lines that went with a line are in `after`,
/// blank lines before the first line in `before`. `parts`, where the filter was asked for them, are
/// those of the page model that spoke most for removing the line, `[name, log odds]` each. `path`, for
/// HTML, leads from the root to the element that holds the line, as `html/body/div#main/p`.
///
/// The other fields are there for putting the page back together: `at`, for JSON pages, the byte of
/// the object as it was written where the removed bytes began; `raw`, these bytes where they are not
/// just `before`, `text` and `after` as JSON is commonly written; `put`, what stands in their place
/// (U+FFFD for half a character, `what` is `surrogate`); `sum`, the CRC-32 of the page as it was up to
/// the end of what was removed. The first receipt of a page has `page_bytes` and `page_sum` for the
/// whole of it, `encoding` where it was not UTF-8, and how many faulty sequences were `replaced`: of
/// such a page, its decoded text comes back; `mark` says that it began with the byte order mark of
/// UTF-8, which comes back. Where nothing was removed from one, its receipt has `what` `decoded`. The encoding of a page of HTML is called `HTML`: of a file, its text comes back; a JSON
/// page with `html` stays as it was written.
///
/// Of a long text that comes in pieces, places are those of the whole page, and what the first receipt
/// says of other pages stands in a last one, whose `what` is `whole`.
pub fn receipts(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let (whole, text) = match &page.body {
        Body::Text(text) => (text.as_str(), Some(text.as_str())),
        Body::Html(document) => (document.text.as_str(), Some(document.text.as_str())),
        Body::Record(Record { content: Content::Html { document, .. }, .. }) => {
            (document.text.as_str(), Some(document.text.as_str()))
        }
        Body::Record(record) => {
            let text = match &record.content {
                Content::Text { text, .. } => Some(text.as_str()),
                // Elements have no terminators.
                Content::Lines { .. } | Content::Html { .. } => None,
            };
            (record.raw.trim_end_matches(['\r', '\n']), text)
        }
    };
    let offset = page.offset();
    let sum_before = || page.piece.as_ref().map_or_else(Crc::new, |piece| copy_sum(&piece.sum));
    let mut facts = page.piece.is_none().then_some(());
    let whole_page = || {
        let mut crc = sum_before();
        crc.update(whole.as_bytes());
        Whole {
            page_bytes: offset + whole.len(),
            page_sum: hex(&crc),
            encoding: if page.document().is_some() { "HTML" } else { page.encoding },
            replaced: page.piece.as_ref().map_or(page.replaced, |piece| piece.replaced_in_page),
            mark: page.has_mark,
        }
    };
    let mut facts_of_page = || facts.take().map(|()| whole_page());
    let (mut crc, mut summed) = (sum_before(), 0);
    let mut written = Vec::new();
    let mut each = |removal: Removal| {
        let (Some(line), Some(v)) =
            (lines.lines.get(removal.line), verdict.lines.get(removal.line))
        else {
            return;
        };
        let raw = whole.get(removal.range.clone()).unwrap_or_default();
        crc.update(whole.get(summed..removal.range.end).unwrap_or_default().as_bytes());
        summed = removal.range.end;
        let end = line.start + line.text.len();
        let (what, bytes, kind) = match &removal.what {
            What::Line => ("line", line.start..end, v.kind),
            What::Span(cut) => ("span", line.start + cut.start..line.start + cut.end, None),
            What::Surrogate => ("surrogate", line.start..line.start, None),
        };
        let own = line.text.get(bytes.start - line.start..bytes.end - line.start);
        let (mut before, mut after) = ("", "");
        if let (Some(text), What::Line) = (text, &removal.what) {
            let block = super::removal::block(text, lines, removal.line);
            before = text.get(block.start..line.start).unwrap_or_default();
            after = text.get(end..block.end).unwrap_or_default();
        }
        let own = own.unwrap_or_default();
        let is_record = matches!(page.body, Body::Record(_));
        let is_usual = !is_record || {
            let is_in_string = text.is_some() || !matches!(removal.what, What::Line);
            is_in_string && !removal.range.is_empty() && {
                written.clear();
                as_json_inside(&[before, own, after], &mut written);
                written == raw.as_bytes()
            }
        };
        let receipt = Receipt {
            page: &page.id,
            n: line.number,
            start: offset + bytes.start,
            end: offset + bytes.end,
            p: four_digits(v.probability),
            what,
            kind,
            text: own,
            path: page.document().map_or_else(String::new, |d| d.outline.path(removal.line)),
            before,
            after,
            parts: match removal.what {
                What::Line => deciding_parts(verdict, removal.line),
                _ => Vec::new(),
            },
            at: is_record.then_some(removal.range.start),
            raw: (!is_usual).then_some(raw),
            put: removal.put,
            sum: hex(&crc),
            whole: facts_of_page(),
        };
        push_json_line(out, &receipt);
    };
    match &page.body {
        Body::Text(text) => for_each_in_text(text, lines, verdict, &mut each),
        Body::Record(record) => for_each_in_record(record, lines, verdict, &mut each),
        Body::Html(document) => for_each_in_text(&document.text, lines, verdict, &mut each),
    }
    let (what, facts) = match &page.piece {
        Some(piece) if piece.is_last => ("whole", whole_page()),
        Some(_) => return,
        None => {
            let Some(facts) = facts_of_page() else { return };
            if facts.replaced == 0 && !facts.mark && is_utf8(&facts.encoding) {
                return;
            }
            ("decoded", facts)
        }
    };
    // Of a page in pieces, it stands behind what was removed.
    let (place, sum) = match what {
        "whole" => (facts.page_bytes, facts.page_sum.clone()),
        _ => (0, hex(&Crc::new())),
    };
    let receipt = Receipt {
        page: &page.id,
        n: 0,
        start: place,
        end: place,
        p: 0.0,
        what,
        kind: None,
        text: "",
        path: String::new(),
        before: "",
        after: "",
        parts: Vec::new(),
        at: matches!(page.body, Body::Record(_)).then_some(0),
        raw: None,
        put: "",
        sum,
        whole: Some(facts),
    };
    push_json_line(out, &receipt);
}

/// What decided about a line, by name, with the log odds that each part added. What other pages of the site
/// add comes first: without it the line would have stayed.
fn deciding_parts(verdict: &PageVerdict, line: usize) -> Vec<(String, f64)> {
    let parts = verdict.parts.get(line).map_or(&[][..], |parts| parts.as_slice());
    let three_digits = |adds: f32| (f64::from(adds) * 1e3).round() / 1e3;
    let tipped = verdict.tipped.get(line).filter(|&&adds| adds > 0.0);
    let tipped = tipped.map(|&adds| ("on_other_pages".to_owned(), three_digits(adds)));
    let parts = parts.iter().flatten().map(|part| (part.name(), three_digits(part.adds)));
    tipped.into_iter().chain(parts).collect()
}

/// The parts of a JSON string as they are commonly written, without the quotes.
pub(super) fn as_json_inside(parts: &[&str], out: &mut Vec<u8>) {
    for part in parts {
        let at = out.len();
        push_json(out, *part);
        out.remove(at);
        out.pop();
    }
}

/// A CRC-32 as it is written.
pub(super) fn hex(crc: &Crc) -> String {
    format!("{:08x}", crc.sum())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, verdicts};
    use super::*;
    use crate::input::Format;

    fn page(text: &str) -> InputPage {
        testing::page(Format::Text, text)
    }

    fn written(page: &InputPage, letters: &str) -> String {
        let mut out = Vec::new();
        receipts(page, &page.lines(), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_form_is_exact() {
        // The sums are those of `python3 -c 'import zlib; print(hex(zlib.crc32(…)))'`.
        let want = concat!(
            r#"{"page":"f","n":2,"start":1,"end":4,"p":0.9844,"what":"line","kind":"nav","text":"甲","before":"\n","after":"\r\n\n","sum":"b3423e0c","page_bytes":17,"page_sum":"25f42e61"}"#,
            "\n",
            r#"{"page":"f","n":4,"start":10,"end":13,"p":0.0313,"what":"span","text":"丙","sum":"757a5d33"}"#,
            "\n",
        );
        assert_eq!(written(&page("\n甲\r\n\n乙丙\n丁"), "jca"), want);
        assert_eq!(written(&page("\n甲\n"), "u"), "");
    }

    #[test]
    fn json_pages_also_tell_what_was_written() {
        let page = testing::page(Format::JsonLines, r#"{"lines":[ "甲", {"text":"乙\u4e19"} ]}"#);
        let receipts = written(&page, "jc");
        let part = |name: &str| -> Vec<serde_json::Value> {
            let of = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()[name].clone();
            receipts.lines().map(of).collect()
        };
        assert_eq!(part("at"), [11, 30]);
        assert_eq!(part("raw"), [r#""甲", "#, r"\u4e19"]);
        assert_eq!(part("text"), ["甲", "丙"]);
    }

    #[test]
    fn a_page_that_was_decoded_says_so() {
        let bytes = encoding_rs::GBK.encode("市图书馆周六开放新馆，读者可办理借阅手续。").0;
        let page = testing::page(Format::Text, bytes);
        let receipts = written(&page, "a");
        assert!(receipts.contains(r#""what":"decoded","text":"""#), "{receipts}");
        assert!(receipts.contains(r#""encoding":"GBK"}"#), "{receipts}");
        let removed = written(&page, "j");
        assert!(removed.lines().count() == 1 && removed.contains(r#""encoding":"GBK"}"#));
    }
}
