//! What the rules do: how much each covers, how it overlaps and conflicts with the others and, where
//! gold is given, how often it is right and which lines it gets wrong, in their context. As a value
//! that serialises to JSON, as a table ([`text`]) and as one HTML page ([`html`]).

pub mod html;
pub mod text;

use serde::Serialize;

use super::combine::majority_label;
use super::gold::Aligned;
use super::labeller::{Labeller, Labels};
use super::page::RulePage;
use crate::text::{Kind, Label};

/// Everything about a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Pages read.
    pub pages: usize,
    /// Lines that are not blank.
    pub lines: usize,
    /// Lines with at least one vote.
    pub voted: usize,
    /// Lines with votes for both labels.
    pub conflicts: usize,
    /// Lines that were labelled article.
    pub article: usize,
    /// Lines that were labelled junk.
    pub junk: usize,
    /// Labelled lines that took a sibling's label.
    pub siblings: usize,
    /// Iterations of the estimate.
    pub iterations: usize,
    /// Where gold is given.
    pub gold: Option<GoldReport>,
    /// By rule, in their order.
    pub rules: Vec<RuleReport>,
}

/// Labels against gold; `either` lines are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoldReport {
    /// Pages that the gold has.
    pub pages: usize,
    /// Of these, pages whose lines differ from the gold's.
    pub changed: usize,
    /// Lines that are article or junk in the gold.
    pub lines: usize,
    /// Votes combined, the labels as they are written.
    pub combined: Outcome,
    /// Votes combined, every line with a vote labelled as is likelier.
    pub unthresholded: Outcome,
    /// The label of most votes, for comparison; ties stay unlabelled.
    pub majority: Outcome,
    /// Lines labelled as their siblings are.
    pub siblings: Outcome,
    /// Junk lines by kind: how many there are, how many were labelled junk.
    pub kinds: Vec<KindReport>,
}

/// One way of labelling against gold.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Lines labelled junk.
    pub junk: usize,
    /// Of these, junk.
    pub junk_right: usize,
    /// Share of these that is right.
    pub junk_precision: Option<f64>,
    /// Share of all junk lines that is labelled junk.
    pub junk_coverage: Option<f64>,
    /// Harmonic mean of the two.
    pub junk_f1: Option<f64>,
    /// Lines labelled article.
    pub article: usize,
    /// Of these, article.
    pub article_right: usize,
    /// Share of these that is right.
    pub article_precision: Option<f64>,
    /// Share of all article lines that is labelled article.
    pub article_coverage: Option<f64>,
    /// Harmonic mean of the two.
    pub article_f1: Option<f64>,
    /// Share of the labelled lines that is right.
    pub accuracy: Option<f64>,
}

/// Junk of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindReport {
    /// As in the labelling guide; `none` where the gold names none.
    pub name: &'static str,
    /// Junk lines of this kind.
    pub lines: usize,
    /// Of these, labelled junk.
    pub covered: usize,
    /// Of these, labelled with the right kind.
    pub named: usize,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleReport {
    /// Its name.
    pub name: String,
    /// What it looks for.
    pub about: String,
    /// What it votes for.
    pub label: Label,
    /// The kind it names.
    pub kind: Option<Kind>,
    /// Lines it votes on.
    pub votes: usize,
    /// Share of all lines.
    pub coverage: f64,
    /// Share of its lines on which another rule votes too.
    pub overlap: f64,
    /// Share of its lines on which another rule votes for the other label.
    pub conflict: f64,
    /// Share of its votes that is right, as estimated without labels; `None` without votes.
    pub accuracy: Option<f64>,
    /// Its votes on lines that are article or junk in the gold.
    pub scored: usize,
    /// Of these, right.
    pub right: usize,
    /// Share of these that is right.
    pub precision: Option<f64>,
    /// Some of the lines it got wrong, evenly drawn.
    pub wrong: Vec<WrongLine>,
}

/// A line that a rule got wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WrongLine {
    /// Id of its page.
    pub page: String,
    /// 1-based number in the page.
    pub line: u32,
    /// The line above it.
    pub before: Option<String>,
    /// The line.
    pub text: String,
    /// The line below it.
    pub after: Option<String>,
    /// What the gold says.
    pub gold: Label,
    /// The kind that the gold names.
    pub kind: Option<Kind>,
    /// Whether the combined votes got it wrong too.
    pub combined_wrong: bool,
}

