//! Plants junk into the tree of an HTML page: hidden blocks, link lists at the edges, elements with
//! random ids, text inside the article's own elements. The source is changed, parsed again, and the
//! lines that were there find their labels again; what is new is junk.

use std::ops::Range;
use std::sync::Arc;

use super::Rng;
use super::block;
use super::family::Family;
use super::lexicon::Lexicons;
use super::plant::is_english;
use crate::html::Document;
use crate::input::{LabelledHtml, LabelledLine, LabelledPage};
use crate::text::{Kind, Label};

/// Plants one to three blocks into the source of a page. A page without HTML comes back as it is.
pub fn plant(
    page: &LabelledPage,
    lexicons: &Lexicons,
    families: &[Family],
    rng: &mut Rng,
) -> LabelledPage {
    let Some(html) = &page.html else { return page.clone() };
    let english = is_english(page);
    let places = Places::of(&html.source);
    let mut inserts: Vec<(usize, String)> = Vec::new();
    let mut kinds: Vec<(String, Kind)> = Vec::new();
    for _ in 0..rng.weighted([(1, 6), (2, 3), (3, 1)]) {
        let Some(family) = rng.choose(families).copied() else { break };
        let english = if english { rng.chance(0.9) } else { rng.chance(0.05) };
        let lines = block::lines(lexicons, family, english, &[], rng);
        kinds.extend(lines.iter().map(|line| (tidy(line), family.kind())));
        let at = places.draw(rng);
        inserts.push((at, element(&lines, rng)));
    }
    inserts.sort_by_key(|(at, _)| *at);
    let mut source = String::with_capacity(html.source.len() + 4096);
    let mut from = 0;
    for (at, text) in &inserts {
        source.push_str(html.source.get(from..*at).unwrap_or_default());
        source.push_str(text);
        from = *at;
    }
    source.push_str(html.source.get(from..).unwrap_or_default());
    let document = Document::parse(&source);
    let lines = relabel(page, &document, &kinds);
    let html = LabelledHtml { document, source, gold: html.gold.clone() };
    LabelledPage { lines, html: Some(Arc::new(html)), ..page.clone() }
}

/// The labels of the planted page: lines that were there have theirs, what was planted is junk, and a
/// line that is neither, grown together from both, is left open.
fn relabel(
    page: &LabelledPage,
    document: &Document,
    kinds: &[(String, Kind)],
) -> Vec<LabelledLine> {
    // A line may have been lost in a join: so many of the page's lines are looked through.
    const AHEAD: usize = 8;
    let texts: Vec<&str> = document.page().lines.iter().map(|line| line.text).collect();
    let mut rest = page.lines.as_slice();
    let mut lines = Vec::with_capacity(texts.len());
    for (index, &text) in texts.iter().enumerate() {
        let is_lost = |line: &LabelledLine| !texts[index..].contains(&line.text.as_str());
        let found = rest.iter().take(AHEAD).position(|line| line.text == text);
        // What is skipped must be gone: else this is a planted line that reads like one further down.
        if let Some(found) = found.filter(|&found| rest[..found].iter().all(is_lost)) {
            lines.push(rest[found].clone());
            rest = &rest[found + 1..];
            continue;
        }
        let own = tidy(text);
        let is_part = |planted: &str| planted.contains(&own) || own.contains(planted);
        let kind = kinds.iter().find(|(planted, _)| *planted == own);
        let kind = kind.or_else(|| {
            let host = rest.first().map(|line| tidy(&line.text)).unwrap_or_default();
            let is_mixed = !host.is_empty() && own.contains(&host);
            kinds.iter().find(|(planted, _)| !is_mixed && is_part(planted))
        });
        lines.push(LabelledLine {
            text: text.to_owned(),
            label: if kind.is_some() { Label::Junk } else { Label::Either },
            kind: kind.map(|(_, kind)| *kind),
            spans: Vec::new(),
        });
    }
    lines
}

