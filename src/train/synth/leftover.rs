//! Markup that a poor extractor left in an article: tags, entities and Markdown around and within the
//! page's own text. In comes a page, out goes a copy with most of its article lines marked up; labels
//! stay, spans move with their characters.

use super::Rng;
use super::garble::rejoin;
use crate::input::{LabelledLine, LabelledPage};
use crate::text::Label;

/// How a page was marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Tags around and within lines.
    Tags,
    /// Tags with their brackets as entities.
    Escaped,
    /// Signs of Markdown.
    Markdown,
    /// Only spaces and line ends, as entities and tags.
    Breaks,
    /// Square brackets, as boards write them.
    Board,
}

const STYLES: [(Style, usize); 5] = [
    (Style::Tags, 6),
    (Style::Escaped, 1),
    (Style::Markdown, 3),
    (Style::Breaks, 3),
    (Style::Board, 1),
];

/// Lines shorter than this, in characters, have no tags within.
const SHORT: usize = 14;

/// What becomes of the lines of a page that is garbled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesOf {
    /// A copy of a real page: each line stays a line.
    Copy,
    /// A page made from nothing: several paragraphs may become one long line.
    Composed,
}

/// Marks up most article lines of a page, and now and then its junk as well, so that tags alone say
/// nothing.
pub(super) fn leave(page: &LabelledPage, lines_of: LinesOf, rng: &mut Rng) -> LabelledPage {
    let style = rng.weighted(STYLES);
    let share = rng.pick([0.6, 0.9, 1.0, 1.0]);
    let junk_share = rng.pick([0.0, 0.0, 0.0, 0.3, 0.9]);
    let mut page = page.clone();
    let mut lines: Vec<LabelledLine> = Vec::with_capacity(page.lines.len());
    let most = match lines_of {
        LinesOf::Copy => 1,
        LinesOf::Composed => rng.pick([1, 1, 1, 3, 12, 60]),
    };
    // Most lines of a page have the same tags around them.
    let usual = signs(style, rng).around;
    let mut joined = 0;
    let mut before = None;
    for mut line in page.lines.drain(..) {
        let label = line.label;
        let chance = if label == Label::Junk { junk_share } else { share };
        if rng.chance(chance) {
            let own = signs(style, rng);
            let around = if rng.chance(0.7) { usual.clone() } else { own.around.clone() };
            mark(&mut line, &Signs { around, ..own }, rng);
        }
        let is_next = before == Some(Label::Article) && label == Label::Article;
        match lines.last_mut() {
            Some(last) if is_next && joined + 1 < most && line.spans.is_empty() => {
                last.text.push_str(joint(style, rng));
                last.text.push_str(&line.text);
                joined += 1;
            }
            _ => {
                lines.push(line);
                joined = 0;
            }
        }
        before = Some(label);
    }
    page.lines = lines;
    page
}

fn joint(style: Style, rng: &mut Rng) -> &'static str {
    match style {
        Style::Tags | Style::Breaks => rng.pick(["", "<br />", "<br><br>", "&nbsp;", "\\n"]),
        Style::Escaped => "&lt;br&gt;",
        Style::Markdown => " ",
        Style::Board => "[br]",
    }
}