impl Report {
    /// Reports on a run; of each rule at most `most_wrong` wrong lines are listed.
    pub fn new(
        pages: &[RulePage],
        labeller: &Labeller,
        labels: &Labels,
        gold: Option<&Aligned>,
        most_wrong: usize,
    ) -> Report {
        let rules = labeller.rules();
        let of_rule: Vec<Label> = rules.iter().map(|rule| rule.label).collect();
        let mut counts = vec![Counts::default(); rules.len()];
        let mut report = Report {
            pages: pages.len(),
            lines: pages.iter().map(|page| page.lines.len()).sum(),
            voted: 0,
            conflicts: 0,
            article: 0,
            junk: 0,
            siblings: 0,
            iterations: labels.combination.iterations,
            gold: None,
            rules: Vec::new(),
        };
        for (page, votes) in labels.votes.iter().enumerate() {
            let lines = labels.by_rules.get(page).map_or(&[][..], Vec::as_slice);
            for (index, (cast, line)) in votes.lines().zip(lines).enumerate() {
                let label_of = |rule: u16| of_rule.get(usize::from(rule)).copied();
                let for_junk =
                    cast.iter().filter(|v| label_of(v.rule) == Some(Label::Junk)).count();
                let is_split = for_junk > 0 && for_junk < cast.len();
                report.voted += usize::from(!cast.is_empty());
                report.conflicts += usize::from(is_split);
                report.article += usize::from(line.label == Label::Article);
                report.junk += usize::from(line.label == Label::Junk);
                report.siblings += usize::from(line.from.is_some());
                let truth = gold.and_then(|gold| *gold.lines.get(page)?.get(index)?);
                let truth = truth.filter(|(label, _)| *label != Label::Either);
                for vote in cast {
                    let Some(count) = counts.get_mut(usize::from(vote.rule)) else { continue };
                    count.votes += 1;
                    count.overlap += usize::from(cast.len() > 1);
                    count.conflict += usize::from(is_split);
                    if let Some((label, _)) = truth {
                        count.scored += 1;
                        if Some(label) == label_of(vote.rule) {
                            count.right += 1;
                        } else {
                            count.wrong.push((page, index));
                        }
                    }
                }
            }
        }
        let wrong_line = |&(page, index): &(usize, usize)| -> Option<WrongLine> {
            let (gold, kind) = (*gold?.lines.get(page)?.get(index)?)?;
            let said = labels.by_rules.get(page)?.get(index)?.label;
            let page = pages.get(page)?;
            let line = page.lines.get(index)?;
            let text = |at: Option<usize>| page.line(at).map(|line| line.text.clone());
            Some(WrongLine {
                page: page.id.clone(),
                line: line.number,
                before: text(index.checked_sub(1)),
                text: line.text.clone(),
                after: text(Some(index + 1)),
                gold,
                kind,
                combined_wrong: said != Label::Either && said != gold,
            })
        };
        report.rules = rules
            .iter()
            .zip(counts)
            .zip(&labels.combination.accuracies)
            .map(|((rule, count), &accuracy)| RuleReport {
                name: rule.name.clone(),
                about: rule.about.clone(),
                label: rule.label,
                kind: rule.kind,
                votes: count.votes,
                coverage: share(count.votes, report.lines).unwrap_or(0.0),
                overlap: share(count.overlap, count.votes).unwrap_or(0.0),
                conflict: share(count.conflict, count.votes).unwrap_or(0.0),
                accuracy: (count.votes > 0).then_some(accuracy),
                scored: count.scored,
                right: count.right,
                precision: share(count.right, count.scored),
                wrong: drawn(&count.wrong, most_wrong).filter_map(wrong_line).collect(),
            })
            .collect();
        report.gold = gold.map(|gold| GoldReport::new(labels, &of_rule, gold));
        report
    }
}

#[derive(Clone, Default)]
struct Counts {
    votes: usize,
    overlap: usize,
    conflict: usize,
    scored: usize,
    right: usize,
    wrong: Vec<(usize, usize)>,
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// At most so many of them, evenly from first to last.
fn drawn<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let n = all.len().min(most);
    (0..n).filter_map(move |i| all.get(i * all.len() / n.max(1)))
}

impl GoldReport {
    fn new(labels: &Labels, of_rule: &[Label], gold: &Aligned) -> GoldReport {
        let mut ways =
            [Outcome::default(), Outcome::default(), Outcome::default(), Outcome::default()];
        let mut kinds: Vec<KindReport> = Kind::ALL
            .into_iter()
            .map(|kind| KindReport { name: kind.name(), lines: 0, covered: 0, named: 0 })
            .chain([KindReport { name: "none", lines: 0, covered: 0, named: 0 }])
            .collect();
        let (mut n_junk, mut n_article) = (0, 0);
        for (page, lines) in gold.lines.iter().enumerate() {
            for (index, truth) in lines.iter().enumerate() {
                let Some((truth, kind)) = truth.filter(|(label, _)| *label != Label::Either) else {
                    continue;
                };
                n_junk += usize::from(truth == Label::Junk);
                n_article += usize::from(truth == Label::Article);
                let votes = labels.votes.get(page).map_or(&[][..], |votes| votes.of(index));
                let line = labels.by_rules.get(page).and_then(|lines| lines.get(index));
                let likelier = labels
                    .combination
                    .probability(votes)
                    .map(|p| if p >= 0.5 { Label::Junk } else { Label::Article });
                let sibling = line.filter(|line| line.from.is_some());
                let said = [
                    line.map(|line| line.label),
                    likelier,
                    majority_label(votes, of_rule),
                    sibling.map(|line| line.label),
                ];
                for (way, said) in ways.iter_mut().zip(said) {
                    way.count(said, truth);
                }
                if truth == Label::Junk {
                    let at = Kind::ALL.iter().position(|&k| Some(k) == kind);
                    if let Some(count) = kinds.get_mut(at.unwrap_or(Kind::ALL.len())) {
                        let is_covered = line.is_some_and(|line| line.label == Label::Junk);
                        count.lines += 1;
                        count.covered += usize::from(is_covered);
                        count.named += usize::from(
                            is_covered && kind.is_some() && line.and_then(|line| line.kind) == kind,
                        );
                    }
                }
            }
        }
        let [combined, unthresholded, majority, siblings] =
            ways.map(|way| way.finished(n_junk, n_article));
        kinds.retain(|kind| kind.lines > 0);
        let (pages, changed) = (gold.pages, gold.changed);
        let lines = n_junk + n_article;
        GoldReport { pages, changed, lines, combined, unthresholded, majority, siblings, kinds }
    }
}

