//! The state of a review: the labelled file, its journal, and what each window may take back.
//! Decisions come in with the version of the line that was looked at; what is decided is in the
//! journal before it is in the file in memory, and nothing that somebody else decided is overwritten.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::edit::Change;
use super::journal::{Entry, Journal, Place};
use super::label_file::{LabelFile, State};
use super::replay::{Recovered, replay};
use crate::text::{Kind, Label};
use crate::{Error, Result, digest};

/// A line by page and line, both indices.
pub type At = (usize, usize);

/// A review of one file.
#[derive(Debug)]
pub struct Session {
    pub(super) path: PathBuf,
    pub(super) file: LabelFile,
    pub(super) journal: Journal,
    /// SHA-256 of the file on disk, as it was read or written last.
    pub(super) on_disk: String,
    /// What the journal was told last that the file would become.
    pub(super) announced: String,
    /// Counts the changes.
    pub(super) revision: u64,
    /// The last revision that is in the file on disk.
    pub(super) saved: u64,
    pub(super) last_change: Instant,
    /// Why the file could not be written.
    pub(super) trouble: Option<String>,
    past: Vec<Past>,
    n_decided: u64,
    has_ended: bool,
}

/// A decision that can be taken back.
#[derive(Debug)]
struct Past {
    number: u64,
    window: String,
    undone: bool,
    lines: Vec<PastLine>,
}

/// A line that a decision changed.
#[derive(Debug)]
struct PastLine {
    at: At,
    /// Its bytes before.
    before: String,
    version_before: u32,
    version_after: u32,
}

/// What somebody wants a line to be.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Names the window, for what it may take back.
    pub window: &'a str,
    /// The line.
    pub at: At,
    /// The version of it that the window showed.
    pub version: u32,
    /// What it is.
    pub label: Label,
    /// What sort of junk; only with [`Label::Junk`].
    pub kind: Option<Kind>,
    /// Lines that are to take the same label.
    pub siblings: &'a [At],
}

/// What came of a decision or of taking one back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The line that was looked at.
    pub at: At,
    /// How many lines changed, this one included.
    pub changed: usize,
    /// How many were left as they are, since somebody decided on them.
    pub left: usize,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum Refusal {
    /// Somebody else decided on the line since the window showed it.
    Conflict(At),
    /// There is no such line.
    NoSuchLine,
    /// Only junk has kinds.
    BadKind,
    /// The window has nothing to take back.
    NothingToUndo,
    /// The review has ended.
    Ended,
    /// The journal could not be written.
    Disk(Error),
}

impl Session {
    /// Opens a file, and takes up what a review of it that did not end well left in the journal.
    /// Decisions for lines that are no longer there are kept aside, in `FILE.review.misfits.jsonl`.
    ///
    /// # Errors
    /// As [`LabelFile::read`] and [`Journal::open`]; nothing is written where the file has mistakes.
    pub fn open(path: &Path) -> Result<(Session, Recovered), Vec<Error>> {
        let one = |error| vec![error];
        // The file itself, so that a link stays one.
        let path = std::fs::canonicalize(path).map_err(|e| one(Error::io(path, e)))?;
        let file = LabelFile::read(&path)?;
        let (journal, found) = Journal::open(&Journal::path_of(&path)).map_err(one)?;
        let on_disk = digest::of_bytes(file.render().as_bytes());
        let mut session = Session {
            path,
            file,
            journal,
            on_disk,
            announced: String::new(),
            revision: 0,
            saved: 0,
            last_change: Instant::now(),
            trouble: None,
            past: Vec::new(),
            n_decided: 0,
            has_ended: false,
        };
        let recovered = replay(&mut session, &found).map_err(one)?;
        if session.revision > 0 {
            super::save::write_now(&mut session).map_err(one)?;
        }
        session.journal.clear().map_err(one)?;
        session.begin().map_err(one)?;
        Ok((session, recovered))
    }

    fn begin(&mut self) -> Result<()> {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        let file = name.to_string_lossy().into_owned();
        self.journal.append(&Entry::Begin { file, sha256: self.on_disk.clone() })
    }

    /// The labelled file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file in memory.
    pub fn file(&self) -> &LabelFile {
        &self.file
    }

    /// How many decisions of this session stand.
    pub fn n_decided(&self) -> u64 {
        self.n_decided
    }

