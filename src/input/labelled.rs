//! Labelled pages: the format of `training/LABELLING.md`, read for training and evaluation. JSON Lines of
//! pages, labelled by line or as HTML with the text that is wanted of it, or lines of `__label__junk some
//! text` (as fastText writes them), each a page of one line; plain, gzip or zstd. What is not as it should be
//! is an error with its place.

use std::fmt::{self, Formatter};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::json;
use super::lines::{RawLine, RawLines};
use super::open::open;
use super::site::site_of;
use crate::html::{AlignedLine, Document, align};
use crate::text::{Kind, Label};
use crate::{Error, Result};

/// A page with a label on every line.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledPage {
    /// The page's own name; unique within its set. `FILE:LINE` where the page has none.
    pub id: String,
    /// Pages of one site stay on one side of every split. Where the page names none, it is the host of its
    /// `url`; without one, a site of its own: set and id, joined by a slash.
    pub site: String,
    /// `zh`, `en`, … where the page says so.
    pub lang: Option<String>,
    /// The set the page came from: the file's name without its endings.
    pub set: String,
    /// Its lines that are not blank, in order.
    pub lines: Vec<LabelledLine>,
    /// The page as HTML, where it came so; its lines are those of the document.
    pub html: Option<Arc<LabelledHtml>>,
}

/// The HTML of a labelled page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledHtml {
    /// The page as it came.
    pub source: String,
    /// The text that is wanted of it.
    pub gold: String,
    /// The page, parsed.
    pub document: Document,
}

/// A line with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledLine {
    /// The line, as it stands in the page.
    pub text: String,
    /// What it is.
    pub label: Label,
    /// What sort of junk, where known.
    pub kind: Option<Kind>,
    /// Junk inside an article line, in characters; sorted, not overlapping.
    pub spans: Vec<Range<usize>>,
}

/// The pages of one labelled file, in order.
pub struct LabelledReader {
    lines: RawLines,
    path: Arc<Path>,
    set: String,
}

/// Opens a labelled file; `-` is standard input. The reader goes on after a bad page.
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened, [`Error::BadInput`] if it is WARC or parquet. The reader's items are [`Error::BadPage`] for a page
/// that is not in the format, and [`Error::Io`] or [`Error::BadInput`], then the end, for a file that
/// breaks off.
pub fn read_labelled(path: &Path) -> Result<LabelledReader> {
    let shared: Arc<Path> = path.into();
    let mut opened = open(path)?;
    if let Some(reason) = opened.magic().map_or_else(Some, |found| {
        found.map(|_| "holds WARC or parquet; labelled pages are JSON Lines".to_owned())
    }) {
        return Err(Error::BadInput { path: path.into(), reason });
    }
    let lines = RawLines::new(opened, shared.clone());
    Ok(LabelledReader { lines, path: shared, set: set_name(path) })
}

impl Iterator for LabelledReader {
    type Item = Result<LabelledPage>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_with_bytes().map(|item| item.map(|(page, _)| page))
    }
}

/// A page as the file has it; what may be wrong in it is left unparsed, to be named.
#[derive(Deserialize)]
struct PageRecord<'a> {
    #[serde(default, borrow)]
    id: Option<&'a RawValue>,
    site: Option<String>,
    #[serde(default)]
    url: Option<serde_json::Value>,
    lang: Option<String>,
    lines: Option<Vec<LineField>>,
    html: Option<String>,
    gold: Option<String>,
}

/// A line as it should be, or the bare text of a page without labels.
enum LineField {
    Record(LineRecord),
    Bare,
}

impl<'de> Deserialize<'de> for LineField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = LineField;

            fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
                out.write_str("a line with `text` and `label`")
            }

            fn visit_str<E>(self, _: &str) -> Result<LineField, E> {
                Ok(LineField::Bare)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LineField, A::Error> {
                LineRecord::deserialize(MapAccessDeserializer::new(map)).map(LineField::Record)
            }
        }
        deserializer.deserialize_any(Fields)
    }
}

#[derive(Deserialize)]
struct LineRecord {
    text: String,
    label: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    spans: Option<Vec<[usize; 2]>>,
}

