//! The recipe: every parameter of training, from a TOML file that is checked before it is used.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{random::Rng, synth::Genre};
use crate::{Error, Result, input::LabelledPage, model::Level};

/// The recipe of the default model, also the one used where none is given.
pub const DEFAULT: &str = include_str!("../../training/recipe.toml");

/// A recipe whose parameters all make sense. Only [`Recipe::parse`] makes one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Every random choice follows from it.
    pub seed: u64,
    /// Parts that sites are dealt into.
    pub folds: usize,
    /// The line model.
    pub line: LineRecipe,
    /// The words of unsure lines.
    pub words: WordsRecipe,
    /// The page model.
    pub page: PageRecipe,
    /// The head for pages of HTML.
    #[serde(default)]
    pub html: HtmlRecipe,
    /// The operating point.
    pub policy: PolicyRecipe,
    /// How much lines weigh.
    pub balance: Balance,
    /// What is known of each set, by the name of its file.
    #[serde(default)]
    pub sets: BTreeMap<String, SetRecipe>,
    /// Pages made for training.
    #[serde(default)]
    pub synth: SynthRecipe,
    /// The text itself, for the model file.
    #[serde(skip)]
    pub text: String,
}

/// Which solver fits the first table of the line model. The tables of words and of the tree's tokens
/// are always fitted by the sparse one: they start from offsets, which linfa does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solver {
    /// Dual coordinate descent over all columns, [`super::line_fit`].
    #[default]
    Sparse,
    /// linfa-logistic over the best columns by χ², dense, [`super::line_linfa`].
    Linfa,
}

impl Solver {
    /// Its name in the recipe.
    pub fn name(self) -> &'static str {
        match self {
            Solver::Sparse => "sparse",
            Solver::Linfa => "linfa",
        }
    }
}

/// Parameters of the line model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRecipe {
    /// Logarithm of the number of weights.
    pub bits: u32,
    /// Who fits them.
    #[serde(default)]
    pub solver: Solver,
    /// For linfa: columns that have a weight, the best by χ² for each question.
    #[serde(default = "two_thousand")]
    pub columns: usize,
    /// For linfa: lines that a fit sees, drawn by weight. A fit holds 8 bytes for each of these lines
    /// and columns, and as many fits as there are threads run at once, up to one more than the folds.
    #[serde(default = "ten_thousand")]
    pub rows: usize,
    /// C of the logistic loss.
    pub cost: f64,
    /// How far the dual variables may still move in a pass, as a share of their bounds; for linfa the
    /// norm of the gradient for each row.
    pub tolerance: f64,
    /// Passes over all lines, for linfa iterations, before the fit is given up.
    pub max_passes: usize,
    /// Whether the n-grams of the skeleton count.
    #[serde(default = "yes")]
    pub form: bool,
    /// Folded characters of a line that are learned from.
    pub max_characters: usize,
}

/// Parameters of the model of words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsRecipe {
    /// Logarithm of the number of weights.
    pub bits: u32,
    /// Log odds within which words are asked.
    pub gate: f32,
    /// C of the logistic loss.
    pub cost: f64,
}

/// Parameters of the page model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRecipe {
    /// How often the neighbours' answers are fed back.
    pub passes: usize,
    /// Lengths in units that part the bands of lines; a bound is left out where a band would have
    /// too few lines.
    pub bands: Vec<f32>,
    /// Knots of a curve, at most.
    pub knots: usize,
    /// L2 penalty on decorrelated ramps.
    pub alpha: f64,
    /// Share of plain L2 in that penalty.
    pub ridge: f64,
    /// Lines that a fit sees, drawn by weight.
    pub rows: usize,
    /// Gradient norm for each line.
    pub tolerance: f64,
    /// Iterations before the fit is given up.
    pub max_iterations: u64,
    /// Pairs of columns with a surface of their own.
    #[serde(default)]
    pub crosses: Vec<[String; 2]>,
    /// Knots of each side of a surface.
    #[serde(default = "three")]
    pub cross_knots: usize,
}

fn yes() -> bool {
    true
}

