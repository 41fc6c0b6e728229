//! Raw pages for labelling: what `filter` reads, with what the page tells of itself and the labels that
//! somebody made; other labels in the input are ignored.

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::page::{ByHand, RulePage};
use super::write::is_made;
use crate::input::{Body, Content, InputPage, RecordOptions, Source, json, read_source_with};
use crate::text::{Kind, Label};
use crate::{Error, Result};

/// Pages that are decoded at a time.
const BATCH: usize = 1024;

/// Fields of a JSON page, besides `lines`, that are its name or hold its text, in one way or another.
const CONTENT: [&str; 4] = ["id", "text", "html", "gold"];

/// Reads the pages of a source, in order; decoding and measuring runs in parallel.
///
/// # Errors
/// As [`read_source_with`]; an item is an error for a page that cannot be read, and for one with a mistake in a
/// label that somebody made.
pub fn read_pages(source: &Source, text_field: Option<&str>) -> Result<Vec<Result<RulePage>>> {
    let options = RecordOptions { text_field, ..RecordOptions::default() };
    let mut reader = read_source_with(source, None, text_field)?;
    let mut pages = Vec::new();
    loop {
        let raw: Vec<_> = reader.by_ref().take(BATCH).collect();
        if raw.is_empty() {
            return Ok(pages);
        }
        let measured = raw
            .into_par_iter()
            .map(|raw| {
                let page = raw?.parse(options)?;
                measured(&page, text_field).map_err(|reason| Error::BadPage {
                    path: page.path.to_path_buf(),
                    line: page.line,
                    reason,
                })
            })
            .collect::<Vec<_>>();
        pages.extend(measured);
    }
}

fn measured(page: &InputPage, text_field: Option<&str>) -> Result<RulePage, String> {
    let record = match &page.body {
        Body::Record(record) => Some(record),
        Body::Text(_) | Body::Html(_) => None,
    };
    let mut about: Map<String, Value> =
        record.and_then(|record| serde_json::from_str(&record.raw).ok()).unwrap_or_default();
    // `remove` would put the last field in the place of the one that goes.
    let labelled = about.shift_remove("lines");
    about.retain(|name, _| !CONTENT.contains(&name.as_str()) && Some(name.as_str()) != text_field);
    let url = about.get("url").and_then(Value::as_str).and_then(host);
    let site = about.shift_remove("site").and_then(string).or(url).unwrap_or_default();
    let lang = about.shift_remove("lang").and_then(string);
    let lines = page.lines();
    let lines = lines.lines.iter().map(|line| (line.number, line.text));
    let mut measured = RulePage::new(page.id.clone(), site, lang, lines);
    measured.about = about;
    match record.map(|record| (&record.content, &record.raw)) {
        Some((Content::Lines { elements, .. }, raw)) => {
            told_of_lines(&mut measured, |at| raw.get(elements.get(at)?.range.clone()))?
        }
        // Somebody labelled other lines than those that would be labelled now.
        Some(_) if labelled.is_some_and(|lines| holds_work(&lines)) => {
            return Err(
                "holds labels made by hand beside another text; take one of the two away".into()
            );
        }
        _ => {}
    }
    Ok(measured)
}

fn string(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn holds_work(lines: &Value) -> bool {
    lines.as_array().into_iter().flatten().any(|line| is_made(line.get("source")))
}

/// Takes over what lines say of themselves; `raw` gives the JSON of a line by its place in the input.
fn told_of_lines<'a>(
    page: &mut RulePage,
    raw: impl Fn(usize) -> Option<&'a str>,
) -> Result<(), String> {
    let mut numbers = Vec::with_capacity(page.lines.len());
    for line in &mut page.lines {
        let at = (line.number as usize).saturating_sub(1);
        let told = raw(at).map_or(Ok(Told::default()), told);
        let told = told.map_err(|reason| format!("lines[{at}]: {reason}"))?;
        line.by_hand = told.by_hand;
        page.unsigned += usize::from(told.is_unsigned);
        numbers.extend(told.number);
    }
    // Lines keep the numbers that others know them by, where all of them have one.
    if numbers.len() == page.lines.len() && numbers.is_sorted_by(|a, b| a < b) {
        page.lines.iter_mut().zip(numbers).for_each(|(line, number)| line.number = number);
    }
    Ok(())
}

