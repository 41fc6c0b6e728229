//! Where everything arrives in order: pages that were worked on go to the output and the lists, what
//! went wrong is told and counted, and an input that is through goes into the journal.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::ledger::Lists;
use super::log::{self, Event};
use super::pages::{Done, Item};
use super::progress::Progress;
use super::say::{count, is_json, say};
use super::told::{Telling, Told};
use crate::input::{Compression, Format, Source};
use crate::output::{Aside, Destination, Finished, Output, Stamp, Summary, name_of};
use crate::{Error, Result};

/// Remarks on single pages that are printed before they are only counted.
const MAX_REMARKS: u64 = 20;
/// Inputs with errors that are named in the end; the others are only counted.
const MAX_NAMED: usize = 10;

/// Takes what comes out of the pipeline.
pub struct Sink {
    output: Output,
    lists: Lists,
    quiet: bool,
    progress: Progress,
    n_remarks: u64,
    /// Inputs with errors, the first ones by name, and how many errors each.
    faulty: Vec<(String, u64)>,
    n_faulty: usize,
    total: Summary,
    current: Option<Current>,
    /// The figures of the page of which pieces have come.
    begun: Option<Summary>,
    start: Instant,
}

/// The input that is being written.
struct Current {
    source: Arc<Source>,
    stamp: Stamp,
    counts: Summary,
    n_bytes: u64,
    /// Whether it lies on the disk as it is read.
    is_plain: bool,
    told: Told,
    /// Whether it could not be read to its end.
    is_broken_off: bool,
}

impl Current {
    fn new(source: Arc<Source>, stamp: Stamp, is_plain: bool) -> Self {
        let (counts, told) = (Summary::default(), Told::default());
        Current { source, stamp, counts, n_bytes: 0, is_plain, told, is_broken_off: false }
    }
}

impl Sink {
    /// Begins with what the runs before have counted, if this one goes on with them.
    pub fn new(output: Output, lists: Lists, quiet: bool) -> Self {
        let total =
            lists.journal.as_ref().map_or(Summary::default(), |ledger| ledger.before.1.clone());
        Sink {
            output,
            lists,
            quiet,
            progress: Progress::new(quiet),
            n_remarks: 0,
            faulty: Vec::new(),
            n_faulty: 0,
            total,
            current: None,
            begun: None,
            start: Instant::now(),
        }
    }

    /// Tells that the work begins.
    pub fn begin(&mut self, sources: &[Source]) {
        self.progress.begin(sources);
        let files = sources.len();
        if !self.quiet {
            let finished_before = self.lists.journal.as_ref().map_or(0, |ledger| ledger.before.0);
            let dechaff = env!("CARGO_PKG_VERSION");
            log::event(&Event::Start { dechaff, files, finished_before });
        }
    }

    /// Tells an error and counts it, for the input that is being written if there is one: there, so many
    /// of a kind are told.
    pub fn complain(&mut self, error: &Error) {
        self.counts().errors += 1;
        let telling =
            self.current.as_mut().map_or(Telling::Whole, |current| current.told.tell(error));
        if telling == Telling::Counted {
            return;
        }
        let path = self.current.as_ref().map(|current| current.source.path.display());
        self.progress.beside(|| {
            log::error(error);
            if let (Telling::Last, Some(path)) = (telling, path) {
                say(format_args!("{path}: further errors like this one are only counted"));
            }
        });
    }