/// A text without its white space, which markup may change.
pub(super) fn tidy(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Where something can be put into a source without breaking a tag.
struct Places {
    start: usize,
    end: usize,
    after_blocks: Vec<usize>,
    in_paragraphs: Vec<usize>,
}

impl Places {
    fn of(source: &str) -> Places {
        let lower = source.to_ascii_lowercase();
        let covered = covered(&lower);
        let is_free = |at: &usize| !covered.iter().any(|range| range.contains(at));
        let ends =
            |tag: &'static str| lower.match_indices(tag).map(move |(at, _)| (at, at + tag.len()));
        let body = lower.find("<body").and_then(|at| Some(at + lower.get(at..)?.find('>')? + 1));
        let start = body.unwrap_or(0);
        let mut after_blocks: Vec<usize> =
            ["</p>", "</div>", "</ul>", "</table>", "</h1>", "</h2>"]
                .iter()
                .flat_map(|tag| ends(tag).map(|(_, after)| after))
                .filter(|at| *at > start && is_free(at))
                .collect();
        after_blocks.sort_unstable();
        let in_paragraphs = ends("</p>")
            .map(|(before, _)| before)
            .filter(|at| *at > start && is_free(at))
            .collect();
        let end = lower.rfind("</body").unwrap_or(source.len());
        Places { start, end, after_blocks, in_paragraphs }
    }

    fn draw(&self, rng: &mut Rng) -> usize {
        let among = |places: &[usize], rng: &mut Rng| rng.choose(places).copied();
        let drawn = match rng.below(10) {
            0 | 1 => Some(self.start),
            2..=4 => Some(self.end),
            5..=7 => among(&self.after_blocks, rng),
            _ => among(&self.in_paragraphs, rng),
        };
        drawn.unwrap_or(self.end)
    }
}

/// Scripts, styles and comments.
fn covered(lower: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for (open, close) in [("<script", "</script"), ("<style", "</style"), ("<!--", "-->")] {
        let mut from = 0;
        while let Some(at) = lower.get(from..).and_then(|rest| rest.find(open)) {
            let start = from + at;
            let length = lower.get(start..).and_then(|rest| rest.find(close));
            let end = length.map_or(lower.len(), |length| start + length + close.len());
            ranges.push(start..end);
            from = end;
        }
    }
    ranges
}

/// A comment that a line opens ends with it: else the rest of the page would be gone.
fn closed(mut item: String) -> String {
    if item.rfind("<!--") > item.rfind("-->") {
        item.push_str("-->");
    }
    item
}

/// The lines as elements, hidden or for all to see.
fn element(lines: &[String], rng: &mut Rng) -> String {
    let items: Vec<String> = lines.iter().map(|line| closed(item(line, rng))).collect();
    let name: String =
        (0..rng.range(4, 9)).map(|_| char::from(b'a' + rng.below(26) as u8)).collect();
    let far = rng.range(900, 9999);
    let body = match rng.below(6) {
        0 => items.join("<br>"),
        1 => list(&items, "ul", "li"),
        2 => items.iter().map(|item| format!("<p>{item}</p>")).collect(),
        3 => items.iter().map(|item| format!("<div>{item}</div>")).collect(),
        4 => format!("<table><tr><td>{}</td></tr></table>", items.join("</td></tr><tr><td>")),
        _ => items.join("\n"),
    };
    let class = *rng
        .choose(&["links", "flink", "box", "list", "content", "footer", "text", "tags", "more"])
        .unwrap_or(&"box");
    match rng.below(16) {
        0 | 1 => format!("<div style=\"display:none\">{body}</div>"),
        2 => format!("<div style=\"position:absolute;left:-{far}px;top:-{far}px\">{body}</div>"),
        3 => format!("<div style=\"overflow:hidden;height:0;width:0\">{body}</div>"),
        4 => format!("<marquee style=\"overflow:hidden;height:1px;width:1px\">{body}</marquee>"),
        5 => format!("<span style=\"font-size:0\">{body}</span>"),
        6 => format!("<div style=\"background:#fff\"><font color=\"#ffffff\">{body}</font></div>"),
        7 => format!(
            "<div id=\"{name}\">{body}</div><script>document.getElementById(\"{name}\").style.display=\"none\"</script>"
        ),
        8 => format!("<noscript>{body}</noscript>"),
        9 | 10 => format!("<div class=\"{class}\">{body}</div>"),
        11 => format!("<div id=\"{name}\" class=\"{name}{}\">{body}</div>", rng.below(90)),
        12 | 13 => format!("<p>{body}</p>"),
        _ => body,
    }
}

fn list(items: &[String], outer: &str, inner: &str) -> String {
    let items: String = items.iter().map(|item| format!("<{inner}>{item}</{inner}>")).collect();
    format!("<{outer}>{items}</{outer}>")
}

/// A line as text, as one link, or with each of its parts as a link.
fn item(line: &str, rng: &mut Rng) -> String {
    let link = |text: &str, rng: &mut Rng| {
        let number = rng.below(1_000_000);
        match rng.below(3) {
            0 => format!("<a href=\"/{number}.html\">{text}</a>"),
            1 => format!("<a href=\"http://www.s{number}.com/\" target=\"_blank\">{text}</a>"),
            _ => format!("<a href=\"https://m.{number}.cn/\" title=\"{number}\">{text}</a>"),
        }
    };
    match rng.below(10) {
        0..=3 => line.to_owned(),
        4 | 5 => link(line, rng),
        _ => {
            let mut out = String::new();
            for part in line.split_inclusive(['|', '_', ' ', '、', '，', ',']) {
                let end = part.trim_end_matches(['|', '_', ' ', '、', '，', ',']).len();
                let (text, rest) = part.split_at(end);
                if text.is_empty() {
                    out.push_str(part);
                } else {
                    out.push_str(&link(text, rng));
                    out.push_str(rest);
                }
            }
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> LabelledPage {
        let source = "<html><body><ul><li><a href=/>首页</a></li></ul><div><h1>老戏台</h1>\
            <p>去年秋天，木匠们拆下朽坏的横梁，重新做了一遍。</p><p>戏台不大，逢年过节总是坐满。</p></div>\
            <script>var s = '</p>';</script></body></html>";
        let document = Document::parse(source);
        let labels = [Label::Junk, Label::Article, Label::Article, Label::Article];
        let texts = document.page().lines.into_iter().map(|line| line.text.to_owned());
        let line = |(text, label)| LabelledLine { text, label, kind: None, spans: Vec::new() };
        let lines: Vec<LabelledLine> = texts.zip(labels).map(line).collect();
        LabelledPage {
            id: "p".into(),
            site: "s".into(),
            lang: Some("zh".into()),
            set: "own".into(),
            lines,
            html: Some(Arc::new(LabelledHtml {
                source: source.into(),
                gold: String::new(),
                document,
            })),
        }
    }

    #[test]
    fn what_was_there_keeps_its_label_and_what_is_new_is_junk() {
        let (page, lexicons) = (page(), Lexicons::builtin());
        let (mut planted, mut joined, mut empty) = (0, 0, 0);
        for seed in 0..60 {
            let mut rng = Rng::derive(7, "tree", seed);
            let copy = plant(&page, &lexicons, &Family::PLANTED, &mut rng);
            let html = copy.html.as_ref().unwrap();
            assert_eq!(html.document.page().lines.len(), copy.lines.len());
            assert!(html.source.contains("var s = '</p>';"), "scripts stay whole");
            let of = |label| copy.lines.iter().filter(|l| l.label == label).count();
            joined += of(Label::Either);
            assert!(of(Label::Article) <= 3, "{}", html.source);
            assert!(of(Label::Article) + of(Label::Either) >= 3, "{}", html.source);
            let kinds = copy.lines.iter().filter(|l| l.label == Label::Junk && l.text != "首页");
            assert!(kinds.clone().all(|l| l.kind.is_some()), "what is junk was planted");
            // Now and then all of it stands in a comment.
            planted += of(Label::Junk) - 1;
            empty += usize::from(of(Label::Junk) == 1 && of(Label::Either) == 0);
            let hidden =
                html.document.outline.lines.iter().zip(&copy.lines).all(|(line, labelled)| {
                    line.within & crate::html::within::HIDDEN == 0
                        || labelled.label != Label::Article
                });
            assert!(hidden, "no article is hidden: {}", html.source);
        }
        assert!(planted > 100 && planted > joined && empty < 4, "{planted} {joined} {empty}");
    }
}
