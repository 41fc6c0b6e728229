//! From measured pages to labels: every rule votes, votes are combined, the rules that look at their
//! neighbours' votes vote too, and what is sure enough becomes a label.

use rayon::prelude::*;

use super::combine::{Combination, Voter, fit};
use super::page::{ByHand, RulePage, link_sites};
use super::rules::{Rule, builtin};
use super::siblings;
use super::votes::{PageVotes, Vote};
use crate::filter::{Filter, Scratch};
use crate::text::{Kind, Label};
use crate::{Page, Result};

/// A model votes where its probability of junk is at least this far from even.
const MODEL_SURE: f32 = 0.9;

/// What is to be used beside the built-in rules.
#[derive(Debug, Default)]
pub struct Settings {
    /// The user's rules.
    pub user_rules: Vec<Rule>,
    /// A model whose verdicts are votes.
    pub model: Option<Filter>,
    /// A line is labelled junk from this confidence on, 0.5 to 1.
    pub confidence: f32,
    /// A line is labelled article from this confidence on, 0.5 to 1.
    pub article_confidence: f32,
    /// Whether near-identical lines without a vote take their siblings' label.
    pub siblings: bool,
}

/// The rules, ready to vote.
#[derive(Debug)]
pub struct Labeller {
    rules: Vec<Rule>,
    model: Option<Filter>,
    confidence: f32,
    article_confidence: f32,
    siblings: bool,
}

/// What came out.
#[derive(Debug)]
pub struct Labels {
    /// By page: the votes.
    pub votes: Vec<PageVotes>,
    /// What was learned of the rules.
    pub combination: Combination,
    /// By page and line: what the rules made of it.
    pub by_rules: Vec<Vec<LineLabel>>,
    /// The same with the labels that somebody made in their place, and spread from there.
    pub lines: Vec<Vec<LineLabel>>,
}

/// The label of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineLabel {
    /// `Either` where no rule voted or the votes are not sure enough.
    pub label: Label,
    /// The kind that the most trusted votes for junk name.
    pub kind: Option<Kind>,
    /// Probability of the label; `None` without a label.
    pub confidence: Option<f32>,
    /// Page and line, both by index, that the label was taken over from.
    pub from: Option<(usize, usize)>,
}

impl LineLabel {
    /// No label.
    pub const NONE: LineLabel =
        LineLabel { label: Label::Either, kind: None, confidence: None, from: None };
}

impl Labeller {
    /// All rules of the settings together.
    ///
    /// # Errors
    /// Those of [`builtin`].
    pub fn new(settings: Settings) -> Result<Self> {
        let mut rules = builtin()?;
        rules.extend(settings.user_rules);
        if settings.model.is_some() {
            rules.extend([Rule::of_model(Label::Junk), Rule::of_model(Label::Article)]);
        }
        let Settings { model, confidence, article_confidence, siblings, .. } = settings;
        let model = model.map(Filter::with_kinds);
        Ok(Labeller { rules, model, confidence, article_confidence, siblings })
    }

    /// The rules, in the order of their numbers in votes.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Labels all pages; they are linked by site first. The same at any number of threads.
    pub fn label(&self, pages: &mut [RulePage]) -> Labels {
        link_sites(pages);
        let pages = &*pages;
        let mut votes: Vec<PageVotes> =
            pages.par_iter().map_init(Scratch::default, |s, page| self.vote(page, s)).collect();
        let voters: Vec<Voter> = self.rules.iter().zip(0..).map(|(r, n)| r.voter(n)).collect();
        let first = fit(&votes, voters.clone());
        votes = pages.par_iter().zip(votes).map(|(p, v)| self.vote_late(p, &v, &first)).collect();
        let combination = fit(&votes, voters);
        let mut by_rules: Vec<Vec<LineLabel>> = votes
            .par_iter()
            .map(|votes| votes.lines().map(|votes| self.settle(votes, &combination)).collect())
            .collect();
        let mut lines = by_rules.clone();
        keep_hand_labels(pages, &mut lines);
        if self.siblings {
            let groups = siblings::group(pages);
            siblings::spread(&groups, &mut by_rules);
            siblings::spread(&groups, &mut lines);
            // A line that somebody left either stays so, whatever its siblings are.
            keep_hand_labels(pages, &mut lines);
        }
        Labels { votes, combination, by_rules, lines }
    }

    fn vote(&self, page: &RulePage, scratch: &mut Scratch) -> PageVotes {
        let judged = self.model.as_ref().map(|filter| {
            let lines = page.lines.iter().map(|line| line.text.as_str());
            filter.judge(&Page::from_lines(lines), scratch)
        });
        let n_own = self.rules.len() - if self.model.is_some() { 2 } else { 0 };
        let mut votes = PageVotes::default();
        for index in 0..page.lines.len() {
            let own = self.rules.iter().take(n_own).enumerate();
            let own = own.filter(|(_, rule)| rule.fires(page, index));
            let own = own.map(|(number, rule)| Vote { rule: number as u16, kind: rule.kind });
            let verdict = judged.as_ref().and_then(|judged| judged.lines.get(index));
            let of_model = verdict.and_then(|verdict| {
                let (rule, kind) = match verdict.probability {
                    p if p >= MODEL_SURE => (n_own, verdict.kind),
                    p if p <= 1.0 - MODEL_SURE => (n_own + 1, None),
                    _ => return None,
                };
                Some(Vote { rule: rule as u16, kind })
            });
            votes.push(own.chain(of_model));
        }
        votes
    }

