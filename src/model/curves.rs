//! The passes of the page model made ready to run: the same curves as in [`super::page`], laid out so
//! that a line costs one step a column. Made from [`PageModel`]s when a filter is built.
//!
//! What comes out is the same, bit for bit, as [`PageModel::log_odds`] gives line by line. Sums are taken
//! in another order, in f64; where every sum that lies as close as rounding can have brought it becomes
//! the same f32, that is the answer, and else the slow sum is (the rounding test of Ziv 1991).

use super::page::{Additive, Knots, PageModel};
use crate::features::{
    context::{BELIEVED, SETTLED, Surroundings, WIDTH},
    facts::PageFacts,
};

/// Ramps of a step; a curve of more is several steps.
const RAMPS: usize = 4;
/// Passes that may share the places of lines on their curves.
const TOGETHER: usize = 2;

/// The passes over the lines of a page.
#[derive(Debug, Clone)]
pub struct Curves {
    stages: Vec<Stage>,
}

/// Consecutive passes with the same bands, whose curves over settled columns bend at the same places.
#[derive(Debug, Clone)]
struct Stage {
    bounds: Vec<f32>,
    bands: Vec<Band>,
    n_passes: usize,
}

#[derive(Debug, Clone)]
struct Band {
    /// Columns that depend on no belief, for all passes at once.
    settled: Part<TOGETHER>,
    passes: Vec<BandPass>,
}

/// A pass over rows that are at hand as a whole.
#[derive(Debug, Clone)]
pub struct RowCurves {
    bounds: Vec<f32>,
    bands: Vec<AdditiveCurves>,
}

/// The curves of one band, over rows that are at hand as a whole.
#[derive(Debug, Clone)]
pub struct AdditiveCurves(BandPass);

/// What a pass has of its own.
#[derive(Debug, Clone)]
struct BandPass {
    /// Some columns, or all of them.
    own: Part<1>,
    bias: f64,
    /// No order of summing leads further than this from what another one gives.
    slack: f64,
    exact: Additive,
}

/// Some columns of a row, with `P` curves for each.
#[derive(Debug, Clone)]
struct Part<const P: usize> {
    steps: Vec<Step<P>>,
    flags: Vec<Flag<P>>,
}

/// One to four ramps of a column.
#[derive(Debug, Clone)]
struct Step<const P: usize> {
    column: usize,
    /// Where ramps begin, and where the last one ends; infinite where there is none.
    knots: [f32; RAMPS + 1],
    curves: [Heights; P],
}

#[derive(Debug, Clone, Copy, Default)]
struct Heights {
    /// What the ramps before each one add up to.
    before: [f64; RAMPS],
    weights: [f32; RAMPS],
}

/// A column of one ramp from 0 to 1, as flags have it.
#[derive(Debug, Clone)]
struct Flag<const P: usize> {
    column: usize,
    weights: [f32; P],
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct CurvesScratch {
    bands: Vec<u32>,
    settled: Vec<[f64; TOGETHER]>,
}

impl Curves {
    /// Lays out passes, in their order.
    pub fn new<'a>(passes: impl IntoIterator<Item = &'a PageModel>) -> Self {
        let passes: Vec<&PageModel> = passes.into_iter().collect();
        let mut stages = Vec::new();
        let mut rest = passes.as_slice();
        while let [first, after @ ..] = rest {
            let n_alike = after.iter().take_while(|pass| is_alike(first, pass)).count();
            let (own, others) = rest.split_at((1 + n_alike).min(TOGETHER));
            stages.push(Stage::new(own));
            rest = others;
        }
        Curves { stages }
    }

    /// Takes one belief a line and leaves the answers of the last pass in their place. The page must have
    /// been settled in `around`, which is left as the last pass saw it.
    pub fn run(
        &self,
        facts: &PageFacts,
        around: &mut Surroundings,
        scratch: &mut CurvesScratch,
        belief: &mut [f32],
    ) {
        for stage in &self.stages {
            stage.run(facts, around, scratch, belief);
        }
    }
}

impl RowCurves {
    /// Lays out a pass.
    pub fn new(model: &PageModel) -> Self {
        let bands = model.bands.iter().map(AdditiveCurves::new).collect();
        RowCurves { bounds: model.bounds.clone(), bands }
    }

