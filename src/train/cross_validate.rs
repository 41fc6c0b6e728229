//! Outer cross-validation by site: labelled pages go in, and figures on sites that no part of the
//! training saw come out, thresholds included. Beside the pages as they are, copies with junk of
//! held-out words planted into them are judged, and beside the model a plain one over the same folds.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::{
    corpus::Corpus,
    made::{self, Materials, PlantedCopy},
    recipe::Recipe,
    robustness::{Played, Robustness},
    split,
    synth::{Lexicons, TermShare},
    trainer,
};
use crate::{
    Error, Filter, Result,
    digest::Digest,
    evaluate::{
        Evaluation, Judged, Options, Tally,
        bootstrap::{Interval, Intervals, resample, seed_for},
    },
    features::schema,
    filter::Scratch,
    input::{LabelledPage, page_digest},
    text::{Kind, words},
};

/// Words are dealt into this many shares, and a fold is planted with one that its training did
/// without. Not the usual number of folds, so that these shares cut across those of the training.
const SHARES: usize = 7;

/// How to cross-validate.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Into how many parts the sites are dealt; fewer where there are fewer sites.
    pub folds: usize,
    /// Whether the plain model is measured too, see [`CrossValidation::baseline`].
    pub baseline: bool,
    /// Draws behind the intervals; 0 for none.
    pub resamples: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { folds: 5, baseline: true, resamples: 1000 }
    }
}

/// What cross-validation measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrossValidation {
    /// Into how many parts the sites were dealt.
    pub folds: usize,
    /// See [`inputs_digest`].
    pub inputs: String,
    /// The model as the recipe makes it.
    #[serde(flatten)]
    pub model: Outcome,
    /// What the head for HTML did on pages of HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<Outcome>,
    /// The same for one logistic model over the character n-grams of each line by itself: no
    /// skeletons, words, shapes or neighbours. Its threshold is chosen by the same rule. Not by site.
    pub baseline: Option<Outcome>,
    /// What the model does on the same pages of text in disguise and garbled.
    pub robustness: Robustness,
}

/// What one sort of model did on the sites that were held out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The threshold that each fold's training chose; folds that hold nothing to measure are left
    /// out.
    pub thresholds: Vec<f32>,
    /// All held-out pages of trusted sets, pooled over the folds; its `threshold` is the mean of
    /// the folds' thresholds.
    pub evaluation: Evaluation,
    /// Copies of these pages with junk planted into them; `None` where the recipe plants none.
    pub planted: Option<Planted>,
}

/// What was done with planted copies of held-out pages. The words of the planted junk were held out
/// too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planted {
    /// Copies.
    pub pages: u64,
    /// Lines that were planted whole.
    pub lines: u64,
    /// Share of these lines that goes.
    pub recall: Option<f64>,
    /// Its 95 % interval, by bootstrap over the copies.
    pub recall_interval: Option<Interval>,
    /// By kind, in the order of the labelling guide.
    pub kinds: Vec<PlantedKind>,
    /// Share of the article characters that the copies lose.
    pub article_characters_lost: Option<f64>,
    /// Share that the same pages lose as they were before.
    pub article_characters_lost_before: Option<f64>,
    /// Everything about the copies but their sites; one set, named `planted`.
    pub evaluation: Evaluation,
}

/// Planted lines of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlantedKind {
    /// Its name in the labelling guide.
    pub name: &'static str,
    /// Planted lines of this kind.
    pub lines: u64,
    /// Share of them that goes.
    pub recall: Option<f64>,
}

