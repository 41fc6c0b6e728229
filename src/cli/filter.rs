//! `dechaff filter`: pages in, their articles out.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::{Error, Result, anyhow};

use super::args::{ModelArgs, PageArgs, RunArgs, expectation};
use super::closing;
use super::forms::{check_formats, renamed};
use super::log::LogArgs;
use super::pages::{self, Buffers, Job};
use super::prepare::{prepare, run_facts};
use super::preview::write_preview;
use super::report_file::{self, RunReportFile};
use super::say::{chain, count, is_broken_pipe, is_json, say};
use super::sites::SiteArgs;
use super::usage::senseless;
use crate::input::{Format, InputPage, RecordOptions};
use crate::output::{
    Destination, Emit, Output, Preview, RunAbout, RunReport, clean, emit, receipts, unsure,
};
use crate::text::Windows;
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
  dechaff filter crawl/ -o clean/ --removed removed.jsonl.gz --resume
  dechaff filter pages.jsonl.gz -o clean.jsonl.zst --max-article-loss 0.002
  dechaff filter CC-MAIN-1.warc.gz -o clean.jsonl.gz
  dechaff filter pages.parquet -o clean.parquet --text-field content
  dechaff filter crawl/ -o clean/ --site-profile crawl.sites   # after `dechaff profile crawl/`
  dechaff filter crawl/ --dry-run | less
  dechaff filter crawl/ -o clean/ --report report/   # look at report/index.html
  dechaff filter documents/ -o attributes/dechaff/ --emit dolma
  dechaff filter crawl/ --emit fasttext -o labelled.txt")]
pub struct Args {
    #[command(flatten)]
    pub(super) pages: PageArgs,
    /// File to write, or a folder that mirrors the input folder; standard output unless given. A file
    /// whose name ends in .gz or .zst is compressed.
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: Option<PathBuf>,
    /// What to write, if not the kept part of the input in its own form.
    #[arg(long, value_enum, value_name = "FORM")]
    pub(super) emit: Option<EmitArg>,
    /// Write what is removed to this file: a line of JSON for each line or span, with page, place,
    /// probability and text. `dechaff restore` puts it back.
    #[arg(long, value_name = "FILE")]
    pub(super) removed: Option<PathBuf>,
    /// Write what is kept although the model is unsure of it to this file: a line of JSON for each
    /// line, with page, place, probability and text.
    #[arg(long, value_name = "FILE")]
    pub(super) list_unsure: Option<PathBuf>,
    /// Count in the summary what kinds of junk were removed; takes a quarter more time. With --removed
    /// and --dry-run they are counted anyway.
    #[arg(long)]
    kinds: bool,
    /// Write nothing, print what would go: by kind, by site where pages carry `site` or `url`, with
    /// samples.
    #[arg(long, conflicts_with_all = ["output", "removed", "list_unsure", "emit"])]
    dry_run: bool,
    /// Go on with a run into the folder that was broken off: inputs that it finished and that have not
    /// changed since are not read again. The command has to be the same. Where there was no run, one
    /// begins.
    #[arg(long, requires = "output", conflicts_with = "dry_run")]
    pub(super) resume: bool,
    /// Also write a page for a browser, DIR/index.html: what was done, by kind, by site, with the lines
    /// that were closest to being kept and sample pages line by line; with --dry-run what would be done.
    /// One file that loads nothing from elsewhere, and stays small however large the run is. Not with
    /// --resume: it would show the second half of a run as the whole.
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    report: Option<PathBuf>,
    #[command(flatten)]
    pub(super) sites: SiteArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    log: LogArgs,
}

impl Args {
    /// A reader that has gone has what it wanted, and that is no error, but nobody else has: files that
    /// were asked for and are not written now are named.
    fn named_where_it_matters(&self, error: Error) -> Error {
        let wanted = [
            ("--removed", &self.removed),
            ("--list-unsure", &self.list_unsure),
            ("--report", &self.report),
        ];
        let wanted: Vec<String> = wanted
            .iter()
            .filter_map(|(option, path)| Some(format!("{option} {}", path.as_ref()?.display())))
            .collect();
        if wanted.is_empty() || !is_broken_pipe(&error) {
            return error;
        }
        let wanted = wanted.join(" and ");
        // In new words: what holds the broken pipe is taken for a good end.
        anyhow!("{}; the run ended there, without {wanted}", chain(&error))
    }
}

