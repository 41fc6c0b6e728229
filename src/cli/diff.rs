//! `dechaff diff`: lines that one model keeps and another one removes.

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::args::{PageArgs, Policies, RunArgs};
use super::ledger::Lists;
use super::pages::{self, Buffers, Job};
use super::say::{count, say};
use super::sites::Sites;
use super::usage::refuse;
use crate::filter::{Filter, Scratch};
use crate::input::InputPage;
use crate::model::Point;
use crate::output::{Destination, Flips, Output};
use crate::text::visible::{start, visible};
use crate::{Model, Page, PageVerdict};

/// Show lines whose verdict differs between two models.
///
/// A line counts where one model removes it and the other keeps it, each at its own threshold. Lines
/// are grouped by their skeleton (文 stands for Han characters, A for letters, 0 for digits, marks for
/// themselves) and by direction; the groups with most characters come first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff diff --model new.dechaff pages.jsonl
  dechaff diff --model old.dechaff --model new.dechaff crawl/ --top 50
  dechaff diff --model new.dechaff crawl/ --json | jq .groups[0]")]
pub struct Args {
    /// The model files, A and B; B is the model inside the program unless given.
    #[arg(short, long = "model", value_name = "FILE", required = true)]
    models: Vec<PathBuf>,
    #[command(flatten)]
    pages: PageArgs,
    /// How many groups to list; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Write everything as one JSON object, with all groups.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    run: RunArgs,
}

thread_local! {
    static SECOND: RefCell<(Scratch, PageVerdict)> = RefCell::default();
}

/// Runs the command.
///
/// # Errors
/// If a model cannot be read or the output fails.
pub fn run(args: &Args) -> Result<ExitCode> {
    let [a, b] = match args.models.as_slice() {
        [a] => [Model::load(a)?, Model::builtin()?],
        [a, b] => [Model::load(a)?, Model::load(b)?],
        more => refuse!("--model: two models can be compared, not {}", more.len()),
    };
    let filter = |model: Model| -> Result<Filter> {
        let policies = Policies {
            text: model.policy_at(Point::Default)?,
            html: model.html_policy_at(Point::Default)?,
        };
        Ok(args.pages.adjust(policies).filter(model))
    };
    let [a, b] = [filter(a)?, filter(b)?];
    let flips = Mutex::new(Flips::default());
    let write = |page: &InputPage, lines: &Page<'_>, of_a: &PageVerdict, _: &mut Buffers| {
        SECOND.with_borrow_mut(|(scratch, of_b)| {
            match page.document() {
                Some(document) => b.judge_document_into(document, None, scratch, of_b),
                None => b.judge_into(lines, scratch, of_b),
            }
            // A thread that failed has added nothing or all of a page.
            let mut flips = flips.lock().unwrap_or_else(PoisonError::into_inner);
            flips.add(page, lines, of_a, of_b);
        });
    };
    let records = args.pages.records();
    let (filter, sites) = (&a, &Sites::default());
    let job = Job { filter, sites, records, is_one_stream: false, pieces: None, write: &write };
    let output = Output::new(Destination::Nowhere);
    let summary = pages::run(args.pages.find(), &job, output, Lists::default(), &args.run)?;
    let flips = flips.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.json {
        serde_json::to_writer_pretty(&mut out, &flips.report()).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &flips, args.top)?;
    }
    out.flush()?;
    if summary.errors > 0 && !args.run.quiet {
        say(format_args!("{} told above", count(summary.errors, "error")));
    }
    Ok(if summary.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_text(out: &mut impl Write, flips: &Flips, top: usize) -> std::io::Result<()> {
    let report = flips.report();
    writeln!(
        out,
        "{} of {} differ, in {} of {}: A removes and B keeps {} ({}), B removes and A keeps {} ({})",
        count(report.only_a.lines + report.only_b.lines, "line"),
        report.lines,
        count(report.pages_that_differ, "page"),
        report.pages,
        report.only_a.lines,
        count(report.only_a.characters, "character"),
        report.only_b.lines,
        count(report.only_b.characters, "character"),
    )?;
    let shown = if top == 0 { report.groups.len() } else { top };
    for group in report.groups.iter().take(shown) {
        writeln!(
            out,
            "\n{}   only {} removes {}, {}",
            visible(&group.skeleton),
            group.removed_by,
            count(group.lines, "line"),
            count(group.characters, "character")
        )?;
        for sample in &group.samples {
            let place = format!("{}:{}", visible(&sample.page), sample.n);
            writeln!(out, "    {place}: {}", start(&sample.text, 80))?;
        }
    }
    let more = report.groups.len().saturating_sub(shown);
    if more > 0 {
        writeln!(out, "\n{} not shown (--top 0 shows all)", count(more as u64, "more group"))?;
    }
    Ok(())
}
