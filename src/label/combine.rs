//! How far each rule can be trusted is learned from where rules agree and disagree, without labels,
//! and votes are combined by it.
//!
//! The method is that of Dawid and Skene (1979, "Maximum likelihood estimation of observer
//! error-rates using the EM algorithm", Applied Statistics 28): the true label of a line is hidden;
//! given it, rules vote independently, each at its own rate in either class; rates and labels are
//! estimated in turn until they stand still (EM). As in crowds where nobody sees every item, a rule
//! that abstains says nothing. Every rule begins with the credit of [`CREDIT`] votes of which
//! [`CREDIT_ACCURACY`] are right, which keeps rules that meet no other rule from drifting, and none is
//! believed to be worse than chance. The start is the majority vote.

use std::collections::BTreeMap;

use super::votes::{PageVotes, Vote};
use crate::text::Label;

/// Votes that every rule is credited with before it is seen.
const CREDIT: f64 = 20.0;
/// Share of them that is right.
const CREDIT_ACCURACY: f64 = 0.85;
/// Iterations before the estimate is taken as it is.
const MAX_ITERATIONS: usize = 500;
/// The estimate stands still where no probability moves by more.
const TOLERANCE: f64 = 1e-6;

/// What was learned of the rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// Share of junk among the lines that have a vote.
    pub prior: f64,
    /// By rule: the share of its votes that is right, as estimated; the credit alone for a rule that
    /// never voted.
    pub accuracies: Vec<f64>,
    /// By rule: what a vote adds to the log odds of junk; negative for a rule that votes for article.
    pub weights: Vec<f64>,
    /// Iterations until it stood still.
    pub iterations: usize,
}

/// Learns from the votes on all pages. `labels` are those of the rules.
pub fn fit<'a>(pages: impl IntoIterator<Item = &'a PageVotes>, labels: &[Label]) -> Combination {
    // Lines with the same votes are one row with a count: there are few different rows.
    let mut counts: BTreeMap<Vec<u16>, f64> = BTreeMap::new();
    for votes in pages.into_iter().flat_map(PageVotes::lines).filter(|votes| !votes.is_empty()) {
        *counts.entry(votes.iter().map(|vote| vote.rule).collect()).or_default() += 1.0;
    }
    let rows: Vec<(Vec<u16>, f64)> = counts.into_iter().collect();
    let mut junk: Vec<f64> = rows.iter().map(|(rules, _)| majority(rules, labels)).collect();
    let mut iterations = 0;
    loop {
        let combination = estimate(&rows, &junk, labels, iterations);
        iterations += 1;
        let mut moved: f64 = 0.0;
        for ((rules, _), junk) in rows.iter().zip(&mut junk) {
            let next = combination.of_rules(rules.iter().copied());
            moved = moved.max((next - *junk).abs());
            *junk = next;
        }
        if moved <= TOLERANCE || iterations >= MAX_ITERATIONS {
            return Combination { iterations, ..combination };
        }
    }
}

/// Share of the votes that are for junk.
fn majority(rules: &[u16], labels: &[Label]) -> f64 {
    let n_junk = rules.iter().filter(|&&rule| label(labels, rule) == Label::Junk).count();
    n_junk as f64 / rules.len().max(1) as f64
}

fn label(labels: &[Label], rule: u16) -> Label {
    labels.get(usize::from(rule)).copied().unwrap_or(Label::Either)
}

/// The M-step: rates from the probabilities of junk of all rows.
fn estimate(
    rows: &[(Vec<u16>, f64)],
    junk: &[f64],
    labels: &[Label],
    iterations: usize,
) -> Combination {
    let mut classes = [0.5, 0.5];
    let mut right = vec![CREDIT * CREDIT_ACCURACY; labels.len()];
    let mut wrong = vec![CREDIT * (1.0 - CREDIT_ACCURACY); labels.len()];
    for ((rules, count), &p) in rows.iter().zip(junk) {
        classes[0] += count * (1.0 - p);
        classes[1] += count * p;
        for &rule in rules {
            let p = if label(labels, rule) == Label::Junk { p } else { 1.0 - p };
            if let Some((right, wrong)) =
                right.get_mut(usize::from(rule)).zip(wrong.get_mut(usize::from(rule)))
            {
                *right += count * p;
                *wrong += count * (1.0 - p);
            }
        }
    }
    let prior_odds = (classes[1] / classes[0]).ln();
    // A vote multiplies the odds by the ratio of the rule's rates in the two classes.
    let weights = right.iter().zip(&wrong).zip(labels).map(|((right, wrong), &label)| {
        let odds = (right / wrong).ln();
        match label {
            Label::Junk => (odds - prior_odds).max(0.0),
            _ => -(odds + prior_odds).max(0.0),
        }
    });
    Combination {
        prior: classes[1] / (classes[0] + classes[1]),
        weights: weights.collect(),
        accuracies: right.iter().zip(&wrong).map(|(right, wrong)| right / (right + wrong)).collect(),
        iterations,
    }
}

