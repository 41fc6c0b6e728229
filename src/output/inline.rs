//! One line of Markdown: text with emphasis, code and links, everything else escaped. In: a stretch
//! of a document's text and its marks; out: a line without LF.

use std::ops::Range;

use super::markdown::longest_run;
use crate::html::{Marks, NO_LINK, set};

/// What is to be written.
pub(super) struct Inline<'a> {
    /// The document's text.
    pub(super) text: &'a str,
    /// The stretch of it.
    pub(super) bytes: Range<usize>,
    /// What is left out, in order.
    pub(super) gone: &'a [Range<usize>],
    pub(super) marks: &'a Marks,
    /// Headings are not set bold once more.
    pub(super) is_heading: bool,
    pub(super) is_cell: bool,
}

/// A character and how it is set.
#[derive(Clone, Copy)]
struct Char {
    c: char,
    style: u8,
    link: u32,
}

/// Appends it.
pub(super) fn push_inline(inline: &Inline<'_>, out: &mut String) {
    let mut chars = chars(inline);
    let blank = |c: &Char| c.c.is_whitespace();
    let start = chars.iter().take_while(|c| blank(c)).count();
    chars.drain(..start);
    chars.truncate(chars.len() - chars.iter().rev().take_while(|c| blank(c)).count());
    bridge(&mut chars);
    trim_style(&mut chars, set::STRONG);
    trim_style(&mut chars, set::EMPHASIS);
    let mut rest = chars.as_slice();
    while let Some(first) = rest.first() {
        let n = rest.iter().take_while(|c| c.link == first.link).count();
        let (part, others) = rest.split_at(n);
        match inline.marks.links.get(first.link as usize) {
            Some(link) => {
                if out.ends_with('!') {
                    // Else it would be an image.
                    out.pop();
                    out.push_str("\\!");
                }
                out.push('[');
                push_part(part, inline, out);
                out.push_str("](");
                push_destination(link, inline.is_cell, out);
                out.push(')');
            }
            None => push_part(part, inline, out),
        }
        rest = others;
    }
    if inline.is_heading && out.ends_with('#') {
        out.pop();
        out.push_str("\\#");
    }
    if !inline.is_heading && !inline.is_cell {
        escape_start(out);
    }
}

fn chars(inline: &Inline<'_>) -> Vec<Char> {
    let Range { start, end } = inline.bytes;
    let runs = &inline.marks.runs;
    let first = runs.partition_point(|run| run.bytes.end <= start);
    let mut runs = runs.get(first..).unwrap_or_default().iter().peekable();
    let mut gone = inline.gone.iter().peekable();
    let mut chars = Vec::with_capacity(end.saturating_sub(start));
    for (at, c) in inline.text.get(start..end).unwrap_or_default().char_indices() {
        let at = start + at;
        while runs.next_if(|run| run.bytes.end <= at).is_some() {}
        while gone.next_if(|cut| cut.end <= at).is_some() {}
        if gone.peek().is_some_and(|cut| cut.start <= at) {
            continue;
        }
        let run = runs.peek().filter(|run| run.bytes.start <= at);
        let mut style = run.map_or(0, |run| run.style);
        if style & set::CODE != 0 {
            style = set::CODE;
        }
        if inline.is_heading {
            style &= !set::STRONG;
        }
        // Cells are parted by a tab in the text.
        let c = if c == '\t' || c == '\n' || c == '\r' { ' ' } else { c };
        chars.push(Char { c, style, link: run.map_or(NO_LINK, |run| run.link) });
    }
    chars
}

/// White space between two words that are set alike is set as they are.
fn bridge(chars: &mut [Char]) {
    let mut at = 0;
    while at < chars.len() {
        let is_gap = |c: &Char| c.c == ' ' && c.style == 0 && c.link == NO_LINK;
        let n = chars.get(at..).unwrap_or_default().iter().take_while(|c| is_gap(c)).count();
        if n > 0
            && let Some(&before) = at.checked_sub(1).and_then(|b| chars.get(b))
            && let Some(&after) = chars.get(at + n)
        {
            let link = if before.link == after.link { before.link } else { NO_LINK };
            let style = before.style & after.style & !set::CODE;
            for c in chars.get_mut(at..at + n).unwrap_or_default() {
                (c.style, c.link) = (style, link);
            }
        }
        at += n.max(1);
    }
}

/// Emphasis begins and ends at a letter or digit: beside other characters its marks would not be read
/// as such. What is emphasised within a link ends with it.
fn trim_style(chars: &mut [Char], bit: u8) {
    let mut at = 0;
    while let Some(first) = chars.get(at) {
        let alike = |c: &&Char| c.style & bit == first.style & bit && c.link == first.link;
        let n = chars.get(at..).unwrap_or_default().iter().take_while(alike).count();
        if first.style & bit != 0
            && let Some(part) = chars.get_mut(at..at + n)
        {
            let is_letter = |c: &Char| c.c.is_alphanumeric();
            let end = part.iter().rposition(is_letter).map_or(0, |last| last + 1);
            let start = part.iter().position(is_letter).unwrap_or(0).min(end);
            for (index, c) in part.iter_mut().enumerate() {
                if !(start..end).contains(&index) {
                    c.style &= !bit;
                }
            }
        }
        at += n.max(1);
    }
}

