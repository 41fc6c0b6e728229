//! What to label next: the lines of which a model is least sure, those of rare kinds and of large
//! groups first. One line stands for its group of near-identical lines.
//!
//! A line's score is the entropy of the model's probability (uncertainty sampling: Lewis and Gale
//! 1994), times 1 + `GROUP` · ln(lines in its group), times how rare its kind is: the root of the mean
//! number of lines a kind over the number of its kind, held between 1 and `RAREST`. Large groups may go
//! before lines that are less sure, for one answer serves them all: with a thousand lines alike p = .93 comes
//! before p = .7 of a single one, but p = .99 not before p = .9, however rare its kind. Of any
//! `WINDOW` questions in a row, counted from the first, a page has no more than a tenth while others have
//! any, so that one odd page does not fill the list.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use serde::Serialize;

use super::page::RulePage;
use super::siblings::Groups;
use crate::text::Kind;

/// How much more a line of the rarest kind counts than one of a common kind.
const RAREST: f64 = 1.5;
/// How much more a line of a group e times as large counts.
const GROUP: f64 = 0.25;
/// Questions among which a page has no more than its share.
const WINDOW: usize = 50;
/// Lines of context on either side.
const CONTEXT: usize = 2;

/// What a model says of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Probability of junk.
    pub probability: f32,
    /// The kind that it may be.
    pub kind: Option<Kind>,
}

/// A line to be labelled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Id of its page.
    pub page: String,
    /// 1-based number in the page.
    pub line: u32,
    /// The lines above it.
    pub before: Vec<String>,
    /// The line.
    pub text: String,
    /// The lines below it.
    pub after: Vec<String>,
    /// Probability of junk.
    pub p: f64,
    /// The kind that it may be.
    pub kind: Option<Kind>,
    /// How many lines are near-identical, itself counted.
    pub group: usize,
    /// What it is sorted by.
    pub score: f64,
}

