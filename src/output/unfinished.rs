//! Which files are being written aside, under names of their own. Where they are dropped they go; where
//! the program is stopped from outside nothing is dropped, and who is told of that removes them here.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that has not got its name yet.
#[derive(Debug)]
pub(super) struct Unfinished {
    /// The file; dropped with this, it is removed.
    pub(super) file: NamedTempFile,
    entry: Entry,
}

/// Where it is in the list.
#[derive(Debug)]
struct Entry(PathBuf);

impl Drop for Entry {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

impl Unfinished {
    /// Takes a file that `create` makes.
    pub(super) fn new(create: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<Self> {
        // No file is there without being in the list.
        let mut list = unfinished();
        let file = create()?;
        list.insert(file.path().into());
        let entry = Entry(file.path().into());
        Ok(Unfinished { file, entry })
    }

    /// Gives the file its name.
    pub(super) fn persist(self, path: &Path) -> io::Result<()> {
        let Unfinished { file, entry } = self;
        // It has its name or is removed, and nothing in between.
        let list = unfinished();
        let done = file.persist(path).map(drop);
        drop(list);
        drop(entry);
        done.map_err(|e| e.error)
    }
}

/// Removes all files of this process that have not got their names yet. Until what is returned is
/// dropped, no file is begun and none gets its name: who calls this is about to end the program.
pub fn remove_unfinished() -> impl Sized {
    let mut list = unfinished();
    for path in std::mem::take(&mut *list) {
        // Where it cannot be removed it does no harm.
        let _ = std::fs::remove_file(path);
    }
    list
}
