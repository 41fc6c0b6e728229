//! `dechaff label`: raw pages in, labelled pages out, and what the rules did; what to label next; which
//! labels to look at again. Data goes to files or standard output, words to standard error.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;

use super::args::RunArgs;
use super::say::say;
use super::steps::Steps;
use super::usage::senseless;
use crate::filter::{Filter, Scratch};
use crate::input::{Compression, Format, LabelledPage, Source, discover, read_labelled};
use crate::label::audit::{Dispute, audit};
use crate::label::gold::{Aligned, Gold};
use crate::label::next::{Guess, Question, next};
use crate::label::report::{Report, html, text};
use crate::label::rules::{builtin, parse_user_rules};
use crate::label::{Labeller, Labels, RulePage, Settings, corpus, existing, siblings, write};
use crate::output::{Destination, OutputFile};
use crate::review::journal;
use crate::text::Label;
use crate::train::recipe::{self, Recipe};
use crate::{Error, Model, Page};

/// First labels for pages that have none, by rules.
///
/// Every line is put before a few dozen rules; each votes for junk (of a kind) or article, or abstains.
/// How far each rule can be trusted is learned from where rules agree and disagree, without labels, by
/// EM (Dawid and Skene 1979), and the votes are combined by it. The output is what `train` reads: JSON
/// Lines of pages as LABELLING.md has them, each line also with `confidence` (the probability of its
/// label), `rules` (those that voted), `source` (`rules`) and, where a near-identical line gave it the
/// label, `from`. A line that no rule voted on, or on which votes are not sure enough, is labelled
/// `either` with confidence null: it is neither learned from nor scored. Labels that the input says were
/// made by hand (a `source` other than `rules`, as `review` writes it) stay as they are, and count for
/// near-identical lines as those of the rules do; other labels in the input are ignored. All pages are
/// held in memory: take a sample of a large crawl.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff label crawl/ -o first.jsonl --report rules.html
  dechaff label pages.jsonl -o first.jsonl --rules mine.toml --with-model
  dechaff label pages.jsonl --gold gold.jsonl --report -
  dechaff label first.jsonl --next 100 --with-model=mine.dechaff > todo.jsonl
  dechaff label --audit first.jsonl --top 50

A file of rules:
  [[rule]]
  name = \"my_footer\"
  pattern = \"Example News|某某网\"  # in the syntax of the Rust crate regex
  label = \"junk\"                 # unless told; or article
  kind = \"legal\"                 # of junk, as in LABELLING.md; none unless told
  where = \"anywhere\"             # unless told; or start; or line, the whole line
  last = 10                      # only in the last ten lines of a page; likewise first
  folded = false                 # true: matched in lower case, Simplified, half width, digits as 0")]
pub struct Args {
    /// Raw pages: files or folders, `-` is standard input; as `filter` reads them.
    #[arg(value_name = "CORPUS", required_unless_present = "audit")]
    corpus: Vec<PathBuf>,
    /// Labelled pages to write; compressed if the name ends in .gz or .zst, `-` is standard output. A
    /// file that holds labels made by hand is not overwritten.
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["report", "next", "audit"])]
    output: Option<PathBuf>,
    /// Overwrite the output whatever it holds.
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// More rules, in TOML; see below.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Count the verdicts of a model as votes, too, where it is at least 90 % sure: the one inside the
    /// program, or another one. With --next, the model that is asked.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    with_model: Option<Option<PathBuf>>,
    /// Label a line junk where the votes are at least this sure, 0.5 to 1.
    #[arg(long, value_name = "P", default_value_t = 0.96, value_parser = confidence)]
    confidence: f32,
    /// Label a line article where the votes are at least this sure, 0.5 to 1.
    #[arg(long, value_name = "P", default_value_t = 0.8, value_parser = confidence)]
    article_confidence: f32,
    /// Do not give lines without a label that of near-identical ones.
    #[arg(long)]
    no_siblings: bool,
    /// Write what each rule did: a table to standard output (`-`) or a file, JSON if its name ends in
    /// .json, one HTML page if it ends in .html.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Labelled pages of the same ids, to measure the rules on in the report.
    #[arg(long, value_name = "FILE", requires = "report")]
    gold: Vec<PathBuf>,
    /// Of each rule, list so many of the lines that it got wrong in .json and .html.
    #[arg(long, value_name = "N", default_value_t = 20)]
    errors: usize,
    /// Print the N lines to label next instead, best first, as JSON Lines: those of which the model
    /// is least sure, of rare kinds and large groups of near-identical lines first, never two of a
    /// group. Lines whose `source` says that they were labelled by hand are done.
    #[arg(long, value_name = "N", conflicts_with_all = ["report", "output"])]
    next: Option<usize>,
    /// Read labelled pages instead and list the lines whose label is disputed most by models that did
    /// not see their site. Pages with `html` and `gold` are listed by the lines that a reader sees; such a
    /// label is mended in `gold`.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["corpus", "report", "output", "next", "rules"])]
    audit: Vec<PathBuf>,
    /// With --audit: list so many lines.
    #[arg(long, value_name = "N", default_value_t = 100)]
    top: usize,
    /// With --audit: JSON Lines instead of text.
    #[arg(long, requires = "audit")]
    json: bool,
    /// With --audit: the recipe of the models; the one of the default model unless given.
    #[arg(long, value_name = "FILE", requires = "audit")]
    recipe: Option<PathBuf>,
    /// The field of a JSON page that holds its text.
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
    #[command(flatten)]
    run: RunArgs,
}

