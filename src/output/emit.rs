//! The other forms in which the outcome can be written: kept text by itself, JSON Lines, character ranges
//! for tools that cut later, labelled lines for training.

use serde::Serialize;

use super::clean::{clean, clean_html, is_removed, kept_text};
use super::markdown::markdown;
use super::removal::{What, for_each_in_text};
use super::{four_digits, push_json_line, scores};
use crate::input::{Body, Content, InputPage};
use crate::text::LineEnds;
use crate::{Page, PageVerdict};

/// A form of the output that does not depend on that of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emit {
    /// The kept text; pages are to be parted by blank lines.
    Text,
    /// What [`markdown()`] writes of a page of HTML, in the form of the input: text, or a JSON object with
    /// it as `text`. A page that was no HTML stays as it is.
    Markdown,
    /// A JSON object a page: that of the input, or `{"id", "text"}` for a page that was text.
    Jsonl,
    /// What [`scores()`] writes.
    Scores,
    /// `{"id", "attributes": {"dechaff": [[start, end, p], …]}}`: what would be removed, as characters of
    /// the page's text, in the form of dolma's attribute files.
    Dolma,
    /// `__label__article text` or `__label__junk text`, a line each.
    Fasttext,
}

impl Emit {
    /// Whether each page has to be at hand as a whole: what is to be written at its beginning is known at
    /// its end, or counts from there.
    pub fn is_of_whole_pages(self) -> bool {
        matches!(self, Emit::Scores | Emit::Dolma)
    }

    /// Whether the output is JSON Lines.
    pub fn is_json(self) -> bool {
        matches!(self, Emit::Jsonl | Emit::Scores | Emit::Dolma)
    }
}

/// Appends a page in that form.
pub fn emit(
    form: Emit,
    page: &InputPage,
    lines: &Page<'_>,
    verdict: &PageVerdict,
    out: &mut Vec<u8>,
) {
    match form {
        Emit::Text => {
            let kept = kept_text(page, lines, verdict);
            // Between the pieces of a page stands what stood there.
            let piece = page.piece.as_ref();
            // Where line feeds follow, a return ends a line no more.
            let is_old = |kept: &str| match piece {
                Some(piece) => piece.ends == LineEnds::Returns,
                None => LineEnds::of(kept, usize::MAX) == LineEnds::Returns,
            };
            let with_feeds = |kept: &str, out: &mut Vec<u8>| {
                let first = out.len();
                out.extend_from_slice(kept.as_bytes());
                if is_old(kept) {
                    let returns = out.iter_mut().skip(first).filter(|byte| **byte == b'\r');
                    returns.for_each(|byte| *byte = b'\n');
                }
            };
            if piece.is_some_and(|piece| !piece.is_last) {
                let is_first = page.offset() == 0;
                let kept =
                    if is_first { kept.trim_start_matches(['\r', '\n']) } else { kept.as_str() };
                return with_feeds(kept, out);
            }
            let kept = match page.offset() {
                0 => kept.trim_matches(['\r', '\n']),
                _ => kept.trim_end_matches(['\r', '\n']),
            };
            if !kept.is_empty() {
                with_feeds(kept, out);
                out.push(b'\n');
            }
        }
        Emit::Markdown => match &page.body {
            Body::Html(document) => out.extend_from_slice(markdown(document, verdict).as_bytes()),
            Body::Record(record) => match &record.content {
                Content::Html { document, .. } => {
                    clean_html(record, &markdown(document, verdict), out);
                }
                Content::Text { .. } | Content::Lines { .. } => clean(page, lines, verdict, out),
            },
            Body::Text(_) => clean(page, lines, verdict, out),
        },
        Emit::Jsonl => jsonl(page, lines, verdict, out),
        Emit::Scores => scores(page, lines, verdict, out),
        Emit::Dolma => dolma(page, lines, verdict, out),
        Emit::Fasttext => fasttext(lines, verdict, out),
    }
}

fn jsonl(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Text<'a> {
        id: &'a str,
        text: &'a str,
    }
    match &page.body {
        Body::Record(_) => clean(page, lines, verdict, out),
        Body::Text(_) | Body::Html(_) => {
            let text = kept_text(page, lines, verdict);
            let (mut is_first, mut is_last) = (true, true);
            if let Some(piece) = &page.piece {
                (is_first, is_last) = (piece.is_first(), piece.is_last);
            }
            let start = out.len();
            push_json_line(out, &Text { id: if is_first { &page.id } else { "" }, text: &text });
            // Pieces of one string: what stands around it is there once.
            if !is_first {
                out.drain(start..start + r#"{"id":"","text":""#.len());
            }
            if !is_last {
                out.truncate(out.len() - "\"}\n".len());
            }
        }
    }
}

#[derive(Serialize)]
struct Attributes<'a> {
    id: &'a str,
    attributes: Dechaff,
}

#[derive(Serialize)]
struct Dechaff {
    dechaff: Vec<(usize, usize, f64)>,
}

