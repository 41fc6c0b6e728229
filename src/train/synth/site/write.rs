//! Writes runs as the source of a page: parts, blocks, lists, tables, links. One site draws how it does
//! each of them and mostly stays with that.

use std::fmt::Write as _;

use super::names::Names;
use super::runs::{Role, Run, THREAD, parts};
use super::{LONGEST_TITLE, Rng, is_short};
use crate::input::LabelledLine;
use crate::text::{Kind, Label};
use crate::train::synth::lexicon::Lexicons;

/// A line of article up to this many characters, without an end mark, can be a sub-heading.
const LONGEST_HEAD: usize = 32;
/// A first line up to this many characters can be the heading of a block of junk.
const LONGEST_BLOCK_HEAD: usize = 16;
/// What parts the links of a line.
const JOINTS: [&str; 7] = [" | ", "|", " · ", "、", " > ", " - ", " / "];

/// One site while its page is written.
pub(super) struct Site<'a> {
    names: Names<'a>,
    /// Whether it has `<header>`, `<nav>`, `<article>`, `<aside>`, `<footer>`.
    is_semantic: bool,
    /// Forms that were drawn, for each list of names.
    forms: Vec<(&'static str, Form)>,
    paragraphs: Form,
    /// The element of sub-headings, if it has any.
    heads: Option<&'static str>,
    /// How many of a hundred paragraphs hold a link.
    inner_links: usize,
    /// How many of a hundred blocks of junk have no element of their own.
    unwrapped: usize,
    has_title: bool,
    out: String,
}

/// Elements for the lines of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A list and its items: the names of the two elements.
    List(&'static str, &'static str),
    /// One element of that name for each line.
    Each(&'static str),
    /// Lines parted by `<br>`.
    Breaks,
    /// Rows of a table.
    Rows,
    /// Lines of code.
    Code,
}

const BULLETS: Form = Form::List("ul", "li");

impl<'a> Site<'a> {
    pub(super) fn draw(lexicons: &'a Lexicons, rng: &mut Rng) -> Self {
        Site {
            names: Names::draw(lexicons, rng),
            is_semantic: rng.chance(0.4),
            forms: Vec::new(),
            paragraphs: rng.weighted([
                (Form::Each("p"), 70),
                (Form::Each("div"), 12),
                (Form::Breaks, 16),
                (Form::Rows, 2),
            ]),
            heads: rng.chance(0.8).then(|| rng.pick(["h2", "h2", "h3", "h3", "h4", "strong", "b"])),
            inner_links: rng.pick([0, 0, 2, 5, 15, 40]),
            unwrapped: rng.pick([0, 5, 15, 40]),
            has_title: false,
            out: String::with_capacity(1 << 14),
        }
    }

    /// The source of a page.
    pub(super) fn write(mut self, runs: &[Run], rng: &mut Rng) -> String {
        let [above, main, beside, footer] = parts(runs, rng);
        let mut lines = runs.iter().flat_map(|run| &run.lines);
        let title = lines.find(|line| line.label == Label::Article);
        self.out.push_str("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>");
        if let Some(title) = title.filter(|line| is_short(&line.text, LONGEST_TITLE)) {
            self.text(&title.text);
        }
        self.out.push_str("</title></head><body>");
        let outer = self.open_many("site.wrap", rng.below(3), rng);
        self.part("header", "site.head", above, rng);
        let inner = self.open_many("site.wrap", rng.below(3), rng);
        let tag = rng.pick(["main", "article", "section", "main"]);
        let tag = self.semantic(tag, rng);
        let end = self.open(tag, "site.main", rng);
        self.main(main, rng);
        // What comes after the article stands in its column or beside it.
        let own = if rng.chance(0.5) { rng.below(beside.len() + 1) } else { 0 };
        let (own, beside) = beside.split_at(own);
        self.blocks(own, rng);
        self.out.push_str(&end);
        self.part("aside", "site.side", beside, rng);
        self.out.push_str(&inner);
        self.part("footer", "site.foot", footer, rng);
        self.out.push_str(&outer);
        self.out.push_str("</body></html>");
        self.out
    }

    /// Blocks in an element of their own, if there are any.
    fn part(&mut self, tag: &'static str, names: &'static str, runs: &[Run], rng: &mut Rng) {
        if !runs.is_empty() {
            let tag = self.semantic(tag, rng);
            let end = self.open(tag, names, rng);
            self.blocks(runs, rng);
            self.out.push_str(&end);
        }
    }

