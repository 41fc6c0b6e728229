//! Tables in plain text: cells go in, aligned lines come out. Widths are those of a terminal, where
//! a Chinese character takes two columns.

use std::fmt::{self, Write};

/// Rows of cells. The first column is aligned left, the others right.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with its heading.
    pub(super) fn new<S: Into<String>>(heading: impl IntoIterator<Item = S>) -> Self {
        let mut table = Table::default();
        table.row(heading);
        table
    }

    /// Adds a row.
    pub(super) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// How many rows stand below the heading.
    pub(super) fn len(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// Writes the rows, two spaces between columns and no space at the end of a line.
    pub(super) fn write(&self, out: &mut impl Write) -> fmt::Result {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width_so_far, cell) in widths.iter_mut().zip(row) {
                *width_so_far = (*width_so_far).max(width(cell));
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, full)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(full - width(cell));
                if column == 0 {
                    write!(line, "{cell}{padding}")?;
                } else {
                    write!(line, "  {padding}{cell}")?;
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Columns that a text takes in a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// By the blocks of Unicode, which is enough for site names and lines of scrapes; emoji and rare
/// marks may be off by one.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        // Combining marks, zero-width characters, variation selectors.
        0x300..=0x36f | 0x200b..=0x200f | 0x2060..=0x2064 | 0xfe00..=0xfe0f | 0xfeff => 0,
        // Hangul letters; radicals, kana, ideographs and their marks; Hangul; compatibility
        // forms; full-width forms; pictures; the planes of further ideographs.
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f9ff
        | 0x20000..=0x3ffff => 2,
        _ => 1,
    }
}

/// A text from outside as it can be shown: control characters, which could steer the terminal,
/// become `�`, and what goes beyond `limit` columns becomes `…`.
pub(super) fn shown(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let fits = width(text) <= limit;
    let mut used = 0;
    for c in text.chars() {
        // Marks that turn the writing direction would put the rest of the line in disorder.
        let steers =
            c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let c = if steers { char::REPLACEMENT_CHARACTER } else { c };
        used += char_width(c);
        if !fits && used >= limit {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_double_width_names() {
        let mut table = Table::new(["site", "lines", "F1"]);
        table.row(["晨报网", "1,204", "0.9"]);
        table.row(["a.example", "7", "–"]);
        let mut out = String::new();
        table.write(&mut out).unwrap();
        assert_eq!(
            out,
            "site       lines   F1\n\
             晨报网     1,204  0.9\n\
             a.example      7    –\n"
        );
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn text_from_outside_is_made_harmless_and_cut_to_width() {
        assert_eq!(shown("a\u{1b}[2Jb\tc", 99), "a�[2Jb�c");
        assert_eq!(shown("a\u{202e}b", 99), "a�b");
        assert_eq!(shown("春天来了", 8), "春天来了");
        assert_eq!(shown("春天来了", 7), "春天来…");
        assert_eq!(shown("春天来了", 6), "春天…");
        assert_eq!(shown("", 3), "");
    }
}
