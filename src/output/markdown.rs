//! The kept lines of an HTML page as Markdown (CommonMark, with the tables of GitHub): headings, lists,
//! quotes, tables, code, emphasis, links. What is no mark is escaped, so that it reads as the text
//! does. A line is a paragraph of its own.

use std::fmt::Write as _;
use std::ops::Range;

use html5ever::local_name;

use super::clean::is_removed;
use super::inline::{Inline, push_inline};
use crate::html::{CodeLine, Document, Marks, TextLine};
use crate::{LineVerdict, PageVerdict};

/// Lists and quotes nested deeper than this are written as if they stood in the one that holds them.
const MAX_NESTING: usize = 16;
/// What is called a heading and holds more lines than this is none.
const MAX_HEADING: usize = 5;

/// The kept part of a page as Markdown, lines ended by LF; empty if nothing is kept. `verdict` is that
/// of [`Document::page`]. A document without marks ([`Document::parse_marked`]) has headings, lists
/// and quotes, but neither emphasis nor links nor tables.
pub fn markdown(document: &Document, verdict: &PageVerdict) -> String {
    let none = Marks::default();
    let marks = document.marks.as_deref().unwrap_or(&none);
    let mut writer = Writer { document, marks, out: String::new(), open: Vec::new() };
    let kept: Vec<usize> = (0..document.outline.lines.len())
        .filter(|&index| !is_removed(verdict.lines.get(index)))
        .collect();
    writer.write_all(&kept, true, verdict);
    writer.out
}

/// What holds a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// A quote, by its element.
    Quote(u32),
    /// An item of a list, by its element, with the element of the list.
    Item { element: u32, list: u32 },
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Text,
    /// Of this level.
    Heading(usize),
    /// Of this element.
    Code(u32),
    /// A row of this table.
    Table(u32),
}

/// Where a line stands.
struct Place {
    /// From the outermost in.
    holders: Vec<Holder>,
    block: Block,
}

struct Writer<'a> {
    document: &'a Document,
    marks: &'a Marks,
    out: String,
    /// What holds the block that was written last.
    open: Vec<Opened>,
}

/// A holder that was begun.
#[derive(Debug, Clone, Copy)]
struct Opened {
    holder: Holder,
    /// The width of its marker.
    width: usize,
    /// What follows the number of an item: of two lists on end the second has another one, or they would
    /// be read as one list.
    after_number: char,
}

