//! `dechaff train`: labelled pages in, a model out, or what such a model does on sites that its
//! training did not see. Steps, warnings and a summary go to standard error, figures to standard
//! output.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde_json::Value;

use super::args::RunArgs;
use super::comparison::{write_comparison, write_outcome};
use super::cost::{Clock, peak_memory};
use super::say::{count, say};
use super::steps::Steps;
use super::usage::{refuse, senseless};
use crate::evaluate::ReportOptions;
use crate::filter::Filter;
use crate::input::{Compression, LabelledPage, Source, discover, read_labelled};
use crate::label::existing::machine_made;
use crate::output::{Destination, OutputFile};
use crate::train::ablation::{Ablation, ablate};
use crate::train::card::{self, Figures, Title, card, results};
use crate::train::compare::{Comparison, Contest, Outcome, compare};
use crate::train::cross_validate::{CrossValidation, Settings, cross_validate};
use crate::train::made::Materials;
use crate::train::recipe::{self, Recipe};
use crate::train::trainer;
use crate::{Error, Model, digest};

/// Train a model on labelled pages.
///
/// Pages are read as `training/LABELLING.md` describes. Each file is a set of its own, by whose name
/// the recipe may give it a weight; all pages of a site stay on one side of every split. The same
/// pages, recipe and data give the same bytes, at any number of threads. A page that cannot be read
/// stops the training, since a model without it would be another model.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("measure").args(["cross_validate", "compare_with"]).multiple(true)))]
#[command(after_help = "\
Examples:
  dechaff train mine.jsonl -o mine.dechaff
  dechaff train pages/ more/*.jsonl.gz -o mine.dechaff --recipe my-recipe.toml
  dechaff train pages/ --cross-validate
  dechaff train mine.jsonl -o new.dechaff --compare-with=mine.dechaff
  dechaff train mine.jsonl -o mine.dechaff --compare-with=mine.dechaff --if-better
  dechaff train pages/ --cross-validate=figures.json --folds 10 --no-baseline
  dechaff train pages/ --ablate=parts.json
  dechaff train pages/ --recipe linfa.toml --cross-validate=linfa.json --no-baseline --cost
  dechaff train pages/ --data data/ -o mine.dechaff --card mine.md --cross-validate=figures.json")]
pub struct Args {
    /// Labelled pages: JSON Lines or lines that begin with __label__article or __label__junk, also
    /// .gz; files or folders.
    #[arg(required = true, value_name = "LABELLED")]
    labelled: Vec<PathBuf>,
    /// Model file to write.
    #[arg(short, long, value_name = "MODEL", required_unless_present_any = ["cross_validate", "compare_with", "ablate"])]
    output: Option<PathBuf>,
    /// Every parameter of the training, in TOML; the one of the default model unless given.
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Folder of the prose and word lists that the recipe names; the environment variable
    /// DECHAFF_DATA unless given. What is not there is done without.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Train without pages that cannot be read; the exit code is then 1.
    #[arg(long)]
    skip_bad: bool,
    /// Write what the model is and was made of as Markdown.
    #[arg(long, value_name = "FILE", requires = "output")]
    card: Option<PathBuf>,
    /// Train on all sites but some and measure on these, in turn; print the figures, and write them
    /// as JSON if a file is given.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    cross_validate: Option<Option<PathBuf>>,
    /// Fit everything on your pages, and everything but one part after the other (words, passes, made
    /// pages, kinds of planted junk, ...); print what each is worth on sites held out, and write it as JSON
    /// if a file is given. Some two dozen fits of the text head.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    ablate: Option<Option<PathBuf>>,
    /// Print what changes against the model in use (the one inside the program unless a file is given):
    /// F1 and article lost on your labelled pages, each of them judged by a new model that did not see its
    /// site, and the lines that are judged otherwise. Pages that the model in use was trained on are left
    /// out where there are others, and so are labels with `"source": "rules"`.
    #[arg(long, value_name = "MODEL", num_args = 0..=1, require_equals = true)]
    compare_with: Option<Option<PathBuf>>,
    /// Write the new model only if the comparison finds it better; else the exit code is 1. The model in
    /// use may then be the output, too.
    #[arg(long, requires_all = ["compare_with", "output"])]
    if_better: bool,
    /// Write the comparison as JSON, with every line that is judged otherwise.
    #[arg(long, value_name = "FILE", requires = "compare_with")]
    comparison: Option<PathBuf>,
    /// Parts that the sites are dealt into for cross-validation and comparison.
    #[arg(long, value_name = "N", default_value_t = 5, requires = "measure",
        value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: u8,
    /// Do not measure the plain n-gram model beside it.
    #[arg(long, requires = "cross_validate")]
    no_baseline: bool,
    /// Measure what the cross-validation takes (seconds, of them those of fitting lines, memory where the
    /// system tells) and put it into the figures, which then differ from run to run.
    #[arg(long, requires_all = ["cross_validate", "no_baseline"], conflicts_with = "output")]
    cost: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Of the sites, the ten with most wrong lines are printed; JSON has all of them.
const SHOWN: ReportOptions = ReportOptions { sites: 10 };

/// Runs the command.
///
/// # Errors
/// Where pages, recipe or data cannot be read, the pages cannot be learned from, a fit does not
/// converge, or a file cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let steps = Steps::new(args.run.quiet);
    let recipe = read_recipe(args.recipe.as_deref())?;
    let sources = find(&args.labelled, &steps)?;
    let current = current(args)?;
    let files = Files::create(args, &sources)?;
    let materials = gather(args.data.as_deref(), &recipe, &steps)?;
    steps.now("reading pages");
    let (pages, n_bad) = read(&sources, args.skip_bad)?;
    let is_kept = args.run.pool()?.install(|| -> Result<bool> {
        // First, for it may be refused.
        let comparison = match &current {
            Some(current) => {
                Some(compare_with(current, args, &pages, &sources, &recipe, &materials, &steps)?)
            }
            None => None,
        };
        let is_better = comparison.as_ref().is_some_and(|c| c.outcome == Outcome::Better);
        let is_kept = !args.if_better || is_better;
        let model = match &args.output {
            Some(_) if is_kept => {
                let told = |step: &str| steps.now(step);
                Some(trainer::train_on(pages.clone(), &recipe, &materials, &told)?)
            }
            _ => None,
        };
        let measured = match &args.cross_validate {
            Some(_) => {
                let settings = Settings {
                    folds: args.folds.into(),
                    baseline: !args.no_baseline,
                    ..Settings::default()
                };
                let clock = Clock::new();
                let progress = |step: &str| {
                    clock.step(step);
                    steps.now(step);
                };
                let measured = cross_validate(&pages, &recipe, &materials, settings, &progress)?;
                Some((measured, args.cost.then(|| clock.cost())))
            }
            None => None,
        };
        let parts = match &args.ablate {
            Some(_) => Some(ablate(&pages, &recipe, &materials, &|step| steps.now(step))?),
            None => None,
        };
        let done = Done { model, measured, comparison, parts };
        files.write(&done, &steps)?;
        let comparison = done.comparison;
        if let (Some(comparison), Some(output)) = (&comparison, &args.output) {
            steps.say(write_outcome(comparison, output, is_kept));
        }
        Ok(is_kept)
    })?;
    Ok(if n_bad == 0 && is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The model to compare with, ready to judge.
fn current(args: &Args) -> Result<Option<Filter>> {
    let Some(path) = &args.compare_with else { return Ok(None) };
    if args.skip_bad {
        refuse!("--compare-with: cannot be used with --skip-bad; mend the pages first");
    }
    let model = match path {
        Some(path) => Model::load(path)?,
        None => Model::builtin()?,
    };
    if let (Some(path), Some(output)) = (path, &args.output) {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        if real(path).is_some_and(|path| Some(path) == real(output)) && !args.if_better {
            refuse!(
                "--output: {} is the model to compare with; write another file, or give --if-better",
                output.display()
            );
        }
    }
    let policy = *model.policy();
    Ok(Some(Filter::new(model, policy)))
}

fn compare_with(
    current: &Filter,
    args: &Args,
    pages: &[LabelledPage],
    sources: &[Source],
    recipe: &Recipe,
    materials: &Materials,
    steps: &Steps,
) -> Result<Comparison> {
    let mut by_machine = Vec::with_capacity(pages.len());
    for source in sources {
        by_machine.extend(machine_made(&source.path)?);
    }
    if by_machine.len() != pages.len() {
        // Which labels rules gave would be guessed.
        bail!(
            "--compare-with: labelled pages are read twice, which a pipe does not allow; give files"
        );
    }
    let contest = Contest {
        pages,
        machine_made: &by_machine,
        current,
        recipe,
        materials,
        folds: args.folds.into(),
    };
    Ok(compare(&contest, &|step| steps.now(step))?)
}

/// The recipe of a file, or that of the default model.
///
/// # Errors
/// Where it cannot be read or has a mistake, with its place.
pub(super) fn read_recipe(path: Option<&Path>) -> Result<Recipe> {
    let Some(path) = path else { return Ok(Recipe::parse(recipe::DEFAULT)?) };
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
    match Recipe::parse(&text) {
        // An error of the syntax: its value is the line.
        Err(Error::BadParameter { name, value, reason }) if name == "recipe" => {
            bail!("{}:{value}: {}", path.display(), reason.trim_end())
        }
        recipe => recipe.with_context(|| path.display().to_string()),
    }
}

/// The files that were named, each once.
fn find(labelled: &[PathBuf], steps: &Steps) -> Result<Vec<Source>> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for path in labelled {
        let found = discover(path)?;
        if let Some(error) = found.errors.into_iter().next() {
            return Err(error.into());
        }
        for source in found.sources {
            let real = std::fs::canonicalize(&source.path);
            if seen.insert(real.unwrap_or_else(|_| source.path.to_path_buf())) {
                sources.push(source);
            } else {
                let path = source.path.display();
                steps.say(format_args!("warning: {path} is named twice and read once"));
            }
        }
    }
    Ok(sources)
}

/// The pages, and how many could not be read. Without `skip_bad` a single one is an error, after
/// all of them were told.
fn read(sources: &[Source], skip_bad: bool) -> Result<(Vec<LabelledPage>, u64)> {
    let (mut pages, mut n_bad) = (Vec::new(), 0);
    for source in sources {
        for page in read_labelled(&source.path)? {
            match page {
                Ok(page) => pages.push(page),
                Err(error) => {
                    n_bad += 1;
                    say(error);
                }
            }
        }
    }
    if n_bad > 0 && !skip_bad {
        let s = if n_bad == 1 { "" } else { "s" };
        bail!("{n_bad} bad page{s}: nothing was trained; --skip-bad trains without them");
    }
    Ok((pages, n_bad))
}

/// The folder of prose and word lists that was named, or that of the environment.
///
/// # Errors
/// [`Error::Io`] where it is not there: a slip, not a wish to do without.
pub(super) fn data_folder(named: Option<&Path>) -> Result<Option<PathBuf>> {
    let data = named.map(Path::to_path_buf).or_else(data_of_environment);
    if let Some(folder) = &data {
        std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    }
    Ok(data)
}

/// The folder of prose and word lists of the environment, wherever it leads.
pub(super) fn data_of_environment() -> Option<PathBuf> {
    let data = std::env::var_os("DECHAFF_DATA").filter(|value| !value.is_empty());
    data.map(PathBuf::from)
}

fn gather(data: Option<&Path>, recipe: &Recipe, steps: &Steps) -> Result<Materials> {
    let data = data_folder(data)?;
    steps.now("reading prose and word lists");
    let materials = Materials::load(recipe, data.as_deref())?;
    match (materials.missing.as_slice(), &data) {
        ([], _) => {}
        // As most users train: without the public lists of the default model.
        (missing, None) => steps.say(format_args!(
            "note: no --data folder: pages are made without {} of prose and words that the recipe names; \
             the project's own word lists are used",
            count(missing.len() as u64, "file")
        )),
        (missing, Some(folder)) => missing.iter().for_each(|name| {
            let path = folder.join(name);
            steps.say(format_args!(
                "warning: {} not found: pages are made without it",
                path.display()
            ));
        }),
    }
    Ok(materials)
}

/// The files to be written, opened before anything is computed: a folder that cannot be written is
/// known in the first second and not after minutes.
struct Files {
    model: Option<(PathBuf, OutputFile)>,
    card: Option<OutputFile>,
    figures: Option<OutputFile>,
    comparison: Option<OutputFile>,
    parts: Option<OutputFile>,
}

/// What was asked for.
struct Done {
    model: Option<Model>,
    measured: Option<(CrossValidation, Option<Value>)>,
    comparison: Option<Comparison>,
    parts: Option<Ablation>,
}

impl Files {
    fn create(args: &Args, sources: &[Source]) -> Result<Files> {
        let create = |name: &str, path: Option<&PathBuf>| -> Result<Option<OutputFile>> {
            let Some(path) = path else { return Ok(None) };
            let is_input = Destination::File(path.clone()).check(&[], sources, &[]).is_err();
            if is_input {
                return Err(
                    senseless(Error::parameter(name, path.display(), "is also an input")).into()
                );
            }
            Ok(Some(OutputFile::create(path, Compression::None)?))
        };
        let figures = args.cross_validate.as_ref().and_then(Option::as_ref);
        let model = create("--output", args.output.as_ref())?;
        Ok(Files {
            model: args.output.clone().zip(model),
            card: create("--card", args.card.as_ref())?,
            figures: create("--cross-validate", figures)?,
            comparison: create("--comparison", args.comparison.as_ref())?,
            parts: create("--ablate", args.ablate.as_ref().and_then(Option::as_ref))?,
        })
    }

    fn write(self, done: &Done, steps: &Steps) -> Result<()> {
        let Done { model, measured, comparison, parts } = done;
        let measured = measured.as_ref();
        write_json(self.comparison, comparison)?;
        write_json(self.parts, parts)?;
        let mut figures = serde_json::to_value(measured.map(|(measured, _)| measured))?;
        if let Some((_, Some(cost))) = measured {
            figures["cost"] = cost.clone();
        }
        write_json(self.figures, &figures)?;
        if let (Some((path, mut file)), Some(model)) = (self.model, model) {
            let bytes = model.to_bytes()?;
            let sha256 = digest::of_bytes(&bytes);
            file.write(&bytes)?;
            file.commit()?;
            if let Some(mut file) = self.card {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let title = Title { name: &name, bytes: bytes.len(), sha256: &sha256 };
                let figures = measured.is_some().then_some(&figures);
                let parts = parts.as_ref().map(serde_json::to_value).transpose()?;
                let figures =
                    Figures { measured: figures, parts: parts.as_ref(), ..Figures::default() };
                file.write(card(title, model, figures)?.as_bytes())?;
                file.commit()?;
            }
            let file = format!("{}: {} bytes, sha256 {sha256}", path.display(), bytes.len());
            summarise(model, &file, steps);
        }
        let mut out = std::io::stdout().lock();
        if let Some((measured, _)) = measured {
            write!(out, "{}\n{}", measured.model.evaluation.report(SHOWN), results(&figures))?;
        }
        if let Some(comparison) = comparison {
            write_comparison(comparison, &mut out)?;
        }
        if let Some(parts) = parts {
            write!(out, "{}", card::parts(&serde_json::to_value(parts)?))?;
        }
        out.flush()?;
        Ok(())
    }
}

/// Writes a value where there is a file for it.
fn write_json(file: Option<OutputFile>, value: &impl Serialize) -> Result<()> {
    if let Some(mut file) = file {
        file.write(serde_json::to_string_pretty(value)?.as_bytes())?;
        file.write(b"\n")?;
        file.commit()?;
    }
    Ok(())
}

/// What was learned from and what came out, on standard error.
fn summarise(model: &Model, file: &str, steps: &Steps) {
    for set in &model.card.sets {
        steps.say(format_args!(
            "{}: {} pages of {} sites, {} article and {} junk lines, {:.1} % of the weight",
            set.name,
            set.pages,
            set.sites,
            set.article_lines,
            set.junk_lines,
            100.0 * set.weight
        ));
    }
    for fit in &model.card.fits {
        steps.say(fit);
    }
    let policy = model.policy();
    steps.say(format_args!(
        "junk from probability {:.4} on, unsure from {:.4}",
        policy.threshold, policy.unsure
    ));
    steps.say(file);
    let memory = peak_memory().map_or(String::new(), |kb| format!(", {} MB at most", kb / 1024));
    steps.say(format_args!("{:.1} s{memory}", steps.elapsed().as_secs_f64()));
}
