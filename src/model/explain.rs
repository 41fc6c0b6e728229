//! Why a line has its probability, as sums: n-grams and words add up to the line model's margin, curves
//! and crosses to the page model's log odds, and these with the calibration to the probability. In: a
//! model and what the filter knows of a line when it decides; out: every part by name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Additive, Cross, Evidence, JUNK, Model, PageModel, Table, word_codes};
use crate::features::{
    context::{Surroundings, WIDTH, column_names},
    facts::PageFacts,
    ngrams::{self, CHARACTERS, Family, TERMS, WORDS},
    position::{N_SOURCES, Positions},
    runs, skeleton,
};
use crate::text::{fold, words};

/// Everything that makes up the probability of one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// What the line says by itself.
    pub line: LineParts,
    /// What it says among its neighbours, of which the line model's answers are columns; `None` for a
    /// model without passes, whose log odds are the line's margin.
    pub page: Option<PageParts>,
    /// From the log odds to the probability.
    pub calibration: CalibrationParts,
    /// Probability of junk, as [`crate::Filter::judge`] gives it.
    pub probability: f32,
}

/// The parts of the line model's margin, log odds each: `bias + characters + form + words` is
/// `margin`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineParts {
    /// The sum.
    pub margin: f32,
    /// What every line has.
    pub bias: f32,
    /// What the n-grams of characters and of words of letters add.
    pub characters: f32,
    /// They one by one, those that add most first.
    pub grams: Vec<GramPart>,
    /// What the n-grams of the skeleton add.
    pub form: f32,
    /// The skeleton, as [`skeleton::describe`] writes it.
    pub skeleton: String,
    /// What words add, the bias of words included; 0 where they were not looked up.
    pub words: f32,
    /// Single words and pairs one by one; they and `words_bias` add up to `words`.
    pub word_grams: Vec<GramPart>,
    /// Added where words were looked up.
    pub words_bias: f32,
    /// Whether words were looked up: only where the rest leaves the line unsure.
    pub words_asked: bool,
    /// Log odds that the line is of a kind that intruders plant; a column of the page model.
    pub planted: f32,
}

/// An n-gram and what it adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GramPart {
    /// Its text, as it first stands in the line; `^` for the line's beginning, `$` for its end.
    pub text: String,
    /// How often it is there.
    pub times: u32,
    /// Log odds that it adds, all times together.
    pub adds: f32,
}

/// The parts of the last pass of the page model: `bias`, columns and crosses add up to `log_odds`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageParts {
    /// The sum.
    pub log_odds: f32,
    /// Which band of line lengths the curves are of, from 0.
    pub band: usize,
    /// What every line of the band has.
    pub bias: f32,
    /// Columns and crosses that add something, those that add most first.
    pub parts: Vec<ColumnPart>,
}

/// A column, or a pair of them, and what its curve adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnPart {
    /// Its name in the schema; of a pair, both joined by ` × `.
    pub name: String,
    /// Its value for this line, or those of the pair.
    pub values: Vec<f32>,
    /// Log odds that it adds.
    pub adds: f32,
}

/// `slope × (log odds + length_cost) + offset + repeats` is the logit of the probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationParts {
    /// What the line's length costs, 0 or less.
    pub length_cost: f32,
    /// Multiplies.
    pub slope: f32,
    /// Is added.
    pub offset: f32,
    /// Is added for other pages of its site that have the line; 0 where nothing is known of these.
    pub repeats: f32,
    /// The sum; the probability is 1 / (1 + e^-logit).
    pub logit: f32,
}

impl Model {
    /// Explains line `i` of a page whose facts were read and whose last pass was run: `around` is as that
    /// pass saw it, `log_odds` its answer, `repeats` as in [`Evidence`].
    pub(crate) fn explain(
        &self,
        text: &str,
        i: usize,
        facts: &PageFacts,
        around: &Surroundings,
        log_odds: f32,
        repeats: f32,
    ) -> Explanation {
        let line = self.explain_line(text, facts, i);
        let page = self.passes.last().map(|pass| {
            let mut row = [0.0; WIDTH];
            around.row(facts, i, &mut row);
            explain_page(pass, &row)
        });
        let evidence = Evidence { repeats, ..Evidence::of(text, facts, i, log_odds) };
        let c = self.calibration;
        let length_cost = super::Calibration::adjusted(c.length_cost, evidence) - evidence.log_odds;
        let calibration = CalibrationParts {
            length_cost,
            slope: c.slope,
            offset: c.offset,
            repeats,
            logit: c.slope * (log_odds + length_cost) + c.offset + repeats,
        };
        Explanation { line, page, calibration, probability: c.probability(evidence) }
    }

