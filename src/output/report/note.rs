//! What the report takes from one page, on the thread that judged it: counts by kind, and the lines
//! that may be shown. Whether a page is shown is drawn by lot; once enough pages are drawn, only those
//! with a lower lot are copied.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::SAMPLE_LINES;
use crate::input::InputPage;
use crate::output::clean::is_removed;
use crate::output::preview::site_of;
use crate::report::{LineLook, Look, beginning, language};
use crate::text::visible::start;
use crate::text::{Kind, Line};
use crate::{LineVerdict, Page, PageVerdict, Verdict};

/// Characters of a sample line.
const SAMPLE: usize = 100;
/// Characters of a line of a page that is shown.
const SHOWN: usize = 240;
/// Lines from the beginning of a page that is shown …
const FIRST: usize = 40;
/// … and from its end.
const LAST: usize = 20;
/// Characters of a removed line of which the model was not sure.
const DOUBT: usize = 400;
/// Characters of the name of a page or a site.
const NAME: usize = 200;

/// Takes notes of pages; shared between threads.
#[derive(Debug, Clone)]
pub struct Sampler {
    /// Pages with higher lots are not shown.
    bar: Arc<AtomicU64>,
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler { bar: Arc::new(AtomicU64::new(u64::MAX)) }
    }
}

/// What the report takes from one page.
#[derive(Debug)]
pub struct PageNote {
    /// The site, or the file where the page names none.
    pub(super) site: String,
    pub(super) kinds: BTreeMap<Option<Kind>, OfKind>,
    pub(super) doubt: Option<Doubt>,
    /// Name and beginning, where nothing is kept or the guard kept it.
    pub(super) named: Option<(String, String)>,
    pub(super) lot: u64,
    pub(super) shown: Option<Box<Shown>>,
}

/// What is removed of a kind.
#[derive(Debug, Default)]
pub(super) struct OfKind {
    pub(super) lines: u64,
    pub(super) characters: u64,
    /// Some of the lines, by their lots.
    pub(super) samples: BTreeMap<u64, String>,
}

/// The removed line of a page that weighs most by its length and by the doubt that it is junk.
#[derive(Debug)]
pub(super) struct Doubt {
    /// Expected characters of article in it, in thousandths.
    pub(super) weight: u64,
    pub(super) id: String,
    pub(super) text: String,
    line: LineNote,
}

/// A page to be shown line by line.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) lines: u64,
    pub(super) removed_lines: u64,
    pub(super) guarded: bool,
    pub(super) lang: &'static str,
    first: Vec<(String, LineNote)>,
    last: Vec<(String, LineNote)>,
}

/// A line without its text.
#[derive(Debug, Clone)]
struct LineNote {
    number: u64,
    more: u64,
    look: Look,
    probability: f32,
    cuts: Vec<Range<usize>>,
}

impl Doubt {
    pub(super) fn look(&self) -> LineLook<'_> {
        look(&self.text, &self.line)
    }
}

impl Shown {
    /// The lines from the beginning, how many are left out after them, and those from the end.
    pub(super) fn looks(
        &self,
    ) -> (impl Iterator<Item = LineLook<'_>>, u64, impl Iterator<Item = LineLook<'_>>) {
        let of = |lines: &'_ [(String, LineNote)]| lines.len() as u64;
        let left_out = self.lines - of(&self.first) - of(&self.last);
        let first = self.first.iter().map(|(text, line)| look(text, line));
        (first, left_out, self.last.iter().map(|(text, line)| look(text, line)))
    }
}

fn look<'a>(text: &'a str, line: &'a LineNote) -> LineLook<'a> {
    LineLook {
        number: line.number,
        text,
        more: line.more,
        look: line.look,
        probability: line.probability,
        cuts: &line.cuts,
        spans: &[],
        is_focus: false,
    }
}