/// The `n` lines to label next, best first; lines of a group that has a label by hand are left out.
/// `guesses` are by page and line.
pub fn next(
    pages: &[RulePage],
    groups: &Groups,
    guesses: &[Vec<Guess>],
    n: usize,
) -> Vec<Question> {
    let rarity = rarity(guesses);
    let mut candidates: Vec<(f64, usize, (usize, usize))> = Vec::new();
    for members in &groups.members {
        let by_hand = |&(page, line): &(usize, usize)| {
            pages
                .get(page)
                .and_then(|page| page.lines.get(line))
                .is_some_and(|line| line.by_hand.is_some())
        };
        if members.iter().any(by_hand) {
            continue;
        }
        let best = members.iter().filter_map(|&(page, line)| {
            let guess = guesses.get(page)?.get(line)?;
            let rare = guess.kind.map_or(1.0, |kind| rarity.get(&kind).copied().unwrap_or(1.0));
            let score =
                entropy(guess.probability) * (1.0 + GROUP * (members.len() as f64).ln()) * rare;
            Some((score, members.len(), (page, line)))
        });
        // The first of the most uncertain members.
        candidates.extend(best.reduce(|best, next| if next.0 > best.0 { next } else { best }));
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
    chosen(&candidates, n)
        .into_iter()
        .filter_map(|at| {
            let &(score, group, (page, line)) = candidates.get(at)?;
            question(pages.get(page)?, line, *guesses.get(page)?.get(line)?, group, score)
        })
        .collect()
}

/// The indices of `n` candidates in the order in which they are asked about.
fn chosen(candidates: &[(f64, usize, (usize, usize))], n: usize) -> Vec<usize> {
    // Where fewer are asked for than there are, these few are the window.
    let window = if n < candidates.len() { WINDOW.min(n) } else { WINDOW };
    let share = window.div_ceil(10);
    let mut of_page: BTreeMap<usize, VecDeque<usize>> = BTreeMap::new();
    for (at, &(_, _, (page, _))) in candidates.iter().enumerate() {
        of_page.entry(page).or_default().push_back(at);
    }
    // The pages that may be asked about, by their first candidate; the first of all comes next.
    let first = |rest: &VecDeque<usize>, page| Some(Reverse((*rest.front()?, page)));
    let mut open: BinaryHeap<Reverse<(usize, usize)>> =
        of_page.iter().filter_map(|(&page, rest)| first(rest, page)).collect();
    let mut chosen = Vec::with_capacity(n.min(candidates.len()));
    let mut had: BTreeMap<usize, usize> = BTreeMap::new();
    let mut waiting = Vec::new();
    let mut most = share;
    while chosen.len() < n {
        let is_new_window = chosen.len() % window == 0;
        if is_new_window || open.is_empty() {
            // Where no other page has any, the rest of a window is for all.
            most = if is_new_window { share } else { n };
            had.clear();
            open.extend(waiting.drain(..));
        }
        let Some(Reverse((at, page))) = open.pop() else { break };
        chosen.push(at);
        let count = had.entry(page).or_default();
        *count += 1;
        let rest = of_page.entry(page).or_default();
        rest.pop_front();
        if let Some(next) = first(rest, page) {
            if *count < most { open.push(next) } else { waiting.push(next) }
        }
    }
    chosen
}

fn rarity(guesses: &[Vec<Guess>]) -> BTreeMap<Kind, f64> {
    let mut counts: BTreeMap<Kind, f64> = BTreeMap::new();
    for kind in guesses.iter().flatten().filter_map(|guess| guess.kind) {
        *counts.entry(kind).or_default() += 1.0;
    }
    let mean = counts.values().sum::<f64>() / counts.len().max(1) as f64;
    counts.into_iter().map(|(kind, n)| (kind, (mean / n).sqrt().clamp(1.0, RAREST))).collect()
}

/// In bits.
fn entropy(probability: f32) -> f64 {
    let p = f64::from(probability).clamp(1e-9, 1.0 - 1e-9);
    -(p * p.log2() + (1.0 - p) * (1.0 - p).log2())
}

fn question(
    page: &RulePage,
    index: usize,
    guess: Guess,
    group: usize,
    score: f64,
) -> Option<Question> {
    let line = page.lines.get(index)?;
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    let texts = |from: usize, to: usize| -> Vec<String> {
        let lines = page.lines.get(from..to.min(page.lines.len())).unwrap_or(&[]);
        lines.iter().map(|line| line.text.clone()).collect()
    };
    Some(Question {
        page: page.id.clone(),
        line: line.number,
        before: texts(index.saturating_sub(CONTEXT), index),
        text: line.text.clone(),
        after: texts(index + 1, index + 1 + CONTEXT),
        p: rounded(guess.probability.into()),
        kind: guess.kind,
        group,
        score: rounded(score),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::{by_hand, page};
    use crate::label::siblings::group;
    use crate::text::Label;

    fn asked(lines: &[&str], p: &[f32], kinds: &[Option<Kind>], n: usize) -> Vec<(u32, usize)> {
        let pages = [page(lines)];
        let guesses = p.iter().zip(kinds);
        let guesses = guesses.map(|(&probability, &kind)| Guess { probability, kind }).collect();
        let questions = next(&pages, &group(&pages), &[guesses], n);
        questions.iter().map(|q| (q.line, q.group)).collect()
    }

    #[test]
    fn the_unsure_come_first_and_no_group_twice() {
        let lines = ["甲", "乙", "丙", "丙", "丁"];
        let got = asked(&lines, &[0.99, 0.5, 0.6, 0.7, 0.9], &[None; 5], 9);
        assert_eq!(got, [(3, 2), (2, 1), (5, 1), (1, 1)]);
        assert_eq!(asked(&lines, &[0.99, 0.5, 0.6, 0.7, 0.9], &[None; 5], 1), [(3, 2)]);
    }

    #[test]
    fn large_groups_come_before_single_lines_but_not_where_the_model_is_all_but_sure() {
        let mut lines = vec!["丙"; 1000];
        lines.push("甲");
        let asked = |group: f32, single: f32| {
            let mut p = vec![group; 1000];
            p.push(single);
            asked(&lines, &p, &[None; 1001], 2)
        };
        assert_eq!(asked(0.93, 0.7), [(1, 1000), (1001, 1)]);
        assert_eq!(asked(0.99, 0.9), [(1001, 1), (1, 1000)]);
    }

    #[test]
    fn rare_kinds_come_before_common_ones() {
        let (nav, ad) = (Some(Kind::Nav), Some(Kind::Ad));
        let lines = ["甲", "乙", "丙", "丁", "戊"];
        let got = asked(&lines, &[0.6, 0.6, 0.6, 0.6, 0.65], &[nav, nav, nav, nav, ad], 2);
        assert_eq!(got, [(5, 1), (1, 1)]);
    }

    #[test]
    fn groups_labelled_by_hand_are_done() {
        let mut pages = [page(&["甲", "甲", "乙"])];
        pages[0].lines[1].by_hand = Some(by_hand(Label::Article, None));
        let guesses = [vec![Guess { probability: 0.5, kind: None }; 3]];
        let questions = next(&pages, &group(&pages), &guesses, 5);
        assert_eq!(questions.len(), 1);
        assert_eq!((questions[0].text.as_str(), questions[0].before.len()), ("乙", 2));
    }

    #[test]
    fn one_page_does_not_fill_the_list() {
        let candidates: Vec<_> =
            (0..30).map(|i| (1.0 - f64::from(i) / 30.0, 1, (usize::from(i >= 25), 0))).collect();
        let got = chosen(&candidates, 10);
        assert_eq!(got, [0, 25, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn nor_any_stretch_of_a_long_one() {
        // A page of 200 lines of which the model is least sure, and forty of ten lines each.
        let candidates: Vec<_> =
            (0..600).map(|i: usize| (1.0, 1, (if i < 200 { 0 } else { i / 10 }, 0))).collect();
        let got = chosen(&candidates, 600);
        let of_first = |questions: &[usize]| questions.iter().filter(|&&at| at < 200).count();
        assert_eq!(of_first(&got[..50]), 5);
        assert_eq!(of_first(&got[200..250]), 5);
        assert_eq!(got[..6], [0, 1, 2, 3, 4, 200]);
        // Nothing is asked twice, and all in the end.
        let mut all = got.clone();
        all.sort_unstable();
        assert_eq!(all, (0..600).collect::<Vec<_>>());
    }
}
