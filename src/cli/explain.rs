//! `dechaff explain`: the parts of each line's score, which add up to it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::args::{ModelArgs, PageArgs};
use super::each_page::each_page;
use super::say::say;
use super::sites::SiteArgs;
use crate::features::glossary::{GLOSSARY, in_words};
use crate::filter::Scratch;
use crate::model::{Explanation, GramPart};
use crate::text::visible::{start, visible};
use crate::{LineVerdict, Verdict, text::Kind};

/// Show why lines have their probability, part by part.
///
/// For each line: what its n-grams of characters (as they stand in the line; ^ and $ are its ends), its
/// form and its words add to the line model's margin; what each column of the page model adds to the
/// log odds, with the column's value and what it says; what length and calibration make of them. The
/// parts add up. What is above 0 speaks for junk. Values are as the model takes them, a number n as
/// ln(1 + n); a belief is the log odds that the pass before left.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff explain page.txt --line 12
  dechaff explain pages.jsonl --page 4711 --top 20
  dechaff explain --columns
  dechaff explain page.txt --json | jq 'select(.verdict == \"junk\").page_model.parts[0].name'")]
pub struct Args {
    #[command(flatten)]
    pages: PageArgs,
    /// Only the page of this id.
    #[arg(long, value_name = "ID")]
    page: Option<String>,
    /// Only the line of this number, counted from 1, blank lines included.
    #[arg(long, value_name = "N")]
    line: Option<u32>,
    /// How many parts of each sum to list; the others are added up.
    #[arg(long, value_name = "K", default_value_t = 8)]
    top: usize,
    /// Write one JSON object a line, with all parts.
    #[arg(long)]
    json: bool,
    /// List every column with its unit and what it says, in English and Chinese, instead.
    #[arg(long, exclusive = true)]
    columns: bool,
    #[command(flatten)]
    sites: SiteArgs,
    #[command(flatten)]
    model: ModelArgs,
}

