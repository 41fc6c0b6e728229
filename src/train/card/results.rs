//! The figures of a cross-validation as Markdown: by set beside the plain model, on planted copies,
//! by kind, by length, and where it does worst.

use serde_json::Value;

use super::markdown::{Markdown, figure, percent};

/// Sites in the list of the worst.
const SITES: usize = 15;
/// A slice needs this many lines to be named among the worst.
const LEAST_LINES: f64 = 20.0;
/// Slices named among the worst.
const WORST: usize = 5;

/// What [`CrossValidation`](crate::train::cross_validate::CrossValidation) is as JSON, as Markdown
/// below a heading of the second level. What is not there is shown as a dash.
pub fn results(measured: &Value) -> String {
    let mut out = Markdown::default();
    introduction(&mut out, measured);
    by_set(&mut out, measured);
    planted(&mut out, measured);
    disguised(&mut out, measured);
    html(&mut out, measured);
    by_kind(&mut out, measured);
    by_length(&mut out, measured);
    sites(&mut out, measured);
    failings(&mut out, measured);
    out.into_text()
}

fn introduction(out: &mut Markdown, measured: &Value) {
    let count = |path| measured.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    out.paragraph(&format!(
        "Cross-validated by site in {} folds: all pages of a site are on one side, whatever set they are \
         in, and each fold is judged at the threshold that its own training chose ({}). Brackets are \
         95 % intervals by bootstrap over pages, {} draws. The baseline is one logistic model over the \
         character n-grams of each line by itself, trained on the same folds and made pages, its \
         threshold chosen by the same rule.",
        count("/folds"),
        thresholds(measured),
        count("/evaluation/resamples")
    ));
}

fn thresholds(measured: &Value) -> String {
    let all = list(measured, "/thresholds").filter_map(Value::as_f64);
    all.map(|t| format!("{t:.3}")).collect::<Vec<_>>().join(", ")
}

fn by_set(out: &mut Markdown, measured: &Value) {
    out.heading(3, "By set");
    let row = |name: &str, set: &Value, baseline: Option<&Value>| {
        let of = |path| number(set, path);
        let plain = |path| baseline.and_then(|set| number(set, path));
        let lines = set.get("lines").and_then(Value::as_u64);
        [
            name.to_owned(),
            lines.map_or_else(String::new, |n| n.to_string()),
            figure(of("/junk/precision")),
            figure(of("/junk/recall")),
            with_interval(set, "/junk/f1", "junk_f1", figure),
            figure(plain("/junk/f1")),
            with_interval(set, "/article/f1", "article_f1", figure),
            with_interval(set, "/article_characters_lost", "article_characters_lost", percent),
            percent(plain("/article_characters_lost")),
        ]
    };
    let of_baseline = |name: &str| {
        list(measured, "/baseline/evaluation/sets").find(|set| text(set, "/name") == name)
    };
    let mut rows: Vec<[String; 9]> = list(measured, "/evaluation/sets")
        .map(|set| row(text(set, "/name"), set, of_baseline(text(set, "/name"))))
        .collect();
    for (name, place) in [("all pooled", "pooled"), ("mean over sets", "mean_over_sets")] {
        if let Some(all) = measured.pointer(&format!("/evaluation/{place}")) {
            let baseline = measured.pointer(&format!("/baseline/evaluation/{place}"));
            rows.push(row(name, all, baseline));
        }
    }
    out.table(
        [
            "set",
            "lines",
            "junk P",
            "R",
            "F1",
            "baseline F1",
            "article F1",
            "article lost",
            "baseline lost",
        ],
        rows,
    );
}

