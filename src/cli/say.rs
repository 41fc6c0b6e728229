//! Words for the user on standard error. If nobody listens there, the work goes on.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Whether standard error gets JSON Lines instead of words: one switch for the whole program, since
/// nothing else may come between them.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Turns JSON on or off.
pub fn set_json(is_json: bool) {
    IS_JSON.store(is_json, Ordering::Relaxed);
}

/// Whether it is on.
pub fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Prints a line on standard error, after the program's name; in JSON, as a remark.
pub fn say(message: impl Display) {
    if is_json() {
        emit(&serde_json::json!({"event": "remark", "message": message.to_string()}));
    } else {
        let _ = writeln!(std::io::stderr(), "dechaff: {message}");
    }
}

/// Prints a line of JSON on standard error.
pub fn emit(value: &impl Serialize) {
    if let Ok(mut line) = serde_json::to_vec(value) {
        line.push(b'\n');
        // At once, so that lines of several programs into one log stay whole.
        let _ = std::io::stderr().write_all(&line);
    }
}

/// `1 page`, `2 pages`.
pub fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// An error with its causes, none of them said twice: the library's errors name their cause already.
pub fn chain(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if said.is_empty() {
            said = cause;
        } else if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

/// Whether the reader of standard output has gone: not an error, but the end.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// A spinner that is drawn if standard error is a terminal and nobody asked for quiet.
pub fn spinner(quiet: bool) -> ProgressBar {
    if quiet || is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