/// The forms of `--emit`.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum EmitArg {
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
    args.log.begin();
    let (model, policies) = args.model.load()?;
    if !args.run.quiet || args.dry_run {
        let expected = expectation(&model, policies.text.threshold);
        expected.map(|told| args.sites.remarked(told)).into_iter().for_each(say);
    }
    let about = RunAbout {
        model: args.model.name(),
        threshold: policies.text.threshold,
        html_threshold: policies.html.threshold,
        is_dry: args.dry_run,
        ..RunAbout::default()
    };
    let policies = args.pages.adjust(policies);
    let mut inputs = args.pages.find();
    let passed_over = inputs.passed_over.clone();
    let destination = if args.dry_run {
        Destination::Nowhere
    } else {
        Destination::new(args.output.as_deref(), !inputs.folders.is_empty())
    };
    let profile = args.sites.load()?;
    let facts = run_facts(args, &model, &policies, profile.as_ref(), &destination)?;
    let mut filter = policies.filter(model).with_sites(profile);
    let form = args.emit.map(Emit::from);
    let is_reported = args.report.is_some();
    if args.kinds
        || args.dry_run
        || is_reported
        || args.removed.is_some()
        || form == Some(Emit::Scores)
    {
        filter = filter.with_kinds();
    }
    if args.removed.is_some() {
        filter = filter.with_parts();
    }
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
    let report = args.report.as_deref().map(report_file::path);
    lists.extend(report.as_deref().map(|path| ("--report", path)));
    destination.check(&inputs.folders, &inputs.sources, &lists).map_err(senseless)?;
    // Forms in which text stays text and JSON Lines stay JSON Lines.
    let is_own_form = matches!(form, None | Some(Emit::Markdown));
    if is_own_form {
        check_formats(&destination, &inputs)?;
    }
    let is_one_stream =
        is_own_form && matches!(destination, Destination::Stdout | Destination::File(_));
    let is_text = |format| matches!(format, Some(Format::Text | Format::Html));
    let n_texts = inputs.sources.iter().filter(|source| is_text(source.format)).count();
    if is_one_stream && n_texts > 1 && args.removed.is_some() && !args.run.quiet {
        say("--removed: of several text files in one output nobody knows where they begin; \
             `restore` needs them in a folder (-o)");
    }
    let (mut lists, n_before) = prepare(args, facts, &destination, &mut inputs)?;
    let mut sampler = None;
    if let Some(folder) = args.report.as_deref().filter(|_| !inputs.sources.is_empty()) {
        let report = RunReport::new(RunAbout { passed_over: passed_over.clone(), ..about });
        sampler = Some(report.sampler());
        lists.report = Some(RunReportFile::create(folder, report)?);
    }
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
            buffers.note =
                sampler.as_ref().map(|sampler| Box::new(sampler.note(page, lines, verdict)));
            if is_receipted {
                receipts(page, lines, verdict, &mut buffers.receipts);
            }
            if is_listed {
                unsure(page, lines, verdict, &mut buffers.unsure);
            }
        };
    let records =
        RecordOptions { keep_marks: form == Some(Emit::Markdown), ..args.pages.records() };
    let output = Output::new(destination);
    let output = if form == Some(Emit::Text) { output.with_blank_lines() } else { output };
    #[cfg(feature = "parquet")]
    let output = if is_own_form { output.with_parquet(records.text_field) } else { output };
    let is_stream = !form.is_some_and(Emit::is_of_whole_pages);
    let pieces = is_stream.then(Windows::default);
    let (filter, sites) = (&filter, &args.sites.sites());
    let job = Job { filter, sites, records, is_one_stream, pieces, write: &write };
    let done = pages::run(inputs, &job, output, lists, &args.run);
    let summary = done.map_err(|error| args.named_where_it_matters(error))?;
    if args.dry_run {
        let preview = preview.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write_preview(&mut out, &preview)?;
        out.flush()?;
    }
    if !args.run.quiet || args.dry_run {
        sites.tell();
    }
    if (!args.run.quiet || args.dry_run) && !is_json() {
        closing::report(&summary, &passed_over).into_iter().for_each(say);
        if n_before > 0 {
            let inputs = count(n_before, "input");
            say(format_args!("these figures include {inputs} that the run before had finished"));
        }
    }
    Ok(if summary.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
