//! Whether a model trained on some pages is better than the one in use: both judge these pages, the new
//! one by cross-validation, so that no page is judged by a model that has seen its site. In: labelled
//! pages, which of their labels are machine-made, and the current model; out: figures of both by set, how
//! sure the difference is, and the lines that are judged otherwise.
//!
//! Two things would flatter a model, and are left out where enough else is there: pages that the current
//! one was trained on, and labels that rules gave.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{
    cross_validate::{deal, fold_model},
    made::Materials,
    recipe::Recipe,
};
use crate::{
    Error, Filter, PageVerdict, Result, Verdict,
    evaluate::{
        Judged, Tally,
        bootstrap::{Interval, resample, seed_for},
    },
    filter::Scratch,
    input::{LabelledPage, page_digest},
    text::{Kind, Label},
};

/// Draws behind the interval.
const RESAMPLES: u32 = 1_000;

/// What is compared, on what.
#[derive(Debug, Clone, Copy)]
pub struct Contest<'a> {
    /// The labelled pages; all of them are learned from.
    pub pages: &'a [LabelledPage],
    /// By page and line: whether the label is machine-made, as `label::existing::machine_made` tells. Pages
    /// beyond its end have none such.
    pub machine_made: &'a [Vec<bool>],
    /// The model in use.
    pub current: &'a Filter,
    /// How the new one is trained.
    pub recipe: &'a Recipe,
    /// What its made pages are made from.
    pub materials: &'a Materials,
    /// Into how many parts the sites are dealt; fewer where there are fewer sites.
    pub folds: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Pages that both were measured on.
    pub pages: usize,
    /// Pages left out, for the current model was trained on them.
    pub known: usize,
    /// Whether it was trained on all of them, so that they were measured on all the same: its figures
    /// flatter it.
    pub all_known: bool,
    /// Lines with machine-made labels, left out.
    pub machine_made: usize,
    /// Whether all labels are machine-made, so that they were measured on all the same: the figures say how
    /// far a model agrees with the rules.
    pub all_machine_made: bool,
    /// Parts that the sites were dealt into.
    pub folds: usize,
    /// By set, in order of name.
    pub sets: Vec<Pair>,
    /// All pages as one.
    pub all: Pair,
    /// 95 % interval of the change of junk F1, by bootstrap over pages; `None` for a single page.
    pub f1_change: Option<Interval>,
    /// The same of the change of the share of article characters that go.
    pub loss_change: Option<Interval>,
    /// Which is better.
    pub outcome: Outcome,
    /// Labelled lines that one removes and the other keeps and that the new one has right.
    pub now_right: usize,
    /// Those that the new one has wrong.
    pub now_wrong: usize,
    /// All of these lines, the wrong ones first, of each the longest first.
    pub flips: Vec<Flip>,
}

/// Figures of both models on the same pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// Name of the set.
    pub name: String,
    /// Its pages.
    pub pages: usize,
    /// Lines that are scored.
    pub lines: u64,
    /// The model in use.
    pub current: Short,
    /// The new one, on sites that it did not see.
    pub new: Short,
}

/// The figures that decide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Short {
    /// F1 of junk lines; `None` without any.
    pub junk_f1: Option<f64>,
    /// Share of article characters that go; `None` without any.
    pub article_characters_lost: Option<f64>,
}

/// A labelled line that one of the models removes and the other keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// Its set.
    pub set: String,
    /// Its page.
    pub page: String,
    /// 1-based place among the page's lines that are not blank.
    pub line: usize,
    /// The line.
    pub text: String,
    /// What it is labelled.
    pub label: Label,
    /// Its kind, where it has one.
    pub kind: Option<Kind>,
    /// Whether the new model removes it.
    pub is_removed: bool,
    /// Whether the new model has it right.
    pub is_right: bool,
}

