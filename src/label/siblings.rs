//! Near-identical lines form groups: those of one folded text, and those of one skeleton whose sets of
//! n-grams are alike. One label goes to a whole group, and says where it came from.
//!
//! Candidates are found by MinHash (Broder 1997) in bands, and compared with the first line of a
//! group by the Jaccard index of their sets, so that groups do not grow from link to link.

use std::collections::HashMap;

use super::labeller::LineLabel;
use super::page::{RuleLine, RulePage};
use crate::text::Label;
use crate::text::fnv::{self, mix};

/// Lines are alike from this Jaccard index on.
const ALIKE: f32 = 0.8;
/// Characters of an n-gram.
const N: usize = 3;
/// A line of fewer folded characters has too few n-grams to be compared by them.
const SHORTEST: usize = 12;
/// Of a longer line only the beginning is compared.
const LONGEST: usize = 400;
const BANDS: usize = 8;
/// Hashes in a band: with eight bands of two, lines that are 0.8 alike meet in one with a probability
/// of 0.9997, and lines that are 0.2 alike with 0.28.
const ROWS: usize = 2;
/// Groups of one bucket that a line is compared with: a page of a hundred thousand lines of one
/// make must not take a hundred thousand comparisons each.
const MAX_COMPARED: usize = 16;

/// The lines of a corpus in groups; a line like no other is a group of its own.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// By page and line: the number of its group, in the order of first lines.
    pub of: Vec<Vec<u32>>,
    /// By group: page and line of its members, both by index, in order.
    pub members: Vec<Vec<(usize, usize)>>,
}

/// Groups the lines of all pages.
pub fn group(pages: &[RulePage]) -> Groups {
    let mut groups = Groups::default();
    let mut by_text: HashMap<u64, u32> = HashMap::new();
    let mut buckets: HashMap<u64, Vec<u32>> = HashMap::new();
    // By group: the n-grams of its first line.
    let mut first: Vec<Vec<u32>> = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let mut of = Vec::with_capacity(page.lines.len());
        for (index, line) in page.lines.iter().enumerate() {
            let group = match by_text.get(&line.text_key) {
                Some(&group) => group,
                None => {
                    let grams = n_grams(line);
                    let keys = bands(line.form, &grams);
                    let like = find(&keys, &grams, &buckets, &first);
                    let group = like.unwrap_or_else(|| {
                        let group = u32::try_from(groups.members.len()).unwrap_or(u32::MAX);
                        groups.members.push(Vec::new());
                        first.push(grams);
                        for key in keys {
                            let bucket = buckets.entry(key).or_default();
                            if bucket.len() < MAX_COMPARED {
                                bucket.push(group);
                            }
                        }
                        group
                    });
                    by_text.insert(line.text_key, group);
                    group
                }
            };
            if let Some(members) = groups.members.get_mut(group as usize) {
                members.push((number, index));
            }
            of.push(group);
        }
        groups.of.push(of);
    }
    groups
}

/// The group that the line is like, the earliest of several.
fn find(
    keys: &[u64],
    grams: &[u32],
    buckets: &HashMap<u64, Vec<u32>>,
    first: &[Vec<u32>],
) -> Option<u32> {
    let mut candidates: Vec<u32> =
        keys.iter().filter_map(|key| buckets.get(key)).flatten().copied().collect();
    candidates.sort_unstable();
    candidates.dedup();
    let is_like = |group: &u32| {
        first.get(*group as usize).is_some_and(|other| jaccard(grams, other) >= ALIKE)
    };
    candidates.into_iter().find(is_like)
}

/// Hashes of the n-grams of a line, sorted, each once; none for a short line.
fn n_grams(line: &RuleLine) -> Vec<u32> {
    let chars: Vec<char> = line.folded.chars().take(LONGEST).collect();
    if chars.len() < SHORTEST {
        return Vec::new();
    }
    let hash = |gram: &[char]| mix(fnv::hash_64(gram.iter().copied())) as u32;
    let mut grams: Vec<u32> = chars.windows(N).map(hash).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// The keys of the buckets that a line belongs to: a band of least hashes each, with its skeleton.
fn bands(form: u32, grams: &[u32]) -> Vec<u64> {
    if grams.is_empty() {
        return Vec::new();
    }
    let least = |seed: u64| {
        let salt = mix(seed + 1);
        grams.iter().map(|&gram| mix(u64::from(gram) ^ salt)).min().unwrap_or(0)
    };
    (0..BANDS)
        .map(|band| {
            let rows = (0..ROWS).map(|row| least((band * ROWS + row) as u64));
            rows.fold(mix(u64::from(form) << 8 | band as u64), |key, hash| mix(key ^ hash))
        })
        .collect()
}

/// Of two sorted sets: what both have as a share of what either has.
fn jaccard(a: &[u32], b: &[u32]) -> f32 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let either = a.len() + b.len() - both;
    both as f32 / either.max(1) as f32
}

