//! The figures of parts of the data: judged pages go in, and in one pass over their lines every
//! set, site, language, length of line, length of page and kind of junk gets its sums.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Judged;
use super::curve::{Curve, ScoredLine};
use super::metrics::{Calibration, ClassFigures, Confusion};
use super::tally::Tally;
use crate::text::Kind;

/// Everything that is measured of some lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Pages that hold at least one of the lines.
    pub pages: u64,
    /// Lines that were scored: article and junk.
    pub lines: u64,
    /// What they are and what was done with them.
    pub confusion: Confusion,
    /// The junk class.
    pub junk: ClassFigures,
    /// The article class.
    pub article: ClassFigures,
    /// See [`Confusion::accuracy`].
    pub accuracy: Option<f64>,
    /// See [`Confusion::matthews`].
    pub matthews: Option<f64>,
    /// See [`Curve::average_precision`].
    pub pr_area: Option<f64>,
    /// See [`Tally::article_loss`].
    pub article_characters_lost: Option<f64>,
    /// See [`Tally::junk_left`].
    pub junk_characters_kept: Option<f64>,
    /// See [`Tally::spans_found`].
    pub span_characters_found: Option<f64>,
    /// See [`Tally::wrongly_cut`].
    pub other_characters_cut: Option<f64>,
    /// How far the probabilities can be trusted. The bins are listed for all pages and for sets.
    pub calibration: Calibration,
}

/// A part of the data and its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// Its name: of a set, a site, a language, a length band.
    pub name: String,
    /// Of a site in a cross-validation: the fold it was held out in, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fold: Option<usize>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A kind of junk. What is called junk has no kind, so a kind has no precision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindSlice {
    /// Its name in the labelling guide, or `unspecified`.
    pub name: &'static str,
    /// Junk lines of this kind.
    pub lines: u64,
    /// Share of them that goes.
    pub recall: Option<f64>,
    /// Their characters.
    pub characters: u64,
    /// Share of the characters that stays.
    pub characters_kept: Option<f64>,
}

/// Length bands of lines in characters: name and least length.
const LINE_BANDS: [(&str, usize); 6] =
    [("1-4", 0), ("5-9", 5), ("10-19", 10), ("20-49", 20), ("50-99", 50), ("100+", 100)];

/// Length bands of pages in lines that are not blank: name and least length.
const PAGE_BANDS: [(&str, usize); 4] = [("1-4", 0), ("5-19", 5), ("20-99", 20), ("100+", 100)];

/// Sums on their way to be [`Figures`].
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tally: Tally,
    pub(super) lines: Vec<ScoredLine>,
    pages: u64,
    /// 1-based number of the page that was counted last.
    last_page: usize,
}

impl Gathered {
    fn add(&mut self, page: usize, tally: &Tally, line: ScoredLine) {
        self.tally.add(tally);
        self.lines.push(line);
        if self.last_page != page {
            self.last_page = page;
            self.pages += 1;
        }
    }

    /// The figures; calibration bins only where asked for.
    pub(super) fn figures(&self, with_bins: bool) -> Figures {
        let confusion = self.tally.confusion;
        let mut calibration =
            Calibration::of(self.lines.iter().map(|line| (line.probability, line.is_junk)));
        if !with_bins {
            calibration.bins.clear();
        }
        Figures {
            pages: self.pages,
            lines: confusion.lines(),
            confusion,
            junk: confusion.junk(),
            article: confusion.article(),
            accuracy: confusion.accuracy(),
            matthews: confusion.matthews(),
            pr_area: Curve::of(&self.lines).average_precision(),
            article_characters_lost: self.tally.article_loss(),
            junk_characters_kept: self.tally.junk_left(),
            span_characters_found: self.tally.spans_found(),
            other_characters_cut: self.tally.wrongly_cut(),
            calibration,
        }
    }

    fn slice(&self, name: &str) -> Slice {
        Slice { name: name.to_owned(), fold: None, figures: self.figures(false) }
    }
}

