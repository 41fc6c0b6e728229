//! What lines look like, counted: the skeletons of lines and how many lines have each, with one of them
//! as a sample. Memory is bounded, whatever is counted.

use std::collections::BTreeMap;

use crate::features::skeleton;
use crate::text::fold;

/// Skeletons of a line are told from its first characters: enough for the dozen tokens that count.
const SHOWN: usize = 96;
/// No more skeletons are kept than this …
const MOST: usize = 8192;
/// … and where there are more, so many of the most frequent.
const KEPT: usize = 4096;

/// How many lines there are of each skeleton. Values add up; the order matters only where there are
/// more skeletons than are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skeletons {
    counts: BTreeMap<u32, Count>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Count {
    lines: u64,
    sample: Box<str>,
}

/// The buffers for working out skeletons.
#[derive(Debug, Default)]
pub struct SkeletonScratch {
    codes: Vec<u16>,
    tokens: Vec<u16>,
}

impl SkeletonScratch {
    /// The hash of the skeleton of a line, of no more than its beginning.
    pub fn hash(&mut self, text: &str) -> u32 {
        self.read(text);
        skeleton::coarse_hash(&self.tokens)
    }

    /// The skeleton itself, see [`skeleton::describe`].
    pub fn describe(&mut self, text: &str) -> String {
        self.read(text);
        skeleton::describe(&self.tokens)
    }

    fn read(&mut self, text: &str) {
        fold::fold_line(beginning(text, SHOWN), &mut self.codes);
        skeleton::tokens(&self.codes, &mut self.tokens);
    }
}

fn beginning(text: &str, n: usize) -> &str {
    let end = text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

impl Skeletons {
    /// Counts a line.
    pub fn add(&mut self, text: &str, scratch: &mut SkeletonScratch) {
        let count = self.counts.entry(scratch.hash(text));
        let sample = || beginning(text, SHOWN).into();
        count.or_insert_with(|| Count { lines: 0, sample: sample() }).lines += 1;
    }

    /// The most frequent ones, with how many lines have them and one of these.
    pub fn top(&self, n: usize) -> Vec<(String, u64, &str)> {
        let mut scratch = SkeletonScratch::default();
        let mut all: Vec<_> = self.counts.iter().collect();
        all.sort_by_key(|(hash, count)| (std::cmp::Reverse(count.lines), **hash));
        let named = all.into_iter().take(n);
        named.map(|(_, c)| (scratch.describe(&c.sample), c.lines, &*c.sample)).collect()
    }
}

impl std::ops::AddAssign for Skeletons {
    fn add_assign(&mut self, other: Skeletons) {
        for (hash, count) in other.counts {
            let sum = self.counts.entry(hash).or_insert(Count { lines: 0, sample: count.sample });
            sum.lines += count.lines;
        }
        if self.counts.len() > MOST {
            let mut lines: Vec<_> = self.counts.iter().map(|(h, c)| (c.lines, *h)).collect();
            lines.sort_unstable_by_key(|&(lines, hash)| (std::cmp::Reverse(lines), hash));
            for (_, hash) in lines.drain(KEPT..) {
                self.counts.remove(&hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_form_are_counted_together() {
        let mut scratch = SkeletonScratch::default();
        let (mut one, mut two) = (Skeletons::default(), Skeletons::default());
        for text in ["首页 | 新闻", "第一段。", "体育|财经|房产"] {
            one.add(text, &mut scratch);
        }
        two.add("汽车|旅游", &mut scratch);
        two.add("2024", &mut scratch);
        one += two;
        let top = one.top(1);
        assert_eq!(top, [("文|文".to_owned(), 3, "首页 | 新闻")]);
        assert_eq!(one.top(9).len(), 3);
    }

    #[test]
    fn no_more_are_kept_than_are_allowed() {
        let mut sum = Skeletons::default();
        for n in 0..=MOST as u32 {
            let count = Count { lines: 1 + u64::from(n % 2), sample: "".into() };
            sum += Skeletons { counts: BTreeMap::from([(n, count)]) };
        }
        assert_eq!(sum.counts.len(), KEPT);
        assert!(sum.counts.values().all(|count| count.lines == 2));
    }
}
