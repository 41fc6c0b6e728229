//! `dechaff filter`: pages in, their articles out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use super::args::{Inputs, ModelArgs, PageArgs, RunArgs, expectation};
use super::pages::{self, Buffers, Form, Job, Lists};
use super::preview::write_preview;
use super::say::say;
use crate::input::{Compression, Format, InputPage, RecordOptions};
use crate::output::{
    Destination, Emit, Output, OutputFile, Preview, ReceiptsFile, clean, emit, receipts, unsure,
};
use crate::{Page, PageVerdict};

/// Write the article lines of pages, leave out the junk.
///
/// What is kept is kept byte for byte. Text gives text, HTML its text, JSON Lines give JSON Lines and
/// parquet gives parquet: their other fields and columns stay as they are, and a page that is junk
/// throughout stays with an empty text. WARC and WET give JSON Lines, {"id", "url", "text"} a page, with
/// title, author, date and language where a page of HTML says them. A summary goes to standard error.
/// The exit code is 0 if all went well, 1 if something could not be read or written, 2 if the command
/// line makes no sense.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff filter page.txt
  cat pages.jsonl | dechaff filter > clean.jsonl
  dechaff filter crawl/ -o clean/ --removed removed.jsonl.gz
  dechaff filter pages.jsonl.gz -o clean.jsonl.zst --max-article-loss 0.002
  dechaff filter CC-MAIN-1.warc.gz -o clean.jsonl.gz
  dechaff filter pages.parquet -o clean.parquet --text-field content
  dechaff filter crawl/ --dry-run | less
  dechaff filter documents/ -o attributes/dechaff/ --emit dolma
  dechaff filter crawl/ --emit fasttext -o labelled.txt")]
pub struct Args {
    #[command(flatten)]
    pages: PageArgs,
    /// File to write, or a folder that mirrors the input folder; standard output unless given. A file
    /// whose name ends in .gz or .zst is compressed.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// What to write, if not the kept part of the input in its own form.
    #[arg(long, value_enum, value_name = "FORM")]
    emit: Option<EmitArg>,
    /// Write what is removed to this file: a line of JSON for each line or span, with page, place,
    /// probability and text. `dechaff restore` puts it back.
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
    /// Write nothing, print what would go: by kind, by site where pages carry `site` or `url`, with
    /// samples.
    #[arg(long, conflicts_with_all = ["output", "removed", "list_unsure", "emit"])]
    dry_run: bool,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// The forms of `--emit`.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum EmitArg {
    /// The kept text of all pages, parted by blank lines.
    Text,
    /// Pages of HTML as Markdown: headings, lists, tables, emphasis, code, quotes and links of what is
    /// kept; in JSON Lines as `text`. Other pages have no marks to keep and come out as without --emit.
    Markdown,
    /// JSON Lines; a page that was text becomes {"id", "text"}.
    Jsonl,
    /// What `dechaff score` writes.
    Scores,
    /// {"id", "attributes": {"dechaff": [[start, end, p], ...]}}: what would be removed, in characters
    /// of the page's text, as `dolma mix` reads it.
    Dolma,
    /// Every line as `__label__article text` or `__label__junk text`.
    Fasttext,
}

