//! From labelled pages to a finished model: fold by fold through every stage of the first head, its
//! operating point on the lines that were held out, and where there are pages of HTML the second head.

use super::{
    corpus::{Corpus, Origin, TrainingPage},
    kind_fit,
    made::{self, Materials},
    operate::{Aim, HeldOut, Operation, operate},
    out_of_fold::{self, Stages},
    recipe::Recipe,
    span, tree_fit,
};
use crate::{
    Error, Result,
    digest::Digest,
    features::schema,
    input::LabelledPage,
    model::{Card, Model},
    text::{Label, words},
};

/// Trains a model on labelled pages and those that the recipe asks to be made from them.
///
/// # Errors
/// Those of [`made::corpus`] and [`train`].
pub fn train_on(
    pages: Vec<LabelledPage>,
    recipe: &Recipe,
    materials: &Materials,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Model> {
    progress("making pages");
    let corpus = made::corpus(pages, recipe, materials)?;
    let mut model = train(&corpus, recipe, progress)?;
    model.card.lexicons.clone_from(&materials.digest);
    Ok(model)
}

/// Trains a model. `progress` is told what is being done, a short line each time.
///
/// # Errors
/// [`crate::Error::NotConverged`] from any of the fits; [`crate::Error::Untrainable`] where a fold
/// has only one class.
pub fn train(corpus: &Corpus, recipe: &Recipe, progress: &(dyn Fn(&str) + Sync)) -> Result<Model> {
    let mut stages = out_of_fold::fit(corpus, recipe, progress)?;

    progress("fitting spans inside lines");
    let span = match span::fit(corpus, &stages.line, recipe) {
        Ok(fitted) => {
            stages.report.push(fitted.report);
            Some(fitted.whole)
        }
        // A corpus of messages, or one without planted junk, makes a model that cuts nothing.
        Err(error @ (Error::Untrainable(_) | Error::NotConverged { .. })) => {
            stages.report.push(format!("spans: none will be cut: {error}"));
            None
        }
        Err(error) => return Err(error),
    };

    progress("fitting kinds of junk");
    let settings = kind_fit::Settings { seed: recipe.seed, ..Default::default() };
    let kinds = match kind_fit::fit(&kind_fit::rows(corpus, &stages), settings) {
        Ok(fitted) => {
            stages.report.push(fitted.report);
            Some(fitted.model)
        }
        // Labels without kinds, as messages have them, make a model that names none.
        Err(error @ (Error::Untrainable(_) | Error::NotConverged { .. })) => {
            stages.report.push(format!("kinds: none will be named: {error}"));
            None
        }
        Err(error) => return Err(error),
    };

    progress("calibrating on held-out sites");
    let lines: Vec<HeldOut<'_>> = held_out(corpus, &stages).collect();
    let Operation { calibration, operating, policy, report } =
        operate(&lines, recipe, Aim::JunkLines, recipe.policy.max_article_loss)?;
    stages.report.push(report);

    let tree = match corpus.html.is_empty() {
        true => None,
        false => Some(tree_fit::fit(corpus, &stages, recipe, progress)?),
    };
    let tree = tree.map(|fitted| {
        stages.report.extend(fitted.report);
        fitted.model
    });
    let sets = corpus.sets();
    let mut digest = Digest::new();
    for set in &sets {
        digest.field(&set.name).field(&set.digest);
    }
    Ok(Model {
        line: stages.line.whole,
        passes: stages.passes.into_iter().map(|p| p.whole).collect(),
        span,
        kinds,
        tree,
        calibration,
        policy,
        operating,
        card: Card {
            crate_version: env!("CARGO_PKG_VERSION").into(),
            schema: schema::digest(),
            words: words::dictionary_digest().to_owned(),
            recipe: recipe.text.clone(),
            corpus: digest.hex(),
            lexicons: String::new(),
            sets,
            fits: stages.report,
        },
        trained_on: corpus.page_digests(),
    })
}

/// Every line that is measured on, with its held-out evidence: those of gold pages, or of all pages
/// where every set is weak.
pub(super) fn held_out<'a>(
    corpus: &'a Corpus,
    stages: &'a Stages,
) -> impl Iterator<Item = HeldOut<'a>> {
    let any_gold = corpus.pages.iter().any(|p| p.origin == Origin::Gold);
    let measured = move |page: &TrainingPage| page.origin == Origin::Gold || !any_gold;
    let pages = corpus.pages.iter().enumerate().filter(move |(_, page)| measured(page));
    pages.flat_map(|(number, page)| {
        let lines = page.page.lines.iter().zip(&stages.evidence[number]);
        lines.filter(|(l, _)| l.label != Label::Either).map(move |(line, &evidence)| HeldOut {
            set: &page.page.set,
            site: &page.page.site,
            page: number,
            is_junk: line.label == Label::Junk,
            evidence,
        })
    })
}