impl LabelledReader {
    /// The next page with the bytes that it was read from, which may say more than a page holds.
    pub(crate) fn next_with_bytes(&mut self) -> Option<Result<(LabelledPage, Vec<u8>)>> {
        let line = match self.lines.next()? {
            Ok(line) => line,
            Err(error) => return Some(Err(error)),
        };
        Some(match self.page(&line) {
            Ok(page) => Ok((page, line.bytes)),
            Err(reason) => {
                Err(Error::BadPage { path: self.path.to_path_buf(), line: line.number, reason })
            }
        })
    }

    fn page(&self, line: &RawLine) -> Result<LabelledPage, String> {
        let number = line.number;
        let text = std::str::from_utf8(&line.bytes)
            .map_err(|e| format!("not UTF-8 (byte {})", e.valid_up_to() + 1))?;
        let text = text.trim_end_matches(['\n', '\r']);
        if text.starts_with("__label__") {
            let lines = Vec::from_iter(fasttext_line(text)?);
            let id = self.place(number);
            return Ok(self.named(id, None, None, lines));
        }
        let record: PageRecord<'_> = serde_json::from_str(text).map_err(|e| json::reason(&e))?;
        let lines = record.lines.map(checked_lines).transpose()?;
        let (lines, html) = match (lines, record.html) {
            (Some(lines), None) => (lines, None),
            (lines, Some(source)) => {
                let (lines, html) = align_html(source, record.gold, lines)?;
                (lines, Some(Arc::new(html)))
            }
            (None, None) => return Err("has neither labelled `lines` nor `html` and `gold`".into()),
        };
        let id = match record.id.map(RawValue::get) {
            None | Some("null" | "\"\"") => self.place(number),
            Some(raw) if raw.starts_with('"') => {
                json::text_of(raw).ok_or("`id` is no valid string")?.0
            }
            Some(raw) if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => raw.into(),
            Some(_) => return Err("`id` is neither a string nor a number".into()),
        };
        let url = record.url.as_ref().and_then(serde_json::Value::as_str);
        let site = site_of(record.site.as_deref(), url);
        Ok(LabelledPage { html, ..self.named(id, site, record.lang, lines) })
    }

    fn place(&self, number: u64) -> String {
        let file = self.path.file_name().unwrap_or(self.path.as_os_str());
        format!("{}:{number}", file.display())
    }

    fn named(
        &self,
        id: String,
        site: Option<String>,
        lang: Option<String>,
        lines: Vec<LabelledLine>,
    ) -> LabelledPage {
        let site = site.unwrap_or_else(|| format!("{}/{id}", self.set));
        LabelledPage { id, site, lang, set: self.set.clone(), lines, html: None }
    }
}

const NO_LABEL: &str = "no label; `dechaff label` gives first labels to pages without";

