//! How far a run is, on standard error: inputs, pages, speed, what share goes, and about how long it
//! will still take. Drawn only where a person looks at it.

use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar};

use super::say::spinner;
use crate::input::Source;
use crate::output::Summary;

/// Before this share of the input is done, what is left is anybody's guess.
const KNOWN_FROM: f64 = 0.02;

/// The bar and what it tells.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    so_far: SoFar,
}

/// What has been done of what there is.
#[derive(Debug, Clone, Default, PartialEq)]
struct SoFar {
    inputs: usize,
    inputs_done: usize,
    pages: u64,
    lines: u64,
    bytes: u64,
    chars: u64,
    removed_chars: u64,
    /// Bytes of all inputs as they lie on the disk; 0 where one does not say how long it is.
    size: u64,
    /// Of these, those of the inputs that are done …
    size_done: u64,
    /// … and of the one that is being read, as far as that is known.
    size_current: u64,
}

impl Progress {
    /// A bar that is drawn if standard error is a terminal and nobody asked for quiet.
    pub fn new(quiet: bool) -> Self {
        Progress { bar: spinner(quiet), so_far: SoFar::default() }
    }

    /// Tells what there is to do.
    pub fn begin(&mut self, sources: &[Source]) {
        self.so_far.inputs = sources.len();
        if self.bar.is_hidden() {
            return;
        }
        let sizes = sources.iter().map(|source| std::fs::metadata(&source.path).ok());
        let sizes = sizes.map(|size| size.filter(|size| size.is_file()).map(|size| size.len()));
        self.so_far.size = sizes.sum::<Option<u64>>().unwrap_or_default();
    }

    /// Counts a page, or a piece of one, of an input that lies on the disk as it is read or not.
    pub fn page(&mut self, n_bytes: usize, figures: &Summary, is_plain: bool) {
        let s = &mut self.so_far;
        s.pages += figures.pages;
        s.lines += figures.lines;
        s.bytes += n_bytes as u64;
        s.chars += figures.chars;
        s.removed_chars += figures.removed_chars;
        if is_plain {
            s.size_current += n_bytes as u64;
        }
        if !self.bar.is_hidden() && (s.pages.is_multiple_of(64) || n_bytes > 1 << 20) {
            self.bar.set_message(s.told(self.bar.elapsed()));
        }
    }

    /// An input is through.
    pub fn end_of_input(&mut self, source: &Source) {
        let s = &mut self.so_far;
        s.inputs_done += 1;
        s.size_current = 0;
        if s.size > 0 {
            s.size_done += std::fs::metadata(&source.path).map_or(0, |size| size.len());
        }
    }

    /// Prints without tearing the bar.
    pub fn beside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl SoFar {
    fn told(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64().max(0.001);
        let per_second = |n: u64| (n as f64 / seconds) as u64;
        let mut told = String::new();
        if self.inputs > 1 {
            told = format!("{} of {} inputs, ", self.inputs_done, self.inputs);
        }
        told += &format!(
            "{} pages, {} at {}/s, {} lines/s, {:.1} % removed",
            self.pages,
            HumanBytes(self.bytes),
            HumanBytes(per_second(self.bytes)),
            per_second(self.lines),
            100.0 * self.removed_chars as f64 / self.chars.max(1) as f64
        );
        if let Some(left) = self.left(seconds) {
            told += &match left as u64 {
                left @ 0..60 => format!(", about {left} s left"),
                left @ 60..3600 => format!(", about {} min left", left.div_ceil(60)),
                left => format!(", about {} h {} min left", left / 3600, left % 3600 / 60),
            };
        }
        told
    }

    /// Seconds still to go, if what is left goes as what is done went.
    fn left(&self, seconds: f64) -> Option<f64> {
        let done = (self.size_done + self.size_current).min(self.size) as f64;
        let share = done / self.size.max(1) as f64;
        (share >= KNOWN_FROM).then(|| seconds * (1.0 - share) / share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_told_with_what_is_left() {
        let so_far = SoFar {
            inputs: 4,
            inputs_done: 1,
            pages: 30,
            lines: 900,
            bytes: 3 << 20,
            chars: 1000,
            removed_chars: 125,
            size: 10_000,
            size_done: 2000,
            size_current: 500,
        };
        assert_eq!(
            so_far.told(Duration::from_secs(30)),
            "1 of 4 inputs, 30 pages, 3.00 MiB at 102.40 KiB/s, 30 lines/s, 12.5 % removed, \
             about 2 min left"
        );
        let unknown = SoFar { inputs: 1, size: 0, ..so_far.clone() };
        let told = unknown.told(Duration::from_secs(30));
        assert!(told.starts_with("30 pages") && told.ends_with("% removed"), "{told}");
        let early = SoFar { size_done: 0, size_current: 100, ..so_far };
        assert_eq!(early.left(1.0), None);
    }
}