    /// The votes with those that follow from the neighbours'.
    fn vote_late(&self, page: &RulePage, votes: &PageVotes, first: &Combination) -> PageVotes {
        let beliefs: Vec<Option<f32>> =
            votes.lines().map(|votes| first.probability(votes).map(|p| p as f32)).collect();
        let mut all = PageVotes::default();
        for (index, cast) in votes.lines().enumerate() {
            let late = self.rules.iter().enumerate();
            let late = late.filter(|(_, rule)| rule.fires_late(page, &beliefs, index));
            let late = late.map(|(number, rule)| Vote { rule: number as u16, kind: rule.kind });
            all.push(cast.iter().copied().chain(late));
        }
        all
    }

    fn settle(&self, votes: &[Vote], combination: &Combination) -> LineLabel {
        let Some(junk) = combination.probability(votes) else { return LineLabel::NONE };
        let (label, confidence, least) = if junk >= 0.5 {
            (Label::Junk, junk, self.confidence)
        } else {
            (Label::Article, 1.0 - junk, self.article_confidence)
        };
        if (confidence as f32) < least {
            return LineLabel::NONE;
        }
        let kind = if label == Label::Junk { self.kind(votes, combination) } else { None };
        LineLabel { label, kind, confidence: Some(confidence as f32), from: None }
    }

    /// The kind with most weight behind it, the first among equals. A vote weighs its log odds, so that
    /// one sure rule outweighs a doubtful one or two.
    fn kind(&self, votes: &[Vote], combination: &Combination) -> Option<Kind> {
        let log_odds = |vote: &Vote| {
            let accuracy = combination.accuracies.get(usize::from(vote.rule));
            accuracy.map_or(0.0, |accuracy| (accuracy / (1.0 - accuracy)).ln())
        };
        let weight = |kind: Kind| -> f64 {
            votes.iter().filter(|vote| vote.kind == Some(kind)).map(log_odds).sum()
        };
        let weighed = Kind::ALL.map(|kind| (kind, weight(kind)));
        let best =
            weighed.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.filter(|(_, weight)| *weight > 0.0).map(|(kind, _)| kind)
    }
}

/// Puts the labels that somebody made in the place of those of the rules, surer than any of these.
fn keep_hand_labels(pages: &[RulePage], lines: &mut [Vec<LineLabel>]) {
    let labels = lines.iter_mut().flatten();
    for (line, label) in pages.iter().flat_map(|page| &page.lines).zip(labels) {
        if let Some(ByHand { label: made, kind, .. }) = line.by_hand {
            let confidence = (made != Label::Either).then_some(1.0);
            *label = LineLabel { label: made, kind, confidence, from: None };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::{by_hand, page};

    fn labelled(lines: &[&str]) -> Vec<(Label, Option<Kind>)> {
        let settings = Settings { confidence: 0.7, ..Settings::default() };
        let labeller = Labeller::new(settings).unwrap();
        let numbered = (1..).zip(lines.iter().copied());
        let mut pages = [RulePage::new("p".into(), String::new(), None, numbered)];
        let labels = labeller.label(&mut pages);
        labels.lines[0].iter().map(|line| (line.label, line.kind)).collect()
    }

    #[test]
    fn a_page_is_labelled_and_what_nobody_voted_on_stays_open() {
        let prose = "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手把它修好了。";
        let got = labelled(&["首页 | 新闻 | 体育", "小桥", prose, "上一篇：雨", "版权所有 某某网"]);
        let expected = [
            (Label::Junk, Some(Kind::Nav)),
            (Label::Either, None),
            (Label::Article, None),
            (Label::Junk, Some(Kind::Nav)),
            (Label::Junk, Some(Kind::Legal)),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn labels_by_hand_stay_and_go_to_siblings() {
        let settings = || Settings { confidence: 0.7, siblings: true, ..Settings::default() };
        let label = |made: Label| {
            let mut pages = [page(&["小桥", "小桥", "版权所有 某某网", "版权所有 某某网"])];
            pages[0].lines[0].by_hand = Some(by_hand(Label::Junk, Some(Kind::Nav)));
            pages[0].lines[2].by_hand = Some(by_hand(made, None));
            let labels = Labeller::new(settings()).unwrap().label(&mut pages);
            // What the rules are worth is measured on what they said.
            assert_eq!(labels.by_rules[0][0], LineLabel::NONE);
            assert_eq!(labels.by_rules[0][2].label, Label::Junk);
            labels.lines[0].iter().map(|l| (l.label, l.kind, l.from)).collect::<Vec<_>>()
        };
        let got = label(Label::Article);
        assert_eq!(got[0], (Label::Junk, Some(Kind::Nav), None));
        assert_eq!(got[1], (Label::Junk, Some(Kind::Nav), Some((0, 0))));
        // What the rules are sure of is not turned round, and what was left open by hand stays open.
        assert_eq!(got[2], (Label::Article, None, None));
        assert_eq!(got[3].0, Label::Junk);
        let got = label(Label::Either);
        assert_eq!((got[2].0, got[3].0), (Label::Either, Label::Junk));
    }

    #[test]
    fn pages_without_lines_are_no_trouble() {
        assert_eq!(labelled(&[]), []);
    }
}
