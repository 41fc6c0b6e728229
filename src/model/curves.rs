//! A pass of the page model made ready to run: the same curves as in [`super::page`], laid out so that
//! four ramps of a column are worked out at once. Made from a [`PageModel`] when a filter is built;
//! what comes out is equal up to the order in which the parts are summed.

use super::page::{Additive, Cross, PageModel};
use crate::features::{
    context::{Surroundings, WIDTH},
    facts::PageFacts,
};

/// Ramps that are worked out at once.
const LANES: usize = 4;

/// A pass over the lines of a page.
#[derive(Debug, Clone)]
pub struct Curves {
    bounds: Vec<f32>,
    bands: Vec<Band>,
}

#[derive(Debug, Clone)]
struct Band {
    bias: f64,
    /// The column of each of `ramps`.
    columns: Vec<u16>,
    ramps: Vec<Ramps>,
    crosses: Vec<Cross>,
    cross_weights: Vec<f32>,
}

/// Ramps of one column: one line of the cache. What is left over has no weight.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Ramps {
    from: [f32; LANES],
    width: [f32; LANES],
    weight: [f64; LANES],
}

impl Curves {
    /// Lays out a pass.
    pub fn new(model: &PageModel) -> Self {
        Curves { bounds: model.bounds.clone(), bands: model.bands.iter().map(Band::new).collect() }
    }

    /// Takes one belief a line and leaves the answers of this pass in their place. The page must have
    /// been settled in `around`.
    pub fn run(&self, facts: &PageFacts, around: &mut Surroundings, belief: &mut [f32]) {
        around.believe(facts, belief);
        let mut row = [0.0; WIDTH];
        for (line, belief) in belief.iter_mut().enumerate() {
            around.row(facts, line, &mut row);
            let length = facts.length[line];
            let band = self.bounds.iter().take_while(|&&bound| length >= bound).count();
            *belief = self.bands[band].log_odds(&row);
        }
    }
}

impl Band {
    fn new(model: &Additive) -> Self {
        let (mut columns, mut all) = (Vec::new(), Vec::new());
        let mut weights = model.weights.iter().copied();
        for (column, knots) in model.basis.columns.iter().enumerate() {
            let edges: Vec<_> = knots.0.windows(2).collect();
            for group in edges.chunks(LANES) {
                let mut ramps =
                    Ramps { from: [0.0; LANES], width: [1.0; LANES], weight: [0.0; LANES] };
                for (lane, (edge, weight)) in group.iter().zip(weights.by_ref()).enumerate() {
                    ramps.from[lane] = edge[0];
                    ramps.width[lane] = edge[1] - edge[0];
                    ramps.weight[lane] = f64::from(weight);
                }
                columns.push(column as u16);
                all.push(ramps);
            }
        }
        let crosses = model.basis.crosses.clone();
        let bias = f64::from(model.bias);
        Band { bias, columns, ramps: all, crosses, cross_weights: weights.collect() }
    }

    #[inline]
    fn log_odds(&self, row: &[f32; WIDTH]) -> f32 {
        // In f64, and each lane in a fixed order: the result is the same on every machine.
        let mut sums = [0.0f64; LANES];
        for (ramps, &column) in self.ramps.iter().zip(&self.columns) {
            let x = row[usize::from(column)];
            let mut heights = [0.0f32; LANES];
            for lane in 0..LANES {
                let height = (x - ramps.from[lane]) / ramps.width[lane];
                let height = if height > 0.0 { height } else { 0.0 };
                heights[lane] = if height < 1.0 { height } else { 1.0 };
            }
            for lane in 0..LANES {
                sums[lane] += ramps.weight[lane] * f64::from(heights[lane]);
            }
        }
        // Lanes that lie side by side stay so: that is what lets the compiler use pairs.
        let [a, b, c, d] = sums;
        let mut sum = self.bias + ((a + c) + (b + d));
        let mut weights = self.cross_weights.iter();
        for Cross { columns: [a, b], knots: [of_a, of_b] } in &self.crosses {
            for j in 0..of_a.ramps() {
                for (k, weight) in (0..of_b.ramps()).zip(weights.by_ref()) {
                    let both = of_a.ramp(j, row[*a]) * of_b.ramp(k, row[*b]);
                    sum += f64::from(*weight) * f64::from(both);
                }
            }
        }
        sum as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Knots};

    #[test]
    fn what_is_laid_out_says_the_same() {
        let mut columns = vec![Knots::default(); WIDTH];
        columns[0] = Knots(vec![0.0, 1.0, 3.0]);
        columns[2] = Knots(vec![-1.0, 0.0, 0.5, 1.0, 2.0, 4.0, 7.0]);
        columns[WIDTH - 1] = Knots(vec![5.0]);
        let of = |knots: &[f32]| Knots(knots.to_vec());
        let knots = [of(&[0.0, 2.0, 3.0]), of(&[0.0, 1.0, 4.0, 5.0])];
        let basis = Basis { columns, crosses: vec![Cross { columns: [0, 2], knots }] };
        let weights: Vec<f32> = (0..basis.len()).map(|k| (k as f32 * 0.7).sin()).collect();
        let model = Additive { basis, weights, bias: -0.25 };
        let band = Band::new(&model);
        for step in -20..80 {
            let mut row = [0.0; WIDTH];
            (row[0], row[2]) = (step as f32 * 0.05, step as f32 * 0.13);
            row[WIDTH - 1] = 9.0;
            assert_eq!(band.log_odds(&row), model.log_odds(&row), "{step}");
        }
    }
}
