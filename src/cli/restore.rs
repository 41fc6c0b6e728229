//! `dechaff restore`: what `filter` wrote and the receipts of what it removed go in, what it read comes
//! out.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::say::{count, say};
use super::usage::{refuse, senseless};
use crate::input::{Compression, Format, Source, discover, read_source};
use crate::output::{
    Destination, Output, PageReceipts, ReceiptsReader, Restored, name_of, restore,
};

/// Put the output of `filter` and its receipts back together.
///
/// What comes back is what `filter` read, byte for byte: text files, JSON Lines with `text` or `lines`,
/// plain or compressed, one file or a mirrored folder, with the blank and the unreadable lines of JSON
/// Lines. Where the input was in another encoding than UTF-8, or had faulty bytes, its decoded text
/// comes back, and this is said. Of HTML only the text comes back; WARC and WET come back as JSON
/// Lines; nothing can be put back into parquet. Every receipt is checked against the output: where they
/// do not belong together, page and line are named, that file is not written, and the exit code is 1.
/// So it is where receipts are missing: an output file of which the receipts say nothing, or whose
/// receipts do not come to their end, is named and passed on as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff filter crawl/ -o clean/ --removed removed.jsonl.gz
  dechaff restore clean/ --removed removed.jsonl.gz -o again/
  dechaff restore clean/a/page.txt --removed removed.jsonl.gz
  dechaff restore clean.jsonl --removed removed.jsonl -o again.jsonl")]