fn planted(out: &mut Markdown, measured: &Value) {
    let Some(planted) = measured.get("planted").filter(|p| !p.is_null()) else { return };
    let baseline = measured.pointer("/baseline/planted");
    let plain = |path: &str| baseline.and_then(|b| number(b, path));
    out.heading(3, "Planted junk");
    let count = |path| planted.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    out.paragraph(&format!(
        "{} lines planted into {} copies of held-out pages, of words that the training did without. The \
         copies lose {} of their article characters (baseline {}); the same pages lose {} as they \
         were before (baseline {}).",
        count("/lines"),
        count("/pages"),
        percent(number(planted, "/article_characters_lost")),
        percent(plain("/article_characters_lost")),
        percent(number(planted, "/article_characters_lost_before")),
        percent(plain("/article_characters_lost_before")),
    ));
    let mut rows = vec![[
        "all".into(),
        count("/lines").to_string(),
        match (number(planted, "/recall_interval/low"), number(planted, "/recall_interval/high")) {
            (Some(low), Some(high)) => {
                format!("{} [{low:.3}, {high:.3}]", figure(number(planted, "/recall")))
            }
            _ => figure(number(planted, "/recall")),
        },
        figure(plain("/recall")),
    ]];
    rows.extend(list(planted, "/kinds").map(|kind| {
        let name = text(kind, "/name");
        let of_baseline = baseline
            .and_then(|b| list(b, "/kinds").find(|kind| text(kind, "/name") == name))
            .and_then(|kind| number(kind, "/recall"));
        [name.into(), lines_of(kind), figure(number(kind, "/recall")), figure(of_baseline)]
    }));
    out.table(["kind", "planted lines", "recall", "baseline"], rows);
}

fn disguised(out: &mut Markdown, measured: &Value) {
    let Some(robustness) = measured.get("robustness").filter(|r| !r.is_null()) else { return };
    out.heading(3, "Disguised junk, garbled articles");
    out.paragraph(
        "The held-out pages of text once more, changed. In disguise: only junk lines are changed, by one \
         trick of spammers at a time; recall of the lines that it changes. Damaged: the page is converted, or \
         garbled as mangling scripts do; what is lost of the characters of the article lines that this changes.",
    );
    let of = |value: &Value, before: &str, after: &str, write: fn(Option<f64>) -> String| {
        [
            text(value, "/name").into(),
            lines_of(value),
            write(number(value, before)),
            write(number(value, after)),
        ]
    };
    out.table(
        ["junk in disguise", "lines", "recall as it is", "disguised"],
        list(robustness, "/tricks").map(|t| of(t, "/recall_before", "/recall_after", figure)),
    );
    let (before, after) = ("/article_characters_lost_before", "/article_characters_lost_after");
    out.table(
        ["damaged article lines", "lines", "lost as they are", "damaged"],
        list(robustness, "/damages").map(|d| of(d, before, after, percent)),
    );
}

fn html(out: &mut Markdown, measured: &Value) {
    let Some(html) = measured.get("html").filter(|html| !html.is_null()) else { return };
    out.heading(3, "Pages of HTML");
    out.paragraph(
        "Pages with gold text, judged by text and tree on held-out sites. Text P, R and F1 count \
         4-shingles of what is kept against the gold text, means over pages, lines that repeat the title \
         left out on both sides; the other figures count lines.",
    );
    let rows = list(html, "/evaluation/sets").map(|set| {
        let name = text(set, "/name");
        let kept = list(html, "/evaluation/texts").find(|texts| text(texts, "/name") == name);
        let of_text = |path| figure(kept.and_then(|texts| number(texts, path)));
        [
            name.to_owned(),
            set.get("pages").and_then(Value::as_u64).map_or_else(String::new, |n| n.to_string()),
            of_text("/precision"),
            of_text("/recall"),
            of_text("/f1"),
            with_interval(set, "/junk/f1", "junk_f1", figure),
            with_interval(set, "/article_characters_lost", "article_characters_lost", percent),
        ]
    });
    let heading = ["set", "pages", "text P", "text R", "text F1", "junk F1", "article lost"];
    out.table(heading, rows);
    let Some(planted) = html.get("planted").filter(|planted| !planted.is_null()) else { return };
    let count = |path| planted.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    out.paragraph(&format!(
        "{} lines planted into the trees of {} copies, hidden and for all to see, of words that the training \
         did without: recall {}. The copies lose {} of their article characters, the same pages {} as they \
         were before.",
        count("/lines"),
        count("/pages"),
        figure(number(planted, "/recall")),
        percent(number(planted, "/article_characters_lost")),
        percent(number(planted, "/article_characters_lost_before")),
    ));
}

