//! `dechaff model info`, `check`, `card` and `gate`: what a model file says of itself, whether it can be
//! used, its card as Markdown, and whether its figures reach their floors.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
#[cfg(feature = "training")]
use {
    super::say::say,
    crate::{
        Error, digest,
        evaluate::gate::Floors,
        output::OutputFile,
        train::card::{self, Beside, Figures, Title},
    },
    anyhow::Context as _,
    std::path::Path,
};

use super::args::expectation;
use crate::model::{Dial, Model, Point, Policy};

/// Show, check or describe a model file, or hold its figures against floors.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff model info
  dechaff model info mine.dechaff --json
  dechaff model check mine.dechaff
  dechaff model gate figures.json --floors floors.toml
  dechaff model card mine.dechaff --evaluation figures.json -o mine.md
  dechaff model card mine.dechaff --evaluation figures.json --beside linfa=linfa.json")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print what the model was made from, its digests, thresholds and sizes.
    Info {
        /// Model file; the one inside the program unless given.
        model: Option<PathBuf>,
        /// Print the card as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Read the model and check every part of it. The exit code is 0 if it can be used.
    Check {
        /// Model file; the one inside the program unless given.
        model: Option<PathBuf>,
    },
    /// Compare figures with committed floors, so that no model gets worse unnoticed.
    ///
    /// Prints a table of floor, band, figure and verdict. The exit code is 1 where a figure falls
    /// below its floor by more than its band, is missing, or was measured on other pages.
    #[cfg(feature = "training")]
    Gate {
        /// What `dechaff train --cross-validate=FILE` or `dechaff evaluate --json` wrote.
        figures: PathBuf,
        /// The floors, in TOML.
        #[arg(long, value_name = "FILE", default_value = "models/floors.toml")]
        floors: PathBuf,
        /// Write the floors anew: raised to these figures, kept where these are within the band,
        /// and refused where a floor would be lowered.
        #[arg(long)]
        set_floors: bool,
        /// Lower floors too; the reason is written into the file.
        #[arg(long, value_name = "REASON", requires = "set_floors",
            value_parser = clap::builder::NonEmptyStringValueParser::new())]
        lower: Option<String>,
    },
    /// Write the model card as Markdown: what the model is for, what it was trained on, how it was
    /// made, its operating points and its figures.
    #[cfg(feature = "training")]
    Card {
        /// Model file; the one inside the program unless given.
        model: Option<PathBuf>,
        /// Figures to put in: the JSON that `dechaff train --cross-validate=FILE` wrote.
        #[arg(long, value_name = "FILE")]
        evaluation: Option<PathBuf>,
        /// Figures of another model for a table beside these, with the name of their row; more than once for
        /// more rows. Time and memory are in it where the figures were made with --cost.
        #[arg(long, value_name = "NAME=FILE", requires = "evaluation", value_parser = named_file)]
        beside: Vec<(String, PathBuf)>,
        /// What each part of the training is worth: the JSON that `dechaff train --ablate=FILE` wrote.
        #[arg(long, value_name = "FILE")]
        ablation: Option<PathBuf>,
        /// What was found by reading its output: Markdown, headings of the second level.
        #[arg(long, value_name = "FILE")]
        notes: Option<PathBuf>,
        /// File to write; standard output unless given.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read or used, or standard output cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match &args.command {
        Command::Info { model, json } => {
            let model = load(model)?;
            let text = if *json {
                serde_json::to_string_pretty(&model.card)? + "\n"
            } else {
                describe(&model)
            };
            out.write_all(text.as_bytes())?;
        }
        Command::Check { model } => {
            load(model)?;
            let name = model.as_ref().map_or("built-in".into(), |path| path.display().to_string());
            writeln!(out, "{name}: ok")?;
        }
        #[cfg(feature = "training")]
        Command::Card { model, evaluation, beside, ablation, notes, output } => {
            let figures = FigureFiles {
                evaluation: evaluation.as_deref(),
                beside,
                ablation: ablation.as_deref(),
                notes: notes.as_deref(),
            };
            let text = card(model.as_deref(), figures)?;
            match output {
                Some(path) => write_file(path, &text)?,
                None => out.write_all(text.as_bytes())?,
            }
        }
        #[cfg(feature = "training")]
        Command::Gate { figures, floors, set_floors, lower } => {
            let measured = read_json(figures)?;
            let text = std::fs::read_to_string(floors);
            let old = match text {
                Ok(text) => Floors::parse(&text, floors)?,
                // The first floors of all.
                Err(e) if *set_floors && e.kind() == std::io::ErrorKind::NotFound => {
                    Floors::default()
                }
                Err(e) => return Err(Error::io(floors, e).into()),
            };
            if *set_floors {
                let new = old.raised(&measured, figures, lower.as_deref())?;
                write_file(floors, &new.to_toml())?;
                write!(out, "{}", new.check(&measured, figures)?)?;
            } else {
                let outcome = old.check(&measured, figures)?;
                write!(out, "{outcome}")?;
                if !outcome.passes() {
                    out.flush()?;
                    say(format_args!("{}: the gate is shut", figures.display()));
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "training")]
fn write_file(path: &Path, text: &str) -> crate::Result<()> {
    let mut file = OutputFile::create(path, crate::input::Compression::None)?;
    file.write(text.as_bytes())?;
    file.commit()
}

#[cfg(feature = "training")]
fn read_json(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn load(path: &Option<PathBuf>) -> crate::Result<Model> {
    match path {
        Some(path) => Model::load(path),
        None => Model::builtin(),
    }
}

/// `NAME=FILE`, neither of them empty.
#[cfg(feature = "training")]
fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        _ => Err("must be a name, =, and a file, as in linfa=figures.json".into()),
    }
}

/// What `dechaff train` wrote with one of its options that measure.
#[cfg(feature = "training")]
fn read_figures(path: &Path, (option, has): (&str, &str)) -> Result<serde_json::Value> {
    let measured = read_json(path)?;
    if measured.pointer(has).is_none() {
        let reason = format!("not what `dechaff train {option}` writes");
        return Err(Error::BadInput { path: path.into(), reason }.into());
    }
    Ok(measured)
}

/// Options that measure, and what is in their figures.
#[cfg(feature = "training")]
const CROSS_VALIDATED: (&str, &str) = ("--cross-validate", "/evaluation/sets");
#[cfg(feature = "training")]
const ABLATED: (&str, &str) = ("--ablate", "/whole/mean_junk_f1");

/// Files that a card is written from, beside the model.
#[cfg(feature = "training")]
struct FigureFiles<'a> {
    evaluation: Option<&'a Path>,
    beside: &'a [(String, PathBuf)],
    ablation: Option<&'a Path>,
    notes: Option<&'a Path>,
}