    /// The runs from the first line of article to the last.
    fn main(&mut self, runs: &[Run], rng: &mut Rng) {
        let articles = runs.iter().filter(|run| run.role == Role::Article).count();
        if articles >= THREAD && rng.chance(0.6) {
            return self.posts(runs, rng);
        }
        let mut runs = runs;
        let mut first: &[LabelledLine] = &[];
        // The headline, and what stands under it, are mostly above the element that holds the text.
        if let Some((run, rest)) = runs.split_first()
            && run.role == Role::Article
            && let Some((title, below)) = run.lines.split_first()
            && is_short(&title.text, LONGEST_TITLE)
            && rng.chance(0.7)
        {
            self.article(std::slice::from_ref(title), rng);
            (first, runs) = (below, rest);
            if first.is_empty() {
                let text = runs.iter().position(|run| run.role == Role::Article);
                let (under, rest) = runs.split_at(text.unwrap_or(0));
                self.blocks(under, rng);
                runs = rest;
            }
        }
        let deep = rng.weighted([(0, 15), (1, 60), (2, 20), (3, 5)]);
        let end = self.open_many("site.body", deep, rng);
        self.article(first, rng);
        self.blocks(runs, rng);
        self.out.push_str(&end);
    }

    /// A thread: each post with what stands above it.
    fn posts(&mut self, runs: &[Run], rng: &mut Rng) {
        let tag = rng.pick(["div", "div", "li", "article", "section", "table"]);
        let (row, row_end) = if tag == "table" { ("<tr><td>", "</td></tr>") } else { ("", "") };
        let has_body = rng.chance(0.8);
        let is_named = rng.chance(0.97);
        let board = self.open_if(is_named, "div", "site.board", rng);
        let list = self.open_if(tag == "li", "ul", "site.part", rng);
        for post in runs.split_inclusive(|run| run.role == Role::Article) {
            let Some((said, above)) =
                post.split_last().filter(|(run, _)| run.role == Role::Article)
            else {
                self.blocks(post, rng);
                continue;
            };
            let end = self.open(tag, "site.post", rng);
            self.out.push_str(row);
            self.blocks(above, rng);
            let body = self.open_if(has_body, "div", "site.said", rng);
            self.article(&said.lines, rng);
            self.out.push_str(&body);
            self.out.push_str(row_end);
            self.out.push_str(&end);
        }
        self.out.push_str(&list);
        self.out.push_str(&board);
    }

    fn blocks(&mut self, runs: &[Run], rng: &mut Rng) {
        for Run { role, lines } in runs {
            match role {
                Role::Article => self.article(lines, rng),
                Role::Comments | Role::Teasers => self.pairs(lines, *role, rng),
                Role::Next => self.next(lines, rng),
                _ => self.block(lines, *role, rng),
            }
        }
    }

    fn block(&mut self, mut lines: &[LabelledLine], role: Role, rng: &mut Rng) {
        let is_wrapped = rng.below(100) >= self.unwrapped;
        let is_menu = role == Role::Junk(Kind::Nav);
        let tag = if is_menu { self.semantic("nav", rng) } else { "div" };
        let end = self.open_if(is_wrapped, tag, role.names(), rng);
        let is_linked = rng.below(100) < role.linked();
        let form = self.form(role, rng);
        if let [head, rest @ ..] = lines
            && rest.len() > 1
            && is_short(&head.text, LONGEST_BLOCK_HEAD)
            && rng.chance(0.5)
        {
            let tag = rng.pick(["h2", "h3", "h3", "h4", "div", "strong"]);
            self.element(tag, |site| site.text(&head.text));
            lines = rest;
        }
        let is_deep = rng.chance(0.2);
        let inner = self.open_if(is_deep, "div", "site.noise", rng);
        self.lines(lines, form, |site, text| match is_linked && rng.chance(0.95) {
            true => site.linked(text, rng),
            false => site.text(text),
        });
        self.out.push_str(&inner);
        self.out.push_str(&end);
    }

