//! Opens a file or standard input as a stream of plain bytes, and tells what is in it: WARC and parquet
//! by their first bytes whatever the name says, what has no name that tells by its first line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use super::compression::{BadStream, Compression, Unpacking};
use super::sniff::begins_document;
use super::wide::is_utf32;
use crate::{Error, Result};

/// No page (a text file, a line of JSON, a record) may be larger: 2 GiB.
pub const MAX_PAGE_BYTES: u64 = 2 << 30;

/// Bytes per read; also what is unpacked at a time.
const BUFFER: usize = 256 << 10;

/// So many bytes tell WARC, parquet and what is not read at all.
const MAGIC_BYTES: u64 = 10;

/// How pages lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The whole file is one page.
    Text,
    /// The whole file is one page of HTML.
    Html,
    /// Every line is a page: a JSON object.
    JsonLines,
    /// WARC and WET: every record that holds text is a page.
    Warc,
    /// Every row is a page: the text is in one of its columns.
    Parquet,
}

impl Format {
    /// The format that a file name stands for, with or without `.gz` or `.zst`.
    pub fn from_name(path: &Path) -> Option<Format> {
        // As bytes: a name need not be text.
        let name = path.file_name()?.as_encoded_bytes().to_ascii_lowercase();
        let plain = name.strip_suffix(b".gz").or(name.strip_suffix(b".zst")).unwrap_or(&name);
        match plain.get(memchr::memrchr(b'.', plain)? + 1..)? {
            b"txt" => Some(Format::Text),
            b"html" | b"htm" | b"xhtml" => Some(Format::Html),
            b"jsonl" | b"jsonlines" | b"json" | b"ndjson" => Some(Format::JsonLines),
            b"warc" | b"wet" => Some(Format::Warc),
            b"parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// An open input.
pub(crate) struct Opened {
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// How the bytes were compressed.
    pub(crate) compression: Compression,
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
    let mut head = Vec::with_capacity(4);
    raw.by_ref().take(4).read_to_end(&mut head)?;
    let compression = Compression::from_magic(&head);
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(raw));
    let reader: Box<dyn BufRead + Send> = match Unpacking::new(whole, compression)? {
        Ok(unpacking) => Box::new(BufReader::with_capacity(BUFFER, unpacking)),
        Err(plain) => Box::new(plain),
    };
    Ok(Opened { reader, compression })
}

impl Opened {
    /// What the first bytes leave no doubt about: `Ok(Some(format))`, or why such a file is not read.
    pub(crate) fn magic(&mut self) -> std::result::Result<Option<Format>, String> {
        let mut head = Vec::new();
        let read = self.reader.by_ref().take(MAGIC_BYTES).read_to_end(&mut head);
        let found = match head.as_slice() {
            [b'W', b'A', b'R', b'C', b'/', b'1', b'.', b'0'..=b'9', b'\r' | b'\n', ..] => {
                Ok(Some(Format::Warc))
            }
            [b'P', b'A', b'R', b'1', ..] => Ok(Some(Format::Parquet)),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err("xz"),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y'] => Err("bzip2"),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Err("zip"),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Err("7z"),
            [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Err("rar"),
            [4, 0x22, 0x4d, 0x18, ..] => Err("lz4"),
            [b'%', b'P', b'D', b'F', b'-', ..] => Err("PDF"),
            _ => Ok(None),
        };
        let is_utf32 = is_utf32(&head);
        self.put_back(head, read.err());
        if is_utf32 {
            return Err("holds text in UTF-32, which is not read; convert it to UTF-8".into());
        }
        found.map_err(|name| match name {
            "PDF" => format!("holds {name} data, which is not read"),
            _ => format!(
                "holds {name} data, which is not read; unpack it, or pack it anew as .gz or .zst"
            ),
        })
    }

    /// Puts bytes back that were read, and the error that came after them.
    fn put_back(&mut self, head: Vec<u8>, failure: Option<io::Error>) {
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = match failure {
            // The error comes again, in its place, when the stream is read; so does what follows it.
            Some(error) => {
                Box::new(BufReader::new(Cursor::new(head).chain(Failing(Some(error)))).chain(rest))
            }
            None => Box::new(Cursor::new(head).chain(rest)),
        };
    }

    /// Tells the format by the first line that is not blank: a JSON object means JSON Lines, the head
    /// of an HTML page HTML. What was read for it is put back.
    pub(crate) fn sniff(&mut self) -> Format {
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
                    // Damage is passed over only where a record of a WARC comes after it.
                    if BadStream::of(&error).is_some_and(|bad| bad.goes_on) {
                        format = Format::Warc;
                    }
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
                } else if begins_document(line) {
                    format = Format::Html;
                }
                break;
            }
        }
        self.put_back(head, failure);
        format
    }
}

/// A stream that fails once, with the error it was given.
pub(super) struct Failing(pub(super) Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8]) -> Opened {
        from_reader(Box::new(Cursor::new(bytes.to_vec()))).unwrap()
    }

    #[test]
    fn formats_are_told_by_name_and_by_content() {
        assert_eq!(Format::from_name(Path::new("a/b.TXT.gz")), Some(Format::Text));
        assert_eq!(Format::from_name(Path::new("b.ndjson")), Some(Format::JsonLines));
        assert_eq!(Format::from_name(Path::new("b.jsonl.zst")), Some(Format::JsonLines));
        assert_eq!(Format::from_name(Path::new("b.warc.wet.gz")), Some(Format::Warc));
        assert_eq!(Format::from_name(Path::new("b.warc.gz")), Some(Format::Warc));
        assert_eq!(Format::from_name(Path::new("b.parquet")), Some(Format::Parquet));
        assert_eq!(Format::from_name(Path::new("b.htm.gz")), Some(Format::Html));
        assert_eq!(Format::from_name(Path::new("b.pdf")), None);
        assert_eq!(Format::from_name(Path::new("b.gz.zst")), None);
        assert_eq!(Format::from_name(Path::new("txt")), None);
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"b\xff.HTML.gz");
            assert_eq!(Format::from_name(Path::new(name)), Some(Format::Html));
        }
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
            assert_eq!((opened.magic(), opened.sniff()), (Ok(None), format));
            let mut back = Vec::new();
            opened.reader.read_to_end(&mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn first_bytes_tell_what_they_can() {
        let packed = |name: &str| {
            Err(format!(
                "holds {name} data, which is not read; unpack it, or pack it anew as .gz or .zst"
            ))
        };
        for (bytes, found) in [
            (&b"WARC/1.1\r\nWARC-Type: x"[..], Ok(Some(Format::Warc))),
            (b"WARC/1.0 is a format", Ok(None)),
            (b"PAR1", Ok(Some(Format::Parquet))),
            (b"\xfd7zXZ\0...", packed("xz")),
            (b"7z\xbc\xaf\x27\x1c\0\x04..", packed("7z")),
            (b"PK\x03\x04......", packed("zip")),
            (b"%PDF-1.4", Err("holds PDF data, which is not read".into())),
            (b"BZh is no head", Ok(None)),
            (
                b"\xff\xfe\0\0a\0\0\0",
                Err("holds text in UTF-32, which is not read; convert it to UTF-8".into()),
            ),
        ] {
            let mut opened = opened(bytes);
            assert_eq!(opened.magic(), found);
            let mut back = Vec::new();
            opened.reader.read_to_end(&mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }
}
