//! The markup of a site around the lines of a composed page: a labelled page of text in, the same lines and
//! a few more as a page of HTML out. What runs together becomes a block (`runs.rs`), blocks go into a
//! header, a main part, a side and a footer (`write.rs`), panels that crawls of text leave out come beside them
//! (`panels.rs`), and all get the names that sites give such parts (`names.rs`). Few pages of HTML are
//! labelled, and the names of their parts are those of few sites.

mod names;
mod panels;
mod runs;
mod write;

use std::sync::Arc;

use self::panels::Panels;
use self::runs::{Run, runs};
use self::write::Site;
use super::Rng;
use super::hypertext::tidy;
use super::lexicon::{Lexicons, Scope};
use crate::html::Document;
use crate::input::{LabelledHtml, LabelledLine, LabelledPage};
use crate::text::Label;

/// A first line of article up to this many characters can be the headline.
const LONGEST_TITLE: usize = 70;

/// Writes a page as HTML, its gold text being its lines of article. `others` are pages of the same
/// language whose beginnings it may tell of. A line that the parser reads otherwise than it was is left open.
pub fn mark_up(
    page: &LabelledPage,
    others: &[&LabelledPage],
    lexicons: &Lexicons,
    rng: &mut Rng,
) -> LabelledPage {
    let mut runs = runs(&page.lines);
    // What has no form in the page's own language stands there in English.
    let english = page.lang.as_deref().is_some_and(|lang| !lang.starts_with("zh"));
    Panels { english, others, lexicons }.add(&mut runs, rng);
    let source = Site::draw(lexicons, rng).write(&runs, rng);
    let document = Document::parse(&source);
    let lines = relabel(&runs, &document);
    let article = lines.iter().filter(|line| line.label == Label::Article);
    let gold = article.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    let html = LabelledHtml { source, gold, document };
    LabelledPage { lines, html: Some(Arc::new(html)), ..page.clone() }
}

/// The lines as they were parsed, with the labels of the lines that they were written from.
fn relabel(runs: &[Run], document: &Document) -> Vec<LabelledLine> {
    // So many lines are looked through for one that was read.
    const AHEAD: usize = 8;
    let written: Vec<(String, &LabelledLine)> =
        runs.iter().flat_map(|run| &run.lines).map(|line| (tidy(&line.text), line)).collect();
    let mut rest = written.as_slice();
    let read = document.page();
    let lines = read.lines.iter().map(|line| {
        let own = tidy(line.text);
        let found = rest.iter().take(AHEAD).position(|(text, _)| *text == own);
        let (label, kind) = match found {
            Some(found) => {
                let (_, line) = rest[found];
                rest = &rest[found + 1..];
                (line.label, line.kind)
            }
            None => (Label::Either, None),
        };
        LabelledLine { text: line.text.to_owned(), label, kind, spans: Vec::new() }
    });
    lines.collect()
}

/// Draws one term of a list.
fn draw(lexicons: &Lexicons, list: &str, rng: &mut Rng) -> String {
    let mut text = String::new();
    lexicons.draw_into(list, rng, &mut Scope::default(), &mut text);
    text
}

