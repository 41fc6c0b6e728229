//! Two ways to make a model side by side, such as its two solvers: the cross-validated figures of the
//! model and of others, each under a name, become one table of accuracy, time and memory.

use serde_json::Value;

use super::{
    markdown::{Markdown, figure, percent},
    results::{list, number, text, with_interval},
};

/// The figures of another model, to be shown beside those of the card's own.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// What its row is called.
    pub name: &'a str,
    /// What [`CrossValidation`](crate::train::cross_validate::CrossValidation) is as JSON, with what it
    /// cost where that was asked for.
    pub measured: &'a Value,
}

/// Writes the table; the first row is the model's own.
pub fn side_by_side(out: &mut Markdown, rows: &[Beside<'_>]) {
    let Some((own, others)) = rows.split_first() else { return };
    if others.is_empty() {
        return;
    }
    out.heading(2, "Side by side");
    out.paragraph(
        "Cross-validated by site, all sets pooled; brackets are 95 % intervals by bootstrap over pages. Time \
         and memory are those of the whole cross-validation (making pages, all fits of all folds, judging) \
         on the machine where `dechaff train --cross-validate=FILE --cost` ran, a dash where it ran without; \
         memory is the most that the process held.",
    );
    for other in others {
        if measured_on(own.measured) != measured_on(other.measured) {
            out.paragraph(&format!(
                "**{} was measured on other pages, or planted otherwise: its accuracy cannot be compared with \
                 that of {}.**",
                other.name, own.name
            ));
        }
    }
    out.table(
        [
            "",
            "junk P",
            "R",
            "F1",
            "mean F1 over sets",
            "article lost",
            "planted found",
            "time",
            "of it fitting lines",
            "threads",
            "memory",
        ],
        rows.iter().map(row),
    );
}

fn row(beside: &Beside<'_>) -> [String; 11] {
    let measured = beside.measured;
    let of = |path| number(measured, path);
    let none = Value::Null;
    let pooled = measured.pointer("/evaluation/pooled").unwrap_or(&none);
    let unit = |value: Option<f64>, unit: &str| {
        value.map_or_else(|| "–".into(), |value| format!("{value:.0}{unit}"))
    };
    let lost = "article_characters_lost";
    [
        beside.name.to_owned(),
        figure(number(pooled, "/junk/precision")),
        figure(number(pooled, "/junk/recall")),
        with_interval(pooled, "/junk/f1", "junk_f1", figure),
        figure(of("/evaluation/mean_over_sets/junk/f1")),
        with_interval(pooled, &format!("/{lost}"), lost, percent),
        figure(of("/planted/recall")),
        unit(of("/cost/seconds"), " s"),
        unit(of("/cost/line_model_seconds"), " s"),
        unit(of("/cost/threads"), ""),
        unit(of("/cost/peak_memory_bytes").map(|bytes| bytes / 1e6), " MB"),
    ]
}

/// What two evaluations must share to be compared: the sets, their pages and lines, the planted lines.
fn measured_on(measured: &Value) -> Vec<(&str, Option<f64>, Option<f64>)> {
    let count = |value, path| number(value, path);
    let sets = list(measured, "/evaluation/sets");
    let sets = sets.map(|set| (text(set, "/name"), count(set, "/pages"), count(set, "/lines")));
    let planted = ("", count(measured, "/planted/pages"), count(measured, "/planted/lines"));
    sets.chain([planted]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figures(lines: u64, f1: f64) -> Value {
        let pooled = json!({
            "junk": {"precision": 0.9, "recall": 0.8, "f1": f1},
            "article_characters_lost": 0.0125,
            "intervals": {"junk_f1": {"low": 0.7, "high": 0.9}},
        });
        let sets = json!([{"name": "a", "pages": 2, "lines": lines}]);
        json!({"evaluation": {"pooled": pooled, "sets": sets}, "planted": {"recall": 0.5}})
    }

    fn written(own: &Value, other: &Value) -> String {
        let mut out = Markdown::default();
        let of = |name, measured| Beside { name, measured };
        side_by_side(&mut out, &[of("sparse", own), of("linfa", other)]);
        out.into_text()
    }

    #[test]
    fn a_row_for_each_with_its_cost() {
        let own = figures(10, 0.84);
        let mut other = figures(10, 0.81);
        other["cost"] = json!({
            "seconds": 61.4, "line_model_seconds": 12.6, "threads": 2, "peak_memory_bytes": 512_300_000
        });
        let text = written(&own, &other);
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert_eq!(
            rows,
            [
                "| sparse | 0.900 | 0.800 | 0.840 [0.700, 0.900] | – | 1.25 % | 0.500 | – | – | – | – |",
                "| linfa | 0.900 | 0.800 | 0.810 [0.700, 0.900] | – | 1.25 % | 0.500 | 61 s | 13 s | 2 | 512 MB |",
            ]
        );
        assert!(!text.contains("other pages"), "{text}");
    }

    #[test]
    fn other_pages_are_told_and_one_alone_is_no_table() {
        let text = written(&figures(10, 0.84), &figures(11, 0.84));
        assert!(text.contains("**linfa was measured on other pages"), "{text}");
        let mut out = Markdown::default();
        let own = figures(10, 0.84);
        side_by_side(&mut out, &[Beside { name: "sparse", measured: &own }]);
        assert_eq!(out.into_text(), "");
    }
}
