//! The labelled file is written aside, synced, read back, and only then takes the name. What changed
//! on disk under the review's hands is not overwritten.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::NamedTempFile;

use super::journal::Entry;
use super::session::Session;
use crate::input::read_labelled;
use crate::{Error, Result, digest};

/// A session that threads share. One of them writes the file at a time: each finds on disk what the one
/// before it left, and knows it from what another program wrote.
#[derive(Debug)]
pub struct Shared {
    session: Mutex<Session>,
    /// Held from the look at the session until it knows what became of the file. It is taken before the
    /// session, never by who has that.
    writing: Mutex<()>,
}

impl Shared {
    /// A session that nobody else has.
    pub fn new(session: Session) -> Self {
        Shared { session: Mutex::new(session), writing: Mutex::new(()) }
    }

    /// The session, for a moment.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Writes the file, while windows may go on deciding. What goes wrong is remembered in the session,
    /// for its windows to show.
    ///
    /// # Errors
    /// [`Error::BadInput`] where another program changed the file meanwhile, [`Error::Io`]. The file is as
    /// it was then, and the decisions are in the journal.
    pub fn write(&self) -> Result<()> {
        let _alone = self.alone();
        let Some(pending) = announce(&mut self.lock())? else { return Ok(()) };
        let written = pending.write();
        settle(&mut self.lock(), &pending, written)
    }

    /// Ends the session, once nobody writes.
    ///
    /// # Errors
    /// As [`Session::end`].
    pub fn end(&self) -> Result<()> {
        let _alone = self.alone();
        self.lock().end()
    }
}

/// Writes the file, for who has the session alone.
///
/// # Errors
/// As [`Shared::write`].
pub(super) fn write_now(session: &mut Session) -> Result<()> {
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
        check_unchanged(path, &self.before)?;
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

/// Makes sure that a file is as this review left it.
///
/// # Errors
/// [`Error::BadInput`] where it is not, [`Error::Io`].
pub(super) fn check_unchanged(path: &Path, sha256: &str) -> Result<()> {
    if digest::of_bytes(&fs::read(path).map_err(|e| Error::io(path, e))?) == sha256 {
        return Ok(());
    }
    let reason = "was changed by another program; it was not overwritten. The decisions are in the journal: \
                  end this review and start it again";
    Err(Error::BadInput { path: path.into(), reason: reason.into() })
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::review::journal::Journal;
    use crate::review::session::{At, Decision};
    use crate::text::Label;

    const LABELS: &str = "{\"lines\":[{\"text\":\"首页\",\"label\":\"either\"},{\"text\":\"桥修好了。\",\"label\":\"either\"}]}\n";

    fn shared(folder: &tempfile::TempDir) -> (Shared, PathBuf) {
        let path = folder.path().join("x.jsonl");
        fs::write(&path, LABELS).unwrap();
        (Shared::new(Session::open(&path).unwrap().0), path)
    }

    fn decide(shared: &Shared, at: At, version: u32) {
        let label = if version.is_multiple_of(2) { Label::Junk } else { Label::Article };
        let decision = Decision { window: "w", at, version, label, kind: None, siblings: &[] };
        shared.lock().decide(&decision).unwrap();
    }

    #[test]
    fn writers_at_once_do_not_take_each_other_for_another_program() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, path) = shared(&folder);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writers = [(); 3].map(|()| {
                scope.spawn(|| -> Result<()> {
                    while !is_over.load(Ordering::SeqCst) {
                        shared.write()?;
                    }
                    Ok(())
                })
            });
            for version in 0..30 {
                decide(&shared, (0, 0), version);
                std::thread::sleep(Duration::from_millis(2));
            }
            is_over.store(true, Ordering::SeqCst);
            for writer in writers {
                writer.join().unwrap().unwrap();
            }
        });
        shared.end().unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), shared.lock().file().render());
    }

    #[test]
    fn the_end_waits_for_who_writes_and_comes_last() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, path) = shared(&folder);
        decide(&shared, (0, 0), 0);
        let alone = shared.alone();
        let pending = announce(&mut shared.lock()).unwrap().unwrap();
        decide(&shared, (0, 1), 0);
        std::thread::scope(|scope| {
            let end = scope.spawn(|| shared.end());
            std::thread::sleep(Duration::from_millis(200));
            assert!(!end.is_finished());
            let written = pending.write();
            settle(&mut shared.lock(), &pending, written).unwrap();
            drop(alone);
            end.join().unwrap().unwrap();
        });
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("\"source\":\"hand\"").count(), 2, "{text}");
        assert!(!Journal::path_of(&path).exists());
        // Who comes later has nothing to write.
        shared.write().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
