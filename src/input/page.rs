//! A page as it lies in its file, and the same page decoded. The first is what the reading thread
//! hands out; turning it into the second is work that runs in parallel.

use std::path::Path;
use std::sync::Arc;

use super::decode::{decode, decode_field, decode_html, decode_labelled};
use super::open::Format;
use super::pieces::{Piece, numbered};
use super::record::{self, Content, Record, RecordOptions};
use crate::html::Document;
use crate::text::Page;
use crate::{Error, Result};

/// The byte order mark of UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of one page, not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPage {
    /// The file; `-` is standard input.
    pub path: Arc<Path>,
    /// 1-based line of a JSON Lines file, record of a WARC file, row of a parquet file; 1 for a text
    /// file.
    pub line: u64,
    /// How the bytes are to be read.
    pub format: Format,
    /// The text or HTML file, the line of JSON with its terminator, the text of a record or of a row;
    /// empty for a piece of a long text, which is there as text.
    pub bytes: Vec<u8>,
    /// What the file says about the page, apart from its text.
    pub about: About,
}

/// What a file says about a page beside its text; JSON Lines say it inside of the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub id: Option<String>,
    /// Where it was found.
    pub url: Option<String>,
    /// The encoding that its server named, not checked.
    pub charset: Option<String>,
    /// It is a null in the column of texts, which is not the same as an empty text.
    pub is_null: bool,
    /// It is a piece of a long text, already decoded: see
    /// [`SourceReader::in_pieces`](super::SourceReader::in_pieces).
    pub piece: Option<Box<Piece>>,
}

/// A page, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPage {
    /// The page's own `id`; where it has none, the file's path, and `PATH:LINE` where a file holds
    /// several pages.
    pub id: String,
    /// The file; `-` is standard input.
    pub path: Arc<Path>,
    /// 1-based line of a JSON Lines file, record of a WARC file, row of a parquet file; 1 for a text
    /// file.
    pub line: u64,
    /// Where it was found, where the file says so beside the page: a record of WARC, a row of parquet.
    pub url: Option<String>,
    /// What it holds.
    pub body: Body,
    /// The encoding it was in, as the WHATWG spells it.
    pub encoding: &'static str,
    /// How many faulty sequences were replaced by U+FFFD.
    pub replaced: usize,
    /// It began with the byte order mark of UTF-8, which is no part of its text and is not written.
    pub has_mark: bool,
    /// It is a piece of a long text; `replaced` counts the faults of the piece alone.
    pub piece: Option<Box<Piece>>,
}

/// The content of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The whole of a text file.
    Text(String),
    /// A JSON object.
    Record(Record),
    /// The whole of an HTML file.
    Html(Box<Document>),
}

impl RawPage {
    /// Whether it is a line of JSON Lines that holds nothing, see
    /// [`SourceReader::with_blank_lines`](super::SourceReader::with_blank_lines).
    pub fn is_blank(&self) -> bool {
        let line = self.bytes.strip_prefix(UTF8_MARK).unwrap_or(&self.bytes);
        self.format == Format::JsonLines && line.trim_ascii().is_empty()
    }

    /// How many bytes of the input it is.
    pub fn n_bytes(&self) -> usize {
        self.about.piece.as_ref().map_or(self.bytes.len(), |piece| piece.text.len())
    }

    /// Decodes and parses the page. The text of a JSON object is taken from the field that is named,
    /// otherwise from `text` (a string), `lines` (strings, or objects with `text`) or `html`.
    ///
    /// # Errors
    /// [`Error::BadPage`] if the JSON is broken or the field is missing.
    pub fn parse(mut self, options: RecordOptions<'_>) -> Result<InputPage> {
        if let Some(piece) = self.about.piece.take() {
            return Ok(self.piece(piece));
        }
        let charset = self.about.charset.as_deref();
        let decoded = match self.format {
            Format::Text | Format::JsonLines => decode(&self.bytes),
            Format::Html => decode_html(&self.bytes, charset),
            Format::Warc => decode_labelled(&self.bytes, charset),
            Format::Parquet => decode_field(&self.bytes),
        };
        let (encoding, mut replaced) = (decoded.encoding, decoded.replaced);
        let is_file = matches!(self.format, Format::Text | Format::JsonLines);
        let has_mark = is_file && self.bytes.starts_with(UTF8_MARK);
        let file = || self.path.display().to_string();
        let place = || format!("{}:{}", self.path.display(), self.line);
        let (id, body) = match self.format {
            // Copying is cheaper than what taking the bytes over would need: checking them once more.
            Format::Text => (file(), Body::Text(decoded.text.into_owned())),
            Format::Html => match self.about.id {
                None => (file(), Body::Html(options.document(&decoded.text))),
                Some(id) => {
                    let url = self.about.url.as_deref();
                    let record = record::of_html(&id, url, &decoded.text, options);
                    (id, Body::Record(record))
                }
            },
            Format::JsonLines => {
                let parsed =
                    record::parse(decoded.text.into_owned(), options).map_err(|reason| {
                        Error::BadPage { path: self.path.to_path_buf(), line: self.line, reason }
                    })?;
                replaced += parsed.replaced;
                (parsed.id.unwrap_or_else(place), Body::Record(parsed.record))
            }
            Format::Warc => {
                let id = self.about.id.unwrap_or_else(place);
                let url = self.about.url.as_deref();
                let record = record::of_text(&id, url, decoded.text.into_owned());
                (id, Body::Record(record))
            }
            Format::Parquet => {
                (self.about.id.unwrap_or_else(place), Body::Text(decoded.text.into_owned()))
            }
        };
        let (path, line, url) = (self.path, self.line, self.about.url);
        Ok(InputPage { id, path, line, url, body, encoding, replaced, has_mark, piece: None })
    }

