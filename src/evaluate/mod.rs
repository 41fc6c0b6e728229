//! Part 8 of the way: judged gold pages become an [`Evaluation`], with sums by page, figures by
//! slice, intervals, the curve over thresholds and the worst errors; it renders as text, JSON or a page for a
//! browser.
//!
//! Lines labelled `either` are never scored.

pub mod bootstrap;
pub mod curve;
mod data;
mod errors;
#[cfg(feature = "training")]
pub mod gate;
mod html;
pub mod metrics;
mod naming;
mod report;
mod shingles;
mod slices;
mod table;
mod tally;
mod texts;

use std::collections::BTreeMap;

use serde::Serialize;

pub use errors::{Mistake, WorstError};
pub use html::{HtmlOptions, OperatingMark};
pub use naming::{NamedKind, Naming};
pub use report::ReportOptions;
pub use slices::{Figures, KindSlice, Slice};
pub use tally::Tally;
pub use texts::TextFigures;

use crate::filter::{Filter, PageVerdict, Scratch};
use crate::input::LabelledPage;
use crate::text::Site;
use crate::{Error, Page, Result};
use bootstrap::{Intervals, mean};
use curve::{Curve, CurvePoint, MAX_POINTS};
use metrics::ClassFigures;
use slices::Sums;

/// A gold page and what was said of it: one verdict for each of its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<'a> {
    page: &'a LabelledPage,
    verdict: PageVerdict,
}

impl<'a> Judged<'a> {
    /// Puts the two together.
    ///
    /// # Errors
    ///
    /// [`Error::BadInput`] where page and verdict have different numbers of lines; a blank line
    /// in a page that was made by hand is the likely cause, since blank lines get no verdict.
    pub fn new(page: &'a LabelledPage, verdict: PageVerdict) -> Result<Self> {
        let (labels, verdicts) = (page.lines.len(), verdict.lines.len());
        if labels != verdicts {
            let reason = format!("page {}: {labels} labelled lines, {verdicts} verdicts", page.id);
            return Err(Error::BadInput { path: page.set.clone().into(), reason });
        }
        Ok(Judged { page, verdict })
    }

    /// Lets a filter judge a gold page by its texts alone.
    ///
    /// # Errors
    ///
    /// As [`Judged::new`].
    pub fn by(filter: &Filter, page: &'a LabelledPage, scratch: &mut Scratch) -> Result<Self> {
        let site = Some(Site::named(&page.site));
        let verdict = match &page.html {
            Some(html) => filter.judge_document(&html.document, site, scratch),
            None => {
                let texts = Page::from_lines(page.lines.iter().map(|line| line.text.as_str()));
                filter.judge(&texts.of_site(site), scratch)
            }
        };
        Judged::new(page, verdict)
    }

    /// The gold page.
    pub fn page(&self) -> &'a LabelledPage {
        self.page
    }

    /// The verdicts, one for each line of the page.
    pub fn verdict(&self) -> &PageVerdict {
        &self.verdict
    }
}

/// What to evaluate besides the figures, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The threshold that the verdicts were made with, for the record.
    pub threshold: f32,
    /// Whether they cut junk out of lines, for the record.
    pub cut: bool,
    /// How often the pages are drawn for the intervals; 0 for no intervals.
    pub resamples: u32,
    /// The seed of the draws.
    pub seed: u64,
    /// How many of the worst errors to list, of each of the two sorts.
    pub errors: usize,
    /// How many of the pages the model was trained on, for the record.
    pub trained_on: u64,
}

impl Options {
    /// Whole lines, a thousand resamples with seed 1, no list of errors.
    pub fn new(threshold: f32) -> Self {
        Options { threshold, cut: false, resamples: 1000, seed: 1, errors: 0, trained_on: 0 }
    }
}

/// Figures with their intervals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// The name of the set; `all` for all pages pooled.
    pub name: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// 95 % intervals of the main ones.
    pub intervals: Intervals,
    /// The same where sites are drawn instead of pages: wider where a few sites have many pages.
    pub site_intervals: Intervals,
}

/// Figures averaged over the sets, each set counting the same whatever its size. A set that does
/// not define a figure is left out of its mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanOverSets {
    /// How many sets there are.
    pub sets: u64,
    /// Means for the junk class.
    pub junk: ClassFigures,
    /// Means for the article class.
    pub article: ClassFigures,
    /// Mean share of article characters lost.
    pub article_characters_lost: Option<f64>,
    /// Mean share of junk characters kept.
    pub junk_characters_kept: Option<f64>,
    /// Mean area under the precision-recall curve.
    pub pr_area: Option<f64>,
    /// Mean expected calibration error.
    pub expected_calibration_error: Option<f64>,
    /// 95 % intervals; pages are drawn within each set.
    pub intervals: Intervals,
}

