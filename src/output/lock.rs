//! One run at a time writes into an output folder: who writes holds the folder. The system lets go of it
//! when the program ends, however it ends, so that nothing stale is ever left.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::{Error, Result};

/// A folder that is held until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _folder: Option<File>,
}

impl FolderLock {
    /// Takes hold of an output folder, which is made if it is not there. Where the system cannot hold
    /// folders, as some that are mounted from elsewhere, the work goes on without.
    ///
    /// # Errors
    /// [`Error::BadInput`] if another run holds it, [`Error::Io`] if it cannot be made.
    pub fn take(folder: &Path) -> Result<FolderLock> {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
        let Ok(file) = File::open(folder) else { return Ok(FolderLock { _folder: None }) };
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _folder: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(Error::BadInput {
                path: folder.into(),
                reason: "another run is writing into this folder; wait for its end, or give \
                         another folder"
                    .into(),
            }),
            Err(TryLockError::Error(_)) => Ok(FolderLock { _folder: None }),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_until_it_is_dropped() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let held = FolderLock::take(&folder).unwrap();
        let refused = FolderLock::take(&folder).unwrap_err().to_string();
        assert!(refused.contains("another run is writing into this folder"), "{refused}");
        drop(held);
        FolderLock::take(&folder).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
