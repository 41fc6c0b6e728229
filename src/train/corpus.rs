//! What a model is trained on: labelled pages with a fold and a weight each, and the pages made
//! from them.

use std::collections::{BTreeMap, BTreeSet};

use super::{recipe::Recipe, split, synth::Genre};
use crate::{
    Error, Result,
    digest::Digest,
    input::{LabelledPage, page_digest},
    model::SetFacts,
    text::Label,
};

/// Where a page's labels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Labelled with care: learned from and measured on.
    Gold,
    /// Labelled by machine: learned from, at a small weight.
    Weak,
    /// Made here: junk planted into a page, or a page composed around prose.
    Made,
}

/// A page of the corpus.
#[derive(Debug, Clone)]
pub struct TrainingPage {
    /// Its lines and labels.
    pub page: LabelledPage,
    /// The fold of its site.
    pub fold: usize,
    /// Where its labels come from.
    pub origin: Origin,
    /// What each of its lines counts.
    pub weights: Vec<f32>,
    /// For a planted copy and a hacked page: whether each line is new, or changed, against the page it
    /// was made from. Empty for every other page.
    pub is_new: Vec<bool>,
    /// For the same: whether each line was planted. Empty for every other page.
    pub planted: Vec<bool>,
    /// For a composed page: its genre.
    pub genre: Option<Genre>,
}

impl TrainingPage {
    /// A page whose weights are still to be set.
    pub fn new(page: LabelledPage, fold: usize, origin: Origin) -> Self {
        let (weights, is_new, planted) = Default::default();
        TrainingPage { page, fold, origin, weights, is_new, planted, genre: None }
    }
}

/// All pages of a training run.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Real pages in the order given, then made ones.
    pub pages: Vec<TrainingPage>,
    /// Pages of HTML, in the same order: what the second head is fitted on.
    pub html: Vec<TrainingPage>,
    /// How many folds there are.
    pub folds: usize,
}

impl Corpus {
    /// Deals pages into folds and weighs them. `make` gives the pages to be made from the real ones,
    /// of text and of HTML, which know their folds by then, and from the number of folds.
    ///
    /// A page of HTML is also a page of text, unless the same set has it as text already.
    ///
    /// # Errors
    /// [`Error::Untrainable`] without junk, without article, or with one site only.
    pub fn assemble(
        pages: Vec<LabelledPage>,
        recipe: &Recipe,
        make: impl FnOnce(&[TrainingPage], &[TrainingPage], usize) -> Result<Vec<TrainingPage>>,
    ) -> Result<Corpus> {
        let (html, mut pages): (Vec<_>, Vec<_>) =
            pages.into_iter().partition(|page| page.html.is_some());
        let known: BTreeSet<(String, String)> =
            pages.iter().map(|page| (page.set.clone(), page.id.clone())).collect();
        let is_new = |page: &&LabelledPage| !known.contains(&(page.set.clone(), page.id.clone()));
        pages.extend(html.iter().filter(is_new).map(|p| LabelledPage { html: None, ..p.clone() }));
        let count =
            |label| pages.iter().flat_map(|p| &p.lines).filter(|l| l.label == label).count();
        for (label, name) in [(Label::Junk, "junk"), (Label::Article, "article")] {
            if count(label) == 0 {
                return Err(Error::Untrainable(format!(
                    "no line of {} pages is labelled {name}",
                    pages.len()
                )));
            }
        }
        let sites: BTreeSet<&str> = pages.iter().map(|p| p.site.as_str()).collect();
        let folds = recipe.folds.min(sites.len()).max(2);
        let all: Vec<&LabelledPage> = pages.iter().chain(&html).collect();
        let mut fold_of = split::pages(&all, folds)?;
        let html_folds = fold_of.split_off(pages.len());
        let real = |(page, fold): (LabelledPage, usize)| {
            let origin = if recipe.set(&page.set).weak { Origin::Weak } else { Origin::Gold };
            TrainingPage::new(page, fold, origin)
        };
        let mut pages: Vec<TrainingPage> = pages.into_iter().zip(fold_of).map(real).collect();
        let mut html: Vec<TrainingPage> = html.into_iter().zip(html_folds).map(real).collect();
        let made = make(&pages, &html, folds)?;
        for page in made {
            if page.page.html.is_some() { html.push(page) } else { pages.push(page) }
        }
        weigh(&mut pages, recipe);
        weigh(&mut html, recipe);
        Ok(Corpus { pages, html, folds })
    }