    /// Log odds of junk: what [`PageModel::log_odds`] gives, bit for bit. The row has as many columns as
    /// the model.
    pub fn log_odds<const N: usize>(&self, row: &[f32; N]) -> f32 {
        self.bands[PageModel::band_of(&self.bounds, row)].log_odds(row)
    }
}

impl AdditiveCurves {
    /// Lays out curves.
    pub fn new(model: &Additive) -> Self {
        let all: Vec<usize> = (0..model.basis.columns.len()).collect();
        AdditiveCurves(BandPass::new(model, &all))
    }

    /// Log odds of junk: what [`Additive::log_odds`] gives, bit for bit. The row has as many columns as
    /// the model.
    pub fn log_odds<const N: usize>(&self, row: &[f32; N]) -> f32 {
        let AdditiveCurves(band) = self;
        let [sum] = band.own.sums(row);
        band.rounded(sum).unwrap_or_else(|| band.exact.log_odds(row))
    }
}

/// Whether two passes may share a stage.
fn is_alike(one: &PageModel, other: &PageModel) -> bool {
    let column = |band: &Additive, column: usize| band.basis.columns.get(column).cloned();
    one.bounds == other.bounds
        && one.bands.len() == other.bands.len()
        && one
            .bands
            .iter()
            .zip(&other.bands)
            .all(|(one, other)| SETTLED.iter().all(|&c| column(one, c) == column(other, c)))
}

impl Stage {
    fn new(passes: &[&PageModel]) -> Self {
        let first = passes.first();
        let n_bands = first.map_or(0, |pass| pass.bands.len());
        let band = |number: usize| {
            let models: Vec<&Additive> =
                passes.iter().filter_map(|pass| pass.bands.get(number)).collect();
            Band {
                settled: Part::new(&models, &SETTLED),
                passes: models.iter().map(|model| BandPass::new(model, &BELIEVED)).collect(),
            }
        };
        Stage {
            bounds: first.map_or(Vec::new(), |pass| pass.bounds.clone()),
            bands: (0..n_bands).map(band).collect(),
            n_passes: passes.len(),
        }
    }

    fn run(
        &self,
        facts: &PageFacts,
        around: &mut Surroundings,
        scratch: &mut CurvesScratch,
        belief: &mut [f32],
    ) {
        let CurvesScratch { bands, settled } = scratch;
        bands.clear();
        settled.clear();
        for (line, &length) in facts.length.iter().enumerate() {
            let number = self.bounds.iter().take_while(|&&bound| length >= bound).count();
            bands.push(number as u32);
            settled.push(match self.bands.get(number) {
                Some(band) => band.settled.sums(&around.settled(facts, line)),
                None => [0.0; TOGETHER],
            });
        }
        for pass in 0..self.n_passes {
            around.believe(facts, belief);
            let lines = bands.iter().zip(settled.iter()).zip(belief.iter_mut());
            for (line, ((&band, settled), belief)) in lines.enumerate() {
                let band = self.bands.get(band as usize).and_then(|band| band.passes.get(pass));
                let (Some(band), Some(settled)) = (band, settled.get(pass)) else { continue };
                let [believed] = band.own.sums(&around.believed(facts, line));
                *belief = band.rounded(settled + believed).unwrap_or_else(|| {
                    let mut row = [0.0; WIDTH];
                    around.row(facts, line, &mut row);
                    band.exact.log_odds(&row)
                });
            }
        }
    }
}

impl BandPass {
    fn new(model: &Additive, columns: &[usize]) -> Self {
        let bias = f64::from(model.bias);
        let size: f64 = model.weights.iter().map(|w| f64::from(w.abs())).sum();
        // Heights are at most 1, so each of the n additions, of either order, is off by at most half of
        // an epsilon of `size`; four times that.
        let n = (model.weights.len() + 16) as f64;
        let slack = match model.basis.crosses.is_empty() {
            true => 4.0 * n * f64::EPSILON * (size + bias.abs()),
            // Pairs of columns are not laid out: nothing is sure.
            false => f64::INFINITY,
        };
        BandPass { own: Part::new(&[model], columns), bias, slack, exact: model.clone() }
    }