/// Whether a text is no longer than so many characters and does not end as sentences do.
fn is_short(text: &str, longest: usize) -> bool {
    let ends = ['。', '.', '！', '!', '？', '?', '…', '”', '"', '；', ';', '，', ','];
    text.chars().nth(longest).is_none() && !text.trim_end().ends_with(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::within;
    use crate::input::testing::line;
    use crate::text::Kind;
    use crate::train::synth::{Composer, Genre};

    const PARAGRAPHS: [&str; 3] = [
        "老戏台拆下来的横梁，木匠们一根一根地量过，又照着原样重新做了一遍，用的还是后山的杉木。",
        "开台那天，十里八乡的人都来了，连邻县的戏班子也赶来唱了三天。",
        "台下的孩子们不看戏，只围着卖糖人的老汉转。",
    ];

    fn composed(genre: Genre, lexicons: &Lexicons, seed: u64) -> LabelledPage {
        let composer = Composer::new(lexicons, &[]);
        composer.make(genre, "p", "zh", &PARAGRAPHS, &mut Rng::derive(3, "site", seed))
    }

    #[test]
    fn every_line_is_there_in_order_with_its_label() {
        let lexicons = Lexicons::builtin();
        let (mut lines, mut open, mut more) = (0, 0, 0);
        for (seed, genre) in (0..4).flat_map(|seed| Genre::ALL.map(|genre| (seed, genre))) {
            let page = composed(genre, &lexicons, seed);
            let mut rng = Rng::derive(5, "markup", seed);
            let marked = mark_up(&page, &[&page], &lexicons, &mut rng);
            let html = marked.html.as_ref().unwrap();
            assert_eq!(html.document.page().lines.len(), marked.lines.len());
            // Those of the page that are there unchanged come in its order.
            let mut rest = marked.lines.iter();
            for line in &page.lines {
                let text = tidy(&line.text);
                if marked.lines.iter().any(|l| tidy(&l.text) == text) {
                    let found = rest.find(|l| tidy(&l.text) == text);
                    assert!(found.is_some(), "{genre:?} {line:?}\n{}", html.source);
                }
            }
            lines += page.lines.len();
            open += marked.lines.iter().filter(|l| l.label == Label::Either).count();
            open -= page.lines.iter().filter(|l| l.label == Label::Either).count().min(open);
            more += marked.lines.len().saturating_sub(page.lines.len());
            let again = mark_up(&page, &[&page], &lexicons, &mut Rng::derive(5, "markup", seed));
            assert_eq!(again, marked);
        }
        assert!(lines > 1000 && open * 50 < lines, "{open} of {lines} are read otherwise");
        assert!(more > 50, "{more}");
    }

    #[test]
    fn menus_are_links_and_articles_are_paragraphs() {
        let lexicons = Lexicons::builtin();
        let (mut menus, mut linked, mut texts, mut paragraphs, mut in_links) = (0, 0, 0, 0, 0);
        for seed in 0..60 {
            let page = composed(Genre::Article, &lexicons, seed);
            let mut rng = Rng::derive(6, "markup", seed);
            let marked = mark_up(&page, &[], &lexicons, &mut rng);
            let outline = &marked.html.as_ref().unwrap().document.outline;
            for (line, labelled) in outline.lines.iter().zip(&marked.lines) {
                if labelled.kind == Some(Kind::Nav) {
                    menus += 1;
                    linked += usize::from(line.in_links * 2 > line.characters);
                } else if labelled.label == Label::Article {
                    texts += 1;
                    paragraphs += usize::from(line.within & within::PARAGRAPH != 0);
                    in_links += usize::from(line.in_links * 2 > line.characters);
                }
                assert_eq!(line.within & within::HIDDEN, 0);
            }
        }
        assert!(menus > 300 && linked * 10 > menus * 6, "{linked} of {menus}");
        assert!(texts > 150 && paragraphs * 10 > texts * 3, "{paragraphs} of {texts}");
        assert!(in_links * 10 < texts, "{in_links} of {texts}");
    }

    #[test]
    fn signs_of_markup_in_a_text_stay_text() {
        let lexicons = Lexicons::builtin();
        let texts = ["题目 <b>", "若 a<b && b>c，则写作 <ul> 与 &lt; 而不是别的。"];
        let page = LabelledPage {
            lines: texts.map(|text| line(text, Label::Article)).to_vec(),
            ..composed(Genre::Article, &lexicons, 0)
        };
        for seed in 0..30 {
            let marked = mark_up(&page, &[], &lexicons, &mut Rng::derive(7, "markup", seed));
            for text in texts {
                assert!(marked.lines.iter().any(|l| l.text == text), "{:?}", marked.html);
            }
        }
    }
}