    /// Whether the file on disk has every decision.
    pub fn is_saved(&self) -> bool {
        self.saved == self.revision
    }

    /// Why the file could not be written, where it could not.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    fn place(&self, at: At) -> Option<Place> {
        let (page, line) = (self.file.pages.get(at.0)?, self.file.line(at)?);
        Some(Place::new(at.0, &page.id, line.number, &line.text))
    }

    /// Gives a line a label, and its siblings with it, but for those that somebody decided on
    /// otherwise.
    ///
    /// # Errors
    /// A [`Refusal`]; then nothing has changed, on disk or in memory.
    pub fn decide(&mut self, decision: &Decision<'_>) -> Result<Done, Refusal> {
        let Decision { at, label, kind, .. } = *decision;
        if self.has_ended {
            return Err(Refusal::Ended);
        }
        let line = self.file.line(at).ok_or(Refusal::NoSuchLine)?;
        if line.version != decision.version {
            return Err(Refusal::Conflict(at));
        }
        if kind.is_some() && label != Label::Junk {
            return Err(Refusal::BadKind);
        }
        let mut left = 0;
        let mut lines = vec![at];
        for &sibling in decision.siblings.iter().filter(|&&sibling| sibling != at) {
            match self.file.line(sibling).map(|line| &line.state) {
                None => return Err(Refusal::NoSuchLine),
                // Decided by itself. What only took the label of another line may take this one.
                Some(State { by_hand: true, from: None, label: l, kind: k, .. }) => {
                    left += usize::from((*l, *k) != (label, kind));
                }
                Some(_) => lines.push(sibling),
            }
        }
        let places: Option<Vec<Place>> = lines.iter().map(|&at| self.place(at)).collect();
        let places = places.ok_or(Refusal::NoSuchLine)?;
        let from = places.first().map(|p| origin(&p.page, p.line)).unwrap_or_default();
        let number = self.past.last().map_or(1, |past| past.number + 1);
        let entry = Entry::Decide { number, label, kind, lines: places };
        self.journal.append(&entry).map_err(Refusal::Disk)?;

        let mut changed = Vec::with_capacity(lines.len());
        for line in lines {
            let before = self.file.raw(line).unwrap_or_default().to_owned();
            let version_before = self.version(line);
            let from = (line != at).then_some(from.as_str());
            self.file.change(line, Change { label, kind, from });
            let version_after = self.version(line);
            changed.push(PastLine { at: line, before, version_before, version_after });
        }
        let done = Done { at, changed: changed.len(), left };
        let window = decision.window.to_owned();
        self.past.push(Past { number, window, undone: false, lines: changed });
        self.n_decided += 1;
        self.touch();
        Ok(done)
    }

    /// Takes back the last decision of a window that still stands. Lines that somebody changed since
    /// are left as they are.
    ///
    /// # Errors
    /// A [`Refusal`]; a conflict if not one line is as the window left it. Then the decision before it
    /// is the next to be taken back.
    pub fn undo(&mut self, window: &str) -> Result<Done, Refusal> {
        if self.has_ended {
            return Err(Refusal::Ended);
        }
        let stands = |past: &Past| past.window == window && !past.undone;
        let index = self.past.iter().rposition(stands).ok_or(Refusal::NothingToUndo)?;
        let past = self.past.get(index).ok_or(Refusal::NothingToUndo)?;
        let at = past.lines.first().map(|line| line.at).ok_or(Refusal::NothingToUndo)?;
        let (mut lines, mut back) = (Vec::new(), Vec::new());
        for line in past.lines.iter().filter(|line| self.version(line.at) == line.version_after) {
            let place = self.place(line.at).ok_or(Refusal::NoSuchLine)?;
            lines.push((place, line.before.clone()));
            back.push((line.at, line.version_before));
        }
        let left = past.lines.len() - back.len();
        if !back.is_empty() {
            let entry = Entry::Undo { number: past.number, lines: lines.clone() };
            self.journal.append(&entry).map_err(Refusal::Disk)?;
        }
        if let Some(past) = self.past.get_mut(index) {
            past.undone = true;
        }
        if back.is_empty() {
            return Err(Refusal::Conflict(at));
        }
        let changed = back.len();
        let mut versions: BTreeMap<At, (u32, u32)> = BTreeMap::new();
        for ((at, version_before), (_, raw)) in back.into_iter().zip(lines) {
            self.file.set(at, raw);
            versions.insert(at, (version_before, self.version(at)));
        }
        // The decisions before it left these lines as they are again, under other versions.
        for line in self.past.iter_mut().flat_map(|past| &mut past.lines) {
            if let Some(&(before, now)) = versions.get(&line.at)
                && line.version_after == before
            {
                line.version_after = now;
            }
        }
        self.n_decided = self.n_decided.saturating_sub(1);
        self.touch();
        Ok(Done { at, changed, left })
    }

    fn version(&self, at: At) -> u32 {
        self.file.line(at).map_or(0, |line| line.version)
    }

    fn touch(&mut self) {
        self.revision += 1;
        self.last_change = Instant::now();
    }

    /// How many changes the file on disk lacks.
    pub(super) fn unsaved(&self) -> u64 {
        self.revision - self.saved
    }

    /// Ends the review: writes the file, then removes the journal, for the file has everything that is
    /// in it. Nothing can be decided after that.
    ///
    /// # Errors
    /// As [`super::save::Shared::write`], and [`Error::Io`] if the journal cannot be removed: it stays, and
    /// is taken up when the file is next opened.
    pub fn end(&mut self) -> Result<()> {
        super::save::write_now(self)?;
        // Nothing may have been left to write, and the file be another one by now: then the journal is all
        // that has the decisions.
        super::save::check_unchanged(&self.path, &self.on_disk)?;
        self.has_ended = true;
        self.journal.remove()
    }
}

