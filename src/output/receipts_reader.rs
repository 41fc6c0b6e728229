//! Reads a file of receipts back, page by page, for `super::restore`. Every byte is untrusted: what a
//! receipt says is only believed once it has come true.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::receipts_file::END;
use crate::input::{Format, Source, SourceReader, read_source};
use crate::{Error, Result};

/// One receipt, as far as it is needed here.
#[derive(Debug, Deserialize)]
pub(super) struct Receipt {
    #[serde(default)]
    pub(super) page: String,
    #[serde(default)]
    pub(super) file: Option<String>,
    #[serde(default)]
    pub(super) record: Option<u64>,
    pub(super) what: String,
    #[serde(default)]
    pub(super) n: u32,
    #[serde(default)]
    pub(super) start: usize,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) before: String,
    #[serde(default)]
    pub(super) after: String,
    #[serde(default)]
    pub(super) at: Option<usize>,
    #[serde(default)]
    pub(super) raw: Option<String>,
    #[serde(default)]
    pub(super) put: String,
    #[serde(default)]
    pub(super) sum: String,
    #[serde(default)]
    pub(super) page_bytes: usize,
    #[serde(default)]
    pub(super) page_sum: String,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    #[serde(default)]
    pub(super) replaced: u64,
    #[serde(default)]
    pub(super) mark: bool,
    /// Of the end: how many lines came before it.
    #[serde(default)]
    pub(super) receipts: Option<u64>,
    /// Of the end: an input was not read to its own.
    #[serde(default)]
    pub(super) broken_off: bool,
}

/// The receipts of one page, one line that was no page, or the end of those of an output file.
#[derive(Debug)]
pub struct PageReceipts {
    /// The output file below the output folder, as `super::name_of` names it; `None` where there was one
    /// output for all.
    pub file: Option<String>,
    /// The number of the page in its output file, from 1; a line that was no page stood before it. Of
    /// the end, how many pages there are.
    pub(super) record: u64,
    pub(super) receipts: Vec<Receipt>,
}

impl PageReceipts {
    /// Whether it is a line that was no page.
    pub(super) fn is_aside(&self) -> bool {
        self.receipts.first().is_some_and(|r| matches!(r.what.as_str(), "blank" | "unreadable"))
    }

    /// Where it is the end: how many lines came before it.
    pub(super) fn end(&self) -> Option<u64> {
        let first = self.receipts.first().filter(|first| first.what == END)?;
        Some(first.receipts.unwrap_or(0))
    }

    /// The receipt that tells of the whole page.
    pub(super) fn whole(&self) -> Option<&Receipt> {
        let last = self.receipts.last().filter(|last| last.what == "whole");
        last.or(self.receipts.first())
    }

    /// Whether the page was a JSON object with HTML.
    pub(super) fn was_html_record(&self) -> bool {
        let is = |r: &Receipt| r.at.is_some() && r.encoding.as_deref() == Some("HTML");
        self.receipts.first().is_some_and(is)
    }

    /// Whether the page is a JSON object.
    pub(super) fn is_record(&self) -> bool {
        self.is_aside() || self.receipts.first().is_some_and(|r| r.at.is_some())
    }
}

/// Reads a file of receipts page by page.
pub struct ReceiptsReader {
    path: PathBuf,
    lines: SourceReader,
    ahead: Option<Receipt>,
}

impl ReceiptsReader {
    /// Opens the file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        let source =
            Source { path: path.into(), relative: path.into(), format: Some(Format::JsonLines) };
        let lines = read_source(&source, Some(Format::JsonLines))?;
        Ok(ReceiptsReader { path: path.into(), lines, ahead: None })
    }

    fn receipt(&mut self) -> Result<Option<Receipt>> {
        if let Some(receipt) = self.ahead.take() {
            return Ok(Some(receipt));
        }
        let Some(line) = self.lines.next().transpose()? else { return Ok(None) };
        serde_json::from_slice(&line.bytes).map(Some).map_err(|error| Error::BadPage {
            path: self.path.clone(),
            line: line.line,
            reason: format!("no receipt: {error}"),
        })
    }

    fn page(&mut self) -> Result<Option<PageReceipts>> {
        let Some(mut first) = self.receipt()? else { return Ok(None) };
        let Some(record) = first.record else {
            return Err(Error::BadInput {
                path: self.path.clone(),
                reason: format!(
                    "the first receipt of page {} does not tell its place: these are not the \
                     receipts of a whole run, or of an earlier version",
                    first.page
                ),
            });
        };
        let mut page = PageReceipts { file: first.file.take(), record, receipts: vec![first] };
        while page.end().is_none()
            && let Some(receipt) = self.receipt()?
        {
            if receipt.record.is_some() {
                self.ahead = Some(receipt);
                break;
            }
            page.receipts.push(receipt);
        }
        Ok(Some(page))
    }
}

impl Iterator for ReceiptsReader {
    type Item = Result<PageReceipts>;

    fn next(&mut self) -> Option<Self::Item> {
        self.page().transpose()
    }
}
