//! What a page says again where no reader sees it: for browsers without scripts, for machines, for small
//! screens. A page of HTML and which of its lines stay in; the hidden lines among them that only repeat what
//! lines in view say out. A corpus wants an article once, and what goes here stays in view.

use crate::html::{Document, Outline};
use crate::text::fnv;

/// Characters that are compared at a time, white space left out.
const WINDOW: usize = 8;
/// A line of fewer windows says too little to be known again.
const FEWEST: usize = 12;

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct Copies {
    characters: Vec<char>,
    /// Hashes of the windows of what stays in view, sorted.
    known: Vec<u64>,
    /// Hidden parts of the page that say something new.
    news: Vec<u32>,
    found: Vec<usize>,
}

impl Copies {
    /// The hidden lines, in order, that repeat lines in view; of both only those that `stay`. A hidden part
    /// goes for a copy as a whole: where any of its lines is new, what it repeats belongs to that.
    pub fn find(&mut self, document: &Document, stays: impl Fn(usize) -> bool) -> &[usize] {
        let lines = &document.outline.lines;
        let text = |line: usize| document.text.get(lines[line].bytes.clone()).unwrap_or_default();
        self.found.clear();
        let hidden = (0..lines.len()).filter(|&line| lines[line].is_hidden() && stays(line));
        self.found.extend(hidden);
        if self.found.is_empty() {
            return &self.found;
        }
        // A copy may join paragraphs, so what is in view is one text.
        self.characters.clear();
        for line in (0..lines.len()).filter(|&line| !lines[line].is_hidden() && stays(line)) {
            self.characters.extend(visible(text(line)));
        }
        self.known.clear();
        self.known.extend(windows(&self.characters));
        self.known.sort_unstable();
        self.news.clear();
        let Copies { characters, known, news, found } = self;
        let part = |line: usize| hidden_part(&document.outline, lines[line].element);
        found.retain(|&line| {
            characters.clear();
            characters.extend(visible(text(line)));
            if characters.len() < WINDOW + FEWEST - 1 {
                return false;
            }
            let is_copy = is_covered(characters, known);
            if !is_copy {
                news.push(part(line));
            }
            is_copy
        });
        news.sort_unstable();
        found.retain(|&line| news.binary_search(&part(line)).is_err());
        found
    }
}

/// The outermost hidden element around an element, or itself.
fn hidden_part(outline: &Outline, element: u32) -> u32 {
    let mut part = element;
    let mut above = outline.elements.get(part as usize).map_or(part, |e| e.parent);
    while let Some(e) = outline.elements.get(above as usize).filter(|e| e.is_hidden()) {
        part = above;
        if e.parent == above {
            break;
        }
        above = e.parent;
    }
    part
}

/// Whether every character stands in a known window. Where known pieces meet, fewer windows than one is
/// long are unknown.
fn is_covered(characters: &[char], known: &[u64]) -> bool {
    let mut unknown = WINDOW - 1;
    for window in windows(characters) {
        unknown = if known.binary_search(&window).is_ok() { 0 } else { unknown + 1 };
        if unknown == WINDOW {
            return false;
        }
    }
    unknown == 0
}

fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace())
}

/// A hash of each window.
fn windows(characters: &[char]) -> impl Iterator<Item = u64> + '_ {
    characters.windows(WINDOW).map(|window| fnv::hash_64(window.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "老桥在村口，去年被水冲走了一半，今年又修好了，孩子们上学近了三里路。";
    const OTHER: &str = "镇上的戏台也修好了，十里八乡的人都来看，连邻县的戏班子也来了。";

    fn found(html: &str, gone: &[usize]) -> Vec<usize> {
        let document = Document::parse(html);
        Copies::default().find(&document, |line| !gone.contains(&line)).to_vec()
    }

    #[test]
    fn hidden_lines_that_stand_in_view_are_copies() {
        let page = format!(
            "<p>{TEXT}</p><noscript><p>{TEXT}</p></noscript><p>{OTHER}</p>\
             <p style='display:none'>{TEXT} {OTHER}</p><p hidden>老桥</p><p>{TEXT}</p>"
        );
        assert_eq!(found(&page, &[]), [1, 3]);
        // What goes itself repeats nothing that is kept, nor is it asked about.
        assert_eq!(found(&page, &[0, 5]), [] as [usize; 0]);
        assert_eq!(found(&page, &[1]), [3]);
    }

    #[test]
    fn a_hidden_part_with_something_new_stays_whole() {
        let part = |of: &str| format!("<div hidden><div><p>{TEXT}</div><p>{of}</div>");
        let page = format!("<p>{TEXT}</p>{}{}{}", part(OTHER), part("老桥"), part(TEXT));
        // The part with the short line goes but for that line, which says too little to be new.
        assert_eq!(found(&page, &[]), [3, 5, 6]);
    }

    #[test]
    fn what_stands_nowhere_else_is_no_copy() {
        // The end of a long line, a word inside it, and numbers alone.
        let long = TEXT.repeat(40);
        let (end, inside) = (format!("{long}完了"), format!("{long}不{long}"));
        for hidden in [end, inside] {
            let page = format!("<p>{long}</p><p hidden>{hidden}</p>");
            assert_eq!(found(&page, &[]), [] as [usize; 0]);
        }
        let numbers = "<p>Sales rose by 11.2 percent to 412 million last year.</p>\
                       <p hidden>Sales rose by 3.7 percent to 957 million last year.</p>";
        assert_eq!(found(numbers, &[]), [] as [usize; 0]);
        let apart = format!("<p>{TEXT}</p><p hidden>{OTHER}</p>");
        assert_eq!(found(&apart, &[]), [] as [usize; 0]);
        assert_eq!(found("", &[]), [] as [usize; 0]);
    }
}