/// Cutting the ranges out of the text leaves what `clean` leaves. The elements of an array of lines count
/// as if they were joined by line feeds. A span that is cut out of a kept line has probability 1: the
/// line's own is not about it.
fn dolma(page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    let joined: String;
    let text = match &page.body {
        Body::Text(text) => text,
        Body::Html(document) => &document.text,
        Body::Record(record) => match &record.content {
            Content::Text { text, .. } => text,
            Content::Html { document, .. } => &document.text,
            Content::Lines { elements, .. } => {
                let elements: Vec<_> = elements.iter().map(|e| e.text.as_str()).collect();
                joined = elements.join("\n");
                &joined
            }
        },
    };
    let mut ranges = Vec::new();
    let (mut bytes, mut chars) = (0, 0);
    let mut chars_up_to = |byte: usize| {
        chars += text.get(bytes..byte).map_or(0, |part| part.chars().count());
        bytes = byte;
        chars
    };
    for_each_in_text(text, lines, verdict, |removal| {
        let (start, end) = (chars_up_to(removal.range.start), chars_up_to(removal.range.end));
        let of_line = verdict.lines.get(removal.line).map_or(1.0, |v| four_digits(v.probability));
        let p = if removal.what == What::Line { of_line } else { 1.0 };
        ranges.push((start, end, p));
    });
    push_json_line(out, &Attributes { id: &page.id, attributes: Dechaff { dechaff: ranges } });
}

fn fasttext(lines: &Page<'_>, verdict: &PageVerdict, out: &mut Vec<u8>) {
    for (line, v) in lines.lines.iter().zip(&verdict.lines) {
        let label = if is_removed(Some(v)) { "__label__junk " } else { "__label__article " };
        out.extend_from_slice(label.as_bytes());
        // An element of an array may hold line feeds; here a line is a line.
        out.extend(line.text.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }));
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page, verdicts};
    use super::*;
    use crate::input::Format;

    fn emitted(form: Emit, format: Format, bytes: &str, letters: &str) -> String {
        let page = page(format, bytes);
        let mut out = Vec::new();
        emit(form, &page, &page.lines(), &verdicts(letters), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_form_is_exact() {
        let text = |form| emitted(form, Format::Text, "\n甲乙\r\n\n丙丁\n戊\n\n", "jca");
        assert_eq!(text(Emit::Text), "丙\n戊\n");
        assert_eq!(text(Emit::Jsonl), "{\"id\":\"f\",\"text\":\"丙\\n戊\\n\\n\"}\n");
        let ranges = "[[0,6,0.9844],[7,8,1.0]]";
        let dolma = format!("{{\"id\":\"f\",\"attributes\":{{\"dechaff\":{ranges}}}}}\n");
        assert_eq!(text(Emit::Dolma), dolma);
        let labelled = "__label__junk 甲乙\n__label__article 丙丁\n__label__article 戊\n";
        assert_eq!(text(Emit::Fasttext), labelled);
        assert!(
            text(Emit::Scores).starts_with("{\"id\":\"f\",\"verdict\":\"article\",\"lines\":[")
        );
    }

    #[test]
    fn arrays_of_lines_count_as_joined() {
        let record = r#"{"id":"x","lines":["甲","","乙\n丙",{"text":"丁"}]}"#;
        let lines = |form| emitted(form, Format::JsonLines, record, "jau");
        assert_eq!(lines(Emit::Text), "乙\n丙\n丁\n");
        assert_eq!(lines(Emit::Jsonl), r#"{"id":"x","lines":["乙\n丙",{"text":"丁"}]}"#);
        let dolma = "{\"id\":\"x\",\"attributes\":{\"dechaff\":[[0,3,0.9844]]}}\n";
        assert_eq!(lines(Emit::Dolma), dolma);
        let labelled = "__label__junk 甲\n__label__article 乙 丙\n__label__article 丁\n";
        assert_eq!(lines(Emit::Fasttext), labelled);
        assert_eq!(emitted(Emit::Text, Format::JsonLines, record, "jjj"), "");
    }

    #[test]
    fn the_text_of_a_page_in_pieces_is_that_of_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("\"p\".txt");
        let feeds = "\n\n甲\n\n\"乙\"\n丙\n\n丁\n\n\n";
        let returns = feeds.replace('\n', "\r");
        let limits = crate::text::Windows {
            long_bytes: 4,
            lines: 3,
            overlap_lines: 1,
            bytes: 90,
            overlap_bytes: 20,
        };
        for text in [feeds, &returns] {
            std::fs::write(&path, text).unwrap();
            let source = &crate::input::discover(&path).unwrap().sources[0];
            let (mut out, mut object, mut n_pieces) = (Vec::new(), Vec::new(), 0);
            for page in crate::input::read_source(source, None).unwrap().in_pieces(limits) {
                let page = page.unwrap().parse(Default::default()).unwrap();
                let (lines, kept) = (page.lines(), verdicts("aaaa"));
                emit(Emit::Text, &page, &lines, &kept, &mut out);
                emit(Emit::Jsonl, &page, &lines, &kept, &mut object);
                n_pieces += 1;
            }
            assert_eq!(n_pieces, 2);
            let object: serde_json::Value = serde_json::from_slice(&object).unwrap();
            let id = path.display().to_string();
            assert_eq!(object, serde_json::json!({ "id": id, "text": text }));
            assert_eq!(std::str::from_utf8(&out), Ok("甲\n\n\"乙\"\n丙\n\n丁\n"));
        }
    }
}
