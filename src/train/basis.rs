//! Where the pieces of the page model's curves lie: at quantiles of the training lines, so that
//! every piece has lines to learn from.

use super::recipe::PageRecipe;
use crate::{
    Error, Result,
    features::context,
    model::{Basis, Cross, Knots},
};

/// Places the knots of every column and pair.
///
/// # Errors
/// [`Error::BadParameter`] where the recipe names a column that is not there.
pub fn place<const N: usize>(rows: &[&[f32; N]], recipe: &PageRecipe) -> Result<Basis> {
    let column = |index: usize, knots: usize| {
        quantile_knots(rows.iter().map(|row| row[index]).collect(), knots)
    };
    let columns = (0..N).map(|index| column(index, recipe.knots)).collect();
    let crosses = recipe
        .crosses
        .iter()
        .map(|names| {
            let [a, b] = [index_of(&names[0])?, index_of(&names[1])?];
            let knots = [column(a, recipe.cross_knots), column(b, recipe.cross_knots)];
            Ok(Cross { columns: [a, b], knots })
        })
        .collect::<Result<_>>()?;
    Ok(Basis { columns, crosses })
}

fn index_of(name: &str) -> Result<usize> {
    context::column_names().position(|n| n == name).ok_or_else(|| {
        let names: Vec<_> = context::column_names().collect();
        Error::parameter(
            "page.crosses",
            name,
            format!("is no column; there are {}", names.join(" ")),
        )
    })
}

/// How much closer together knots lie towards the ends; 1 for equal parts.
const TAIL: f64 = 2.2;

/// At most `count` rising quantiles of the sample. A value that many lines share is one knot, and
/// the rest is divided without it. The outermost 0.05 % lie beyond the knots:
/// what no training line showed must not be extrapolated.
fn quantile_knots(mut values: Vec<f32>, count: usize) -> Knots {
    values.retain(|v| v.is_finite());
    values.sort_unstable_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= count {
        return Knots(distinct);
    }
    let most_common = values.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    let mut knots = Vec::new();
    if let Some(run) = most_common
        && run.len() * count > values.len()
    {
        let common = run[0];
        values.retain(|&v| v != common);
        knots.push(common);
    }
    let parts = count - knots.len();
    let last = values.len() - 1;
    for part in 0..parts {
        // From -1 to 1, and closer together towards the ends, where the few lines lie that matter
        // most: an article with a menu's margin, a planted paragraph.
        let place = 2.0 * part as f64 / (parts - 1).max(1) as f64 - 1.0;
        let share = 0.5 + 0.4995 * place.signum() * (1.0 - (1.0 - place.abs()).powf(TAIL));
        knots.push(values[(share * last as f64).round() as usize]);
    }
    knots.sort_unstable_by(f32::total_cmp);
    knots.dedup();
    Knots(knots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_are_quantiles_and_common_values_count_once() {
        let even: Vec<f32> = (0..=1000).map(|i| i as f32).collect();
        assert_eq!(quantile_knots(even, 3).0, [1.0, 500.0, 1000.0]);
        assert_eq!(quantile_knots(vec![1.0, 0.0, 1.0, 1.0], 5).0, [0.0, 1.0]);
        assert_eq!(quantile_knots(vec![3.0; 9], 5).0, [3.0]);
        assert_eq!(quantile_knots(Vec::new(), 5).0, [] as [f32; 0]);
        let mut mostly_zero = vec![0.0f32; 900];
        mostly_zero.extend((1..=100).map(|i| i as f32));
        assert_eq!(quantile_knots(mostly_zero, 4).0, [0.0, 1.0, 51.0, 100.0]);
    }
}
