//! What Markdown needs to know of a page beyond its lines: emphasis, code and links inside a line,
//! numbers of list items, cells of table rows, code with its indentation. Collected only where it is
//! asked for, while the tree becomes lines; what stands around a line is in the outline.

use std::ops::Range;

use html5ever::local_name;

use super::dom::Element as Tag;

/// How a run is set: bits of [`Run::style`].
pub mod set {
    /// `<b>`, `<strong>`.
    pub const STRONG: u8 = 1;
    /// `<i>`, `<em>`.
    pub const EMPHASIS: u8 = 1 << 1;
    /// `<code>`, `<kbd>`, `<samp>`, `<tt>`.
    pub const CODE: u8 = 1 << 2;
}

/// No link.
pub const NO_LINK: u32 = u32::MAX;

/// A stretch of a line that is set alike; what is set plainly is in no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its place in the document's text.
    pub bytes: Range<usize>,
    /// How it is set, see [`set`].
    pub style: u8,
    /// Index of its link in [`Marks::links`], or [`NO_LINK`].
    pub link: u32,
}

/// The text of a cell of a table row, or what a line has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where in the document's text it begins.
    pub start: usize,
    /// Its column, from 0; empty cells count.
    pub column: u32,
}

/// A line of code as the page has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// Index of the line.
    pub line: u32,
    /// Blank lines before it in the same block.
    pub blank_before: u32,
    /// The line with its white space.
    pub text: Box<str>,
}

/// The marks of a page, each list in document order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Stretches that are not set plainly.
    pub runs: Vec<Run>,
    /// Where links lead, as the page writes it.
    pub links: Vec<Box<str>>,
    /// Items of numbered lists: their element and number.
    pub numbers: Vec<(u32, u32)>,
    /// Cells of rows that are one line, or whose cells are short; each line begins with one.
    pub cells: Vec<Cell>,
    /// Lines of preformatted code.
    pub code: Vec<CodeLine>,
}

/// What an open element hands on to its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// See [`set`].
    pub style: u8,
    /// Index of the link, or [`NO_LINK`].
    pub link: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Setting { style: 0, link: NO_LINK }
    }
}

/// A table may have this many columns; what stands further right is counted to the last.
const MAX_COLUMNS: u32 = 64;

/// Collects marks while the tree is walked.
#[derive(Debug, Default)]
pub struct Collector {
    /// What was collected.
    pub marks: Marks,
    /// Lists that are open: the number of the next item, if items are numbered.
    lists: Vec<Option<u32>>,
    /// Tables that are open: how many more rows each column is taken by a cell from above.
    tables: Vec<Vec<u32>>,
    /// Columns of the row that are taken up to now.
    column: u32,
    /// The column of the cell that is open.
    cell: Option<u32>,
    /// The same while its text has not begun in this line.
    begun: Option<u32>,
    /// The line of code being filled.
    code: String,
    has_code: bool,
    /// Whether the line has text that is not preformatted code.
    has_other: bool,
    blank: u32,
}

impl Collector {
    /// An element begins. Returns how its text is set.
    pub fn enter(&mut self, tag: &Tag, element: u32, around: Setting) -> Setting {
        let mut setting = around;
        match tag.name {
            local_name!("b") | local_name!("strong") => setting.style |= set::STRONG,
            local_name!("i") | local_name!("em") => setting.style |= set::EMPHASIS,
            local_name!("code") | local_name!("kbd") | local_name!("samp") | local_name!("tt") => {
                setting.style |= set::CODE;
            }
            local_name!("a") => {
                if let Some(link) = tag.attribute("href").filter(|href| leads_somewhere(href)) {
                    setting.link = self.marks.links.len() as u32;
                    self.marks.links.push(link.trim().into());
                }
            }
            local_name!("ul") | local_name!("menu") | local_name!("dir") => self.lists.push(None),
            local_name!("ol") => self.lists.push(Some(number(tag, "start").unwrap_or(1))),
            local_name!("li") => {
                if let Some(Some(next)) = self.lists.last_mut() {
                    let own = number(tag, "value").unwrap_or(*next);
                    *next = own.saturating_add(1);
                    self.marks.numbers.push((element, own));
                }
            }
            local_name!("pre") => self.blank = 0,
            local_name!("table") => self.tables.push(Vec::new()),
            local_name!("tr") => {
                self.column = 0;
                if let Some(taken) = self.tables.last_mut() {
                    taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
                }
            }
            local_name!("td") | local_name!("th") => self.enter_cell(tag),
            _ => {}
        }
        setting
    }

    fn enter_cell(&mut self, tag: &Tag) {
        let Some(taken) = self.tables.last_mut() else { return };
        while taken.get(self.column as usize).is_some_and(|&rows| rows > 0) {
            self.column += 1;
        }
        self.column = self.column.min(MAX_COLUMNS - 1);
        self.cell = Some(self.column);
        self.begun = self.cell;
        let n_columns = number(tag, "colspan").unwrap_or(1).clamp(1, MAX_COLUMNS - self.column);
        let n_rows = number(tag, "rowspan").unwrap_or(1).max(1);
        let end = (self.column + n_columns) as usize;
        if taken.len() < end {
            taken.resize(end, 0);
        }
        if let Some(own) = taken.get_mut(self.column as usize..end) {
            own.fill(n_rows);
        }
        self.column += n_columns;
    }