    /// Another article: its headline, and paragraphs.
    fn next(&mut self, lines: &[LabelledLine], rng: &mut Rng) {
        let Some((title, text)) = lines.split_first() else { return };
        let tag = rng.pick(["article", "section", "div"]);
        let tag = self.semantic(tag, rng);
        let end = self.open(tag, rng.pick(["site.next", "site.next", "site.main"]), rng);
        let head = rng.pick(["h1", "h2", "h2", "h3", "div"]);
        let is_linked = rng.chance(0.6);
        self.element(head, |site| match is_linked {
            true => site.linked(&title.text, rng),
            false => site.text(&title.text),
        });
        let has_body = rng.chance(0.6);
        let body = self.open_if(has_body, "div", "site.body", rng);
        self.lines(text, self.paragraphs, Self::text);
        self.out.push_str(&body);
        self.out.push_str(&end);
    }

    /// Comments and teasers: an element for each, with a short line and a text.
    fn pairs(&mut self, lines: &[LabelledLine], role: Role, rng: &mut Rng) {
        let is_comment = role == Role::Comments;
        let end = self.open("div", role.names(), rng);
        let tag = rng.pick(["li", "li", "li", "li", "div", "div", "article", "section"]);
        let item = if is_comment { "site.post" } else { "site.noise" };
        let head = rng.pick(["h3", "h4", "div", "span", "p", "h2", "strong"]);
        let body = rng.pick(["p", "p", "div", "span"]);
        let links = [!is_comment || rng.chance(0.3), !is_comment && rng.chance(0.15)];
        let list = self.open_if(tag == "li", "ul", "site.noise", rng);
        for pair in lines.chunks(2) {
            let end = self.open(tag, item, rng);
            for ((line, tag), is_linked) in pair.iter().zip([head, body]).zip(links) {
                self.out.push_str("<div>");
                self.element(tag, |site| match is_linked {
                    true => site.linked(&line.text, rng),
                    false => site.text(&line.text),
                });
                self.out.push_str("</div>");
            }
            self.out.push_str(&end);
        }
        self.out.push_str(&list);
        self.out.push_str(&end);
    }

    /// Paragraphs, sub-headings, lists, tables and code.
    fn article(&mut self, mut lines: &[LabelledLine], rng: &mut Rng) {
        while let Some((first, rest)) = lines.split_first() {
            if !self.has_title && is_short(&first.text, LONGEST_TITLE) {
                self.has_title = true;
                if rng.chance(0.9) {
                    let tag = rng.pick(["h1", "h1", "h1", "h1", "h2", "div"]);
                    let end = self.open(tag, "site.title", rng);
                    self.text(&first.text);
                    self.out.push_str(&end);
                    lines = rest;
                    continue;
                }
            }
            let sort = Sort::of(&first.text);
            let same = lines.iter().take_while(|line| Sort::of(&line.text) == sort).count();
            let (here, rest) = lines.split_at(same);
            match (sort, self.heads) {
                (Sort::Row, _) => self.table(here),
                (Sort::Code, _) if rng.chance(0.8) => self.lines(here, Form::Code, Self::text),
                (Sort::Short, _) if same >= 4 && rng.chance(0.7) => {
                    let numbered = Form::List("ol", "li");
                    let form = rng.pick([BULLETS, numbered, Form::Rows, Form::List("dl", "dd")]);
                    self.lines(here, form, Self::text);
                }
                (Sort::Short, Some(tag @ ("strong" | "b"))) if same == 1 && !rest.is_empty() => {
                    self.element("p", |site| site.element(tag, |site| site.text(&first.text)));
                }
                (Sort::Short, Some(tag)) if same == 1 && !rest.is_empty() => {
                    self.element(tag, |site| site.text(&first.text));
                }
                _ => {
                    let often = self.inner_links;
                    self.lines(here, self.paragraphs, |site, text| match rng.below(100) < often {
                        true => site.inner_link(text, rng),
                        false => site.text(text),
                    });
                }
            }
            lines = rest;
        }
    }

    fn table(&mut self, lines: &[LabelledLine]) {
        self.element("table", |site| {
            for line in lines {
                site.element("tr", |site| {
                    for cell in line.text.split('\t') {
                        site.element("td", |site| site.text(cell));
                    }
                });
            }
        });
    }

    /// Lines in a form; `each` writes one.
    fn lines(&mut self, lines: &[LabelledLine], form: Form, mut each: impl FnMut(&mut Self, &str)) {
        let mut all = |site: &mut Self, before: &str, after: &str| {
            for line in lines {
                site.out.push_str(before);
                each(site, &line.text);
                site.out.push_str(after);
            }
        };
        match form {
            Form::List(outer, item) => self.element(outer, |site| {
                all(site, &format!("<{item}>"), &format!("</{item}>"));
            }),
            Form::Each(tag) => all(self, &format!("<{tag}>"), &format!("</{tag}>")),
            Form::Breaks => {
                all(self, "", "<br>\n");
                self.out.push_str("<br>");
            }
            Form::Rows => {
                self.element("table", |site| all(site, "<tr><td>", "</td></tr>"));
            }
            Form::Code => self.element("pre", |site| all(site, "", "\n")),
        }
    }