/// Gives every line without a label the label of its group, where all members that have one agree and
/// at least half of the members have one: what stands in doubt in most places is no surer in another.
/// It comes from the member that is surest, the first among equals.
pub fn spread(groups: &Groups, lines: &mut [Vec<LineLabel>]) {
    for members in groups.members.iter().filter(|members| members.len() > 1) {
        let mut best: Option<((usize, usize), LineLabel)> = None;
        let mut agree = true;
        let mut n_labelled = 0;
        for &(page, line) in members {
            let Some(&found) = lines.get(page).and_then(|lines| lines.get(line)) else { continue };
            if found.label == Label::Either {
                continue;
            }
            n_labelled += 1;
            agree &= best.is_none_or(|(_, other)| other.label == found.label);
            if best.is_none_or(|(_, other)| found.confidence > other.confidence) {
                best = Some(((page, line), found));
            }
        }
        let Some((from, label)) = best.filter(|_| agree && 2 * n_labelled >= members.len()) else {
            continue;
        };
        for &(page, line) in members {
            let Some(own) = lines.get_mut(page).and_then(|lines| lines.get_mut(line)) else {
                continue;
            };
            if own.label == Label::Either {
                *own = LineLabel { from: Some(from), ..label };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::page;

    #[test]
    fn the_same_but_for_digits_script_and_a_few_words_is_one_group() {
        let pages = [
            page(&["第1页", "某某轴承有限公司供应各种深沟球轴承欢迎新老客户来电咨询洽谈", "桥"]),
            page(&["第2頁", "某某轴承有限公司供应各种深沟球轴承欢迎新老客户来电咨询订购", "河"]),
        ];
        let groups = group(&pages);
        assert_eq!(groups.of, [[0, 1, 2], [0, 1, 3]]);
        assert_eq!(groups.members[1], [(0, 1), (1, 1)]);
    }

    #[test]
    fn what_is_only_of_one_form_is_not_one_group() {
        let pages = [page(&[
            "某某轴承有限公司供应各种深沟球轴承欢迎新老客户来电咨询洽谈",
            "城南钢管批发市场常年经营不锈钢管无缝管规格齐全价格公道送货上门",
        ])];
        assert_eq!(group(&pages).of, [[0, 1]]);
    }

    #[test]
    fn one_label_goes_to_the_group_with_its_origin() {
        let groups =
            Groups { of: vec![], members: vec![vec![(0, 0), (0, 1), (1, 0)], vec![(1, 1)]] };
        let junk = |confidence| LineLabel {
            label: Label::Junk,
            confidence: Some(confidence),
            ..LineLabel::NONE
        };
        let mut lines = vec![vec![junk(0.8), LineLabel::NONE], vec![junk(0.9), LineLabel::NONE]];
        spread(&groups, &mut lines);
        assert_eq!(lines[0], [junk(0.8), LineLabel { from: Some((1, 0)), ..junk(0.9) }]);
        assert_eq!(lines[1], [junk(0.9), LineLabel::NONE]);
        // One of three is too few.
        let mut lines = vec![vec![junk(0.8), LineLabel::NONE], vec![LineLabel::NONE; 2]];
        spread(&groups, &mut lines);
        assert_eq!(lines[0][1], LineLabel::NONE);
        // Members that disagree teach nothing.
        let article = LineLabel { label: Label::Article, ..junk(0.95) };
        let mut lines = vec![vec![junk(0.8), LineLabel::NONE], vec![article, LineLabel::NONE]];
        spread(&groups, &mut lines);
        assert_eq!(lines[0][1], LineLabel::NONE);
    }
}
