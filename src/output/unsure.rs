//! What was kept although the model would not bet on it, line by line, for somebody to look at: one
//! JSON object for each unsure line, with its place and its probability.

use serde::Serialize;

use super::{four_digits, push_json_line};
use crate::input::InputPage;
use crate::{Page, PageVerdict, Verdict};

#[derive(Serialize)]
struct Unsure<'a> {
    page: &'a str,
    n: u32,
    start: usize,
    end: usize,
    p: f64,
    text: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guarded: bool,
}

/// Appends a line of JSON for each unsure line of a page:
/// `{"page", "n", "start", "end", "p", "text", "guarded"}`, places as in the receipts. `guarded` where
/// the line stays only because the guard kept the whole page.
pub fn unsure(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    for (line, v) in lines.lines.iter().zip(&verdict.lines) {
        if v.verdict == Verdict::Unsure {
            let unsure = Unsure {
                page: &page.id,
                n: line.number,
                start: page.offset() + line.start,
                end: page.offset() + line.start + line.text.len(),
                p: four_digits(v.probability),
                text: line.text,
                guarded: verdict.guarded,
            };
            push_json_line(out, &unsure);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page, verdicts};
    use super::*;
    use crate::input::Format;

    #[test]
    fn the_form_is_exact() {
        let page = page(Format::Text, "\n甲\n乙\n丙");
        let mut verdict = verdicts("auj");
        let written = |verdict: &PageVerdict| {
            let mut out = Vec::new();
            unsure(&page, &page.lines(), verdict, &mut out);
            String::from_utf8(out).unwrap()
        };
        let want = r#"{"page":"f","n":3,"start":5,"end":8,"p":0.5,"text":"乙"}"#;
        assert_eq!(written(&verdict), format!("{want}\n"));
        verdict.guarded = true;
        assert!(written(&verdict).ends_with("\"text\":\"乙\",\"guarded\":true}\n"));
    }
}
