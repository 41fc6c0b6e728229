//! A file of labelled pages in memory: its bytes, where in them each line lies, and what each line
//! is labelled. A line that was decided has new bytes; all others are written back as they were read.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::edit::{Change, apply, range_in};
use crate::input::json::{self, Fields};
use crate::input::read_labelled;
use crate::label::write;
use crate::text::{Kind, Label};
use crate::{Error, Result};

/// A file of labelled pages.
#[derive(Debug)]
pub struct LabelFile {
    source: String,
    /// The pages whose lines have labels of their own, in order.
    pub pages: Vec<FilePage>,
    /// How many pages were passed over: with `html`, labels come from the text that is wanted of it.
    pub passed_over: usize,
}

/// A page of the file.
#[derive(Debug)]
pub struct FilePage {
    /// Its own name, or `FILE:LINE`.
    pub id: String,
    /// Its site; empty where it names none.
    pub site: String,
    /// Its lines that are not blank.
    pub lines: Vec<FileLine>,
}

/// A line of a page.
#[derive(Debug)]
pub struct FileLine {
    /// 1-based number in the page, blank lines counted.
    pub number: u32,
    /// As it stands in the page; shared, so that it can be studied while others decide.
    pub text: Arc<str>,
    /// What it is labelled.
    pub state: State,
    /// How often it was changed since the file was read: whoever decides says which version they saw.
    pub version: u32,
    range: Range<usize>,
    edited: Option<String>,
}

/// What a line says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its label.
    pub label: Label,
    /// Its kind.
    pub kind: Option<Kind>,
    /// Whether anybody but the rules is named as its source.
    pub by_hand: bool,
    /// Whose label it took.
    pub from: Option<String>,
    /// How sure the rules are of it.
    pub confidence: Option<f64>,
    /// The rules that voted.
    pub rules: Vec<String>,
}

