//! The three curves: precision against recall, article lost against junk found, and how far
//! probabilities can be taken at their word; with the operating points in a table.

use super::OperatingMark;
use crate::evaluate::curve::{Curve, CurvePoint, ScoredLine};
use crate::evaluate::metrics::Bin;
use crate::evaluate::tally::Tally;
use crate::evaluate::{Evaluation, Judged};
use crate::report::chart::{Axis, Chart, Mark, Scale, Side};
use crate::report::number::{count, counted, percent, ratio};
use crate::report::{Cell, Html, Table, section};

/// Losses below this stand at the bottom of the chart.
const LEAST_LOSS: f64 = 1e-4;
/// Probabilities nearer to 0 or 1 than this stand at the edge.
const EDGE: f64 = 1e-3;
/// The losses that have a name, see [`crate::model::Dial`].
const BUDGETS: [f64; 3] = [0.001, 0.01, 0.05];

pub(super) fn write(
    evaluation: &Evaluation,
    pages: &[Judged<'_>],
    marks: &[OperatingMark],
    html: &mut Html,
) {
    let at: Vec<CurvePoint> = marks.iter().map(|mark| at_mark(pages, mark)).collect();
    let mut about = "What other thresholds would do to these lines, whole lines only: cuts inside \
                     lines and the page guard are left out."
        .to_owned();
    if pages.iter().any(|page| page.page().html.is_some()) {
        about += " Pages of HTML have thresholds of their own: where there is text too, operating \
                  points need not lie on the curves, which are for one threshold.";
    }
    section(html, "Thresholds", about, |html| {
        html.element("div", &[("class", &"charts")], |html| {
            precision_recall(&evaluation.curve, &at, marks, html);
            loss(&evaluation.curve, &at, marks, html);
            reliability(&evaluation.pooled.figures.calibration.bins, html);
        });
        points(&at, marks, html);
        bins(&evaluation.pooled.figures.calibration.bins, html);
    });
}

/// What an operating point does to text and HTML, each at its own threshold.
fn at_mark(pages: &[Judged<'_>], mark: &OperatingMark) -> CurvePoint {
    let mut lines = Vec::new();
    for judged in pages {
        let is_html = judged.page().html.is_some();
        let threshold = if is_html { mark.html_threshold } else { mark.threshold };
        for (line, verdict) in judged.page().lines.iter().zip(&judged.verdict().lines) {
            let tally = Tally::default().line(line, verdict);
            lines.extend(tally.map(|(characters, is_junk)| {
                // Above or below is all that counts.
                let probability = f32::from(u8::from(verdict.probability >= threshold));
                ScoredLine { probability, is_junk, characters, set: 0 }
            }));
        }
    }
    Curve::of(&lines).at(1.0)
}

fn named<'a>(
    at: &[CurvePoint],
    marks: &'a [OperatingMark],
    place: impl Fn(&CurvePoint) -> Option<(f64, f64)>,
) -> Vec<Mark<'a>> {
    let marks = marks.iter().enumerate().zip(at);
    marks
        .filter_map(|((shape, mark), point)| {
            let at = place(point)?;
            Some(Mark { at, name: mark.name, shape, is_chosen: mark.is_used })
        })
        .collect()
}

fn precision_recall(
    curve: &[CurvePoint],
    at: &[CurvePoint],
    marks: &[OperatingMark],
    html: &mut Html,
) {
    let place = |point: &CurvePoint| Some((point.junk_recall?, point.junk_precision?));
    let points: Vec<(f64, f64)> = curve.iter().filter_map(place).collect();
    // The part of the axis that is used, from a round figure on.
    let lowest = points.iter().map(|point| point.1).fold(0.9, f64::min);
    let low = (lowest * 10.0).floor() / 10.0;
    let step = if low < 0.5 { 0.2 } else { 0.1 };
    let n = ((1.0 - low) / step).round() as u32;
    let ticks: Vec<f64> =
        (0..=n).map(|i| 1.0 - f64::from(i) * step).filter(|t| *t >= low - 1e-9).collect();
    let quarters = [0.0, 0.25, 0.5, 0.75, 1.0];
    let chart = Chart {
        id: "precision-recall",
        title: "Precision and recall of junk",
        description: "Each point is a threshold: the share of the junk lines that is found, and the share \
                      of the removed lines that is junk.",
        note: "",
        x: Axis::of_shares("junk lines found (recall)", Scale::Linear(0.0, 1.0), &quarters),
        y: Axis::of_shares("removed lines that are junk", Scale::Linear(low, 1.0), &ticks),
    };
    chart.write(html, |plot| {
        plot.line("curve", points);
        plot.marks(Side::Below, &named(at, marks, place));
    });
}

