//! The journal of a run into a folder: which inputs are finished, in a file of its own in that folder.
//! One line of JSON says what the run was made with, one each what has become of an input, the last one
//! that nothing is left to do. A run that was killed leaves all lines but perhaps the end of the last;
//! `super::ListFile` sees to it that receipts and journal agree.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::{OutputFile, Summary, push_json_line};
use crate::input::{Compression, Format, Source, read_source};
use crate::{Error, Result};

/// The name of the journal in an output folder. Hidden, so that the folder can be an input as it is.
pub const JOURNAL: &str = ".dechaff-journal.jsonl";

/// The form of the lines below; another one is not continued.
const FORM: u32 = 1;

/// What decides about the output of a run, beside its inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    journal: u32,
    /// The version of the program.
    pub dechaff: String,
    /// The digest of the model.
    pub model: String,
    /// Options by name, as they were meant.
    pub options: BTreeMap<String, String>,
}

impl RunFacts {
    /// Those of this version of the program.
    pub fn new(model: String, options: BTreeMap<String, String>) -> Self {
        RunFacts { journal: FORM, dechaff: env!("CARGO_PKG_VERSION").into(), model, options }
    }

    /// In words, the first thing in which another run differs; `None` where its output would be the
    /// same.
    pub fn difference(&self, now: &RunFacts) -> Option<String> {
        let differ = |what: &str, was: &str, is: &str| {
            (was != is).then(|| format!("{what} was {was}, and is {is} now"))
        };
        let none = String::from("not given");
        let of = |facts: &RunFacts, name| facts.options.get(name).unwrap_or(&none).clone();
        let names = self.options.keys().chain(now.options.keys());
        differ("the form of the journal", &self.journal.to_string(), &now.journal.to_string())
            .or_else(|| differ("the version of dechaff", &self.dechaff, &now.dechaff))
            .or_else(|| {
                let short = |digest: &str| digest.chars().take(12).collect::<String>();
                differ("the model", &short(&self.model), &short(&now.model))
            })
            .or_else(|| {
                names.into_iter().find_map(|name| differ(name, &of(self, name), &of(now, name)))
            })
    }
}

/// By what an input is known to be still the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// A file that could be opened.
    File {
        /// Its size.
        bytes: u64,
        /// When it was last changed: seconds since 1970, and nanoseconds.
        modified: (u64, u32),
    },
    /// A file that could not.
    Unreadable,
    /// A stream, or a file of which not all was read because the system failed: never the same again.
    Unsure,
}

impl Stamp {
    /// That of a source as it is now.
    pub fn of(source: &Source) -> Stamp {
        match fs::metadata(&source.path) {
            // Not even opened: a pipe would wait for its writer.
            Ok(metadata) if !metadata.is_file() => return Stamp::Unsure,
            _ if *source.path == *Path::new("-") => return Stamp::Unsure,
            _ => {}
        }
        let Ok(metadata) = File::open(&source.path).and_then(|file| file.metadata()) else {
            return Stamp::Unreadable;
        };
        let modified = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        modified.map_or(Stamp::Unsure, |modified| Stamp::File {
            bytes: metadata.len(),
            modified: (modified.as_secs(), modified.subsec_nanos()),
        })
    }
}

/// What has become of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// The input as it was named.
    pub input: String,
    /// What it was like when it was opened.
    pub stamp: Stamp,
    /// Its output file below the folder; `None` where it could not be read at all.
    pub output: Option<String>,
    /// The size of that file.
    pub output_bytes: u64,
    /// The sizes of the receipts and of what else is gathered in one file, where they were sealed
    /// after this input; the inputs before it up to the last seal go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<u64>,
    /// The figures of its pages.
    pub counts: Summary,
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Run(RunFacts),
    File(Box<Finished>),
    End {},
}

/// A journal as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// What the run was made with.
    pub facts: RunFacts,
    /// What it finished, in its order.
    pub finished: Vec<Finished>,
    /// Whether it came to its end; then the lists have their names.
    pub is_ended: bool,
}

impl Journal {
    /// Reads the journal in an output folder; `None` where there is none, or none that was begun in
    /// earnest. A torn line ends it.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read, [`Error::BadInput`] if it is something else.
    pub fn read(folder: &Path) -> Result<Option<Journal>> {
        let path = folder.join(JOURNAL);
        match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Ok(metadata) if metadata.len() == 0 => return Ok(None),
            _ => {}
        }
        let source = Source {
            path: path.as_path().into(),
            relative: JOURNAL.into(),
            format: Some(Format::JsonLines),
        };
        let mut journal: Option<Journal> = None;
        for line in read_source(&source, Some(Format::JsonLines))? {
            let line = line?;
            let whole = line.bytes.last() == Some(&b'\n');
            let parsed = serde_json::from_slice(&line.bytes).ok().filter(|_| whole);
            match (parsed, &mut journal) {
                (Some(Line::Run(facts)), None) => {
                    let (finished, is_ended) = (Vec::new(), false);
                    journal = Some(Journal { facts, finished, is_ended });
                }
                (Some(Line::File(file)), Some(journal)) => {
                    journal.is_ended = false;
                    journal.finished.push(*file);
                }
                (Some(Line::End {}), Some(journal)) => journal.is_ended = true,
                // Torn before it said anything.
                (None, None) if !whole => return Ok(None),
                (_, None) => {
                    let reason = "is not a journal of this version of dechaff; without --resume, \
                                  the run begins anew";
                    return Err(Error::BadInput { path, reason: reason.into() });
                }
                (_, Some(_)) => break,
            }
        }
        Ok(journal)
    }
}

