//! One line of JSON Lines: the object as it was written, and where in it the page's text lies, so
//! that everything else can be written back byte for byte.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::value::RawValue;

use super::json::{self, Fields};
use crate::html::Document;

/// A JSON object that holds a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line of the file, with its terminator.
    pub raw: String,
    /// The page's text and its place in `raw`.
    pub content: Content,
}

/// Where a record holds its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One string.
    Text {
        /// The text.
        text: String,
        /// Byte range of the JSON string, with its quotes, in the record's line.
        range: Range<usize>,
    },
    /// An array of lines: strings, or objects with `text`.
    Lines {
        /// The elements in order.
        elements: Vec<Element>,
        /// Byte range of the array, with its brackets, in the record's line.
        range: Range<usize>,
    },
    /// HTML, where there is neither a text nor lines.
    Html {
        /// The page.
        document: Box<Document>,
        /// Byte range of the field, name and value, in the record's line.
        range: Range<usize>,
        /// Byte range of the value of `text`, where that is there and null: the text is written there.
        null: Option<Range<usize>>,
        /// Whether the field stays when the text is written beside it.
        is_kept: bool,
        /// What the page says of itself, by the names of fields that the object has not.
        said: Vec<(&'static str, String)>,
    },
}

/// How a record is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordOptions<'a> {
    /// The field with the text, where it is not `text`, `lines` or `html`.
    pub text_field: Option<&'a str>,
    /// Whether the HTML of a page is written beside its text.
    pub keep_html: bool,
    /// Whether pages of HTML are read with their marks, for Markdown.
    pub keep_marks: bool,
}

impl RecordOptions<'_> {
    /// Parses a page of HTML.
    pub(crate) fn document(&self, html: &str) -> Box<Document> {
        Box::new(match self.keep_marks {
            true => Document::parse_marked(html),
            false => Document::parse(html),
        })
    }
}

/// One element of an array of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its text.
    pub text: String,
    /// Byte range of the whole element in the record's line.
    pub range: Range<usize>,
    /// Byte range of the JSON string with the text: `range` itself, or a part of it.
    pub text_range: Range<usize>,
}

/// A record with what was learned on the way.
pub(crate) struct Parsed {
    pub(crate) record: Record,
    /// The field `id`, where it is a string or a number.
    pub(crate) id: Option<String>,
    /// How many lone surrogates were replaced by U+FFFD.
    pub(crate) replaced: usize,
}

/// Reads one object: the text is in the field that is named, otherwise in `text`, otherwise in `lines`,
/// otherwise in `html`. A field that is null is not there; where no other one is, it is a page without
/// text.
pub(crate) fn parse(raw: String, options: RecordOptions<'_>) -> Result<Parsed, String> {
    let text_field = options.text_field;
    // Without its terminator, so that columns are those of the line.
    let line = raw.trim_end_matches(['\r', '\n']);
    let fields: Fields<'_> = serde_json::from_str(line).map_err(|error| {
        // A whole file that is one array begins so, too.
        if line.trim_start().starts_with('[') {
            return "an array, where one object a line is wanted (`jq -c '.[]'` makes them)".into();
        }
        json::reason(&error)
    })?;
    let mut replaced = 0;
    let text_name = text_field.unwrap_or("text");
    let text = fields.get(text_name);
    let lines = if text_field.is_none() { fields.get("lines") } else { None };
    let is_null = |value: &&RawValue| value.get() == "null";
    let (text, null) = (text.filter(|text| !is_null(text)), text.filter(is_null));
    let lines = lines.filter(|lines| null.is_none() || !is_null(lines));
    let content = match (text, lines) {
        (Some(value), _) if value.get().starts_with('"') => Content::Text {
            text: string(value, &mut replaced)
                .ok_or(format!("`{text_name}` is no valid string"))?,
            range: range_in(&raw, value.get()),
        },
        (_, Some(value)) => Content::Lines {
            elements: elements(&raw, value, &mut replaced)?,
            range: range_in(&raw, value.get()),
        },
        (Some(_), None) => return Err(format!("`{text_name}` is not a string")),
        (None, None) => {
            let html = match text_field {
                None => html(&raw, &fields, options, &mut replaced)?,
                Some(_) => None,
            };
            let nothing = null.map(|null| Content::Text {
                text: String::new(),
                range: range_in(&raw, null.get()),
            });
            html.or(nothing).ok_or_else(|| match text_field {
                None => "has none of `text`, `lines` and `html`".to_owned(),
                Some(name) => format!("has no `{name}`"),
            })?
        }
    };
    let id = fields.name("id");
    Ok(Parsed { record: Record { raw, content }, id, replaced })
}

