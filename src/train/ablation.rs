//! What each part of the training is worth: everything is fitted, then everything but one part after
//! the other, and each time the lines of sites that the fits did not see are judged. In come labelled
//! pages and a recipe, out come figures that can be compared with each other.
//!
//! Margins are held out by site within the training, and the threshold is chosen on them by the rule of
//! the recipe. That flatters every row by about as much, so rows are to be compared with the first one
//! and not with a cross-validation.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    corpus::{Corpus, Origin, TrainingPage},
    cross_validate::inputs_digest,
    made::{self, Materials},
    operate::{Aim, Operation, operate},
    out_of_fold::{self, Stages},
    recipe::Recipe,
    synth::Genre,
    trainer::held_out,
};
use crate::{
    Error, LineVerdict, Result, Verdict,
    evaluate::{Tally, metrics::Confusion},
    input::{LabelledPage, page_digest},
    model::Evidence,
    text::{Kind, Label},
};

/// What the parts are worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ablation {
    /// See [`inputs_digest`].
    pub inputs: String,
    /// Nothing left out.
    pub whole: Figures,
    /// Each part left out by itself. Parts that these pages and this recipe do not have are not there.
    pub without: Vec<Without>,
    /// Each kind of planted junk left out by itself.
    pub kinds: Vec<KindLeftOut>,
}

/// Figures at the threshold that the recipe's rule chooses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Mean junk F1 over the sets.
    pub mean_junk_f1: Option<f64>,
    /// Junk F1 by set.
    pub sets: BTreeMap<String, Option<f64>>,
    /// Share of the junk lines that go, all sets pooled.
    pub junk_recall: Option<f64>,
    /// Share of the article characters that go, all sets pooled.
    pub article_characters_lost: Option<f64>,
    /// Share of the planted lines that go.
    pub planted_recall: Option<f64>,
}

/// What is left when a part is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Without {
    /// The part.
    pub part: &'static str,
    /// What the rest does, if it could be fitted.
    pub figures: Option<Figures>,
    /// Why it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A kind of junk that was not learned from, neither where it was planted nor on labelled pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindLeftOut {
    /// Its name.
    pub name: &'static str,
    /// Lines of it in planted copies.
    pub planted: u64,
    /// Share of these that go when the kind was learned from other sites, in other words.
    pub recall: Option<f64>,
    /// Share that goes when it was not learned at all.
    pub recall_left_out: Option<f64>,
    /// Why nothing could be fitted without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A part of the training.
struct Part {
    name: &'static str,
    leave_out: LeaveOut,
}

/// How a part is left out.
enum LeaveOut {
    /// The recipe does without, if it has the part.
    ByRecipe { has: fn(&Recipe) -> bool, change: fn(&mut Recipe) },
    /// Such pages are not learned from.
    Pages(fn(&TrainingPage) -> bool),
    /// Composed pages of such genres are not learned from.
    Genres(fn(Genre) -> bool),
}

const PARTS: [Part; 18] = [
    Part::of_recipe("words", |r| r.words.gate > 0.0, |r| r.words.gate = 0.0),
    Part::of_recipe("form of the line", |r| r.line.form, |r| r.line.form = false),
    Part::of_recipe(
        "page model: n-grams and words only",
        |r| r.page.passes > 0,
        |r| r.page.passes = 0,
    ),
    Part::of_recipe("second pass", |r| r.page.passes > 1, |r| r.page.passes = 1),
    Part::of_recipe("bands of length", |r| !r.page.bands.is_empty(), |r| r.page.bands.clear()),
    Part::of_recipe("curves: straight lines", |r| r.page.knots > 2, |r| r.page.knots = 2),
    Part::of_recipe(
        "cost of length",
        |r| r.policy.length_costs.iter().any(|&cost| cost > 0.0),
        |r| r.policy.length_costs = vec![0.0],
    ),
    Part::of_pages("sets with labels of machines", |page| page.origin == Origin::Weak),
    Part::of_pages("planted copies", |page| page.origin == Origin::Made && page.genre.is_none()),
    Part::of_pages("composed pages, all", |page| page.genre.is_some()),
    Part::of_genre("composed: plain articles", |genre| genre == Genre::Article),
    Part::of_genre("composed: discussions", |genre| genre == Genre::Discussion),
    Part::of_genre("composed: reference, encyclopedias, guides", |genre| {
        matches!(genre, Genre::Reference | Genre::Encyclopedia | Genre::Guide)
    }),
    Part::of_genre("composed: portals", |genre| genre == Genre::Portal),
    Part::of_genre("composed: firms, text blocks", |genre| {
        matches!(genre, Genre::Firm | Genre::Blocks)
    }),
    Part::of_genre("composed: foreign, blogs, software", |genre| {
        matches!(genre, Genre::Foreign | Genre::Blog | Genre::Tech)
    }),
    Part::of_genre("composed: hacked pages", |genre| genre == Genre::Hacked),
    Part::of_genre("composed: pages of junk", |genre| !genre.has_article()),
];