/// Cross-validates. `progress` is told what is being done, a short line each time.
///
/// The folds run one after the other: each fit is parallel inside, and one corpus at a time is in
/// memory. Pages of weak sets are learned from and never measured.
///
/// # Errors
/// [`Error::Untrainable`] where there are fewer than three sites or no trusted pages, and the
/// errors of [`trainer::train`] and [`Corpus::assemble`] with the fold they came from.
pub fn cross_validate(
    pages: &[LabelledPage],
    recipe: &Recipe,
    materials: &Materials,
    settings: Settings,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<CrossValidation> {
    let (fold_of, folds) = deal(pages, settings.folds)?;
    let measured: Vec<(usize, &LabelledPage)> = pages
        .iter()
        .enumerate()
        .filter(|(_, page)| !recipe.set(&page.set).weak)
        .map(|(number, page)| (fold_of[number], page))
        .collect();
    if measured.is_empty() {
        return Err(Error::Untrainable("every set is weak, so there is nothing to measure".into()));
    }
    let (html, measured): (Vec<_>, Vec<_>) =
        measured.into_iter().partition(|(_, page)| page.html.is_some());
    let copies = planted_copies(&measured, folds, recipe, materials);
    let plain = plain(recipe);
    let html_copies = planted_copies(&html, folds, recipe, materials);
    let mut of_model = Gathered::default();
    let mut of_html = Gathered::default();
    let mut of_plain = Gathered::default();
    let mut played = Played::default();
    for fold in 0..folds {
        if measured.iter().chain(&html).all(|&(of, _)| of != fold) {
            continue;
        }
        let told = |what: &str| progress(&format!("fold {} of {folds}: {what}", fold + 1));
        let in_fold = |error| named(error, fold, folds);
        told("making pages");
        let mut corpus = others(pages, &fold_of, fold, recipe, materials).map_err(in_fold)?;
        let train = |corpus: &Corpus, recipe: &Recipe, name: &str| {
            let told = |what: &str| told(&format!("{name}{what}"));
            let filter = fit(corpus, recipe, &told)?;
            told("judging held-out pages");
            Ok(filter)
        };
        let filter = train(&corpus, recipe, "").map_err(in_fold)?;
        let already = of_model.pages.len();
        of_model.judge(&filter, fold, &measured, &copies)?;
        of_html.judge(&filter, fold, &html, &html_copies)?;
        played.play(&of_model.pages[already..], &filter, recipe.seed)?;
        if settings.baseline {
            // It is measured on text.
            corpus.html.clear();
            let filter = train(&corpus, &plain, "baseline, ").map_err(in_fold)?;
            of_plain.judge(&filter, fold, &measured, &copies)?;
        }
    }
    progress("drawing pages for the intervals");
    let known: BTreeSet<u64> = pages.iter().map(page_digest).collect();
    let known: Vec<u64> = known.into_iter().collect();
    Ok(CrossValidation {
        folds,
        inputs: inputs_digest(&recipe.text, &known, &materials.digest),
        model: of_model.outcome(settings.resamples),
        html: (!html.is_empty()).then(|| of_html.outcome(settings.resamples)),
        baseline: settings.baseline.then(|| {
            let mut outcome = of_plain.outcome(settings.resamples);
            outcome.evaluation.sites.clear();
            outcome
        }),
        robustness: played.figures(recipe.seed),
    })
}

/// Digest of everything that a model and its figures follow from: features, recipe, pages, and the
/// files that made pages are made of. Of the recipe the values count, not what is written around them.
/// `pages` are the digests of the labelled pages, sorted, each once; `materials` is [`Materials::digest`].
pub fn inputs_digest(recipe: &str, pages: &[u64], materials: &str) -> String {
    let mut digest = Digest::new();
    digest.field(schema::digest()).field(words::dictionary_digest());
    let values = recipe.parse::<toml::Table>().map(|values| values.to_string());
    digest.field(values.as_deref().unwrap_or(recipe)).field(materials);
    for page in pages {
        digest.field(page.to_le_bytes());
    }
    digest.hex()
}

/// What is learned from where a fold is held out.
fn others(
    pages: &[LabelledPage],
    fold_of: &[usize],
    fold: usize,
    recipe: &Recipe,
    materials: &Materials,
) -> Result<Corpus> {
    let others = pages.iter().zip(fold_of).filter(|&(_, &of)| of != fold);
    let others: Vec<LabelledPage> = others.map(|(page, _)| page.clone()).collect();
    let words = materials.without(share(fold));
    made::corpus(others, recipe, &words)
}

fn fit(corpus: &Corpus, recipe: &Recipe, told: &(dyn Fn(&str) + Sync)) -> Result<Filter> {
    let model = trainer::train(corpus, recipe, told)?;
    let policy = *model.policy();
    Ok(Filter::new(model, policy).with_kinds())
}

/// The model that did not see one of so many folds, at its own operating point.
///
/// # Errors
/// Those of [`trainer::train`] and [`Corpus::assemble`], with the fold they came from.
pub(super) fn fold_model(
    pages: &[LabelledPage],
    fold_of: &[usize],
    (fold, folds): (usize, usize),
    recipe: &Recipe,
    materials: &Materials,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Filter> {
    let told = |what: &str| progress(&format!("fold {} of {folds}: {what}", fold + 1));
    told("making pages");
    others(pages, fold_of, fold, recipe, materials)
        .and_then(|corpus| fit(&corpus, recipe, &told))
        .map_err(|error| named(error, fold, folds))
}

/// The fold of each page, and how many folds there are.
pub(super) fn deal(pages: &[LabelledPage], folds: usize) -> Result<(Vec<usize>, usize)> {
    if !(2..=20).contains(&folds) {
        return Err(Error::parameter("folds", folds, "must be from 2 to 20"));
    }
    let sites: BTreeSet<&str> = pages.iter().map(|p| p.site.as_str()).collect();
    // With one of two sites held out, one is left to train on, and training itself needs two.
    if sites.len() < 3 {
        return Err(Error::Untrainable(format!(
            "cross-validation holds out sites and needs at least 3; there are {}",
            sites.len()
        )));
    }
    let folds = folds.min(sites.len());
    let all: Vec<&LabelledPage> = pages.iter().collect();
    Ok((split::pages(&all, folds)?, folds))
}

fn share(fold: usize) -> TermShare {
    TermShare { fold: fold % SHARES, folds: SHARES }
}

fn named(error: Error, fold: usize, folds: usize) -> Error {
    let place = format!("with fold {} of {folds} held out", fold + 1);
    match error {
        Error::Untrainable(reason) => Error::Untrainable(format!("{place}: {reason}")),
        Error::NotConverged { solver, detail } => {
            Error::NotConverged { solver: format!("{solver} ({place})"), detail }
        }
        other => other,
    }
}

/// The recipe without everything that is more than n-grams of single lines.
fn plain(recipe: &Recipe) -> Recipe {
    let mut plain = recipe.clone();
    plain.line.form = false;
    plain.words.gate = 0.0;
    plain.page.passes = 0;
    plain
}

/// A planted copy of a measured page.
struct Copied<'a> {
    fold: usize,
    original: &'a LabelledPage,
    page: LabelledPage,
    /// Which of its lines were planted.
    planted: Vec<bool>,
}

fn planted_copies<'a>(
    measured: &[(usize, &'a LabelledPage)],
    folds: usize,
    recipe: &Recipe,
    materials: &Materials,
) -> Vec<Copied<'a>> {
    let words: Vec<Lexicons> =
        (0..folds).map(|fold| materials.lexicons.share(share(fold))).collect();
    measured
        .par_iter()
        .flat_map_iter(|&(fold, original)| {
            let words = &words[fold];
            (0..recipe.copies_of(original)).map(move |copy| {
                let PlantedCopy { mut page, planted } =
                    made::planted(original, words, recipe, copy);
                page.set = "planted".into();
                Copied { fold, original, page, planted }
            })
        })
        .collect()
}

/// What was judged so far.
#[derive(Default)]
struct Gathered<'a> {
    thresholds: Vec<f32>,
    /// The fold of each site that has pages among these.
    fold_of: BTreeMap<&'a str, usize>,
    pages: Vec<Judged<'a>>,
    copies: Vec<JudgedCopy<'a>>,
}