#[cfg(feature = "training")]
fn card(path: Option<&Path>, files: FigureFiles<'_>) -> Result<String> {
    let FigureFiles { evaluation, beside, ablation, notes } = files;
    let model = load(&path.map(Path::to_path_buf))?;
    let bytes = model.to_bytes()?;
    let name = path
        .and_then(Path::file_name)
        .map_or("default.dechaff".into(), |name| name.to_string_lossy().into_owned());
    let title = Title { name: &name, bytes: bytes.len(), sha256: &digest::of_bytes(&bytes) };
    let read = |path: Option<&Path>, option| -> Result<Option<serde_json::Value>> {
        let Some(path) = path else { return Ok(None) };
        let figures = read_figures(path, option)?;
        if !card::belongs(&model, &figures) {
            say(format_args!("warning: {} is of another model; the card says so", path.display()));
        }
        Ok(Some(figures))
    };
    let (measured, parts) = (read(evaluation, CROSS_VALIDATED)?, read(ablation, ABLATED)?);
    let others = beside.iter().map(|(_, path)| read_figures(path, CROSS_VALIDATED));
    let others = others.collect::<Result<Vec<_>>>()?;
    let others = beside.iter().zip(&others);
    let others: Vec<Beside<'_>> =
        others.map(|((name, _), measured)| Beside { name, measured }).collect();
    let notes = notes.map(|path| std::fs::read_to_string(path).map_err(|e| Error::io(path, e)));
    let notes = notes.transpose()?;
    let figures = Figures {
        measured: measured.as_ref(),
        beside: &others,
        parts: parts.as_ref(),
        notes: notes.as_deref(),
    };
    Ok(card::card(title, &model, figures)?)
}

/// The model in words, a `name: value` a line.
fn describe(model: &Model) -> String {
    let (card, policy) = (&model.card, model.policy());
    let mut lines = vec![
        format!("written by:    dechaff {}", card.crate_version),
        format!("schema:        {}", card.schema),
        format!("words:         {}", card.words),
        format!("corpus:        {}", card.corpus),
        format!("word lists:    {}", card.lexicons),
        format!(
            "line model:    2^{} n-gram weights, 2^{} word weights",
            model.line.table.bits, model.line.words.bits
        ),
        format!("page model:    {} passes", model.passes.len()),
        format!("threshold:     {} (unsure from {})", policy.threshold, policy.unsure),
    ];
    let kinds = model.kinds.as_ref().map_or("none: it names none".into(), |kinds| {
        kinds.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
    });
    lines.push(format!("kinds of junk: {kinds}"));
    let named = [
        ("default:      ", Ok(*policy)),
        ("--careful:    ", model.policy_at(Point::Dial(Dial::Careful))),
        ("--strict:     ", model.policy_at(Point::Dial(Dial::Strict))),
    ];
    for (name, point) in named {
        lines.push(match point {
            Ok(point) => {
                let expected = expectation(model, point.threshold);
                format!("{name} {}", expected.unwrap_or_else(|| "not measured".into()))
            }
            Err(error) => format!("{name} refused: {error}"),
        });
    }
    lines.push(match &model.tree {
        None => "HTML:          judged by its text".into(),
        Some(tree) => {
            let Policy { threshold, .. } = tree.policy;
            let expected = tree.operating.expected(threshold);
            let lost = expected.map_or_else(String::new, |point| {
                format!(", where held-out sites lost {:.2} %", 100.0 * point.article_loss)
            });
            format!("HTML:          {} passes, threshold {threshold:.4}{lost}", tree.passes.len())
        }
    });
    for set in &card.sets {
        lines.push(format!(
            "trained on:    {} ({} pages, {} sites, {} article and {} junk lines, weight {:.3})",
            set.name, set.pages, set.sites, set.article_lines, set.junk_lines, set.weight
        ));
    }
    lines.extend(card.fits.iter().map(|fit| format!("fit:           {fit}")));
    lines.join("\n") + "\n"
}