impl Writer<'_> {
    /// Writes lines block by block.
    fn write_all(&mut self, lines: &[usize], has_tables: bool, verdict: &PageVerdict) {
        let mut rest = lines;
        while let Some((&first, _)) = rest.split_first() {
            let place = self.place(first, has_tables);
            let same = |&&index: &&usize| self.place(index, has_tables).block == place.block;
            let n_lines = match place.block {
                Block::Code(_) | Block::Table(_) => rest.iter().take_while(same).count(),
                Block::Heading(_) | Block::Text => 1,
            };
            let (group, others) = rest.split_at(n_lines.max(1));
            self.write(group, &place, verdict);
            rest = others;
        }
    }

    fn place(&self, index: usize, has_tables: bool) -> Place {
        let outline = &self.document.outline;
        let mut place = Place { holders: Vec::new(), block: Block::Text };
        let is_row = has_tables && !self.cells(index).is_empty();
        let is_code = !is_row && self.code(index).is_some();
        let mut around = outline.around(index).peekable();
        while let Some(element) = around.next() {
            let Some(element_of) = outline.elements.get(element as usize) else { break };
            // A heading that holds half the page was never closed.
            let is_short = element_of.lines.len() <= MAX_HEADING;
            match element_of.name {
                local_name!("h1") if is_short => place.name(Block::Heading(1)),
                local_name!("h2") if is_short => place.name(Block::Heading(2)),
                local_name!("h3") if is_short => place.name(Block::Heading(3)),
                local_name!("h4") if is_short => place.name(Block::Heading(4)),
                local_name!("h5") if is_short => place.name(Block::Heading(5)),
                local_name!("h6") if is_short => place.name(Block::Heading(6)),
                local_name!("pre") | local_name!("code") if is_code => {
                    place.block = Block::Code(element);
                }
                local_name!("table") if is_row && place.block == Block::Text => {
                    place.block = Block::Table(element);
                    // A list inside of a cell does not hold the table.
                    place.holders.clear();
                }
                local_name!("blockquote") => place.holders.push(Holder::Quote(element)),
                local_name!("li") => {
                    let list = around.peek().copied().unwrap_or(element);
                    place.holders.push(Holder::Item { element, list });
                }
                _ => {}
            }
        }
        place.holders.reverse();
        place.holders.truncate(MAX_NESTING);
        place
    }

    fn line(&self, index: usize) -> Option<&TextLine> {
        self.document.outline.lines.get(index)
    }

    /// The cells of a line that is a row, as a range of [`Marks::cells`].
    fn cells(&self, index: usize) -> Range<usize> {
        let Some(line) = self.line(index) else { return 0..0 };
        let cells = &self.marks.cells;
        let start = cells.partition_point(|cell| cell.start < line.bytes.start);
        start..cells.partition_point(|cell| cell.start < line.bytes.end)
    }

    /// The element of the row that a line is, or is a part of.
    fn row(&self, index: usize) -> Option<u32> {
        let outline = &self.document.outline;
        let is_row = |&element: &u32| {
            let element = outline.elements.get(element as usize);
            element.is_some_and(|element| element.name == local_name!("tr"))
        };
        outline.around(index).find(is_row)
    }

    fn code(&self, index: usize) -> Option<&CodeLine> {
        let code = &self.marks.code;
        let at = code.partition_point(|c| (c.line as usize) < index);
        code.get(at).filter(|c| c.line as usize == index)
    }

    /// Writes lines that are one block.
    fn write(&mut self, group: &[usize], place: &Place, verdict: &PageVerdict) {
        let block = match place.block {
            Block::Text | Block::Heading(_) => {
                let Some(&index) = group.first() else { return };
                let level = if let Block::Heading(level) = place.block { level } else { 0 };
                let text = self.inline(index, None, verdict.lines.get(index), level > 0);
                if text.is_empty() {
                    return;
                }
                vec![if level > 0 { format!("{} {text}", "#".repeat(level)) } else { text }]
            }
            Block::Code(_) => self.fenced(group, verdict),
            Block::Table(_) => match self.table(group, verdict) {
                Some(rows) => rows,
                // Of one column: what it is without the table.
                None => return self.write_all(group, false, verdict),
            },
        };
        self.push(&block, &place.holders);
    }

    /// Appends a block, with the marks of what holds it.
    fn push(&mut self, block: &[String], holders: &[Holder]) {
        let n_same = self.open.iter().zip(holders).take_while(|(a, b)| a.holder == **b).count();
        let begins_item = matches!(holders.get(n_same), Some(Holder::Item { .. }));
        // Items of one list stand close, and so does a list below the text of its item.
        let before = self.open.get(n_same).copied();
        let (mut is_close, mut after_number) = (false, '.');
        match (before.map(|opened| opened.holder), holders.get(n_same)) {
            (Some(Holder::Item { list: a, .. }), Some(Holder::Item { list: b, .. })) => {
                is_close = a == *b;
                let last = before.map_or('.', |opened| opened.after_number);
                after_number = if is_close == (last == '.') { '.' } else { ')' };
            }
            (None, _) => {
                let last = self.open.last().map(|opened| opened.holder);
                is_close = begins_item && n_same > 0 && matches!(last, Some(Holder::Item { .. }));
            }
            _ => {}
        }
        self.open.truncate(n_same);
        if !self.out.is_empty() && !is_close {
            let prefix = prefix(&self.open);
            self.out.push_str(prefix.trim_end());
            self.out.push('\n');
        }
        let mut first = prefix(&self.open);
        for &holder in holders.get(n_same..).unwrap_or_default() {
            let width = match holder {
                Holder::Quote(_) => {
                    first.push_str("> ");
                    2
                }
                Holder::Item { element, .. } => {
                    let number = self.marks.numbers.partition_point(|n| n.0 < element);
                    let number = self.marks.numbers.get(number).filter(|n| n.0 == element);
                    let marker =
                        number.map_or("- ".to_owned(), |n| format!("{}{after_number} ", n.1));
                    first.push_str(&marker);
                    marker.len()
                }
            };
            self.open.push(Opened { holder, width, after_number });
            // What is begun inside of it follows on nothing.
            after_number = '.';
        }
        let others = prefix(&self.open);
        for (index, line) in block.iter().enumerate() {
            let prefix = if index == 0 { &first } else { &others };
            self.out.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    /// Lines of code between fences that are longer than any in them.
    fn fenced(&self, group: &[usize], verdict: &PageVerdict) -> Vec<String> {
        let mut lines = Vec::new();
        for &index in group {
            let (Some(line), Some(code)) = (self.line(index), self.code(index)) else { continue };
            let plain = self.document.text.get(line.bytes.clone()).unwrap_or_default();
            if !lines.is_empty() {
                let n_blank = code.blank_before.min(2) as usize;
                lines.extend(std::iter::repeat_n(String::new(), n_blank));
            }
            // Cuts are places in the plain line.
            match verdict.lines.get(index).filter(|v| v.cuts(plain).next().is_some()) {
                Some(v) => lines.push(v.kept_parts(plain).collect()),
                None => lines.push(code.text.to_string()),
            }
        }
        let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        lines.insert(0, fence.clone());
        lines.push(fence);
        lines
    }

    /// The rows of a table, the first as its head; `None` if but one column has text. What stands in one
    /// cell on several lines is joined, for a row of Markdown is one line.
    fn table(&self, group: &[usize], verdict: &PageVerdict) -> Option<Vec<String>> {
        let mut rows: Vec<Vec<String>> = Vec::with_capacity(group.len());
        let mut last = None;
        for &index in group {
            let line = self.line(index)?;
            let cells = self.marks.cells.get(self.cells(index)).unwrap_or_default();
            let own = self.row(index);
            if own.is_none() || own != last {
                rows.push(Vec::new());
            }
            last = own;
            let row = rows.last_mut()?;
            for (n, cell) in cells.iter().enumerate() {
                let start = if n == 0 { line.bytes.start } else { cell.start };
                let end = cells.get(n + 1).map_or(line.bytes.end, |next| next.start);
                let text = self.inline(index, Some(start..end), verdict.lines.get(index), false);
                let column = cell.column as usize;
                if row.len() <= column {
                    row.resize(column + 1, String::new());
                }
                if let Some(own) = row.get_mut(column) {
                    if !own.is_empty() && !text.is_empty() {
                        own.push(' ');
                    }
                    own.push_str(&text);
                }
            }
        }
        let n_columns = rows.iter().map(Vec::len).max()?;
        // Text beside empty cells is laid out, not tabled.
        let has_text = |&column: &usize| {
            rows.iter().any(|row| row.get(column).is_some_and(|text| !text.is_empty()))
        };
        if (0..n_columns).filter(has_text).count() < 2 {
            return None;
        }
        let mut lines = Vec::with_capacity(rows.len() + 1);
        for (n, row) in rows.iter().enumerate() {
            let mut line = String::from("|");
            for column in 0..n_columns {
                let text = row.get(column).map_or("", String::as_str);
                // Writing to a String cannot fail.
                let _ = write!(line, " {text}{}|", if text.is_empty() { "" } else { " " });
            }
            lines.push(line);
            if n == 0 {
                lines.push(format!("|{}", " --- |".repeat(n_columns)));
            }
        }
        Some(lines)
    }

    /// A line, or a part of it, with emphasis and links.
    fn inline(
        &self,
        index: usize,
        cell: Option<Range<usize>>,
        verdict: Option<&LineVerdict>,
        is_heading: bool,
    ) -> String {
        let Some(line) = self.line(index) else { return String::new() };
        let text = self.document.text.as_str();
        let whole = text.get(line.bytes.clone()).unwrap_or_default();
        let gone: Vec<Range<usize>> = verdict
            .into_iter()
            .flat_map(|v| v.cuts(whole))
            .map(|cut| line.bytes.start + cut.start..line.bytes.start + cut.end)
            .collect();
        let inline = Inline {
            text,
            bytes: cell.clone().unwrap_or(line.bytes.clone()),
            gone: &gone,
            marks: self.marks,
            is_heading,
            is_cell: cell.is_some(),
        };
        let mut out = String::new();
        push_inline(&inline, &mut out);
        out
    }
}

impl Place {
    /// The innermost name counts.
    fn name(&mut self, block: Block) {
        if self.block == Block::Text {
            self.block = block;
        }
    }
}

/// What stands before a further line of a block.
fn prefix(open: &[Opened]) -> String {
    let mut prefix = String::new();
    for &Opened { holder, width, .. } in open {
        match holder {
            Holder::Quote(_) => prefix.push_str("> "),
            Holder::Item { .. } => prefix.extend(std::iter::repeat_n(' ', width)),
        }
    }
    prefix
}

pub(super) fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}