fn loss(curve: &[CurvePoint], at: &[CurvePoint], marks: &[OperatingMark], html: &mut Html) {
    let place = |point: &CurvePoint| Some((point.junk_recall?, point.article_loss?));
    let chart = Chart {
        id: "loss",
        title: "What finding junk costs",
        description: "Each point is a threshold: the share of the junk lines that is found, and the share \
                      of the article's characters that is lost. Dashed lines are loss budgets.",
        note: "Dashed: budgets of 0.1%, 1% and 5%.",
        x: Axis::of_shares(
            "junk lines found (recall)",
            Scale::Linear(0.0, 1.0),
            &[0.0, 0.25, 0.5, 0.75, 1.0],
        ),
        y: Axis::of_shares(
            "article characters lost",
            Scale::Log(LEAST_LOSS, 1.0),
            &[LEAST_LOSS, 0.001, 0.01, 0.05, 0.2, 1.0],
        ),
    };
    chart.write(html, |plot| {
        BUDGETS.into_iter().for_each(|budget| plot.level(budget));
        plot.line("curve", curve.iter().filter_map(place));
        plot.marks(Side::Left, &named(at, marks, place));
    });
}

fn reliability(bins: &[Bin], html: &mut Html) {
    let ticks = [EDGE, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0 - EDGE];
    let chart = Chart {
        id: "reliability",
        title: "Whether probabilities hold",
        description: "Lines in groups of about the same probability of junk: the mean of it, and the share \
                      that is junk. On the dotted line the two agree. Bars are 95 percent intervals.",
        note: "Groups of about equal size; bars are 95 % intervals, as if lines were independent.",
        x: Axis::of_shares("probability of junk (log odds)", Scale::LogOdds(EDGE), &ticks),
        y: Axis::of_shares("lines that are junk", Scale::LogOdds(EDGE), &ticks),
    };
    let most = bins.iter().map(|bin| bin.lines).max().unwrap_or(1).max(1) as f64;
    chart.write(html, |plot| {
        plot.line("ideal", [(EDGE, EDGE), (1.0 - EDGE, 1.0 - EDGE)]);
        for bin in bins {
            let (low, high) = wilson(bin.junk, bin.lines);
            plot.whisker(bin.probability, low, high);
        }
        for bin in bins {
            let about = format!(
                "{}: probability {:.4}, junk {:.4}",
                counted(bin.lines, "line"),
                bin.probability,
                bin.junk
            );
            let radius = 2.0 + 3.5 * (bin.lines as f64 / most).sqrt();
            plot.dot((bin.probability, bin.junk), radius, &about);
        }
    });
}

/// The 95 % interval of a share that was seen in `n` lines.
///
/// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
fn wilson(share: f64, n: u64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let n = n.max(1) as f64;
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    ((middle - half) / whole, (middle + half) / whole)
}

fn points(at: &[CurvePoint], marks: &[OperatingMark], html: &mut Html) {
    let columns = [
        "operating point",
        "threshold",
        "for HTML",
        "junk precision",
        "recall",
        "F1",
        "article characters lost",
    ];
    let mut table = Table::new("Operating points on these lines", columns);
    for (mark, point) in marks.iter().zip(at) {
        let name = match mark.is_used {
            true => format!("{} (used here)", mark.name),
            false => mark.name.to_owned(),
        };
        table.row([
            Cell::text(name),
            Cell::text(format!("{:.4}", mark.threshold)),
            Cell::text(format!("{:.4}", mark.html_threshold)),
            Cell::text(ratio(point.junk_precision)),
            Cell::text(ratio(point.junk_recall)),
            Cell::text(ratio(point.junk_f1)).with_bar(point.junk_f1, "share"),
            Cell::text(percent(point.article_loss)),
        ]);
    }
    table.write(html);
}

fn bins(bins: &[Bin], html: &mut Html) {
    let columns = ["group", "lines", "mean probability", "share of junk"];
    let mut table = Table::new("Lines by probability, in groups of about equal size", columns);
    for (number, bin) in bins.iter().enumerate() {
        let place = |name: &str| format!("/pooled/calibration/bins/{number}/{name}");
        let four = |value: f64| format!("{value:.4}");
        table.row([
            Cell::text((number + 1).to_string()),
            Cell::figure(place("lines"), Some(bin.lines as f64), |_| count(bin.lines)),
            Cell::figure(place("probability"), Some(bin.probability), four),
            Cell::figure(place("junk"), Some(bin.junk), four).with_bar(Some(bin.junk), "share"),
        ]);
    }
    if table.is_empty() {
        return;
    }
    html.element("details", &[], |html| {
        html.text("summary", &[], "The probabilities in figures");
        table.write(html);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};

    #[test]
    fn an_operating_point_is_measured_at_its_own_thresholds() {
        let gold = page("p", &["j 首页首页", "j 登录", "a 正文", "e 完"]);
        let pages = [judged(&gold, &[0.9, 0.3, 0.4, 0.9])];
        let at = |threshold| {
            let mark = OperatingMark { name: "m", threshold, html_threshold: 0.0, is_used: true };
            let point = at_mark(&pages, &mark);
            (point.junk_precision, point.junk_recall, point.article_loss)
        };
        assert_eq!(at(0.9), (Some(1.0), Some(0.5), Some(0.0)));
        assert_eq!(at(0.35), (Some(0.5), Some(0.5), Some(1.0)));
        assert_eq!(at(0.95), (None, Some(0.0), Some(0.0)));
    }

    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263
        // and 0 of 20.
        let (low, high) = wilson(81.0 / 263.0, 263);
        assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.2553".into(), "0.3662".into()));
        let (low, high) = wilson(0.0, 20);
        assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.0000".into(), "0.1611".into()));
    }
}