impl Part {
    const fn of_recipe(
        name: &'static str,
        has: fn(&Recipe) -> bool,
        change: fn(&mut Recipe),
    ) -> Part {
        Part { name, leave_out: LeaveOut::ByRecipe { has, change } }
    }

    const fn of_pages(name: &'static str, is_meant: fn(&TrainingPage) -> bool) -> Part {
        Part { name, leave_out: LeaveOut::Pages(is_meant) }
    }

    const fn of_genre(name: &'static str, is_meant: fn(Genre) -> bool) -> Part {
        Part { name, leave_out: LeaveOut::Genres(is_meant) }
    }
}

/// Kinds that are planted and each left out once.
const KINDS: [Kind; 8] = [
    Kind::SpiderPool,
    Kind::Adult,
    Kind::Gambling,
    Kind::Ad,
    Kind::Markup,
    Kind::Ticker,
    Kind::Download,
    Kind::Share,
];

/// Fits everything, and everything but each part. `progress` is told what is being done.
///
/// A part that cannot be left out, because nothing could be fitted without it, has the reason in place
/// of figures.
///
/// # Errors
/// Those of [`Corpus::assemble`] and, for the whole, of [`out_of_fold::fit`] and [`operate`].
pub fn ablate(
    pages: &[LabelledPage],
    recipe: &Recipe,
    materials: &Materials,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Ablation> {
    progress("making pages");
    let digests: BTreeSet<u64> = pages.iter().map(page_digest).collect();
    let digests: Vec<u64> = digests.into_iter().collect();
    let mut corpus = made::corpus(pages.to_vec(), recipe, materials)?;
    // What is measured is the head for text.
    corpus.html.clear();
    let whole = Judged::by(&corpus, recipe, &|step| progress(&format!("whole: {step}")))?;

    let mut without = Vec::new();
    for Part { name, leave_out } in &PARTS {
        let told = |step: &str| progress(&format!("without {name}: {step}"));
        let is_meant = |page: &TrainingPage| match leave_out {
            LeaveOut::ByRecipe { .. } => false,
            LeaveOut::Pages(is_meant) => is_meant(page),
            LeaveOut::Genres(is_meant) => page.genre.is_some_and(*is_meant),
        };
        let judged = match leave_out {
            LeaveOut::ByRecipe { has, change } if has(recipe) => {
                let mut changed = recipe.clone();
                change(&mut changed);
                Judged::by(&corpus, &changed, &told)
            }
            _ if corpus.pages.iter().any(is_meant) => {
                Judged::by(&unlearn(&corpus, |page, _| is_meant(page)), recipe, &told)
            }
            _ => continue,
        };
        let (figures, error) = told_apart(judged)?;
        let figures = figures.map(|judged| judged.figures(&corpus));
        without.push(Without { part: name, figures, error });
    }

    let mut kinds = Vec::new();
    for kind in KINDS {
        let planted = whole.planted(&corpus, Some(kind));
        if planted.lines() == 0 {
            continue;
        }
        let told = |step: &str| progress(&format!("without {}: {step}", kind.name()));
        let rest = unlearn(&corpus, |page, line| page.page.lines[line].kind == Some(kind));
        let (judged, error) = told_apart(Judged::by(&rest, recipe, &told))?;
        kinds.push(KindLeftOut {
            name: kind.name(),
            planted: planted.lines(),
            recall: planted.junk().recall,
            recall_left_out: judged
                .and_then(|judged| judged.planted(&corpus, Some(kind)).junk().recall),
            error,
        });
    }
    Ok(Ablation {
        inputs: inputs_digest(&recipe.text, &digests, &materials.digest),
        whole: whole.figures(&corpus),
        without,
        kinds,
    })
}

/// A fit that failed is a finding; every other error ends the run.
fn told_apart<T>(judged: Result<T>) -> Result<(Option<T>, Option<String>)> {
    match judged {
        Ok(judged) => Ok((Some(judged), None)),
        Err(error @ (Error::Untrainable(_) | Error::NotConverged { .. })) => {
            Ok((None, Some(error.to_string())))
        }
        Err(error) => Err(error),
    }
}

/// The corpus with some of its lines labelled `either`: they stay where they are and nothing is learned
/// from them.
fn unlearn(corpus: &Corpus, is_meant: impl Fn(&TrainingPage, usize) -> bool) -> Corpus {
    let mut rest = corpus.clone();
    for (page, original) in rest.pages.iter_mut().zip(&corpus.pages) {
        for (index, line) in page.page.lines.iter_mut().enumerate() {
            if is_meant(original, index) {
                line.label = Label::Either;
            }
        }
    }
    rest
}

/// Every line of a corpus, judged by fits that did not see its site.
struct Judged {
    /// Page by page.
    verdicts: Vec<Vec<LineVerdict>>,
}

impl Judged {
    /// Learns from the labels of a corpus and judges all of its lines.
    fn by(learned: &Corpus, recipe: &Recipe, progress: &(dyn Fn(&str) + Sync)) -> Result<Judged> {
        let stages: Stages = out_of_fold::fit(learned, recipe, progress)?;
        let lines: Vec<_> = held_out(learned, &stages).collect();
        let Operation { calibration, policy, .. } =
            operate(&lines, recipe, Aim::JunkLines, recipe.policy.max_article_loss)?;
        let judge = |&evidence: &Evidence| {
            let probability = calibration.probability(evidence);
            let is_junk = probability >= policy.threshold;
            let verdict = if is_junk { Verdict::Junk } else { Verdict::Article };
            LineVerdict { probability, verdict, cut: Vec::new(), kind: None }
        };
        let of_page = |evidence: &Vec<Evidence>| evidence.iter().map(judge).collect();
        Ok(Judged { verdicts: stages.evidence.iter().map(of_page).collect() })
    }

    fn figures(&self, corpus: &Corpus) -> Figures {
        let mut sets: BTreeMap<String, Tally> = BTreeMap::new();
        for (page, verdicts) in self.pages(corpus).filter(|(page, _)| page.origin == Origin::Gold) {
            let set = sets.entry(page.page.set.clone()).or_default();
            for (line, verdict) in page.page.lines.iter().zip(verdicts) {
                set.line(line, verdict);
            }
        }
        let mut pooled = Tally::default();
        sets.values().for_each(|set| pooled.add(set));
        let sets: BTreeMap<_, _> =
            sets.into_iter().map(|(name, set)| (name, set.confusion.junk().f1)).collect();
        let f1: Vec<f64> = sets.values().copied().flatten().collect();
        Figures {
            mean_junk_f1: (!f1.is_empty()).then(|| f1.iter().sum::<f64>() / f1.len() as f64),
            sets,
            junk_recall: pooled.confusion.junk().recall,
            article_characters_lost: pooled.article_loss(),
            planted_recall: self.planted(corpus, None).junk().recall,
        }
    }

    /// Planted lines of copies of labelled pages, of one kind or of all.
    fn planted(&self, corpus: &Corpus, kind: Option<Kind>) -> Confusion {
        let mut all = Tally::default();
        for (page, verdicts) in self.pages(corpus).filter(|(page, _)| page.genre.is_none()) {
            let lines = page.page.lines.iter().zip(&page.planted).zip(verdicts);
            for ((line, &is_planted), verdict) in lines {
                if is_planted && (kind.is_none() || line.kind == kind) {
                    all.line(line, verdict);
                }
            }
        }
        all.confusion
    }

    fn pages<'a>(
        &'a self,
        corpus: &'a Corpus,
    ) -> impl Iterator<Item = (&'a TrainingPage, &'a Vec<LineVerdict>)> {
        corpus.pages.iter().zip(&self.verdicts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{
        LabelledLine,
        testing::{self, line},
    };

    /// A corpus of one page, whose lines are two of article and two of junk, the last one planted.
    fn corpus() -> Corpus {
        let junk = |text, kind| LabelledLine { kind: Some(kind), ..line(text, Label::Junk) };
        let page = testing::page([
            line("一二三四五六", Label::Article),
            line("一二", Label::Article),
            junk("首页", Kind::Nav),
            junk("厂家批发", Kind::SpiderPool),
        ]);
        let mut page = TrainingPage::new(page, 0, Origin::Gold);
        page.planted = vec![false, false, false, true];
        Corpus { pages: vec![page], html: Vec::new(), folds: 2 }
    }

    #[test]
    fn lines_are_counted_by_set_and_planted_ones_by_kind() {
        let corpus = corpus();
        let verdicts = [false, true, true, false].map(|goes| LineVerdict {
            probability: 0.5,
            verdict: if goes { Verdict::Junk } else { Verdict::Article },
            cut: Vec::new(),
            kind: None,
        });
        let judged = Judged { verdicts: vec![verdicts.into()] };
        let figures = judged.figures(&corpus);
        // One of two junk lines goes, and one of two article lines with two of eight characters.
        assert_eq!((figures.junk_recall, figures.article_characters_lost), (Some(0.5), Some(0.25)));
        assert_eq!((figures.mean_junk_f1, figures.sets["own"]), (Some(0.5), Some(0.5)));
        assert_eq!(figures.planted_recall, Some(0.0));
        let lines = |kind| judged.planted(&corpus, kind).lines();
        assert_eq!((lines(None), lines(Some(Kind::SpiderPool)), lines(Some(Kind::Nav))), (1, 1, 0));
    }

    #[test]
    fn what_is_unlearned_stays_where_it_is() {
        let corpus = corpus();
        let rest = unlearn(&corpus, |page, line| page.page.lines[line].kind == Some(Kind::Nav));
        let labels = |corpus: &Corpus| -> Vec<Label> {
            corpus.pages[0].page.lines.iter().map(|line| line.label).collect()
        };
        assert_eq!(labels(&rest), [Label::Article, Label::Article, Label::Either, Label::Junk]);
        assert_eq!(labels(&corpus)[2], Label::Junk);
        assert_eq!(rest.pages[0].page.lines[2].text, "首页");
    }
}
