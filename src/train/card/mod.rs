//! The model card: a model and, where there are any, its cross-validated figures go in, Markdown
//! comes out. Every figure is read from the model file or from JSON of `dechaff train`; what is written by
//! hand here holds for any model, and what was found by reading pages comes in as notes.

mod ablation;
mod beside;
mod markdown;
mod results;
mod sources;

pub use ablation::parts;
pub use beside::Beside;
pub use results::results;
pub use sources::{Source, sources};

use serde_json::Value;

use super::{cross_validate, recipe::Recipe};
use crate::{Model, Result, digest::Digest, model::SetFacts};
use markdown::{Markdown, figure, percent};

/// Shares of article characters that the table of operating points asks about.
const BUDGETS: [f64; 6] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];

/// What is said of figures that are not of the card's model.
const OF_ANOTHER: &str = "**These figures are of a model that was made from other pages, another recipe, \
    other files or other features than this one.**";

/// What a card says at its top.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The name of the model.
    pub name: &'a str,
    /// Bytes of its file.
    pub bytes: usize,
    /// SHA-256 of its file.
    pub sha256: &'a str,
}

/// Figures that a card shows, each where there are any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures<'a> {
    /// What [`cross_validate::CrossValidation`] is as JSON.
    pub measured: Option<&'a Value>,
    /// The figures of other models, shown in a table with these.
    pub beside: &'a [Beside<'a>],
    /// What [`Ablation`](super::ablation::Ablation) is as JSON.
    pub parts: Option<&'a Value>,
    /// What its makers found by reading, as Markdown below headings of the second level.
    pub notes: Option<&'a str>,
}

/// Whether cross-validated figures are of a model made as this one was: from the same pages, recipe,
/// files and features.
pub fn belongs(model: &Model, measured: &Value) -> bool {
    let card = &model.card;
    let inputs = cross_validate::inputs_digest(&card.recipe, &model.trained_on, &card.lexicons);
    measured.get("inputs").and_then(Value::as_str) == Some(inputs.as_str())
}

/// The card as Markdown.
///
/// # Errors
/// [`crate::Error::BadParameter`] where the table of sources, which is part of the program, cannot
/// be read; a test rules that out.
pub fn card(title: Title<'_>, model: &Model, figures: Figures<'_>) -> Result<String> {
    let Figures { measured, beside, parts, notes } = figures;
    let sources = sources()?;
    let mut out = Markdown::default();
    out.heading(1, &format!("Model card: {}", title.name));
    out.paragraph(&format!(
        "Written by `dechaff model card` from the model file: {} bytes, SHA-256 `{}`.",
        title.bytes, title.sha256
    ));
    purpose(&mut out);
    training(&mut out, model, &sources);
    operating(&mut out, model);
    match measured {
        Some(measured) => {
            out.heading(2, "What it does on sites it has not seen");
            if !belongs(model, measured) {
                out.paragraph(OF_ANOTHER);
            }
            out.raw(&results(measured));
            let own = match Recipe::parse(&model.card.recipe) {
                _ if !belongs(model, measured) => "another model, as said above".into(),
                Ok(recipe) => format!("this model ({})", recipe.line.solver.name()),
                Err(_) => "this model".into(),
            };
            let own = Beside { name: &own, measured };
            beside::side_by_side(&mut out, &[&[own], beside].concat());
        }
        None => {
            out.heading(2, "What it does on sites it has not seen");
            out.paragraph("Not measured; `dechaff train --cross-validate` does it.");
        }
    }
    if let Some(measured) = parts {
        out.heading(2, "What each part is worth");
        if !belongs(model, measured) {
            out.paragraph(OF_ANOTHER);
        }
        out.raw(&ablation::parts(measured));
    }
    if let Some(notes) = notes {
        out.raw(notes);
    }
    making(&mut out, model);
    rebuilding(&mut out, model, figures);
    Ok(out.into_text())
}

fn purpose(out: &mut Markdown) {
    out.heading(2, "What it is for");
    out.paragraph(
        "It gives every line of a page that was scraped from the web a probability of being junk: \
         planted link farms and keyword strings, menus, lists of other articles, footers. It is meant \
         for cleaning text before it becomes a corpus, an index or a feed.",
    );
    out.paragraph("It is not for:");
    out.list([
        "judging whether a page is worth reading, true, legal or fit for children: an advertisement \
         written as an article is an article here",
        "messages (mail, chat, short messages): a message is spam or not as a whole, and has no page \
         around it; train a model on messages for that",
        "languages that the sets below do not hold",
        "evidence against a site or a person: a line that is called junk is a guess, and planted lines \
         are as a rule not the work of the site's owner",
    ]);
}

