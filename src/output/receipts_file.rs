//! The file of the receipts: what `super::receipts()` wrote page by page goes in, in the order of the
//! output; the first receipt of each page gets the place of its page, and lines of the input that are
//! no pages are taken up too, so that output and receipts together hold every line. The receipts of an
//! output file end with a line that counts them: without it nobody could tell that some are gone.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::destination::written_name;
use super::path_name::name_of;
use super::{ListFile, push_json, push_json_line};
use crate::Result;
use crate::input::{RawPage, Source, decode};

/// Why a line of JSON Lines is not in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aside {
    /// It holds nothing.
    Blank,
    /// It holds no page.
    Unreadable,
}

/// `what` of the line after the last receipt of an output file.
pub(super) const END: &str = "end";

/// The file of the receipts. It counts the pages of each output file, so that every receipt can be
/// brought to its page, and takes up the lines that are no pages.
#[derive(Debug)]
pub struct ReceiptsFile {
    file: ListFile,
    /// Whether each source has an output file of its own, and its name.
    names: bool,
    name: Option<String>,
    records: u64,
    /// Lines written for the output file.
    n_lines: u64,
    /// Whether an input of the output file could not be read to its end.
    is_broken_off: bool,
    /// Whether the place of the page that was begun last stands in a receipt.
    is_placed: bool,
}

impl ReceiptsFile {
    /// Takes the file; `is_folder` tells whether each source has an output file of its own.
    pub fn new(file: impl Into<ListFile>, is_folder: bool) -> Self {
        ReceiptsFile {
            file: file.into(),
            names: is_folder,
            name: None,
            records: 0,
            n_lines: 0,
            is_broken_off: false,
            is_placed: false,
        }
    }

    /// Starts a source.
    pub fn begin(&mut self, source: &Source) {
        if self.names {
            // As `super::Destination` names the file of standard input.
            let is_stdin = source.relative == Path::new("-");
            let name = if is_stdin { "stdin".into() } else { written_name(source) };
            self.name = Some(name_of(&name));
            (self.records, self.n_lines, self.is_broken_off) = (0, 0, false);
        }
    }

    /// Ends a source, which may have been broken off where it could not be read: if it has an output
    /// file of its own, its receipts are complete.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if that cannot be written.
    pub fn end(&mut self, is_broken_off: bool) -> Result<()> {
        self.is_broken_off |= is_broken_off;
        if self.names { self.end_of_file() } else { Ok(()) }
    }

    /// Writes how many pages the output file has, and how many lines are written for it.
    fn end_of_file(&mut self) -> Result<()> {
        #[derive(Serialize)]
        struct End {
            what: &'static str,
            receipts: u64,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            broken_off: bool,
        }
        let mut out = self.place(self.records);
        out.push(b',');
        let at = out.len();
        push_json_line(
            &mut out,
            &End { what: END, receipts: self.n_lines, broken_off: self.is_broken_off },
        );
        out.remove(at);
        self.file.write(&out)
    }

    /// Writes the receipts of the next page of the output, if there are any.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if they cannot be written.
    pub fn page(&mut self, receipts: &[u8]) -> Result<()> {
        self.records += 1;
        self.is_placed = false;
        self.piece(receipts)
    }

    /// Writes the receipts of the next piece of the page that was begun last.
    ///
    /// # Errors
    /// As [`ReceiptsFile::page`].
    pub fn piece(&mut self, receipts: &[u8]) -> Result<()> {
        let Some((b'{', rest)) = receipts.split_first() else { return Ok(()) };
        self.n_lines += memchr::memchr_iter(b'\n', receipts).count() as u64;
        if std::mem::replace(&mut self.is_placed, true) {
            return self.file.write(receipts);
        }
        let mut head = self.place(self.records);
        head.push(b',');
        self.file.write(&head)?;
        self.file.write(rest)
    }

    /// Writes a line of the input that is no page.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if it cannot be written.
    pub fn aside(&mut self, what: Aside, line: &RawPage) -> Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            page: String,
            what: Aside,
            text: &'a str,
        }
        // As it is where it can be, with a byte order mark.
        let text =
            std::str::from_utf8(&line.bytes).map_or_else(|_| decode(&line.bytes).text, Cow::from);
        let page = format!("{}:{}", line.path.display(), line.line);
        // Before the page that comes next.
        let mut out = self.place(self.records + 1);
        out.push(b',');
        let at = out.len();
        push_json_line(&mut out, &Line { page, what, text: &text });
        out.remove(at);
        self.n_lines += 1;
        self.file.write(&out)
    }

    /// The beginning of an object: the place of a page in the output.
    fn place(&self, record: u64) -> Vec<u8> {
        #[derive(Serialize)]
        struct Place<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            file: Option<&'a str>,
            record: u64,
        }
        let mut out = Vec::new();
        push_json(&mut out, &Place { file: self.name.as_deref(), record });
        out.pop();
        out
    }

    /// The file itself, to be sealed between two sources.
    pub fn list(&mut self) -> &mut ListFile {
        &mut self.file
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the last bytes cannot be written or the name cannot be given.
    pub fn commit(mut self) -> Result<()> {
        if !self.names {
            self.end_of_file()?;
        }
        self.file.commit()
    }
}