/// Which model is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The new one: the whole interval of the change of F1 lies above zero, and it loses no more article.
    Better,
    /// The current one: the new one surely has the lower F1 and saves no text by it, or it surely loses
    /// more article and has not surely the higher F1.
    Worse,
    /// These pages do not tell, or more junk goes for more article, which is for the user to weigh.
    Unclear,
}

/// Cross-validates the new model, and lets the current one judge the same pages. `progress` is told what is
/// being done.
///
/// # Errors
/// [`Error::Untrainable`] with fewer than three sites, or where no line is left to measure on, and
/// the errors of the training.
pub fn compare(contest: &Contest<'_>, progress: &(dyn Fn(&str) + Sync)) -> Result<Comparison> {
    let &Contest { pages, current, recipe, materials, .. } = contest;
    let (fold_of, folds) = deal(pages, contest.folds)?;
    let measured = Measured::choose(contest);
    if !measured.pages.iter().flatten().flat_map(|p| &p.lines).any(|l| l.label != Label::Either) {
        return Err(Error::Untrainable("no labelled line to compare two models on".into()));
    }
    let mut verdicts: Vec<Option<PageVerdict>> = vec![None; pages.len()];
    for fold in 0..folds {
        let in_fold = |number: usize| fold_of[number] == fold && measured.pages[number].is_some();
        if !(0..pages.len()).any(in_fold) {
            continue;
        }
        let filter = fold_model(pages, &fold_of, (fold, folds), recipe, materials, progress)?;
        for (number, verdict) in judge(&filter, &measured, in_fold)? {
            verdicts[number] = Some(verdict);
        }
    }
    progress("judging with the current model");
    let old = judge(current, &measured, |number| measured.pages[number].is_some())?;
    let mut rows = Vec::with_capacity(old.len());
    for (number, current) in old {
        if let (Some(page), Some(new)) = (&measured.pages[number], verdicts[number].take()) {
            rows.push(Row { page, current, new });
        }
    }
    Ok(measured.compared(&rows, folds))
}

fn judge(
    filter: &Filter,
    measured: &Measured,
    wanted: impl Fn(usize) -> bool + Sync,
) -> Result<Vec<(usize, PageVerdict)>> {
    let pages = measured.pages.par_iter().enumerate();
    pages
        .filter_map(|(number, page)| Some((number, page.as_ref().filter(|_| wanted(number))?)))
        .map_init(Scratch::default, |scratch, (number, page)| {
            Ok((number, Judged::by(filter, page, scratch)?.verdict().clone()))
        })
        .collect()
}

/// The pages that are measured on, by their number; lines that are not are `either` in them.
struct Measured {
    pages: Vec<Option<LabelledPage>>,
    known: usize,
    all_known: bool,
    machine_made: usize,
    all_machine_made: bool,
}

/// A measured page with what both models say of it.
struct Row<'a> {
    page: &'a LabelledPage,
    current: PageVerdict,
    new: PageVerdict,
}

impl Measured {
    fn choose(contest: &Contest<'_>) -> Measured {
        let model = contest.current.model();
        let trusted = |page: &&LabelledPage| !contest.recipe.set(&page.set).weak;
        let is_known = |page: &LabelledPage| model.was_trained_on(page_digest(page));
        let known = contest.pages.iter().filter(trusted).filter(|page| is_known(page)).count();
        let all_known = known > 0 && known == contest.pages.iter().filter(trusted).count();
        let by_machine = |number: usize, line: usize| {
            contest.machine_made.get(number).and_then(|page| page.get(line)) == Some(&true)
        };
        let chosen =
            |(_, page): &(usize, &LabelledPage)| trusted(page) && (all_known || !is_known(page));
        let pages = || contest.pages.iter().enumerate().filter(chosen);
        let scored = || {
            pages().flat_map(|(number, page)| {
                let lines = page.lines.iter().enumerate();
                let lines = lines.filter(|(_, line)| line.label != Label::Either);
                lines.map(move |(line, _)| by_machine(number, line))
            })
        };
        let machine_made = scored().filter(|&by_machine| by_machine).count();
        let all_machine_made = machine_made > 0 && scored().all(|by_machine| by_machine);
        let masked = |(number, page): (usize, &LabelledPage)| {
            let mut page = page.clone();
            for (index, line) in page.lines.iter_mut().enumerate() {
                if !all_machine_made && by_machine(number, index) {
                    line.label = Label::Either;
                }
            }
            (number, page)
        };
        let mut measured = vec![None; contest.pages.len()];
        for (number, page) in pages().map(masked) {
            measured[number] = Some(page);
        }
        let known = if all_known { 0 } else { known };
        let machine_made = if all_machine_made { 0 } else { machine_made };
        Measured { pages: measured, known, all_known, machine_made, all_machine_made }
    }

