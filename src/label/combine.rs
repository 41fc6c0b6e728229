//! How far each rule can be trusted is learned from where rules agree and disagree, without labels,
//! and votes are combined by it.
//!
//! The method is that of Dawid and Skene (1979, "Maximum likelihood estimation of observer
//! error-rates using the EM algorithm", Applied Statistics 28) in its simplest form: the true label of
//! a line is hidden, a rule that votes is right with a probability of its own, both classes are as
//! likely, and a rule that abstains says nothing, as in crowds where nobody sees every item. Labels and
//! accuracies are estimated in turn until they stand still (EM), and a line's log odds are the sum of
//! the log odds of its rules.
//!
//! Two things keep the estimate honest, since rules of web pages are no crowd: many call short lines
//! junk, few call them article, and plain EM takes that for proof (measured, it believed every such
//! rule to be right 99.9 % of the time; they are right 75 to 98 %). Rules of one family, which look at
//! the same thing, count as one, the most trusted; and each rule begins with the trust that its author
//! has in it, worth `CREDIT_SHARE` times its own votes and at least `CREDIT` votes.

use std::collections::BTreeMap;

use super::votes::{PageVotes, Vote};
use crate::text::Label;

/// Votes that every rule is credited with at least.
const CREDIT: f64 = 20.0;
/// The author's trust weighs so many times what a rule's own votes do.
const CREDIT_SHARE: f64 = 2.0;
/// No rule is believed to be right more often than this, or less often than by chance.
const ACCURACIES: [f64; 2] = [0.5, 0.99];
/// Iterations before the estimate is taken as it is.
const MAX_ITERATIONS: usize = 500;
/// The estimate stands still where no probability moves by more.
const TOLERANCE: f64 = 1e-6;

/// What is known of a rule before it votes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voter {
    /// What it votes for.
    pub label: Label,
    /// Rules of one family count as one.
    pub family: u16,
    /// The share of its votes that its author expects to be right.
    pub trust: f64,
}

/// What was learned of the rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// By rule: the share of its votes that is right, as estimated; the author's trust for a rule
    /// that never voted.
    pub accuracies: Vec<f64>,
    /// Iterations until it stood still.
    pub iterations: usize,
    voters: Vec<Voter>,
}

/// Learns from the votes on all pages.
pub fn fit<'a>(pages: impl IntoIterator<Item = &'a PageVotes>, voters: Vec<Voter>) -> Combination {
    // Lines with the same votes are one row with a count: there are few different rows.
    let mut counts: BTreeMap<Vec<u16>, f64> = BTreeMap::new();
    for votes in pages.into_iter().flat_map(PageVotes::lines).filter(|votes| !votes.is_empty()) {
        *counts.entry(votes.iter().map(|vote| vote.rule).collect()).or_default() += 1.0;
    }
    let accuracies = voters.iter().map(|voter| voter.trust).collect();
    let mut combination = Combination { accuracies, iterations: 0, voters };
    let of_row = |combination: &Combination, rules: &[u16]| combination.of_rules(rules.iter());
    let mut junk: Vec<f64> = counts.keys().map(|rules| of_row(&combination, rules)).collect();
    while combination.iterations < MAX_ITERATIONS {
        combination.estimate(&counts, &junk);
        combination.iterations += 1;
        let mut moved: f64 = 0.0;
        for (rules, junk) in counts.keys().zip(&mut junk) {
            let next = of_row(&combination, rules);
            moved = moved.max((next - *junk).abs());
            *junk = next;
        }
        if moved <= TOLERANCE {
            break;
        }
    }
    combination
}

impl Combination {
    /// Probability of junk of a line with these votes; `None` without any.
    pub fn probability(&self, votes: &[Vote]) -> Option<f64> {
        (!votes.is_empty()).then(|| self.of_rules(votes.iter().map(|vote| &vote.rule)))
    }

    /// The M-step: accuracies from the probability of junk of every row.
    fn estimate(&mut self, counts: &BTreeMap<Vec<u16>, f64>, junk: &[f64]) {
        // By rule: votes, and how many of them are right.
        let mut tally = vec![(0.0, 0.0); self.voters.len()];
        for ((rules, count), &junk) in counts.iter().zip(junk) {
            for &rule in rules {
                let at = usize::from(rule);
                if let Some((voter, tally)) = self.voters.get(at).zip(tally.get_mut(at)) {
                    tally.0 += count;
                    tally.1 += count * if voter.label == Label::Junk { junk } else { 1.0 - junk };
                }
            }
        }
        let [least, most] = ACCURACIES;
        let accuracy = |(voter, (votes, right)): (&Voter, (f64, f64))| {
            let credit = (CREDIT_SHARE * votes).max(CREDIT);
            ((right + credit * voter.trust) / (votes + credit)).clamp(least, most)
        };
        self.accuracies = self.voters.iter().zip(tally).map(accuracy).collect();
    }