fn three() -> usize {
    3
}

fn two_thousand() -> usize {
    2_000
}

fn ten_thousand() -> usize {
    10_000
}

/// Cells of the dense matrix of [`Solver::Linfa`]: 8 GB.
const MOST_CELLS: usize = 1_000_000_000;

/// Parameters of the head for HTML. Its curves are fitted as those of the page model are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HtmlRecipe {
    /// How often the neighbours' answers are fed back.
    pub passes: usize,
    /// Logarithm of the number of weights of tokens.
    pub bits: u32,
    /// C of the logistic loss over tokens.
    pub cost: f64,
    /// Lengths in units that part the bands of lines.
    pub bands: Vec<f32>,
    /// Knots of a curve, at most.
    pub knots: usize,
    /// L2 penalty on decorrelated ramps.
    pub alpha: f64,
    /// Lines that a fit sees, drawn by weight.
    pub rows: usize,
    /// A line of n characters is drawn n to this power as often: what counts in the end is text.
    pub by_length: f64,
    /// Planted copies made of each page.
    pub plant: usize,
    /// How many of the composed pages are also written as HTML.
    pub composed: usize,
    /// Multiplies the weight of their lines.
    pub composed_weight: f64,
    /// Whether the answer is the mean of the passes, rather than the last one's.
    pub average: bool,
    /// How much a page asks of its lines; without it the same on every page.
    pub level: Option<Level>,
    /// Share of article characters that the default point for HTML may lose.
    pub max_article_loss: f64,
}

impl Default for HtmlRecipe {
    fn default() -> Self {
        HtmlRecipe {
            passes: 2,
            bits: 14,
            cost: 0.3,
            bands: vec![15.0],
            knots: 5,
            alpha: 5.0,
            rows: 50_000,
            by_length: 0.5,
            plant: 1,
            composed: 0,
            composed_weight: 0.2,
            average: false,
            level: None,
            max_article_loss: 0.05,
        }
    }
}

/// Parameters of the operating point.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecipe {
    /// Whether spans are cut inside lines unless the user says otherwise.
    #[serde(default)]
    pub cut: bool,
    /// How much more evidence a long line may be asked for, see [`crate::model::Calibration`]; the
    /// value that does best on held-out sites is taken.
    pub length_costs: Vec<f32>,
    /// Share of article characters that the default point may lose.
    pub max_article_loss: f64,
    /// Share that the strict point may lose; lines between the two are unsure.
    pub strict_loss: f64,
}

/// How much lines weigh.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// A page of n lines weighs n^(1 - page).
    pub page: f64,
    /// What the weak sets may weigh together, of 1.
    pub weak_share: f64,
}

/// What is known of a set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SetRecipe {
    /// Multiplies the weight of its lines.
    pub weight: f64,
    /// Its labels are machine-made: learned from, never measured on.
    pub weak: bool,
    /// Planted copies made of each of its pages.
    pub plant: usize,
}

impl Default for SetRecipe {
    fn default() -> Self {
        SetRecipe { weight: 1.0, weak: false, plant: 0 }
    }
}

/// Parameters of the pages made for training.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SynthRecipe {
    /// Multiplies the weight of lines on composed pages.
    pub weight: f64,
    /// Weight of a line that is new on a planted copy, where lines of gold pages weigh 1 on average.
    pub planted: f32,
    /// The same of a line that is new on a hacked page, be it junk or article that speaks of it.
    pub hacked: f32,
    /// Whole pages composed around paragraphs of prose; at most two for each labelled page.
    pub composed: usize,
    /// Pages without any article; at most one for four labelled pages.
    pub junk_pages: usize,
    /// Share of made pages whose article lines are garbled.
    pub garbled: f64,
    /// How often each genre is made, by its name: weights among the genres with an article for
    /// `composed`, among those without for `junk_pages`.
    pub genres: BTreeMap<String, f64>,
    /// Files of prose, relative to the data folder; left out where they are not there.
    pub prose: Vec<String>,
    /// Files of headlines.
    pub headlines: Vec<String>,
    /// Further word lists, by family.
    pub lexicons: BTreeMap<String, Vec<String>>,
}

