//! A source is read page by page: a text or HTML file whole, or a long text in pieces, JSON Lines line by
//! line, WARC record by record, parquet row by row. What cannot be read is an item like any other, so that the pages around
//! it are not lost.

use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use super::compression::Compression;
use super::discover::Source;
use super::lines::{RawLines, stream_error};
use super::open::{Format, MAX_PAGE_BYTES, open};
use super::page::{About, RawPage};
#[cfg(feature = "parquet")]
use super::parquet::ParquetRows;
use super::pieces::Pieces;
use super::warc::WarcPages;
use crate::text::Windows;
use crate::{Error, Result};

/// The pages of one source, in order.
pub struct SourceReader {
    /// How pages lie in it.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
    path: Arc<Path>,
    state: State,
}

enum State {
    Whole(Box<dyn BufRead + Send>),
    Pieces(Box<Pieces>),
    JsonLines(RawLines),
    Warc(Box<WarcPages>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows>),
    Failed(Error),
    /// The error was told: what comes after it is not known.
    BrokenOff,
    Done,
}

/// Opens a source. WARC and parquet are known by their content; otherwise `format` overrules what its
/// name says, and where neither tells, the content does. The text of parquet rows is taken from the
/// column `text`.
///
/// # Errors
/// [`Error::Io`] if it cannot be opened, [`Error::BadInput`] if it holds what is not read. The
/// reader's items are [`Error::BadPage`] for a line that is too long, [`Error::BadInput`] for a record
/// or a row group that is broken, and [`Error::Io`] or [`Error::BadInput`], then the end, for a stream
/// that breaks off; what came before it is a page all the same.
pub fn read_source(source: &Source, format: Option<Format>) -> Result<SourceReader> {
    read_source_with(source, format, None)
}

/// The same with the name of the column that holds the text of parquet rows.
///
/// # Errors
/// As [`read_source`], and [`Error::BadInput`] if there is no such column or it holds no text.
pub fn read_source_with(
    source: &Source,
    format: Option<Format>,
    text_field: Option<&str>,
) -> Result<SourceReader> {
    let mut opened = open(&source.path)?;
    let compression = opened.compression;
    let path = source.path.clone();
    let bad = |reason: String| Error::BadInput { path: path.to_path_buf(), reason };
    let named = format.or(source.format);
    let format = match (opened.magic().map_err(bad)?, named) {
        (Some(found), _) => found,
        (None, Some(Format::Parquet)) => {
            return Err(bad("is not a parquet file: it does not begin with PAR1".into()));
        }
        (None, Some(named)) => named,
        (None, None) => opened.sniff(),
    };
    let state = match format {
        Format::Text | Format::Html => State::Whole(opened.reader),
        Format::JsonLines => State::JsonLines(RawLines::new(opened, path.clone())),
        Format::Warc => State::Warc(Box::new(WarcPages::new(opened.reader, path.clone()))),
        Format::Parquet if compression != Compression::None => {
            return Err(bad("parquet inside of a compressed file is not read; unpack it".into()));
        }
        // It is opened again: a pipe would wait for ever.
        Format::Parquet if &*path == Path::new("-") || !path.is_file() => {
            let reason = "parquet cannot be read from a stream; give the file's name";
            return Err(bad(reason.into()));
        }
        #[cfg(feature = "parquet")]
        Format::Parquet => State::Parquet(Box::new(ParquetRows::open(path.clone(), text_field)?)),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => {
            let _ = text_field;
            return Err(bad("this build reads no parquet (feature `parquet`)".into()));
        }
    };
    Ok(SourceReader { format, compression, path, state })
}

impl SourceReader {
    /// How many records of a WARC file were passed over until now, for they are no pages of text.
    pub fn n_passed_over(&self) -> u64 {
        match &self.state {
            State::Warc(pages) => pages.n_passed_over(),
            _ => 0,
        }
    }

    /// Whether the source ended, for this reader, before its end: what comes there is not known. That the last
    /// page could not be read does not make it so.
    pub fn is_broken_off(&self) -> bool {
        match &self.state {
            State::JsonLines(lines) => lines.is_broken_off,
            State::Warc(pages) => pages.is_broken_off,
            State::Pieces(pieces) => pieces.is_broken_off(),
            #[cfg(feature = "parquet")]
            State::Parquet(rows) => rows.is_broken_off,
            State::BrokenOff => true,
            State::Whole(_) | State::Failed(_) | State::Done => false,
        }
    }
}