impl LabelFile {
    /// Reads a file, and checks all of it before anything else happens.
    ///
    /// # Errors
    /// Every mistake with its place: [`Error::BadPage`] for a page that is not in the format,
    /// [`Error::BadInput`] for a file that is compressed, is of lines as fastText has them, or holds
    /// nothing to review, [`Error::Io`].
    pub fn read(path: &Path) -> Result<LabelFile, Vec<Error>> {
        let bytes = std::fs::read(path).map_err(|e| vec![Error::io(path, e)])?;
        let bad = |reason: &str| vec![Error::BadInput { path: path.into(), reason: reason.into() }];
        if bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd") {
            return Err(bad("is compressed; unpack it to review it"));
        }
        let pages = read_labelled(path).map_err(|error| vec![error])?;
        let mistakes: Vec<Error> = pages.filter_map(Result::err).collect();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let source = String::from_utf8(bytes).map_err(|_| bad("is not UTF-8"))?;
        LabelFile::parse(source, path)
    }

    /// Takes the content of a file apart; `path` names pages without an id, and mistakes.
    ///
    /// # Errors
    /// As [`LabelFile::read`].
    pub fn parse(source: String, path: &Path) -> Result<LabelFile, Vec<Error>> {
        let file_name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let mut places: Vec<(u64, Range<usize>)> = Vec::new();
        let mut start = 0;
        for (number, line) in (1..).zip(source.split_inclusive('\n')) {
            let text = line.trim_matches(['\r', '\n', '\u{feff}']);
            if !text.trim().is_empty() {
                places.push((number, range_in(&source, text)));
            }
            start += line.len();
        }
        debug_assert_eq!(start, source.len());
        let parsed: Vec<_> = places
            .into_par_iter()
            .map(|(number, range)| {
                let raw = source.get(range.clone()).unwrap_or_default();
                page(raw, range.start, || format!("{file_name}:{number}"))
                    .map_err(|reason| Error::BadPage { path: path.into(), line: number, reason })
            })
            .collect();
        let (mut pages, mut mistakes, mut passed_over) = (Vec::new(), Vec::new(), 0);
        for page in parsed {
            match page {
                Ok(Some(page)) => pages.push(page),
                Ok(None) => passed_over += 1,
                Err(error) => mistakes.push(error),
            }
        }
        if mistakes.is_empty() && pages.iter().all(|page| page.lines.is_empty()) {
            let reason = match passed_over {
                0 => "holds no lines with labels; `dechaff label` makes them",
                _ => {
                    "holds pages with `html` only: their labels come from `gold`, and are mended there; \
                     `dechaff label` makes lines with labels of their own from them"
                }
            };
            let reason = reason.into();
            mistakes.push(Error::BadInput { path: path.into(), reason });
        }
        if mistakes.is_empty() {
            Ok(LabelFile { source, pages, passed_over })
        } else {
            Err(mistakes)
        }
    }

    /// A line by page and line, both indices.
    pub fn line(&self, (page, line): (usize, usize)) -> Option<&FileLine> {
        self.pages.get(page)?.lines.get(line)
    }

    /// The bytes of a line as they stand now.
    pub fn raw(&self, at: (usize, usize)) -> Option<&str> {
        let line = self.line(at)?;
        line.edited.as_deref().or_else(|| self.source.get(line.range.clone()))
    }

    /// Writes a label into a line; `false` if there is no such line.
    pub fn change(&mut self, at: (usize, usize), change: Change<'_>) -> bool {
        let new = self.raw(at).and_then(|raw| apply(raw, change));
        new.is_some_and(|new| self.set(at, new))
    }

    /// Gives a line other bytes; `false` if there is no such line, or they are none with a label.
    pub fn set(&mut self, (page, line): (usize, usize), raw: String) -> bool {
        let Ok((_, state)) = line_of(&raw) else { return false };
        let line = self.pages.get_mut(page).and_then(|page| page.lines.get_mut(line));
        let Some(line) = line else { return false };
        line.state = state;
        line.version += 1;
        line.edited = Some(raw);
        true
    }

    /// The whole file as it stands now.
    pub fn render(&self) -> String {
        let mut out = String::with_capacity(self.source.len() + 1024);
        let mut from = 0;
        for line in self.pages.iter().flat_map(|page| &page.lines) {
            if let Some(edited) = &line.edited {
                out.push_str(self.source.get(from..line.range.start).unwrap_or_default());
                out.push_str(edited);
                from = line.range.end;
            }
        }
        out.push_str(self.source.get(from..).unwrap_or_default());
        out
    }

    /// How many lines there are.
    pub fn n_lines(&self) -> usize {
        self.pages.iter().map(|page| page.lines.len()).sum()
    }
}

/// A page of a line of the file that begins at byte `start`; `None` for a page of HTML.
fn page(raw: &str, start: usize, place: impl Fn() -> String) -> Result<Option<FilePage>, String> {
    if raw.starts_with("__label__") {
        return Err("lines as fastText has them are not reviewed, pages of JSON are".into());
    }
    let fields: Fields<'_> = serde_json::from_str(raw).map_err(|e| json::reason(&e))?;
    let is_given = |name: &str| fields.get(name).is_some_and(|value| value.get() != "null");
    if is_given("html") {
        return Ok(None);
    }
    let Some(array) = fields.get("lines") else { return Err("has no `lines`".into()) };
    let elements: Vec<&RawValue> =
        serde_json::from_str(array.get()).map_err(|e| format!("`lines`: {}", json::reason(&e)))?;
    let mut lines = Vec::with_capacity(elements.len());
    for (number, element) in (1..).zip(elements) {
        let within = range_in(raw, element.get());
        let (text, state) =
            line_of(element.get()).map_err(|reason| format!("lines[{}]: {reason}", number - 1))?;
        if !text.chars().all(char::is_whitespace) {
            let range = start + within.start..start + within.end;
            let text = text.into();
            lines.push(FileLine { number, text, state, version: 0, range, edited: None });
        }
    }
    let site = fields.get("site").and_then(|raw| json::text_of(raw.get()));
    Ok(Some(FilePage {
        id: fields.name("id").unwrap_or_else(place),
        site: site.map(|(site, _)| site).unwrap_or_default(),
        lines,
    }))
}

