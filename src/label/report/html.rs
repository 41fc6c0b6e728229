//! The report as one HTML page: nothing is loaded from elsewhere, it follows the reader's light or
//! dark setting and fits a phone. All text of pages is escaped.

use std::fmt::Write as _;

use super::{Outcome, Report, RuleReport, WrongLine};
use crate::text::Label;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#666c75;--line:#d9dce1;--back:#fff;--card:#f6f7f9;\
--bad:#b3261e;--good:#1b6e3c;--mark:#fff3c4}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa1ab;--line:#363b43;--back:#16181c;\
--card:#1f2227;--bad:#ff8a80;--good:#7bd99b;--mark:#4a3f12}}\
*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);\
color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}p{margin:.5rem 0}small,.soft{color:var(--soft)}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}\
th:first-child,td:first-child{text-align:left}thead th{color:var(--soft);font-weight:600}\
details{margin:.4rem 0;border:1px solid var(--line);border-radius:.4rem;background:var(--card)}\
summary{cursor:pointer;padding:.5rem .7rem}details>div{padding:0 .7rem .7rem}\
.case{border-top:1px solid var(--line);padding:.4rem 0;overflow-wrap:anywhere}.case p{margin:.1rem 0}\
.case .hit{background:var(--mark);border-radius:.2rem;padding:0 .2rem}.bad{color:var(--bad)}.good{color:var(--good)}";

/// The whole page.
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(r: &Report, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Rules for first labels</title><style>{STYLE}</style>\n<h1>Rules for first labels</h1>\n"
    )?;
    writeln!(
        out,
        "<p>{} pages, {} lines; {} with a vote, {} with votes for both labels. Labelled: {} junk, {} \
         article ({} as their siblings); {} left either.</p>",
        r.pages,
        r.lines,
        r.voted,
        r.conflicts,
        r.junk,
        r.article,
        r.siblings,
        r.lines - r.junk - r.article
    )?;
    if let Some(gold) = &r.gold {
        writeln!(
            out,
            "<h2>Against the gold</h2><p>{} of the pages, {} lines scored; {} pages have changed \
             since.</p><div class=\"wide\"><table><thead><tr><th><th>junk<th>precision<th>coverage<th>F1\
             <th>article<th>precision<th>coverage<th>F1</thead>",
            gold.pages, gold.lines, gold.changed
        )?;
        outcome("combined, as written", &gold.combined, out)?;
        outcome("combined, all voted on", &gold.unthresholded, out)?;
        outcome("majority", &gold.majority, out)?;
        outcome("siblings alone", &gold.siblings, out)?;
        writeln!(
            out,
            "</table></div><h2>Junk by kind</h2><div class=\"wide\"><table><thead><tr><th>kind<th>lines\
             <th>covered<th>kind right</thead>"
        )?;
        for kind in &gold.kinds {
            let covered = kind.covered as f64 / kind.lines.max(1) as f64;
            writeln!(
                out,
                "<tr><td>{}<td>{}<td>{covered:.3}<td>{}",
                kind.name, kind.lines, kind.named
            )?;
        }
        writeln!(out, "</table></div>")?;
    }
    writeln!(
        out,
        "<h2>Rules</h2><p class=\"soft\">Accuracy is estimated without labels; precision is measured on \
         the gold.</p><div class=\"wide\"><table><thead><tr><th>rule<th>label<th>kind<th>lines<th>coverage\
         <th>overlap<th>conflict<th>accuracy<th>precision<th>wrong</thead>"
    )?;
    r.rules.iter().try_for_each(|rule| row(rule, out))?;
    writeln!(out, "</table></div>")?;
    if r.gold.is_some() {
        writeln!(out, "<h2>What each rule gets wrong</h2>")?;
        r.rules
            .iter()
            .filter(|rule| !rule.wrong.is_empty())
            .try_for_each(|rule| cases(rule, out))?;
    }
    writeln!(out, "</html>")
}

fn outcome(name: &str, o: &Outcome, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "<tr><td>{name}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}",
        o.junk,
        number(o.junk_precision),
        number(o.junk_coverage),
        number(o.junk_f1),
        o.article,
        number(o.article_precision),
        number(o.article_coverage),
        number(o.article_f1),
    )
}

fn row(rule: &RuleReport, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "<tr><td title=\"{}\">{}<td>{}<td>{}<td>{}<td>{:.4}<td>{:.3}<td>{:.3}<td>{}<td>{}<td>{}",
        escaped(&rule.about),
        escaped(&rule.name),
        name(rule.label),
        rule.kind.map_or("–", |kind| kind.name()),
        rule.votes,
        rule.coverage,
        rule.overlap,
        rule.conflict,
        number(rule.accuracy),
        number(rule.precision),
        rule.precision.map_or("–".into(), |_| (rule.scored - rule.right).to_string()),
    )
}

fn cases(rule: &RuleReport, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "<details><summary><b>{}</b> <small>{}; {} of {} wrong</small></summary><div>",
        escaped(&rule.name),
        escaped(&rule.about),
        rule.scored - rule.right,
        rule.scored
    )?;
    rule.wrong.iter().try_for_each(|line| case(line, out))?;
    writeln!(out, "</div></details>")
}

fn case(line: &WrongLine, out: &mut String) -> std::fmt::Result {
    let around = |text: &Option<String>| escaped(text.as_deref().unwrap_or("–"));
    let (class, said) = if line.combined_wrong {
        ("bad", "wrong together")
    } else {
        ("good", "mended by the others")
    };
    writeln!(
        out,
        "<div class=\"case\"><p><small>{}:{} · gold {} {} · <span class=\"{class}\">{said}</span></small></p>\
         <p class=\"soft\">{}</p><p><span class=\"hit\">{}</span></p><p class=\"soft\">{}</p></div>",
        escaped(&line.page),
        line.line,
        name(line.gold),
        line.kind.map_or("", |kind| kind.name()),
        around(&line.before),
        escaped(&line.text),
        around(&line.after),
    )
}

fn name(label: Label) -> &'static str {
    match label {
        Label::Article => "article",
        Label::Junk => "junk",
        Label::Either => "either",
    }
}

fn number(number: Option<f64>) -> String {
    number.map_or("–".into(), |n| format!("{n:.3}"))
}

/// Of a long line the beginning.
const SHOWN: usize = 300;

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN {
            out.push('…');
            break;
        }
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_escaped() {
        let mut report = super::super::tests::example();
        let rule = report.rules.iter_mut().find(|rule| rule.name == "menu_words").unwrap();
        rule.wrong[0].text = "<script>alert(1)</script> & \"x\"".into();
        let page = html(&report);
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"));
        assert!(!page.contains("<script") && !page.contains("http"));
        assert!(page.contains("wrong together") && page.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn long_lines_are_cut_at_a_character() {
        assert_eq!(escaped(&"桥".repeat(301)).chars().count(), 301);
        assert_eq!(escaped("a\u{7}b"), "a b");
    }
}
