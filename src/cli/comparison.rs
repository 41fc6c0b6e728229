//! A comparison of two models as text: figures of both by set, how sure the change is, and lines that are
//! judged otherwise. Comes from `train --compare-with`, goes to standard output.

use std::io::{Result, Write};
use std::path::Path;

use super::say::count;
use crate::text::visible::{start, visible};
use crate::train::compare::{Comparison, Flip, Outcome, Pair};

/// Lines shown that the new model has wrong, and as many that it has right.
const SHOWN: usize = 15;

/// Writes all of it.
///
/// # Errors
/// If the writer fails.
pub fn write_comparison(comparison: &Comparison, out: &mut impl Write) -> Result<()> {
    let c = comparison;
    writeln!(
        out,
        "the model in use, and new ones that did not see the site they judge ({} folds of sites)",
        c.folds
    )?;
    for remark in remarks(c) {
        writeln!(out, "{remark}")?;
    }
    let width = c.sets.iter().map(|set| set.name.chars().count()).max().unwrap_or(0).clamp(3, 30);
    writeln!(
        out,
        "\n{:width$} {:>6} {:>7}  {:>8} {:>8} {:>8}  {:>10} {:>10}",
        "", "pages", "lines", "junk F1", "new", "change", "text lost", "new"
    )?;
    for pair in &c.sets {
        write_pair(pair, width, out)?;
    }
    if c.sets.len() > 1 {
        write_pair(&c.all, width, out)?;
    }
    if let Some(change) = c.f1_change {
        writeln!(
            out,
            "95 % interval of the change of F1, by bootstrap over pages: {:+.3} to {:+.3}",
            change.low, change.high
        )?;
    }
    if let Some(change) = c.loss_change {
        writeln!(
            out,
            "the same of the change of the share of text lost: {:+.2} to {:+.2} points",
            100.0 * change.low,
            100.0 * change.high
        )?;
    }
    writeln!(
        out,
        "\n{} judged otherwise: {} now right, {} now wrong",
        count((c.now_right + c.now_wrong) as u64, "line"),
        c.now_right,
        c.now_wrong
    )?;
    for is_right in [false, true] {
        let flips = c.flips.iter().filter(|flip| flip.is_right == is_right).take(SHOWN);
        flips.into_iter().try_for_each(|flip| write_flip(flip, out))?;
    }
    writeln!(out, "\n{}", verdict(c.outcome))
}

/// What became of the output.
pub fn write_outcome(comparison: &Comparison, output: &Path, is_written: bool) -> String {
    let output = output.display();
    match (is_written, comparison.outcome) {
        (false, _) => {
            format!("{output}: not written, for the new model was not found to be better")
        }
        (true, Outcome::Better) => format!("{output} is the better model"),
        (true, Outcome::Worse) => format!("{output}: written, though the model in use is better"),
        (true, Outcome::Unclear) => {
            format!("{output}: written; these pages do not tell which is better")
        }
    }
}

/// What the figures do not say of themselves.
fn remarks(c: &Comparison) -> Vec<String> {
    let mut remarks = Vec::new();
    if c.known > 0 {
        let pages = count(c.known as u64, "page");
        remarks.push(format!("{pages} left out: the model in use was trained on them"));
    }
    if c.all_known {
        remarks.push(
            "the model in use was trained on every one of these pages: its figures flatter it"
                .into(),
        );
    }
    if c.machine_made > 0 {
        let labels = count(c.machine_made as u64, "label");
        remarks.push(format!(
            "{labels} that rules gave left out: only the others are measured on, and where these were \
             picked for doubt they are harder than most"
        ));
    }
    if c.all_machine_made {
        remarks.push(
            "all labels are those of rules: the figures say who agrees with the rules, not who is right"
                .into(),
        );
    }
    remarks
}

fn write_pair(pair: &Pair, width: usize, out: &mut impl Write) -> Result<()> {
    let Pair { name, pages, lines, current, new } = pair;
    let number = |n: Option<f64>| n.map_or("-".to_owned(), |n| format!("{n:.3}"));
    let percent = |n: Option<f64>| n.map_or("-".to_owned(), |n| format!("{:.2} %", 100.0 * n));
    let change = current.junk_f1.zip(new.junk_f1).map(|(before, after)| after - before);
    let name: String = visible(name).chars().take(width).collect();
    writeln!(
        out,
        "{name:width$} {pages:>6} {lines:>7}  {:>8} {:>8} {:>8}  {:>10} {:>10}",
        number(current.junk_f1),
        number(new.junk_f1),
        change.map_or("-".to_owned(), |n| format!("{n:+.3}")),
        percent(current.article_characters_lost),
        percent(new.article_characters_lost),
    )
}

fn write_flip(flip: &Flip, out: &mut impl Write) -> Result<()> {
    let is_right = if flip.is_right { "now right" } else { "now wrong" };
    let what = if flip.is_removed { "removed" } else { "kept" };
    let place = format!("{}:{}", visible(&flip.page), flip.line);
    writeln!(out, "  {is_right}, {what:<7}  {place}: {}", start(&flip.text, 70))
}

fn verdict(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Better => "The new model is better.",
        Outcome::Worse => "The model in use is better.",
        Outcome::Unclear => {
            "These pages do not tell which is better; label more of them, or look at the lines."
        }
    }
}
