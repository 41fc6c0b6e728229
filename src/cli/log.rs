//! `--log json`: what a run says on standard error as one JSON object an event, for programs that watch
//! it. Without it, the same is said in words.

use serde::Serialize;

use super::say::{emit, is_json, say, set_json};
use crate::Error;
use crate::output::Summary;

/// How a run tells what it does.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Run")]
pub struct LogArgs {
    /// Tell on standard error what happens in this form instead of in words: one object a line, with
    /// `event` start, file (one is done), remark, error or end. With --quiet only errors.
    #[arg(long, value_enum, value_name = "FORM")]
    log: Option<LogForm>,
}

/// The forms of `--log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogForm {
    /// JSON Lines.
    Json,
}

impl LogArgs {
    /// From here on, everything is told in the form that was asked for.
    pub fn begin(&self) {
        set_json(self.log == Some(LogForm::Json));
    }
}

/// What happens in a run.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// It begins.
    Start {
        /// The version of the program.
        dechaff: &'a str,
        /// Inputs to be read.
        files: usize,
        /// Inputs that a run before has finished.
        finished_before: usize,
    },
    /// An input is done; its output has its name.
    File {
        /// The input.
        path: String,
        /// Its output, where it has one of its own.
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<String>,
        /// Bytes of its pages, unpacked.
        bytes: u64,
        /// It could not be read to its end: the output has what was read of it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        broken_off: bool,
        /// The figures of its pages.
        #[serde(flatten)]
        counts: &'a Summary,
    },
    /// Something could not be read or written.
    Error {
        /// The file.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// 1-based line, record or row, where it is a single page.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u64>,
        /// The same words as without `--log`.
        message: String,
    },
    /// It ends.
    End {
        /// The exit code.
        exit: u8,
        /// How long it took.
        seconds: f64,
        /// The figures of all pages.
        #[serde(flatten)]
        counts: &'a Summary,
    },
}

/// Tells an event, where events are told as JSON.
pub fn event(event: &Event<'_>) {
    if is_json() {
        emit(event);
    }
}

/// Tells an error with its place.
pub fn error(error: &Error) {
    if !is_json() {
        return say(error);
    }
    let (path, line) = match error {
        Error::Io { path, .. } | Error::BadInput { path, .. } | Error::BadModel { path, .. } => {
            (Some(path), None)
        }
        Error::BadPage { path, line, .. } => (Some(path), Some(*line)),
        _ => (None, None),
    };
    let path = path.map(|path| path.display().to_string());
    emit(&Event::Error { path, line, message: error.to_string() });
}

/// Tells the error that ended the program.
pub fn last_error(message: String) {
    if is_json() {
        emit(&Event::Error { path: None, line: None, message });
    } else {
        say(message);
    }
}