    /// A piece of a long text, which was decoded when it was read.
    fn piece(self, mut piece: Box<Piece>) -> InputPage {
        let text = std::mem::take(&mut piece.text);
        InputPage {
            id: self.path.display().to_string(),
            path: self.path,
            line: self.line,
            url: None,
            body: Body::Text(text),
            encoding: piece.encoding,
            replaced: piece.replaced,
            has_mark: piece.has_mark,
            piece: Some(piece),
        }
    }
}

impl InputPage {
    /// The page's lines. Elements of an array are lines as they are, not split again. Of a piece, its own
    /// lines; numbers are those of the whole page, places those of the piece.
    pub fn lines(&self) -> Page<'_> {
        match &self.body {
            Body::Text(text) => {
                self.piece.as_ref().map_or_else(|| Page::from_text(text), |p| numbered(text, p))
            }
            Body::Record(record) => match &record.content {
                Content::Text { text, .. } => Page::from_text(text),
                Content::Lines { elements, .. } => {
                    Page::from_lines(elements.iter().map(|element| element.text.as_str()))
                }
                Content::Html { document, .. } => document.page(),
            },
            Body::Html(document) => document.page(),
        }
    }

    /// Bytes of the page before its [`lines`](InputPage::lines): more than 0 for a piece.
    pub fn offset(&self) -> usize {
        self.piece.as_ref().map_or(0, |piece| piece.start)
    }

    /// The page's HTML, if that is what it came as.
    pub fn document(&self) -> Option<&Document> {
        match &self.body {
            Body::Html(document) => Some(document),
            Body::Record(Record { content: Content::Html { document, .. }, .. }) => Some(document),
            Body::Text(_) | Body::Record(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(format: Format, bytes: &[u8]) -> InputPage {
        let raw = RawPage {
            path: Path::new("f").into(),
            line: 3,
            format,
            bytes: bytes.into(),
            about: About::default(),
        };
        raw.parse(RecordOptions::default()).unwrap()
    }

    #[test]
    fn pages_are_named_by_themselves_or_by_their_place() {
        let text = page(Format::Text, "\u{feff}甲\n\n乙".as_bytes());
        assert_eq!(text.id, "f");
        let lines: Vec<_> = text.lines().lines.iter().map(|l| (l.number, l.start)).collect();
        assert_eq!(lines, [(1, 0), (3, 5)]);
        assert_eq!(page(Format::JsonLines, b"{\"text\": \"\"}").id, "f:3");
        assert_eq!(page(Format::JsonLines, b"{\"text\": \"\", \"id\": \"x\"}").id, "x");
    }

    #[test]
    fn html_is_the_page_where_there_is_no_text() {
        let record = page(Format::JsonLines, br#"{"html" : "<p>a<p>b", "id": 1}"#);
        let Body::Record(Record { raw, content: Content::Html { range, .. } }) = &record.body
        else {
            panic!("{record:?}");
        };
        assert_eq!(raw[range.clone()], *"\"html\" : \"<p>a<p>b\"");
        let lines: Vec<_> = record.lines().lines.iter().map(|l| (l.number, l.text)).collect();
        assert_eq!(lines, [(1, "a"), (2, "b")]);
        assert!(record.document().is_some());
        let both = page(Format::JsonLines, br#"{"html": "<p>a<p>b", "text": "c"}"#);
        assert!(both.document().is_none());
        let file = page(Format::Html, "<meta charset=gbk><p>甲".as_bytes());
        assert_eq!(file.document().map(|d| d.text.as_str()), Some("甲\n"));
    }

    #[test]
    fn elements_are_not_split() {
        let page = page(Format::JsonLines, br#"{"lines": ["a\nb", "", {"text": "c"}]}"#);
        let lines: Vec<_> = page
            .lines()
            .lines
            .into_iter()
            .map(|l| (l.number, l.start, l.text.to_owned()))
            .collect();
        assert_eq!(lines, [(1, 0, "a\nb".into()), (3, 5, "c".into())]);
    }
}