    /// What the slow sum rounds to, if that is known from a sum of the columns in any order.
    #[inline]
    fn rounded(&self, columns: f64) -> Option<f32> {
        let sum = self.bias + columns;
        let (low, high) = ((sum - self.slack) as f32, (sum + self.slack) as f32);
        (low == high).then_some(low)
    }
}

impl<const P: usize> Part<P> {
    /// The columns of some models, which bend at the same places there, as indices of `columns`.
    fn new(models: &[&Additive], columns: &[usize]) -> Self {
        let (mut steps, mut flags) = (Vec::new(), Vec::new());
        for (index, &column) in columns.iter().enumerate() {
            let of_model = |model: &Additive| {
                let before = model.basis.columns.iter().take(column).map(Knots::ramps).sum();
                model.weights.get(before..).unwrap_or_default().to_vec()
            };
            let weights: Vec<Vec<f32>> = models.iter().map(|model| of_model(model)).collect();
            let weight = |pass: usize, ramp: usize| {
                weights.get(pass).and_then(|w| w.get(ramp)).copied().unwrap_or(0.0)
            };
            let knots = models.first().and_then(|model| model.basis.columns.get(column));
            let knots = knots.map_or(&[][..], |knots| &knots.0);
            if *knots == [0.0, 1.0] {
                let weights = std::array::from_fn(|pass| weight(pass, 0));
                flags.push(Flag { column: index, weights });
                continue;
            }
            for from in (0..knots.len().saturating_sub(1)).step_by(RAMPS) {
                let n_ramps = (knots.len() - 1 - from).min(RAMPS);
                let knot = |k: usize| match knots.get(from + k) {
                    Some(&knot) if k <= n_ramps => knot,
                    _ => f32::INFINITY,
                };
                let heights = |pass: usize| {
                    let weights = std::array::from_fn(|k| match k < n_ramps {
                        true => weight(pass, from + k),
                        false => 0.0,
                    });
                    let mut before = [0.0; RAMPS];
                    for k in 1..RAMPS {
                        before[k] = before[k - 1] + f64::from(weights[k - 1]);
                    }
                    Heights { before, weights }
                };
                let (knots, curves) = (std::array::from_fn(knot), std::array::from_fn(heights));
                steps.push(Step { column: index, knots, curves });
            }
        }
        Part { steps, flags }
    }

    /// What the columns of a line add up to, curve by curve.
    #[inline]
    fn sums<const N: usize>(&self, row: &[f32; N]) -> [f64; P] {
        // Two sums in turn: an addition need not wait for the one before it.
        let (mut one, mut other) = ([0.0; P], [0.0; P]);
        let (pairs, rest) = self.steps.as_chunks::<2>();
        for [step, next] in pairs {
            step.add(row, &mut one);
            next.add(row, &mut other);
        }
        rest.iter().for_each(|step| step.add(row, &mut one));
        for flag in &self.flags {
            let height = f64::from(height(row[flag.column]));
            for (sum, &weight) in other.iter_mut().zip(&flag.weights) {
                *sum += f64::from(weight) * height;
            }
        }
        one.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
        one
    }
}

impl<const P: usize> Step<P> {
    #[inline(always)]
    fn add<const N: usize>(&self, row: &[f32; N], sums: &mut [f64; P]) {
        let x = row[self.column];
        // The ramp that x lies on: those before it are at their full height, those after it at none.
        let is_past = |knot: usize| usize::from(x >= self.knots[knot]);
        let ramp = is_past(1) + is_past(2) + is_past(3);
        let (from, to) = (self.knots[ramp], self.knots[ramp + 1]);
        let height = f64::from(height((x - from) / (to - from)));
        for (sum, Heights { before, weights }) in sums.iter_mut().zip(&self.curves) {
            *sum += before[ramp] + f64::from(weights[ramp]) * height;
        }
    }
}

