//! The file that `--report DIR` writes: `DIR/index.html`, whole or not at all.

use std::path::{Path, PathBuf};

use crate::input::Compression;
use crate::output::{OutputFile, PageNote, RunReport, Summary};
use crate::{Error, Result};

/// Where the page stands in its folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("index.html")
}

/// Makes the folder where it is missing and opens the page for writing: what cannot be written is told
/// before the work begins.
///
/// # Errors
/// [`Error::Io`] if the folder cannot be made or written.
pub fn create(folder: &Path) -> Result<OutputFile> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    OutputFile::create(&path(folder), Compression::None)
}

/// The report of a run of `filter` on its way into its file.
#[derive(Debug)]
pub struct RunReportFile {
    file: OutputFile,
    report: RunReport,
}

impl RunReportFile {
    /// Opens the file, see [`create`].
    ///
    /// # Errors
    /// As [`create`].
    pub fn create(folder: &Path, report: RunReport) -> Result<Self> {
        Ok(RunReportFile { file: create(folder)?, report })
    }

    /// Adds a page, see [`RunReport::add`].
    pub fn add(&mut self, note: PageNote, figures: &Summary) {
        self.report.add(note, figures);
    }

    /// Writes the page with the figures of the whole run.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn commit(self, total: &Summary) -> Result<()> {
        let RunReportFile { mut file, report } = self;
        file.write(report.html(total).as_bytes())?;
        file.commit()
    }
}
