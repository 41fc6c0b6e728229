//! What the tree of an HTML page adds to a line's row: the tags around it, the tokens of their classes
//! and ids, and what is believed about the lines that share its containers. An outline and a page's
//! facts in, one belief a line; one row of dense columns a line out.

use super::{
    context,
    facts::PageFacts,
    said::Said,
    sums::{BELIEF_LIMIT, FAR, distances, flag, prefix},
};
use crate::html::{Outline, TextLine, within};

/// The columns of the tree, in order.
pub const COLUMNS: [&str; 110] = [
    "class_margin",
    "link_share",
    "ln_links",
    "bold_share",
    "depth",
    "in_article",
    "in_main",
    "in_nav",
    "in_aside",
    "in_header",
    "in_footer",
    "in_form",
    "in_list",
    "in_table",
    "in_heading_1",
    "in_heading_2",
    "in_heading_4",
    "in_paragraph",
    "in_quote",
    "in_code",
    "in_caption",
    "in_control",
    "in_fallback",
    "is_hidden",
    "in_section",
    "in_time",
    "is_unseen",
    "box_1_lines",
    "box_1_junk",
    "box_1_links",
    "box_1_length",
    "box_1_sentences",
    "box_1_article",
    "box_1_density",
    "box_1_class",
    "box_2_lines",
    "box_2_junk",
    "box_2_links",
    "box_2_length",
    "box_2_sentences",
    "box_2_article",
    "box_2_density",
    "box_2_class",
    "box_3_lines",
    "box_3_junk",
    "box_3_links",
    "box_3_length",
    "box_3_sentences",
    "box_3_article",
    "box_3_density",
    "box_3_class",
    "box_4_lines",
    "box_4_junk",
    "box_4_links",
    "box_4_length",
    "box_4_sentences",
    "box_4_article",
    "box_4_density",
    "box_4_class",
    "alike_lines",
    "alike_junk",
    "alike_links",
    "alike_length",
    "alike_around_lines",
    "alike_around_junk",
    "alike_around_links",
    "alike_around_length",
    "in_core",
    "core_up",
    "core_down",
    "lines_before_core",
    "lines_after_core",
    "core_place",
    "core_share",
    "core_links",
    "in_best",
    "best_up",
    "best_down",
    "parent_article",
    "parent_links",
    "has_headline",
    "headline_up",
    "headline_down",
    "lines_before_headline",
    "lines_after_headline",
    "headline_depth",
    "links_1_above",
    "links_1_below",
    "links_within_5",
    "class_1_above",
    "class_1_below",
    "class_within_5",
    "heading_above",
    "heading_below",
    "title_similarity",
    "has_landmark",
    "links_in_page",
    "named_comments",
    "named_related",
    "named_notice",
    "named_side",
    "named_share",
    "named_body",
    "named_tucked",
    "board_words",
    "comments_on_board",
    "text_in_comments",
    "outside_body",
    "bodies_before",
    "bodies_before_on_board",
];

/// Columns that a line of HTML brings: those of its text, then [`COLUMNS`].
pub const WIDTH: usize = context::WIDTH + COLUMNS.len();

/// Boxes around a line that are looked at, from the innermost that holds more than the line itself.
const BOXES: usize = 4;
/// The core is the innermost element with this share of the page's believed article.
const CORE_SHARE: f64 = 0.7;

/// Calls `each` with the hash of every token around a line, marked with how far out it stands and
/// once unmarked; hashes repeat. The tokens of the root and the body are left out: every line has them.
pub fn tokens(outline: &Outline, element: u32, mut each: impl FnMut(u32)) {
    let mut element = element;
    let mut level = 0u32;
    while let Some(e) = outline.elements.get(element as usize) {
        if e.depth < 2 {
            break;
        }
        let range = e.tokens.start as usize..e.tokens.end as usize;
        let ring = match level {
            0 | 1 => level,
            2..=3 => 2,
            4..=6 => 3,
            _ => 4,
        };
        for &token in outline.tokens.get(range).unwrap_or_default() {
            each(mix(token, ring + 1));
            each(mix(token, 0));
        }
        level += 1;
        element = e.parent;
    }
}

