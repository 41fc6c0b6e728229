//! How far a training has come, on standard error: what is being done and for how long by now, and
//! lines that stay.

use std::fmt::Display;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::say::{say, spinner};

/// The steps of a long work on standard error, with the seconds since it began: a spinner where a
/// person looks at it, else a line for each step.
#[derive(Debug)]
pub struct Steps {
    bar: ProgressBar,
    quiet: bool,
    start: Instant,
}

impl Steps {
    /// Starts the clock. With `quiet`, nothing is ever printed.
    pub fn new(quiet: bool) -> Self {
        Steps { bar: spinner(quiet), quiet, start: Instant::now() }
    }

    /// Tells what is being done now.
    pub fn now(&self, step: &str) {
        if !self.bar.is_hidden() {
            self.bar.set_message(step.to_owned());
        } else if !self.quiet {
            say(format_args!("[{:>4} s] {step}", self.start.elapsed().as_secs()));
        }
    }

    /// Prints a line that stays, unless quiet.
    pub fn say(&self, message: impl Display) {
        if !self.quiet {
            self.bar.suspend(|| say(message));
        }
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