    fn of_rules<'a>(&self, rules: impl Iterator<Item = &'a u16>) -> f64 {
        // The strongest vote of each family for each label; a line has a handful of votes.
        let mut strongest: Vec<(u16, Label, f64)> = Vec::new();
        for &rule in rules {
            let at = usize::from(rule);
            let Some((voter, accuracy)) = self.voters.get(at).zip(self.accuracies.get(at)) else {
                continue;
            };
            let strength = (accuracy / (1.0 - accuracy)).ln();
            let same = |&&mut (family, label, _): &&mut (u16, Label, f64)| {
                family == voter.family && label == voter.label
            };
            match strongest.iter_mut().find(same) {
                Some(other) => other.2 = other.2.max(strength),
                None => strongest.push((voter.family, voter.label, strength)),
            }
        }
        let signed = |&(_, label, strength): &(u16, Label, f64)| match label {
            Label::Junk => strength,
            _ => -strength,
        };
        let log_odds: f64 = strongest.iter().map(signed).sum();
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// The label of most votes, `None` without votes or in a tie: what the combination is compared with.
pub fn majority_label(votes: &[Vote], labels: &[Label]) -> Option<Label> {
    let label = |vote: &Vote| labels.get(usize::from(vote.rule)).copied();
    let n_junk = votes.iter().filter(|vote| label(vote) == Some(Label::Junk)).count();
    match (2 * n_junk).cmp(&votes.len()) {
        std::cmp::Ordering::Greater => Some(Label::Junk),
        std::cmp::Ordering::Less => Some(Label::Article),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are always the same (Knuth's MMIX constants).
    struct Dice(u64);

    impl Dice {
        fn share(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// Rules that vote for junk and for article in turn, each on half of the lines that it may vote
    /// on: how often they are right, while their authors trust all of them alike.
    const RIGHT: [f64; 12] = [0.95, 0.95, 0.9, 0.9, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.55, 0.55];
    const TRUST: f64 = 0.75;

    fn voters() -> Vec<Voter> {
        let label = |at: usize| if at.is_multiple_of(2) { Label::Junk } else { Label::Article };
        (0..RIGHT.len())
            .map(|at| Voter { label: label(at), family: at as u16, trust: TRUST })
            .collect()
    }

    fn synthetic(lines: usize) -> (PageVotes, Vec<Label>) {
        let mut dice = Dice(7);
        let mut votes = PageVotes::default();
        let mut truth = Vec::new();
        for _ in 0..lines {
            let label = if dice.share() < 0.5 { Label::Junk } else { Label::Article };
            let fired: Vec<Vote> = (0..)
                .zip(voters().iter().zip(RIGHT))
                .filter(|&(_, (voter, right))| {
                    dice.share() < 0.5 * if voter.label == label { right } else { 1.0 - right }
                })
                .map(|(rule, _)| Vote { rule, kind: None })
                .collect();
            votes.push(fired);
            truth.push(label);
        }
        (votes, truth)
    }

    #[test]
    fn accuracies_are_learned_and_beat_the_majority() {
        let (votes, truth) = synthetic(20_000);
        let combination = fit([&votes], voters());
        // They move away from the author's trust to the side where the truth is, and keep their order.
        for (rule, (&got, right)) in combination.accuracies.iter().zip(RIGHT).enumerate() {
            assert_eq!(got > TRUST, right > TRUST, "rule {rule}: {got:.3}");
            assert!((got - right).abs() < (TRUST - right).abs(), "rule {rule}: {got:.3}");
        }
        let labels: Vec<Label> = voters().iter().map(|voter| voter.label).collect();
        let (mut combined, mut majority) = (0.0, 0.0);
        for (line, &truth) in truth.iter().enumerate().filter(|&(i, _)| !votes.of(i).is_empty()) {
            let p = combination.probability(votes.of(line)).unwrap();
            combined += f64::from(u8::from((p >= 0.5) != (truth == Label::Junk)));
            // A tie is half an error.
            majority += match majority_label(votes.of(line), &labels) {
                None => 0.5,
                Some(label) => f64::from(u8::from(label != truth)),
            };
        }
        assert!(combined < 0.9 * majority, "combined {combined}, majority {majority} wrong");
    }

    #[test]
    fn votes_of_one_family_count_once_and_the_strongest_counts() {
        let voter = |family, trust| Voter { label: Label::Junk, family, trust };
        let combination =
            fit([&PageVotes::default()], vec![voter(0, 0.8), voter(0, 0.9), voter(1, 0.8)]);
        let p = |rules: &[u16]| {
            let votes: Vec<Vote> = rules.iter().map(|&rule| Vote { rule, kind: None }).collect();
            combination.probability(&votes).map(|p| (p * 1e3).round() / 1e3)
        };
        assert_eq!(p(&[]), None);
        assert_eq!((p(&[0]), p(&[1]), p(&[0, 1])), (Some(0.8), Some(0.9), Some(0.9)));
        // Odds of 4 times 9.
        assert_eq!(p(&[0, 1, 2]), Some(0.973));
    }

    #[test]
    fn votes_against_each_other_are_weighed() {
        let voters = vec![
            Voter { label: Label::Junk, family: 0, trust: 0.8 },
            Voter { label: Label::Article, family: 1, trust: 0.9 },
        ];
        let combination = fit([&PageVotes::default()], voters);
        let votes = [Vote { rule: 0, kind: None }, Vote { rule: 1, kind: None }];
        let p = combination.probability(&votes).unwrap();
        assert!((p - 4.0 / 13.0).abs() < 1e-9, "{p}");
    }
}
