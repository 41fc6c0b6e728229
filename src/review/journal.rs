//! The journal of a review: a file beside the labelled one, to which every decision is appended, and
//! synced, before it counts. One line of JSON an entry. It is locked while a review runs, so that no
//! second program writes to it, and it goes when everything in it has reached the labelled file.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::save;
use crate::text::{Kind, Label};
use crate::{Error, Result, digest};

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "lowercase")]
pub enum Entry {
    /// A review began on a file of this SHA-256.
    Begin {
        /// The name of the file.
        file: String,
        /// Its digest.
        sha256: String,
    },
    /// The file is about to be replaced by one of this digest.
    Save {
        /// Its digest.
        sha256: String,
    },
    /// Lines were given a label.
    Decide {
        /// Number of the decision in this review, from 1.
        number: u64,
        /// What the lines are.
        label: Label,
        /// What sort of junk.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Kind>,
        /// The line that was looked at, then those that take its label.
        lines: Vec<Place>,
    },
    /// A decision was taken back.
    Undo {
        /// Which one.
        number: u64,
        /// The lines as they were before it, each an object of JSON.
        lines: Vec<(Place, String)>,
    },
}

/// A line, named so that it is found, or known not to be there, in a file that was changed since.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Index of its page among those with labelled lines.
    pub at: usize,
    /// The page's id.
    pub page: String,
    /// 1-based number in the page, blank lines counted.
    pub line: u32,
    /// The beginning of the SHA-256 of its text.
    pub text: String,
}

impl Place {
    /// The name of a line.
    pub fn new(at: usize, page: &str, line: u32, text: &str) -> Place {
        let text = digest::of_bytes(text.as_bytes()).chars().take(16).collect();
        Place { at, page: page.into(), line, text }
    }
}

/// A journal that is open, and locked.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes up to the end of the last whole entry.
    length: u64,
    /// Whether there may be a part of an entry behind them.
    is_torn: bool,
}

/// Makes sure that no decision waits in the journal of a labelled file, which may go on being written:
/// whoever replaced the file would take from under it what was decided about.
///
/// # Errors
/// [`Error::BadInput`] where one waits, [`Error::Io`].
pub fn check_none_waits(labels: &Path) -> Result<()> {
    let path = Journal::path_of(labels);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(&path, error)),
    };
    let mut entries = bytes.split_inclusive(|&byte| byte == b'\n');
    let is_begin = |line: &[u8]| matches!(serde_json::from_slice(line), Ok(Entry::Begin { .. }));
    if entries.all(is_begin) {
        return Ok(());
    }
    let reason = format!(
        "is under review, or was when that broke off: {} has its decisions; end it with `dechaff review \
         {}`, or write to another file",
        path.display(),
        labels.display()
    );
    Err(Error::BadInput { path: labels.into(), reason })
}

/// What a journal held when it was opened.
#[derive(Debug, Default)]
pub struct Found {
    /// Its entries, in order.
    pub entries: Vec<Entry>,
    /// Whether there was a part of an entry at its end, from a program that was stopped while it
    /// wrote: a decision that never counted.
    pub was_torn: bool,
}

impl Journal {
    /// `labels.jsonl.review.jsonl` for `labels.jsonl`.
    pub fn path_of(labels: &Path) -> PathBuf {
        let mut name = labels.as_os_str().to_owned();
        name.push(".review.jsonl");
        name.into()
    }