/// A journal that is being written.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
}

impl JournalFile {
    /// Starts the journal of an output folder, which is made if it is not there, with what is finished
    /// already. An older journal is replaced at once.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn create(folder: &Path, facts: &RunFacts, finished: &[Finished]) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
        let path = folder.join(JOURNAL);
        let mut whole = OutputFile::create(&path, Compression::None)?;
        let mut line = Vec::new();
        push_json_line(&mut line, &Line::Run(facts.clone()));
        whole.write(&line)?;
        for file in finished {
            line.clear();
            push_json_line(&mut line, &Line::File(Box::new(file.clone())));
            whole.write(&line)?;
        }
        whole.commit()?;
        let file = File::options().append(true).open(&path).map_err(|e| Error::io(&path, e))?;
        Ok(JournalFile { path, file: BufWriter::new(file), line })
    }

    /// Writes down inputs that are finished.
    ///
    /// # Errors
    /// [`Error::Io`] if that is not possible.
    pub fn finished(&mut self, files: impl IntoIterator<Item = Finished>) -> Result<()> {
        for file in files {
            self.push(&Line::File(Box::new(file)))?;
        }
        self.flush()
    }

    /// Writes down that nothing is left to do but to give the lists their names.
    ///
    /// # Errors
    /// [`Error::Io`] if that is not possible.
    pub fn end(&mut self) -> Result<()> {
        self.push(&Line::End {})?;
        self.flush()
    }

    fn push(&mut self, line: &Line) -> Result<()> {
        self.line.clear();
        push_json_line(&mut self.line, line);
        self.file.write_all(&self.line).map_err(|e| Error::io(&self.path, e))
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(|e| Error::io(&self.path, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(input: &str) -> Finished {
        Finished {
            input: input.into(),
            stamp: Stamp::File { bytes: 7, modified: (1, 2) },
            output: Some(input.into()),
            output_bytes: 5,
            lists: vec![3],
            counts: Summary { pages: 1, ..Summary::default() },
        }
    }

    #[test]
    fn a_journal_is_read_as_far_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("new/out");
        assert_eq!(Journal::read(&root).unwrap(), None);
        let facts = RunFacts::new("m".into(), BTreeMap::from([("--cut".into(), "yes".into())]));
        let mut file = JournalFile::create(&root, &facts, &[finished("a")]).unwrap();
        file.finished([finished("b"), finished("c")]).unwrap();
        let path = root.join(JOURNAL);
        let open = fs::read(&path).unwrap();
        file.end().unwrap();
        let names = |journal: &Journal| -> String {
            journal.finished.iter().map(|file| file.input.as_str()).collect()
        };
        let whole = Journal::read(&root).unwrap().unwrap();
        assert_eq!((names(&whole).as_str(), whole.is_ended), ("abc", true));
        assert_eq!((&whole.facts, &whole.finished[1]), (&facts, &finished("b")));
        // Torn at any byte, it holds the lines that are whole.
        for end in 0..open.len() {
            fs::write(&path, &open[..end]).unwrap();
            let n_lines = open[..end].iter().filter(|b| **b == b'\n').count();
            let got = Journal::read(&root).unwrap().map(|journal| names(&journal));
            let want = ["a", "ab", "abc"].map(|names| Some(names.to_owned()));
            let want = if n_lines == 0 { None } else { Some(String::new()) }
                .map(|none| want.get(n_lines.wrapping_sub(2)).cloned().flatten().unwrap_or(none));
            assert_eq!(got, want, "{end}");
        }
        fs::write(&path, "{\"text\": \"x\"}\n").unwrap();
        assert!(Journal::read(&root).unwrap_err().to_string().contains("is not a journal"));
    }

    #[test]
    fn what_differs_is_named() {
        let facts = |model: &str, cut: &str| {
            RunFacts::new(model.into(), BTreeMap::from([("--cut".into(), cut.into())]))
        };
        let was = facts("m", "yes");
        assert_eq!(was.difference(&facts("m", "yes")), None);
        let said = |now| was.difference(&now).unwrap();
        assert_eq!(said(facts("n", "no")), "the model was m, and is n now");
        assert_eq!(said(facts("m", "no")), "--cut was yes, and is no now");
        let bare = RunFacts::new("m".into(), BTreeMap::new());
        assert_eq!(said(bare), "--cut was yes, and is not given now");
    }

    #[test]
    fn a_stamp_tells_a_file_that_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let source = Source { path: path.as_path().into(), relative: "a.txt".into(), format: None };
        assert_eq!(Stamp::of(&source), Stamp::Unreadable);
        fs::write(&path, "one").unwrap();
        let one = Stamp::of(&source);
        assert!(matches!(one, Stamp::File { bytes: 3, .. }));
        assert_eq!(Stamp::of(&source), one);
        let later = File::options().append(true).open(&path).unwrap();
        later.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(9)).unwrap();
        assert_eq!(Stamp::of(&source), Stamp::File { bytes: 3, modified: (9, 0) });
        let stdin = Source { path: Path::new("-").into(), relative: "-".into(), format: None };
        assert_eq!(Stamp::of(&stdin), Stamp::Unsure);
    }
}