impl Sampler {
    /// Takes a note of a page.
    pub fn note(&self, page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict) -> PageNote {
        let mut kinds: BTreeMap<Option<Kind>, OfKind> = BTreeMap::new();
        let mut doubt: Option<(u64, &Line<'_>, &LineVerdict)> = None;
        let mut is_empty = !lines.lines.is_empty();
        for (line, v) in lines.lines.iter().zip(&verdict.lines) {
            if !is_removed(Some(v)) {
                is_empty = false;
                continue;
            }
            let characters = line.text.chars().count() as u64;
            let of_kind = kinds.entry(v.kind).or_default();
            of_kind.lines += 1;
            of_kind.characters += characters;
            let lot = lot(&[line.text.as_bytes()]);
            let highest = of_kind.samples.last_key_value().map_or(u64::MAX, |(lot, _)| *lot);
            if of_kind.samples.len() < SAMPLE_LINES || lot < highest {
                of_kind.samples.insert(lot, start(line.text, SAMPLE));
                if of_kind.samples.len() > SAMPLE_LINES {
                    of_kind.samples.pop_last();
                }
            }
            let weight = (1000.0 * f64::from(1.0 - v.probability) * characters as f64) as u64;
            if doubt.is_none_or(|(most, ..)| weight > most) {
                doubt = Some((weight, line, v));
            }
        }
        let place = page.path.to_string_lossy();
        let lot = lot(&[place.as_bytes(), &page.line.to_le_bytes()]);
        let is_shown = !lines.lines.is_empty() && lot < self.bar.load(Ordering::Relaxed);
        let id = || start(&page.id, NAME);
        let first = |line: &Line<'_>| (id(), start(line.text, SAMPLE));
        PageNote {
            site: site_of(page).map_or_else(|| start(&place, NAME), |site| start(&site, NAME)),
            kinds,
            doubt: doubt.map(|(weight, line, v)| {
                let (text, line) = take(line, v, DOUBT);
                Doubt { weight, id: id(), text, line }
            }),
            named: lines.lines.first().filter(|_| is_empty || verdict.guarded).map(first),
            lot,
            shown: is_shown.then(|| Box::new(shown(id(), lines, verdict))),
        }
    }

    /// Shows only pages with lower lots from now on.
    pub(super) fn lower(&self, bar: u64) {
        self.bar.fetch_min(bar, Ordering::Relaxed);
    }
}

fn shown(id: String, lines: &Page<'_>, verdict: &PageVerdict) -> Shown {
    let all: Vec<_> = lines.lines.iter().zip(&verdict.lines).collect();
    let (first, last) = match all.len() > FIRST + LAST {
        true => (all.get(..FIRST), all.get(all.len() - LAST..)),
        false => (all.get(..), None),
    };
    let take = |part: Option<&[(&Line<'_>, &LineVerdict)]>| {
        part.unwrap_or_default().iter().map(|(line, v)| take(line, v, SHOWN)).collect()
    };
    Shown {
        id,
        lines: all.len() as u64,
        removed_lines: all.iter().filter(|(_, v)| is_removed(Some(v))).count() as u64,
        guarded: verdict.guarded,
        lang: language(lines.lines.iter().map(|line| line.text)),
        first: take(first),
        last: take(last),
    }
}

fn take(line: &Line<'_>, v: &LineVerdict, limit: usize) -> (String, LineNote) {
    let (text, more) = beginning(line.text, limit);
    let look = match v.verdict {
        Verdict::Article => Look::Kept,
        Verdict::Unsure => Look::Unsure,
        Verdict::Junk => Look::Removed(v.kind),
    };
    let (number, probability, cuts) = (line.number.into(), v.probability, v.cut.clone());
    (text.to_owned(), LineNote { number, more, look, probability, cuts })
}

/// A number that looks random but depends on the parts alone: FNV-1a, and the finish of SplitMix64, by
/// which short texts that differ little differ in every bit.
fn lot(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in parts.iter().copied().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
