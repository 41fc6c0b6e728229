//! `dechaff model info` and `dechaff model check`: what a model file says of itself, and whether it
//! can be used.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::model::Model;

/// Show or check a model file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff model info
  dechaff model info mine.dechaff --json
  dechaff model check mine.dechaff")]
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
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn load(path: &Option<PathBuf>) -> crate::Result<Model> {
    match path {
        Some(path) => Model::load(path),
        None => Model::builtin(),
    }
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
    let measured = model.operating.points.iter().find(|p| p.threshold == policy.threshold);
    if let Some(point) = measured {
        lines.push(format!(
            "held out:      junk F1 {:.3}, {:.2} % of article characters lost",
            point.junk_f1,
            100.0 * point.article_loss
        ));
    }
    for set in &card.sets {
        lines.push(format!(
            "trained on:    {} ({} pages, {} sites, {} article and {} junk lines, weight {:.3})",
            set.name, set.pages, set.sites, set.article_lines, set.junk_lines, set.weight
        ));
    }
    lines.extend(card.fits.iter().map(|fit| format!("fit:           {fit}")));
    lines.join("\n") + "\n"
}