struct JudgedCopy<'a> {
    copy: Judged<'a>,
    original: Judged<'a>,
    planted: &'a [bool],
}

impl<'a> Gathered<'a> {
    fn judge(
        &mut self,
        filter: &Filter,
        fold: usize,
        measured: &[(usize, &'a LabelledPage)],
        copies: &'a [Copied<'a>],
    ) -> Result<()> {
        let pages: Vec<Judged<'a>> = measured
            .par_iter()
            .filter(|&&(of, _)| of == fold)
            .map_init(Scratch::default, |scratch, &(_, page)| Judged::by(filter, page, scratch))
            .collect::<Result<_>>()?;
        let copies: Vec<JudgedCopy<'a>> = copies
            .par_iter()
            .filter(|copied| copied.fold == fold)
            .map_init(Scratch::default, |scratch, copied| {
                Ok(JudgedCopy {
                    copy: Judged::by(filter, &copied.page, scratch)?,
                    original: Judged::by(filter, copied.original, scratch)?,
                    planted: &copied.planted,
                })
            })
            .collect::<Result<_>>()?;
        if pages.is_empty() {
            return Ok(());
        }
        let of_html = pages.iter().any(|judged| judged.page().html.is_some());
        let policy = if of_html { filter.html_policy() } else { filter.policy() };
        self.thresholds.push(policy.threshold);
        self.fold_of.extend(pages.iter().map(|judged| (judged.page().site.as_str(), fold)));
        self.pages.extend(pages);
        self.copies.extend(copies);
        Ok(())
    }

    fn outcome(self, resamples: u32) -> Outcome {
        let folds = self.thresholds.len().max(1) as f64;
        let mean = self.thresholds.iter().map(|&t| f64::from(t)).sum::<f64>() / folds;
        let options = Options { resamples, ..Options::new(mean as f32) };
        let mut evaluation = Evaluation::of(&self.pages, &options);
        for site in &mut evaluation.sites {
            site.fold = self.fold_of.get(site.name.as_str()).copied();
        }
        Outcome {
            evaluation,
            planted: Planted::of(&self.copies, &options),
            thresholds: self.thresholds,
        }
    }
}

impl Planted {
    fn of(copies: &[JudgedCopy<'_>], options: &Options) -> Option<Planted> {
        if copies.is_empty() {
            return None;
        }
        let mut pages: Vec<Tally> = Vec::new();
        let mut whole = Tally::default();
        let mut kinds: BTreeMap<Kind, Tally> = BTreeMap::new();
        let (mut after, mut before) = (Tally::default(), Tally::default());
        for judged in copies {
            let mut page = Tally::default();
            let lines = judged.copy.page().lines.iter().zip(&judged.copy.verdict().lines);
            for ((line, verdict), &is_planted) in lines.zip(judged.planted) {
                after.line(line, verdict);
                if is_planted {
                    page.line(line, verdict);
                    if let Some(kind) = line.kind {
                        kinds.entry(kind).or_default().line(line, verdict);
                    }
                }
            }
            let original = judged.original.page().lines.iter();
            for (line, verdict) in original.zip(&judged.original.verdict().lines) {
                before.line(line, verdict);
            }
            whole.add(&page);
            pages.push(page);
        }
        let draws = resample(&pages, options.resamples, seed_for(options.seed, "planted lines"));
        let judged: Vec<Judged<'_>> = copies.iter().map(|c| c.copy.clone()).collect();
        let mut evaluation = Evaluation::of(&judged, options);
        evaluation.sites.clear();
        Some(Planted {
            pages: copies.len() as u64,
            lines: whole.confusion.lines(),
            recall: whole.confusion.junk().recall,
            recall_interval: Intervals::of(&[&draws]).junk_recall,
            kinds: kinds
                .into_iter()
                .map(|(kind, tally)| PlantedKind {
                    name: kind.name(),
                    lines: tally.confusion.lines(),
                    recall: tally.confusion.junk().recall,
                })
                .collect(),
            article_characters_lost: after.article_loss(),
            article_characters_lost_before: before.article_loss(),
            evaluation,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{input::testing, text::Label};

    fn page(set: &str, site: &str, lines: &[(Label, &str)]) -> LabelledPage {
        let page = testing::page(lines.iter().map(|&(label, text)| testing::line(text, label)));
        LabelledPage { id: format!("{set} {site}"), site: site.into(), set: set.into(), ..page }
    }

    #[test]
    fn there_are_no_more_folds_than_sites_and_never_too_few() {
        let line = [(Label::Article, "花开了")];
        let pages: Vec<_> = ["a", "b", "c", "a"].map(|site| page("s", site, &line)).into();
        let (fold_of, folds) = deal(&pages, 5).unwrap();
        assert_eq!(folds, 3);
        assert_eq!(fold_of[0], fold_of[3]);
        assert_eq!(fold_of.iter().collect::<BTreeSet<_>>().len(), 3);
        let few = deal(&pages[..2], 5).unwrap_err().to_string();
        assert_eq!(
            few,
            "cannot train: cross-validation holds out sites and needs at least 3; there are 2"
        );
        assert!(deal(&pages, 1).is_err() && deal(&pages, 21).is_err());
    }

    #[test]
    fn figures_follow_from_what_a_recipe_says_and_not_from_how() {
        let of = |recipe: &str| inputs_digest(recipe, &[1, 2], "m");
        let digest = of("seed = 1\n[line]\nbits = 18\ncost = 1.0\n");
        assert_eq!(of("# a\nseed = 1\n\n[line]\ncost = 1.0 # b\nbits=18\n"), digest);
        assert_ne!(of("seed = 1\n[line]\nbits = 18\ncost = 1.5\n"), digest);
        assert_ne!(of("seed = 1\n[page]\nbits = 18\ncost = 1.0\n"), digest);
        assert_ne!(inputs_digest("seed = 1", &[1], "m"), inputs_digest("seed = 1", &[2], "m"));
        assert_ne!(inputs_digest("seed = 1", &[], "m"), inputs_digest("seed = 1", &[], "n"));
    }

    #[test]
    fn with_weak_sets_only_nothing_is_measured() {
        let recipe =
            Recipe::parse(&format!("{}\n[sets.s]\nweak = true\n", super::super::recipe::DEFAULT));
        let recipe = recipe.unwrap();
        let lines = [(Label::Junk, "首页"), (Label::Article, "花开了")];
        let pages: Vec<_> = ["a", "b", "c"].map(|site| page("s", site, &lines)).into();
        let materials = Materials::load(&recipe, None).unwrap();
        let got = cross_validate(&pages, &recipe, &materials, Settings::default(), &|_| ());
        assert!(got.unwrap_err().to_string().contains("every set is weak"));
    }
}