fn confidence(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().map_err(|_| "not a number")?;
    let in_range = (0.5..=1.0).contains(&number);
    in_range.then_some(number).ok_or_else(|| "must be between 0.5 and 1".into())
}

/// Runs the command.
///
/// # Errors
/// Where rules, gold or labels have mistakes, the output holds labels made by hand, or a file cannot
/// be written. Raw pages that cannot be read are told and left out, and make the exit code 1.
pub fn run(args: &Args) -> Result<ExitCode> {
    let steps = Steps::new(args.run.quiet);
    let pool = args.run.pool()?;
    if !args.audit.is_empty() {
        return pool.install(|| run_audit(args, &steps));
    }
    if args.json || args.recipe.is_some() {
        // The parser lets it pass: what it requires cannot be, beside a corpus.
        say("--json and --recipe go with --audit");
        return Ok(ExitCode::from(2));
    }
    let settings = settings(args)?;
    let (sources, mut n_bad) = find(&args.corpus);
    let files = Files::create(args, &sources)?;
    let gold = match args.gold.is_empty() {
        true => None,
        false => {
            steps.now("reading gold");
            let mut pages = Vec::new();
            read(&args.gold, "nothing was written", |page, _| pages.push(page))?;
            Some(Gold::new(pages))
        }
    };
    pool.install(|| {
        steps.now("reading pages");
        let mut pages = Vec::new();
        for source in &sources {
            match corpus::read_pages(source, args.text_field.as_deref()) {
                Ok(read) => {
                    for page in read {
                        match page {
                            Ok(page) => pages.push(page),
                            Err(error) => {
                                n_bad += 1;
                                say(error);
                            }
                        }
                    }
                }
                Err(error) => {
                    n_bad += 1;
                    say(error);
                }
            }
        }
        if pages.is_empty() && n_bad > 0 {
            bail!("no page could be read; nothing was written");
        }
        if args.next.is_some() {
            return ask(args, settings, &mut pages, &steps);
        }
        let labeller = Labeller::new(settings)?;
        steps.now("voting");
        let labels = labeller.label(&mut pages);
        let gold = gold.map(|gold| gold.align(&pages));
        if let Some(gold) = &gold
            && gold.pages == 0
        {
            bail!("--gold: none of its pages has the id of a page of the corpus");
        }
        files.write(args, &pages, &labeller, &labels, gold.as_ref())?;
        summarise(&pages, &labels, &steps);
        Ok(())
    })?;
    Ok(if n_bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settings(args: &Args) -> Result<Settings> {
    let user_rules = match &args.rules {
        None => Vec::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
            let rules = parse_user_rules(&text, path, &builtin()?)?;
            if rules.is_empty() {
                bail!("{}: holds no [[rule]]", path.display());
            }
            rules
        }
    };
    let model = match &args.with_model {
        None => None,
        Some(path) => Some(filter(path.as_deref())?),
    };
    Ok(Settings {
        user_rules,
        model,
        confidence: args.confidence,
        article_confidence: args.article_confidence,
        siblings: !args.no_siblings,
    })
}

fn filter(path: Option<&Path>) -> Result<Filter> {
    let model = match path {
        Some(path) => Model::load(path)?,
        None => Model::builtin()?,
    };
    let policy = *model.policy();
    Ok(Filter::new(model, policy).with_kinds())
}

/// The files that were named, and how many could not be found.
fn find(inputs: &[PathBuf]) -> (Vec<Source>, usize) {
    let (mut sources, mut errors) = (Vec::new(), Vec::new());
    for input in inputs {
        match discover(input) {
            Ok(found) => {
                sources.extend(found.sources);
                errors.extend(found.errors);
            }
            Err(error) => errors.push(error),
        }
    }
    errors.iter().for_each(say);
    (sources, errors.len())
}

/// Hands over labelled pages, each with the bytes that it was read from. A single mistake is an error, after
/// all of them were told with their places.
fn read(
    paths: &[PathBuf],
    consequence: &str,
    mut each: impl FnMut(LabelledPage, Vec<u8>),
) -> Result<()> {
    let mut n_bad = 0;
    for path in paths {
        for source in discover(path)?.sources {
            let mut reader = read_labelled(&source.path)?;
            while let Some(page) = reader.next_with_bytes() {
                match page {
                    Ok((page, bytes)) => each(page, bytes),
                    Err(error) => {
                        n_bad += 1;
                        say(error);
                    }
                }
            }
        }
    }
    if n_bad > 0 {
        bail!("{n_bad} bad page{}: {consequence}", if n_bad == 1 { "" } else { "s" });
    }
    Ok(())
}

/// Where labels and report go; what stands there was looked at, and stays until the end.
struct Files {
    labels: Option<OutputFile>,
    report: Option<OutputFile>,
}

impl Files {
    fn create(args: &Args, sources: &[Source]) -> Result<Files> {
        let is_file = |path: &&PathBuf| path.as_path() != Path::new("-");
        let output = args.output.as_ref().filter(is_file);
        let report = args.report.as_ref().filter(is_file);
        let lists: Vec<(&str, &Path)> = [("--output", output), ("--report", report)]
            .into_iter()
            .filter_map(|(name, path)| Some((name, path?.as_path())))
            .collect();
        Destination::Nowhere.check(&[], sources, &lists).map_err(senseless)?;
        let golds = args.gold.iter().map(|path| Source {
            path: path.as_path().into(),
            relative: path.clone(),
            format: Some(Format::JsonLines),
        });
        Destination::Nowhere.check(&[], &golds.collect::<Vec<_>>(), &lists).map_err(senseless)?;
        if let Some(path) = output {
            replaceable(path, args.overwrite)?;
        }
        let create = |path: Option<&PathBuf>| -> Result<Option<OutputFile>> {
            let Some(path) = path else { return Ok(None) };
            Ok(Some(OutputFile::create(path, Compression::from_name(path))?))
        };
        Ok(Files { labels: create(output)?, report: create(report)? })
    }

    fn write(
        self,
        args: &Args,
        pages: &[RulePage],
        labeller: &Labeller,
        labels: &Labels,
        gold: Option<&Aligned>,
    ) -> Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut file = self.labels;
        if args.output.is_some() {
            let mut buffer = Vec::new();
            for number in 0..pages.len() {
                buffer.clear();
                write::write_page(pages, number, labeller.rules(), labels, &mut buffer);
                match &mut file {
                    Some(file) => file.write(&buffer)?,
                    None => out.write_all(&buffer)?,
                }
            }
        }
        if let Some(path) = &args.report {
            let report = Report::new(pages, labeller, labels, gold, args.errors);
            let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
            let written = match ending.as_deref() {
                Some("json") => serde_json::to_string_pretty(&report)? + "\n",
                Some("html" | "htm") => html::html(&report),
                _ => text::text(&report),
            };
            match self.report {
                Some(mut file) => {
                    file.write(written.as_bytes())?;
                    file.commit()?;
                }
                None => out.write_all(written.as_bytes())?,
            }
        }
        out.flush()?;
        if let (Some(file), Some(path)) = (file, &args.output) {
            // Labels may have come to it while the rules voted.
            replaceable(path, args.overwrite)?;
            file.commit()?;
        }
        Ok(())
    }
}

