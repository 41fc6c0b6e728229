//! Fits the page model with linfa-logistic over ndarray, and calibrates: beside `kind_fit.rs` and
//! `line_linfa.rs` the one file that names linfa. Rows of dense columns and labels in, a [`Additive`] out, its convergence checked here
//! because linfa does not.

use linfa::{
    composing::platt_scaling::{Platt, platt_newton_method},
    prelude::{DatasetBase, Fit, ParamGuard},
};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis, ShapeBuilder};

use super::decorrelate::Decorrelation;
use crate::{
    Error, Result,
    model::{Additive, Basis, Calibration},
};

/// How a page model is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// L2 penalty on decorrelated ramps, against the sum of the losses.
    pub alpha: f64,
    /// Share of plain L2 in that penalty, see [`Decorrelation`].
    pub ridge: f64,
    /// Gradient norm for each row at which the fit is done.
    pub tolerance: f64,
    /// Iterations before the fit is given up.
    pub max_iterations: u64,
}

/// A linear model over columns as they come.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// One weight a column.
    pub weights: Array1<f64>,
    /// Log odds where every column is zero.
    pub intercept: f64,
    /// Largest component of the objective's gradient, for each row.
    pub gradient: f64,
}

/// Fits log odds of `is_junk` over the columns of `x`, one row a line. `x` should be column-major:
/// linfa reads it along columns.
///
/// # Errors
/// [`Error::Untrainable`] where only one class is there, [`Error::NotConverged`] where the
/// gradient says so: linfa returns `Ok` whether or not it found the minimum.
pub fn fit_linear(x: Array2<f64>, is_junk: &[bool], settings: Settings) -> Result<Linear> {
    let rows = is_junk.len().max(1) as f64;
    let targets: Array1<bool> = is_junk.iter().copied().collect();
    let data = DatasetBase::new(x, targets);
    let model = LogisticRegression::default()
        .alpha(settings.alpha)
        .max_iterations(settings.max_iterations)
        // linfa's tolerance is on the gradient of the sum.
        .gradient_tolerance(settings.tolerance * rows)
        .fit(&data)
        .map_err(|e| Error::Untrainable(format!("linfa-logistic: {e}")))?;
    // linfa calls the more frequent class positive; what we want is the odds of junk.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let mut linear = Linear {
        weights: model.params() * sign,
        intercept: model.intercept() * sign,
        gradient: 0.0,
    };
    linear.gradient = gradient(&data.records, is_junk, settings.alpha, &linear) / rows;
    // The solver stops on the norm of its own gradient; leave it some room for rounding.
    if linear.gradient.is_nan() || linear.gradient > 4.0 * settings.tolerance {
        return Err(Error::NotConverged {
            solver: "page model".into(),
            detail: format!(
                "after at most {} iterations over {rows} rows the gradient for each row is {:.2e}, not {:.0e}; raise page.max_iterations or page.alpha",
                settings.max_iterations, linear.gradient, settings.tolerance
            ),
        });
    }
    Ok(linear)
}

/// Largest component of the gradient of Σ log-loss + α/2 ‖w‖².
fn gradient(x: &Array2<f64>, is_junk: &[bool], alpha: f64, linear: &Linear) -> f64 {
    let log_odds = x.dot(&linear.weights) + linear.intercept;
    let residuals: Array1<f64> = log_odds
        .iter()
        .zip(is_junk)
        .map(|(z, &junk)| 1.0 / (1.0 + (-z).exp()) - f64::from(u8::from(junk)))
        .collect();
    let along = x.t().dot(&residuals) + &linear.weights * alpha;
    along.iter().fold(residuals.sum().abs(), |worst, g| worst.max(g.abs()))
}

/// Fits one band of the page model on rows of columns.
///
/// # Errors
/// As [`fit_linear`].
pub fn fit(
    rows: &[&[f32]],
    is_junk: &[bool],
    basis: &Basis,
    settings: Settings,
) -> Result<(Additive, f64)> {
    let mut x = Array2::<f64>::zeros((rows.len(), basis.len()).f());
    for (row, mut out) in rows.iter().zip(x.axis_iter_mut(Axis(0))) {
        basis.expand(row, |k, height| out[k] = f64::from(height));
    }
    // Unscaled columns make linfa's line search fail without a word.
    let scales: Vec<(f64, f64)> = x
        .axis_iter_mut(Axis(1))
        .map(|mut column| {
            let mean = column.mean().unwrap_or(0.0);
            let deviation = column.std(0.0);
            // A ramp that hardly any row climbs has next to no deviation; stretching it to unit
            // variance would free it from the penalty.
            let scale = if deviation > 0.0 { 1.0 / deviation.max(0.02) } else { 0.0 };
            column.mapv_inplace(|v| (v - mean) * scale);
            (mean, scale)
        })
        .collect();
    let change = Decorrelation::of(&x, settings.ridge);
    let linear = fit_linear(change.apply(&x), is_junk, settings)?;
    let mut bias = linear.intercept;
    let mut weights = Vec::with_capacity(scales.len());
    for (weight, (mean, scale)) in change.weights(&linear.weights).iter().zip(scales) {
        weights.push((weight * scale) as f32);
        bias -= weight * scale * mean;
    }
    Ok((Additive { basis: basis.clone(), weights, bias: bias as f32 }, linear.gradient))
}

/// Platt's calibration of log odds on lines that were held out.
///
/// # Errors
/// [`Error::NotConverged`] where linfa's Newton iteration says so, or where the log odds say
/// nothing or the contrary of the labels.
pub fn calibrate(log_odds: &[f32], is_junk: &[bool]) -> Result<Calibration> {
    let failed = |detail: String| Error::NotConverged { solver: "calibration".into(), detail };
    let values: Array1<f64> = log_odds.iter().map(|&z| f64::from(z)).collect();
    let labels: Array1<bool> = is_junk.iter().copied().collect();
    let params = Platt::<f64, ()>::params().check().map_err(|e| failed(e.to_string()))?;
    let (a, b) = platt_newton_method(values.view(), labels.view(), &params)
        .map_err(|e| failed(e.to_string()))?;
    // Platt writes 1 / (1 + exp(a z + b)).
    let calibration = Calibration { slope: -a as f32, offset: -b as f32, length_cost: 0.0 };
    if calibration.slope > 0.0 && calibration.slope.is_finite() && calibration.offset.is_finite() {
        Ok(calibration)
    } else {
        Err(failed(format!(
            "slope {} on {} held-out lines: the model learned nothing that carries over to other sites",
            calibration.slope,
            is_junk.len()
        )))
    }
}