impl Default for SynthRecipe {
    fn default() -> Self {
        SynthRecipe {
            weight: 1.0,
            planted: 1.0,
            hacked: 1.0,
            composed: 0,
            junk_pages: 0,
            garbled: 0.2,
            genres: BTreeMap::new(),
            prose: Vec::new(),
            headlines: Vec::new(),
            lexicons: BTreeMap::new(),
        }
    }
}

impl SynthRecipe {
    /// A genre with or without article lines, as often as its weight says; where none has a
    /// weight, plain articles and mixtures of junk.
    pub fn genre(&self, has_article: bool, rng: &mut Rng) -> Genre {
        let weighted = || {
            let genres = Genre::ALL.into_iter().filter(|g| g.has_article() == has_article);
            genres.map(|g| (g, self.genres.get(g.name()).copied().unwrap_or_default()))
        };
        let mut left = rng.unit() * weighted().map(|(_, weight)| weight).sum::<f64>();
        for (genre, weight) in weighted() {
            if left < weight {
                return genre;
            }
            left -= weight;
        }
        if has_article { Genre::Article } else { Genre::Mixture }
    }
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// [`Error::BadParameter`] that names the parameter, its value and what it may be.
    pub fn parse(text: &str) -> Result<Recipe> {
        let mut recipe: Recipe = toml::from_str(text).map_err(|e| {
            Error::parameter("recipe", e.span().map_or(0, |s| line_of(text, s.start)), e.message())
        })?;
        recipe.text = text.to_owned();
        recipe.check()?;
        Ok(recipe)
    }

    /// How many planted copies of a page are made.
    pub fn copies_of(&self, page: &LabelledPage) -> usize {
        if page.html.is_some() { self.html.plant } else { self.set(&page.set).plant }
    }

    /// What is known of a set.
    pub fn set(&self, name: &str) -> SetRecipe {
        self.sets.get(name).cloned().unwrap_or_default()
    }