/// The record for a text that did not come as JSON: `{"id", "url", "text"}` and a line feed, `url` only
/// where it is known.
pub(crate) fn of_text(id: &str, url: Option<&str>, text: String) -> Record {
    let mut raw = head(id, url);
    raw.push_str(r#""text":"#);
    let start = raw.len();
    raw.push_str(&quoted(&text));
    let range = start..raw.len();
    raw.push_str("}\n");
    Record { raw, content: Content::Text { text, range } }
}

/// The record for a page of HTML that did not come as JSON: the same once the page is cleaned, with
/// what the page says of itself; with `html` before the text where that is to be kept.
pub(crate) fn of_html(
    id: &str,
    url: Option<&str>,
    html: &str,
    options: RecordOptions<'_>,
) -> Record {
    let mut raw = head(id, url);
    let start = raw.len();
    raw.push_str(r#""html":"#);
    // What is not written need not be there, but the object has to be one.
    raw.push_str(&if options.keep_html { quoted(html) } else { "null".into() });
    let range = start..raw.len();
    raw.push_str("}\n");
    let document = options.document(html);
    let said = document.meta.fields().map(|(name, value)| (name, value.to_owned())).collect();
    let is_kept = options.keep_html;
    Record { raw, content: Content::Html { document, range, null: None, is_kept, said } }
}

/// The start of an object, up to the field with the text.
fn head(id: &str, url: Option<&str>) -> String {
    let url = url.map_or(String::new(), |url| format!(r#""url":{},"#, quoted(url)));
    format!(r#"{{"id":{},{url}"#, quoted(id))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn html(
    raw: &str,
    fields: &Fields<'_>,
    options: RecordOptions<'_>,
    replaced: &mut usize,
) -> Result<Option<Content>, String> {
    // A name written with escapes has no place in the line; nobody writes `html` so.
    let field = fields.0.iter().rev().find(|(key, _)| matches!(key, Cow::Borrowed("html")));
    let Some((Cow::Borrowed(key), value)) = field else { return Ok(None) };
    // Beside a `text` that is null, too, it is no page of HTML.
    if value.get() == "null" && fields.get("text").is_some() {
        return Ok(None);
    }
    let html = string(value, replaced).ok_or("`html` is not a valid string")?;
    let (key, value) = (range_in(raw, key), range_in(raw, value.get()));
    // With the quote before the name.
    let range = key.start.saturating_sub(1)..value.end;
    let document = options.document(&html);
    let said = document.meta.fields();
    let said = said.filter(|(name, _)| fields.get(name).is_none());
    let said = said.map(|(name, value)| (name, value.to_owned())).collect();
    // A name that is there twice means what is said last.
    let null = fields.get("text").filter(|text| text.get() == "null");
    let null = null.map(|null| range_in(raw, null.get()));
    Ok(Some(Content::Html { document, range, null, is_kept: options.keep_html, said }))
}

fn elements(raw: &str, array: &RawValue, replaced: &mut usize) -> Result<Vec<Element>, String> {
    let values: Vec<&RawValue> =
        serde_json::from_str(array.get()).map_err(|_| "`lines` is not an array")?;
    let mut elements = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let inner: Fields<'_>;
        let text = if value.get().starts_with('{') {
            inner = serde_json::from_str(value.get()).map_err(|e| json::reason(&e))?;
            inner.get("text")
        } else {
            Some(value)
        };
        let read = text.and_then(|value| Some((value, string(value, replaced)?)));
        let (value_of_text, text) =
            read.ok_or_else(|| format!("lines[{index}] is neither a string nor has a `text`"))?;
        elements.push(Element {
            text,
            range: range_in(raw, value.get()),
            text_range: range_in(raw, value_of_text.get()),
        });
    }
    Ok(elements)
}

fn string(value: &RawValue, replaced: &mut usize) -> Option<String> {
    let (text, n) = json::text_of(value.get())?;
    *replaced += n;
    Some(text)
}

/// Where `part`, a slice of `whole`, lies in it.
fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    debug_assert_eq!(whole.get(start..start + part.len()), Some(part));
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text_field: Option<&str>) -> RecordOptions<'_> {
        RecordOptions { text_field, ..RecordOptions::default() }
    }

    fn fault(raw: &str, field: Option<&str>) -> String {
        parse(raw.into(), options(field)).err().unwrap()
    }

    #[test]
    fn text_is_found_with_its_place() {
        let raw = "{\"n\":1.0 , \"text\" : \"a\\u4e2d\\nb\", \"id\": 7}\r\n";
        let parsed = parse(raw.into(), options(None)).unwrap();
        let Content::Text { text, range } = &parsed.record.content else { panic!() };
        assert_eq!((text.as_str(), &raw[range.clone()]), ("a中\nb", "\"a\\u4e2d\\nb\""));
        assert_eq!(parsed.id.as_deref(), Some("7"));
        let other = parse("{\"text\": 1, \"body\": \"x\"}".into(), options(Some("body"))).unwrap();
        assert!(matches!(other.record.content, Content::Text { text, .. } if text == "x"));
    }

    #[test]
    fn lines_are_strings_or_objects() {
        let raw = r#"{"lines": [ "a", {"k": [1], "text": "b"} ], "text": null}"#;
        let parsed = parse(raw.into(), options(None)).unwrap();
        let Content::Lines { elements, range } = parsed.record.content else { panic!() };
        assert_eq!(&raw[range], r#"[ "a", {"k": [1], "text": "b"} ]"#);
        let got: Vec<_> = elements
            .iter()
            .map(|e| (e.text.as_str(), &raw[e.range.clone()], &raw[e.text_range.clone()]))
            .collect();
        assert_eq!(got, [("a", "\"a\"", "\"a\""), ("b", r#"{"k": [1], "text": "b"}"#, "\"b\"")]);
        assert_eq!(parsed.id, None);
    }

    #[test]
    fn a_text_that_is_null_is_none() {
        for (raw, field) in [
            (r#"{"id": 1, "text": null}"#, None),
            (r#"{"text": null, "lines": null, "html": null}"#, None),
            (r#"{"text": "x", "body": null}"#, Some("body")),
        ] {
            let parsed = parse(raw.into(), options(field)).unwrap();
            let Content::Text { text, range } = &parsed.record.content else { panic!("{raw}") };
            assert_eq!((text.as_str(), &raw[range.clone()]), ("", "null"), "{raw}");
        }
        let html = parse(r#"{"text": null, "html": "<p>a"}"#.into(), options(None)).unwrap();
        assert!(matches!(html.record.content, Content::Html { .. }));
        assert_eq!(fault("{\"html\": null}", None), "`html` is not a valid string");
        assert_eq!(fault("{\"lines\": null}", None), "`lines` is not an array");
    }

    #[test]
    fn a_record_is_made_as_it_would_be_read() {
        for (url, want) in [
            (
                Some("http://甲.example/\"q\""),
                r#"{"id":"<i>","url":"http://甲.example/\"q\"","text":"a\nb"}"#,
            ),
            (None, r#"{"id":"<i>","text":"a\nb"}"#),
        ] {
            let record = of_text("<i>", url, "a\nb".into());
            assert_eq!(record.raw, format!("{want}\n"));
            assert_eq!(parse(record.raw.clone(), options(None)).unwrap().record, record);
        }
        let html = "<html lang=zh><p>a\"</p>";
        let keep = RecordOptions { keep_html: true, ..options(None) };
        let record = of_html("i", None, html, keep);
        assert_eq!(record.raw, "{\"id\":\"i\",\"html\":\"<html lang=zh><p>a\\\"</p>\"}\n");
        assert_eq!(parse(record.raw.clone(), keep).unwrap().record, record);
        let record = of_html("i", Some("u"), html, options(None));
        assert_eq!(record.raw, "{\"id\":\"i\",\"url\":\"u\",\"html\":null}\n");
        let Content::Html { range, said, .. } = record.content else { panic!() };
        assert_eq!(record.raw[range], *"\"html\":null");
        assert_eq!(said, [("language", "zh".to_owned())]);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(fault("{\"a\": 1}", None), "has none of `text`, `lines` and `html`");
        assert_eq!(fault("{\"text\": \"\"}", Some("body")), "has no `body`");
        assert_eq!(fault("{\"text\": 1}", None), "`text` is not a string");
        assert_eq!(fault("{\"lines\": {}}", None), "`lines` is not an array");
        assert_eq!(
            fault("{\"lines\": [\"a\", 1]}", None),
            "lines[1] is neither a string nor has a `text`"
        );
        assert_eq!(fault("{\"a\": 1,}", None), "trailing comma (column 9)");
        assert_eq!(fault("{} {}", None), "trailing characters (column 4)");
        let array = "an array, where one object a line is wanted (`jq -c '.[]'` makes them)";
        for start in ["[1]", " [ {\"text\": \"a\"},", "["] {
            assert_eq!(fault(start, None), array);
        }
    }
}