    fn explain_line(&self, text: &str, facts: &PageFacts, i: usize) -> LineParts {
        let margins = facts.margins.get(i).copied().unwrap_or_default();
        let (mut codes, mut tokens) = (Vec::new(), Vec::new());
        fold::fold_line(text, &mut codes);
        skeleton::tokens(&codes, &mut tokens);
        let mut places = Positions::default();
        places.read(text, |_| [0.0; N_SOURCES]);
        let original = |from: usize, to: usize| -> String {
            let bytes = places.byte(from, text)..places.byte(to, text);
            match text.get(bytes) {
                // As the line has it, where every code was found in it.
                Some(part) if places.len() == codes.len() => part.trim().to_owned(),
                _ => {
                    let mut folded = String::new();
                    fold::unfold_into(codes.get(from..to).unwrap_or_default(), &mut folded);
                    folded
                }
            }
        };
        let mut grams = gram_parts(&self.line.table, JUNK, &codes, CHARACTERS, original);
        let (mut terms, mut at) = (Vec::new(), Vec::new());
        runs::terms(&codes, &mut terms, |place| at.push(place));
        let between = |from: usize, to: usize| match at.get(from..to) {
            Some([first, .., last]) => original(first.start, last.end),
            Some([one]) => original(one.start, one.end),
            _ => String::new(),
        };
        grams.extend(gram_parts(&self.line.table, JUNK, &terms, TERMS, between));
        in_order(&mut grams);
        let mut word_grams = Vec::new();
        if margins.words_asked {
            let (mut folded, mut ids) = (String::new(), Vec::new());
            word_codes(&codes, &mut folded, &mut ids);
            let mut list = Vec::new();
            words::for_each_word(&folded, |word| list.push(word));
            let joined = |from: usize, to: usize| list.get(from..to).unwrap_or_default().join(" ");
            word_grams = gram_parts(&self.line.words, JUNK, &ids, WORDS, joined);
        }
        LineParts {
            margin: margins.total(),
            bias: margins.bias,
            characters: margins.characters,
            grams,
            form: margins.form,
            skeleton: skeleton::describe(&tokens),
            words: margins.words,
            word_grams,
            words_bias: if margins.words_asked { self.line.words_bias } else { 0.0 },
            words_asked: margins.words_asked,
            planted: margins.planted,
        }
    }
}

/// What each n-gram of a sequence adds to a margin, those that add most first.
fn gram_parts<const H: usize>(
    table: &Table<H>,
    head: usize,
    codes: &[u16],
    family: Family,
    text: impl Fn(usize, usize) -> String,
) -> Vec<GramPart> {
    let grams = ngrams::grams(codes, family);
    let root = (grams.len().max(1) as f64).sqrt();
    let scale = f64::from(table.scales.get(head).copied().unwrap_or_default());
    // By hash, so that what is written in two ways counts as what it is: one n-gram.
    let mut sums: BTreeMap<u32, (&ngrams::Gram, u32, f64)> = BTreeMap::new();
    for gram in &grams {
        let weights = table.weights.get(ngrams::bucket(gram.hash, table.bits));
        let weight = weights.and_then(|w| w.get(head)).map_or(0.0, |&w| f64::from(w));
        let entry = sums.entry(gram.hash).or_insert((gram, 0, 0.0));
        entry.1 += 1;
        entry.2 += weight * scale / root;
    }
    let part = |(gram, times, adds): (&ngrams::Gram, u32, f64)| {
        let (begin, end) = (if gram.begins { "^" } else { "" }, if gram.ends { "$" } else { "" });
        let inside = text(gram.codes.start, gram.codes.end);
        GramPart { text: format!("{begin}{inside}{end}"), times, adds: adds as f32 }
    };
    let mut parts: Vec<GramPart> = sums.into_values().map(part).collect();
    in_order(&mut parts);
    parts
}

