//! What each part of the training is worth, as Markdown: the figures of an ablation go in, a table of parts
//! and one of kinds come out.

use serde_json::{Map, Value};

use super::{
    markdown::{Markdown, figure, percent},
    results::{list, number, text},
};

/// What [`Ablation`](crate::train::ablation::Ablation) is as JSON, as Markdown below a heading of the second
/// level. What is not there is shown as a dash.
pub fn parts(measured: &Value) -> String {
    let mut out = Markdown::default();
    let none = Value::Null;
    let whole = measured.get("whole").unwrap_or(&none);
    out.paragraph(
        "The text head fitted on everything, and on everything but one part. Judged are lines whose site the \
         fits did not see, at the threshold that the rule of the recipe chooses on these lines: rows are to be \
         compared with the first one, not with the figures of the cross-validation. The last column names the \
         set that misses the part most.",
    );
    let mut rows = vec![row("everything", whole, whole)];
    rows.extend(list(measured, "/without").map(|without| {
        let part = format!("without {}", text(without, "/part"));
        let figures = without.get("figures").filter(|figures| !figures.is_null());
        match (figures, without.get("error").and_then(Value::as_str)) {
            (None, Some(error)) => {
                [part, error.into(), "–".into(), "–".into(), "–".into(), "–".into()]
            }
            (figures, _) => row(&part, figures.unwrap_or(&none), whole),
        }
    }));
    out.table(["", "mean junk F1", "junk R", "article lost", "planted R", "misses it most"], rows);
    let mut kinds = list(measured, "/kinds").peekable();
    if kinds.peek().is_some() {
        out.paragraph(
            "Each kind of planted junk left out once: none of its lines, planted or labelled, was learned from. \
             Recall of planted lines of that kind, in words that no fit had seen in either case:",
        );
        out.table(
            ["kind", "planted lines", "R", "left out"],
            kinds.map(|kind| {
                let left_out = number(kind, "/recall_left_out");
                let error = kind.get("error").and_then(Value::as_str);
                [
                    text(kind, "/name").into(),
                    number(kind, "/planted").map_or_else(|| "–".into(), |n| n.to_string()),
                    figure(number(kind, "/recall")),
                    error.map_or_else(|| figure(left_out), Into::into),
                ]
            }),
        );
    }
    out.into_text()
}

fn row(name: &str, figures: &Value, whole: &Value) -> [String; 6] {
    let f1 = number(figures, "/mean_junk_f1");
    let change = f1.zip(number(whole, "/mean_junk_f1")).map(|(f1, whole)| f1 - whole);
    let change = change.filter(|_| !std::ptr::eq(figures, whole));
    [
        name.to_owned(),
        figure(f1) + &change.map_or_else(String::new, |change| format!(" ({change:+.3})")),
        figure(number(figures, "/junk_recall")),
        percent(number(figures, "/article_characters_lost")),
        figure(number(figures, "/planted_recall")),
        worst(figures, whole).unwrap_or_else(|| "–".into()),
    ]
}

/// The set whose F1 falls most, and by how much, if one falls by a thousandth.
fn worst(figures: &Value, whole: &Value) -> Option<String> {
    let sets = |value: &Value| value.get("sets").and_then(Value::as_object).cloned();
    let (sets, all): (Map<_, _>, Map<_, _>) = (sets(figures)?, sets(whole)?);
    let falls =
        sets.iter().filter_map(|(name, f1)| Some((f1.as_f64()? - all.get(name)?.as_f64()?, name)));
    let (fall, name) =
        falls.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(fall, _)| *fall <= -0.001)?;
    Some(format!("{name} {fall:+.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_tell_the_change_and_the_set_that_misses_the_part_most() {
        let figures = |a: f64, b: f64| {
            json!({
                "mean_junk_f1": (a + b) / 2.0, "sets": {"a": a, "b": b}, "junk_recall": 0.8,
                "article_characters_lost": 0.02, "planted_recall": 0.9,
            })
        };
        let measured = json!({
            "whole": figures(0.9, 0.8),
            "without": [
                {"part": "words", "figures": figures(0.9, 0.7)},
                {"part": "hats", "figures": null, "error": "no convergence"},
            ],
            "kinds": [
                {"name": "adult", "planted": 12, "recall": 0.97, "recall_left_out": 0.5},
                {"name": "ticker", "planted": 3, "recall": 1.0, "recall_left_out": null, "error": "no junk"},
            ],
        });
        let text = parts(&measured);
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(
            rows,
            [
                "|  | mean junk F1 | junk R | article lost | planted R | misses it most |",
                "| everything | 0.850 | 0.800 | 2.00 % | 0.900 | – |",
                "| without words | 0.800 (-0.050) | 0.800 | 2.00 % | 0.900 | b -0.100 |",
                "| without hats | no convergence | – | – | – | – |",
                "| kind | planted lines | R | left out |",
                "| adult | 12 | 0.970 | 0.500 |",
                "| ticker | 3 | 1.000 | no junk |",
            ]
        );
    }

    #[test]
    fn figures_that_are_not_there_are_dashes() {
        assert!(parts(&json!({})).contains("| everything | – | – | – | – | – |"));
    }
}
