//! Turns correlated columns into uncorrelated ones before the fit, and the weights back after it.
//! Neighbouring ramps of one curve rise together, and a quasi-Newton solver needs many
//! steps to tell them apart; on decorrelated columns it needs a quarter of the time.
//!
//! With G = XᵀX/n + λI = LLᵀ (Cholesky), the columns are X L⁻ᵀ. An L2 penalty on their weights u is
//! one on wᵀGw for the weights w = L⁻ᵀu of the original columns: on the variance of the prediction,
//! plus λ times plain L2.

use ndarray::{Array1, Array2, ShapeBuilder, s};

/// The change of columns.
pub struct Decorrelation {
    /// L⁻ᵀ, upper triangular.
    back: Array2<f64>,
}

impl Decorrelation {
    /// From standardised columns, one row a line; `ridge` is λ and must be above 0, so that columns
    /// that are the same, or constant, do no harm.
    pub fn of(x: &Array2<f64>, ridge: f64) -> Self {
        let n = x.ncols();
        let mut gram = x.t().dot(x) / x.nrows().max(1) as f64;
        for i in 0..n {
            gram[[i, i]] += ridge;
        }
        let lower = cholesky(gram);
        Decorrelation { back: invert_lower(&lower).reversed_axes() }
    }

    /// X L⁻ᵀ, column-major.
    pub fn apply(&self, x: &Array2<f64>) -> Array2<f64> {
        let mut out = Array2::zeros(x.raw_dim().f());
        ndarray::linalg::general_mat_mul(1.0, x, &self.back, 0.0, &mut out);
        out
    }

    /// The weights of the original columns.
    pub fn weights(&self, decorrelated: &Array1<f64>) -> Array1<f64> {
        self.back.dot(decorrelated)
    }
}

/// The lower triangle L with LLᵀ = `a`, for a positive definite `a` (Golub and Van Loan, §4.2).
fn cholesky(mut a: Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    for j in 0..n {
        let row_j = a.slice(s![j, ..j]).to_owned();
        let pivot = (a[[j, j]] - row_j.dot(&row_j)).max(f64::MIN_POSITIVE).sqrt();
        a[[j, j]] = pivot;
        for i in j + 1..n {
            let dot = a.slice(s![i, ..j]).dot(&row_j);
            a[[i, j]] = (a[[i, j]] - dot) / pivot;
        }
        a.slice_mut(s![j, j + 1..]).fill(0.0);
    }
    a
}

/// The inverse of a lower triangle, by forward substitution column by column.
fn invert_lower(lower: &Array2<f64>) -> Array2<f64> {
    let n = lower.nrows();
    let mut inverse = Array2::<f64>::zeros((n, n).f());
    for column in 0..n {
        inverse[[column, column]] = 1.0 / lower[[column, column]];
        for i in column + 1..n {
            let dot = lower.slice(s![i, column..i]).dot(&inverse.slice(s![column..i, column]));
            inverse[[i, column]] = -dot / lower[[i, i]];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn columns_come_out_uncorrelated_and_predictions_stay() {
        let x = array![[1.0, 0.9, 0.0], [-1.0, -1.1, 1.0], [0.5, 0.4, -1.0], [-0.5, -0.2, 0.0]];
        let change = Decorrelation::of(&x, 1e-9);
        let z = change.apply(&x);
        let gram = z.t().dot(&z) / 4.0;
        for ((i, j), value) in gram.indexed_iter() {
            assert!((value - f64::from(u8::from(i == j))).abs() < 1e-6, "{gram}");
        }
        let u = array![0.3, -0.7, 0.2];
        let (there, back) = (z.dot(&u), x.dot(&change.weights(&u)));
        assert!(there.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn equal_and_constant_columns_do_no_harm() {
        let x = array![[1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]];
        let change = Decorrelation::of(&x, 0.1);
        assert!(change.apply(&x).iter().all(|v| v.is_finite()));
    }
}
