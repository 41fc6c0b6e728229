//! Lines of a stream as bytes, with their numbers: the step below JSON Lines and labelled pages.
//! One line at a time is in memory.

use std::io::{BufRead, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use super::compression::BadStream;
use super::open::{MAX_PAGE_BYTES, Opened};
use crate::{Error, Result};

/// One line, with its terminator.
pub(crate) struct RawLine {
    pub(crate) bytes: Vec<u8>,
    /// 1-based.
    pub(crate) number: u64,
}

/// Reads lines that are not blank.
pub(crate) struct RawLines {
    reader: Box<dyn BufRead + Send>,
    path: Arc<Path>,
    number: u64,
    is_done: bool,
    /// Whether it was left before its end: what comes there is not known.
    pub(crate) is_broken_off: bool,
    max_bytes: u64,
    /// Whether lines that hold nothing come out too, and the byte order mark of the first.
    pub(crate) keeps_blank: bool,
}

impl RawLines {
    pub(crate) fn new(opened: Opened, path: Arc<Path>) -> Self {
        let reader = opened.reader;
        RawLines {
            reader,
            path,
            number: 0,
            is_done: false,
            is_broken_off: false,
            max_bytes: MAX_PAGE_BYTES,
            keeps_blank: false,
        }
    }

    /// The rest of the line into `bytes`, or past it where it is too long (then `false`).
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
        let mut fits = true;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            fits &= (bytes.len() + part.len()) as u64 <= self.max_bytes;
            if fits {
                bytes.extend_from_slice(part);
            } else {
                bytes.clear();
            }
            let length = part.len();
            self.reader.consume(length);
            if end.is_some() || length == 0 {
                return Ok(fits);
            }
        }
    }
}

impl Iterator for RawLines {
    type Item = Result<RawLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            let mut bytes = Vec::new();
            match self.read_line(&mut bytes) {
                Err(error) => {
                    (self.is_done, self.is_broken_off) = (true, true);
                    return Some(Err(stream_error(&self.path, error)));
                }
                Ok(true) if bytes.is_empty() => self.is_done = true,
                Ok(fits) => {
                    self.number += 1;
                    if self.number == 1 {
                        let utf16 = [&b"\xff\xfe"[..], b"\xfe\xff", b"{\0", b"\0{"];
                        if utf16.iter().any(|start| bytes.starts_with(start)) {
                            (self.is_done, self.is_broken_off) = (true, true);
                            let reason = "JSON Lines in UTF-16 are not read; convert it to UTF-8";
                            return Some(Err(Error::BadInput {
                                path: self.path.to_path_buf(),
                                reason: reason.into(),
                            }));
                        }
                        // Who accounts for every byte gets the mark, too.
                        if !self.keeps_blank && bytes.starts_with(b"\xef\xbb\xbf") {
                            bytes.drain(..3);
                        }
                    }
                    if !fits {
                        return Some(Err(Error::BadPage {
                            path: self.path.to_path_buf(),
                            line: self.number,
                            reason: format!("the line is longer than {} bytes", self.max_bytes),
                        }));
                    }
                    if self.keeps_blank || !bytes.trim_ascii().is_empty() {
                        return Some(Ok(RawLine { bytes, number: self.number }));
                    }
                }
            }
        }
        None
    }
}

/// An error of a stream that broke off: what is wrong with the data, or what the system says.
pub(crate) fn stream_error(path: &Path, error: std::io::Error) -> Error {
    match BadStream::of(&error) {
        Some(bad) => Error::BadInput { path: path.into(), reason: bad.to_string() },
        None => Error::io(path, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Compression;
    use std::io::Cursor;

    fn lines(bytes: &[u8], max_bytes: u64) -> Vec<Result<(u64, Vec<u8>), String>> {
        let opened = Opened {
            reader: Box::new(Cursor::new(bytes.to_vec())),
            compression: Compression::None,
        };
        let mut lines = RawLines::new(opened, Path::new("f").into());
        lines.max_bytes = max_bytes;
        lines.map(|l| l.map(|l| (l.number, l.bytes)).map_err(|e| e.to_string())).collect()
    }

    #[test]
    fn blank_lines_count_and_are_skipped() {
        assert_eq!(
            lines(b"\xef\xbb\xbfa\r\n \n\nb", 100),
            [Ok((1, b"a\r\n".to_vec())), Ok((4, b"b".to_vec()))]
        );
        assert_eq!(lines(b"", 100), []);
    }

    #[test]
    fn a_line_too_long_is_skipped_with_its_number() {
        assert_eq!(
            lines(b"a\nbbbbbbbb\nc\n", 4),
            [
                Ok((1, b"a\n".to_vec())),
                Err("f:2: the line is longer than 4 bytes".into()),
                Ok((3, b"c\n".to_vec()))
            ]
        );
    }

    #[test]
    fn utf16_is_refused_with_a_reason() {
        for bytes in [&b"\xff\xfe{\0"[..], b"{\0\"\0", b"\0{\0\""] {
            let said = "f: JSON Lines in UTF-16 are not read; convert it to UTF-8";
            assert_eq!(lines(bytes, 100), [Err(said.into())]);
        }
    }
}