fn checked_lines(records: Vec<LineField>) -> Result<Vec<LabelledLine>, String> {
    let mut lines = Vec::with_capacity(records.len());
    for (index, line) in records.into_iter().enumerate() {
        let LineField::Record(line) = line else {
            return Err(format!("lines[{index}]: {NO_LABEL}"));
        };
        let is_blank = line.text.chars().all(char::is_whitespace);
        let line = checked(line).map_err(|reason| format!("lines[{index}]: {reason}"))?;
        if !is_blank {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Parses a page of HTML and labels its lines by the gold text; without one, by the labelled lines.
fn align_html(
    source: String,
    gold: Option<String>,
    lines: Option<Vec<LabelledLine>>,
) -> Result<(Vec<LabelledLine>, LabelledHtml), String> {
    let lines = lines.unwrap_or_default();
    let gold = match gold {
        Some(gold) => gold,
        None if lines.is_empty() => {
            return Err("`html` comes with neither `gold` nor labelled `lines`".into());
        }
        None => {
            let articles = lines.iter().filter(|line| line.label == Label::Article);
            articles.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
        }
    };
    let document = Document::parse(&source);
    let texts: Vec<&str> = document.page().lines.iter().map(|line| line.text).collect();
    let to_align = texts.iter().zip(&document.outline.lines);
    let to_align = to_align.map(|(text, line)| AlignedLine { text, is_hidden: line.is_hidden() });
    let labels = align(to_align, &gold);
    let known = |text: &str| lines.iter().find(|line| line.text == text);
    let is_headline = |text: &str| {
        let title = document.meta.title.as_deref().unwrap_or_default();
        // A word or two stand in a title by chance.
        (text.chars().count() >= 4 && title.contains(text))
            || document.meta.headings.iter().any(|heading| heading == text)
    };
    let lines = texts
        .iter()
        .zip(labels)
        .map(|(&text, label)| {
            let known = known(text);
            let is_open = known.is_some_and(|line| line.label == Label::Either)
                // Sets of gold texts do not agree on headlines.
                || (lines.is_empty() && is_headline(text));
            LabelledLine {
                text: text.to_owned(),
                label: if label == Label::Junk && is_open { Label::Either } else { label },
                kind: known.and_then(|line| line.kind).filter(|_| label == Label::Junk),
                spans: Vec::new(),
            }
        })
        .collect();
    Ok((lines, LabelledHtml { source, gold, document }))
}

fn checked(line: LineRecord) -> Result<LabelledLine, String> {
    let label = label_of(&line.label.ok_or(NO_LABEL)?)?;
    let kind = match line.kind {
        None => None,
        Some(name) => Some(
            Kind::ALL
                .into_iter()
                .find(|kind| kind.name() == name)
                .ok_or_else(|| format!("unknown kind {name:?}"))?,
        ),
    };
    let n_chars = line.text.chars().count();
    let mut spans = Vec::new();
    let mut free_from = 0;
    for [start, end] in line.spans.unwrap_or_default() {
        if start < free_from || end <= start || end > n_chars {
            return Err(format!(
                "span [{start}, {end}) is empty, out of order or outside the line's {n_chars} \
                 characters"
            ));
        }
        spans.push(start..end);
        free_from = end;
    }
    Ok(LabelledLine { text: line.text, label, kind, spans })
}

fn label_of(name: &str) -> Result<Label, String> {
    match name {
        "article" => Ok(Label::Article),
        "junk" => Ok(Label::Junk),
        "either" => Ok(Label::Either),
        _ => Err(format!("unknown label {name:?}, expected article, junk or either")),
    }
}

/// `__label__junk some text`; `None` if the text is blank.
fn fasttext_line(line: &str) -> Result<Option<LabelledLine>, String> {
    let rest = line.strip_prefix("__label__").unwrap_or(line);
    let (name, text) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let label = label_of(name)?;
    if text.starts_with("__label__") {
        return Err("more than one label on a line".into());
    }
    let is_blank = text.chars().all(char::is_whitespace);
    let line = LabelledLine { text: text.into(), label, kind: None, spans: vec![] };
    Ok((!is_blank).then_some(line))
}

/// `zh_web` for `data/zh_web.jsonl.gz`.
fn set_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    for ending in [".jsonl", ".jsonlines", ".ndjson", ".json", ".txt"] {
        if let Some(stem) = name.strip_suffix(ending) {
            return stem.into();
        }
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read(name: &str, bytes: &[u8]) -> Vec<Result<LabelledPage, String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let here = format!("{}/", folder.path().display());
        let pages = read_labelled(&path).unwrap();
        pages.map(|page| page.map_err(|e| e.to_string().replace(&here, ""))).collect()
    }

    fn line(text: &str, label: Label) -> LabelledLine {
        LabelledLine { text: text.into(), label, kind: None, spans: vec![] }
    }

    #[test]
    fn a_page_is_read_with_everything_in_it() {
        let page = r#"{"id": "p1", "site": "a.cn", "lang": "zh", "note": 1, "lines": [
            {"text": "首页 新闻", "label": "junk", "kind": "nav"}, {"text": " ", "label": "junk"},
            {"text": "今天有雨。点此加群", "label": "article", "kind": null, "spans": [[5, 7], [7, 9]]}]}"#
            .replace('\n', "");
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        gz.write_all(page.as_bytes()).unwrap();
        let got = read("set_a.jsonl.gz", &gz.finish().unwrap());
        let want = LabelledPage {
            id: "p1".into(),
            site: "a.cn".into(),
            lang: Some("zh".into()),
            set: "set_a".into(),
            lines: vec![
                LabelledLine { kind: Some(Kind::Nav), ..line("首页 新闻", Label::Junk) },
                LabelledLine {
                    spans: vec![5..7, 7..9],
                    ..line("今天有雨。点此加群", Label::Article)
                },
            ],
            html: None,
        };
        assert_eq!(got, [Ok(want)]);
    }

    #[test]
    fn pages_without_names_get_their_place() {
        let got = read("s.jsonl", b"\n{\"lines\": []}\n{\"id\": 7, \"lines\": []}\n");
        let names: Vec<_> = got.into_iter().map(|p| p.map(|p| (p.id, p.site)).unwrap()).collect();
        assert_eq!(names[0], ("s.jsonl:2".into(), "s/s.jsonl:2".into()));
        assert_eq!(names[1], ("7".into(), "s/7".into()));
    }

    #[test]
    fn a_page_of_html_is_labelled_by_its_gold_text() {
        let html = "<title>老戏台</title><ul><li>首页</ul><h1>老戏台</h1><p>去年秋天，木匠们重新做了横梁。</p>";
        let page = format!(r#"{{"html": "{html}", "gold": "去年秋天，木匠们重新做了横梁。"}}"#);
        let got = read("h.jsonl", page.as_bytes()).remove(0).unwrap();
        let labels: Vec<_> = got.lines.iter().map(|l| (l.text.as_str(), l.label)).collect();
        let article = ("去年秋天，木匠们重新做了横梁。", Label::Article);
        assert_eq!(labels, [("首页", Label::Junk), ("老戏台", Label::Either), article]);
        assert_eq!(got.html.unwrap().source, html);
        let page = r#"{"html": "<p>甲</p><p>乙", "lines": [{"text": "乙", "label": "article"}, {"text": "甲", "label": "junk", "kind": "nav"}]}"#;
        let got = read("h.jsonl", page.as_bytes()).remove(0).unwrap();
        let labels: Vec<_> = got.lines.iter().map(|l| (l.label, l.kind)).collect();
        assert_eq!(labels, [(Label::Junk, Some(Kind::Nav)), (Label::Article, None)]);
        let got = read("h.jsonl", b"{\"html\": \"<p>a\"}");
        let said = "h.jsonl:1: `html` comes with neither `gold` nor labelled `lines`";
        assert_eq!(got, [Err(said.into())]);
    }

    #[test]
    fn fasttext_lines_are_pages_of_one_line() {
        let got = read(
            "t.txt",
            "__label__junk 加群 领券\n__label__article\t晴。\n__label__spam x\n".as_bytes(),
        );
        let page = |number: u32, line| LabelledPage {
            id: format!("t.txt:{number}"),
            site: format!("t/t.txt:{number}"),
            lang: None,
            set: "t".into(),
            lines: vec![line],
            html: None,
        };
        assert_eq!(got.len(), 3);
        assert_eq!(got[0], Ok(page(1, line("加群 领券", Label::Junk))));
        assert_eq!(got[1], Ok(page(2, line("晴。", Label::Article))));
        let said = "t.txt:3: unknown label \"spam\", expected article, junk or either";
        assert_eq!(got[2], Err(said.into()));
    }

    #[test]
    fn faults_are_named_with_their_place_and_the_rest_is_read() {
        for (page, said) in [
            (
                r#"{"lines": [{"text": "a", "label": "ham"}]}"#,
                "lines[0]: unknown label \"ham\", expected article, junk or either",
            ),
            (
                r#"{"lines": [{"text": "a", "label": "junk", "kind": "x"}]}"#,
                "lines[0]: unknown kind \"x\"",
            ),
            (
                r#"{"lines": [{"text": "ab", "label": "junk", "spans": [[1, 3]]}]}"#,
                "lines[0]: span [1, 3) is empty, out of order or outside the line's 2 characters",
            ),
            (
                r#"{"lines": [{"text": "abcd", "label": "junk", "spans": [[2, 3], [0, 1]]}]}"#,
                "lines[0]: span [0, 1) is empty, out of order or outside the line's 4 characters",
            ),
            (
                r#"{"lines": [{"text": "a"}]}"#,
                "lines[0]: no label; `dechaff label` gives first labels to pages without",
            ),
            (
                r#"{"lines": ["a"]}"#,
                "lines[0]: no label; `dechaff label` gives first labels to pages without",
            ),
            (r#"{"id": "a"}"#, "has neither labelled `lines` nor `html` and `gold`"),
            (r#"{"lines": ["#, "EOF while parsing a list (column 11)"),
            (r#"{"id": [], "lines": []}"#, "`id` is neither a string nor a number"),
        ] {
            let got = read("f.jsonl", format!("{page}\n{{\"lines\": []}}\n").as_bytes());
            assert_eq!(got[0], Err(format!("f.jsonl:1: {said}")));
            assert!(got[1].is_ok(), "{page}");
        }
        let got = read("f.jsonl", b"{\"lines\": [{\"text\": \"\xff\"}]}");
        assert_eq!(got, [Err("f.jsonl:1: not UTF-8 (byte 22)".into())]);
    }
}