    fn compared(&self, rows: &[Row<'_>], folds: usize) -> Comparison {
        let mut sets: BTreeMap<&str, Vec<&Row<'_>>> = BTreeMap::new();
        for row in rows {
            sets.entry(&row.page.set).or_default().push(row);
        }
        let all: Vec<&Row<'_>> = rows.iter().collect();
        let drawn = drawn(&all);
        let f1_change = change(&drawn, |tally| tally.confusion.junk().f1);
        let loss_change = change(&drawn, Tally::article_loss);
        let all = pair("all", &all);
        let mut flips: Vec<Flip> = rows.iter().flat_map(flips).collect();
        let rank = |flip: &Flip| (flip.is_right, std::cmp::Reverse(flip.text.chars().count()));
        flips.sort_by_key(rank);
        let now_right = flips.iter().filter(|flip| flip.is_right).count();
        Comparison {
            pages: rows.len(),
            known: self.known,
            all_known: self.all_known,
            machine_made: self.machine_made,
            all_machine_made: self.all_machine_made,
            folds,
            sets: sets.iter().map(|(name, rows)| pair(name, rows)).collect(),
            outcome: match outcome(&all, f1_change, loss_change) {
                // On pages that it was trained on it had to look better.
                Outcome::Worse if self.all_known => Outcome::Unclear,
                outcome => outcome,
            },
            all,
            f1_change,
            loss_change,
            now_right,
            now_wrong: flips.len() - now_right,
            flips,
        }
    }
}

fn tally(page: &LabelledPage, verdict: &PageVerdict) -> Tally {
    let mut tally = Tally::default();
    for (line, verdict) in page.lines.iter().zip(&verdict.lines) {
        tally.line(line, verdict);
    }
    tally
}

fn pair(name: &str, rows: &[&Row<'_>]) -> Pair {
    let (mut current, mut new) = (Tally::default(), Tally::default());
    for row in rows {
        current.add(&tally(row.page, &row.current));
        new.add(&tally(row.page, &row.new));
    }
    let short = |tally: &Tally| Short {
        junk_f1: tally.confusion.junk().f1,
        article_characters_lost: tally.article_loss(),
    };
    let lines = new.confusion.lines();
    Pair {
        name: name.to_owned(),
        pages: rows.len(),
        lines,
        current: short(&current),
        new: short(&new),
    }
}

/// Sums of both models over the same drawn pages, so that what is hard for both does not count; none from a
/// single page.
fn drawn(rows: &[&Row<'_>]) -> Vec<(Tally, Tally)> {
    if rows.len() < 2 {
        return Vec::new();
    }
    let drawn = |of: fn(&Row<'_>) -> Tally| {
        let pages: Vec<Tally> = rows.iter().map(|row| of(row)).collect();
        resample(&pages, RESAMPLES, seed_for(1, "compare"))
    };
    let current = drawn(|row| tally(row.page, &row.current));
    current.into_iter().zip(drawn(|row| tally(row.page, &row.new))).collect()
}

/// Interval of the change of a figure.
fn change(drawn: &[(Tally, Tally)], figure: impl Fn(&Tally) -> Option<f64>) -> Option<Interval> {
    Interval::of(drawn.iter().map(|(current, new)| Some(figure(new)? - figure(current)?)))
}

fn flips<'a>(row: &'a Row<'_>) -> impl Iterator<Item = Flip> + 'a {
    let verdicts = row.current.lines.iter().zip(&row.new.lines);
    let lines = row.page.lines.iter().zip(verdicts).enumerate();
    lines.filter_map(|(index, (line, (current, new)))| {
        let is_removed = new.verdict == Verdict::Junk;
        let flipped = is_removed != (current.verdict == Verdict::Junk);
        (flipped && line.label != Label::Either).then(|| Flip {
            set: row.page.set.clone(),
            page: row.page.id.clone(),
            line: index + 1,
            text: line.text.clone(),
            label: line.label,
            kind: line.kind,
            is_removed,
            is_right: is_removed == (line.label == Label::Junk),
        })
    })
}

fn outcome(all: &Pair, f1: Option<Interval>, loss: Option<Interval>) -> Outcome {
    let lost = |short: &Short| short.article_characters_lost.unwrap_or(0.0);
    let loses_more = lost(&all.new) > lost(&all.current);
    let surely_loses_more = loss.is_some_and(|change| change.low > 0.0);
    match f1 {
        Some(change) if change.low > 0.0 && !loses_more => Outcome::Better,
        Some(change) if change.high < 0.0 && lost(&all.new) >= lost(&all.current) => Outcome::Worse,
        Some(change) if change.low <= 0.0 && surely_loses_more => Outcome::Worse,
        _ => Outcome::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::LineVerdict;
    use crate::input::testing;
    use crate::train::recipe;

    /// A page of a site of its own; `a`, `j` and `e` are what its lines are labelled.
    fn page(set: &str, id: &str, labels: &str) -> LabelledPage {
        let line = |(at, label): (usize, char)| {
            let label = match label {
                'a' => Label::Article,
                'j' => Label::Junk,
                _ => Label::Either,
            };
            testing::line(&format!("{id}{}", "一".repeat(at + 1)), label)
        };
        let page = testing::page(labels.chars().enumerate().map(line));
        LabelledPage { id: id.into(), site: id.into(), set: set.into(), ..page }
    }

    /// `j` goes, everything else stays.
    fn verdict(said: &str) -> PageVerdict {
        let line = |said: char| LineVerdict {
            probability: 0.5,
            verdict: if said == 'j' { Verdict::Junk } else { Verdict::Article },
            cut: Vec::new(),
            kind: None,
        };
        PageVerdict { lines: said.chars().map(line).collect(), ..PageVerdict::default() }
    }

    fn measured() -> Measured {
        Measured {
            pages: Vec::new(),
            known: 0,
            all_known: false,
            machine_made: 0,
            all_machine_made: false,
        }
    }

    #[test]
    fn figures_by_set_and_lines_that_are_judged_otherwise() {
        let pages = [page("s", "p", "jjaae"), page("t", "q", "ja")];
        let rows = [
            Row { page: &pages[0], current: verdict("jaaja"), new: verdict("jjjaj") },
            Row { page: &pages[1], current: verdict("ja"), new: verdict("ja") },
        ];
        let got = measured().compared(&rows, 5);
        let names: Vec<_> = got.sets.iter().map(|set| (&*set.name, set.pages, set.lines)).collect();
        assert_eq!(names, [("s", 1, 4), ("t", 1, 2)]);
        // Of two junk lines one was found and one article line lost, then two and one.
        assert_eq!(got.sets[0].current.junk_f1, Some(0.5));
        assert_eq!(got.sets[0].new.junk_f1, Some(0.8));
        // The third line has four characters, the fourth has five.
        assert_eq!(got.sets[0].current.article_characters_lost, Some(5.0 / 9.0));
        assert_eq!(got.sets[0].new.article_characters_lost, Some(4.0 / 9.0));
        assert_eq!(
            (got.all.current.junk_f1, got.all.new.junk_f1),
            (Some(4.0 / 6.0), Some(6.0 / 7.0))
        );
        // Wrong ones first, then the longest; the line labelled either is not told.
        let flips: Vec<_> = got.flips.iter().map(|f| (f.line, f.is_removed, f.is_right)).collect();
        assert_eq!(flips, [(3, true, false), (4, false, true), (2, true, true)]);
        assert_eq!((got.now_right, got.now_wrong), (2, 1));
        // One of the two pages says that nothing changed.
        assert_eq!(got.f1_change.unwrap().low, 0.0);
        assert_eq!(got.outcome, Outcome::Unclear);
    }

    #[test]
    fn better_is_more_junk_for_no_more_text() {
        let short = |lost| Short { junk_f1: Some(0.5), article_characters_lost: Some(lost) };
        let said = |before, after, f1: (f64, f64), loss: (f64, f64)| {
            let (name, current, new) = ("all".into(), short(before), short(after));
            let all = Pair { name, pages: 2, lines: 9, current, new };
            let interval = |(low, high)| Some(Interval { low, high });
            outcome(&all, interval(f1), interval(loss))
        };
        let (up, down, unsure) = ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.2));
        assert_eq!(said(0.02, 0.02, up, unsure), Outcome::Better);
        assert_eq!(said(0.05, 0.04, up, down), Outcome::Better);
        // More junk for more text, be it within what the recipe allows, is not better.
        assert_eq!(said(0.001, 0.01, up, unsure), Outcome::Unclear);
        assert_eq!(said(0.01, 0.03, up, up), Outcome::Unclear);
        assert_eq!(said(0.01, 0.03, unsure, up), Outcome::Worse);
        assert_eq!(said(0.01, 0.02, unsure, unsure), Outcome::Unclear);
        assert_eq!(said(0.01, 0.01, down, unsure), Outcome::Worse);
        assert_eq!(said(0.05, 0.01, down, down), Outcome::Unclear);
    }

    #[test]
    fn known_pages_and_machine_made_labels_are_left_out_where_others_are_there() {
        let pages = [page("s", "p", "ja"), page("s", "q", "jae"), page("s", "r", "ja")];
        let recipe = Recipe::parse(recipe::DEFAULT).unwrap();
        let materials = Materials::load(&recipe, None).unwrap();
        let chosen = |known: &[&LabelledPage], machine_made: &[Vec<bool>]| {
            let mut model = crate::Model::builtin().unwrap();
            model.trained_on = known.iter().map(|page| page_digest(page)).collect();
            model.trained_on.sort_unstable();
            let policy = *model.policy();
            let current = Filter::new(model, policy);
            let measured = Measured::choose(&Contest {
                pages: &pages,
                machine_made,
                current: &current,
                recipe: &recipe,
                materials: &materials,
                folds: 3,
            });
            let scored = |page: &LabelledPage| {
                page.lines.iter().filter(|line| line.label != Label::Either).count()
            };
            let lines: Vec<_> = measured.pages.iter().map(|p| p.as_ref().map(scored)).collect();
            (lines, measured.known, measured.all_known, measured.machine_made)
        };
        let by_rules = [vec![true, false], vec![true, true, false]];
        assert_eq!(chosen(&[], &[]), (vec![Some(2), Some(2), Some(2)], 0, false, 0));
        assert_eq!(chosen(&[], &by_rules), (vec![Some(1), Some(0), Some(2)], 0, false, 3));
        assert_eq!(chosen(&[&pages[0]], &by_rules), (vec![None, Some(0), Some(2)], 1, false, 2));
        // Nothing else is there.
        let all = [&pages[0], &pages[1], &pages[2]];
        assert_eq!(chosen(&all, &[]), (vec![Some(2), Some(2), Some(2)], 0, true, 0));
        let by_rules = [vec![true; 2], vec![true; 3], vec![true; 2]];
        assert_eq!(chosen(&[], &by_rules), (vec![Some(2), Some(2), Some(2)], 0, false, 0));
    }
}