#[derive(Serialize)]
struct Explained<'a> {
    page: &'a str,
    n: u32,
    text: &'a str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    p: f32,
    line_model: &'a crate::model::LineParts,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_model: Option<&'a crate::model::PageParts>,
    calibration: crate::model::CalibrationParts,
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read or the output fails.
pub fn run(args: &Args) -> Result<ExitCode> {
    if args.columns {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for column in GLOSSARY {
            let unit = column.unit.name();
            writeln!(out, "{:<23}{unit:<11}{:<53}{}", column.name, column.en, column.zh)?;
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let (model, policies) = args.model.load()?;
    let filter = args.pages.adjust(policies).filter(model).with_kinds();
    let filter = filter.with_sites(args.sites.load()?);
    let sites = args.sites.sites();
    let mut scratch = Scratch::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut n_lines = 0u64;
    let n_errors = each_page(&args.pages, args.page.as_deref(), |page| {
        if page.document().is_some() {
            say(format_args!("{}: a page of HTML is explained by its text alone", page.id));
        }
        let lines = page.lines().of_site(sites.of(&page, &filter));
        let is_wanted = |n: u32| args.line.is_none_or(|line| line == n);
        let verdict = filter.judge(&lines, &mut scratch);
        let explained = filter.explain(&lines, &mut scratch, |line| is_wanted(line.number));
        let judged = lines.lines.iter().zip(&verdict.lines);
        let judged = judged.filter(|(line, _)| is_wanted(line.number));
        for ((line, v), explanation) in judged.zip(&explained) {
            n_lines += 1;
            if args.json {
                let explained = Explained {
                    page: &page.id,
                    n: line.number,
                    text: line.text,
                    verdict: v.verdict,
                    kind: v.kind,
                    p: v.probability,
                    line_model: &explanation.line,
                    page_model: explanation.page.as_ref(),
                    calibration: explanation.calibration,
                };
                serde_json::to_writer(&mut out, &explained).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                let place = format!("{}:{}", visible(&page.id), line.number);
                write_line(&mut out, &place, line.text, v, explanation, args.top)?;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    if let (Some(line), 0, 0) = (args.line, n_lines, n_errors) {
        anyhow::bail!("line {line} is blank or not there");
    }
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_line(
    out: &mut impl Write,
    place: &str,
    text: &str,
    v: &LineVerdict,
    e: &Explanation,
    top: usize,
) -> std::io::Result<()> {
    let verdict = match v.verdict {
        Verdict::Article => "article",
        Verdict::Unsure => "unsure, kept",
        Verdict::Junk => "junk",
    };
    let kind = v.kind.map_or(String::new(), |kind| format!(" ({})", kind.name()));
    writeln!(out, "{place}: {verdict}{kind}, probability of junk {:.4}", v.probability)?;
    writeln!(out, "    {}", start(text, 200))?;
    let line = &e.line;
    writeln!(out, "  line model{:>38.3}", line.margin)?;
    row(out, "bias", line.bias)?;
    grams(out, "n-grams of characters", &line.grams, top)?;
    row(out, &format!("form {}", visible(&line.skeleton)), line.form)?;
    if line.words_asked {
        row(out, "bias of words", line.words_bias)?;
        grams(out, "words", &line.word_grams, top)?;
    }
    if let Some(page) = &e.page {
        writeln!(out, "  page model, band {}{:>32.3}", page.band + 1, page.log_odds)?;
        row(out, "bias", page.bias)?;
        for part in page.parts.iter().take(top) {
            let values: Vec<_> = part.values.iter().map(|x| format!("{x:.2}")).collect();
            let says = in_words(&part.name, |meaning| meaning.en);
            told(out, &format!("{} = {}", part.name, values.join(", ")), part.adds, &says)?;
        }
        let rest = page.parts.get(top..).unwrap_or_default();
        others(out, "columns", rest.len(), rest.iter().map(|part| part.adds))?;
    }
    let c = e.calibration;
    writeln!(out, "  calibration{:>37.3}", c.logit)?;
    row(out, "cost of length", c.length_cost)?;
    let odds = e.page.as_ref().map_or(line.margin, |page| page.log_odds) + c.length_cost;
    let all = format!("{:.3} × {odds:.3} + {:.3}", c.slope, c.offset);
    row(out, &all, c.logit - c.repeats)?;
    if c.repeats > 0.0 {
        row(out, "on other pages of the site", c.repeats)?;
    }
    writeln!(out, "    1 / (1 + e^{:.3}) = {:.4}\n", -c.logit, e.probability)
}

fn grams(out: &mut impl Write, what: &str, parts: &[GramPart], top: usize) -> std::io::Result<()> {
    for part in parts.iter().take(top) {
        let times = if part.times > 1 { format!(" × {}", part.times) } else { String::new() };
        row(out, &format!("\"{}\"{times}", visible(&part.text)), part.adds)?;
    }
    let rest = parts.get(top..).unwrap_or_default();
    others(out, what, rest.len(), rest.iter().map(|part| part.adds))
}

fn others(
    out: &mut impl Write,
    what: &str,
    n: usize,
    adds: impl Iterator<Item = f32>,
) -> std::io::Result<()> {
    if n == 0 {
        return Ok(());
    }
    row(out, &format!("{n} other {what}"), adds.map(f64::from).sum::<f64>() as f32)
}

/// A part whose name says it all, and what it adds.
fn row(out: &mut impl Write, name: &str, adds: f32) -> std::io::Result<()> {
    told(out, name, adds, "")
}

/// A part, what it adds and what it says, in line on a terminal: Han characters take two cells.
fn told(out: &mut impl Write, name: &str, adds: f32, says: &str) -> std::io::Result<()> {
    let width: usize = name.chars().map(cells).sum();
    let gap = " ".repeat(36usize.saturating_sub(width).max(1));
    let line = format!("    {name}{gap}{adds:>+8.3}  {says}");
    writeln!(out, "{}", line.trim_end())
}

fn cells(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x3fffd => 2,
        _ => 1,
    }
}