/// A line as the file has it. What only the page shows is taken as far as it is understood.
#[derive(Deserialize)]
struct LineRecord {
    text: String,
    label: Label,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    source: Option<serde_json::Value>,
    #[serde(default)]
    from: Option<serde_json::Value>,
    #[serde(default)]
    confidence: Option<serde_json::Value>,
    #[serde(default)]
    rules: Option<serde_json::Value>,
}

fn line_of(raw: &str) -> Result<(String, State), String> {
    let record: LineRecord = serde_json::from_str(raw).map_err(|e| json::reason(&e))?;
    let string = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let rules = record.rules.as_ref().and_then(|rules| rules.as_array());
    let state = State {
        label: record.label,
        kind: record.kind,
        by_hand: write::is_made(record.source.as_ref()),
        from: record.from.as_ref().and_then(string),
        confidence: record.confidence.and_then(|confidence| confidence.as_f64()),
        rules: rules.map(|rules| rules.iter().filter_map(string).collect()).unwrap_or_default(),
    };
    Ok((record.text, state))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A file that was read from memory.
    pub(crate) fn file(source: &str) -> LabelFile {
        LabelFile::parse(source.into(), Path::new("x.jsonl")).unwrap()
    }

    #[test]
    fn bytes_come_back_but_for_what_was_decided() {
        let source = "\u{feff}{\"lines\":  [ {\"text\":\"首页\",\"label\":\"either\",\"x\":1e2} , {\"text\": \" \", \"label\": \"junk\"},{\"text\":\"桥\",\"label\":\"article\"}], \"y\" : {}}\r\n\n{\"html\": \"<p>\", \"gold\": \"\"}\n{\"id\":7,\"lines\":[]}";
        let mut file = file(source);
        assert_eq!(file.render(), source);
        assert_eq!((file.pages.len(), file.passed_over, file.n_lines()), (2, 1, 2));
        assert_eq!((file.pages[0].id.as_str(), file.pages[1].id.as_str()), ("x.jsonl:1", "7"));
        assert_eq!(file.pages[0].lines[1].number, 3);
        let change = Change { label: Label::Junk, kind: Some(Kind::Nav), from: None };
        assert!(file.change((0, 0), change));
        assert!(!file.change((0, 2), change) && !file.change((2, 0), change));
        let expected = source.replace(
            "\"label\":\"either\",\"x\":1e2",
            "\"label\":\"junk\",\"kind\":\"nav\",\"x\":1e2,\"source\":\"hand\"",
        );
        assert_eq!(file.render(), expected);
        let line = &file.pages[0].lines[0];
        assert_eq!((line.version, line.state.label, line.state.by_hand), (1, Label::Junk, true));
        let original = &source[source.find("{\"text").unwrap()..source.find(" , {").unwrap()];
        assert!(file.set((0, 0), original.into()));
        assert_eq!(file.render(), source);
        assert_eq!(file.pages[0].lines[0].version, 2);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let said = |source: &str| {
            let errors = LabelFile::parse(source.into(), Path::new("x.jsonl")).unwrap_err();
            errors.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            said("{\"lines\": [{\"text\": \"首页\", \"label\": \"junk\"},\"#\" ]}\r\n"),
            [
                "x.jsonl:1: lines[1]: invalid type: string \"#\", expected struct LineRecord (column 3)"
            ]
        );
        assert_eq!(
            said("{\"lines\": []}\n{}\n7"),
            [
                "x.jsonl:2: has no `lines`",
                "x.jsonl:3: invalid type: integer `7`, expected a JSON object (column 1)"
            ]
        );
        assert_eq!(said(""), ["x.jsonl: holds no lines with labels; `dechaff label` makes them"]);
    }
}
