//! What was removed, line by line: one JSON object for each removed line or span, with its place and
//! the reason, so that no text is lost without a trace and the page can be put back together.

use serde::Serialize;

use super::clean::{block, is_removed};
use super::{four_digits, push_json_line};
use crate::input::{Body, Content, InputPage};
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
    #[serde(skip_serializing_if = "str::is_empty")]
    before: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    after: &'a str,
}

/// Appends a line of JSON for each removed line and span of a page:
/// `{"page", "n", "start", "end", "p", "what": "line" | "span", "kind", "text"}`; `kind` where the
/// filter named it.
///
/// `start` and `end` are bytes in the page's text; in an array of lines they count as if the elements
/// were joined by one byte. The terminator and the blank lines that went with a line are in `after`,
/// blank lines before the first line in `before`.
pub fn receipts(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let text = match &page.body {
        Body::Text(text) => Some(text.as_str()),
        Body::Record(record) => match &record.content {
            Content::Text { text, .. } => Some(text.as_str()),
            // Elements have no terminators.
            Content::Lines { .. } => None,
        },
    };
    for (index, (line, v)) in lines.lines.iter().zip(&verdict.lines).enumerate() {
        let p = four_digits(v.probability);
        let end = line.start + line.text.len();
        let mut push = |receipt: &Receipt<'_>| push_json_line(out, receipt);
        if is_removed(Some(v)) {
            let (before, after) = text.map_or(("", ""), |text| {
                let block = block(text, lines, index);
                let before = text.get(block.start..line.start).unwrap_or_default();
                (before, text.get(end..block.end).unwrap_or_default())
            });
            push(&Receipt {
                page: &page.id,
                n: line.number,
                start: line.start,
                end,
                p,
                what: "line",
                kind: v.kind,
                text: line.text,
                before,
                after,
            });
            continue;
        }
        for cut in &v.cut {
            let Some(text) = line.text.get(cut.clone()) else { continue };
            push(&Receipt {
                page: &page.id,
                n: line.number,
                start: line.start + cut.start,
                end: line.start + cut.end,
                p,
                what: "span",
                kind: None,
                text,
                before: "",
                after: "",
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean_text;
    use super::super::testing::verdicts;
    use super::*;
    use crate::input::{Format, RawPage};
    use proptest::prelude::*;
    use std::path::Path;

    fn page(text: &str) -> InputPage {
        let bytes = text.as_bytes().to_vec();
        let raw = RawPage {
            path: Path::new("f").into(),
            line: 1,
            format: Format::Text,
            bytes,
            about: Default::default(),
        };
        raw.parse(None).unwrap()
    }

    fn written(page: &InputPage, letters: &str) -> String {
        let mut out = Vec::new();
        receipts(page, &page.lines(), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_form_is_exact() {
        let want = concat!(
            r#"{"page":"f","n":2,"start":1,"end":4,"p":0.9844,"what":"line","kind":"nav","text":"甲","before":"\n","after":"\r\n\n"}"#,
            "\n",
            r#"{"page":"f","n":4,"start":10,"end":13,"p":0.0313,"what":"span","text":"丙"}"#,
            "\n",
        );
        assert_eq!(written(&page("\n甲\r\n\n乙丙\n丁"), "jca"), want);
        assert_eq!(written(&page("\n甲\n"), "u"), "");
    }

    proptest! {
        #[test]
        fn input_is_output_and_receipts(text in "[甲乙\r\n ]{0,40}", letters in "[ajc]{40}") {
            let page = page(&text);
            let mut kept = Vec::new();
            clean_text(&text, &page.lines(), &verdicts(&letters), &mut kept);
            let mut kept = String::from_utf8(kept).unwrap();
            for line in written(&page, &letters).lines() {
                let receipt: serde_json::Value = serde_json::from_str(line).unwrap();
                let part = |name: &str| receipt[name].as_str().unwrap_or_default();
                let start = receipt["start"].as_u64().unwrap() as usize - part("before").len();
                // In order, so that everything before `start` is back in place already.
                kept.insert_str(start, &[part("before"), part("text"), part("after")].concat());
            }
            prop_assert_eq!(kept, text);
        }
    }
}
