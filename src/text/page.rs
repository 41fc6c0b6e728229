//! A page as its lines, over borrowed text. Blank lines are not scored and not listed, but they
//! count for the numbers of the lines after them.

use super::{Site, Windows};

/// One line of a page that holds more than white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// 1-based number in the page, blank lines counted.
    pub number: u32,
    /// Byte offset of the line's first byte in the page's text.
    pub start: usize,
    /// The line without its terminator (LF, CRLF, or CR), byte for byte as it came.
    pub text: &'a str,
}

/// The lines of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page<'a> {
    /// Every line that is not blank, in order.
    pub lines: Vec<Line<'a>>,
    /// The site that it is of, where that is known.
    pub site: Option<Site>,
}

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// With LF or CRLF; a CR by itself is a character like others.
    Feeds,
    /// With CR, as those of old files; an LF further on ends a line, too.
    Returns,
}

impl LineEnds {
    /// How those of a text end, by its first `shown` bytes, and one more that a CR at their end may need: a
    /// text may be too long to look for an LF in all of it.
    pub(crate) fn of(text: &str, shown: usize) -> LineEnds {
        let start = |bytes: usize| text.as_bytes().get(..bytes).unwrap_or(text.as_bytes());
        // The first line end is near, or it is one line to look through.
        let has_feeds = memchr::memchr(b'\n', start(shown.saturating_add(1))).is_some();
        match !has_feeds && memchr::memchr(b'\r', start(shown)).is_some() {
            true => LineEnds::Returns,
            false => LineEnds::Feeds,
        }
    }

    /// The first place where a line ends, its last byte.
    pub(crate) fn first(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnds::Feeds => memchr::memchr(b'\n', bytes),
            LineEnds::Returns => memchr::memchr2(b'\n', b'\r', bytes),
        }
    }

    /// The last such place.
    pub(crate) fn last(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnds::Feeds => memchr::memrchr(b'\n', bytes),
            LineEnds::Returns => memchr::memrchr2(b'\n', b'\r', bytes),
        }
    }

    /// How many such places there are.
    pub(crate) fn count(self, bytes: &[u8]) -> usize {
        match self {
            LineEnds::Feeds => memchr::memchr_iter(b'\n', bytes).count(),
            LineEnds::Returns => memchr::memchr2_iter(b'\n', b'\r', bytes).count(),
        }
    }
}

impl<'a> Page<'a> {
    /// Splits a text at LF or CRLF, or, where there is none, at CR, with which old files end their lines.
    /// Of a text of more than 8 MiB, these tell.
    ///
    /// ```
    /// use dechaff::Page;
    /// let page = Page::from_text("a\r\n\nb");
    /// let lines: Vec<_> = page.lines.iter().map(|l| (l.number, l.start, l.text)).collect();
    /// assert_eq!(lines, [(1, 0, "a"), (3, 4, "b")]);
    /// ```
    pub fn from_text(text: &'a str) -> Self {
        Page::from_part(text, LineEnds::of(text, Windows::default().long_bytes))
    }

    /// The same page as one of a site.
    #[must_use]
    pub fn of_site(self, site: Option<Site>) -> Self {
        Page { site, ..self }
    }

    /// Splits a part of a text, of which it is known how its lines end: that a part holds no LF says nothing
    /// of the whole.
    pub(crate) fn from_part(text: &'a str, ends: LineEnds) -> Self {
        match ends {
            LineEnds::Feeds => Page::split(text, memchr::memchr_iter(b'\n', text.as_bytes())),
            LineEnds::Returns => {
                Page::split(text, memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()))
            }
        }
    }

    fn split(text: &'a str, ends: impl Iterator<Item = usize>) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        let mut number = 0;
        for end in ends.chain(std::iter::once(text.len())) {
            number += 1;
            let line = &text[start..end];
            // A CR belongs to the terminator only where an LF follows.
            let line =
                if end < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line };
            push_unless_blank(&mut lines, number, start, line);
            start = end + 1;
        }
        Page { lines, site: None }
    }

    /// Takes lines as they are, without splitting them further; `start` counts as if they were
    /// joined by one byte.
    pub fn from_lines<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for (index, text) in texts.into_iter().enumerate() {
            push_unless_blank(&mut lines, index as u32 + 1, start, text);
            start += text.len() + 1;
        }
        Page { lines, site: None }
    }
}

fn push_unless_blank<'a>(lines: &mut Vec<Line<'a>>, number: u32, start: usize, text: &'a str) {
    // Almost every line starts with something that is not white space, so this rarely walks far.
    if !text.chars().all(char::is_whitespace) {
        lines.push(Line { number, start, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(text: &str) -> Vec<(u32, usize, &str)> {
        Page::from_text(text).lines.iter().map(|l| (l.number, l.start, l.text)).collect()
    }

    #[test]
    fn lines_end_at_lf_or_crlf_and_blank_ones_only_count() {
        assert_eq!(numbered(""), []);
        assert_eq!(numbered("\n \n\u{3000}\t\r\n"), []);
        assert_eq!(numbered("甲\n乙"), [(1, 0, "甲"), (2, 4, "乙")]);
        assert_eq!(numbered("甲\r\n\r\n乙\r\n"), [(1, 0, "甲"), (3, 7, "乙")]);
        // A CR that ends no line stays in it.
        assert_eq!(numbered("a\rb\nc\r"), [(1, 0, "a\rb"), (2, 4, "c\r")]);
    }

    #[test]
    fn lines_end_at_cr_where_nothing_else_ends_them() {
        assert_eq!(numbered("甲\r\r \r乙\r"), [(1, 0, "甲"), (4, 7, "乙")]);
        assert_eq!(numbered("\r"), []);
        let part = |text, ends| -> Vec<_> {
            Page::from_part(text, ends).lines.iter().map(|l| (l.number, l.text)).collect()
        };
        assert_eq!(part("a\rb", LineEnds::Feeds), [(1, "a\rb")]);
        assert_eq!(part("a\rb\n\r\nc", LineEnds::Returns), [(1, "a"), (2, "b"), (5, "c")]);
    }

    #[test]
    fn the_start_of_a_text_tells_how_its_lines_end() {
        for (text, ends) in [
            ("a\rb", LineEnds::Returns),
            ("a\rbcd\n", LineEnds::Returns),
            ("a\rbc\n", LineEnds::Feeds),
            ("abc\r\n", LineEnds::Feeds),
            ("abcd\r", LineEnds::Feeds),
            ("abc\r", LineEnds::Returns),
            ("", LineEnds::Feeds),
        ] {
            assert_eq!(LineEnds::of(text, 4), ends, "{text:?}");
        }
    }

    #[test]
    fn listed_lines_are_not_split_again() {
        let page = Page::from_lines(["甲", " ", "乙\n丙"]);
        let got: Vec<_> = page.lines.iter().map(|l| (l.number, l.start, l.text)).collect();
        assert_eq!(got, [(1, 0, "甲"), (3, 6, "乙\n丙")]);
    }
}
