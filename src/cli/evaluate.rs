//! `dechaff evaluate`: labelled pages and a model go in, the figures of [`crate::evaluate`] come
//! out on standard output, as text or JSON; what could not be read is told on standard error.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::args::{ExtentArgs, ModelArgs, Policies, RunArgs, expectation};
use super::report_file;
use super::say::say;
use crate::evaluate::{Evaluation, HtmlOptions, Judged, OperatingMark, Options, ReportOptions};
use crate::filter::Scratch;
use crate::input::{LabelledPage, discover, page_digest, read_labelled};
use crate::model::{Dial, Model, Point};
use crate::sites::SiteProfile;
#[cfg(feature = "training")]
use crate::train::robustness::{self, Robustness};

/// Of each sort, errors that the page for a browser shows unless more are asked for.
const REPORTED_ERRORS: usize = 20;

/// Measure a model on labelled pages.
///
/// Precision, recall and F1 of both classes, characters lost and kept, area under the
/// precision-recall curve and calibration: by set with 95 % intervals, by kind of junk, length,
/// language and site. Lines labelled `either` are not scored. Of pages of HTML with gold text it is not
/// known what is junk inside a line: what is cut out of an article line counts as lost.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff evaluate gold.jsonl.gz
  dechaff evaluate gold/*.jsonl -m mine.dechaff --sites --errors 20
  dechaff evaluate gold.jsonl --report report/     # look at report/index.html
  dechaff evaluate gold.jsonl --obfuscate --careful
  dechaff evaluate gold.jsonl --cut     # gold with `spans`: how much of them is cut out of lines
  dechaff evaluate gold.jsonl --site-profile gold.sites   # after `dechaff profile gold.jsonl`
  dechaff evaluate gold.jsonl --max-article-loss 0.002 --json > figures.json")]
pub struct Args {
    /// Labelled pages, JSON Lines (also .gz), or folders of them; each file is a set of its own.
    #[arg(required = true, value_name = "GOLD")]
    gold: Vec<PathBuf>,
    /// Write everything as one JSON object; what is undefined is null.
    #[arg(long)]
    json: bool,
    /// Also write a page for a browser, DIR/index.html: figures, curves with the operating points, and
    /// the heaviest errors among the lines around them. One file that loads nothing from elsewhere.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// List the N article lines and N junk lines that the model was most sure of and wrong about.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// List the N sites with most wrong lines, 10 unless told. (JSON always has all sites.)
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "10")]
    sites: Option<usize>,
    /// Seed of the draws behind the intervals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Draws behind the intervals; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: u32,
    /// Also measure with the junk lines in each of the disguises that spammers use: full width, signs
    /// inside words, look-alikes, zero-width characters, Traditional characters, readings in brackets;
    /// and with pages garbled or converted, for what that costs of their article. Pages of text only.
    #[cfg(feature = "training")]
    #[arg(long)]
    obfuscate: bool,
    /// Judge with what `dechaff profile` wrote of the pages' sites, as `filter` does with it.
    #[arg(long, value_name = "FILE")]
    site_profile: Option<PathBuf>,
    #[command(flatten)]
    extent: ExtentArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Everything that was asked for. The order of the fields is that of the JSON.
#[derive(Debug, serde::Serialize)]
struct Measured {
    #[serde(flatten)]
    evaluation: Evaluation,
    /// The digest of the site profile that pages were judged with.
    #[serde(skip_serializing_if = "Option::is_none")]
    site_profile: Option<String>,
    #[cfg(feature = "training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    obfuscated: Option<Robustness>,
}

/// Runs the command. Bad pages are told and left out, and make the exit code 1.
///
/// # Errors
///
/// Where a file or the model cannot be read, there is nothing to measure, or the output fails.
pub fn run(args: &Args) -> Result<ExitCode> {
    let (model, policies) = args.model.load()?;
    let policies = args.extent.adjust(policies);
    let (pages, bad) = read_gold(&args.gold)?;
    if pages.is_empty() {
        bail!("no labelled pages to measure on");
    }
    let report = match &args.report {
        Some(folder) => {
            let shown = HtmlOptions {
                model: args.model.name(),
                marks: marks(&model, policies),
                errors: args.errors.max(REPORTED_ERRORS),
            };
            Some((report_file::create(folder)?, shown))
        }
        None => None,
    };
    let trained_on = pages.iter().filter(|page| model.was_trained_on(page_digest(page))).count();
    if !args.run.quiet {
        expectation(&model, policies.text.threshold).into_iter().for_each(say);
    }
    let profile = args.site_profile.as_deref().map(SiteProfile::load).transpose()?;
    let site_profile = profile.as_ref().map(SiteProfile::digest);
    let filter = policies.filter(model).with_kinds().with_sites(profile);
    if trained_on > 0 && !args.run.quiet {
        let all = pages.len();
        say(format_args!("warning: the model was trained on {trained_on} of {all} pages"));
    }
    let options = Options {
        threshold: policies.text.threshold,
        cut: policies.text.cut,
        resamples: args.resamples,
        seed: args.seed,
        errors: args.errors,
        trained_on: trained_on as u64,
    };
    let measured = args.run.pool()?.install(|| -> Result<Measured> {
        let judged = pages
            .par_iter()
            .map_init(Scratch::default, |scratch, page| Judged::by(&filter, page, scratch))
            .collect::<crate::Result<Vec<_>>>()?;
        let evaluation = Evaluation::of(&judged, &options);
        if let Some((mut file, shown)) = report {
            file.write(evaluation.html(&judged, &shown).as_bytes())?;
            file.commit()?;
        }
        Ok(Measured {
            evaluation,
            site_profile,
            #[cfg(feature = "training")]
            obfuscated: match args.obfuscate {
                true => Some(robustness::measure(&judged, &filter, args.seed)?),
                false => None,
            },
        })
    })?;

    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.json {
        // As an I/O error, so that a closed pipe is known for what it is.
        serde_json::to_writer_pretty(&mut out, &measured).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        let shown = ReportOptions { sites: args.sites.unwrap_or(0) };
        write!(out, "{}", measured.evaluation.report(shown))?;
        #[cfg(feature = "training")]
        if let Some(obfuscated) = &measured.obfuscated {
            write!(out, "\n{obfuscated}")?;
        }
    }
    out.flush()?;
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The model's operating points that have a name, and the one that is `used` if it is another.
fn marks(model: &Model, used: Policies) -> Vec<OperatingMark> {
    let named = [
        ("careful", Point::Dial(Dial::Careful)),
        ("default", Point::Default),
        ("strict", Point::Dial(Dial::Strict)),
    ];
    let mut marks = Vec::new();
    let used = (used.text.threshold, used.html.threshold);
    for (name, point) in named {
        // What the model was not measured well enough for has no place on a curve.
        let (Ok(text), Ok(html)) = (model.policy_at(point), model.html_policy_at(point)) else {
            continue;
        };
        let (threshold, html_threshold) = (text.threshold, html.threshold);
        let is_used = used == (threshold, html_threshold);
        marks.push(OperatingMark { name, threshold, html_threshold, is_used });
    }
    if marks.iter().all(|mark| !mark.is_used) {
        let (threshold, html_threshold) = used;
        marks.push(OperatingMark { name: "chosen", threshold, html_threshold, is_used: true });
    }
    marks
}

/// Every page that can be read, and how many pages and folders could not.
fn read_gold(paths: &[PathBuf]) -> Result<(Vec<LabelledPage>, u64)> {
    let (mut pages, mut bad) = (Vec::new(), 0);
    let mut complain = |error: crate::Error| {
        bad += 1;
        say(error);
    };
    for path in paths {
        let found = discover(path)?;
        for error in found.errors {
            complain(error);
        }
        for source in found.sources {
            for page in read_labelled(&source.path)? {
                match page {
                    Ok(page) => pages.push(page),
                    Err(error) => complain(error),
                }
            }
        }
    }
    Ok((pages, bad))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args as _, FromArgMatches as _};

    fn parse(arguments: &[&str]) -> Result<Args, clap::Error> {
        let command = Args::augment_args(clap::Command::new("evaluate").no_binary_name(true));
        command.clone().debug_assert();
        Args::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    #[test]
    fn sites_may_be_asked_for_with_and_without_a_number() {
        let sites = |arguments: &[&str]| parse(arguments).unwrap().sites;
        assert_eq!(sites(&["gold.jsonl"]), None);
        // The file is not taken for the number.
        assert_eq!(sites(&["--sites", "gold.jsonl"]), Some(10));
        assert_eq!(sites(&["--sites=3", "gold.jsonl"]), Some(3));
        assert!(parse(&[]).is_err());
        assert!(parse(&["g", "--threshold", "0.5", "--max-article-loss", "0.1"]).is_err());
    }

    #[test]
    fn a_folder_is_read_and_a_bad_page_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let page = r#"{"lines": [{"text": "正文", "label": "article"}]}"#;
        let a = folder.path().join("a.jsonl");
        std::fs::write(&a, format!("{page}\n{{\n{page}\n")).unwrap();
        std::fs::write(folder.path().join("b.jsonl"), page).unwrap();
        let (pages, bad) = read_gold(&[folder.path().to_owned()]).unwrap();
        assert_eq!(pages.iter().map(|p| p.set.as_str()).collect::<Vec<_>>(), ["a", "a", "b"]);
        assert_eq!(bad, 1);
        assert!(read_gold(&[a, folder.path().join("none.jsonl")]).is_err());
    }
}
