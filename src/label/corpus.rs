//! Raw pages for labelling: what `filter` reads, with site and language where the page tells them, and
//! with the labels that somebody made; other labels in the input are ignored.

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::{ByHand, RulePage};
use crate::input::{Body, Content, InputPage, RecordOptions, Source, json, read_source_with};
use crate::text::{Kind, Label};
use crate::{Error, Result};

/// Pages that are decoded at a time.
const BATCH: usize = 1024;

/// What a JSON page may say of itself, besides its text.
#[derive(Deserialize, Default)]
struct About {
    #[serde(default)]
    site: Option<serde_json::Value>,
    #[serde(default)]
    url: Option<serde_json::Value>,
    #[serde(default)]
    lang: Option<serde_json::Value>,
}

/// Reads the pages of a source, in order; decoding and measuring runs in parallel.
///
/// # Errors
/// As [`read_source_with`]; an item is an error for a page that cannot be read.
pub fn read_pages(source: &Source, text_field: Option<&str>) -> Result<Vec<Result<RulePage>>> {
    let options = RecordOptions { text_field, ..RecordOptions::default() };
    let mut reader = read_source_with(source, None, text_field)?;
    let mut pages = Vec::new();
    loop {
        let raw: Vec<_> = reader.by_ref().take(BATCH).collect();
        if raw.is_empty() {
            return Ok(pages);
        }
        let measured =
            raw.into_par_iter().map(|raw| measured(&raw?.parse(options)?)).collect::<Vec<_>>();
        pages.extend(measured);
    }
}

fn measured(page: &InputPage) -> Result<RulePage> {
    let about: About = match &page.body {
        Body::Record(record) => serde_json::from_str(&record.raw).unwrap_or_default(),
        Body::Text(_) | Body::Html(_) => About::default(),
    };
    let string = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let site = string(about.site).or_else(|| string(about.url).and_then(|url| host(&url)));
    let lines = page.lines();
    let mut measured = RulePage::new(
        page.id.clone(),
        site.unwrap_or_default(),
        string(about.lang),
        lines.lines.iter().map(|line| (line.number, line.text)),
    );
    if let Body::Record(record) = &page.body
        && let Content::Lines { elements, .. } = &record.content
    {
        for line in &mut measured.lines {
            let at = (line.number as usize).saturating_sub(1);
            let raw = elements.get(at).and_then(|element| record.raw.get(element.range.clone()));
            line.by_hand = raw.map(by_hand).transpose().map(Option::flatten).map_err(|reason| {
                let reason = format!("lines[{at}]: {reason}");
                Error::BadPage { path: page.path.to_path_buf(), line: page.line, reason }
            })?;
        }
    }
    Ok(measured)
}

/// What a labelled line says of where its label comes from.
#[derive(Deserialize)]
struct Origin {
    #[serde(default)]
    source: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Labelled {
    label: Label,
    #[serde(default)]
    kind: Option<Kind>,
}

/// The label of a line that says that it was made by anybody but the rules. A mistake in such a label is an
/// error: work by hand is not passed over.
fn by_hand(line: &str) -> Result<Option<ByHand>, String> {
    let origin = serde_json::from_str::<Origin>(line).ok().and_then(|origin| origin.source);
    if origin.is_none_or(|source| source == super::write::SOURCE) {
        return Ok(None);
    }
    let said = |e: serde_json::Error| json::reason(&e);
    let Labelled { label, kind } = serde_json::from_str(line).map_err(said)?;
    let raw = RawValue::from_string(line.to_owned()).map_err(said)?;
    Ok(Some(ByHand { label, kind, raw }))
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
    fn lines_labelled_by_hand_are_known() {
        let of = |rest: &str| by_hand(&format!("{{\"text\": \"x\"{rest}}}"));
        let found =
            of(", \"label\": \"junk\", \"kind\": \"nav\", \"source\": \"hand\"").unwrap().unwrap();
        assert_eq!((found.label, found.kind), (Label::Junk, Some(Kind::Nav)));
        for rest in [", \"source\": \"rules\", \"label\": 7", ", \"source\": null", ""] {
            assert!(of(rest).unwrap().is_none(), "{rest}");
        }
        assert!(by_hand("\"x\"").unwrap().is_none());
        let mistake = of(", \"label\": \"jnuk\", \"source\": \"hand\"").unwrap_err();
        assert!(mistake.contains("jnuk"), "{mistake}");
    }
}
