//! `dechaff filter`: pages in, their articles out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::args::{Inputs, ModelArgs, PageArgs, RunArgs, expectation};
use super::pages::{self, Buffers, Form, Job, Lists};
use super::say::say;
use crate::filter::Filter;
use crate::input::{Compression, Format, InputPage};
use crate::output::{Destination, Output, OutputFile, clean, receipts, unsure};
use crate::{Page, PageVerdict};

/// Write the article lines of pages, leave out the junk.
///
/// What is kept is kept byte for byte. Text gives text, JSON Lines give JSON Lines, parquet gives
/// parquet: their other fields and columns stay as they are, and a page that is junk throughout stays
/// with an empty text. WARC and WET give JSON Lines, {"id", "url", "text"} a page. A summary goes to
/// standard error. The exit code is 0 if all went well, 1 if something could not be read or
/// written, 2 if the command line makes no sense.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff filter page.txt
  cat pages.jsonl | dechaff filter > clean.jsonl
  dechaff filter crawl/ -o clean/ --removed removed.jsonl.gz
  dechaff filter pages.jsonl.gz -o clean.jsonl.zst --max-article-loss 0.002
  dechaff filter CC-MAIN-1.warc.wet.gz -o clean.jsonl.gz
  dechaff filter pages.parquet -o clean.parquet --text-field content
  dechaff filter crawl/ --dry-run")]
pub struct Args {
    #[command(flatten)]
    pages: PageArgs,
    /// File to write, or a folder that mirrors the input folder; standard output unless given. A file
    /// whose name ends in .gz or .zst is compressed.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write what is removed to this file: a line of JSON for each line or span, with page, place,
    /// probability and text.
    #[arg(long, value_name = "FILE")]
    removed: Option<PathBuf>,
    /// Write what is kept although the model is unsure of it to this file: a line of JSON for each
    /// line, with page, place, probability and text.
    #[arg(long, value_name = "FILE")]
    list_unsure: Option<PathBuf>,
    /// Count in the summary what kinds of junk were removed; takes a quarter more time. With --removed
    /// and --dry-run they are counted anyway.
    #[arg(long)]
    kinds: bool,
    /// Write nothing, print the summary.
    #[arg(long, conflicts_with_all = ["output", "removed", "list_unsure"])]
    dry_run: bool,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read, the output makes no sense or cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let (model, policy) = args.model.load()?;
    if !args.run.quiet || args.dry_run {
        expectation(&model, policy.threshold).into_iter().for_each(say);
    }
    let mut filter = Filter::new(model, args.pages.adjust(policy));
    if args.kinds || args.dry_run || args.removed.is_some() {
        filter = filter.with_kinds();
    }
    let inputs = args.pages.find();
    let n_skipped = inputs.n_skipped;
    let destination = if args.dry_run {
        Destination::Nowhere
    } else {
        Destination::new(args.output.as_deref(), !inputs.folders.is_empty())
    };
    let mut lists = Vec::new();
    lists.extend(args.removed.as_deref().map(|path| ("--removed", path)));
    lists.extend(args.list_unsure.as_deref().map(|path| ("--list-unsure", path)));
    destination.check(&inputs.folders, &inputs.sources, &lists)?;
    check_formats(&destination, &inputs)?;
    let create = |path: &Option<PathBuf>| -> crate::Result<Option<OutputFile>> {
        let Some(path) = path.as_deref().filter(|_| !inputs.sources.is_empty()) else {
            return Ok(None);
        };
        OutputFile::create(path, Compression::from_name(path)).map(Some)
    };
    let lists = Lists { receipts: create(&args.removed)?, unsure: create(&args.list_unsure)? };
    let is_written = !args.dry_run;
    let (is_receipted, is_listed) = (lists.receipts.is_some(), lists.unsure.is_some());
    let write =
        |page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, buffers: &mut Buffers| {
            if is_written {
                clean(page, lines, verdict, &mut buffers.output);
            }
            if is_receipted {
                receipts(page, lines, verdict, &mut buffers.receipts);
            }
            if is_listed {
                unsure(page, lines, verdict, &mut buffers.unsure);
            }
        };
    let text_field = args.pages.text_field.as_deref();
    let is_one_stream = matches!(destination, Destination::Stdout | Destination::File(_));
    let job = Job { filter: &filter, text_field, is_one_stream, write: &write };
    let output = Output::new(destination);
    #[cfg(feature = "parquet")]
    let output = output.with_parquet(text_field);
    let summary = pages::run(inputs, &job, output, lists, &args.run)?;
    if !args.run.quiet || args.dry_run {
        pages::report(&summary, n_skipped).into_iter().for_each(say);
    }
    Ok(if summary.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Text, JSON Lines and parquet cannot go into one stream, and parquet needs a file of its own.
fn check_formats(destination: &Destination, inputs: &Inputs) -> Result<()> {
    let known = || inputs.sources.iter().filter_map(|s| Some((s, Form::of(s.format?))));
    let (Destination::Stdout | Destination::File(_)) = destination else { return Ok(()) };
    let Some((first, form)) = known().next() else { return Ok(()) };
    let (first, name) = (first.path.display(), form.name());
    if let Some((other, other_form)) = known().find(|(_, f)| *f != form) {
        bail!(
            "{first} is {name} and {} is {}: give a folder with -o, or filter them apart",
            other.path.display(),
            other_form.name()
        );
    }
    if form == Form::Parquet && *destination == Destination::Stdout {
        bail!("{first} is parquet, which cannot go to standard output: give a file with -o");
    }
    if form == Form::Parquet && known().count() > 1 {
        bail!("several parquet files cannot go into one file: give a folder with -o");
    }
    let is_parquet = |path: &Path| Format::from_name(path) == Some(Format::Parquet);
    if let Destination::File(path) = destination
        && is_parquet(path)
        && form != Form::Parquet
    {
        bail!("--output {}: {first} is {name}, which does not become parquet", path.display());
    }
    Ok(())
}