/// What stands before and behind a line, before and behind a few words within, in place of a
/// blank, and behind a sentence.
struct Signs {
    around: (String, &'static str),
    within: (String, &'static str),
    blank: &'static str,
    stop: &'static str,
}

fn signs(style: Style, rng: &mut Rng) -> Signs {
    let number = rng.range(1, 9999);
    let address = rng.pick(["/", "https://www.", "http://blog."]);
    let around = |pairs: &[(&str, &'static str)], rng: &mut Rng| {
        let (open, close) = rng.choose(pairs).copied().unwrap_or_default();
        (open.to_string(), close)
    };
    match style {
        Style::Tags => {
            let pairs = [
                ("<p>", "</p>"),
                ("<p>", "</p>"),
                ("<p>", ""),
                ("", "</p>"),
                ("<p class=\"text\">", "</p>"),
                ("<p style=\"text-align: justify;\">", "</p>"),
                ("<p align=\"center\"><strong>", "</strong></p>"),
                ("<div>", "</div>"),
                ("<li>", "</li>"),
                ("<h2>", "</h2>"),
                ("<span style=\"font-size:16px\">", "</span>"),
                ("<td>", "</td>"),
                ("<blockquote>", "</blockquote>"),
                ("", "<br />"),
                ("", "<br>"),
                ("", ""),
            ];
            let within = [
                ("<strong>".to_string(), "</strong>"),
                ("<b>".to_string(), "</b>"),
                ("<em>".to_string(), "</em>"),
                ("<font color=\"#333333\">".to_string(), "</font>"),
                (format!("<a href=\"{address}{number}.html\" target=\"_blank\">"), "</a>"),
                (format!("<a href=\"{address}{number}\">"), "</a>"),
                (format!("<img src=\"{address}{number}.jpg\" alt=\""), "\" />"),
                (format!("<img class=\"alignnone\" src=\"{address}{number}.png\" title=\""), "\">"),
            ];
            Signs {
                around: around(&pairs, rng),
                within: rng.choose(&within).cloned().unwrap_or_default(),
                blank: rng.pick([" ", "&nbsp;"]),
                stop: rng.pick(["", "", "<br />", "</p><p>"]),
            }
        }
        Style::Escaped => Signs {
            around: around(
                &[("&lt;p&gt;", "&lt;/p&gt;"), ("", "&lt;br /&gt;"), ("&amp;nbsp;", "")],
                rng,
            ),
            within: ("&lt;strong&gt;".to_string(), "&lt;/strong&gt;"),
            blank: "&amp;nbsp;",
            stop: "",
        },
        Style::Markdown => {
            let pairs = [
                ("", ""),
                ("", ""),
                ("", "  "),
                ("- ", ""),
                ("* ", ""),
                ("> ", ""),
                ("## ", ""),
                ("### ", " ###"),
                ("**", "**"),
                ("1. ", ""),
                ("| ", " |"),
            ];
            let within = [
                ("**".to_string(), "**"),
                ("*".to_string(), "*"),
                ("`".to_string(), "`"),
                ("__".to_string(), "__"),
                ("~~".to_string(), "~~"),
                ("[".to_string(), "](https://example.org)"),
                ("![".to_string(), "](images/cover.png)"),
                (format!("![{number}](/{number}.jpg) "), ""),
            ];
            Signs {
                around: around(&pairs, rng),
                within: rng.choose(&within).cloned().unwrap_or_default(),
                blank: " ",
                stop: "",
            }
        }
        Style::Breaks => Signs {
            around: around(
                &[("&nbsp;&nbsp;&nbsp;&nbsp;", ""), ("&emsp;&emsp;", ""), ("", "<br />"), ("", "")],
                rng,
            ),
            within: (String::new(), ""),
            blank: rng.pick(["&nbsp;", " &nbsp;", " "]),
            stop: rng.pick(["<br>", "<br/>", "", "&nbsp; "]),
        },
        Style::Board => Signs {
            around: around(
                &[("[p]", "[/p]"), ("[size=3]", "[/size]"), ("", ""), ("[quote]", "[/quote]")],
                rng,
            ),
            within: around(
                &[("[b]", "[/b]"), ("[color=red]", "[/color]"), ("[url]", "[/url]")],
                rng,
            ),
            blank: " ",
            stop: "",
        },
    }
}

/// Marks up one line; its own characters all stay, but for blanks.
fn mark(line: &mut LabelledLine, signs: &Signs, rng: &mut Rng) {
    let mut cells: Vec<String> = line.text.chars().map(String::from).collect();
    for cell in &mut cells {
        match cell.as_str() {
            " " | "\u{3000}" if signs.blank != " " => *cell = signs.blank.to_string(),
            "。" | "！" | "？" if rng.chance(0.4) => cell.push_str(signs.stop),
            _ => {}
        }
    }
    // Short lines have tags around them at most.
    let pieces = if cells.len() < SHORT { 0 } else { rng.below(3) };
    for _ in 0..pieces {
        let from = rng.below(cells.len().max(1));
        let to = (from + rng.range(2, 12)).min(cells.len()).saturating_sub(1);
        if let Some(cell) = cells.get_mut(from).filter(|_| from <= to) {
            cell.insert_str(0, &signs.within.0);
        }
        if let Some(cell) = cells.get_mut(to).filter(|_| from <= to) {
            cell.push_str(signs.within.1);
        }
    }
    if let Some(cell) = cells.first_mut() {
        cell.insert_str(0, &signs.around.0);
    }
    if let Some(cell) = cells.last_mut() {
        cell.push_str(signs.around.1);
    }
    rejoin(line, &cells);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing::{self, line};
    use crate::text::Kind;

    fn page() -> LabelledPage {
        let nav = |text| LabelledLine { kind: Some(Kind::Nav), ..line(text, Label::Junk) };
        testing::page([
            nav("首页"),
            line("甲乙丙丁，戊己庚辛。", Label::Article),
            line("子丑寅卯！", Label::Article),
            nav("版权所有"),
        ])
    }

    #[test]
    fn marked_up_text_keeps_its_labels_and_its_characters_in_order() {
        let (mut marked, mut merged) = (0, 0);
        for copy in 0..200 {
            let real = leave(&page(), LinesOf::Copy, &mut Rng::derive(2, "markup", copy));
            assert_eq!(real.lines.len(), 4);
            let made = leave(&page(), LinesOf::Composed, &mut Rng::derive(2, "markup", copy));
            assert_eq!(made.lines.first().map(|l| l.label), Some(Label::Junk));
            assert_eq!(made.lines.last().map(|l| l.label), Some(Label::Junk));
            merged += usize::from(made.lines.len() == 3);
            for page in [real, made] {
                let article = page.lines.iter().filter(|l| l.label == Label::Article);
                let article: String = article.map(|l| l.text.as_str()).collect();
                let mut rest = article.chars();
                let own = "甲乙丙丁，戊己庚辛。子丑寅卯！";
                assert!(own.chars().all(|c| rest.any(|other| other == c)), "{article}");
                marked += usize::from(article != own);
            }
        }
        assert!(marked > 300 && merged > 40, "{marked} {merged}");
    }

    #[test]
    fn spans_move_with_their_characters() {
        let mut line = LabelledLine {
            text: "甲乙丙丁，甲乙丙丁，子丑寅卯辰巳".into(),
            label: Label::Article,
            kind: None,
            spans: std::iter::once(10..16).collect(),
        };
        let mut rng = Rng::derive(5, "spans", 1);
        mark(&mut line, &signs(Style::Tags, &mut rng), &mut rng);
        let span = line.spans[0].clone();
        let inside: String = line.text.chars().skip(span.start).take(span.len()).collect();
        assert!(
            inside.contains('子') && inside.contains('巳') && !inside.contains('丁'),
            "{line:?}"
        );
    }
}