    /// What was learned from each set, in order of name; made pages are a set of their own.
    pub fn sets(&self) -> Vec<SetFacts> {
        let mut sets: BTreeMap<(bool, String), (SetFacts, Digest, BTreeSet<&str>)> =
            BTreeMap::new();
        let mut whole = 0.0;
        for page in self.pages.iter().chain(&self.html) {
            let made = page.origin == Origin::Made;
            let name = match (made, page.page.html.is_some()) {
                (true, _) => "made for training".to_owned(),
                (false, true) => format!("{} (HTML)", page.page.set),
                (false, false) => page.page.set.clone(),
            };
            let (facts, digest, sites) = sets.entry((made, name.clone())).or_default();
            facts.name = name;
            facts.pages += 1;
            sites.insert(&page.page.site);
            digest.field(page_digest(&page.page).to_le_bytes());
            for (line, &weight) in page.page.lines.iter().zip(&page.weights) {
                match line.label {
                    Label::Article => facts.article_lines += 1,
                    Label::Junk => facts.junk_lines += 1,
                    Label::Either => continue,
                }
                facts.weight += f64::from(weight);
                whole += f64::from(weight);
            }
        }
        sets.into_values()
            .map(|(facts, digest, sites)| SetFacts {
                digest: digest.hex(),
                sites: sites.len() as u64,
                weight: facts.weight / whole,
                ..facts
            })
            .collect()
    }

    /// Digests of the real pages, sorted.
    pub fn page_digests(&self) -> Vec<u64> {
        let all = self.pages.iter().chain(&self.html);
        let real = all.filter(|p| p.origin != Origin::Made);
        let mut digests: Vec<u64> = real.map(|p| page_digest(&p.page)).collect();
        digests.sort_unstable();
        digests.dedup();
        digests
    }
}

/// A page of n labelled lines weighs n^(1 - balance) times its set's weight. The lines of the
/// gold sets weigh 1 on average; weak sets are scaled down to their share of the whole. Of a
/// planted copy the new lines count; the others were learned from the page itself. What a hacked page
/// is made from is not there by itself: its other lines count half as much as the new ones, for with
/// less an article between lines of junk went with them.
fn weigh(pages: &mut [TrainingPage], recipe: &Recipe) {
    for page in pages.iter_mut() {
        let lines = scored_lines(&page.page).max(1) as f64;
        let balanced = lines.powf(-recipe.balance.page);
        let weight = match page.origin {
            Origin::Made if page.page.html.is_some() && page.genre.is_some() => {
                recipe.html.composed_weight * balanced
            }
            Origin::Made => recipe.synth.weight * balanced,
            _ => recipe.set(&page.page.set).weight * balanced,
        };
        page.weights = vec![weight as f32; page.page.lines.len()];
    }
    let gold_lines = lines_of(pages, Origin::Gold) as f64;
    let gold = weight_of(pages, Origin::Gold);
    let gold_scale = if gold > 0.0 { gold_lines / gold } else { 1.0 };
    let (planted, hacked) = (recipe.synth.planted, recipe.synth.hacked);
    for page in pages.iter_mut() {
        for weight in &mut page.weights {
            *weight *= gold_scale as f32;
        }
        let is_copy = page.genre.is_none();
        for (weight, is_new) in page.weights.iter_mut().zip(&page.is_new) {
            *weight = match (is_new, is_copy) {
                (true, true) => planted,
                (true, false) => hacked,
                (false, true) => *weight * NOT_NEW,
                (false, false) => 0.5 * hacked,
            };
        }
    }
    let trusted = weight_of(pages, Origin::Gold) + weight_of(pages, Origin::Made);
    let weak = weight_of(pages, Origin::Weak);
    let share = recipe.balance.weak_share;
    // Where there is nothing else to learn from, weak pages are all that counts.
    if trusted > 0.0 && weak > 0.0 && share < 1.0 {
        let scale = (trusted * share / (1.0 - share) / weak).min(1.0);
        for page in pages.iter_mut().filter(|p| p.origin == Origin::Weak) {
            for weight in &mut page.weights {
                *weight *= scale as f32;
            }
        }
    }
}

fn lines_of(pages: &[TrainingPage], origin: Origin) -> usize {
    pages.iter().filter(|p| p.origin == origin).map(|p| scored_lines(&p.page)).sum()
}

fn weight_of(pages: &[TrainingPage], origin: Origin) -> f64 {
    let of = |p: &TrainingPage| -> f64 {
        let lines = p.page.lines.iter().zip(&p.weights);
        lines.filter(|(l, _)| l.label != Label::Either).map(|(_, &w)| f64::from(w)).sum()
    };
    pages.iter().filter(|p| p.origin == origin).map(of).sum()
}

/// What is left of the weight of a line that a planted copy has from its page: it is still there to
/// say that an article next to junk stays an article.
const NOT_NEW: f32 = 0.2;

fn scored_lines(page: &LabelledPage) -> usize {
    page.lines.iter().filter(|l| l.label != Label::Either).count()
}
