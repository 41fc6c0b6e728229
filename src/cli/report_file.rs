//! The file that `--report DIR` writes: `DIR/index.html`, whole or not at all.

use std::path::{Path, PathBuf};

use crate::input::Compression;
use crate::output::OutputFile;
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
