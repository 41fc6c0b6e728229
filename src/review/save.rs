//! The labelled file is written aside, synced, read back, and only then takes the name. What changed
//! on disk under the review's hands is not overwritten.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use super::journal::Entry;
use super::session::Session;
use crate::input::read_labelled;
use crate::{Error, Result, digest};

/// Writes the file, while windows may go on deciding. What goes wrong is remembered in the session,
/// for its windows to show.
///
/// # Errors
/// [`Error::BadInput`] where another program changed the file meanwhile, [`Error::Io`]. The file is as
/// it was then, and the decisions are in the journal.
pub fn write(session: &Mutex<Session>) -> Result<()> {
    let lock = || session.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let Some(pending) = announce(&mut lock())? else { return Ok(()) };
    let written = pending.write();
    settle(&mut lock(), &pending, written)
}

/// The same for who has the session alone.
///
/// # Errors
/// As [`write()`].
pub fn write_now(session: &mut Session) -> Result<()> {
    let Some(pending) = announce(session)? else { return Ok(()) };
    let written = pending.write();
    settle(session, &pending, written)
}

/// A file that is to be written.
struct Pending {
    path: PathBuf,
    content: String,
    sha256: String,
    /// Of the file that it replaces.
    before: String,
    revision: u64,
}

/// Takes what is to be written, and tells the journal before it is; `None` where nothing is.
fn announce(session: &mut Session) -> Result<Option<Pending>> {
    if session.saved == session.revision {
        return Ok(None);
    }
    let content = session.file.render();
    let pending = Pending {
        path: session.path.clone(),
        sha256: digest::of_bytes(content.as_bytes()),
        content,
        before: session.on_disk.clone(),
        revision: session.revision,
    };
    // Once only: a file that cannot be written is tried again and again.
    if session.announced != pending.sha256 {
        let told = session.journal.append(&Entry::Save { sha256: pending.sha256.clone() });
        if let Err(error) = told {
            session.trouble = Some(error.to_string());
            return Err(error);
        }
        session.announced.clone_from(&pending.sha256);
    }
    Ok(Some(pending))
}

fn settle(session: &mut Session, pending: &Pending, written: Result<()>) -> Result<()> {
    session.trouble = written.as_ref().err().map(ToString::to_string);
    written?;
    session.saved = pending.revision;
    session.on_disk.clone_from(&pending.sha256);
    Ok(())
}

impl Pending {
    fn write(&self) -> Result<()> {
        let path = &self.path;
        let at = |e| Error::io(path, e);
        let folder = folder(path);
        let mut file = tempfile::Builder::new()
            .prefix(".dechaff-")
            .suffix(".jsonl")
            .tempfile_in(folder)
            .map_err(at)?;
        self.fill(&mut file).map_err(at)?;
        // Never seen, and never to be: what cannot be read back does not replace what can.
        for page in read_labelled(file.path())? {
            page?;
        }
        if digest::of_bytes(&fs::read(path).map_err(at)?) != self.before {
            let reason = "was changed by another program; it was not overwritten. The decisions are in \
                          the journal: end this review and start it again";
            return Err(Error::BadInput { path: path.clone(), reason: reason.into() });
        }
        file.persist(path).map_err(|e| at(e.error))?;
        sync_folder(folder);
        Ok(())
    }

    fn fill(&self, file: &mut NamedTempFile) -> std::io::Result<()> {
        file.write_all(self.content.as_bytes())?;
        file.as_file().set_permissions(fs::metadata(&self.path)?.permissions())?;
        file.as_file().sync_all()
    }
}

/// Keeps decisions aside that do not fit the file any more.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn keep_misfits(labels: &Path, entries: &[&Entry]) -> Result<()> {
    let mut name = labels.as_os_str().to_owned();
    name.push(".review.misfits.jsonl");
    let path = PathBuf::from(name);
    let write = || {
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        let mut file = File::options().append(true).create(true).open(&path)?;
        file.write_all(&lines)?;
        file.sync_all()
    };
    write().map_err(|e| Error::io(&path, e))
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// So that a new name outlives a power cut. Not all systems can sync folders; those that cannot keep names
/// by other means.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
