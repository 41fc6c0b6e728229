//! What a run did, for a page in a browser: a [`PageNote`] of each page goes in, in the order of the
//! input; figures by kind and by site, a histogram, and bounded samples come out. Memory and page stay
//! small however long the run is, and samples are drawn by lots that depend on the pages alone: same
//! input, same bytes.

mod html;
mod note;

use std::cmp::Reverse;
use std::collections::BTreeMap;

pub use note::{PageNote, Sampler};

use super::summary::Summary;
use crate::input::PassedOver;
use crate::text::Kind;
use note::{Doubt, Shown};

/// Pages that are drawn to be shown line by line.
const SAMPLE_PAGES: usize = 12;
/// Lines that are drawn of each kind.
const SAMPLE_LINES: usize = 8;
/// Removed lines of which the model was least sure.
const DOUBTS: usize = 15;
/// Pages that are named: of those without an article, and of those that the guard kept.
const NAMED: usize = 40;
/// No more sites are kept than this …
const MOST_SITES: usize = 20_000;
/// … and where there are more, so many of those that lost most.
const KEPT_SITES: usize = 10_000;
/// Bars of the histogram: nothing removed, ten of a tenth each, everything.
const BARS: usize = 12;

/// What the page says of the run itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunAbout {
    /// Which model judged, in words.
    pub model: String,
    /// The threshold for text.
    pub threshold: f32,
    /// The threshold for HTML.
    pub html_threshold: f32,
    /// Whether nothing was written.
    pub is_dry: bool,
    /// Files that were passed over for their names.
    pub passed_over: PassedOver,
}

/// The figures so far.
#[derive(Debug)]
pub struct RunReport {
    about: RunAbout,
    sampler: Sampler,
    kinds: BTreeMap<Option<Kind>, KindCount>,
    sites: BTreeMap<String, SiteCount>,
    /// Sites that were forgotten to keep the others.
    forgotten: u64,
    histogram: [u64; BARS],
    shown: BTreeMap<u64, Shown>,
    doubts: BTreeMap<(Reverse<u64>, u64), Doubt>,
    empty: BTreeMap<(Reverse<u64>, u64), Named>,
    guarded: BTreeMap<(Reverse<u64>, u64), Named>,
    n_pages: u64,
}

/// What was removed of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct KindCount {
    pages: u64,
    lines: u64,
    characters: u64,
    /// By their lots.
    samples: BTreeMap<u64, String>,
}

/// What was removed of a site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct SiteCount {
    pages: u64,
    lines: u64,
    removed_lines: u64,
    characters: u64,
    removed_characters: u64,
}

/// A page that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    id: String,
    lines: u64,
    characters: u64,
    start: String,
}

impl RunReport {
    /// A report before the first page.
    pub fn new(about: RunAbout) -> Self {
        RunReport {
            about,
            sampler: Sampler::default(),
            kinds: BTreeMap::new(),
            sites: BTreeMap::new(),
            forgotten: 0,
            histogram: [0; BARS],
            shown: BTreeMap::new(),
            doubts: BTreeMap::new(),
            empty: BTreeMap::new(),
            guarded: BTreeMap::new(),
            n_pages: 0,
        }
    }

    /// What takes the notes, on any thread.
    pub fn sampler(&self) -> Sampler {
        self.sampler.clone()
    }

    /// Adds a page, with its figures; pages come in the order of the input.
    pub fn add(&mut self, note: PageNote, figures: &Summary) {
        self.n_pages += 1;
        if let Some(bar) = self.histogram.get_mut(bar_of(figures)) {
            *bar += 1;
        }
        for (kind, of_page) in note.kinds {
            let count = self.kinds.entry(kind).or_default();
            count.pages += 1;
            count.lines += of_page.lines;
            count.characters += of_page.characters;
            count.samples.extend(of_page.samples);
            while count.samples.len() > SAMPLE_LINES {
                count.samples.pop_last();
            }
        }
        let site = self.sites.entry(note.site).or_default();
        site.pages += 1;
        site.lines += figures.lines;
        site.removed_lines += figures.removed_lines;
        site.characters += figures.chars;
        site.removed_characters += figures.removed_chars;
        if self.sites.len() > MOST_SITES {
            self.forget_sites();
        }
        if let Some(doubt) = note.doubt {
            keep_most(&mut self.doubts, doubt.weight, self.n_pages, DOUBTS, doubt);
        }
        if let Some((id, start)) = note.named {
            let (lines, characters) = (figures.lines, figures.chars);
            let named = Named { id, lines, characters, start };
            let list = if figures.guarded_pages > 0 { &mut self.guarded } else { &mut self.empty };
            keep_most(list, characters, self.n_pages, NAMED, named);
        }
        if let Some(shown) = note.shown {
            self.shown.insert(note.lot, *shown);
            if self.shown.len() > SAMPLE_PAGES {
                self.shown.pop_last();
            }
            if let (SAMPLE_PAGES.., Some((&last, _))) =
                (self.shown.len(), self.shown.last_key_value())
            {
                self.sampler.lower(last);
            }
        }
    }

    fn forget_sites(&mut self) {
        let order = |site: &SiteCount| Reverse((site.removed_characters, site.characters));
        let mut ranks: Vec<_> = self.sites.iter().map(|(name, site)| (order(site), name)).collect();
        ranks.sort_unstable();
        let forgotten: Vec<String> =
            ranks.into_iter().skip(KEPT_SITES).map(|(_, name)| name.clone()).collect();
        self.forgotten += forgotten.len() as u64;
        for name in forgotten {
            self.sites.remove(&name);
        }
    }

    /// The page; `total` are the figures of the whole run.
    pub fn html(&self, total: &Summary) -> String {
        html::html(self, total)
    }
}

