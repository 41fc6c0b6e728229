//! The command line: one thin file a command, each with its `Args` and a `run` that returns the exit
//! code. Data goes to standard output, words to standard error.

mod args;
mod barrier;
mod closing;
#[cfg(feature = "training")]
mod comparison;
#[cfg(feature = "training")]
mod cost;
mod diff;
mod each_page;
mod evaluate;
mod explain;
mod filter;
mod forms;
#[cfg(feature = "training")]
mod label;
mod ledger;
mod log;
mod model;
mod pages;
mod prepare;
mod preview;
mod profile;
mod progress;
mod report_file;
mod restore;
mod resume;
#[cfg(feature = "training")]
mod review;
mod say;
mod score;
mod shell;
mod show;
mod sink;
mod sites;
#[cfg(feature = "training")]
mod steps;
mod stop;
mod told;
#[cfg(feature = "training")]
mod train;
mod usage;

pub use args::{ModelArgs, PageArgs, RunArgs};

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};

const EXAMPLES: &str = "\
Examples:
  dechaff filter page.txt                                     one page, the article on standard output
  dechaff filter crawl/ -o clean/ --removed removed.jsonl.gz  a folder, and what was taken out
  dechaff show page.txt                                       what would become of each line
  dechaff restore clean/ --removed removed.jsonl.gz -o crawl-again/";

/// Takes the chaff out of web scrapes: writes the article, leaves out link farms, keyword strings,
/// menus, footers and other junk.
#[derive(Debug, Parser)]
#[command(name = "dechaff", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Filter(filter::Args),
    Score(score::Args),
    Restore(restore::Args),
    Show(show::Args),
    Explain(explain::Args),
    Profile(profile::Args),
    Diff(diff::Args),
    #[cfg(feature = "training")]
    Label(label::Args),
    #[cfg(feature = "training")]
    Review(review::Args),
    #[cfg(feature = "training")]
    Train(train::Args),
    Evaluate(evaluate::Args),
    Model(model::Args),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// Runs the program with the arguments of the process. The exit code is 0 for done, 1 for failed or
/// partly failed, 2 for a command line that makes no sense; 130 where it was stopped.
pub fn run() -> ExitCode {
    barrier::install();
    let command = Cli::parse().command;
    // A review has its own way to end.
    #[cfg(feature = "training")]
    let is_review = matches!(command, Command::Review(_));
    #[cfg(not(feature = "training"))]
    let is_review = false;
    if !is_review {
        stop::install();
    }
    let result = match command {
        Command::Filter(args) => filter::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Diff(args) => diff::run(&args),
        #[cfg(feature = "training")]
        Command::Label(args) => label::run(&args),
        #[cfg(feature = "training")]
        Command::Review(args) => review::run(&args),
        #[cfg(feature = "training")]
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Completions(args) => shell::completions(&args, Cli::command()),
        Command::Man(_) => shell::man(Cli::command()),
    };
    match result {
        Ok(code) => code,
        // Whoever read the output has what they wanted.
        Err(error) if say::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let message = say::chain(&error);
            // Errors of files come with their names; what has none was printed.
            let is_bare = error.downcast_ref::<std::io::Error>().is_some();
            log::last_error(if is_bare { format!("standard output: {message}") } else { message });
            match error.is::<usage::Senseless>() {
                true => ExitCode::from(2),
                false => ExitCode::FAILURE,
            }
        }
    }
}