/// The sums of a set.
#[derive(Debug, Default)]
pub(super) struct OfSet<'a> {
    pub(super) gathered: Gathered,
    /// Its pages that have scored lines.
    pub(super) pages: Vec<Tally>,
    /// These pages by site.
    pub(super) sites: BTreeMap<&'a str, Tally>,
}

/// Sums of everything and of every part, in one pass over the lines.
#[derive(Debug, Default)]
pub(super) struct Sums<'a> {
    pub(super) all: Gathered,
    pub(super) sets: BTreeMap<&'a str, OfSet<'a>>,
    sites: BTreeMap<&'a str, Gathered>,
    languages: BTreeMap<&'a str, Gathered>,
    line_lengths: [Gathered; LINE_BANDS.len()],
    page_lengths: [Gathered; PAGE_BANDS.len()],
    kinds: BTreeMap<Option<Kind>, Tally>,
}

impl<'a> Sums<'a> {
    pub(super) fn of(pages: &'a [Judged<'a>]) -> Self {
        let mut sums = Sums::default();
        for (index, page) in pages.iter().enumerate() {
            sums.page(index + 1, page);
        }
        sums
    }

    fn page(&mut self, number: usize, judged: &'a Judged<'a>) {
        let page = judged.page();
        let set = self.sets.entry(&page.set).or_default();
        let site = self.sites.entry(&page.site).or_default();
        let language = self.languages.entry(page.lang.as_deref().unwrap_or("unknown")).or_default();
        let page_length = self.page_lengths.get_mut(band(&PAGE_BANDS, page.lines.len()));
        let mut of_page = Tally::default();
        let mut parts =
            [Some(&mut self.all), Some(&mut set.gathered), Some(site), Some(language), page_length];
        for (line, verdict) in page.lines.iter().zip(&judged.verdict().lines) {
            let mut tally = Tally::default();
            let Some((characters, is_junk)) = tally.line(line, verdict) else { continue };
            let scored = ScoredLine {
                probability: verdict.probability,
                is_junk,
                characters,
                // Sets are kept apart by name here.
                set: 0,
            };
            for part in parts.iter_mut().flatten() {
                part.add(number, &tally, scored);
            }
            if let Some(part) = self.line_lengths.get_mut(band(&LINE_BANDS, characters as usize)) {
                part.add(number, &tally, scored);
            }
            if is_junk {
                self.kinds.entry(line.kind).or_default().add(&tally);
            }
            of_page.add(&tally);
        }
        if of_page.confusion.lines() > 0 {
            set.pages.push(of_page);
            set.sites.entry(&page.site).or_default().add(&of_page);
        }
    }

    /// Sites, the one with most lines judged wrongly first.
    pub(super) fn sites(&self) -> Vec<Slice> {
        let mut sites: Vec<Slice> = self.sites.iter().filter_map(scored).collect();
        sites.sort_by_key(|site| {
            let confusion = site.figures.confusion;
            std::cmp::Reverse(confusion.article_removed + confusion.junk_kept)
        });
        sites
    }

    /// What was counted on each site that has scored lines, whatever the set.
    pub(super) fn site_tallies(&self) -> BTreeMap<&'a str, Tally> {
        let mut all: BTreeMap<&'a str, Tally> = BTreeMap::new();
        for set in self.sets.values() {
            for (site, tally) in &set.sites {
                all.entry(site).or_default().add(tally);
            }
        }
        all
    }

    /// Languages, by name.
    pub(super) fn languages(&self) -> Vec<Slice> {
        self.languages.iter().filter_map(scored).collect()
    }

    /// Bands of line length that have lines, short ones first.
    pub(super) fn line_lengths(&self) -> Vec<Slice> {
        let bands = LINE_BANDS.iter().map(|band| &band.0).zip(&self.line_lengths);
        bands.filter_map(scored).collect()
    }

    /// Bands of page length that have lines, short ones first.
    pub(super) fn page_lengths(&self) -> Vec<Slice> {
        let bands = PAGE_BANDS.iter().map(|band| &band.0).zip(&self.page_lengths);
        bands.filter_map(scored).collect()
    }

    /// Kinds of junk that occur, in the order of the labelling guide; junk without a kind last.
    pub(super) fn kinds(&self) -> Vec<KindSlice> {
        let order = Kind::ALL.into_iter().map(Some).chain([None]);
        let slice = |kind: Option<Kind>| {
            let tally = self.kinds.get(&kind)?;
            Some(KindSlice {
                name: kind.map_or("unspecified", Kind::name),
                lines: tally.confusion.lines(),
                recall: tally.confusion.junk().recall,
                characters: tally.junk_characters,
                characters_kept: tally.junk_left(),
            })
        };
        order.filter_map(slice).collect()
    }
}

