//! The verdicts of a page as one JSON object on a line:
//! `{"id", "verdict", "lines": [{"n", "text", "p", "verdict", "kind", "cut"}], "guarded"}`. Nothing is left out and
//! nothing is removed: this is the form for looking, measuring and deciding elsewhere.

use serde::Serialize;

use super::{four_digits, push_json_line};
use crate::input::InputPage;
use crate::{Page, PageVerdict, Verdict, text::Kind};

#[derive(Serialize)]
struct PageScores<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    lines: Vec<LineScore<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guarded: bool,
}

#[derive(Serialize)]
struct LineScore<'a> {
    n: u32,
    text: &'a str,
    p: f64,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cut: Vec<[usize; 2]>,
}

/// Appends the scores of a page and a line feed. `n` is the 1-based number of the line (of the element,
/// for an array of lines), `p` the probability of junk to four digits, `kind` that of a junk line where
/// the filter named it, `cut` what would be cut out of a kept line, as `[start, end)` in characters.
/// The page's own verdict is [`PageVerdict::verdict`]: `junk` where nothing of it is kept.
pub fn scores(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let line_scores = lines.lines.iter().zip(&verdict.lines).map(|(line, v)| LineScore {
        n: line.number,
        text: line.text,
        p: four_digits(v.probability),
        verdict: v.verdict,
        kind: v.kind,
        cut: v
            .cut
            .iter()
            .map(|c| [n_chars(line.text, c.start), n_chars(line.text, c.end)])
            .collect(),
    });
    let scores = PageScores {
        id: &page.id,
        verdict: verdict.verdict(),
        lines: line_scores.collect(),
        guarded: verdict.guarded,
    };
    push_json_line(out, &scores);
}

/// How many characters stand before a byte offset.
fn n_chars(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).chars().count()
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdicts;
    use super::*;
    use crate::input::{Format, RawPage, RecordOptions};
    use std::path::Path;

    #[test]
    fn the_form_is_exact() {
        let bytes = "\n甲乙丙\nb\nc\n".as_bytes().to_vec();
        let raw = RawPage {
            path: Path::new("a/f.txt").into(),
            line: 1,
            format: Format::Text,
            about: Default::default(),
            bytes,
        };
        let page = raw.parse(RecordOptions::default()).unwrap();
        let mut verdict = verdicts("cju");
        let mut out = Vec::new();
        scores(&page, &page.lines(), &verdict, &mut out);
        let lines = concat!(
            r#"{"n":2,"text":"甲乙丙","p":0.0313,"verdict":"article","cut":[[1,2]]},"#,
            r#"{"n":3,"text":"b","p":0.9844,"verdict":"junk","kind":"nav"},"#,
            r#"{"n":4,"text":"c","p":0.5,"verdict":"unsure"}"#,
        );
        let want = format!("{{\"id\":\"a/f.txt\",\"verdict\":\"article\",\"lines\":[{lines}]}}\n");
        assert_eq!(String::from_utf8(out.clone()).unwrap(), want);
        verdict.guarded = true;
        out.clear();
        scores(&page, &page.lines(), &verdict, &mut out);
        assert!(out.ends_with(b"}],\"guarded\":true}\n"));
    }
}