impl Combination {
    /// Probability of junk of a line with these votes; `None` without any.
    pub fn probability(&self, votes: &[Vote]) -> Option<f64> {
        (!votes.is_empty()).then(|| self.of_rules(votes.iter().map(|vote| vote.rule)))
    }

    fn of_rules(&self, rules: impl Iterator<Item = u16>) -> f64 {
        let prior = (self.prior / (1.0 - self.prior)).ln();
        let weight = |rule: u16| self.weights.get(usize::from(rule)).copied().unwrap_or(0.0);
        let log_odds: f64 = prior + rules.map(weight).sum::<f64>();
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// The label of most votes, `None` without votes or in a tie: what the combination is compared with.
pub fn majority_label(votes: &[Vote], labels: &[Label]) -> Option<Label> {
    let n_junk = votes.iter().filter(|vote| label(labels, vote.rule) == Label::Junk).count();
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

    /// By rule: what it votes for, how often it votes on lines of that label, how often on others.
    const RULES: [(Label, f64, f64); 7] = [
        (Label::Junk, 0.6, 0.01),
        (Label::Junk, 0.5, 0.02),
        (Label::Junk, 0.4, 0.30),
        (Label::Junk, 0.4, 0.30),
        (Label::Junk, 0.4, 0.30),
        (Label::Article, 0.7, 0.02),
        (Label::Article, 0.4, 0.10),
    ];

    fn synthetic(lines: usize) -> (PageVotes, Vec<Label>) {
        let mut dice = Dice(7);
        let mut votes = PageVotes::default();
        let mut truth = Vec::new();
        for _ in 0..lines {
            let label = if dice.share() < 0.6 { Label::Junk } else { Label::Article };
            let fired: Vec<Vote> = (0..)
                .zip(RULES)
                .filter(|&(_, (votes_for, right, wrong))| {
                    dice.share() < if votes_for == label { right } else { wrong }
                })
                .map(|(rule, _)| Vote { rule, kind: None })
                .collect();
            votes.push(fired);
            truth.push(label);
        }
        (votes, truth)
    }

    fn wrong(truth: &[Label], said: impl Fn(usize) -> Option<Label>) -> usize {
        truth.iter().enumerate().filter(|&(i, &t)| said(i).is_some_and(|label| label != t)).count()
    }

    #[test]
    fn accuracies_are_learned_and_beat_the_majority() {
        let (votes, truth) = synthetic(20_000);
        let labels = RULES.map(|rule| rule.0);
        let combination = fit([&votes], &labels);
        // What the rates make of 60 % junk, the share of lines that have a vote apart.
        let expected = [0.989, 0.974, 0.667, 0.667, 0.667, 0.959, 0.727];
        for (rule, (&got, expected)) in combination.accuracies.iter().zip(expected).enumerate() {
            assert!((got - expected).abs() < 0.03, "rule {rule}: {got:.3}, not {expected}");
        }
        let combined = wrong(&truth, |i| {
            let p = combination.probability(votes.of(i))?;
            Some(if p >= 0.5 { Label::Junk } else { Label::Article })
        });
        // A tie counts as half an error.
        let ties = (0..truth.len())
            .filter(|&i| !votes.of(i).is_empty() && majority_label(votes.of(i), &labels).is_none())
            .count();
        let majority = wrong(&truth, |i| majority_label(votes.of(i), &labels)) + ties / 2;
        assert!(combined * 3 < majority * 2, "combined {combined}, majority {majority} wrong");
    }

    #[test]
    fn no_votes_say_nothing_and_one_vote_says_how_good_its_rule_is() {
        let (votes, _) = synthetic(2_000);
        let combination = fit([&votes], &RULES.map(|rule| rule.0));
        assert_eq!(combination.probability(&[]), None);
        let alone = combination.probability(&[Vote { rule: 0, kind: None }]).unwrap();
        assert!((alone - combination.accuracies[0]).abs() < 1e-3, "{alone}");
        let alone = combination.probability(&[Vote { rule: 5, kind: None }]).unwrap();
        assert!((1.0 - alone - combination.accuracies[5]).abs() < 1e-3, "{alone}");
    }

    #[test]
    fn without_votes_there_is_only_credit() {
        let combination = fit([&PageVotes::default()], &[Label::Junk]);
        assert_eq!((combination.prior, combination.accuracies), (0.5, vec![CREDIT_ACCURACY]));
    }
}