/// Within `0..=1`; 0 for what is no number.
#[inline]
fn height(x: f32) -> f32 {
    let x = if x > 0.0 { x } else { 0.0 };
    if x < 1.0 { x } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Cross, PageModel};

    fn of(knots: &[f32]) -> Knots {
        Knots(knots.to_vec())
    }

    fn model(pass: usize, crosses: Vec<Cross>) -> Additive {
        let mut columns = vec![Knots::default(); WIDTH];
        columns[SETTLED[0]] = of(&[0.0, 1.0, 3.0]);
        columns[SETTLED[9]] = of(&[-1.0, 0.0, 0.5, 1.0, 2.0, 4.0, 7.0]);
        columns[SETTLED[20]] = of(&[0.0, 1.0]);
        columns[SETTLED[21]] = of(&[5.0]);
        columns[BELIEVED[0]] = of(&[-3.0 - pass as f32, 0.7, 1.1, 3.0, 5.0]);
        columns[BELIEVED[31]] = of(&[0.0, 1.0]);
        let basis = Basis { columns, crosses };
        let weights = (0..basis.len()).map(|k| ((k + 5 * pass) as f32 * 0.7).sin()).collect();
        Additive { basis, weights, bias: -0.25 }
    }

    /// Rows that lie before, on, between and after knots.
    fn rows() -> impl Iterator<Item = [f32; WIDTH]> {
        (0..400).map(|i| {
            let mut row = [0.0; WIDTH];
            for (column, x) in row.iter_mut().enumerate() {
                *x = ((i * (column + 3)) % 97) as f32 * 0.125 - 4.0;
            }
            (row[SETTLED[20]], row[BELIEVED[31]]) = ((i % 2) as f32, (i % 3 / 2) as f32);
            row
        })
    }

    #[test]
    fn what_is_laid_out_says_the_same_bit_for_bit() {
        let passes: Vec<PageModel> = (0..TOGETHER)
            .map(|pass| PageModel { bounds: vec![], bands: vec![model(pass, vec![])] })
            .collect();
        let curves = Curves::new(&passes);
        let [stage] = curves.stages.as_slice() else { panic!() };
        let [band] = stage.bands.as_slice() else { panic!() };
        let mut n_sure = 0;
        for row in rows() {
            let settled = band.settled.sums(&SETTLED.map(|column| row[column]));
            for (pass, own) in band.passes.iter().enumerate() {
                let [believed] = own.own.sums(&BELIEVED.map(|column| row[column]));
                if let Some(sum) = own.rounded(settled[pass] + believed) {
                    assert_eq!(sum.to_bits(), own.exact.log_odds(&row).to_bits(), "{pass} {row:?}");
                    n_sure += 1;
                }
            }
        }
        assert!(n_sure > 790, "{n_sure}");
        let whole = RowCurves::new(&passes[0]);
        for row in rows() {
            assert_eq!(whole.log_odds(&row).to_bits(), passes[0].log_odds(&row).to_bits());
        }
    }

    #[test]
    fn what_rounding_leaves_open_is_not_settled() {
        let pass = BandPass::new(&model(0, vec![]), &BELIEVED);
        let middle = f64::from(1.0f32) + f64::from(f32::EPSILON) / 2.0;
        assert_eq!(pass.rounded(middle - pass.bias), None);
        assert_eq!(pass.rounded(middle - pass.bias + 2.0 * pass.slack), Some(1.0 + f32::EPSILON));
        // Nor is it where there are pairs of columns.
        let knots = [of(&[0.0, 2.0, 3.0]), of(&[0.0, 1.0])];
        let crosses = vec![Cross { columns: [0, 2], knots }];
        assert_eq!(BandPass::new(&model(0, crosses), &BELIEVED).rounded(3.0), None);
    }

    #[test]
    fn passes_share_a_stage_only_where_they_bend_alike() {
        let pass = |number| PageModel { bounds: vec![7.0], bands: vec![model(number, vec![]); 2] };
        let mut other = pass(1);
        other.bands[1].basis.columns[SETTLED[0]] = of(&[0.0, 1.0, 3.5]);
        let sizes = |passes: &[PageModel]| -> Vec<usize> {
            Curves::new(passes).stages.iter().map(|stage| stage.n_passes).collect()
        };
        assert_eq!(sizes(&[pass(0), pass(1), pass(2)]), [2, 1]);
        assert_eq!(sizes(&[pass(0), other, pass(2)]), [1, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }
}