pub struct Args {
    /// What `filter` wrote: a file, a folder, or `-` for standard input.
    #[arg(value_name = "OUTPUT")]
    output: PathBuf,
    /// The receipts: what `filter --removed` wrote in the same run.
    #[arg(long, value_name = "RECEIPTS")]
    removed: PathBuf,
    /// File or folder to write; standard output unless given. A folder of outputs needs a folder.
    #[arg(short = 'o', long = "output", value_name = "FILE|FOLDER")]
    into: Option<PathBuf>,
    /// Print nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the command.
///
/// # Errors
/// Where the output or the receipts cannot be read, or the result cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let found = discover(&args.output)?;
    let folders = if found.is_folder { vec![args.output.clone()] } else { vec![] };
    let destination = Destination::new(args.into.as_deref(), found.is_folder);
    if found.is_folder && destination == Destination::Stdout {
        refuse!("{} is a folder: give a folder with -o", args.output.display());
    }
    destination
        .check(&folders, &found.sources, &[("--removed", &args.removed)])
        .map_err(senseless)?;
    if let Destination::Folder(root) = &destination
        && root.is_dir()
        && args.removed.starts_with(root)
    {
        refuse!("--removed {}: lies in the folder to be written", args.removed.display());
    }
    let mut work = Work {
        receipts: ReceiptsReader::open(&args.removed)?.peekable(),
        output: Output::new(destination),
        restored: Restored::default(),
        n_errors: 0,
        n_lacking: 0,
    };
    for error in &found.errors {
        work.complain(error);
    }
    let n_files = found.sources.len();
    if found.is_folder {
        work.folder(&args.output, found.sources)?;
    } else if let Some(source) = found.sources.into_iter().next() {
        work.single(&source, &args.removed)?;
    }
    work.output.finish()?;
    if work.n_lacking > MAX_NAMED {
        let files = count(work.n_lacking, "file");
        say(format_args!(
            "{files} without receipts, or not with all of them; the first are named above"
        ));
    }
    if !args.quiet {
        report(&work.restored, n_files).into_iter().for_each(say);
    }
    Ok(if work.n_errors == 0 && work.n_lacking == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Output files without all of their receipts that are named; the others are only counted.
const MAX_NAMED: u64 = 20;

struct Work {
    receipts: Peekable<ReceiptsReader>,
    output: Output,
    restored: Restored,
    n_errors: u64,
    n_lacking: u64,
}

impl Work {
    fn complain(&mut self, error: &crate::Error) {
        say(error);
        self.n_errors += 1;
    }

    /// Names a file of which more was removed, perhaps, than was put back.
    fn lacks(&mut self, source: &Source, what: &str) {
        self.n_lacking += 1;
        if self.n_lacking <= MAX_NAMED {
            say(format_args!("{}: {what}", source.path.display()));
        }
    }

    /// One file: all receipts are of it, or those that name it.
    fn single(&mut self, source: &Source, removed: &Path) -> Result<()> {
        let mut name: Option<String> = None;
        if matches!(self.receipts.peek(), Some(Ok(next)) if next.file.is_some()) {
            // Of the names that the path ends in, the longest: `a/b.txt` rather than `b.txt`.
            let mut ends = ends_of(&source.path);
            for page in ReceiptsReader::open(removed)? {
                let at = page?.file.and_then(|file| ends.iter().position(|end| *end == file));
                if let Some(at) = at {
                    name = ends.get(at).cloned();
                    ends.truncate(at);
                }
            }
            if name.is_none() {
                self.receipts.by_ref().for_each(drop);
            }
            while self.receipts.next_if(|next| is_of_other(next, name.as_deref())).is_some() {}
        }
        self.file(source, name.as_deref())
    }

    /// A folder: its files in the order of their receipts, then those without.
    fn folder(&mut self, root: &Path, sources: Vec<Source>) -> Result<()> {
        let named: BTreeMap<String, &Source> =
            sources.iter().map(|source| (name_of(&source.relative), source)).collect();
        let mut done = BTreeSet::new();
        loop {
            let name = match self.receipts.peek() {
                None => break,
                Some(Ok(next)) => next.file.clone(),
                Some(Err(_)) => {
                    self.receipts.next().transpose()?;
                    continue;
                }
            };
            let Some(name) = name else {
                bail!(
                    "these are the receipts of one output file, and {} is a folder",
                    root.display()
                );
            };
            // What was named itself, or came from standard input, may have a name that folders are not
            // searched for.
            let apart = Source {
                path: root.join(&name).into(),
                relative: PathBuf::from(&name),
                format: Format::from_name(Path::new(&name)),
            };
            // Nothing outside of the folder is read, and nothing is written outside of the other one.
            let is_inside = apart.relative.components().all(|c| matches!(c, Component::Normal(_)));
            let is_apart = || (is_inside && apart.path.is_file()).then_some(&apart);
            let source = named.get(&name).copied().or_else(is_apart);
            let outcome = match source {
                Some(source) if done.insert(name.clone()) => self.file(source, Some(&name)),
                Some(source) => Err(crate::Error::BadInput {
                    path: source.path.to_path_buf(),
                    reason: "has receipts of two runs".into(),
                }
                .into()),
                None => Err(crate::Error::BadInput {
                    path: root.join(&name),
                    reason: "there are receipts of it, but the file is not there".into(),
                }
                .into()),
            };
            if let Err(error) = outcome {
                self.forgive(error)?;
            }
            while self.receipts.next_if(|next| is_of_file(next, &name)).is_some() {}
        }
        for source in &sources {
            if !done.contains(&name_of(&source.relative))
                && let Err(error) = self.file(source, None)
            {
                self.forgive(error)?;
            }
        }
        Ok(())
    }

    /// One bad file does not stop the others; an output that cannot be written does.
    fn forgive(&mut self, error: anyhow::Error) -> Result<()> {
        self.output.give_up();
        match error.downcast::<crate::Error>()? {
            error @ crate::Error::Io { .. } => Err(error.into()),
            error => {
                self.complain(&error);
                Ok(())
            }
        }
    }

    fn file(&mut self, source: &Source, name: Option<&str>) -> Result<()> {
        // By what is in it, not by its name; a stream can be opened only once.
        let is_stream = *source.path == *Path::new("-") || !source.path.is_file();
        // What cannot be read says so in `restore`.
        let opened = if is_stream { None } else { read_source(source, None).ok() };
        let (format, compression) = opened.map_or((Format::Text, Compression::None), |opened| {
            (opened.format, opened.compression)
        });
        let output = &mut self.output;
        output.begin(source, format, compression)?;
        let mut write = |bytes: &[u8]| output.page(bytes);
        let restored = restore(source, name, &mut self.receipts, &mut write)?;
        self.output.end()?;
        if restored.unknown > 0 {
            self.lacks(source, "the receipts say nothing of it; it is passed on as it is");
        }
        if restored.unended > 0 {
            let what = "its receipts have no end: they were cut off, or are of an earlier version; \
                        what is missing there is not put back";
            self.lacks(source, what);
        }
        self.restored += restored;
        Ok(())
    }
}

/// What a path ends in, by name, the longest first.
fn ends_of(path: &Path) -> Vec<String> {
    let parts: Vec<_> = path.components().collect();
    let end = |from| name_of(&parts.iter().skip(from).collect::<PathBuf>());
    (0..parts.len()).map(end).collect()
}

fn is_of_file(next: &crate::Result<PageReceipts>, name: &str) -> bool {
    next.as_ref().is_ok_and(|next| next.file.as_deref() == Some(name))
}

fn is_of_other(next: &crate::Result<PageReceipts>, name: Option<&str>) -> bool {
    next.as_ref().is_ok_and(|next| next.file.as_deref() != name)
}

/// The figures in words, a line each.
fn report(restored: &Restored, n_files: usize) -> Vec<String> {
    let mut lines = vec![format!(
        "{}; {} put back into {}",
        count(n_files as u64, "file"),
        count(restored.receipts, "receipt"),
        count(restored.pages, "page")
    )];
    if restored.asides > 0 {
        lines.push(format!("{} that held no page, put back", count(restored.asides, "line")));
    }
    for (encoding, &pages) in &restored.encodings {
        let pages = count(pages, "page");
        lines.push(format!("{pages} had been in {encoding}: their text came back, in UTF-8"));
    }
    if restored.left_pages > 0 {
        let pages = count(restored.left_pages, "page");
        lines.push(format!("{pages} had been HTML in JSON: left as written, the HTML is gone"));
    }
    if restored.broken_off > 0 {
        let files = count(restored.broken_off, "file");
        lines.push(format!(
            "{files} had an input that was not read to its end: only what was read of it came back"
        ));
    }
    if restored.mended_pages > 0 {
        let pages = count(restored.mended_pages, "page");
        lines.push(format!("{pages} had faulty bytes: what came back has U+FFFD in their place"));
    }
    lines
}