/// Everything that was measured. The order of the fields is that of the JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// See [`Options::threshold`].
    pub threshold: f32,
    /// See [`Options::cut`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// See [`Options::resamples`].
    pub resamples: u32,
    /// See [`Options::seed`].
    pub seed: u64,
    /// Digest of the gold pages: sets, sites, texts and labels.
    pub data: String,
    /// Pages that the model was trained on: figures flatter by as much as they weigh.
    pub trained_on_pages: u64,
    /// Pages that were kept whole because more would have gone than is plausible.
    pub guarded_pages: u64,
    /// All lines of all sets as one.
    pub pooled: Measured,
    /// Every set the same weight.
    pub mean_over_sets: MeanOverSets,
    /// Sets, by name.
    pub sets: Vec<Measured>,
    /// Kinds of junk, in the order of the labelling guide.
    pub kinds: Vec<KindSlice>,
    /// Pages of HTML as texts, set by set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextFigures>,
    /// How well the kinds are named; `None` where the model names none.
    pub naming: Option<Naming>,
    /// By length of the line in characters.
    pub line_lengths: Vec<Slice>,
    /// By length of the page in lines.
    pub page_lengths: Vec<Slice>,
    /// By language; `unknown` where the page does not say.
    pub languages: Vec<Slice>,
    /// By site, most wrong lines first.
    pub sites: Vec<Slice>,
    /// What other thresholds would do to whole lines, over all sets pooled.
    pub curve: Vec<CurvePoint>,
    /// The worst errors, if asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WorstError>,
}

impl Evaluation {
    /// Measures judged pages. The order of the pages has no influence on figures; it has one on
    /// the draws behind the intervals.
    pub fn of(pages: &[Judged<'_>], options: &Options) -> Self {
        let sums = Sums::of(pages);
        let draw = |pages: &[Tally], name: &str| {
            // One page says nothing of how much pages vary.
            let resamples = if pages.len() < 2 { 0 } else { options.resamples };
            bootstrap::resample(pages, resamples, bootstrap::seed_for(options.seed, name))
        };
        let by_site = |sites: &BTreeMap<&str, Tally>, name: &str| {
            let sites: Vec<Tally> = sites.values().copied().collect();
            Intervals::of(&[&draw(&sites, &format!("sites of {name}"))])
        };
        let draws: Vec<Vec<Tally>> =
            sums.sets.iter().map(|(name, set)| draw(&set.pages, name)).collect();
        let all_pages: Vec<Tally> =
            sums.sets.values().flat_map(|set| &set.pages).copied().collect();
        let sets: Vec<Measured> = sums
            .sets
            .iter()
            .zip(&draws)
            .map(|((name, set), draws)| Measured {
                name: (*name).to_owned(),
                figures: set.gathered.figures(true),
                intervals: Intervals::of(&[draws]),
                site_intervals: by_site(&set.sites, name),
            })
            .collect();
        let pooled = Measured {
            name: "all".to_owned(),
            figures: sums.all.figures(true),
            intervals: Intervals::of(&[&draw(&all_pages, "")]),
            site_intervals: by_site(&sums.site_tallies(), ""),
        };
        Evaluation {
            threshold: options.threshold,
            resamples: options.resamples,
            seed: options.seed,
            data: data::digest(pages),
            cut: options.cut,
            trained_on_pages: options.trained_on,
            guarded_pages: pages.iter().filter(|page| page.verdict.guarded).count() as u64,
            pooled,
            mean_over_sets: MeanOverSets::of(&sets, &draws),
            sets,
            kinds: sums.kinds(),
            texts: texts::by_set(pages),
            naming: Naming::of(pages),
            line_lengths: sums.line_lengths(),
            page_lengths: sums.page_lengths(),
            languages: sums.languages(),
            sites: sums.sites(),
            curve: Curve::of(&sums.all.lines).points(MAX_POINTS),
            errors: errors::worst(pages, options.errors),
        }
    }
}

impl MeanOverSets {
    fn of(sets: &[Measured], draws: &[Vec<Tally>]) -> Self {
        let over =
            |figure: fn(&Figures) -> Option<f64>| mean(sets.iter().map(|set| figure(&set.figures)));
        // A set of `either` lines only has no figures and must not take the others' intervals.
        let scored = sets.iter().zip(draws).filter(|(set, _)| set.figures.lines > 0);
        let draws: Vec<&[Tally]> = scored.map(|(_, draws)| draws.as_slice()).collect();
        MeanOverSets {
            sets: sets.len() as u64,
            junk: ClassFigures {
                precision: over(|f| f.junk.precision),
                recall: over(|f| f.junk.recall),
                f1: over(|f| f.junk.f1),
            },
            article: ClassFigures {
                precision: over(|f| f.article.precision),
                recall: over(|f| f.article.recall),
                f1: over(|f| f.article.f1),
            },
            article_characters_lost: over(|f| f.article_characters_lost),
            junk_characters_kept: over(|f| f.junk_characters_kept),
            pr_area: over(|f| f.pr_area),
            expected_calibration_error: over(|f| f.calibration.expected_error),
            intervals: Intervals::of(&draws),
        }
    }
}

/// Pages and verdicts for the tests of this module.
#[cfg(test)]
mod testing {
    use super::*;
    use crate::filter::{LineVerdict, Verdict};
    use crate::input::LabelledLine;
    use crate::text::Label;