impl Outcome {
    fn count(&mut self, said: Option<Label>, truth: Label) {
        match said {
            Some(Label::Junk) => {
                self.junk += 1;
                self.junk_right += usize::from(truth == Label::Junk);
            }
            Some(Label::Article) => {
                self.article += 1;
                self.article_right += usize::from(truth == Label::Article);
            }
            Some(Label::Either) | None => {}
        }
    }

    fn finished(self, n_junk: usize, n_article: usize) -> Outcome {
        Outcome {
            junk_precision: share(self.junk_right, self.junk),
            junk_coverage: share(self.junk_right, n_junk),
            junk_f1: share(2 * self.junk_right, self.junk + n_junk),
            article_precision: share(self.article_right, self.article),
            article_f1: share(2 * self.article_right, self.article + n_article),
            article_coverage: share(self.article_right, n_article),
            accuracy: share(self.junk_right + self.article_right, self.junk + self.article),
            ..self
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::input::{LabelledLine, LabelledPage};
    use crate::label::gold::Gold;
    use crate::label::labeller::Settings;
    use crate::label::page::tests::page;

    /// A report on one page of four lines, the last of which a rule gets wrong.
    pub(crate) fn example() -> Report {
        let lines = [
            ("版权所有 <某某>", Label::Junk, Some(Kind::Legal)),
            ("首页", Label::Junk, Some(Kind::Nav)),
            ("小桥修好了。", Label::Article, None),
            ("Home", Label::Article, None),
        ];
        let gold = LabelledPage {
            id: "p".into(),
            site: "s".into(),
            lang: None,
            set: "g".into(),
            lines: lines
                .iter()
                .map(|&(text, label, kind)| LabelledLine {
                    text: text.into(),
                    label,
                    kind,
                    spans: Vec::new(),
                })
                .collect(),
            html: None,
        };
        let texts: Vec<&str> = lines.iter().map(|line| line.0).collect();
        let mut pages = [page(&texts)];
        let settings = Settings { confidence: 0.5, article_confidence: 0.5, ..Settings::default() };
        let labeller = Labeller::new(settings).unwrap();
        let labels = labeller.label(&mut pages);
        let aligned = Gold::new([gold]).align(&pages);
        Report::new(&pages, &labeller, &labels, Some(&aligned), 5)
    }

    #[test]
    fn rules_are_counted_and_measured() {
        let report = example();
        assert_eq!((report.pages, report.lines, report.voted), (1, 4, 3));
        assert_eq!((report.junk, report.article, report.conflicts), (3, 0, 0));
        let rule = report.rules.iter().find(|rule| rule.name == "menu_words").unwrap();
        assert_eq!((rule.votes, rule.coverage, rule.conflict), (2, 0.5, 0.0));
        assert_eq!((rule.scored, rule.right, rule.precision), (2, 1, Some(0.5)));
        assert_eq!(rule.wrong.len(), 1);
        assert_eq!(
            (rule.wrong[0].line, rule.wrong[0].before.as_deref()),
            (4, Some("小桥修好了。"))
        );
        assert!(rule.wrong[0].combined_wrong && rule.wrong[0].after.is_none());
        let gold = report.gold.unwrap();
        assert_eq!(gold.lines, 4);
        assert_eq!((gold.combined.junk, gold.combined.junk_right), (3, 2));
        assert_eq!(gold.combined.junk_coverage, Some(1.0));
        assert_eq!(gold.combined.article_coverage, Some(0.0));
        let kinds: Vec<_> = gold.kinds.iter().map(|k| (k.name, k.covered, k.named)).collect();
        assert_eq!(kinds, [("nav", 1, 1), ("legal", 1, 1)]);
    }

    #[test]
    fn wrong_lines_are_drawn_evenly() {
        let drawn =
            |n: usize, most| super::drawn(&(0..n).collect::<Vec<_>>(), most).copied().collect();
        let few: Vec<usize> = drawn(3, 5);
        let many: Vec<usize> = drawn(10, 5);
        assert_eq!((few, many), (vec![0, 1, 2], vec![0, 2, 4, 6, 8]));
    }
}