/// Spreads a token and its ring over all bits: tables take the upper ones.
fn mix(token: u32, ring: u32) -> u32 {
    let mut h = token ^ ring.wrapping_mul(0x9E37_79B9);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

/// What is the same for a line whatever is believed, and the sums that boxes are read off.
#[derive(Debug, Default)]
pub struct TreeFacts {
    class_margin: Vec<f32>,
    links: Vec<f32>,
    title: Vec<f32>,
    heading_above: Vec<u32>,
    heading_below: Vec<u32>,
    boxes: Vec<[u32; BOXES]>,
    /// Lines grouped by the element around their own.
    parents: Groups,
    headline: Option<usize>,
    alike: Groups,
    alike_around: Groups,
    said: Said,
    characters: Vec<f64>,
    linked: Vec<f64>,
    length: Vec<f64>,
    sentences: Vec<f64>,
    class: Vec<f64>,
    // From here on once a pass.
    junk: Vec<f32>,
    junk_sum: Vec<f64>,
    article: Vec<f64>,
    core: u32,
    core_lines: (usize, usize),
    /// The parent of the lines with the most article among them.
    best: u32,
}

impl TreeFacts {
    /// Looks over a page: its outline, the facts of its text, one margin a line from the tokens around
    /// it, and the share of each line's words that the page's title has too.
    pub fn settle(
        &mut self,
        outline: &Outline,
        facts: &PageFacts,
        class_margin: &[f32],
        title: &[f32],
    ) {
        let lines = &outline.lines;
        let n = lines.len();
        debug_assert!(facts.len() == n && class_margin.len() == n && title.len() == n);
        let refill = |out: &mut Vec<f32>, from: &[f32]| {
            out.clear();
            out.extend_from_slice(from);
        };
        refill(&mut self.class_margin, class_margin);
        refill(&mut self.title, title);
        self.links.clear();
        self.links.extend(lines.iter().map(link_share));
        prefix(&mut self.characters, n, |i| f64::from(lines[i].characters));
        prefix(&mut self.linked, n, |i| f64::from(lines[i].in_links));
        prefix(&mut self.length, n, |i| f64::from(facts.length[i].ln_1p()));
        prefix(&mut self.sentences, n, |i| f64::from(facts.shapes[i][super::shape::ENDS_SENTENCE]));
        prefix(&mut self.class, n, |i| f64::from(class_margin[i]));
        let heading = within::HEADING_1 | within::HEADING_2;
        let is_heading = |i: usize| lines[i].within & heading != 0;
        distances(&mut self.heading_above, 0..n, is_heading);
        distances(&mut self.heading_below, (0..n).rev(), is_heading);
        self.heading_below.reverse();
        self.parents.find(lines.iter().map(|line| parent(outline, line.element)));
        self.headline = headline(outline, title);
        self.boxes.clear();
        self.boxes.extend((0..n).map(|i| boxes(outline, i)));
        let signature = |element: u32| {
            let element = outline.elements.get(element as usize);
            element.map_or(0, |e| {
                let parent = outline.elements.get(e.parent as usize);
                mix(e.signature, 9) ^ parent.map_or(0, |p| p.signature)
            })
        };
        self.alike.find(lines.iter().map(|line| signature(line.element)));
        let around = |line: &TextLine| signature(parent(outline, parent(outline, line.element)));
        self.alike_around.find(lines.iter().map(around));
        self.said.settle(outline, self.headline, &self.characters);
    }

    /// Looks over the page that was settled last, with log odds of junk, one a line.
    pub fn believe(&mut self, outline: &Outline, belief: &[f32]) {
        let n = outline.lines.len();
        self.junk.clear();
        let clamp = |b: &f32| b.clamp(-BELIEF_LIMIT, BELIEF_LIMIT);
        self.junk.extend(belief.iter().map(|b| 1.0 / (1.0 + (-clamp(b)).exp())));
        let junk = &self.junk;
        prefix(&mut self.junk_sum, n, |i| f64::from(junk[i]));
        prefix(&mut self.article, n, |i| {
            // Even odds count for nothing, or a long menu would look like an article.
            f64::from((1.0 - 2.0 * junk[i]).max(0.0)) * f64::from(outline.lines[i].characters)
        });
        let article = |line: usize| (self.article[line + 1] - self.article[line]) as f32;
        self.parents.weigh(junk, &self.links, &self.length, article);
        let best = (0..n).max_by(|&a, &b| {
            let mass = |line: usize| self.parents.of(line).article;
            // Of equals the first.
            mass(a).total_cmp(&mass(b)).then(b.cmp(&a))
        });
        self.best = best.map_or(0, |line| parent(outline, outline.lines[line].element));
        self.alike.weigh(junk, &self.links, &self.length, article);
        self.alike_around.weigh(junk, &self.links, &self.length, article);
        self.find_core(outline);
        self.said.believe(outline, &self.article);
    }

    /// Goes down from the root as long as one child holds nearly all of the article.
    fn find_core(&mut self, outline: &Outline) {
        let elements = &outline.elements;
        let mass = |lines: &std::ops::Range<u32>| {
            self.article[lines.end as usize] - self.article[lines.start as usize]
        };
        let wanted = CORE_SHARE * self.article.last().copied().unwrap_or(0.0);
        let (mut core, mut next) = (0usize, 1usize);
        let end = |at: usize| elements.get(at).map_or(0, |e| e.end as usize);
        // Children follow their parent; a child's end is where its next sibling starts.
        while next < end(core) {
            if wanted > 0.0 && elements.get(next).is_some_and(|e| mass(&e.lines) >= wanted) {
                core = next;
                next += 1;
            } else {
                next = end(next).max(next + 1);
            }
        }
        self.core = core as u32;
        let element = elements.get(core);
        self.core_lines =
            element.map_or((0, 0), |e| (e.lines.start as usize, e.lines.end as usize));
    }

    /// Writes the columns of a line behind those of its text.
    pub fn row(&self, outline: &Outline, line: usize, out: &mut [f32]) {
        let n = outline.lines.len();
        let here = &outline.lines[line];
        let element = outline.elements.get(here.element as usize);
        let depth = element.map_or(0, |e| e.depth);
        let at = |values: &[f32], offset: isize, none: f32| {
            let index = line.checked_add_signed(offset).and_then(|j| values.get(j));
            index.copied().unwrap_or(none)
        };
        let (from, to) = (line.saturating_sub(5), (line + 6).min(n));
        let (core_from, core_to) = self.core_lines;
        let in_core = (core_from..core_to).contains(&line);
        let all_article = self.article.last().copied().unwrap_or(0.0);
        let (up, down) = way(outline, here.element, self.core);
        let landmark = within::ARTICLE | within::MAIN | within::NAV | within::FOOTER;
        let mut column = out.iter_mut();
        let mut push = |value: f32| {
            if let Some(slot) = column.next() {
                *slot = value;
            }
        };
        push(self.class_margin[line]);
        push(self.links[line]);
        push((here.links as f32).ln_1p());
        push(here.in_bold as f32 / here.characters.max(1) as f32);
        push(depth as f32);
        for bit in 0..within::COUNT {
            push(flag(here.within & 1 << bit != 0));
        }
        for &index in &self.boxes[line] {
            let Some(around) = outline.elements.get(index as usize) else {
                (0..8).for_each(|_| push(0.0));
                continue;
            };
            let (a, b) = (around.lines.start as usize, around.lines.end as usize);
            let count = (b - a).max(1) as f32;
            let sum = |sums: &[f64]| (sums[b] - sums[a]) as f32;
            // The line itself is left out of what is believed of the others.
            let others = (sum(&self.junk_sum) - self.junk[line]) / (count - 1.0).max(1.0);
            push(count.ln());
            push(if b - a > 1 { others } else { 0.5 });
            push(sum(&self.linked) / sum(&self.characters).max(1.0));
            push(sum(&self.length) / count);
            push(sum(&self.sentences) / count);
            push(sum(&self.article) / all_article.max(1.0) as f32);
            let tags = (around.end.saturating_sub(index) as f32).max(1.0);
            push((sum(&self.characters) / tags).ln_1p());
            push(sum(&self.class) / count);
        }
        for groups in [&self.alike, &self.alike_around] {
            let group = groups.of(line);
            let others = (group.size as f32 - 1.0).max(1.0);
            push((group.size as f32).ln());
            let is_alone = group.size < 2;
            push(if is_alone { 0.5 } else { (group.junk - self.junk[line]) / others });
            push(group.links / group.size.max(1) as f32);
            push(group.length / group.size.max(1) as f32);
        }
        push(flag(in_core));
        push(up as f32);
        push(down as f32);
        push(ln_lines(core_from.saturating_sub(line)));
        push(ln_lines((line + 1).saturating_sub(core_to)));
        push(if in_core { (line - core_from) as f32 / (core_to - core_from) as f32 } else { 0.5 });
        push((core_to - core_from) as f32 / n as f32);
        let core_characters = self.characters[core_to] - self.characters[core_from];
        push(((self.linked[core_to] - self.linked[core_from]) / core_characters.max(1.0)) as f32);
        let in_best = outline
            .elements
            .get(self.best as usize)
            .is_some_and(|e| e.lines.contains(&(line as u32)));
        let (best_up, best_down) = way(outline, here.element, self.best);
        push(flag(in_best));
        push(best_up as f32);
        push(best_down as f32);
        let siblings = self.parents.of(line);
        push(siblings.article / all_article.max(1.0) as f32);
        push(siblings.links / siblings.size.max(1) as f32);
        push(flag(self.headline.is_some()));
        let headline = self.headline.unwrap_or(line);
        let headline_element = outline.lines[headline].element;
        let (headline_up, headline_down) = way(outline, here.element, headline_element);
        push(headline_up as f32);
        push(headline_down as f32);
        push(ln_lines(headline.saturating_sub(line)));
        push(ln_lines(line.saturating_sub(headline)));
        push(outline.elements.get(headline_element as usize).map_or(0.0, |e| e.depth as f32));
        push(at(&self.links, -1, 0.5));
        push(at(&self.links, 1, 0.5));
        let near = (self.characters[to] - self.characters[from]).max(1.0);
        push(((self.linked[to] - self.linked[from]) / near) as f32);
        push(at(&self.class_margin, -1, 0.0));
        push(at(&self.class_margin, 1, 0.0));
        push(((self.class[to] - self.class[from]) / (to - from) as f64) as f32);
        push(ln_lines(self.heading_above[line] as usize));
        push(ln_lines(self.heading_below[line] as usize));
        push(self.title[line]);
        push(flag(here.within & landmark != 0));
        push((self.linked[n] / self.characters[n].max(1.0)) as f32);
        let belief = (self.junk[line] / (1.0 - self.junk[line])).ln();
        self.said.row(outline, line, belief).into_iter().for_each(push);
        debug_assert!(column.next().is_none(), "every column has its value");
    }
}

/// Steps up from an element to the innermost one that holds the other too, and down from there to it.
fn way(outline: &Outline, from: u32, to: u32) -> (u32, u32) {
    let elements = &outline.elements;
    let (mut element, mut up) = (from, 0);
    while let Some(e) = elements.get(element as usize) {
        if (element..e.end).contains(&to) || e.parent == element {
            break;
        }
        element = e.parent;
        up += 1;
    }
    let depth = |e: u32| elements.get(e as usize).map_or(0, |e| e.depth);
    (up, depth(to).saturating_sub(depth(element)))
}

fn parent(outline: &Outline, element: u32) -> u32 {
    outline.elements.get(element as usize).map_or(element, |e| e.parent)
}

/// The line most like the page's title among its headings, those of the first order before others; of
/// equals the first.
fn headline(outline: &Outline, title: &[f32]) -> Option<usize> {
    let rank = |line: usize| {
        let within = outline.lines[line].within;
        let order = match within {
            w if w & within::HEADING_1 != 0 => 0.6,
            w if w & within::HEADING_2 != 0 => 0.2,
            _ => 0.0,
        };
        title[line] + order
    };
    let best = (0..outline.lines.len())
        .filter(|&line| {
            let heading = within::HEADING_1 | within::HEADING_2;
            outline.lines[line].within & heading != 0 || title[line] >= 0.8
        })
        .max_by(|&a, &b| rank(a).total_cmp(&rank(b)).then(b.cmp(&a)))?;
    (rank(best) > 0.5).then_some(best)
}

fn link_share(line: &TextLine) -> f32 {
    line.in_links as f32 / line.characters.max(1) as f32
}

/// The elements around a line that hold more and more lines; the last is repeated.
fn boxes(outline: &Outline, line: usize) -> [u32; BOXES] {
    let mut found = [0; BOXES];
    let (mut n, mut size) = (0, 1);
    for element in outline.around(line) {
        let Some(e) = outline.elements.get(element as usize) else { break };
        let lines = e.lines.end - e.lines.start;
        if lines > size && n < BOXES {
            found[n] = element;
            n += 1;
            size = lines;
        }
    }
    let last = n.checked_sub(1).map_or(0, |last| found[last]);
    found[n..].fill(last);
    found
}

fn ln_lines(lines: usize) -> f32 {
    (lines.min(FAR) as f32).ln_1p()
}

/// Lines whose elements are alike.
#[derive(Debug, Default)]
struct Groups {
    sorted: Vec<(u32, u32)>,
    group: Vec<Group>,
    of_line: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    size: u32,
    junk: f32,
    links: f32,
    length: f32,
    article: f32,
}

impl Groups {
    fn find(&mut self, signatures: impl Iterator<Item = u32>) {
        self.sorted.clear();
        self.sorted.extend(signatures.zip(0..));
        self.sorted.sort_unstable();
        self.of_line.clear();
        self.of_line.resize(self.sorted.len(), 0);
        self.group.clear();
        for run in self.sorted.chunk_by(|a, b| a.0 == b.0) {
            for &(_, line) in run {
                self.of_line[line as usize] = self.group.len() as u32;
            }
            self.group.push(Group { size: run.len() as u32, ..Group::default() });
        }
    }

    fn weigh(
        &mut self,
        junk: &[f32],
        links: &[f32],
        length: &[f64],
        article: impl Fn(usize) -> f32,
    ) {
        for group in &mut self.group {
            *group = Group { size: group.size, ..Group::default() };
        }
        for (line, &group) in self.of_line.iter().enumerate() {
            let group = &mut self.group[group as usize];
            group.junk += junk[line];
            group.links += links[line];
            group.length += (length[line + 1] - length[line]) as f32;
            group.article += article(line);
        }
    }

    fn of(&self, line: usize) -> Group {
        self.group[self.of_line[line] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        html::Document,
        model::{LineModel, LineScratch, Table},
    };

    /// Rows of a page, by the names of the columns; the class margin of line n is n.
    fn columns(html: &str, belief: &[f32]) -> Vec<impl Fn(&str) -> f32> {
        let document = Document::parse(html);
        let empty = LineModel {
            table: Table::empty(),
            form: false,
            biases: [0.0; 2],
            words: Table::empty(),
            words_bias: 0.0,
            gate: 0.0,
        };
        let mut facts = PageFacts::default();
        empty.read(&document.page().lines, &mut facts, &mut LineScratch::default());
        let n = facts.len();
        let margins: Vec<f32> = (0..n).map(|line| line as f32).collect();
        let mut tree = TreeFacts::default();
        tree.settle(&document.outline, &facts, &margins, &vec![0.0; n]);
        tree.believe(&document.outline, belief);
        let row = |line| {
            let mut row = vec![0.0; COLUMNS.len()];
            tree.row(&document.outline, line, &mut row);
            move |name: &str| row[COLUMNS.iter().position(|n| *n == name).unwrap()]
        };
        (0..n).map(row).collect()
    }

    const PAGE: &str = "<body><nav><a href=/>首页</a></nav><div><h1>题目</h1>\
        <div><p>第一段。</p><p>第二段<a href=/x>链接</a></p><p style='display:none'>第三段。</p></div></div>\
        <footer>版权</footer>";

    #[test]
    fn a_line_knows_its_tags_and_links() {
        let of = columns(PAGE, &[0.0; 6]);
        assert_eq!(of.len(), 6);
        let flags = |name: &str| of.iter().map(|line| line(name)).collect::<Vec<_>>();
        assert_eq!(flags("in_nav"), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(flags("in_heading_1"), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(flags("is_hidden"), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(flags("link_share"), [1.0, 0.0, 0.0, 0.4, 0.0, 0.0]);
        assert_eq!(flags("class_margin"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(flags("links_1_above"), [0.5, 1.0, 0.0, 0.0, 0.4, 0.0]);
    }

    #[test]
    fn names_have_their_columns() {
        let of = columns(
            "<body class=share><h1>题</h1><div class=sidebar>甲</div><div class=share>乙</div><div class=forum>\
             <div class=post-body>丙</div><div class=replies>丁</div></div>",
            &[0.0, 0.0, 0.0, 0.0, -2.0],
        );
        let on = |name: &str| (0..5).filter(|&line| of[line](name) > 0.0).collect::<Vec<_>>();
        assert_eq!((on("named_side"), on("named_share")), (vec![1], vec![2]));
        assert_eq!((on("named_body"), on("named_comments")), (vec![3], vec![4]));
        assert_eq!((on("board_words"), on("comments_on_board")), ((0..5).collect(), vec![4]));
        assert_eq!((on("text_in_comments"), on("outside_body")), (vec![4], vec![]));
        assert_eq!((on("bodies_before"), on("bodies_before_on_board")), (vec![4], vec![4]));
        // As much of 2 as half a board's names leave.
        assert!((of[4]("text_in_comments") - 1.0).abs() < 1e-5);
    }

    #[test]
    fn what_is_believed_of_a_box_tells_of_its_lines() {
        // The paragraphs are article, the rest junk.
        let of = columns(PAGE, &[8.0, 8.0, -8.0, -8.0, -8.0, 8.0]);
        let near = |x: f32, y: f32| (x - y).abs() < 1e-3;
        // The other paragraphs of the box are article; around the heading all others are.
        assert!(near(of[2]("box_1_junk"), 0.0) && near(of[1]("box_1_junk"), 0.0));
        assert!(near(of[2]("box_1_lines"), 3f32.ln()) && near(of[1]("box_1_lines"), 4f32.ln()));
        assert!(near(of[2]("box_1_article"), 1.0));
        let in_core: Vec<f32> = of.iter().map(|line| line("in_core")).collect();
        assert_eq!(in_core, [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!((of[1]("core_up"), of[1]("core_down")), (1.0, 1.0));
        assert_eq!((of[0]("core_up"), of[0]("core_down")), (2.0, 2.0));
        assert!(near(of[0]("lines_before_core"), 3f32.ln()) && of[0]("lines_after_core") == 0.0);
        assert_eq!(of[2]("has_headline"), 1.0);
        assert!(near(of[2]("lines_after_headline"), 2f32.ln()));
    }

    #[test]
    fn tokens_are_marked_by_how_far_out_they_stand() {
        let document =
            Document::parse("<body><div class='post'><p>甲</p></div><p class='post'>乙</p>");
        let tokens = |line: usize| {
            let mut all = Vec::new();
            let element = document.outline.lines[line].element;
            tokens(&document.outline, element, |token| all.push(token));
            all
        };
        let (first, second) = (tokens(0), tokens(1));
        // div, post and p, each twice; p and post.
        assert_eq!((first.len(), second.len()), (6, 4));
        let common = second.iter().filter(|token| first.contains(token)).count();
        // p in both ways, post only unmarked.
        assert_eq!(common, 3);
    }
}
