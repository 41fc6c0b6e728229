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
use crate::report::{LineLook, Look, beginning, language};
use crate::text::visible::start;
use crate::text::{Kind, Line, fnv};
use crate::{LineVerdict, Page, PageVerdict, Verdict};

/// Characters of a sample line.
const SAMPLE: usize = 100;
/// Characters of a line of a page that is shown.
const SHOWN: usize = 240;
/// Of a run of lines that are all removed, lines that are shown at either end …
const OF_REMOVED: usize = 4;
/// … and of lines that are all kept.
const OF_KEPT: usize = 10;
/// Lines of a page that are shown.
const LINES: usize = 90;
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
    /// Expected characters of article in it, in thousandths; not 0.
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
    pub(super) parts: Vec<ShownPart>,
}

/// Lines that stand together.
#[derive(Debug, Default)]
pub(super) struct ShownPart {
    lines: Vec<(String, LineNote)>,
    /// Lines after them that are not shown …
    pub(super) left_out: u64,
    /// … and how many of these are removed.
    pub(super) left_out_removed: u64,
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

impl ShownPart {
    pub(super) fn looks(&self) -> impl Iterator<Item = LineLook<'_>> {
        self.lines.iter().map(|(text, line)| look(text, line))
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
            if weight > doubt.map_or(0, |(most, ..)| most) {
                doubt = Some((weight, line, v));
            }
        }
        let place = page.path.to_string_lossy();
        let line = page.line.to_le_bytes();
        let lot = match page.offset() {
            0 => lot(&[place.as_bytes(), &line]),
            offset => lot(&[place.as_bytes(), &line, &offset.to_le_bytes()]),
        };
        let is_shown = !lines.lines.is_empty() && lot < self.bar.load(Ordering::Relaxed);
        let id = || start(&page.id, NAME);
        let first = |line: &Line<'_>| (id(), start(line.text, SAMPLE));
        PageNote {
            site: page.site().map_or_else(|| start(&place, NAME), |site| start(&site, NAME)),
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
    Shown {
        id,
        lines: all.len() as u64,
        removed_lines: all.iter().filter(|(_, v)| is_removed(Some(v))).count() as u64,
        guarded: verdict.guarded,
        lang: language(lines.lines.iter().map(|line| line.text)),
        parts: parts(&all),
    }
}

/// The lines around every change from kept to removed and back: the middle of long runs is left out.
fn parts(all: &[(&Line<'_>, &LineVerdict)]) -> Vec<ShownPart> {
    let mut parts = vec![ShownPart::default()];
    let mut n_shown = 0;
    for run in all.chunk_by(|a, b| is_removed(Some(a.1)) == is_removed(Some(b.1))) {
        let removed = run.first().is_some_and(|(_, v)| is_removed(Some(v)));
        let edge = if removed { OF_REMOVED } else { OF_KEPT };
        // A gap of one line would take as much room as the line.
        let is_long = run.len() > 2 * edge + 1;
        for (at, (line, v)) in run.iter().enumerate() {
            let is_inside = is_long && (edge..run.len() - edge).contains(&at);
            if is_inside || n_shown >= LINES {
                if let Some(part) = parts.last_mut() {
                    part.left_out += 1;
                    part.left_out_removed += u64::from(removed);
                }
                continue;
            }
            if parts.last().is_none_or(|part| part.left_out > 0) {
                parts.push(ShownPart::default());
            }
            n_shown += 1;
            if let Some(part) = parts.last_mut() {
                part.lines.push(take(line, v, SHOWN));
            }
        }
    }
    parts
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
    fnv::mix(fnv::hash_64(parts.iter().copied().flatten().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::verdicts;

    #[test]
    fn long_runs_are_shown_by_their_ends() {
        let brief = |letters: &str| -> Vec<(usize, u64, u64)> {
            let texts: Vec<String> = (0..letters.len()).map(|n| n.to_string()).collect();
            let page = Page::from_lines(texts.iter().map(String::as_str));
            let verdict = verdicts(letters);
            let all: Vec<_> = page.lines.iter().zip(&verdict.lines).collect();
            let brief = |part: &ShownPart| (part.lines.len(), part.left_out, part.left_out_removed);
            parts(&all).iter().map(brief).collect()
        };
        assert_eq!(brief(&"j".repeat(9)), [(9, 0, 0)]);
        assert_eq!(brief(&"j".repeat(10)), [(4, 2, 2), (4, 0, 0)]);
        let page = ["a", &"j".repeat(20), &"a".repeat(30), "j"].concat();
        assert_eq!(brief(&page), [(5, 12, 12), (14, 10, 0), (11, 0, 0)]);
        // No more than so many lines of a page.
        assert_eq!(brief(&"aj".repeat(100)), [(LINES, 110, 55)]);
    }

    #[test]
    fn lots_are_the_same_everywhere() {
        assert_eq!(lot(&[b""]), 0xf52a_15e9_a9b5_e89b);
        assert_ne!(lot(&[b"a"]), lot(&[b"b"]));
    }
}
