//! The heaviest errors, each among the lines around it, coloured by label and verdict.

use crate::evaluate::Judged;
use crate::evaluate::errors::{Found, Mistake, heaviest};
use crate::filter::{LineVerdict, Verdict};
use crate::input::LabelledLine;
use crate::report::number::{count, counted};
use crate::report::{Html, LineLook, Look, beginning, language, legend, lines, section};
use crate::text::Label;
use crate::text::visible::start;

/// Lines on each side.
const CONTEXT: usize = 3;
/// Characters of the wrong line …
const SHOWN: usize = 600;
/// … and of those around it.
const AROUND: usize = 160;
/// Characters of the page's name.
const NAME: usize = 80;

/// Writes at most `limit` errors of each of the two sorts.
pub(super) fn write(pages: &[Judged<'_>], limit: usize, html: &mut Html) {
    let about = "One of each text, heaviest first: by its characters wherever it stands, and by how sure \
                 the model was. In the margin: the number of the line, its probability of junk, what \
                 became of it.";
    section(html, "Worst errors", about, |html| {
        legend(
            html,
            &[
                (Look::Lost, "article, removed: lost"),
                (Look::Left, "junk, kept: left in"),
                (Look::Found(None), "junk, removed"),
                (Look::Kept, "article, kept"),
                (Look::Unsure, "article, kept although unsure"),
                (Look::Either, "either: not scored"),
            ],
        );
        for (mistake, heading) in [
            (Mistake::ArticleRemoved, "Article that is removed"),
            (Mistake::JunkKept, "Junk that is kept"),
        ] {
            let (found, all) = heaviest(pages, mistake, limit);
            html.newline();
            html.text("h3", &[], heading);
            if found.is_empty() {
                html.text("p", &[("class", &"soft")], "None.");
                continue;
            }
            let shown = count(found.len() as u64);
            let texts = counted(all as u64, "different text");
            html.text("p", &[("class", &"soft")], format_args!("{shown} of {texts}."));
            let cases = found.iter().filter_map(|found| Some((pages.get(found.page)?, found)));
            let mut cases: Vec<_> = cases.collect();
            let rest = cases.split_off(cases.len().min(10));
            cases.iter().for_each(|(page, found)| case(page, found, html));
            if !rest.is_empty() {
                html.element("details", &[], |html| {
                    html.text("summary", &[], format_args!("{} more", count(rest.len() as u64)));
                    rest.iter().for_each(|(page, found)| case(page, found, html));
                });
            }
        }
    });
}

fn case(judged: &Judged<'_>, found: &Found, html: &mut Html) {
    let page = judged.page();
    let times = match found.times {
        1 => String::new(),
        times => format!(", {} times in all", count(times)),
    };
    html.newline();
    html.element("article", &[("class", &"case")], |html| {
        let kind = page.lines.get(found.line).and_then(|line| line.kind);
        let kind = kind.map_or(String::new(), |kind| format!(", {}", kind.name()));
        let id = start(&page.id, NAME);
        html.text("h3", &[], format_args!("{id}, line {}{kind}{times}", found.line + 1));
        let place = format!("{} · {}", start(&page.site, NAME), start(&page.set, NAME));
        html.text("p", &[("class", &"soft")], place);
        let from = found.line.saturating_sub(CONTEXT);
        let to = (found.line + CONTEXT + 1).min(page.lines.len());
        let around = page.lines.get(from..to).unwrap_or_default();
        let verdicts = judged.verdict().lines.get(from..to).unwrap_or_default();
        let texts = around.iter().map(|line| line.text.as_str());
        let by_script = language(texts);
        let lang =
            if by_script.is_empty() { page.lang.as_deref().unwrap_or("") } else { by_script };
        let looks = around.iter().zip(verdicts).zip(from..).map(|((line, verdict), number)| {
            let is_focus = number == found.line;
            let (text, more) = beginning(&line.text, if is_focus { SHOWN } else { AROUND });
            LineLook {
                number: number as u64 + 1,
                text,
                more,
                look: look(line, verdict),
                probability: verdict.probability,
                cuts: &verdict.cut,
                spans: &line.spans,
                is_focus,
            }
        });
        lines(html, lang, looks);
    });
}

fn look(line: &LabelledLine, verdict: &LineVerdict) -> Look {
    match (line.label, verdict.verdict) {
        (Label::Either, _) => Look::Either,
        (Label::Article, Verdict::Article) => Look::Kept,
        (Label::Article, Verdict::Unsure) => Look::Unsure,
        (Label::Article, Verdict::Junk) => Look::Lost,
        (Label::Junk, Verdict::Junk) => Look::Found(line.kind.or(verdict.kind)),
        (Label::Junk, Verdict::Article | Verdict::Unsure) => Look::Left,
    }
}
