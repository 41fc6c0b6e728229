//! `dechaff score`: pages in, the probability and the verdict of every line out.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::args::{ModelArgs, PageArgs, RunArgs, expectation};
use super::closing::report;
use super::ledger::Lists;
use super::log::LogArgs;
use super::pages::{self, Buffers, Job};
use super::say::{is_json, say};
use super::sites::SiteArgs;
use super::usage::{refuse, senseless};
use crate::input::InputPage;
use crate::output::{Destination, Output, scores};
use crate::{Page, PageVerdict};

/// Print the probability of junk and the verdict for every line.
///
/// One JSON object a page: {"id", "verdict", "lines": [{"n", "text", "p", "verdict", "kind", "cut"}]}.
/// `n` is the 1-based number of the line, blank lines left out; `p` the probability of junk; `verdict`
/// article, unsure (kept) or junk, for the page that of its best line; `kind`, only for junk, what sort
/// of junk it is; `cut`, only where there is something to cut out of a kept line, a list of
/// [start, end) in characters. A page that the guard keeps whole has "guarded": true.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff score page.txt
  dechaff score crawl/ -o scores.jsonl.gz
  dechaff score pages.jsonl --no-cut --threshold 0.9 | head -1")]
pub struct Args {
    #[command(flatten)]
    pages: PageArgs,
    /// File to write; standard output unless given. A name that ends in .gz or .zst is compressed.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sites: SiteArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    log: LogArgs,
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read, the output makes no sense or cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    args.log.begin();
    let (model, policies) = args.model.load()?;
    if !args.run.quiet {
        let expected = expectation(&model, policies.text.threshold);
        expected.map(|told| args.sites.remarked(told)).into_iter().for_each(say);
    }
    let filter = args.pages.adjust(policies).filter(model).with_kinds();
    let filter = filter.with_sites(args.sites.load()?);
    let sites = args.sites.sites();
    let inputs = args.pages.find();
    let passed_over = inputs.passed_over.clone();
    let destination = Destination::new(args.output.as_deref(), false);
    if let Destination::Folder(path) = &destination {
        refuse!("--output {}: scores go into one file, not into a folder", path.display());
    }
    destination.check(&inputs.folders, &inputs.sources, &[]).map_err(senseless)?;
    let write =
        |page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, buffers: &mut Buffers| {
            scores(page, lines, verdict, &mut buffers.output);
        };
    let records = args.pages.records();
    let (filter, sites) = (&filter, &sites);
    let job = Job { filter, sites, records, is_one_stream: false, pieces: None, write: &write };
    let summary = pages::run(inputs, &job, Output::new(destination), Lists::default(), &args.run)?;
    if !args.run.quiet {
        sites.tell();
    }
    if !args.run.quiet && !is_json() {
        report(&summary, &passed_over).into_iter().for_each(say);
    }
    Ok(if summary.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