impl SourceReader {
    /// Also hands out the blank lines of JSON Lines, for who has to account for every byte.
    #[must_use]
    pub fn with_blank_lines(mut self) -> Self {
        if let State::JsonLines(lines) = &mut self.state {
            lines.keeps_blank = true;
        }
        self
    }

    /// Also reads where pages were found from the column `url` of parquet; other forms say it anyway.
    #[must_use]
    pub fn with_urls(self) -> Self {
        #[cfg(feature = "parquet")]
        if let State::Parquet(mut rows) = self.state {
            rows.read_urls();
            return SourceReader { state: State::Parquet(rows), ..self };
        }
        self
    }

    /// Hands out a text that is longer than [`Windows::long_bytes`] in pieces, one for each window, so
    /// that no more than a window is in memory, or the longest line; of texts, none is too long then.
    /// What is not long, and what is no text, is read as ever. The encoding of a long text is told by its
    /// first so many bytes that are not all ASCII.
    #[must_use]
    pub fn in_pieces(mut self, windows: Windows) -> Self {
        self.state = match self.state {
            State::Whole(reader) if self.format == Format::Text => {
                State::Pieces(Box::new(Pieces::new(reader, self.path.clone(), windows)))
            }
            state => state,
        };
        self
    }
}

impl Iterator for SourceReader {
    type Item = Result<RawPage>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, format) = (self.path.clone(), self.format);
        match &mut self.state {
            State::JsonLines(lines) => {
                let line = lines.next()?;
                let about = About::default();
                return Some(line.map(|l| RawPage {
                    path,
                    line: l.number,
                    format,
                    bytes: l.bytes,
                    about,
                }));
            }
            State::Warc(pages) => return pages.next(),
            State::Pieces(pieces) => return pieces.next(),
            #[cfg(feature = "parquet")]
            State::Parquet(rows) => return rows.next(),
            _ => {}
        }
        match std::mem::replace(&mut self.state, State::Done) {
            State::Whole(reader) => {
                let mut bytes = Vec::new();
                let read = reader.take(MAX_PAGE_BYTES + 1).read_to_end(&mut bytes);
                if bytes.len() as u64 > MAX_PAGE_BYTES {
                    let reason = "larger than 2 GiB, too large for one page".into();
                    self.state = State::BrokenOff;
                    return Some(Err(Error::BadInput { path: path.to_path_buf(), reason }));
                }
                if let Err(error) = read {
                    let error = stream_error(&path, error);
                    if bytes.is_empty() {
                        self.state = State::BrokenOff;
                        return Some(Err(error));
                    }
                    self.state = State::Failed(error);
                }
                Some(Ok(RawPage { path, line: 1, format, bytes, about: About::default() }))
            }
            State::Failed(error) => {
                self.state = State::BrokenOff;
                Some(Err(error))
            }
            state => {
                self.state = state;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::discover;
    use std::io::Write as _;

    fn read(name: &str, bytes: &[u8]) -> Vec<Result<(u64, Vec<u8>), String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let source = &discover(&path).unwrap().sources[0];
        let here = format!("{}/", folder.path().display());
        read_source(source, None)
            .unwrap()
            .map(|p| p.map(|p| (p.line, p.bytes)).map_err(|e| e.to_string().replace(&here, "")))
            .collect()
    }

    #[test]
    fn a_text_file_is_one_page_even_if_empty() {
        assert_eq!(read("a.txt", b"a\n\nb"), [Ok((1, b"a\n\nb".to_vec()))]);
        assert_eq!(read("a.txt", b""), [Ok((1, vec![]))]);
        assert_eq!(read("a.jsonl", b""), []);
    }

    #[test]
    fn what_came_before_a_break_is_read() {
        // Random digits, so that half of the compressed file is about half of the text.
        let mut state = 1u32;
        let mut text = String::new();
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text += &format!("{{\"text\": \"{state}\"}}\n");
        }
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        gz.write_all(text.as_bytes()).unwrap();
        let gz = gz.finish().unwrap();
        let said = "f.jsonl.gz: the gzip data ends too early; is it truncated?";
        let mut pages = read("f.jsonl.gz", &gz[..gz.len() / 2]);
        assert_eq!(pages.pop(), Some(Err(said.into())));
        assert!(pages.len() > 5_000 && pages.iter().all(Result::is_ok), "{}", pages.len());
        let pages = read("f.txt.gz", &gz[..gz.len() / 2]);
        assert!(matches!(&pages[0], Ok((1, bytes)) if text.as_bytes().starts_with(bytes)));
        assert_eq!(pages[1], Err(said.replace("jsonl", "txt")));
    }
}
