//! An evaluation as a page for a browser: the figures of [`Evaluation`] with their places in its JSON,
//! the curves with the operating points on them, and the heaviest errors among the lines around them.

mod cases;
mod curves;
mod tables;

use super::bootstrap::Interval;
use super::metrics::share;
use super::{Evaluation, Judged};
use crate::report::number::{count, counted, percent, ratio};
use crate::report::{Card, Cell, Html, cards, page, section};

/// What the page shows besides the evaluation itself.
#[derive(Debug, Clone, Default)]
pub struct HtmlOptions {
    /// Which model it was, in words.
    pub model: String,
    /// Operating points of the model, thresholds falling.
    pub marks: Vec<OperatingMark>,
    /// How many of the heaviest errors of each of the two sorts are shown.
    pub errors: usize,
}

/// An operating point to be shown on the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatingMark {
    /// Its name.
    pub name: &'static str,
    /// A line is junk from this probability on.
    pub threshold: f32,
    /// The same for pages of HTML.
    pub html_threshold: f32,
    /// Whether the verdicts were made with it.
    pub is_used: bool,
}

impl Evaluation {
    /// The evaluation of these pages as one HTML page.
    pub fn html(&self, pages: &[Judged<'_>], options: &HtmlOptions) -> String {
        let threshold =
            options.marks.iter().find(|mark| mark.is_used).map_or_else(String::new, |mark| {
                match mark.html_threshold == mark.threshold {
                    true => format!(" at threshold {:.4}", mark.threshold),
                    false => format!(
                        " at threshold {:.4}, {:.4} for HTML",
                        mark.threshold, mark.html_threshold
                    ),
                }
            });
        let figures = &self.pooled.figures;
        let subtitle = format!(
            "{}, {} in {}; {}{threshold}",
            counted(figures.pages, "page"),
            counted(figures.lines, "scored line"),
            counted(self.sets.len() as u64, "set"),
            options.model,
        );
        page("How well junk is told from article", subtitle, |html| {
            self.warnings(html);
            self.headline(html);
            curves::write(self, pages, &options.marks, html);
            tables::write(self, html);
            cases::write(pages, options.errors, html);
            self.making(html);
        })
    }

    fn warnings(&self, html: &mut Html) {
        let mut warn = |text: String| html.text("p", &[("class", &"warning")], text);
        if self.trained_on_pages > 0 {
            let known = counted(self.trained_on_pages, "page");
            warn(format!("The model was trained on {known} of these: the figures flatter."));
        }
        if self.guarded_pages > 0 {
            let guarded = counted(self.guarded_pages, "page");
            warn(format!(
                "{guarded} kept whole by the guard: more would have gone than is plausible."
            ));
        }
    }

    fn headline(&self, html: &mut Html) {
        let (figures, intervals) = (&self.pooled.figures, &self.pooled.intervals);
        let between = |interval: Option<Interval>, form: fn(Option<f64>) -> String| {
            interval.map_or_else(
                || "no interval".to_owned(),
                |i| format!("95 %: {} to {}", form(Some(i.low)), form(Some(i.high))),
            )
        };
        let c = figures.confusion;
        let of = |part: u64, whole: u64, what: &str| {
            format!("{} of {} {what}", count(part), count(whole))
        };
        let ratio_card = |label, place: &str, value, detail| Card {
            label,
            value: Cell::figure(place, value, |value| ratio(Some(value))),
            detail,
        };
        let percent_card = |label, place: &str, value, detail| Card {
            label,
            value: Cell::figure(place, value, |value| percent(Some(value))),
            detail,
        };
        cards(
            html,
            [
                percent_card(
                    "Article characters lost",
                    "/pooled/article_characters_lost",
                    figures.article_characters_lost,
                    between(intervals.article_characters_lost, percent),
                ),
                percent_card(
                    "Junk characters left in",
                    "/pooled/junk_characters_kept",
                    figures.junk_characters_kept,
                    between(intervals.junk_characters_kept, percent),
                ),
                ratio_card(
                    "Junk F1",
                    "/pooled/junk/f1",
                    figures.junk.f1,
                    between(intervals.junk_f1, ratio),
                ),
                ratio_card(
                    "Junk precision",
                    "/pooled/junk/precision",
                    figures.junk.precision,
                    format!(
                        "{}; {}",
                        between(intervals.junk_precision, ratio),
                        of(c.junk_removed, c.junk_removed + c.article_removed, "removed lines")
                    ),
                ),
                ratio_card(
                    "Junk recall",
                    "/pooled/junk/recall",
                    figures.junk.recall,
                    format!(
                        "{}; {}",
                        between(intervals.junk_recall, ratio),
                        of(c.junk_removed, c.junk_removed + c.junk_kept, "junk lines")
                    ),
                ),
                ratio_card(
                    "Article F1",
                    "/pooled/article/f1",
                    figures.article.f1,
                    between(intervals.article_f1, ratio),
                ),
                ratio_card(
                    "Precision–recall area",
                    "/pooled/pr_area",
                    figures.pr_area,
                    share(c.junk_removed + c.junk_kept, c.lines())
                        .map_or_else(String::new, |p| format!("chance: {}", ratio(Some(p)))),
                ),
                ratio_card(
                    "Calibration error",
                    "/pooled/calibration/expected_error",
                    figures.calibration.expected_error,
                    "mean distance of probability and share".to_owned(),
                ),
            ],
        );
    }

    /// What it takes to get the same figures again.
    fn making(&self, html: &mut Html) {
        let intervals = match self.resamples {
            0 => "No intervals were asked for.".to_owned(),
            n => format!(
                "Intervals: bootstrap over pages, {} resamples, seed {}; pages of a site are alike, so \
                 where sites are few the truth may lie further off.",
                count(n.into()),
                self.seed
            ),
        };
        let about = format!(
            "Lines labelled either are not scored. {intervals} Every figure here is in the output of \
             evaluate --json under the name in its data-figure attribute."
        );
        section(html, "How this was measured", about, |html| {
            html.text(
                "p",
                &[("class", &"soft")],
                format_args!("Digest of the pages: {}", self.data),
            );
        });
    }
}