/// What a line says of itself besides its text.
#[derive(Default)]
struct Told {
    number: Option<u32>,
    by_hand: Option<ByHand>,
    /// It has a label and does not say whose.
    is_unsigned: bool,
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    n: Option<Value>,
    #[serde(default)]
    label: Option<Value>,
    #[serde(default)]
    source: Option<Value>,
}

#[derive(Deserialize)]
struct Labelled {
    label: Label,
    #[serde(default)]
    kind: Option<Kind>,
}

/// What a line says of its label. A mistake in one that anybody but the rules made is an error: work by hand
/// is not passed over.
fn told(line: &str) -> Result<Told, String> {
    if !line.starts_with('{') {
        return Ok(Told::default());
    }
    let said = |e: serde_json::Error| json::reason(&e);
    let record: Record = serde_json::from_str(line).map_err(said)?;
    let number = record.n.and_then(|n| n.as_u64()).and_then(|n| u32::try_from(n).ok());
    if !is_made(record.source.as_ref()) {
        // The rules leave lines either without a source.
        let has_label = record.label.is_some_and(|label| label != "either");
        let is_unsigned = has_label && record.source.is_none();
        return Ok(Told { number, by_hand: None, is_unsigned });
    }
    let Labelled { label, kind } = serde_json::from_str(line).map_err(said)?;
    let raw = RawValue::from_string(line.to_owned()).map_err(said)?;
    Ok(Told { number, by_hand: Some(ByHand { label, kind, raw }), is_unsigned: false })
}

/// `example.com` for `https://www.example.com:80/x`.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_their_site_or_have_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let pages = "{\"id\": 1, \"site\": \"a.cn\", \"lang\": \"zh\", \"lines\": [{\"text\": \"甲\", \"label\": 7}, \"\", \"乙\"]}\n\
             {\"url\": \"https://www.B.example:80/x\", \"text\": \"甲\\n\\n乙\"}\n{\"text\": 1}\n{\"text\": \"\"}\n";
        std::fs::write(&path, pages).unwrap();
        let source = crate::input::discover(&path).unwrap().sources.remove(0);
        let got = read_pages(&source, None).unwrap();
        let page = |at: usize| got[at].as_ref().unwrap();
        assert_eq!((page(0).id.as_str(), page(0).site.as_str()), ("1", "a.cn"));
        assert_eq!(page(0).lang.as_deref(), Some("zh"));
        assert_eq!(page(0).lines.iter().map(|l| l.number).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((page(1).site.as_str(), page(1).lines.len()), ("b.example", 2));
        assert!(got[2].is_err());
        assert_eq!((page(3).site.as_str(), page(3).lines.len()), ("", 0));
        assert!(page(3).id.ends_with("a.jsonl:4"));
    }

    #[test]
    fn lines_say_whose_label_they_have() {
        let of = |rest: &str| told(&format!("{{\"text\": \"x\"{rest}}}"));
        let found =
            of(", \"n\": 7, \"label\": \"junk\", \"kind\": \"nav\", \"source\": \"hand\"").unwrap();
        let by_hand = found.by_hand.unwrap();
        assert_eq!((by_hand.label, by_hand.kind), (Label::Junk, Some(Kind::Nav)));
        assert_eq!((found.number, found.is_unsigned), (Some(7), false));
        for (rest, is_unsigned) in [
            (", \"source\": \"rules\", \"label\": 7", false),
            (", \"source\": null, \"label\": \"either\"", false),
            (", \"source\": null, \"label\": \"article\"", true),
            ("", false),
        ] {
            let found = of(rest).unwrap();
            assert!(found.by_hand.is_none() && found.is_unsigned == is_unsigned, "{rest}");
        }
        assert!(told("\"x\"").unwrap().by_hand.is_none());
        let mistake = of(", \"label\": \"jnuk\", \"source\": \"hand\"").err().unwrap();
        assert!(mistake.contains("jnuk"), "{mistake}");
        let twice = of(", \"source\": \"hand\", \"source\": \"rules\"").err().unwrap();
        assert!(twice.contains("duplicate field"), "{twice}");
    }
}
