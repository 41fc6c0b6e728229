//! The report as one HTML page: nothing is loaded from elsewhere, it follows the reader's light or
//! dark setting and fits a phone.

use super::{GoldReport, Outcome, Report, RuleReport, WrongLine};
use crate::report::number::{count, dash, ratio};
use crate::report::{Cell, Html, Table, language, page, section};
use crate::text::Label;
use crate::text::visible::start;

/// Of a long line the beginning.
const SHOWN: usize = 300;

/// The whole page.
pub fn html(r: &Report) -> String {
    let subtitle = format!(
        "{} pages, {} lines; {} with a vote, {} with votes for both labels. Labelled: {} junk, {} \
         article ({} as their siblings); {} left either.",
        number(r.pages),
        number(r.lines),
        number(r.voted),
        number(r.conflicts),
        number(r.junk),
        number(r.article),
        number(r.siblings),
        number(r.lines - r.junk - r.article)
    );
    page("Rules for first labels", subtitle, |html| {
        if let Some(gold) = &r.gold {
            against_gold(gold, html);
        }
        let about = "Accuracy is estimated without labels; precision is measured on the gold.";
        section(html, "Rules", about, |html| {
            let mut table = Table::new(
                "By rule",
                [
                    "rule",
                    "label",
                    "kind",
                    "lines",
                    "coverage",
                    "overlap",
                    "conflict",
                    "accuracy",
                    "precision",
                    "wrong",
                ],
            );
            r.rules.iter().for_each(|rule| table.row(row(rule)));
            table.write(html);
        });
        if r.gold.is_some() {
            section(html, "What each rule gets wrong", "", |html| {
                let wrong = r.rules.iter().filter(|rule| !rule.wrong.is_empty());
                wrong.for_each(|rule| cases(rule, html));
            });
        }
    })
}

fn against_gold(gold: &GoldReport, html: &mut Html) {
    let about = format!(
        "{} of the pages, {} lines scored; {} pages have changed since.",
        number(gold.pages),
        number(gold.lines),
        number(gold.changed)
    );
    section(html, "Against the gold", about, |html| {
        let columns =
            ["", "junk", "precision", "coverage", "F1", "article", "precision", "coverage", "F1"];
        let mut table = Table::new("By way of combining", columns);
        table.row(outcome("combined, as written", &gold.combined));
        table.row(outcome("combined, all voted on", &gold.unthresholded));
        table.row(outcome("majority", &gold.majority));
        table.row(outcome("siblings alone", &gold.siblings));
        table.write(html);
        let mut table = Table::new("Junk by kind", ["kind", "lines", "covered", "kind right"]);
        for kind in &gold.kinds {
            let covered = kind.covered as f64 / kind.lines.max(1) as f64;
            table.row([
                Cell::text(kind.name),
                Cell::text(number(kind.lines)),
                Cell::text(ratio(Some(covered))).with_bar(Some(covered), "share"),
                Cell::text(number(kind.named)),
            ]);
        }
        table.write(html);
    });
}

fn outcome(name: &str, o: &Outcome) -> [Cell; 9] {
    [
        name.to_owned(),
        number(o.junk),
        ratio(o.junk_precision),
        ratio(o.junk_coverage),
        ratio(o.junk_f1),
        number(o.article),
        ratio(o.article_precision),
        ratio(o.article_coverage),
        ratio(o.article_f1),
    ]
    .map(Cell::text)
}

fn row(rule: &RuleReport) -> [Cell; 10] {
    [
        rule.name.clone(),
        name(rule.label).to_owned(),
        rule.kind.map_or_else(dash, |kind| kind.name().to_owned()),
        number(rule.votes),
        format!("{:.4}", rule.coverage),
        ratio(Some(rule.overlap)),
        ratio(Some(rule.conflict)),
        ratio(rule.accuracy),
        ratio(rule.precision),
        rule.precision.map_or_else(dash, |_| number(rule.scored - rule.right)),
    ]
    .map(Cell::text)
}

fn cases(rule: &RuleReport, html: &mut Html) {
    html.newline();
    html.element("details", &[], |html| {
        html.element("summary", &[], |html| {
            html.text("b", &[], &rule.name);
            let wrong = number(rule.scored - rule.right);
            html.say(format_args!(": {}; {wrong} of {} wrong", rule.about, number(rule.scored)));
        });
        rule.wrong.iter().for_each(|line| case(line, html));
    });
}

fn case(line: &WrongLine, html: &mut Html) {
    let said = if line.combined_wrong { "wrong together" } else { "mended by the others" };
    let kind = line.kind.map_or("", |kind| kind.name());
    let lang = language([line.text.as_str()]);
    let around = |text: &Option<String>| text.as_deref().map_or_else(dash, |t| start(t, SHOWN));
    html.element("div", &[("class", &"case")], |html| {
        let gold = name(line.gold);
        let place = format!("{}:{} · gold {gold} {kind} · {said}", line.page, line.line);
        html.text("p", &[("class", &"soft")], place);
        html.text("p", &[("class", &"soft"), ("lang", &lang)], around(&line.before));
        html.element("p", &[("lang", &lang)], |html| {
            html.text("mark", &[], start(&line.text, SHOWN));
        });
        html.text("p", &[("class", &"soft"), ("lang", &lang)], around(&line.after));
    });
}

fn name(label: Label) -> &'static str {
    match label {
        Label::Article => "article",
        Label::Junk => "junk",
        Label::Either => "either",
    }
}

fn number(n: usize) -> String {
    count(n as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_escaped() {
        let mut report = super::super::tests::example();
        let rule = report.rules.iter_mut().find(|rule| rule.name == "menu_words").unwrap();
        rule.wrong[0].text = format!("<script>alert(1)</script> & \"x\"{}", "桥".repeat(SHOWN));
        let page = html(&report);
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;桥"));
        assert!(!page.contains("<script") && !page.contains("http"));
        assert!(page.contains("wrong together") && page.contains("prefers-color-scheme:dark"));
        assert!(page.contains("桥…</mark>"));
    }
}