/// Keeps the `most` heaviest of a list; among equals the first ones.
fn keep_most<T>(
    list: &mut BTreeMap<(Reverse<u64>, u64), T>,
    weight: u64,
    number: u64,
    most: usize,
    value: T,
) {
    list.insert((Reverse(weight), number), value);
    if list.len() > most {
        list.pop_last();
    }
}

/// The bar of the histogram that a page belongs to.
fn bar_of(figures: &Summary) -> usize {
    let (removed, all) = (figures.removed_chars, figures.chars);
    if removed == 0 {
        return 0;
    }
    if removed >= all {
        return BARS - 1;
    }
    // (0, 10 %] is the first, (90 %, 100 %) the last.
    let tenth = removed.saturating_mul(10).div_ceil(all) as usize;
    tenth.clamp(1, BARS - 2)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page_at, verdicts};
    use super::*;
    use crate::input::{Format, InputPage};
    use crate::{Page, PageVerdict};

    fn page(line: u64, json: &str) -> InputPage {
        page_at(line, Format::JsonLines, json)
    }

    fn add(report: &mut RunReport, page: &InputPage, verdict: &PageVerdict) -> Summary {
        let lines: Page<'_> = page.lines();
        let figures = Summary::of_page(page, &lines, verdict);
        let note = report.sampler().note(page, &lines, verdict);
        report.add(note, &figures);
        figures
    }

    #[test]
    fn a_run_is_told_by_kind_site_and_share() {
        let mut report = RunReport::new(RunAbout::default());
        let mut total = Summary::default();
        let one = page(1, r#"{"id":"eins","site":"a","lines":["甲","乙乙","丙丙丙丙丙"]}"#);
        let two = page(2, r#"{"id":"zwei","lines":["丁丁丁丁","戊"]}"#);
        let three = page(3, r#"{"id":"drei","site":"a","lines":["己","庚"]}"#);
        total += add(&mut report, &one, &verdicts("jaa"));
        total += add(&mut report, &two, &verdicts("jj"));
        let guarded = PageVerdict { guarded: true, ..verdicts("uu") };
        total += add(&mut report, &three, &guarded);
        let nav = &report.kinds[&Some(Kind::Nav)];
        assert_eq!((nav.pages, nav.lines, nav.characters), (2, 3, 6));
        let mut samples: Vec<_> = nav.samples.values().cloned().collect();
        samples.sort();
        assert_eq!(samples, ["丁丁丁丁", "戊", "甲"]);
        let site = SiteCount {
            pages: 2,
            lines: 5,
            removed_lines: 1,
            characters: 10,
            removed_characters: 1,
        };
        assert_eq!(report.sites["a"], site);
        // One of eight characters; all of them; none.
        let mut histogram = [0; BARS];
        (histogram[2], histogram[11], histogram[0]) = (1, 1, 1);
        assert_eq!(report.histogram, histogram);
        let names =
            |list: &BTreeMap<_, Named>| list.values().map(|n| n.id.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&report.empty), names(&report.guarded)),
            (vec!["zwei".into()], vec!["drei".into()])
        );
        // Of the two lines of a page the longer one; of the pages the one with more.
        let doubts: Vec<_> = report.doubts.values().map(|doubt| doubt.text.as_str()).collect();
        assert_eq!(doubts, ["丁丁丁丁", "甲"]);
        assert_eq!(report.shown.len(), 3);
        let html = report.html(&total);
        assert!(html.contains("丙丙丙丙丙</span>"), "{html}");
    }

    #[test]
    fn shares_fall_into_tenths() {
        let bar =
            |removed_chars, chars| bar_of(&Summary { removed_chars, chars, ..Summary::default() });
        assert_eq!([bar(0, 0), bar(0, 9), bar(1, 1000), bar(1, 10)], [0, 0, 1, 1]);
        assert_eq!([bar(11, 100), bar(999, 1000), bar(7, 7)], [2, 10, 11]);
    }

    #[test]
    fn samples_are_bounded_and_depend_on_the_pages_alone() {
        let run = |stale: bool| {
            let mut report = RunReport::new(RunAbout::default());
            let sampler = Sampler::default();
            for line in 0..500 {
                let page =
                    page(line, &format!(r#"{{"site":"s{line}","lines":["{line}","甲{line}"]}}"#));
                let (lines, verdict) = (page.lines(), verdicts("ja"));
                // A thread that has not heard yet that the bar is lower shows more pages than are kept.
                let sampler = if stale { &sampler } else { &report.sampler() };
                let note = sampler.note(&page, &lines, &verdict);
                report.add(note, &Summary::of_page(&page, &lines, &verdict));
            }
            assert_eq!((report.shown.len(), report.doubts.len()), (SAMPLE_PAGES, DOUBTS));
            assert_eq!(report.kinds[&Some(Kind::Nav)].samples.len(), SAMPLE_LINES);
            report.html(&Summary::default())
        };
        assert_eq!(run(false), run(true));
    }

    #[test]
    fn sites_that_lost_least_are_forgotten() {
        let mut report = RunReport::new(RunAbout::default());
        for n in 0..=MOST_SITES {
            let page = page(
                n as u64,
                &format!(r#"{{"site":"{n}","lines":["{}"]}}"#, "甲".repeat(n % 3 + 1)),
            );
            let verdict = verdicts(if n % 3 == 2 { "j" } else { "a" });
            add(&mut report, &page, &verdict);
        }
        assert_eq!(report.sites.len(), KEPT_SITES);
        assert_eq!(report.forgotten, (MOST_SITES + 1 - KEPT_SITES) as u64);
        assert!(report.sites.contains_key("2") && !report.sites.contains_key("0"));
    }
}