    /// What the lines of a block of junk are put into.
    fn form(&mut self, role: Role, rng: &mut Rng) -> Form {
        let names = role.names();
        if let Some((_, form)) = self.forms.iter().find(|(of, _)| *of == names)
            && rng.chance(0.7)
        {
            return *form;
        }
        let is_list = matches!(role, Role::Junk(Kind::Nav | Kind::Related | Kind::SpiderPool));
        let form = match is_list {
            true => rng.weighted([
                (BULLETS, 62),
                (Form::Each("div"), 14),
                (Form::Each("p"), 8),
                (Form::Each("h3"), 3),
                (Form::List("dl", "dd"), 4),
                (Form::Breaks, 5),
                (Form::Rows, 4),
            ]),
            false => rng.weighted([
                (Form::Each("div"), 34),
                (Form::Each("p"), 36),
                (BULLETS, 14),
                (Form::Breaks, 12),
                (Form::Rows, 4),
            ]),
        };
        self.forms.push((names, form));
        form
    }

    /// A tag that only some sites have.
    fn semantic(&self, tag: &'static str, rng: &mut Rng) -> &'static str {
        if self.is_semantic && rng.chance(0.85) { tag } else { "div" }
    }

    fn element(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.out, "<{tag}>");
        content(self);
        let _ = write!(self.out, "</{tag}>");
    }

    /// Opens an element with a name of that list; gives what ends it.
    fn open(&mut self, tag: &str, names: &'static str, rng: &mut Rng) -> String {
        let attribute = self.names.attribute(names, rng);
        let _ = write!(self.out, "<{tag}{attribute}>");
        format!("</{tag}>")
    }

    fn open_if(&mut self, opens: bool, tag: &str, names: &'static str, rng: &mut Rng) -> String {
        if opens { self.open(tag, names, rng) } else { String::new() }
    }

    fn open_many(&mut self, names: &'static str, count: usize, rng: &mut Rng) -> String {
        (0..count).map(|_| self.open("div", names, rng)).collect()
    }

    /// A line as one link, or each of its parts as one.
    fn linked(&mut self, text: &str, rng: &mut Rng) {
        let number = rng.below(1_000_000);
        let is_run = rng.chance(0.9);
        let joint = JOINTS.into_iter().find(|joint| is_run && text.matches(joint).count() > 1);
        for (index, part) in text.split(joint.unwrap_or("\n")).enumerate() {
            if index > 0 {
                self.out.push_str(joint.unwrap_or_default());
            }
            let _ = write!(self.out, "<a href=\"/{}.html\">", number + index);
            self.text(part);
            self.out.push_str("</a>");
        }
    }

    /// A line of text with a link in its midst.
    fn inner_link(&mut self, text: &str, rng: &mut Rng) {
        let count = text.chars().count();
        let from = rng.below(count);
        let to = from + rng.range(2, 12);
        let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
        let (before, rest) = text.split_at(at(from));
        let (inside, after) = rest.split_at(at(to) - at(from));
        self.text(before);
        let _ = write!(self.out, "<a href=\"/{}\">", rng.below(100_000));
        self.text(inside);
        self.out.push_str("</a>");
        self.text(after);
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                c => self.out.push(c),
            }
        }
    }
}

/// What sort of element a line of an article wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Row,
    Code,
    Short,
    Paragraph,
}

impl Sort {
    fn of(text: &str) -> Sort {
        let is_code = |text: &str| {
            text.starts_with("  ") || text.starts_with("$ ") || text.ends_with([';', '{', '}'])
        };
        match text {
            text if text.contains('\t') => Sort::Row,
            text if is_code(text) => Sort::Code,
            text if is_short(text, LONGEST_HEAD) => Sort::Short,
            _ => Sort::Paragraph,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_article_want_elements() {
        let sorts =
            ["一\t二", "    return 0", "let a = 1;", "小标题", "这一段话说完了。"].map(Sort::of);
        let expected = [Sort::Row, Sort::Code, Sort::Code, Sort::Short, Sort::Paragraph];
        assert_eq!(sorts, expected);
    }
}