    /// An element ends.
    pub fn leave(&mut self, name: &html5ever::LocalName) {
        match *name {
            local_name!("ul") | local_name!("menu") | local_name!("dir") | local_name!("ol") => {
                self.lists.pop();
            }
            local_name!("table") => {
                self.tables.pop();
            }
            local_name!("td") | local_name!("th") => (self.cell, self.begun) = (None, None),
            _ => {}
        }
    }

    /// Text was added to the line, set as it says.
    pub fn text(&mut self, bytes: Range<usize>, setting: Setting, in_cell: bool, is_code: bool) {
        self.has_other |= !is_code;
        if in_cell && let Some(column) = self.begun.take() {
            self.marks.cells.push(Cell { start: bytes.start, column });
        }
        if setting == Setting::default() || bytes.is_empty() {
            return;
        }
        let Setting { style, link } = setting;
        if let Some(last) = self.marks.runs.last_mut()
            && last.bytes.end == bytes.start
            && (last.style, last.link) == (style, link)
        {
            last.bytes.end = bytes.end;
            return;
        }
        self.marks.runs.push(Run { bytes, style, link });
    }

    /// A part of a line of code, as the page has it.
    pub fn code(&mut self, part: &str) {
        self.code.push_str(part);
        self.has_code = true;
    }

    /// A line ends, with text or without.
    pub fn end_line(&mut self, line: Option<u32>) {
        self.begun = self.begun.or(self.cell);
        let has_code = std::mem::take(&mut self.has_code);
        if std::mem::take(&mut self.has_other) || !has_code {
            self.code.clear();
            return;
        }
        let text = std::mem::take(&mut self.code);
        match line {
            Some(line) => {
                let blank_before = std::mem::take(&mut self.blank);
                let text = text.trim_end().into();
                self.marks.code.push(CodeLine { line, blank_before, text });
            }
            None => self.blank += 1,
        }
    }
}

/// Whether a link leads to another place: not nowhere, not into a script.
fn leads_somewhere(href: &str) -> bool {
    // Browsers take no notice of white space and control characters here.
    let seen = href.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    let head: String = seen.take(12).collect::<String>().to_ascii_lowercase();
    let is_program = ["javascript:", "vbscript:", "data:"].iter().any(|s| head.starts_with(s));
    !head.is_empty() && head != "#" && !is_program
}

fn number(tag: &Tag, name: &str) -> Option<u32> {
    tag.attribute(name)?.trim().parse().ok().filter(|&n: &u32| n < 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    fn marks(html: &str) -> (String, Marks) {
        let document = Document::parse_marked(html);
        (document.text, *document.marks.unwrap())
    }

    #[test]
    fn runs_are_what_is_set_apart() {
        let (text, marks) = marks(
            "<p>他 <b>说 <i>走</i></b>了<a href=' /x '>此</a><a href='java\nscript:y'>彼</a>",
        );
        let runs: Vec<_> =
            marks.runs.iter().map(|r| (&text[r.bytes.clone()], r.style, r.link)).collect();
        assert_eq!(runs, [("说", 1, NO_LINK), ("走", 3, NO_LINK), ("此", 0, 0)]);
        assert_eq!(marks.links, ["/x".into()]);
    }

    #[test]
    fn items_have_numbers_and_cells_columns() {
        let (_, list) = marks("<ol start=3><li>a<ul><li>b</ul><li>c<li value=9>d<li>e</ol>");
        let numbers: Vec<_> = list.numbers.iter().map(|n| n.1).collect();
        assert_eq!(numbers, [3, 4, 9, 10]);
        let (text, table) = marks(
            "<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>d<td><td>e<tr><td><td>f</table>",
        );
        let cells: Vec<_> =
            table.cells.iter().map(|c| (&text[c.start..=c.start], c.column)).collect();
        assert_eq!(cells, [("a", 0), ("b", 1), ("c", 3), ("d", 1), ("e", 3), ("f", 1)]);
        // Every line of a cell is told, where all cells of the row are short.
        let (text, table) = marks(&format!(
            "<table><tr><td>a<br><p>b<td>c<tr><td>{}<td>d<br>e</table>",
            "x".repeat(300)
        ));
        let cells: Vec<_> =
            table.cells.iter().map(|c| (&text[c.start..=c.start], c.column)).collect();
        assert_eq!(cells, [("a", 0), ("b", 0), ("c", 1)]);
    }

    #[test]
    fn code_keeps_its_white_space() {
        let (_, marks) = marks("<pre>if <b>x</b>:\n\n\n    y  z\n</pre>");
        let code: Vec<_> = marks.code.iter().map(|c| (c.line, c.blank_before, &*c.text)).collect();
        assert_eq!(code, [(0, 0, "if x:"), (1, 2, "    y  z")]);
        // A line that is only in part preformatted is a line like others.
        let (text, marks) = self::marks("<code><i style='white-space:pre'>a</i> b</code>");
        assert_eq!((text.as_str(), marks.code.len()), ("a b\n", 0));
    }

    #[test]
    fn what_is_not_asked_for_is_not_collected() {
        let html = "<p>a <b>b</b>";
        let plain = Document::parse(html);
        assert_eq!(plain.marks, None);
        let marked = Document::parse_marked(html);
        assert_eq!((marked.text, marked.outline), (plain.text, plain.outline));
    }
}
