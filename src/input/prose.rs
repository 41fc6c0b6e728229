//! Files of prose or of words: one paragraph or term a line, gzip or not.

use std::{io::BufRead, path::Path};

use super::open::open;
use crate::{Error, Result};

/// The lines of a UTF-8 file that are not blank.
///
/// # Errors
/// [`Error::Io`] where it cannot be read to its end, or is not UTF-8.
pub fn read_lines(path: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in open(path)?.reader.lines() {
        let line = line.map_err(|e| Error::io(path, e))?;
        if !line.trim().is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}
