//! `dechaff review`: a local page to correct labels. The address goes to standard output, words to
//! standard error.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::args::{ModelArgs, RunArgs};
use super::say::{count, say};
use super::steps::Steps;
use super::train::{data_folder, data_of_environment, read_recipe};
use crate::Error;
use crate::review::replay::Recovered;
use crate::review::{Server, Session, Study, Training};

/// Parts that sites are dealt into where a new model is compared with the one in use.
const FOLDS: usize = 5;

/// Correct the labels of a file in a local web page.
///
/// Prints an address to open in a browser on this machine; no other machine can reach it, and no other
/// page, for it holds a secret. The page shows one line after the other amid its page, the least sure
/// first, with what the model says of it and why. One key decides: A article, E either, a letter for each
/// kind of junk; with Shift, for all near-identical lines too. The page shows all keys.
///
/// Every decision is on disk, in FILE.review.jsonl, before the next line is shown. FILE itself is written
/// when you pause and at the end (F in the page, or Ctrl-C here); lines that were not decided keep
/// every byte, those that were say "source": "hand". What a killed review left in FILE.review.jsonl is
/// taken up when FILE is next reviewed. Several windows may be open on one review.
///
/// P trains a new model from the labels while you go on, and shows what it would change, both models at
/// their own thresholds; it is written beside FILE only if you say so, under a name that no file has.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff label crawl/ -o labels.jsonl            first labels, by rules
  dechaff review labels.jsonl                     correct those that are most worth a look
  dechaff review labels.jsonl --port 8123         on a server, seen through ssh -L 8123:127.0.0.1:8123
  dechaff review labels.jsonl -m mine.dechaff     in the order of what your own model doubts
  dechaff train labels.jsonl -o mine.dechaff      and then learn from them")]
pub struct Args {
    /// Labelled pages, as `label` writes and `train` reads them; JSON Lines, not compressed. Nothing is
    /// written where there is a mistake in it. Pages with `html` are left as they are.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The port on 127.0.0.1; the system chooses a free one unless given.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// How the page trains a new model (P there), in TOML; as the default model unless given.
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Folder of the prose and word lists that the recipe names; the environment variable
    /// DECHAFF_DATA unless given. What is not there is done without.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
///
/// # Errors
/// Where the file or the journal has mistakes, another review of the file runs, the port is in use, or the
/// file cannot be written at the end: then the decisions are in the journal.
pub fn run(args: &Args) -> Result<ExitCode> {
    let steps = Steps::new(args.run.quiet);
    let recipe = read_recipe(args.recipe.as_deref())?;
    let data = match args.data.as_deref() {
        Some(folder) => data_folder(Some(folder))?,
        // Looked at where somebody trains; few reviews do.
        None => data_of_environment(),
    };
    steps.now("reading labels");
    let (session, recovered) = match Session::open(&args.file) {
        Ok(opened) => opened,
        Err(errors) => {
            errors.iter().for_each(say);
            let mistakes = errors.iter().filter(|e| matches!(e, Error::BadPage { .. })).count();
            if mistakes > 0 {
                let mistakes = count(mistakes as u64, "mistake");
                say(format_args!("{mistakes}: nothing was overwritten"));
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    tell(&recovered, args);
    let passed_over = session.file().passed_over as u64;
    if passed_over > 0 {
        let pages = count(passed_over, "page");
        steps.say(format_args!(
            "{pages} with `html` left as they are: their labels come from `gold`"
        ));
    }
    steps.now("asking the model");
    let (model, policies) = args.model.load()?;
    let filter = policies.filter(model).with_kinds();
    let pool = args.run.pool()?;
    let study = pool.install(|| Study::new(session.file(), filter));
    let training = Training { recipe, data, folds: FOLDS, pool };
    let lines = count(session.file().n_lines() as u64, "line");
    let server = Server::bind(args.port, session, study, training)?;
    let stopper = server.stopper();
    ctrlc::set_handler(move || stopper.stop()).context("cannot listen for Ctrl-C")?;
    steps.say(format_args!("{lines}; open this address, and end with F there or Ctrl-C here:"));
    drop(steps);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", server.address())?;
    out.flush()?;
    drop(out);
    let journal = crate::review::journal::Journal::path_of(&args.file);
    server.run().with_context(|| {
        format!("not all is in {}, but in {}", args.file.display(), journal.display())
    })?;
    if !args.run.quiet {
        say(format_args!("{} has every decision", args.file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What an earlier review left is no small thing: it is told even where quiet was asked for.
fn tell(recovered: &Recovered, args: &Args) {
    let file = args.file.display();
    if recovered.decisions > 0 {
        let decisions = count(recovered.decisions as u64, "decision");
        say(format_args!("{file}: took up {decisions} of a review that did not end well"));
    }
    if recovered.was_torn {
        say(format_args!("{file}: a decision that was being written then did not count"));
    }
    if recovered.file_changed {
        say(format_args!("{file}: was changed by another program since"));
    }
    if !recovered.misfits.is_empty() {
        let n = count(recovered.misfits.len() as u64, "line");
        let first: Vec<&str> = recovered.misfits.iter().take(5).map(String::as_str).collect();
        say(format_args!(
            "{n} of these decisions are not there any more, kept in {file}.review.misfits.jsonl: {}{}",
            first.join(", "),
            if recovered.misfits.len() > 5 { " …" } else { "" }
        ));
    }
}