/// A slice, unless it holds nothing that is scored.
fn scored((name, gathered): (&&str, &Gathered)) -> Option<Slice> {
    (gathered.pages > 0).then(|| gathered.slice(name))
}

/// The band that a length falls into.
fn band(bands: &[(&str, usize)], length: usize) -> usize {
    bands.iter().rposition(|&(_, least)| length >= least).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};

    #[test]
    fn every_part_of_the_data_gets_its_own_lines() {
        let mut one =
            page("one", &["a 一二三四五六七八九十", "j 首页", "j 官方直营", "e 本报记者"]);
        one.lang = Some("zh".to_owned());
        one.lines[1].kind = Some(Kind::Nav);
        let mut two = page("two", &["a ten chars.", "j Home", "j Login", "a five5", "a sixsix"]);
        two.lines[2].kind = Some(Kind::Nav);
        // Nothing that is scored: in no slice.
        let three = page("three", &["e 完"]);
        let pages = [
            judged(&one, &[0.1, 0.9, 0.2, 0.9]),
            judged(&two, &[0.1, 0.1, 0.8, 0.9, 0.1]),
            judged(&three, &[0.9]),
        ];
        let sums = Sums::of(&pages);

        let brief = |slices: Vec<Slice>| -> Vec<(String, u64, u64, Option<f64>)> {
            let brief =
                |s: Slice| (s.name, s.figures.pages, s.figures.lines, s.figures.junk.recall);
            slices.into_iter().map(brief).collect()
        };
        let row = |name: &str, pages, lines, recall| (name.to_owned(), pages, lines, recall);
        // Two wrong lines on the second site, one on the first.
        assert_eq!(brief(sums.sites()), [row("two", 1, 5, Some(0.5)), row("one", 1, 3, Some(0.5))]);
        assert_eq!(
            brief(sums.languages()),
            [row("unknown", 1, 5, Some(0.5)), row("zh", 1, 3, Some(0.5))]
        );
        assert_eq!(
            brief(sums.line_lengths()),
            [
                row("1-4", 2, 3, Some(1.0 / 3.0)),
                row("5-9", 1, 3, Some(1.0)),
                row("10-19", 2, 2, None)
            ]
        );
        // The either line counts for the length of its page.
        assert_eq!(
            brief(sums.page_lengths()),
            [row("1-4", 1, 3, Some(0.5)), row("5-19", 1, 5, Some(0.5))]
        );
        assert_eq!(sums.sets["s"].pages.len(), 2);
        assert_eq!(sums.site_tallies().into_keys().collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(sums.all.figures(false).pages, 2);

        let kind = |name, lines, recall, characters, kept| KindSlice {
            name,
            lines,
            recall: Some(recall),
            characters,
            characters_kept: Some(kept),
        };
        assert_eq!(
            sums.kinds(),
            [kind("nav", 2, 1.0, 7, 0.0), kind("unspecified", 2, 0.0, 8, 1.0)]
        );
    }

    #[test]
    fn bands_begin_at_their_least_length() {
        let names = |lengths: &[usize]| -> Vec<&str> {
            lengths.iter().map(|&length| LINE_BANDS[band(&LINE_BANDS, length)].0).collect()
        };
        assert_eq!(names(&[1, 4, 5, 9, 10]), ["1-4", "1-4", "5-9", "5-9", "10-19"]);
        assert_eq!(names(&[19, 20, 99, 100, 9999]), ["10-19", "20-49", "50-99", "100+", "100+"]);
    }
}