    fn check(&self) -> Result<()> {
        fn within<T: PartialOrd + std::fmt::Display>(
            name: &str,
            value: T,
            range: std::ops::RangeInclusive<T>,
        ) -> Result<()> {
            if range.contains(&value) {
                return Ok(());
            }
            let reason = format!("must be from {} to {}", range.start(), range.end());
            Err(Error::parameter(name, value, reason))
        }
        within("folds", self.folds, 2..=20)?;
        within("line.bits", self.line.bits, 8..=24)?;
        within("line.columns", self.line.columns, 1..=10_000_000)?;
        within("line.rows", self.line.rows, 100..=10_000_000)?;
        within(
            "line.rows * line.columns",
            self.line.rows.saturating_mul(self.line.columns),
            1..=MOST_CELLS,
        )?;
        within("line.cost", self.line.cost, 1e-6..=1e6)?;
        within("line.tolerance", self.line.tolerance, 1e-9..=1.0)?;
        within("line.max_passes", self.line.max_passes, 1..=100_000)?;
        within("line.max_characters", self.line.max_characters, 16..=1_000_000)?;
        within("words.bits", self.words.bits, 8..=24)?;
        within("words.gate", self.words.gate, 0.0..=100.0)?;
        within("words.cost", self.words.cost, 1e-6..=1e6)?;
        within("page.passes", self.page.passes, 0..=8)?;
        if !self.page.bands.windows(2).all(|b| b[0] < b[1]) {
            let value = format!("{:?}", self.page.bands);
            return Err(Error::parameter("page.bands", value, "must rise"));
        }
        within("page.knots", self.page.knots, 2..=64)?;
        within("page.cross_knots", self.page.cross_knots, 2..=16)?;
        within("page.alpha", self.page.alpha, 1e-9..=1e9)?;
        within("page.ridge", self.page.ridge, 1e-9..=1e9)?;
        within("page.rows", self.page.rows, 100..=10_000_000)?;
        within("page.tolerance", self.page.tolerance, 1e-12..=1.0)?;
        within("html.passes", self.html.passes, 1..=8)?;
        within("html.bits", self.html.bits, 1..=24)?;
        within("html.cost", self.html.cost, 1e-6..=1e6)?;
        if !self.html.bands.windows(2).all(|b| b[0] < b[1]) {
            let value = format!("{:?}", self.html.bands);
            return Err(Error::parameter("html.bands", value, "must rise"));
        }
        within("html.knots", self.html.knots, 2..=64)?;
        within("html.alpha", self.html.alpha, 1e-9..=1e9)?;
        within("html.rows", self.html.rows, 100..=10_000_000)?;
        within("html.by_length", self.html.by_length, 0.0..=1.0)?;
        within("html.plant", self.html.plant, 0..=1000)?;
        if let Some(level) = &self.html.level {
            level.check().map_err(|e| Error::parameter("html.level", "given", e))?;
        }
        within("html.max_article_loss", self.html.max_article_loss, 0.0..=1.0)?;
        within("page.max_iterations", self.page.max_iterations, 1..=1_000_000)?;
        if self.policy.length_costs.is_empty() {
            return Err(Error::parameter("policy.length_costs", "[]", "must list one at least"));
        }
        for &cost in &self.policy.length_costs {
            within("policy.length_costs", cost, 0.0..=10.0)?;
        }
        within("policy.max_article_loss", self.policy.max_article_loss, 0.0..=1.0)?;
        within("policy.strict_loss", self.policy.strict_loss, 0.0..=1.0)?;
        within("balance.page", self.balance.page, 0.0..=1.0)?;
        within("balance.weak_share", self.balance.weak_share, 0.0..=1.0)?;
        within("synth.weight", self.synth.weight, 0.0..=1000.0)?;
        within("synth.planted", self.synth.planted, 0.0..=1000.0)?;
        within("synth.hacked", self.synth.hacked, 0.0..=1000.0)?;
        within("synth.garbled", self.synth.garbled, 0.0..=1.0)?;
        for (name, &weight) in &self.synth.genres {
            if Genre::from_name(name).is_none() {
                let known = Genre::ALL.map(Genre::name).join(", ");
                let reason = format!("is no genre: known are {known}");
                return Err(Error::parameter("synth.genres", name, reason));
            }
            within(&format!("synth.genres.{name}"), weight, 0.0..=1000.0)?;
        }
        for (name, set) in &self.sets {
            within(&format!("sets.{name}.weight"), set.weight, 0.0..=1000.0)?;
            within(&format!("sets.{name}.plant"), set.plant, 0..=1000)?;
        }
        Ok(())
    }
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&b| b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genres_are_drawn_by_weight_and_unknown_names_refused() {
        let synth = |genres: &[(&str, f64)]| SynthRecipe {
            genres: genres.iter().map(|(name, w)| ((*name).to_owned(), *w)).collect(),
            ..SynthRecipe::default()
        };
        let recipe = synth(&[("discussion", 3.0), ("firm", 1.0), ("listing", 1.0)]);
        let mut rng = Rng::derive(1, "genres", 0);
        let drawn: Vec<Genre> = (0..400).map(|_| recipe.genre(true, &mut rng)).collect();
        let share = drawn.iter().filter(|g| **g == Genre::Discussion).count();
        assert!((270..330).contains(&share), "{share}");
        assert!(drawn.iter().all(|g| matches!(g, Genre::Discussion | Genre::Firm)));
        assert_eq!(recipe.genre(false, &mut rng), Genre::Listing);
        assert_eq!(synth(&[]).genre(true, &mut rng), Genre::Article);
        assert_eq!(synth(&[]).genre(false, &mut rng), Genre::Mixture);

        assert!(Recipe::parse(DEFAULT).is_ok());
        let wrong = DEFAULT.replace("[synth.genres]", "[synth.genres]\nthreads = 1");
        let message = Recipe::parse(&wrong).map_err(|e| e.to_string()).err().unwrap_or_default();
        assert!(message.contains("threads") && message.contains("discussion"), "{message}");
    }
}
