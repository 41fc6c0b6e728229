//! The figures of the parts of the data, as tables with bars.

use crate::evaluate::bootstrap::{Interval, Intervals};
use crate::evaluate::slices::{Figures, Slice};
use crate::evaluate::{Evaluation, KindSlice, MeanOverSets, NamedKind};
use crate::report::number::{count, dash, percent, ratio};
use crate::report::{Cell, Html, Table, group_class, section};
use crate::text::Kind;
use crate::text::visible::start;

/// Sites that are always in sight; the others can be unfolded.
const SITES: usize = 12;
/// Sites that are listed at all.
const MOST_SITES: usize = 500;
/// Characters of a name.
const NAME: usize = 60;

pub(super) fn write(evaluation: &Evaluation, html: &mut Html) {
    let about = "Sets have 95 % intervals; the mean counts every set the same, whatever its size.";
    section(html, "By set", about, |html| {
        sets(evaluation).write(html);
        texts(evaluation).write(html);
    });
    section(
        html,
        "By kind of junk",
        "What is called junk has no kind, so a kind has no precision.",
        |html| {
            kinds(&evaluation.kinds).write(html);
            naming(evaluation).write(html);
        },
    );
    section(html, "By length and language", "", |html| {
        slices("Length of the line, characters", "/line_lengths", &evaluation.line_lengths, 0)
            .write(html);
        slices("Length of the page, lines", "/page_lengths", &evaluation.page_lengths, 0)
            .write(html);
        slices("Language", "/languages", &evaluation.languages, 0).write(html);
    });
    sites(&evaluation.sites, html);
}

fn sites(sites: &[Slice], html: &mut Html) {
    let (first, rest) = sites.split_at(sites.len().min(SITES));
    section(html, "By site", "Most wrong lines first.", |html| {
        slices("Sites", "/sites", first, 0).write(html);
        let listed = rest.get(..rest.len().min(MOST_SITES)).unwrap_or_default();
        if listed.is_empty() {
            return;
        }
        html.element("details", &[], |html| {
            let more = rest.len() - listed.len();
            let left_out = match more {
                0 => String::new(),
                more => format!("; {} more are left out here", count(more as u64)),
            };
            let summary = format!("{} further sites{left_out}", count(listed.len() as u64));
            html.text("summary", &[], summary);
            slices("Further sites", "/sites", listed, first.len()).write(html);
        });
    });
}

fn ratio_at(place: String, value: Option<f64>) -> Cell {
    Cell::figure(place, value, |value| ratio(Some(value)))
}

fn percent_at(place: String, value: Option<f64>) -> Cell {
    Cell::figure(place, value, |value| percent(Some(value)))
}

fn count_at(place: String, value: u64) -> Cell {
    Cell::figure(place, Some(value as f64), |_| count(value))
}

fn interval(interval: Option<Interval>, form: fn(Option<f64>) -> String) -> Cell {
    let written = |i: Interval| format!("{} – {}", form(Some(i.low)), form(Some(i.high)));
    Cell::text(interval.map_or_else(dash, written))
}

/// A share of the greatest of some figures, so that bars can be compared.
fn of_most(value: Option<f64>, most: f64) -> Option<f64> {
    value.map(|value| if most > 0.0 { value / most } else { 0.0 })
}

fn sets(evaluation: &Evaluation) -> Table {
    let mut table = Table::new(
        "Sets",
        [
            "set",
            "pages",
            "lines",
            "junk precision",
            "recall",
            "junk F1",
            "95 %",
            "article F1",
            "article lost",
            "95 %",
            "junk left",
            "PR area",
            "calibration error",
        ],
    );
    let losses = evaluation.sets.iter().filter_map(|set| set.figures.article_characters_lost);
    let most = losses.fold(0.0, f64::max);
    let named = |name: &str, place: &str, f: &Figures, i: &Intervals| {
        let at = |name: &str| format!("{place}/{name}");
        let lost = f.article_characters_lost;
        vec![
            Cell::text(name),
            count_at(at("pages"), f.pages),
            count_at(at("lines"), f.lines),
            ratio_at(at("junk/precision"), f.junk.precision),
            ratio_at(at("junk/recall"), f.junk.recall),
            ratio_at(at("junk/f1"), f.junk.f1).with_bar(f.junk.f1, "share"),
            interval(i.junk_f1, ratio),
            ratio_at(at("article/f1"), f.article.f1),
            percent_at(at("article_characters_lost"), lost).with_bar(of_most(lost, most), "lost"),
            interval(i.article_characters_lost, percent),
            percent_at(at("junk_characters_kept"), f.junk_characters_kept),
            ratio_at(at("pr_area"), f.pr_area),
            ratio_at(at("calibration/expected_error"), f.calibration.expected_error),
        ]
    };
    for (number, set) in evaluation.sets.iter().enumerate() {
        let place = format!("/sets/{number}");
        table.row(named(&start(&set.name, NAME), &place, &set.figures, &set.intervals));
    }
    // With one set the rows below would say the same again.
    if evaluation.sets.len() != 1 {
        let pooled = &evaluation.pooled;
        table.row(named("all pooled", "/pooled", &pooled.figures, &pooled.intervals));
        table.row(mean(&evaluation.mean_over_sets));
    }
    table
}

