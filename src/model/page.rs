//! The page model: one row of dense columns in, log odds of junk out. It is additive: each column
//! has a curve of straight pieces, so a prediction is a sum of parts that can be read one by one
//! (generalised additive model: Hastie and Tibshirani 1986), and a few pairs of columns have a
//! surface. All pieces together are one linear model over ramps, which is what training fits.

use serde::{Deserialize, Serialize};

use crate::features::context::LN_UNITS;

/// The ramps of one column: ramp k is 0 below `knots[k]`, 1 above `knots[k + 1]`, straight between.
/// A column with fewer than two knots has none and says nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Knots(pub Vec<f32>);

impl Knots {
    /// How many ramps there are.
    pub fn ramps(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// The height of ramp `k` at `x`, in `0..=1`.
    #[inline]
    pub fn ramp(&self, k: usize, x: f32) -> f32 {
        let (from, to) = (self.0[k], self.0[k + 1]);
        ((x - from) / (to - from)).clamp(0.0, 1.0)
    }
}

/// A pair of columns whose joint value matters; each ramp of one times each ramp of the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cross {
    /// Indices of the two columns.
    pub columns: [usize; 2],
    /// The ramps of each.
    pub knots: [Knots; 2],
}

/// How a row of columns becomes a row of ramps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Basis {
    /// One entry a column: as many as the rows have.
    pub columns: Vec<Knots>,
    /// Pairs of columns.
    pub crosses: Vec<Cross>,
}

impl Basis {
    /// How many ramps a row becomes.
    pub fn len(&self) -> usize {
        let singles: usize = self.columns.iter().map(Knots::ramps).sum();
        let pairs: usize =
            self.crosses.iter().map(|c| c.knots[0].ramps() * c.knots[1].ramps()).sum();
        singles + pairs
    }

    /// Whether no column has a ramp.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with the position and height of every ramp that is not zero.
    #[inline]
    pub fn expand(&self, row: &[f32], mut each: impl FnMut(usize, f32)) {
        let mut position = 0;
        for (knots, &x) in self.columns.iter().zip(row) {
            for k in 0..knots.ramps() {
                let height = knots.ramp(k, x);
                if height == 0.0 {
                    break; // The ramps further up start later still.
                }
                each(position + k, height);
            }
            position += knots.ramps();
        }
        for Cross { columns: [a, b], knots: [of_a, of_b] } in &self.crosses {
            for j in 0..of_a.ramps() {
                let height = of_a.ramp(j, row[*a]);
                if height == 0.0 {
                    break;
                }
                for k in 0..of_b.ramps() {
                    let both = height * of_b.ramp(k, row[*b]);
                    if both == 0.0 {
                        break;
                    }
                    each(position + j * of_b.ramps() + k, both);
                }
            }
            position += of_a.ramps() * of_b.ramps();
        }
    }
}

/// A linear model over the ramps of a basis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Additive {
    /// Where the pieces of the curves lie.
    pub basis: Basis,
    /// What each ramp adds to the log odds, [`Basis::len`] of them.
    pub weights: Vec<f32>,
    /// The log odds where every ramp is zero.
    pub bias: f32,
}

impl Additive {
    /// Log odds of junk.
    pub fn log_odds(&self, row: &[f32]) -> f32 {
        // Summed in f64 and in a fixed order: the last bit is the same on every machine.
        let mut sum = f64::from(self.bias);
        self.basis.expand(row, |k, height| {
            sum += f64::from(self.weights[k]) * f64::from(height);
        });
        sum as f32
    }
}

/// A fitted pass over the lines of a page: lines of different length are judged by different
/// curves, since a menu entry is known by its neighbours and a paragraph by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageModel {
    /// Lengths that part the bands, in units of [`crate::features::shape`]; they rise.
    pub bounds: Vec<f32>,
    /// One model a band, one more than bounds; a line as long as a bound belongs to the longer.
    pub bands: Vec<Additive>,
}

impl PageModel {
    /// The band of a line with that row of columns.
    pub fn band_of(bounds: &[f32], row: &[f32]) -> usize {
        let units = row[LN_UNITS].exp() - 1.0;
        bounds.iter().take_while(|&&bound| units >= bound).count()
    }

    /// Log odds of junk.
    pub fn log_odds(&self, row: &[f32]) -> f32 {
        self.bands[Self::band_of(&self.bounds, row)].log_odds(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::context::WIDTH;

    fn basis() -> Basis {
        let mut columns = vec![Knots::default(); WIDTH];
        columns[0] = Knots(vec![0.0, 1.0, 3.0]);
        columns[2] = Knots(vec![0.0, 1.0]);
        let crosses =
            vec![Cross { columns: [0, 2], knots: [Knots(vec![0.0, 2.0]), Knots(vec![0.0, 1.0])] }];
        Basis { columns, crosses }
    }

    #[test]
    fn a_curve_is_straight_between_knots_and_flat_outside() {
        let model = Additive { basis: basis(), weights: vec![1.0, 4.0, 0.0, 0.0], bias: -1.0 };
        let at = |x: f32| {
            let mut row = [0.0; WIDTH];
            row[0] = x;
            model.log_odds(&row)
        };
        let got: Vec<f32> = [-9.0, 0.0, 0.5, 1.0, 2.0, 3.0, 99.0].map(at).to_vec();
        assert_eq!(got, [-1.0, -1.0, -0.5, 0.0, 2.0, 4.0, 4.0]);
    }

    #[test]
    fn a_cross_is_the_product_of_its_ramps() {
        let mut row = [0.0; WIDTH];
        (row[0], row[2]) = (1.0, 0.5);
        let mut seen = Vec::new();
        basis().expand(&row, |k, height| seen.push((k, height)));
        assert_eq!(seen, [(0, 1.0), (2, 0.5), (3, 0.25)]);
    }
}
