//! One pass over lines: drawn rows are parted into bands by the length of their lines, each band gets
//! curves of its own, and all of it is fitted once on every fold and once without each.

use super::{
    basis,
    out_of_fold::{Fitted, take_report},
    page_fit,
    recipe::PageRecipe,
};
use crate::{
    Result,
    model::{Basis, PageModel},
};

/// A band needs this many drawn lines of either class to be fitted by itself.
const LEAST_IN_BAND: usize = 150;

/// The lines that a pass is fitted on; one may be drawn more than once.
pub struct Drawn<'a, const N: usize> {
    /// Their rows of columns.
    pub rows: &'a [[f32; N]],
    /// Their labels.
    pub is_junk: Vec<bool>,
    /// The folds of their sites.
    pub fold: Vec<usize>,
    /// How many folds there are.
    pub folds: usize,
}

/// Fits the pass; `name` is what the report calls it.
///
/// # Errors
/// Those of [`basis::place`] and [`page_fit::fit`].
pub fn fit<const N: usize>(
    drawn: &Drawn<'_, N>,
    recipe: &PageRecipe,
    name: &str,
    report: &mut Vec<String>,
) -> Result<Fitted<PageModel>> {
    let rows = drawn.rows;
    let bounds = sound_bounds(drawn, &recipe.bands);
    let settings = page_fit::Settings {
        alpha: recipe.alpha,
        ridge: recipe.ridge,
        tolerance: recipe.tolerance,
        max_iterations: recipe.max_iterations,
    };
    let mut by_band: Vec<Vec<usize>> = vec![Vec::new(); bounds.len() + 1];
    for (index, row) in rows.iter().enumerate() {
        by_band[PageModel::band_of(&bounds, row)].push(index);
    }
    let bases: Vec<Basis> = by_band
        .iter()
        .map(|band| basis::place(&band.iter().map(|&d| &rows[d]).collect::<Vec<_>>(), recipe))
        .collect::<Result<_>>()?;
    let fitted = Fitted::try_new(drawn.folds, |without| {
        let mut bands = Vec::new();
        let mut texts = Vec::new();
        for (band, basis) in by_band.iter().zip(&bases) {
            let kept = band.iter().filter(|&&d| Some(drawn.fold[d]) != without);
            let (junk, chosen): (Vec<bool>, Vec<&[f32]>) =
                kept.map(|&d| (drawn.is_junk[d], rows[d].as_slice())).unzip();
            let (model, gradient) = page_fit::fit(&chosen, &junk, basis, settings)?;
            texts.push(format!(
                "{} rows, {} ramps, gradient {gradient:.1e} a row",
                junk.len(),
                basis.len()
            ));
            bands.push(model);
        }
        let text = format!("{name}: {}", texts.join("; "));
        Ok((PageModel { bounds: bounds.clone(), bands }, text))
    })?;
    Ok(take_report(fitted, report))
}

/// The bounds that leave every band enough lines of both classes, from the shortest up.
fn sound_bounds<const N: usize>(drawn: &Drawn<'_, N>, wanted: &[f32]) -> Vec<f32> {
    let enough = |bounds: &[f32]| {
        let mut counts = vec![[0usize; 2]; bounds.len() + 1];
        for (row, &is_junk) in drawn.rows.iter().zip(&drawn.is_junk) {
            counts[PageModel::band_of(bounds, row)][usize::from(is_junk)] += 1;
        }
        counts.iter().flatten().all(|&n| n >= LEAST_IN_BAND)
    };
    let mut bounds: Vec<f32> = Vec::new();
    for &bound in wanted {
        bounds.push(bound);
        if !enough(&bounds) {
            bounds.pop();
        }
    }
    bounds
}