fn mean(mean: &MeanOverSets) -> Vec<Cell> {
    let at = |name: &str| format!("/mean_over_sets/{name}");
    vec![
        Cell::text("mean over sets"),
        Cell::default(),
        Cell::default(),
        ratio_at(at("junk/precision"), mean.junk.precision),
        ratio_at(at("junk/recall"), mean.junk.recall),
        ratio_at(at("junk/f1"), mean.junk.f1).with_bar(mean.junk.f1, "share"),
        interval(mean.intervals.junk_f1, ratio),
        ratio_at(at("article/f1"), mean.article.f1),
        percent_at(at("article_characters_lost"), mean.article_characters_lost),
        interval(mean.intervals.article_characters_lost, percent),
        percent_at(at("junk_characters_kept"), mean.junk_characters_kept),
        ratio_at(at("pr_area"), mean.pr_area),
        ratio_at(at("expected_calibration_error"), mean.expected_calibration_error),
    ]
}

fn texts(evaluation: &Evaluation) -> Table {
    let columns = ["set", "pages", "precision", "recall", "F1"];
    let mut table = Table::new("Pages of HTML as texts: 4-shingles, means over pages", columns);
    for (number, set) in evaluation.texts.iter().enumerate() {
        let at = |name: &str| format!("/texts/{number}/{name}");
        table.row([
            Cell::text(start(&set.name, NAME)),
            count_at(at("pages"), set.pages),
            ratio_at(at("precision"), set.precision),
            ratio_at(at("recall"), set.recall),
            ratio_at(at("f1"), set.f1).with_bar(set.f1, "share"),
        ]);
    }
    table
}

fn class_of(kind: &str) -> &'static str {
    group_class(Kind::ALL.into_iter().find(|known| known.name() == kind))
}

fn kinds(kinds: &[KindSlice]) -> Table {
    let columns = ["kind", "lines", "lines found (recall)", "characters", "characters left"];
    let mut table = Table::new("Junk that is found, by kind", columns);
    for (number, kind) in kinds.iter().enumerate() {
        let at = |name: &str| format!("/kinds/{number}/{name}");
        table.row([
            Cell::text(kind.name),
            count_at(at("lines"), kind.lines),
            ratio_at(at("recall"), kind.recall).with_bar(kind.recall, class_of(kind.name)),
            count_at(at("characters"), kind.characters),
            percent_at(at("characters_kept"), kind.characters_kept),
        ]);
    }
    table
}

fn naming(evaluation: &Evaluation) -> Table {
    let columns = ["kind", "lines", "named so", "precision", "recall", "F1"];
    let mut table = Table::new("How well the kinds of removed lines are named", columns);
    let Some(naming) = &evaluation.naming else { return table };
    for (number, kind) in naming.kinds.iter().enumerate() {
        let at = |name: &str| format!("/naming/kinds/{number}/{name}");
        let NamedKind { name, lines, named, figures } = kind;
        table.row([
            Cell::text(*name),
            count_at(at("lines"), *lines),
            count_at(at("named"), *named),
            ratio_at(at("precision"), figures.precision),
            ratio_at(at("recall"), figures.recall),
            ratio_at(at("f1"), figures.f1).with_bar(figures.f1, class_of(name)),
        ]);
    }
    let means = [
        ("all lines (micro)", "micro_f1", naming.micro_f1),
        ("mean (macro)", "macro_f1", naming.macro_f1),
    ];
    for (name, place, f1) in means {
        let mut row = vec![Cell::text(name), count_at("/naming/lines".into(), naming.lines)];
        row.extend([Cell::default(), Cell::default(), Cell::default()]);
        row.push(ratio_at(format!("/naming/{place}"), f1).with_bar(f1, "share"));
        table.row(row);
    }
    table
}

/// Slices, the first of which has the number `from` in the JSON.
fn slices(caption: &str, place: &str, slices: &[Slice], from: usize) -> Table {
    let mut table = Table::new(
        caption,
        [
            "",
            "pages",
            "lines",
            "junk precision",
            "recall",
            "junk F1",
            "article F1",
            "article lost",
            "junk left",
            "wrong lines",
        ],
    );
    let losses = slices.iter().filter_map(|slice| slice.figures.article_characters_lost);
    let most = losses.fold(0.0, f64::max);
    for (number, slice) in slices.iter().enumerate() {
        let at = |name: &str| format!("{place}/{}/{name}", from + number);
        let f = &slice.figures;
        let lost = f.article_characters_lost;
        table.row([
            Cell::text(start(&slice.name, NAME)),
            count_at(at("pages"), f.pages),
            count_at(at("lines"), f.lines),
            ratio_at(at("junk/precision"), f.junk.precision),
            ratio_at(at("junk/recall"), f.junk.recall),
            ratio_at(at("junk/f1"), f.junk.f1).with_bar(f.junk.f1, "share"),
            ratio_at(at("article/f1"), f.article.f1),
            percent_at(at("article_characters_lost"), lost).with_bar(of_most(lost, most), "lost"),
            percent_at(at("junk_characters_kept"), f.junk_characters_kept),
            Cell::text(count(f.confusion.article_removed + f.confusion.junk_kept)),
        ]);
    }
    table
}
