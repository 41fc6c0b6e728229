//! How the paragraphs of a page become lines: whole, hard-wrapped, a sentence a line, or several in
//! one. In comes a paragraph, out come lines that together hold all of its characters.

use super::Rng;

/// How paragraphs become lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One line each.
    Whole,
    /// Broken after so many characters, words kept whole where there are spaces.
    Wrapped(usize),
    /// A line for each sentence.
    Sentences,
    /// So many paragraphs in one line.
    Merged(usize),
}

impl Layout {
    pub(super) fn draw(rng: &mut Rng) -> Layout {
        match rng.below(20) {
            0..13 => Layout::Whole,
            13..16 => Layout::Wrapped(rng.range(16, 80)),
            16 | 17 => Layout::Sentences,
            18 => Layout::Merged(rng.range(2, 4)),
            _ => Layout::Merged(usize::MAX),
        }
    }

    pub(super) fn lines(self, paragraph: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut width = 0;
        let mut chars = paragraph.chars().peekable();
        while let Some(c) = chars.next() {
            let space_ends = c == ' ' || !c.is_ascii_alphanumeric();
            match self {
                Layout::Wrapped(most) if width >= most && space_ends => {
                    lines.push(std::mem::take(&mut line));
                    width = 0;
                }
                _ => {}
            }
            line.push(c);
            width += 1;
            let ends = matches!(c, '。' | '！' | '？')
                || (matches!(c, '.' | '!' | '?') && chars.peek() == Some(&' '));
            if self == Layout::Sentences && ends {
                lines.push(std::mem::take(&mut line));
            }
        }
        lines.push(line);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_break_lines_and_lose_nothing() {
        let text = "甲乙丙。丁戊己！庚";
        assert_eq!(Layout::Whole.lines(text), [text]);
        assert_eq!(Layout::Wrapped(4).lines(text), ["甲乙丙。", "丁戊己！", "庚"]);
        assert_eq!(Layout::Sentences.lines(text), ["甲乙丙。", "丁戊己！", "庚"]);
        assert_eq!(Layout::Wrapped(3).lines("ab cdef g"), ["ab cdef", " g"]);
        assert_eq!(Layout::Sentences.lines("At 2.5 m. No"), ["At 2.5 m.", " No"]);
    }
}
