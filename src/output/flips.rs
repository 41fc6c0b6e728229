//! Lines that one model removes and another one keeps, grouped by skeleton and direction.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::clean::is_removed;
use super::skeletons::SkeletonScratch;
use crate::input::InputPage;
use crate::{Page, PageVerdict};

/// Samples of a group.
const SAMPLES: usize = 3;

/// The lines, added page by page in any order: what comes out does not depend on it.
#[derive(Debug, Default)]
pub struct Flips {
    pages: u64,
    lines: u64,
    pages_that_differ: u64,
    groups: BTreeMap<(String, &'static str), Group>,
}

#[derive(Debug, Default)]
struct Group {
    tally: Tally,
    /// By place: the first ones in the order of paths and lines are kept.
    samples: BTreeMap<(Arc<Path>, u64, u32), Sample>,
}

/// How many lines, and of how many characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Lines.
    pub lines: u64,
    /// Characters in them.
    pub characters: u64,
}

/// One line of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The id of its page.
    pub page: String,
    /// Its number there.
    pub n: u32,
    /// Its text.
    pub text: String,
}

/// The figures and all groups, those with most characters first.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FlipReport {
    /// Pages compared.
    pub pages: u64,
    /// Lines compared.
    pub lines: u64,
    /// Pages with a line that differs.
    pub pages_that_differ: u64,
    /// Removed by A and kept by B.
    pub only_a: Tally,
    /// Removed by B and kept by A.
    pub only_b: Tally,
    /// The groups.
    pub groups: Vec<FlipGroup>,
}

/// Lines of one skeleton that one of the models removes.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FlipGroup {
    /// See [`crate::features::skeleton::describe`].
    pub skeleton: String,
    /// `A` or `B`; the other one keeps them.
    pub removed_by: &'static str,
    /// How many.
    pub lines: u64,
    /// Characters in them.
    pub characters: u64,
    /// A few of them.
    pub samples: Vec<Sample>,
}

impl Flips {
    /// Adds a page with the verdicts of both models.
    pub fn add(&mut self, page: &InputPage, lines: &Page<'_>, a: &PageVerdict, b: &PageVerdict) {
        let mut scratch = SkeletonScratch::default();
        let mut differs = false;
        self.pages += 1;
        for (line, (of_a, of_b)) in lines.lines.iter().zip(a.lines.iter().zip(&b.lines)) {
            self.lines += 1;
            let removed_by = match (is_removed(Some(of_a)), is_removed(Some(of_b))) {
                (true, false) => "A",
                (false, true) => "B",
                _ => continue,
            };
            differs = true;
            let group = self.groups.entry((scratch.describe(line.text), removed_by)).or_default();
            group.tally.lines += 1;
            group.tally.characters += line.text.chars().count() as u64;
            let place = (page.path.clone(), page.line, line.number);
            let is_early = group.samples.last_key_value().is_none_or(|(last, _)| place < *last);
            if is_early || group.samples.len() < SAMPLES {
                let (page, text) = (page.id.clone(), line.text.to_owned());
                group.samples.insert(place, Sample { page, n: line.number, text });
                if group.samples.len() > SAMPLES {
                    group.samples.pop_last();
                }
            }
        }
        self.pages_that_differ += u64::from(differs);
    }

    /// The figures.
    pub fn report(&self) -> FlipReport {
        let (mut only_a, mut only_b) = (Tally::default(), Tally::default());
        let mut groups = Vec::with_capacity(self.groups.len());
        for ((skeleton, removed_by), Group { tally, samples }) in &self.groups {
            let total = if *removed_by == "A" { &mut only_a } else { &mut only_b };
            total.lines += tally.lines;
            total.characters += tally.characters;
            groups.push(FlipGroup {
                skeleton: skeleton.clone(),
                removed_by,
                lines: tally.lines,
                characters: tally.characters,
                samples: samples.values().cloned().collect(),
            });
        }
        // Stable: groups of one size stay in the order of their skeletons.
        groups.sort_by_key(|group| std::cmp::Reverse(group.characters));
        let Flips { pages, lines, pages_that_differ, .. } = *self;
        FlipReport { pages, lines, pages_that_differ, only_a, only_b, groups }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page_at, verdicts};
    use super::*;
    use crate::input::Format;

    fn page(line: u64, text: &str) -> InputPage {
        page_at(line, Format::Text, text)
    }

    #[test]
    fn lines_are_grouped_by_form_and_direction_in_any_order() {
        let one = page(1, "甲|乙\n丙丁\n戊。\n");
        let two = page(2, "己|庚|辛辛辛辛\n壬\n");
        let report = |order: [usize; 2]| {
            let mut flips = Flips::default();
            for number in order {
                match number {
                    1 => flips.add(&one, &one.lines(), &verdicts("jja"), &verdicts("aju")),
                    _ => flips.add(&two, &two.lines(), &verdicts("ju"), &verdicts("uj")),
                }
            }
            flips.report()
        };
        let got = report([1, 2]);
        assert_eq!(got, report([2, 1]));
        assert_eq!((got.pages, got.lines, got.pages_that_differ), (2, 5, 2));
        assert_eq!(got.only_a, Tally { lines: 2, characters: 11 });
        assert_eq!(got.only_b, Tally { lines: 1, characters: 1 });
        let groups: Vec<_> = (got.groups.iter())
            .map(|g| (g.skeleton.as_str(), g.removed_by, g.lines, g.characters))
            .collect();
        assert_eq!(groups, [("文|文", "A", 2, 11), ("文", "B", 1, 1)]);
        let texts: Vec<_> = got.groups[0].samples.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["甲|乙", "己|庚|辛辛辛辛"]);
    }
}
