//! The command line: one thin file a command, each with its `Args` and a `run` that returns the exit
//! code. Data goes to standard output, words to standard error.

mod args;
mod evaluate;
mod filter;
mod model;
mod pages;
mod restore;
mod say;
mod score;
#[cfg(feature = "training")]
mod steps;
#[cfg(feature = "training")]
mod train;

pub use args::{ModelArgs, PageArgs, RunArgs};

use std::process::ExitCode;

use clap::Parser;

/// Takes the chaff out of web scrapes: writes the article, leaves out link farms, keyword strings,
/// menus, footers and other junk.
#[derive(Debug, Parser)]
#[command(name = "dechaff", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Filter(filter::Args),
    Score(score::Args),
    Restore(restore::Args),
    #[cfg(feature = "training")]
    Train(train::Args),
    Evaluate(evaluate::Args),
    Model(model::Args),
}

/// Runs the program with the arguments of the process. The exit code is 0 for done, 1 for failed or
/// partly failed, 2 for a command line that makes no sense.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Filter(args) => filter::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Restore(args) => restore::run(&args),
        #[cfg(feature = "training")]
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Model(args) => model::run(&args),
    };
    match result {
        Ok(code) => code,
        // Whoever read the output has what they wanted.
        Err(error) if say::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say::say(say::chain(&error));
            ExitCode::FAILURE
        }
    }
}
