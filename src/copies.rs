//! What a page says again where no reader sees it: for browsers without scripts, for machines, for small
//! screens. A page of HTML and which of its lines stay in; the hidden lines among them that only repeat what
//! lines in view say out. A corpus wants an article once, and nothing is lost: what they say stays in view.

use crate::html::Document;

/// Characters that are compared at a time, white space left out.
const WINDOW: usize = 8;
/// A line is a copy from this share of known windows on: headlines and credits may stand between.
const MOSTLY: f64 = 0.95;
/// A line of fewer windows says too little to be known again.
const FEWEST: usize = 12;

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct Copies {
    characters: Vec<char>,
    /// Hashes of the windows of what stays in view, sorted.
    known: Vec<u64>,
    found: Vec<usize>,
}

impl Copies {
    /// The hidden lines, in order, that repeat lines in view; of both only those that `stay`.
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
        let Copies { characters, known, found } = self;
        found.retain(|&line| {
            characters.clear();
            characters.extend(visible(text(line)));
            let (mut seen, mut all) = (0usize, 0usize);
            for window in windows(characters) {
                all += 1;
                seen += usize::from(known.binary_search(&window).is_ok());
            }
            all >= FEWEST && seen as f64 >= MOSTLY * all as f64
        });
        found
    }
}

fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace())
}

/// FNV-1a over the characters of each window.
fn windows(characters: &[char]) -> impl Iterator<Item = u64> + '_ {
    characters.windows(WINDOW).map(|window| {
        window.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &c| {
            (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
        })
    })
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
    fn what_stands_nowhere_else_is_no_copy() {
        // The end of a long line, and numbers alone.
        let long = format!("<p>{}</p><p hidden>{}{OTHER}</p>", TEXT.repeat(4), TEXT.repeat(4));
        assert_eq!(found(&long, &[]), [] as [usize; 0]);
        let numbers = "<p>Sales rose by 11.2 percent to 412 million last year.</p>\
                       <p hidden>Sales rose by 3.7 percent to 957 million last year.</p>";
        assert_eq!(found(numbers, &[]), [] as [usize; 0]);
        let apart = format!("<p>{TEXT}</p><p hidden>{OTHER}</p>");
        assert_eq!(found(&apart, &[]), [] as [usize; 0]);
        assert_eq!(found("", &[]), [] as [usize; 0]);
    }
}