/// Characters of one link, or of none.
fn push_part(part: &[Char], inline: &Inline<'_>, out: &mut String) {
    let mut open = Open::default();
    let mut rest = part;
    while let Some(first) = rest.first() {
        let n = rest.iter().take_while(|c| c.style == first.style).count();
        let (run, others) = rest.split_at(n);
        open.close_but(first.style, out);
        // Marks that touch would be read as one: what would begin where another ends is left plain.
        if !out.ends_with('*') || out.ends_with("\\*") {
            let reach = |bit: u8| rest.iter().take_while(|c| c.style & bit != 0).count();
            // What goes on longer is the outer one, where both begin here.
            let both = set::STRONG | set::EMPHASIS;
            let begin = first.style & both == both && open.outer == 0;
            let order = match begin && reach(set::EMPHASIS) > reach(set::STRONG) {
                true => [set::EMPHASIS, set::STRONG],
                false => [set::STRONG, set::EMPHASIS],
            };
            order
                .into_iter()
                .filter(|bit| first.style & bit != 0)
                .for_each(|bit| open.open(bit, out));
        }
        if first.style & set::CODE != 0 {
            push_code(run, inline.is_cell, out);
        } else {
            push_escaped(run, inline, out);
        }
        rest = others;
    }
    open.close_but(0, out);
}

/// What has begun and not ended: none, one or both of strong and emphasis, the outer one first.
#[derive(Default)]
struct Open {
    outer: u8,
    inner: u8,
}

impl Open {
    /// Begins what has not begun.
    fn open(&mut self, bit: u8, out: &mut String) {
        if self.outer == bit || self.inner == bit {
            return;
        }
        out.push_str(mark(bit));
        let place = if self.outer == 0 { &mut self.outer } else { &mut self.inner };
        *place = bit;
    }

    /// Ends what is not in `wanted`; the inner one cannot go on without the outer.
    fn close_but(&mut self, wanted: u8, out: &mut String) {
        let ends_outer = self.outer & !wanted != 0;
        if ends_outer || self.inner & !wanted != 0 {
            out.push_str(mark(std::mem::take(&mut self.inner)));
        }
        if ends_outer {
            out.push_str(mark(std::mem::take(&mut self.outer)));
        }
    }
}

fn mark(bit: u8) -> &'static str {
    match bit {
        set::STRONG => "**",
        set::EMPHASIS => "*",
        _ => "",
    }
}

fn push_code(run: &[Char], is_cell: bool, out: &mut String) {
    let code: String = run.iter().map(|c| c.c).collect();
    let fence = "`".repeat(longest_run(&code, '`') + 1);
    let needs_space = code.starts_with('`') || code.ends_with('`');
    let space = if needs_space { " " } else { "" };
    let code = if is_cell { code.replace('|', "\\|") } else { code };
    out.extend([&fence, space, &code, space, &fence]);
}

fn push_escaped(run: &[Char], inline: &Inline<'_>, out: &mut String) {
    let at = |index: usize| run.get(index).map(|c| c.c);
    for (index, &Char { c, .. }) in run.iter().enumerate() {
        let before = index.checked_sub(1).and_then(at);
        let after = at(index + 1);
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_escaped = match c {
            '\\' | '`' | '*' | '[' | ']' | '~' => true,
            // Inside a word it is no mark.
            '_' => !(is_letter(before) && is_letter(after)),
            '<' => after.is_none_or(|c| c.is_alphabetic() || matches!(c, '/' | '!' | '?')),
            '&' => begins_reference(run.iter().skip(index + 1).map(|c| c.c)),
            '|' => inline.is_cell,
            _ => false,
        };
        if is_escaped {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether what follows a `&` makes it a character reference.
fn begins_reference(after: impl Iterator<Item = char>) -> bool {
    // The longest name has 31 characters.
    let mut rest = after.take(33).skip_while(|c| c.is_ascii_alphanumeric() || *c == '#');
    rest.next() == Some(';')
}

/// Where a link leads, with what would end it early as `%XX`.
fn push_destination(link: &str, is_cell: bool, out: &mut String) {
    for (at, c) in link.char_indices() {
        match c {
            '\t' | '\n' | '\r' => {}
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '|' if is_cell => out.push_str("%7C"),
            '&' if begins_reference(link.get(at + 1..).unwrap_or_default().chars()) => {
                out.push_str("&amp;")
            }
            c if c.is_control() || c.is_whitespace() => {}
            c => out.push(c),
        }
    }
}

/// Escapes what would make a heading, a list or a quote of the line's first characters.
fn escape_start(line: &mut String) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let ends_word = |at: usize| line.as_bytes().get(at).is_none_or(|b| *b == b' ');
    let at = match line.as_bytes().first() {
        Some(b'>') => 0,
        Some(b'#') => 0,
        Some(b'+') if ends_word(1) => 0,
        Some(b'-') if ends_word(1) || line.bytes().all(|b| matches!(b, b'-' | b' ')) => 0,
        Some(b'=') if line.bytes().all(|b| b == b'=') => 0,
        Some(b'0'..=b'9')
            if digits < 10
                && matches!(line.as_bytes().get(digits), Some(b'.' | b')'))
                && ends_word(digits + 1) =>
        {
            digits
        }
        _ => return,
    };
    line.insert(at, '\\');
}