    fn counts(&mut self) -> &mut Summary {
        self.current.as_mut().map_or(&mut self.total, |current| &mut current.counts)
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn take(&mut self, done: Done) -> Result<()> {
        match done {
            Done::Page { buffers, summary, n_bytes, path, line, is_null, error, part } => {
                match part.is_first {
                    true => self.output.row(line, &buffers.output, is_null)?,
                    false => self.output.piece(&buffers.output)?,
                }
                if let Some(receipts) = &mut self.lists.receipts {
                    match part.is_first {
                        true => receipts.page(&buffers.receipts)?,
                        false => receipts.piece(&buffers.receipts)?,
                    }
                }
                if let Some(unsure) = &mut self.lists.unsure {
                    unsure.write(&buffers.unsure)?;
                }
                if let Some(error) = error {
                    self.complain(&error);
                }
                if let (Some(report), Some(note)) = (&mut self.lists.report, buffers.note) {
                    report.add(*note, &summary);
                }
                let is_plain = self.current.as_ref().is_some_and(|current| current.is_plain);
                self.progress.page(n_bytes, &summary, is_plain);
                if let Some(current) = &mut self.current {
                    current.n_bytes += n_bytes as u64;
                }
                let mut figures = self.begun.take().unwrap_or_default();
                if part.is_first && part.is_last {
                    figures = summary;
                } else {
                    figures.join(summary);
                }
                match part.is_last {
                    true => self.end_of_page(&path, line, figures, !part.is_first),
                    false => self.begun = Some(figures),
                }
            }
            Done::Aside { line, error } => {
                let what = if error.is_some() { Aside::Unreadable } else { Aside::Blank };
                if let Some(receipts) = &mut self.lists.receipts {
                    receipts.aside(what, &line)?;
                }
                if let Some(error) = error {
                    self.complain(&error);
                }
            }
            Done::Other(Item::Begin { source, stamp, format, compression }) => {
                if let Some(receipts) = &mut self.lists.receipts {
                    receipts.begin(&source);
                }
                self.output.begin(&source, format, compression)?;
                let is_plain = compression == Compression::None && format != Format::Parquet;
                self.current = Some(Current::new(source, stamp, is_plain));
            }
            Done::Other(Item::End { n_passed_over, is_broken_off }) => {
                // Only where its last piece could not be written in any way.
                let figures = self.begun.take().unwrap_or_default();
                *self.counts() += figures;
                self.counts().passed_over += n_passed_over;
                if let Some(receipts) = &mut self.lists.receipts {
                    receipts.end(is_broken_off)?;
                }
                if let Some(current) = &mut self.current {
                    current.is_broken_off = is_broken_off;
                }
                self.output.end()?;
                self.end_of_input(true)?;
            }
            Done::Other(Item::Failed { source, stamp, error }) => {
                self.current = Some(Current::new(source, stamp, false));
                self.complain(&error);
                self.end_of_input(false)?;
            }
            Done::Other(Item::Problem(error)) => {
                // What the system did not give today it may give tomorrow.
                if let (Error::Io { .. }, Some(current)) = (&error, &mut self.current) {
                    current.stamp = Stamp::Unsure;
                }
                self.complain(&error);
            }
            // Pages come back as `Done::Page`.
            Done::Other(Item::Page(_)) => {}
        }
        Ok(())
    }

    /// A page is through: what is to be said of it as a whole.
    fn end_of_page(&mut self, path: &Path, line: u64, figures: Summary, is_in_pieces: bool) {
        if figures.replaced > 0 {
            let faults = count(figures.replaced, "faulty sequence");
            self.remark(path, line, &format!("{faults} replaced by U+FFFD"));
        }
        if figures.guarded_pages > 0 {
            let kept = if is_in_pieces { "kept where" } else { "kept whole:" };
            let what = format!("{kept} more would go than is plausible (--no-guard removes it)");
            self.remark(path, line, &what);
        }
        *self.counts() += figures;
    }

    /// An input is through; its output, if it has one, has its name.
    fn end_of_input(&mut self, is_written: bool) -> Result<()> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let Current { source, stamp, mut counts, n_bytes, told, is_broken_off, .. } = current;
        self.progress.end_of_input(&source);
        for (n, reason) in told.counted() {
            let (path, errors) = (source.path.display(), count(n, "more error"));
            self.progress.beside(|| say(format_args!("{path}: {errors}: {reason}")));
        }
        if counts.errors > 0 {
            self.n_faulty += 1;
            if self.faulty.len() < MAX_NAMED {
                self.faulty.push((source.path.display().to_string(), counts.errors));
            }
        }
        self.total.skeletons += std::mem::take(&mut counts.skeletons);
        self.total += counts.clone();
        let folder = match self.output.destination() {
            Destination::Folder(folder) => Some(folder.as_path()),
            _ => None,
        };
        let file = self.output.destination().file_for(&source).filter(|_| is_written);
        let own = file.filter(|_| folder.is_some());
        if is_broken_off && !is_json() {
            let output = own.as_ref().map_or("the output".into(), |own| own.display().to_string());
            let source = source.path.display();
            // Beside the error, which does not say what has become of the output.
            self.progress.beside(|| {
                say(format_args!(
                    "{source}: was not read to its end; what was read of it is in {output}"
                ));
            });
        }
        if !self.quiet {
            let event = Event::File {
                path: source.path.display().to_string(),
                output: own.as_ref().map(|own| own.display().to_string()),
                bytes: n_bytes,
                broken_off: is_broken_off,
                counts: &counts,
            };
            self.progress.beside(|| log::event(&event));
        }
        let Some(folder) = folder.filter(|_| self.lists.journal.is_some()) else { return Ok(()) };
        let output_bytes = match &own {
            Some(own) => std::fs::metadata(own).map_err(|e| Error::io(own, e))?.len(),
            None => 0,
        };
        let below = |own: &Path| name_of(own.strip_prefix(folder).unwrap_or(own));
        let (input, output) = (name_of(&source.path), own.as_deref().map(below));
        let lists = Vec::new();
        let finished = Finished { input, stamp, output, output_bytes, lists, counts };
        self.lists.finished(finished, n_bytes)
    }

