//! How the paragraphs of a page become lines: whole, hard-wrapped, a sentence a line, loose clauses,
//! or several in one. In comes a paragraph, out come lines that together hold all of its characters;
//! only of loose clauses the marks between them are left out.

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
    /// So many clauses a line, as bloggers write under their photographs: spaces for marks.
    Clauses(usize),
    /// So many paragraphs in one line.
    Merged(usize),
}

impl Layout {
    pub(super) fn draw(rng: &mut Rng) -> Layout {
        match rng.below(22) {
            0..13 => Layout::Whole,
            20 | 21 => Layout::Clauses(rng.skewed(1, 3)),
            13..16 => Layout::Wrapped(rng.range(16, 80)),
            16 | 17 => Layout::Sentences,
            18 => Layout::Merged(rng.range(2, 4)),
            _ => Layout::Merged(usize::MAX),
        }
    }

    pub(super) fn lines(self, paragraph: &str) -> Vec<String> {
        if let Layout::Clauses(most) = self {
            return clauses(paragraph, most.max(1));
        }
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

/// So many clauses a line, with a space between them; what asks or exclaims stays.
fn clauses(paragraph: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut count = 0;
    let mut chars = paragraph.chars().peekable();
    while let Some(c) = chars.next() {
        let is_mark = matches!(c, '，' | '。' | '；' | '：' | '、')
            || (matches!(c, ',' | '.' | ';') && chars.peek().is_none_or(|&next| next == ' '));
        if !is_mark {
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            continue;
        }
        count += 1;
        if count % most == 0 {
            lines.push(String::new());
        } else if let Some(line) = lines.last_mut() {
            line.push(' ');
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_clauses_lose_their_marks() {
        let text = "甲乙，丙丁。戊己！庚，辛。";
        assert_eq!(Layout::Clauses(1).lines(text), ["甲乙", "丙丁", "戊己！庚", "辛"]);
        assert_eq!(Layout::Clauses(2).lines(text), ["甲乙 丙丁", "戊己！庚 辛"]);
        assert_eq!(Layout::Clauses(1).lines("At 2.5 m, say. "), ["At 2.5 m", " say"]);
    }

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