fn training(out: &mut Markdown, model: &Model, sources: &[Source]) {
    out.heading(2, "What it was trained on");
    let of = |set: &SetFacts| {
        // A set of somebody else's may have the same name.
        sources.iter().find(|s| s.usage == "pages" && s.name == set.name && s.units == set.pages)
    };
    let recipe = Recipe::parse(&model.card.recipe).ok();
    let weak = |name: &str| recipe.as_ref().is_some_and(|recipe| recipe.set(name).weak);
    let rows = model.card.sets.iter().map(|set| {
        let name = if weak(&set.name) { format!("{} (weak)", set.name) } else { set.name.clone() };
        let source = of(set);
        [
            name,
            set.pages.to_string(),
            set.sites.to_string(),
            set.article_lines.to_string(),
            set.junk_lines.to_string(),
            percent(Some(set.prevalence())),
            percent(Some(set.weight)),
            source.map_or_else(|| "–".into(), |s| s.origins.join(", ")),
            source.map_or_else(|| "–".into(), |s| s.licence.clone()),
        ]
    });
    out.table(
        [
            "set",
            "pages",
            "sites",
            "article lines",
            "junk lines",
            "junk",
            "weight",
            "origin",
            "licence",
        ],
        rows,
    );
    out.paragraph(
        "`junk` is the share of labelled lines that are junk, `weight` the share that a set has in the \
         fits. Labels of weak sets are machine-made: learned from, never measured on. Pages *made for \
         training* are copies of labelled pages with junk planted into them, and pages composed around \
         prose, as text and as HTML; where a word list or prose of others was read for them, it is listed here:",
    );
    let named = |source: &&Source| {
        source.usage != "pages" && model.card.recipe.contains(&format!("\"{}\"", source.file))
    };
    let materials: Vec<&Source> = sources.iter().filter(named).collect();
    if materials.is_empty() {
        out.paragraph("None: the recipe names none.");
    } else {
        out.table(
            ["file", "use", "taken", "origin", "licence"],
            materials.iter().map(|s| {
                let (file, usage) = (s.file.clone(), s.usage.clone());
                [file, usage, s.taken.clone(), s.origins.join(", "), s.licence.clone()]
            }),
        );
    }
    out.paragraph(
        "Page texts belong to their sites, and none of them is in the model or in the repository.",
    );
}

fn operating(out: &mut Markdown, model: &Model) {
    let (policy, curve) = (model.policy(), &model.operating);
    out.heading(2, "Operating points");
    out.paragraph(&format!(
        "By default a line is junk from probability {:.4} on and unsure (kept) from {:.4}. The points \
         were measured on {} article lines of sites held out within the training.",
        policy.threshold, policy.unsure, curve.article_lines
    ));
    let rows = BUDGETS.iter().map(|&budget| match curve.for_loss(budget) {
        Ok(point) => [
            budget.to_string(),
            format!("{:.4}", point.threshold),
            figure(Some(point.junk_f1)),
            percent(Some(point.article_loss)),
        ],
        Err(_) => [budget.to_string(), "not supported".into(), "–".into(), "–".into()],
    });
    out.table(["`--max-article-loss`", "threshold", "mean junk F1", "article lost"], rows);
}

fn making(out: &mut Markdown, model: &Model) {
    let card = &model.card;
    out.heading(2, "How it was made");
    let facts = [
        ("dechaff", card.crate_version.clone()),
        ("features", card.schema.clone()),
        ("segmenter and dictionary", card.words.clone()),
        ("training pages", card.corpus.clone()),
        ("files of prose and words", {
            let is_none = card.lexicons == Digest::new().hex();
            if is_none { "none".into() } else { card.lexicons.clone() }
        }),
        ("n-gram weights", format!("2^{}", model.line.table.bits)),
        ("word weights", format!("2^{}", model.line.words.bits)),
        ("passes of the page model", model.passes.len().to_string()),
        ("slope and offset of the calibration", {
            format!("{:.4}, {:.4}", model.calibration.slope, model.calibration.offset)
        }),
    ];
    out.table(["", "digest or value"], facts.map(|(name, value)| [name.to_owned(), value]));
    out.paragraph("The fits:");
    out.list(card.fits.iter().map(String::as_str));
    out.paragraph("The recipe:");
    out.code("toml", &card.recipe);
}

fn rebuilding(out: &mut Markdown, model: &Model, figures: Figures<'_>) {
    let has_html = model.card.sets.iter().any(|set| set.name.ends_with("(HTML)"));
    let (folders, named) = match has_html {
        true => ("`pages/`, `html/`", "$DECHAFF_DATA/pages $DECHAFF_DATA/html"),
        false => ("`pages/`", "$DECHAFF_DATA/pages"),
    };
    let train = format!("dechaff train {named} --recipe training/recipe.toml");
    let mut commands = vec![
        "export DECHAFF_DATA=…   # that folder".to_owned(),
        format!("{train} -o default.dechaff"),
        format!("{train} --cross-validate=figures.json"),
    ];
    let mut card = "dechaff model card default.dechaff --evaluation figures.json".to_owned();
    if figures.parts.is_some() {
        commands.push(format!("{train} --ablate=parts.json"));
        card += " --ablation parts.json";
    }
    commands.push(card + " -o default.md");
    out.heading(2, "How to rebuild it");
    out.paragraph(&format!(
        "With the files of `training/sources.toml` in a folder, {folders} and what the recipe names in it, \
         the same version of dechaff gives the same bytes:",
    ));
    out.code("sh", &commands.join("\n"));
}