    fn remark(&mut self, path: &Path, line: u64, what: &str) {
        self.n_remarks += 1;
        if self.quiet || self.n_remarks > MAX_REMARKS {
            return;
        }
        let is_last = self.n_remarks == MAX_REMARKS;
        self.progress.beside(|| {
            say(format_args!("{}:{line}: {what}", path.display()));
            if is_last {
                say("further remarks on single pages are left out");
            }
        });
    }

    /// Ends the output and everything beside it, and returns the figures.
    ///
    /// # Errors
    /// [`Error::Io`] if the last bytes cannot be written.
    pub fn finish(mut self) -> Result<Summary> {
        let report = self.lists.report.take();
        // The lists first: no output without its receipts.
        self.lists.finish()?;
        self.output.finish()?;
        report.map_or(Ok(()), |report| report.commit(&self.total))?;
        if !self.quiet {
            let exit = u8::from(self.total.errors > 0);
            let seconds = self.start.elapsed().as_secs_f64();
            drop(self.progress);
            if !is_json() && self.n_faulty > 0 {
                say(faulty(&self.faulty, self.n_faulty));
            }
            log::event(&Event::End { exit, seconds, counts: &self.total });
        }
        Ok(self.total)
    }
}

/// `inputs with errors: a.jsonl (2), b.gz (1) and 3 more`.
fn faulty(named: &[(String, u64)], n: usize) -> String {
    let names: Vec<String> = named.iter().map(|(name, n)| format!("{name} ({n})")).collect();
    let more = match n - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("inputs with errors: {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ledger::Ledger;
    use crate::input::{Compression, Format};
    use crate::output::{Journal, JournalFile, RunFacts};

    #[test]
    fn inputs_with_errors_are_named_up_to_a_bound() {
        let named = [("a.jsonl".to_string(), 2), ("b.gz".to_string(), 1)];
        assert_eq!(faulty(&named, 2), "inputs with errors: a.jsonl (2), b.gz (1)");
        assert_eq!(faulty(&named, 5), "inputs with errors: a.jsonl (2), b.gz (1) and 3 more");
    }

    #[test]
    fn an_input_that_the_system_broke_off_is_not_finished() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("out");
        let facts = RunFacts::new(String::new(), Default::default());
        let journal = Ledger::new(JournalFile::create(&root, &facts, &[]).unwrap(), &[]);
        let lists = Lists { journal: Some(journal), ..Lists::default() };
        let output = Output::new(Destination::Folder(root.clone()));
        let mut sink = Sink::new(output, lists, true);
        let same = Stamp::File { bytes: 1, modified: (2, 3) };
        let io = Error::io("b", std::io::Error::from_raw_os_error(5));
        let reason = || "is damaged".into();
        let bad = |name: &str| Error::BadInput { path: name.into(), reason: reason() };
        for (name, error) in [("a", None), ("b", Some(io)), ("c", Some(bad("c")))] {
            let path = Path::new(name).into();
            let source = Arc::new(Source { path, relative: name.into(), format: None });
            let (stamp, format, compression) = (same.clone(), Format::Text, Compression::None);
            let begin = Item::Begin { source, stamp, format, compression };
            let problem = error.map(Item::Problem);
            let end = Item::End { n_passed_over: 0, is_broken_off: false };
            for item in [Some(begin), problem, Some(end)].into_iter().flatten() {
                sink.take(Done::Other(item)).unwrap();
            }
        }
        let total = sink.finish().unwrap();
        assert_eq!(total.errors, 2);
        let journal = Journal::read(&root).unwrap().unwrap();
        let stamps: Vec<_> = journal.finished.iter().map(|file| file.stamp.clone()).collect();
        assert_eq!(stamps, [same.clone(), Stamp::Unsure, same]);
        let errors: Vec<_> = journal.finished.iter().map(|file| file.counts.errors).collect();
        assert_eq!((errors, journal.is_ended), (vec![0, 1, 1], true));
    }
}
