//! Which lines of a long page are judged together. Lines come in; out come windows: runs of lines that are
//! looked at, and in each the lines that are its own. Every line is some window's own once; those around
//! are there so that none stands at an edge that is not there.

use std::ops::Range;

use super::Line;

/// Where windows end. Bytes are those of the page's text, from the first byte of a line to the last of
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// A page up to this size is judged as a whole but for the limits on lines; of a longer one, windows
    /// are limited in bytes, too, and each is a page of its own for the guard.
    pub long_bytes: usize,
    /// Lines of a window …
    pub lines: usize,
    /// … and of these at either end, lines that are not its own.
    pub overlap_lines: usize,
    /// Bytes of a window, unless its first own line alone is longer …
    pub bytes: usize,
    /// … and of the lines at either end. A window that ends before more blank lines than this has no
    /// such lines at that end.
    pub overlap_bytes: usize,
}

impl Default for Windows {
    /// 8 MiB; 10,000 lines, 200 at either end; 4 MiB, 128 KiB at either end.
    fn default() -> Self {
        Windows {
            long_bytes: 8 << 20,
            lines: 10_000,
            overlap_lines: 200,
            bytes: 4 << 20,
            overlap_bytes: 128 << 10,
        }
    }
}

/// A window, as indices of the page's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The lines that are looked at.
    pub seen: Range<usize>,
    /// Those that are judged; they lie in `seen`.
    pub own: Range<usize>,
}

impl Windows {
    /// Whether a page of these lines is long: see [`Windows::long_bytes`].
    pub fn is_long(&self, lines: &[Line<'_>]) -> bool {
        lines.last().is_some_and(|line| end(line) > self.long_bytes)
    }

    /// All windows of a page.
    pub fn of(&self, lines: &[Line<'_>]) -> Vec<Window> {
        let any = usize::MAX;
        let limits = match self.is_long(lines) {
            true => *self,
            false => Windows { bytes: any, overlap_bytes: any, ..*self },
        };
        let mut windows = Vec::new();
        let mut done = 0;
        while done < lines.len() {
            let window = limits.next(lines, done);
            done = window.own.end;
            windows.push(window);
        }
        windows
    }

    /// The window of a long page whose first own line is `lines[first]`, which has to be there.
    pub(crate) fn next(&self, lines: &[Line<'_>], first: usize) -> Window {
        let bytes = |from: usize, to: usize| end(&lines[to - 1]).saturating_sub(lines[from].start);
        let start = first - self.n_before(lines, first);
        let mut end_of_seen = first + 1;
        while end_of_seen < lines.len()
            && end_of_seen - start < self.lines
            && bytes(start, end_of_seen + 1) <= self.bytes
        {
            end_of_seen += 1;
        }
        let mut end_of_own = end_of_seen;
        if lines.get(end_of_seen).is_some_and(|next| !self.is_gap(&lines[end_of_seen - 1], next)) {
            while end_of_seen - end_of_own < self.overlap_lines
                && end_of_own - 1 > first
                && bytes(end_of_own - 1, end_of_seen) <= self.overlap_bytes
            {
                end_of_own -= 1;
            }
        }
        Window { seen: start..end_of_seen, own: first..end_of_own }
    }

    /// How many lines before this one it sees.
    pub(crate) fn n_before(&self, lines: &[Line<'_>], line: usize) -> usize {
        let mut n = 0;
        while n < line.min(self.overlap_lines)
            && lines[line].start - lines[line - n - 1].start <= self.overlap_bytes
        {
            n += 1;
        }
        n
    }

    /// Whether there is too much between two lines for either to see the other.
    fn is_gap(&self, line: &Line<'_>, next: &Line<'_>) -> bool {
        next.start.saturating_sub(end(line)) > self.overlap_bytes
    }
}

/// The end of a line without its terminator.
pub(crate) fn end(line: &Line<'_>) -> usize {
    line.start + line.text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Page;

    fn windows(limits: Windows, text: &str) -> Vec<(Range<usize>, Range<usize>)> {
        let page = Page::from_text(text);
        limits.of(&page.lines).into_iter().map(|window| (window.seen, window.own)).collect()
    }

    #[test]
    fn a_page_that_is_not_long_is_parted_by_lines_alone() {
        let limits = Windows::default();
        assert_eq!(windows(limits, &"甲\n".repeat(10_000)), [(0..10_000, 0..10_000)]);
        let expected = [
            (0..10_000, 0..9_800),
            (9_600..19_600, 9_800..19_400),
            (19_200..20_007, 19_400..20_007),
        ];
        assert_eq!(windows(limits, &"甲\n".repeat(20_007)), expected);
        let limits = Windows { bytes: 10, overlap_bytes: 3, ..limits };
        assert_eq!(windows(limits, &"甲乙丙\n".repeat(5)), [(0..5, 0..5)]);
    }

    #[test]
    fn a_long_page_is_parted_by_bytes_too() {
        let limits =
            Windows { long_bytes: 10, lines: 100, overlap_lines: 100, bytes: 10, overlap_bytes: 3 };
        assert_eq!(windows(limits, "a\nb\nc\nd\ne"), [(0..5, 0..5)]);
        // Ten bytes are five lines; three of them, from start to end, two.
        let expected = [(0..5, 0..3), (2..7, 3..7)];
        assert_eq!(windows(limits, "a\nb\nc\nd\ne\nf\ng"), expected);
        // A line that is too long has a window of its own, with what it sees before it.
        let long = format!("a\n{}\nb\nc", "x".repeat(20));
        assert_eq!(windows(limits, &long), [(0..1, 0..1), (0..2, 1..2), (2..4, 2..4)]);
        // Beyond many blank lines nothing is seen.
        let apart = format!("a\nb\n{}c\nd\ne", "\n".repeat(8));
        assert_eq!(windows(limits, &apart), [(0..2, 0..2), (2..5, 2..5)]);
    }

    #[test]
    fn tiny_limits_still_lead_on() {
        let limits =
            Windows { long_bytes: 0, lines: 1, overlap_lines: 5, bytes: 1, overlap_bytes: 9 };
        let own: Vec<_> =
            windows(limits, "a\nb\nc\n").into_iter().map(|(_, own)| own.start).collect();
        assert_eq!(own, [0, 1, 2]);
    }
}