/// What a line says that took the label of another.
pub(super) fn origin(page: &str, line: u32) -> String {
    format!("sibling of {page}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LABELS: &str = concat!(
        "{\"id\": \"p\", \"lines\": [{\"text\": \"首页\", \"label\": \"either\", \"confidence\": null}, ",
        "{\"text\": \"桥修好了。\", \"label\": \"article\", \"mine\": 1.0}]}\r\n",
        "{\"id\":\"q\",\"lines\":[{\"text\":\"首页\",\"label\":\"junk\",\"kind\":\"ad\",\"source\":\"rules\"}]}\n",
    );

    struct Bench {
        _folder: tempfile::TempDir,
        path: PathBuf,
    }

    impl Bench {
        fn new() -> Bench {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.jsonl");
            fs::write(&path, LABELS).unwrap();
            Bench { _folder: folder, path }
        }

        fn open(&self) -> (Session, Recovered) {
            Session::open(&self.path).unwrap()
        }

        fn text(&self) -> String {
            fs::read_to_string(&self.path).unwrap()
        }

        fn beside(&self, ending: &str) -> PathBuf {
            PathBuf::from(format!("{}{ending}", self.path.display()))
        }
    }

    fn nav(window: &str, at: At, version: u32) -> Decision<'_> {
        let kind = Some(Kind::Nav);
        Decision { window, at, version, label: Label::Junk, kind, siblings: &[] }
    }

    fn decided(text: &str) -> String {
        text.replacen(
            "\"label\": \"either\", \"confidence\": null",
            "\"label\": \"junk\", \"kind\": \"nav\", \"source\": \"hand\"",
            1,
        )
    }

    #[test]
    fn a_decision_is_in_the_journal_and_at_the_end_in_the_file() {
        let bench = Bench::new();
        let (mut session, recovered) = bench.open();
        assert_eq!(recovered, Recovered::default());
        let done = session.decide(&nav("w", (0, 0), 0)).unwrap();
        assert_eq!(done, Done { at: (0, 0), changed: 1, left: 0 });
        assert_eq!(bench.text(), LABELS);
        let journal = fs::read_to_string(bench.beside(".review.jsonl")).unwrap();
        assert!(journal.contains("\"label\":\"junk\",\"kind\":\"nav\""), "{journal}");
        session.end().unwrap();
        assert_eq!(bench.text(), decided(LABELS));
        assert!(!bench.beside(".review.jsonl").exists());
        assert!(matches!(session.decide(&nav("w", (0, 0), 1)), Err(Refusal::Ended)));
    }

    #[test]
    fn what_is_undone_leaves_no_trace() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        session.decide(&Decision { siblings: &[(0, 0), (1, 0)], ..nav("w", (0, 0), 1) }).unwrap();
        super::super::save::write_now(&mut session).unwrap();
        assert_ne!(bench.text(), LABELS);
        assert!(matches!(session.undo("other"), Err(Refusal::NothingToUndo)));
        assert_eq!(session.undo("w").unwrap().changed, 2);
        assert_eq!(session.file().render(), decided(LABELS));
        assert_eq!(session.undo("w").unwrap().changed, 1);
        assert!(matches!(session.undo("w"), Err(Refusal::NothingToUndo)));
        session.end().unwrap();
        assert_eq!(bench.text(), LABELS);
    }

    #[test]
    fn siblings_take_the_label_unless_somebody_decided_on_them() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        let siblings = [(0, 0), (1, 0)];
        let done =
            session.decide(&Decision { siblings: &siblings, ..nav("w", (0, 0), 0) }).unwrap();
        assert_eq!((done.changed, done.left), (2, 0));
        let raw = session.file().raw((1, 0)).unwrap();
        assert_eq!(
            raw,
            "{\"text\":\"首页\",\"label\":\"junk\",\"kind\":\"nav\",\"source\":\"hand\",\"from\":\"sibling of p:1\"}"
        );
        // What only took a label takes another one; what was decided does not.
        let meta = Decision { kind: Some(Kind::Meta), ..nav("w", (0, 0), 1) };
        let done = session.decide(&Decision { siblings: &siblings, ..meta }).unwrap();
        assert_eq!((done.changed, done.left), (2, 0));
        session.decide(&nav("v", (1, 0), 2)).unwrap();
        let done = session.decide(&Decision { siblings: &siblings, version: 2, ..meta }).unwrap();
        assert_eq!((done.changed, done.left), (1, 1));
    }

    #[test]
    fn two_windows_do_not_lose_each_others_work() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("one", (0, 0), 0)).unwrap();
        let article = Decision { label: Label::Article, kind: None, ..nav("two", (0, 0), 0) };
        assert!(matches!(session.decide(&article), Err(Refusal::Conflict((0, 0)))));
        assert_eq!(session.file().render(), decided(LABELS));
        // Seen, and decided all the same: then the first window cannot take back its own.
        session.decide(&Decision { version: 1, ..article }).unwrap();
        assert!(matches!(session.undo("one"), Err(Refusal::Conflict((0, 0)))));
        assert_eq!(session.file().line((0, 0)).unwrap().state.label, Label::Article);
        assert!(matches!(session.undo("one"), Err(Refusal::NothingToUndo)));
        assert_eq!(session.undo("two").unwrap().changed, 1);
        assert_eq!(session.file().render(), decided(LABELS));
    }

    #[test]
    fn a_killed_review_is_taken_up_wherever_it_was_killed() {
        // Decide, save, decide, undo, decide: whole, and at each step of it.
        let steps: [fn(&mut Session); 5] = [
            |s| s.decide(&nav("w", (0, 0), 0)).map(drop).unwrap(),
            |s| super::super::save::write_now(s).unwrap(),
            |s| {
                let siblings: &[At] = &[(1, 0)];
                s.decide(&Decision { siblings, ..nav("w", (0, 0), 1) }).map(drop).unwrap();
            },
            |s| s.undo("w").map(drop).unwrap(),
            |s| {
                let article = Decision { label: Label::Article, kind: None, ..nav("w", (0, 1), 0) };
                s.decide(&article).map(drop).unwrap();
            },
        ];
        for n in 0..=steps.len() {
            let bench = Bench::new();
            let (mut session, _) = bench.open();
            steps[..n].iter().for_each(|step| step(&mut session));
            let expected = session.file().render();
            // Killed: nothing is written any more.
            drop(session);
            let (mut session, recovered) = bench.open();
            assert_eq!(session.file().render(), expected, "after {n} steps");
            assert_eq!(bench.text(), expected, "after {n} steps");
            assert!(!recovered.file_changed && recovered.misfits.is_empty());
            assert_eq!(recovered.decisions, [0, 1, 1, 2, 2, 3][n]);
            session.end().unwrap();
            assert_eq!(bench.text(), expected);
        }
    }

    #[test]
    fn a_decision_that_was_being_written_does_not_count() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        session.decide(&nav("w", (0, 1), 0)).unwrap();
        drop(session);
        let journal = bench.beside(".review.jsonl");
        let bytes = fs::read(&journal).unwrap();
        fs::write(&journal, &bytes[..bytes.len() - 9]).unwrap();
        let (_session, recovered) = bench.open();
        assert_eq!((recovered.decisions, recovered.was_torn), (1, true));
        assert_eq!(bench.text(), decided(LABELS));
    }

    #[test]
    fn decisions_find_their_lines_in_a_file_that_was_changed_since() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        session.decide(&nav("w", (0, 1), 0)).unwrap();
        drop(session);
        // Another page before it, another line before it, and one line gone.
        let changed = LABELS
            .replace("\"lines\": [", "\"lines\": [{\"text\": \"新\", \"label\": \"junk\"}, ")
            .replace("桥修好了。", "桥没修好。");
        let changed = format!("{{\"id\": \"new\", \"lines\": []}}\n{changed}");
        fs::write(&bench.path, &changed).unwrap();
        let (_session, recovered) = bench.open();
        assert!(recovered.file_changed);
        assert_eq!((recovered.decisions, recovered.misfits), (2, vec!["p:2".to_owned()]));
        assert_eq!(bench.text(), decided(&changed));
        let misfits = fs::read_to_string(bench.beside(".review.misfits.jsonl")).unwrap();
        assert_eq!(misfits.lines().count(), 1);
        assert!(misfits.contains("\"number\":2"), "{misfits}");
    }

    #[test]
    fn what_another_program_wrote_is_not_overwritten() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        let other = LABELS.replace("1.0", "2.0");
        fs::write(&bench.path, &other).unwrap();
        let said = super::super::save::write_now(&mut session).unwrap_err().to_string();
        assert!(said.contains("was changed by another program; it was not overwritten"), "{said}");
        assert_eq!(session.trouble(), Some(said.as_str()));
        assert!(session.end().is_err() && bench.text() == other);
        drop(session);
        let (_session, recovered) = bench.open();
        assert!(recovered.file_changed && recovered.misfits.is_empty());
        assert_eq!(bench.text(), decided(&other));
    }

    #[test]
    fn a_review_does_not_end_on_another_file_than_it_wrote() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        super::super::save::write_now(&mut session).unwrap();
        assert!(session.is_saved());
        // All is written, and another program puts another file in its place.
        let other = LABELS.replace("1.0", "2.0");
        fs::write(&bench.path, &other).unwrap();
        let said = session.end().unwrap_err().to_string();
        assert!(said.contains("was changed by another program"), "{said}");
        drop(session);
        let (mut session, recovered) = bench.open();
        assert_eq!((recovered.file_changed, recovered.decisions), (true, 1));
        session.end().unwrap();
        assert_eq!(bench.text(), decided(&other));
    }

    #[test]
    fn a_file_with_mistakes_is_left_as_it_is() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        session.decide(&nav("w", (0, 0), 0)).unwrap();
        drop(session);
        let journal = fs::read(bench.beside(".review.jsonl")).unwrap();
        let broken = LABELS.replace("\"article\"", "\"artcle\"").replace("\"ad\"", "\"add\"");
        fs::write(&bench.path, &broken).unwrap();
        let said: Vec<String> =
            Session::open(&bench.path).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].ends_with(
            "x.jsonl:1: lines[1]: unknown label \"artcle\", expected article, junk or either"
        ));
        assert!(said[1].ends_with("x.jsonl:2: lines[0]: unknown kind \"add\""));
        assert_eq!(bench.text(), broken);
        assert_eq!(fs::read(bench.beside(".review.jsonl")).unwrap(), journal);
    }

    #[test]
    fn senseless_decisions_are_refused() {
        let bench = Bench::new();
        let (mut session, _) = bench.open();
        for at in [(0, 2), (2, 0), (usize::MAX, usize::MAX)] {
            assert!(matches!(session.decide(&nav("w", at, 0)), Err(Refusal::NoSuchLine)));
        }
        let article = Decision { label: Label::Article, ..nav("w", (0, 0), 0) };
        assert!(matches!(session.decide(&article), Err(Refusal::BadKind)));
        let stranger = Decision { siblings: &[(7, 7)], ..nav("w", (0, 0), 0) };
        assert!(matches!(session.decide(&stranger), Err(Refusal::NoSuchLine)));
        assert!(session.is_saved() && session.n_decided() == 0);
    }
}