impl From<EmitArg> for Emit {
    fn from(arg: EmitArg) -> Emit {
        match arg {
            EmitArg::Text => Emit::Text,
            EmitArg::Markdown => Emit::Markdown,
            EmitArg::Jsonl => Emit::Jsonl,
            EmitArg::Scores => Emit::Scores,
            EmitArg::Dolma => Emit::Dolma,
            EmitArg::Fasttext => Emit::Fasttext,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read, the output makes no sense or cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let (model, policies) = args.model.load()?;
    if !args.run.quiet || args.dry_run {
        expectation(&model, policies.text.threshold).into_iter().for_each(say);
    }
    let mut filter = args.pages.adjust(policies).filter(model);
    let form = args.emit.map(Emit::from);
    if args.kinds || args.dry_run || args.removed.is_some() || form == Some(Emit::Scores) {
        filter = filter.with_kinds();
    }
    if args.removed.is_some() {
        filter = filter.with_parts();
    }
    let mut inputs = args.pages.find();
    let n_skipped = inputs.n_skipped;
    let destination = if args.dry_run {
        Destination::Nowhere
    } else {
        Destination::new(args.output.as_deref(), !inputs.folders.is_empty())
    };
    if let Some(form) = form {
        for source in &mut inputs.sources {
            if form != Emit::Markdown || source.format == Some(Format::Html) {
                source.relative = renamed(&source.relative, form);
            }
        }
    }
    let mut lists = Vec::new();
    lists.extend(args.removed.as_deref().map(|path| ("--removed", path)));
    lists.extend(args.list_unsure.as_deref().map(|path| ("--list-unsure", path)));
    destination.check(&inputs.folders, &inputs.sources, &lists)?;
    // Forms in which text stays text and JSON Lines stay JSON Lines.
    let is_own_form = matches!(form, None | Some(Emit::Markdown));
    if is_own_form {
        check_formats(&destination, &inputs)?;
    }
    let create = |path: &Option<PathBuf>| -> crate::Result<Option<OutputFile>> {
        let Some(path) = path.as_deref().filter(|_| !inputs.sources.is_empty()) else {
            return Ok(None);
        };
        OutputFile::create(path, Compression::from_name(path)).map(Some)
    };
    let is_folder = matches!(destination, Destination::Folder(_));
    let lists = Lists {
        receipts: create(&args.removed)?.map(|file| ReceiptsFile::new(file, is_folder)),
        unsure: create(&args.list_unsure)?,
    };
    let is_written = !args.dry_run;
    let preview = Mutex::new(Preview::default());
    let (is_receipted, is_listed) = (lists.receipts.is_some(), lists.unsure.is_some());
    let write =
        |page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, buffers: &mut Buffers| {
            match form {
                Some(form) => emit(form, page, lines, verdict, &mut buffers.output),
                None if is_written => clean(page, lines, verdict, &mut buffers.output),
                // A thread that failed has added nothing or all of a page.
                None => {
                    preview.lock().unwrap_or_else(PoisonError::into_inner).add(page, lines, verdict)
                }
            }
            if is_receipted {
                receipts(page, lines, verdict, &mut buffers.receipts);
            }
            if is_listed {
                unsure(page, lines, verdict, &mut buffers.unsure);
            }
        };
    let records =
        RecordOptions { keep_marks: form == Some(Emit::Markdown), ..args.pages.records() };
    let is_one_stream =
        is_own_form && matches!(destination, Destination::Stdout | Destination::File(_));
    let output = Output::new(destination);
    let output = if form == Some(Emit::Text) { output.with_blank_lines() } else { output };
    #[cfg(feature = "parquet")]
    let output = if is_own_form { output.with_parquet(records.text_field) } else { output };
    let job = Job { filter: &filter, records, is_one_stream, write: &write };
    let summary = pages::run(inputs, &job, output, lists, &args.run)?;
    if args.dry_run {
        let preview = preview.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write_preview(&mut out, &preview)?;
        out.flush()?;
    }
    if !args.run.quiet || args.dry_run {
        pages::report(&summary, n_skipped).into_iter().for_each(say);
    }
    Ok(if summary.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The name of the file in a folder for what is emitted: with the ending of its form.
fn renamed(relative: &Path, form: Emit) -> PathBuf {
    let name = relative.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let compressed = [".gz", ".zst"].into_iter().find(|ending| lower.ends_with(ending));
    let stem_end = name.len() - compressed.map_or(0, str::len);
    let (stem, compression) = name.split_at_checked(stem_end).unwrap_or((&name, ""));
    let (ending, own) = match form {
        Emit::Markdown => ("md", &["md", "jsonl"][..]),
        form if form.is_json() => ("jsonl", &["jsonl", "ndjson", "json", "jsonlines"][..]),
        _ => ("txt", &["txt"][..]),
    };
    let is_own = |e: &std::ffi::OsStr| own.iter().any(|own| e.eq_ignore_ascii_case(own));
    if relative == Path::new("-") || Path::new(stem).extension().is_none_or(is_own) {
        return relative.into();
    }
    // `x.warc.wet` is one ending.
    let stem = Path::new(stem);
    let is = |path: &Path, ending| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    let inner = stem.with_extension("");
    let stem = if is(stem, "wet") && is(&inner, "warc") { &inner } else { stem };
    let mut renamed = stem.with_extension(ending).into_os_string();
    renamed.push(compression);
    renamed.into()
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