fn by_kind(out: &mut Markdown, measured: &Value) {
    out.heading(3, "By kind of junk");
    let rows = list(measured, "/evaluation/kinds").map(|kind| {
        let kept = percent(number(kind, "/characters_kept"));
        [text(kind, "/name").into(), lines_of(kind), figure(number(kind, "/recall")), kept]
    });
    out.table(["kind", "lines", "recall", "characters kept"], rows);
}

fn by_length(out: &mut Markdown, measured: &Value) {
    for (title, place) in [("line, in characters", "line"), ("page, in lines", "page")] {
        out.heading(3, &format!("By length of the {title}"));
        let path = format!("/evaluation/{place}_lengths");
        out.table(SLICE, list(measured, &path).map(slice));
    }
}

fn sites(out: &mut Markdown, measured: &Value) {
    out.heading(3, "Sites with most wrong lines");
    out.table(SLICE, list(measured, "/evaluation/sites").take(SITES).map(slice));
}

const SLICE: [&str; 6] = ["", "lines", "wrong", "junk F1", "article F1", "article lost"];

fn slice(slice: &Value) -> [String; 6] {
    let wrong = |path| slice.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    [
        text(slice, "/name").into(),
        lines_of(slice),
        (wrong("/confusion/junk_kept") + wrong("/confusion/article_removed")).to_string(),
        figure(number(slice, "/junk/f1")),
        figure(number(slice, "/article/f1")),
        percent(number(slice, "/article_characters_lost")),
    ]
}

/// Where it fails, as far as the figures tell.
fn failings(out: &mut Markdown, measured: &Value) {
    out.heading(3, "Where it fails");
    let evaluation = |place: &str| format!("/evaluation/{place}");
    let lost = "/article_characters_lost";
    let items = [
        (
            "Kinds of junk that it misses most (share found)",
            worst(measured, &evaluation("kinds"), |kind| number(kind, "/recall"), figure),
        ),
        (
            "Sets on which it is weakest (junk F1)",
            worst(measured, &evaluation("sets"), |set| number(set, "/junk/f1"), figure),
        ),
        (
            "Lengths of lines on which it is weakest (junk F1)",
            worst(measured, &evaluation("line_lengths"), |l| number(l, "/junk/f1"), figure),
        ),
        (
            "Sites that lose most of their article",
            worst(
                measured,
                &evaluation("sites"),
                |site| number(site, lost).filter(|&lost| lost > 0.0).map(|lost| -lost),
                |value| percent(value.map(|lost| -lost)),
            ),
        ),
    ];
    let items: Vec<String> =
        items.iter().filter(|(_, w)| !w.is_empty()).map(|(t, w)| format!("{t}: {w}.")).collect();
    out.list(items.iter().map(String::as_str));
}

/// The slices with the lowest value of a figure, lowest first, in words.
fn worst(
    measured: &Value,
    path: &str,
    value: impl Fn(&Value) -> Option<f64>,
    shown: impl Fn(Option<f64>) -> String,
) -> String {
    let enough = |slice: &&Value| number(slice, "/lines").is_some_and(|n| n >= LEAST_LINES);
    let mut slices: Vec<(f64, &str)> = list(measured, path)
        .filter(enough)
        .filter_map(|slice| Some((value(slice)?, text(slice, "/name"))))
        .collect();
    slices.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    let named = slices.iter().take(WORST);
    named.map(|&(v, name)| format!("{name} {}", shown(Some(v)))).collect::<Vec<_>>().join(", ")
}

pub(super) fn with_interval(
    set: &Value,
    path: &str,
    interval: &str,
    shown: impl Fn(Option<f64>) -> String,
) -> String {
    let bound = |end: &str| number(set, &format!("/intervals/{interval}/{end}"));
    let value = shown(number(set, path));
    match (bound("low"), bound("high")) {
        (Some(low), Some(high)) => format!("{value} [{}, {}]", shown(Some(low)), shown(Some(high))),
        _ => value,
    }
}

pub(super) fn number(value: &Value, path: &str) -> Option<f64> {
    value.pointer(path).and_then(Value::as_f64)
}

pub(super) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn lines_of(slice: &Value) -> String {
    slice.get("lines").and_then(Value::as_u64).map_or_else(String::new, |n| n.to_string())
}

pub(super) fn list<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}
