//! 5. Verdicts become files: clean text, JSON Lines, scores, receipts.
//!
//! [`clean()`], [`emit()`], [`scores()`], [`receipts()`] and [`unsure()`] write one page into a buffer, so that they can run in
//! parallel; [`Output`] takes the buffers in order and puts them where the user wants them.
//! [`JournalFile`] and [`ListFile`] let a run that was killed be taken up again. [`restore()`] is the
//! way back; [`Flips`] and [`Preview`] are for looking before a run, [`RunReport`] after
//! it.

mod clean;
mod destination;
mod emit;
mod encoder;
mod file;
mod flips;
mod inline;
mod journal;
mod list_file;
mod literal;
mod lock;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod path_name;
mod preview;
mod receipts;
mod receipts_file;
mod receipts_reader;
mod removal;
mod report;
mod restore;
mod scores;
mod skeletons;
mod summary;
mod unfinished;
mod unsure;

pub use clean::{clean, clean_record, clean_text, kept_text};
pub use destination::{Destination, Output};
pub use emit::{Emit, emit};
pub use file::OutputFile;
pub use flips::{FlipGroup, FlipReport, Flips, Sample, Tally};
pub use journal::{Finished, JOURNAL, Journal, JournalFile, RunFacts, Stamp};
pub use list_file::{GrowingFile, ListFile};
pub use lock::FolderLock;
pub use markdown::markdown;
pub use path_name::name_of;
pub use preview::{Preview, Share};
pub use receipts::receipts;
pub use receipts_file::{Aside, ReceiptsFile};
pub use receipts_reader::{PageReceipts, ReceiptsReader};
pub use report::{PageNote, RunAbout, RunReport, Sampler};
pub use restore::{Restored, restore};
pub use scores::scores;
pub use skeletons::{SkeletonScratch, Skeletons};
pub use summary::Summary;
pub use unfinished::remove_unfinished;
pub use unsure::unsure;

use serde::Serialize;

/// Appends a value as JSON.
fn push_json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // A Vec takes every byte, and what is passed here has no keys but strings.
    serde_json::to_writer(out, value).expect("plain values can be written to memory");
}

/// Appends a value as a line of JSON.
fn push_json_line(out: &mut Vec<u8>, value: &impl Serialize) {
    push_json(out, value);
    out.push(b'\n');
}

/// A probability as it is written: four digits.
fn four_digits(probability: f32) -> f64 {
    (f64::from(probability) * 1e4).round() / 1e4
}

#[cfg(test)]
mod testing {
    //! Pages as they are read and made-up verdicts, so that writing is tested without a model.

    use std::path::Path;

    use crate::input::{Format, InputPage, RawPage};
    use crate::{LineVerdict, PageVerdict, Verdict, text::Kind};

    /// The first page of a file `f`.
    pub(crate) fn page(format: Format, bytes: impl Into<Vec<u8>>) -> InputPage {
        page_at(1, format, bytes)
    }

    /// The page of that number.
    pub(crate) fn page_at(line: u64, format: Format, bytes: impl Into<Vec<u8>>) -> InputPage {
        let (path, bytes) = (Path::new("f").into(), bytes.into());
        RawPage { path, line, format, about: Default::default(), bytes }
            .parse(Default::default())
            .unwrap()
    }

    /// One letter a line: `a`rticle, `u`nsure, `j`unk of kind `nav`, or `c`: kept with bytes 3..6 cut out.
    pub(crate) fn verdicts(letters: &str) -> PageVerdict {
        let line = |letter| LineVerdict {
            probability: match letter {
                'j' => 0.984375,
                'u' => 0.5,
                _ => 0.03125,
            },
            verdict: match letter {
                'j' => Verdict::Junk,
                'u' => Verdict::Unsure,
                _ => Verdict::Article,
            },
            cut: (letter == 'c').then_some(3..6).into_iter().collect(),
            kind: (letter == 'j').then_some(Kind::Nav),
        };
        PageVerdict { lines: letters.chars().map(line).collect(), ..PageVerdict::default() }
    }
}
