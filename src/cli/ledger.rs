//! What is written beside the output while it is written: receipts, lines kept although unsure, and the
//! journal of a run into a folder, which never says more than what lies on the disk.

use super::report_file::RunReportFile;
use crate::Result;
use crate::output::{Finished, FolderLock, JournalFile, ListFile, ReceiptsFile, Summary};

/// Compressed lists are sealed after the first input at whose end so many bytes of them have come …
const SEAL_BYTES: u64 = 2 << 20;
/// … or so many of input: what a run that was killed has to do again. Both depend on nothing but what
/// is read, and so do the bytes of the lists.
const SEAL_INPUT_BYTES: u64 = 32 << 20;

/// Files beside the output, where they are wanted.
#[derive(Debug, Default)]
pub struct Lists {
    /// What is removed.
    pub receipts: Option<ReceiptsFile>,
    /// What is kept although unsure.
    pub unsure: Option<ListFile>,
    /// What is finished.
    pub journal: Option<Ledger>,
    /// The report on the run.
    pub report: Option<RunReportFile>,
    /// Held while all of this is written.
    pub _lock: Option<FolderLock>,
}

/// The journal, and what is finished but not yet in it.
#[derive(Debug)]
pub struct Ledger {
    journal: JournalFile,
    pending: Vec<Finished>,
    /// Bytes of input since the last seal.
    n_bytes: u64,
    /// How many inputs the runs before have finished, and the figures of them.
    pub before: (usize, Summary),
}

impl Ledger {
    /// Goes on with a journal in which `before` are written down.
    pub fn new(journal: JournalFile, before: &[Finished]) -> Self {
        let mut sum = Summary::default();
        before.iter().for_each(|file| sum += file.counts.clone());
        Ledger { journal, pending: Vec::new(), n_bytes: 0, before: (before.len(), sum) }
    }
}

impl Lists {
    fn all(&mut self) -> impl Iterator<Item = &mut ListFile> {
        self.receipts.as_mut().map(ReceiptsFile::list).into_iter().chain(&mut self.unsure)
    }

    /// Writes down that an input is finished, `n_bytes` of it; not before the lists hold what belongs
    /// to it.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if the lists or the journal cannot be written.
    pub fn finished(&mut self, file: Finished, n_bytes: u64) -> Result<()> {
        let Some(ledger) = &mut self.journal else { return Ok(()) };
        ledger.pending.push(file);
        ledger.n_bytes += n_bytes;
        let is_much = ledger.n_bytes >= SEAL_INPUT_BYTES;
        let n_unsealed: u64 = self.all().map(|list| list.n_unsealed()).sum();
        if is_much || n_unsealed >= SEAL_BYTES || self.all().all(|list| !list.is_compressed()) {
            self.seal()?;
        }
        Ok(())
    }

    /// Seals the lists and writes down what belongs to them.
    fn seal(&mut self) -> Result<()> {
        let ends = self.all().map(ListFile::seal).collect::<Result<Vec<u64>>>()?;
        let Some(ledger) = &mut self.journal else { return Ok(()) };
        ledger.n_bytes = 0;
        if let Some(last) = ledger.pending.last_mut() {
            last.lists = ends;
        }
        ledger.journal.finished(ledger.pending.drain(..))
    }

    /// Ends everything.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if the last bytes cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.seal()?;
        if let Some(ledger) = &mut self.journal {
            // Before the lists get their names: a name without this may be that of an older list.
            ledger.journal.end()?;
        }
        self.receipts.map_or(Ok(()), ReceiptsFile::commit)?;
        self.unsure.map_or(Ok(()), ListFile::commit)
    }
}