    /// A page of set `s` and a site named as the page; a line is `a `, `j ` or `e ` (article,
    /// junk, either) and its text.
    pub(super) fn page(id: &str, lines: &[&str]) -> LabelledPage {
        let line = |line: &&str| {
            let (label, text) = line.split_once(' ').unwrap();
            let label = match label {
                "a" => Label::Article,
                "j" => Label::Junk,
                _ => Label::Either,
            };
            LabelledLine { text: text.to_owned(), label, kind: None, spans: Vec::new() }
        };
        LabelledPage {
            id: id.to_owned(),
            site: id.to_owned(),
            lang: None,
            set: "s".to_owned(),
            lines: lines.iter().map(line).collect(),
            html: None,
        }
    }

    /// Verdicts at threshold 0.5.
    pub(super) fn judged<'a>(page: &'a LabelledPage, probabilities: &[f32]) -> Judged<'a> {
        let line = |&probability: &f32| LineVerdict {
            probability,
            verdict: if probability >= 0.5 { Verdict::Junk } else { Verdict::Article },
            cut: Vec::new(),
            kind: None,
        };
        let lines = probabilities.iter().map(line).collect();
        Judged::new(page, PageVerdict { lines, ..PageVerdict::default() }).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{judged, page};
    use super::*;

    #[test]
    fn page_and_verdict_must_have_the_same_lines() {
        let gold = page("p", &["a 正文", "j 首页"]);
        let error = Judged::new(&gold, PageVerdict::default()).unwrap_err();
        assert_eq!(error.to_string(), "s: page p: 2 labelled lines, 0 verdicts");
    }

    #[test]
    fn sets_are_pooled_by_lines_and_averaged_by_set() {
        // Set `s` finds one of two junk lines, set `t` both of its two and one article line.
        let first = page("1", &["j 首页", "j 登录", "a 正文一二"]);
        let mut second = page("2", &["j 首页", "a 正文", "a 标题"]);
        let mut third = page("3", &["j 登录"]);
        second.set = "t".to_owned();
        third.set = "t".to_owned();
        let pages = [
            judged(&first, &[0.9, 0.1, 0.1]),
            judged(&second, &[0.9, 0.6, 0.1]),
            judged(&third, &[0.9]),
        ];
        let got = Evaluation::of(&pages, &Options::new(0.5));
        assert_eq!(got.sets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["s", "t"]);
        assert_eq!(got.pooled.figures.junk.recall, Some(3.0 / 4.0));
        assert_eq!(got.pooled.figures.article_characters_lost, Some(2.0 / 8.0));
        assert_eq!(got.mean_over_sets.junk.recall, Some(0.75));
        assert_eq!(got.mean_over_sets.junk.f1, Some((2.0 / 3.0 + 0.8) / 2.0));
        assert_eq!(got.mean_over_sets.article_characters_lost, Some(0.25));
        // One page: no interval; nor for a mean that rests on it.
        assert_eq!(got.sets[0].intervals, Intervals::default());
        assert_eq!(got.mean_over_sets.intervals, Intervals::default());
        // Pages of set `t`: the first alone has precision 1/2, the second alone 1.
        let precision = got.sets[1].intervals.junk_precision.unwrap();
        assert_eq!((precision.low, precision.high), (0.5, 1.0));
        assert_eq!(got.curve.len(), 3);

        // A set without anything that is scored changes nothing for the others.
        let mut fourth = page("4", &["e 完"]);
        fourth.set = "u".to_owned();
        let pages = [pages[1].clone(), pages[2].clone(), judged(&fourth, &[0.9])];
        let got = Evaluation::of(&pages, &Options::new(0.5));
        assert_eq!(got.mean_over_sets.intervals, got.sets[0].intervals);
    }

    #[test]
    fn the_same_bytes_at_any_thread_count() {
        let gold: Vec<_> = (0..30).map(|n| page(&n.to_string(), &["j 首页", "a 正文"])).collect();
        let pages: Vec<_> = gold
            .iter()
            .enumerate()
            .map(|(n, page)| judged(page, &[n as f32 / 30.0, n as f32 / 60.0 + 0.1]))
            .collect();
        let json = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let evaluation = pool.install(|| Evaluation::of(&pages, &Options::new(0.5)));
            serde_json::to_string(&evaluation).unwrap()
        };
        assert_eq!(json(1), json(4));
    }

    #[test]
    fn what_is_undefined_is_null_in_json() {
        let gold = page("p", &["a 正文"]);
        for pages in [vec![], vec![judged(&gold, &[0.5])]] {
            let got = Evaluation::of(&pages, &Options::new(0.5));
            let json = serde_json::to_value(&got).unwrap();
            for path in ["/pooled/junk/recall", "/pooled/pr_area", "/mean_over_sets/junk/f1"] {
                assert_eq!(json.pointer(path), Some(&serde_json::Value::Null), "{path}");
            }
            assert!(!got.report(ReportOptions::default()).to_string().contains("NaN"));
        }
    }
}
