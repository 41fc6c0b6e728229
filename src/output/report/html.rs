//! The report of a run as a page for a browser.

use super::note::Shown;
use super::{BARS, Named, RunReport, SiteCount};
use crate::output::summary::Summary;
use crate::report::chart::{Axis, Chart, Scale};
use crate::report::number::{count, counted, percent};
use crate::report::{
    Card, Cell, Html, Look, Table, cards, group_class, language, legend, lines, page, section,
};
use crate::text::{Kind, visible::start};

/// Sites that are always in sight …
const SITES: usize = 12;
/// … and that can be unfolded.
const MORE_SITES: usize = 200;
/// Forms of removed lines.
const FORMS: usize = 20;
/// Characters of a sample.
const SAMPLE: usize = 60;

pub(super) fn html(r: &RunReport, total: &Summary) -> String {
    let a = &r.about;
    let title = if a.is_dry { "What would be taken out" } else { "What was taken out" };
    let html_threshold = match a.html_threshold == a.threshold {
        true => String::new(),
        false => format!(", {:.4} for HTML", a.html_threshold),
    };
    let subtitle = format!(
        "{}, {}, {}; {} at threshold {:.4}{html_threshold}",
        counted(total.pages, "page"),
        counted(total.lines, "line"),
        counted(total.chars, "character"),
        a.model,
        a.threshold
    );
    page(title, subtitle, |html| {
        headline(total, html);
        histogram(r, html);
        kinds(r, total, html);
        sites(r, html);
        forms(total, html);
        doubts(r, html);
        named(r, total, html);
        sample(r, html);
        notes(r, total, html);
    })
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn headline(total: &Summary, html: &mut Html) {
    let t = total;
    let number =
        |label, value: u64, detail: String| Card { label, value: Cell::text(count(value)), detail };
    let removed = percent(share(t.removed_chars, t.chars));
    let mut figures = vec![
        Card {
            label: "Characters removed",
            value: Cell::text(removed),
            detail: format!("{} of {}", count(t.removed_chars), count(t.chars)),
        },
        Card {
            label: "Lines removed",
            value: Cell::text(percent(share(t.removed_lines, t.lines))),
            detail: format!("{} of {}", count(t.removed_lines), count(t.lines)),
        },
        number(
            "Lines kept although unsure",
            t.unsure_lines,
            format!(
                "{} of the kept ones",
                percent(share(t.unsure_lines, t.lines - t.removed_lines))
            ),
        ),
        number("Pages with no article", t.empty_pages, "removed whole".into()),
        number(
            "Pages kept by the guard",
            t.guarded_pages,
            "more would go than is plausible".into(),
        ),
    ];
    if t.cut_spans > 0 {
        figures.push(number("Spans cut out", t.cut_spans, "of lines that are kept".into()));
    }
    cards(html, figures);
}

fn histogram(r: &RunReport, html: &mut Html) {
    let most = r.histogram.iter().copied().max().unwrap_or(0).max(1);
    let top = round_up(most);
    // A small number has fewer ticks than four: no half pages.
    let step = (top / 4).max(1);
    let ticks = (0..=top / step).map(|n| n * step);
    let names = |bar: usize| match bar {
        0 => "nothing removed".to_owned(),
        bar if bar == BARS - 1 => "everything removed".to_owned(),
        bar => format!("{} to {}% removed", (bar - 1) * 10, bar * 10),
    };
    let chart = Chart {
        id: "shares",
        title: "Pages by the share of their characters that is removed",
        description: "A bar for pages of which nothing is removed, ten bars of a tenth each, and one for \
                      pages of which everything is removed.",
        note: "",
        x: Axis {
            label: "share of the page's characters",
            scale: Scale::Linear(0.0, BARS as f64),
            ticks: vec![
                (0.5, "none".into()),
                (3.5, "25%".into()),
                (6.0, "50%".into()),
                (8.5, "75%".into()),
                (11.5, "all".into()),
            ],
        },
        y: Axis {
            label: "pages",
            scale: Scale::Linear(0.0, top as f64),
            ticks: ticks.map(|tick| (tick as f64, count(tick))).collect(),
        },
    };
    section(html, "How much goes of a page", "", |html| {
        chart.write(html, |plot| {
            for (bar, &pages) in r.histogram.iter().enumerate() {
                let about = format!("{}: {}", names(bar), counted(pages, "page"));
                plot.bar(bar as f64, bar as f64 + 1.0, pages as f64, &about);
            }
        });
        html.element("details", &[], |html| {
            html.text("summary", &[], "The same in figures");
            let mut table = Table::new("Pages by share removed", ["", "pages"]);
            for (bar, &pages) in r.histogram.iter().enumerate() {
                let share = share(pages, most);
                table.row([
                    Cell::text(names(bar)),
                    Cell::text(count(pages)).with_bar(share, "share"),
                ]);
            }
            table.write(html);
        });
    });
}

/// The next number that is 1, 2, 4 or 8 times a power of ten.
fn round_up(n: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for step in [1, 2, 4, 8] {
            let round = power.saturating_mul(step);
            if round >= n {
                return round;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn kind_name(kind: Option<Kind>) -> &'static str {
    kind.map_or("no kind", Kind::name)
}

fn kinds(r: &RunReport, total: &Summary, html: &mut Html) {
    let mut kinds: Vec<_> = r.kinds.iter().collect();
    kinds.sort_by_key(|(kind, of)| (std::cmp::Reverse(of.characters), **kind));
    let all: u64 = kinds.iter().map(|(_, of)| of.characters).sum();
    let most = kinds.first().map_or(0, |(_, of)| of.characters);
    let about = "Whole lines. The share is that of all characters removed in whole lines.";
    section(html, "By kind", about, |html| {
        if kinds.is_empty() {
            html.text("p", &[("class", &"soft")], "No line is removed.");
        }
        let columns = ["kind", "share", "characters", "lines", "share of lines", "pages"];
        let mut table = Table::new("Removed lines", columns);
        for (kind, of) in &kinds {
            let share_of = share(of.characters, all);
            table.row([
                Cell::text(kind_name(**kind)),
                Cell::text(percent(share_of))
                    .with_bar(share(of.characters, most), group_class(**kind)),
                Cell::text(count(of.characters)),
                Cell::text(count(of.lines)),
                Cell::text(percent(share(of.lines, total.removed_lines))),
                Cell::text(count(of.pages)),
            ]);
        }
        table.write(html);
        if kinds.is_empty() {
            return;
        }
        html.element("details", &[], |html| {
            html.text("summary", &[], "Samples of each kind, drawn by lot");
            for (kind, of) in &kinds {
                html.newline();
                html.text("h3", &[], kind_name(**kind));
                let class = format!("samples {}", group_class(**kind));
                html.element("ul", &[("class", &class)], |html| {
                    for sample in of.samples.values() {
                        html.text("li", &[("lang", &language([sample.as_str()]))], sample);
                    }
                });
            }
        });
    });
}

fn sites(r: &RunReport, html: &mut Html) {
    let mut sites: Vec<(&str, SiteCount)> =
        r.sites.iter().map(|(name, site)| (name.as_str(), *site)).collect();
    sites.sort_by_key(|(name, site)| (std::cmp::Reverse(site.removed_characters), *name));
    let mut about =
        "Those that lose most characters first. Pages that name neither site nor address count for \
         their file."
            .to_owned();
    if r.forgotten > 0 {
        about += &format!(
            " There were too many sites to count them all: {} with little to remove were left out on \
             the way, and figures of others may be too low by as much.",
            count(r.forgotten)
        );
    }
    let table = |sites: &[(&str, SiteCount)]| {
        let columns =
            ["site", "share removed", "characters removed", "lines removed", "lines", "pages"];
        let mut table = Table::new("Sites", columns);
        for (name, site) in sites {
            let share_of = share(site.removed_characters, site.characters);
            table.row([
                Cell::text(start(name, SAMPLE)),
                Cell::text(percent(share_of)).with_bar(share_of, "share"),
                Cell::text(count(site.removed_characters)),
                Cell::text(count(site.removed_lines)),
                Cell::text(count(site.lines)),
                Cell::text(count(site.pages)),
            ]);
        }
        table
    };
    section(html, "By site", about, |html| {
        let (first, rest) = sites.split_at(sites.len().min(SITES));
        table(first).write(html);
        if rest.is_empty() {
            return;
        }
        let listed = rest.get(..rest.len().min(MORE_SITES)).unwrap_or_default();
        html.element("details", &[], |html| {
            let left_out = match rest.len() - listed.len() {
                0 => String::new(),
                more => format!("; {} more are left out here", count(more as u64)),
            };
            let listed_count = count(listed.len() as u64);
            html.text("summary", &[], format_args!("{listed_count} further sites{left_out}"));
            table(listed).write(html);
        });
    });
}

fn forms(total: &Summary, html: &mut Html) {
    let forms = total.skeletons.top(FORMS);
    // What is there once or twice is not frequent.
    let mut table = Table::new("Forms of removed lines", ["form", "lines", "such as"]);
    for (form, n, sample) in forms.iter().filter(|(_, lines, _)| *lines > 2) {
        table.row([
            Cell::text(form.clone()),
            Cell::text(count(*n)),
            Cell::words(start(sample, SAMPLE)),
        ]);
    }
    if table.is_empty() {
        return;
    }
    let about = "文 stands for Han, A for letters, 0 for digits. A form that is removed very often is \
                 worth a look: it is a template, or a mistake that repeats.";
    section(html, "Removed most often", about, |html| table.write(html));
}

fn doubts(r: &RunReport, html: &mut Html) {
    if r.doubts.is_empty() {
        return;
    }
    let about = "Removed lines that weigh most by their length and by the model's doubt; of each page \
                 one. If article is lost, it is likely here.";
    section(html, "Closest calls", about, |html| {
        for doubt in r.doubts.values() {
            html.newline();
            html.element("article", &[("class", &"case")], |html| {
                html.text("p", &[("class", &"soft")], &doubt.id);
                lines(html, language([doubt.text.as_str()]), [doubt.look()]);
            });
        }
    });
}

fn named(r: &RunReport, total: &Summary, html: &mut Html) {
    let write =
        |html: &mut Html, heading, about, list: &mut dyn Iterator<Item = &Named>, all: u64| {
            let mut table =
                Table::new("The longest first", ["page", "lines", "characters", "begins with"]);
            let mut n = 0;
            for page in list {
                n += 1;
                table.row([
                    Cell::text(page.id.clone()),
                    Cell::text(count(page.lines)),
                    Cell::text(count(page.characters)),
                    Cell::words(start(&page.start, SAMPLE)),
                ]);
            }
            if n == 0 {
                return;
            }
            section(html, heading, about, |html| {
                if all > n {
                    let shown = format!("The {} longest of {}.", count(n), count(all));
                    html.text("p", &[("class", &"soft")], shown);
                }
                html.element("details", &[], |html| {
                    html.text("summary", &[], counted(n, "page"));
                    table.write(html);
                });
            });
        };
    let about =
        "Nothing of them is left: doorways and link farms, or pages that the model is wrong about.";
    write(html, "Pages with no article", about, &mut r.empty.values(), total.empty_pages);
    let about = "More would have gone than is plausible, so that nothing went.";
    write(html, "Pages kept by the guard", about, &mut r.guarded.values(), total.guarded_pages);
}

fn sample(r: &RunReport, html: &mut Html) {
    if r.shown.is_empty() {
        return;
    }
    let about = "Drawn by lot. In the margin: the number of the line, its probability of junk, and its \
                 kind if it is removed.";
    section(html, "Sample pages", about, |html| {
        legend(
            html,
            &[
                (Look::Kept, "kept"),
                (Look::Unsure, "kept although unsure"),
                (Look::Removed(Some(Kind::SpiderPool)), "planted"),
                (Look::Removed(Some(Kind::Ad)), "ads, downloads, tickers"),
                (Look::Removed(Some(Kind::Nav)), "menus, sharing"),
                (Look::Removed(Some(Kind::Related)), "other pages, comments"),
                (Look::Removed(Some(Kind::Legal)), "small print"),
                (Look::Removed(Some(Kind::Markup)), "markup, debris"),
                (Look::Removed(None), "removed, no kind"),
            ],
        );
        for (number, shown) in r.shown.values().enumerate() {
            html.newline();
            match number {
                0 | 1 => html.element("details", &[("open", &"")], |html| shown_page(shown, html)),
                _ => html.element("details", &[], |html| shown_page(shown, html)),
            }
        }
    });
}

fn shown_page(shown: &Shown, html: &mut Html) {
    let guarded = if shown.guarded { ", kept whole by the guard" } else { "" };
    let (removed, all) = (count(shown.removed_lines), counted(shown.lines, "line"));
    html.text("summary", &[], format_args!("{}: {removed} of {all} removed{guarded}", shown.id));
    for part in &shown.parts {
        lines(html, shown.lang, part.looks());
        if part.left_out == 0 {
            continue;
        }
        let left_out = counted(part.left_out, "line");
        let what = match part.left_out_removed {
            0 => "kept".to_owned(),
            removed if removed == part.left_out => "removed".to_owned(),
            removed => format!("{} removed", count(removed)),
        };
        html.text("p", &[("class", &"gap")], format_args!("{left_out} not shown, {what}"));
    }
}

fn notes(r: &RunReport, total: &Summary, html: &mut Html) {
    let mut notes = Vec::new();
    let mut note = |n: u64, noun: &str, what: &str| {
        if n > 0 {
            notes.push(format!("{} {what}.", counted(n, noun)));
        }
    };
    for (encoding, pages) in &total.encodings {
        note(*pages, "page", &format!("read as {encoding}"));
    }
    let mended = format!("replaced by U+FFFD, in {}", counted(total.mended_pages, "page"));
    note(total.replaced, "faulty sequence", &mended);
    let why = "passed over: of another status or media type than pages of text or HTML";
    note(total.passed_over, "WARC record", why);
    let passed_over = &r.about.passed_over;
    note(passed_over.n_unknown as u64, "file", "passed over: no known ending");
    let why = format!("passed over: {}", passed_over.why_packed());
    note(passed_over.n_packed() as u64, "file", &why);
    note(
        total.errors,
        "error",
        "told on standard error: what could not be read is not in this report",
    );
    if notes.is_empty() {
        return;
    }
    section(html, "What else there was", "", |html| {
        html.element("ul", &[], |html| notes.iter().for_each(|note| html.text("li", &[], note)));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!([1, 3, 8, 9, 41, 100, 12_345].map(round_up), [1, 4, 8, 10, 80, 100, 20_000]);
        assert!(round_up(u64::MAX) == u64::MAX);
    }
}
