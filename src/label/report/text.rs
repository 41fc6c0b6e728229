//! The report as a table for a terminal.

use std::fmt::Write as _;

use super::{Outcome, Report};
use crate::text::Label;

/// The report in words and columns.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    let r = report;
    writeln!(
        out,
        "{} pages, {} lines; {} with a vote, {} with votes for both labels",
        r.pages, r.lines, r.voted, r.conflicts
    )?;
    writeln!(
        out,
        "labelled: {} junk, {} article ({} as their siblings); {} left either",
        r.junk,
        r.article,
        r.siblings,
        r.lines - r.junk - r.article
    )?;
    if let Some(gold) = &r.gold {
        writeln!(
            out,
            "\ngold: {} of the pages, {} lines scored; {} pages have changed since\n",
            gold.pages, gold.lines, gold.changed
        )?;
        writeln!(
            out,
            "{:<22} {:>7} {:>9} {:>8} {:>6} {:>8} {:>9} {:>8} {:>6}",
            "", "junk", "precision", "coverage", "F1", "article", "precision", "coverage", "F1"
        )?;
        for (name, outcome) in [
            ("combined, as written", &gold.combined),
            ("combined, all voted on", &gold.unthresholded),
            ("majority", &gold.majority),
            ("siblings alone", &gold.siblings),
        ] {
            write_outcome(name, outcome, out)?;
        }
        writeln!(
            out,
            "\n{:<12} {:>7} {:>8} {:>10}",
            "junk by kind", "lines", "covered", "kind right"
        )?;
        for kind in &gold.kinds {
            let covered = kind.covered as f64 / kind.lines.max(1) as f64;
            writeln!(out, "{:<12} {:>7} {covered:>8.3} {:>10}", kind.name, kind.lines, kind.named)?;
        }
    }
    writeln!(
        out,
        "\n{:<20} {:<8} {:<11} {:>7} {:>8} {:>7} {:>8} {:>8} {:>9} {:>6}",
        "rule",
        "label",
        "kind",
        "lines",
        "coverage",
        "overlap",
        "conflict",
        "accuracy",
        "precision",
        "wrong"
    )?;
    for rule in &r.rules {
        let label = if rule.label == Label::Junk { "junk" } else { "article" };
        let wrong = rule.precision.map_or("-".into(), |_| (rule.scored - rule.right).to_string());
        writeln!(
            out,
            "{:<20} {label:<8} {:<11} {:>7} {:>8.4} {:>7.3} {:>8.3} {:>8} {:>9} {wrong:>6}",
            rule.name,
            rule.kind.map_or("-", |kind| kind.name()),
            rule.votes,
            rule.coverage,
            rule.overlap,
            rule.conflict,
            number(rule.accuracy),
            number(rule.precision),
        )?;
    }
    writeln!(out, "\naccuracy is estimated without labels; precision is measured on the gold")
}

fn write_outcome(name: &str, o: &Outcome, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "{name:<22} {:>7} {:>9} {:>8} {:>6} {:>8} {:>9} {:>8} {:>6}",
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

fn number(number: Option<f64>) -> String {
    number.map_or("-".into(), |n| format!("{n:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_every_rule() {
        let report = super::super::tests::example();
        let text = text(&report);
        assert!(text.contains("1 pages, 4 lines; 3 with a vote"), "{text}");
        let rule = text.lines().find(|line| line.starts_with("menu_words")).unwrap();
        let words: Vec<&str> = rule.split_whitespace().collect();
        assert_eq!(words[..5], ["menu_words", "junk", "nav", "2", "0.5000"]);
        assert_eq!(words[8..], ["0.500", "1"]);
        let combined = text.lines().find(|line| line.starts_with("combined, as")).unwrap();
        assert!(combined.contains(" 0.667    1.000"), "{combined}");
    }
}
