//! Opens a file or standard input as a stream of bytes: gzip is told by its magic bytes and undone,
//! and where the name does not tell the format, the first line does.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::{Error, Result};

/// No page (a text file, or a line of JSON) may be larger: 2 GiB.
pub const MAX_PAGE_BYTES: u64 = 2 << 30;

/// Bytes per read; also what a gzip member is inflated into at a time.
const BUFFER: usize = 256 << 10;

/// How pages lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The whole file is one page.
    Text,
    /// The whole file is one page of HTML.
    Html,
    /// Every line is a page: a JSON object.
    JsonLines,
}

impl Format {
    /// The format in which the cleaned page is written: of HTML, the text.
    pub fn written(self) -> Format {
        match self {
            Format::Html => Format::Text,
            other => other,
        }
    }

    /// The format that a file name stands for, with or without `.gz`.
    pub fn from_name(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "txt" => Some(Format::Text),
            "html" | "htm" | "xhtml" => Some(Format::Html),
            "jsonl" | "jsonlines" | "json" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }
}

/// An open input.
pub(crate) struct Opened {
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// Whether the bytes come out of gzip.
    pub(crate) is_gzip: bool,
}

/// Opens a path; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Opened> {
    let raw: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|e| Error::io(path, e))?)
    };
    from_reader(raw).map_err(|e| Error::io(path, e))
}

fn from_reader(mut raw: Box<dyn Read + Send>) -> io::Result<Opened> {
    let mut head = Vec::with_capacity(2);
    raw.by_ref().take(2).read_to_end(&mut head)?;
    let is_gzip = head == [0x1f, 0x8b];
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(raw));
    let reader: Box<dyn BufRead + Send> = if is_gzip {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)))
    } else {
        Box::new(whole)
    };
    Ok(Opened { reader, is_gzip })
}

impl Opened {
    /// Tells the format by the first line that is not blank: a JSON object means JSON Lines, the head of an HTML page HTML. What was
    /// read for it is put back.
    pub(crate) fn sniff(&mut self) -> io::Result<Format> {
        let mut head = Vec::new();
        let mut format = Format::Text;
        let mut failure = None;
        loop {
            let start = head.len();
            // Only a line that opens a brace is worth reading to its end.
            match self.reader.fill_buf() {
                Ok([]) => break,
                Ok(_) => {}
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
            if let Err(error) =
                self.reader.by_ref().take(MAX_PAGE_BYTES).read_until(b'\n', &mut head)
            {
                failure = Some(error);
                break;
            }
            let line = head.get(start..).unwrap_or_default();
            let line =
                if start == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
            let line = line.trim_ascii();
            if !line.is_empty() {
                if line.starts_with(b"{")
                    && serde_json::from_slice::<super::json::Fields<'_>>(line).is_ok()
                {
                    format = Format::JsonLines;
                } else if is_html(line) {
                    format = Format::Html;
                }
                break;
            }
        }
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = match failure {
            // The error comes again, in its place, when the stream is read.
            Some(error) => Box::new(BufReader::new(Cursor::new(head).chain(Failing(Some(error))))),
            None => Box::new(Cursor::new(head).chain(rest)),
        };
        Ok(format)
    }
}

/// Whether a page that starts with this line is HTML.
fn is_html(line: &[u8]) -> bool {
    let starts = |tag: &str| {
        line.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    };
    starts("<!doctype html") || starts("<html") || starts("<head>") || starts("<?xml")
}

/// A stream that fails once, with the error it was given.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn opened(bytes: &[u8]) -> Opened {
        from_reader(Box::new(Cursor::new(bytes.to_vec()))).unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn gzip_of_several_members_is_one_stream() {
        let mut opened = opened(&[gzip(b"one\n"), gzip(b"two\n")].concat());
        let mut text = String::new();
        opened.reader.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), opened.is_gzip), ("one\ntwo\n", true));
    }

    #[test]
    fn formats_are_told_by_name_and_by_content() {
        assert_eq!(Format::from_name(Path::new("a/b.TXT.gz")), Some(Format::Text));
        assert_eq!(Format::from_name(Path::new("b.ndjson")), Some(Format::JsonLines));
        assert_eq!(Format::from_name(Path::new("b.htm.gz")), Some(Format::Html));
        assert_eq!(Format::from_name(Path::new("b.pdf")), None);
        assert_eq!(Format::from_name(Path::new("txt")), None);
        for (bytes, format) in [
            (&b"\xef\xbb\xbf\n {\"text\": \"a\"}\nrest"[..], Format::JsonLines),
            (b"{\"text\": \nrest", Format::Text),
            (b"[1]\n", Format::Text),
            (b"plain\n{}\n", Format::Text),
            (b"", Format::Text),
            (b"\n <!DOCTYPE HTML PUBLIC", Format::Html),
            (b"<html lang=zh>", Format::Html),
            (b"<p>", Format::Text),
        ] {
            let mut opened = opened(bytes);
            assert_eq!(opened.sniff().unwrap(), format);
            let mut back = Vec::new();
            opened.reader.read_to_end(&mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }
}