/// Those that add most first.
fn in_order(parts: &mut [GramPart]) {
    parts.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()).then_with(|| a.text.cmp(&b.text)));
}

/// The parts of a pass for a line with that row.
fn explain_page(pass: &PageModel, row: &[f32; WIDTH]) -> PageParts {
    let band = PageModel::band_of(&pass.bounds, row);
    let Some(model) = pass.bands.get(band) else {
        return PageParts { log_odds: 0.0, band, bias: 0.0, parts: Vec::new() };
    };
    let mut parts = Vec::new();
    for_each_part(model, row, |part, adds| {
        if adds != 0.0 {
            let columns: &[usize] = match part {
                Part::Column(column) => &[column],
                Part::Cross(index) => &model.basis.crosses[index].columns,
            };
            let names: Vec<_> = columns.iter().map(|&c| column_name(c)).collect();
            let values = columns.iter().filter_map(|&c| row.get(c).copied()).collect();
            parts.push(ColumnPart { name: names.join(" × "), values, adds: adds as f32 });
        }
    });
    parts.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()).then_with(|| a.name.cmp(&b.name)));
    PageParts { log_odds: model.log_odds(row), band, bias: model.bias, parts }
}

/// How many parts are named as those that decided.
pub const DECIDING: usize = 3;

/// A part of the page model's log odds that speaks for junk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecidingPart {
    /// Index of its column; of a pair, of both.
    pub columns: (usize, Option<usize>),
    /// Log odds that it adds.
    pub adds: f32,
}

impl DecidingPart {
    /// Its name, as in an [`Explanation`].
    pub fn name(&self) -> String {
        let (one, other) = self.columns;
        other.map_or(column_name(one).to_owned(), |other| {
            format!("{} × {}", column_name(one), column_name(other))
        })
    }
}

/// The parts that speak most for junk, the greatest first.
pub fn deciding(pass: &PageModel, row: &[f32; WIDTH]) -> [Option<DecidingPart>; DECIDING] {
    let mut best = [None; DECIDING];
    let Some(model) = pass.bands.get(PageModel::band_of(&pass.bounds, row)) else { return best };
    for_each_part(model, row, |part, adds| {
        let columns = match part {
            Part::Column(column) => (column, None),
            Part::Cross(index) => match model.basis.crosses.get(index) {
                Some(Cross { columns: [a, b], .. }) => (*a, Some(*b)),
                None => return,
            },
        };
        let mut next = Some(DecidingPart { columns, adds: adds as f32 }).filter(|p| p.adds > 0.0);
        for place in &mut best {
            let is_greater = |p: &DecidingPart| place.is_none_or(|q| p.adds > q.adds);
            if next.as_ref().is_some_and(is_greater) {
                std::mem::swap(place, &mut next);
            }
        }
    });
    best
}

/// What adds to the page model's log odds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A column, by its index in the schema.
    Column(usize),
    /// A pair of columns, by its index in the basis.
    Cross(usize),
}

/// The name of a column.
pub fn column_name(column: usize) -> &'static str {
    column_names().nth(column).unwrap_or("?")
}

/// Calls `each` with what every column and every pair of columns adds to the log odds; with the bias
/// they are [`Additive::log_odds`].
pub fn for_each_part(model: &Additive, row: &[f32; WIDTH], mut each: impl FnMut(Part, f64)) {
    let mut weights = model.weights.iter().map(|&weight| f64::from(weight));
    for (column, (knots, &x)) in model.basis.columns.iter().zip(row).enumerate() {
        let ramps = (0..knots.ramps()).zip(weights.by_ref());
        let adds: f64 = ramps.map(|(k, weight)| weight * f64::from(knots.ramp(k, x))).sum();
        if knots.ramps() > 0 {
            each(Part::Column(column), adds);
        }
    }
    for (index, Cross { columns: [a, b], knots: [of_a, of_b] }) in
        model.basis.crosses.iter().enumerate()
    {
        let mut adds = 0.0;
        for j in 0..of_a.ramps() {
            let height = of_a.ramp(j, row[*a]);
            for (k, weight) in (0..of_b.ramps()).zip(weights.by_ref()) {
                adds += weight * f64::from(height * of_b.ramp(k, row[*b]));
            }
        }
        each(Part::Cross(index), adds);
    }
}