/// Makes sure that a file of labels may be replaced: no review of it goes on, and nothing in it was made by
/// hand, unless that is to be overwritten.
fn replaceable(path: &Path, overwrite: bool) -> Result<()> {
    journal::check_none_waits(path)?;
    if !overwrite {
        existing::check(path)?;
    }
    Ok(())
}

fn summarise(pages: &[RulePage], labels: &Labels, steps: &Steps) {
    let lines: usize = pages.iter().map(|page| page.lines.len()).sum();
    let count = |label: Label| labels.lines.iter().flatten().filter(|l| l.label == label).count();
    let by_hand = pages.iter().flat_map(|page| &page.lines).filter(|l| l.by_hand.is_some()).count();
    let unsigned: usize = pages.iter().map(|page| page.unsigned).sum();
    let also = |n: usize, what: &str| if n > 0 { format!("; {n} {what}") } else { String::new() };
    steps.say(format_args!(
        "{} pages, {lines} lines: {} labelled junk, {} article, {} left either{}{}",
        pages.len(),
        count(Label::Junk),
        count(Label::Article),
        count(Label::Either),
        also(by_hand, "of them by hand"),
        also(unsigned, "had a label that names no `source`, which was ignored"),
    ));
}

/// `--next`: the model's guesses, with the kinds that the rules name where they do.
fn ask(args: &Args, mut settings: Settings, pages: &mut [RulePage], steps: &Steps) -> Result<()> {
    let model = match settings.model.take() {
        Some(model) => model,
        None => filter(None)?,
    };
    steps.now("voting");
    let labels = Labeller::new(Settings { siblings: false, ..settings })?.label(pages);
    steps.now("asking the model");
    let guesses: Vec<Vec<Guess>> = pages
        .par_iter()
        .zip(&labels.lines)
        .map_init(Scratch::default, |scratch, (page, lines)| {
            let texts = page.lines.iter().map(|line| line.text.as_str());
            let verdict = model.judge(&Page::from_lines(texts), scratch);
            let lines = verdict.lines.into_iter().zip(lines);
            let guess = lines.map(|(verdict, line)| Guess {
                probability: verdict.probability,
                kind: verdict.kind.or(line.kind),
            });
            guess.collect()
        })
        .collect();
    let questions = next(pages, &siblings::group(pages), &guesses, args.next.unwrap_or(0));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for question in &questions {
        line_of::<Question>(question, &mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// A line of JSON; an error as an I/O error, so that a closed pipe is known for what it is.
fn line_of<T: serde::Serialize>(value: &T, out: &mut impl std::io::Write) -> Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

/// `--audit`.
fn run_audit(args: &Args, steps: &Steps) -> Result<ExitCode> {
    let text = match &args.recipe {
        None => recipe::DEFAULT.to_owned(),
        Some(path) => std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?,
    };
    let recipe = Recipe::parse(&text);
    let recipe = match &args.recipe {
        None => recipe?,
        Some(path) => recipe.with_context(|| path.display().to_string())?,
    };
    steps.now("reading labels");
    let (mut pages, mut by_rules) = (Vec::new(), Vec::new());
    read(&args.audit, "nothing was audited", |page, bytes| {
        pages.push(page);
        by_rules.push(existing::machine_made_in(&bytes));
    })?;
    let found = audit(pages, &by_rules, &recipe, &|step| steps.now(step))?;
    let (n, lines) = (found.disputes.len(), found.lines);
    steps.say(format_args!(
        "{n} of {lines} labels disputed by models of {} folds; the first {} follow",
        found.folds,
        n.min(args.top)
    ));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for dispute in found.disputes.iter().take(args.top) {
        match args.json {
            true => line_of(dispute, &mut out)?,
            false => show(dispute, &mut out)?,
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn show(dispute: &Dispute, out: &mut impl std::io::Write) -> std::io::Result<()> {
    let label = if dispute.label == Label::Junk { "junk" } else { "article" };
    let kind = dispute.kind.map_or(String::new(), |kind| format!(" ({})", kind.name()));
    let d = dispute;
    let whose = match (d.is_html, d.by_rules) {
        (true, _) => " (HTML: mend `gold`)",
        (false, true) => " (by rules)",
        (false, false) => "",
    };
    writeln!(out, "{} {}:{} {label}{kind}, margin {:.2}{whose}", d.set, d.page, d.line, d.margin)?;
    d.before.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
    writeln!(out, "  > {}", d.text)?;
    d.after.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
    writeln!(out)
}