    /// Opens a journal, or begins an empty one.
    ///
    /// # Errors
    /// [`Error::BadInput`] where another program has it open, [`Error::BadPage`] for an entry in the
    /// middle that makes no sense, [`Error::Io`].
    pub fn open(path: &Path) -> Result<(Journal, Found)> {
        let at = |e| Error::io(path, e);
        let mut file = lock(path)?;
        save::sync_folder(save::folder(path));
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at)?;
        let mut found = Found::default();
        let mut length = 0;
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        for (number, line) in (1..).zip(lines) {
            let is_last = length + line.len() == bytes.len();
            match serde_json::from_slice(line) {
                Ok(entry) if line.ends_with(b"\n") => found.entries.push(entry),
                // Its end, which comes last, never reached the disk.
                _ if is_last => {
                    found.was_torn = true;
                    break;
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = format!("is no entry of a review's journal: {error}");
                    return Err(Error::BadPage { path: path.into(), line: number, reason });
                }
            }
            length += line.len();
        }
        let is_torn = found.was_torn;
        let mut journal = Journal { path: path.into(), file, length: length as u64, is_torn };
        journal.mend().map_err(at)?;
        Ok((journal, found))
    }

    /// Appends an entry; when this returns, it is on disk.
    ///
    /// # Errors
    /// [`Error::Io`], a full disk for example; then the entry is not in the journal.
    pub fn append(&mut self, entry: &Entry) -> Result<()> {
        self.try_append(entry).map_err(|e| Error::io(&self.path, e))
    }

    fn try_append(&mut self, entry: &Entry) -> io::Result<()> {
        self.mend()?;
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.is_torn = true;
            // Tried again before the next entry, if it does not work now.
            let _ = self.mend();
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Cuts off what is left of an entry that could not be written.
    fn mend(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.length)?;
            self.file.sync_data()?;
            self.is_torn = false;
        }
        Ok(())
    }

    /// Empties the journal.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn clear(&mut self) -> Result<()> {
        self.length = 0;
        self.is_torn = true;
        self.mend().map_err(|e| Error::io(&self.path, e))
    }

    /// Removes the file, while it is still locked.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn remove(&mut self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|e| Error::io(&self.path, e))
    }
}

/// Opens and locks the file that has the name now: whoever had it open may have removed it meanwhile.
fn lock(path: &Path) -> Result<File> {
    let at = |e| Error::io(path, e);
    for _ in 0..8 {
        let file = File::options().read(true).append(true).create(true).open(path).map_err(at)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(at(error)),
        }
        if is_still(&file, path) {
            return Ok(file);
        }
    }
    let reason =
        "another `dechaff review` of this file is running; open its address, or end it first";
    Err(Error::BadInput { path: path.into(), reason: reason.into() })
}

fn is_still(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), std::fs::metadata(path)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        open.ino() == named.ino() && open.dev() == named.dev()
    }
    #[cfg(not(unix))]
    {
        open.len() == named.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(number: u64) -> Entry {
        let lines = vec![Place::new(0, "p", 3, "桥")];
        Entry::Decide { number, label: Label::Junk, kind: Some(Kind::Nav), lines }
    }

    #[test]
    fn entries_are_plain_json_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let undo =
            Entry::Undo { number: 1, lines: vec![(Place::new(0, "p", 3, "桥"), "{}".into())] };
        let (mut journal, found) = Journal::open(&path).unwrap();
        assert!(found.entries.is_empty() && !found.was_torn);
        journal.append(&decide(1)).unwrap();
        journal.append(&undo).unwrap();
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.lines().next().unwrap(),
            r#"{"entry":"decide","number":1,"label":"junk","kind":"nav","lines":[{"at":0,"page":"p","line":3,"text":"a1e218ec8e11995a"}]}"#
        );
        let (mut journal, found) = Journal::open(&path).unwrap();
        assert_eq!(found.entries, [decide(1), undo]);
        journal.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_torn_end_is_cut_off_and_a_torn_middle_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let whole = format!("{}\n", serde_json::to_string(&decide(1)).unwrap());
        for torn in ["{\"entry\":\"dec", "\0\0\0", whole.trim_end(), "{\"entry\":\"x\"}\n"] {
            std::fs::write(&path, format!("{whole}{torn}")).unwrap();
            let (mut journal, found) = Journal::open(&path).unwrap();
            assert!(found.was_torn, "{torn}");
            assert_eq!(found.entries, [decide(1)]);
            journal.append(&decide(2)).unwrap();
            drop(journal);
            let (_, found) = Journal::open(&path).unwrap();
            assert_eq!(found.entries, [decide(1), decide(2)]);
        }
        std::fs::write(&path, format!("oh\n{whole}")).unwrap();
        let said = Journal::open(&path).unwrap_err().to_string();
        assert!(said.contains("j:1: is no entry of a review's journal"), "{said}");
    }

    #[test]
    fn what_is_cleared_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&decide(1)).unwrap();
        journal.clear().unwrap();
        journal.append(&decide(2)).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().1.entries, [decide(2)]);
    }

    #[test]
    fn only_one_has_it_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        let said = Journal::open(&path).unwrap_err().to_string();
        assert!(said.contains("another `dechaff review` of this file is running"), "{said}");
        // Still locked, but no longer the file of that name.
        journal.remove().unwrap();
        assert!(Journal::open(&path).is_ok());
    }
}
