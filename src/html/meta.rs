//! What a page says of itself, and only that: title, author, date and language from `<title>`,
//! `<meta>`, Open Graph and JSON-LD. Nothing is guessed from the text.

use html5ever::local_name;
use serde_json::Value;

use super::{
    dom::{Data, Dom, is_linked_data},
    outline::{Outline, within},
};

/// What a page says of itself. Empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// The content of `<title>`.
    pub title: Option<String>,
    /// The headline: `og:title`, or `headline` of JSON-LD.
    pub headline: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was published, as the page writes it.
    pub date: Option<String>,
    /// `lang` of the root, or `og:locale`.
    pub language: Option<String>,
    /// The lines inside `<h1>`.
    pub headings: Vec<String>,
}

impl Meta {
    /// Title, author, date and language, where the page says them, each with the name of its field.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let title = self.headline.as_ref().or(self.title.as_ref());
        [
            ("title", title),
            ("author", self.author.as_ref()),
            ("date", self.date.as_ref()),
            ("language", self.language.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.as_str())))
    }
}

/// No longer block of JSON-LD is read.
const MAX_JSON: usize = 1 << 20;
/// Nothing nested deeper in JSON-LD is looked at.
const MAX_DEPTH: usize = 6;

/// Reads them off a page.
pub fn read(dom: &Dom, text: &str, outline: &Outline) -> Meta {
    let mut meta = Meta::default();
    let mut linked = Meta::default();
    let mut locale = None;
    // In document order but for template contents; what stands first wins.
    for (index, node) in dom.nodes.iter().enumerate() {
        let Data::Element(tag) = &node.data else { continue };
        let attribute = |name: &str| tag.attribute(name).and_then(tidy);
        match tag.name {
            local_name!("html") => {
                meta.language = meta.language.take().or_else(|| attribute("lang"));
            }
            // An image may have a title of its own.
            local_name!("title") if tag.space == html5ever::ns!(html) && meta.title.is_none() => {
                meta.title = tidy(&content(dom, index as u32));
            }
            local_name!("meta") => {
                let key = attribute("property")
                    .or_else(|| attribute("name"))
                    .or_else(|| attribute("itemprop"));
                let (Some(key), Some(value)) = (key, attribute("content")) else {
                    continue;
                };
                let field = match key.to_ascii_lowercase().as_str() {
                    "og:title" => &mut meta.headline,
                    "author" | "article:author" | "dc.creator" => &mut meta.author,
                    "article:published_time"
                    | "datepublished"
                    | "pubdate"
                    | "publishdate"
                    | "date"
                    | "dc.date"
                    | "og:published_time" => &mut meta.date,
                    "og:locale" => &mut locale,
                    _ => continue,
                };
                field.get_or_insert(value);
            }
            local_name!("script") if tag.attribute("type").is_some_and(is_linked_data) => {
                let json = content(dom, index as u32);
                if json.len() <= MAX_JSON
                    && let Ok(value) = serde_json::from_str::<Value>(&json)
                {
                    read_linked(&value, MAX_DEPTH, &mut linked);
                }
            }
            _ => {}
        }
    }
    for line in outline.lines.iter().filter(|l| l.within & within::HEADING_1 != 0) {
        meta.headings.extend(text.get(line.bytes.clone()).map(str::to_owned));
    }
    Meta {
        headline: meta.headline.or(linked.headline),
        // A link is no name.
        author: meta.author.filter(|a| !a.starts_with("http")).or(linked.author),
        date: meta.date.or(linked.date),
        language: meta.language.or(locale),
        ..meta
    }
}

/// Takes what the first object that has it says.
fn read_linked(value: &Value, depth: usize, meta: &mut Meta) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|v| read_linked(v, depth - 1, meta)),
        Value::Object(fields) => {
            let string = |name: &str| fields.get(name).and_then(Value::as_str).and_then(tidy);
            if meta.headline.is_none() {
                meta.headline = string("headline");
            }
            if meta.date.is_none() {
                meta.date = string("datePublished");
            }
            if meta.author.is_none() {
                meta.author = fields.get("author").and_then(name_of);
            }
            if let Some(graph) = fields.get("@graph") {
                read_linked(graph, depth - 1, meta);
            }
        }
        _ => {}
    }
}

/// `"Name"`, `{"name": "Name"}`, or the first of an array of these.
fn name_of(author: &Value) -> Option<String> {
    match author {
        Value::String(name) => tidy(name),
        Value::Object(fields) => fields.get("name").and_then(Value::as_str).and_then(tidy),
        Value::Array(authors) => match authors.first()? {
            Value::Array(_) => None,
            first => name_of(first),
        },
        _ => None,
    }
}

/// The text right below a node.
fn content(dom: &Dom, node: u32) -> String {
    let texts = dom.children(node).filter_map(|child| match &dom.nodes.get(child as usize)?.data {
        Data::Text(text) => Some(&**text),
        _ => None,
    });
    texts.collect()
}

/// With white space collapsed; `None` where nothing is left.
fn tidy(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}
