//! The other solver of the line model, `line.solver = "linfa"`: the n-gram columns with the highest χ²
//! become a dense, column-major matrix that linfa-logistic fits. The same problem as for `line_fit.rs`
//! goes in, and the same [`Solution`] comes out: one real weight (f64) for each column of the table, zero
//! for those that were not chosen. Both solvers' weights are rounded to bytes afterwards, in one place,
//! by [`Table::quantise`](crate::model::Table::quantise) in `out_of_fold.rs`.

use linfa::prelude::{DatasetBase, Fit};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ShapeBuilder};

use super::{
    csr::Csr,
    line_fit::{Problem, Solution},
    random::Rng,
};
use crate::{Error, Result};

/// How it is to be learned.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// C: the loss of a line of weight 1 against half the squared norm of the weights.
    pub cost: f64,
    /// Columns that are kept, at most.
    pub columns: usize,
    /// Gradient norm for each row at which the fit is done.
    pub tolerance: f64,
    /// Iterations before the fit is given up.
    pub max_iterations: u64,
}

/// Lines drawn by weight, since linfa knows no weights: a heavy line comes more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The lines, rising.
    pub lines: Vec<u32>,
    /// What each of them stands for: the weight of all lines over the number drawn.
    pub weight: f64,
}

impl Drawn {
    /// Draws about `rows` of the lines of `subset`, or about as many as there are if these are fewer:
    /// the matrix takes 8 bytes for each drawn line and column, so that memory asks for a bound.
    /// Lines of equal weight come once each where there is room for all.
    pub fn new(weights: &[f32], subset: &[u32], rows: usize, seed: u64) -> Self {
        let weight_of = |line: u32| f64::from(weights[line as usize]);
        let sum: f64 = subset.iter().map(|&line| weight_of(line)).sum();
        let counted = subset.iter().filter(|&&line| weight_of(line) > 0.0).count();
        let wanted = rows.min(counted) as f64;
        let mut random = Rng::derive(seed, "rows of the line model", 0);
        let mut lines = Vec::new();
        if sum > 0.0 {
            for &line in subset {
                let expected = weight_of(line) * wanted / sum;
                lines.extend(std::iter::repeat_n(line, random.times(expected)));
            }
        }
        Drawn { weight: sum / lines.len().max(1) as f64, lines }
    }
}

/// The at most `k` columns of `rows` that tell best what is junk among the drawn lines, rising: by χ² of
/// the two-by-two table of column present or not and junk or not (Yang and Pedersen 1997, "A comparative
/// study on feature selection in text categorization"). Of equal ones the lower column is taken; a column
/// that no drawn line has is never taken. `columns` is the number of columns of the table.
pub fn choose(rows: &Csr, columns: usize, is_junk: &[bool], drawn: &[u32], k: usize) -> Vec<u32> {
    // Lines that have the column: articles, junk.
    let mut with = vec![[0u32; 2]; columns];
    let mut of_class = [0u32; 2];
    for &line in drawn {
        let class = usize::from(is_junk[line as usize]);
        of_class[class] += 1;
        for &column in rows.row(line as usize).0 {
            with[column as usize][class] += 1;
        }
    }
    let present = with.iter().enumerate().filter(|(_, counts)| **counts != [0, 0]);
    let mut scored: Vec<(f64, u32)> =
        present.map(|(column, &counts)| (chi_squared(counts, of_class), column as u32)).collect();
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.truncate(k);
    let mut chosen: Vec<u32> = scored.into_iter().map(|(_, column)| column).collect();
    chosen.sort_unstable();
    chosen
}

/// χ² of a two-by-two table: N (AD − BC)² / ((A + B)(C + D)(A + C)(B + D)), where A junk and B article
/// lines have the column, and C junk and D article lines have not. 0 where a margin is empty, as for
/// a column that every line has.
fn chi_squared(with: [u32; 2], of_class: [u32; 2]) -> f64 {
    let [b, a] = with.map(f64::from);
    let [articles, junk] = of_class.map(f64::from);
    let (c, d) = (junk - a, articles - b);
    let margins = (a + b) * (c + d) * junk * articles;
    if margins > 0.0 { (junk + articles) * (a * d - b * c).powi(2) / margins } else { 0.0 }
}

/// Fits the drawn lines over the best columns. Minimises what [`line_fit::fit`](super::line_fit::fit)
/// minimises, with the other weights held at zero: the bias is a column of ones, regularised like the
/// others, and every drawn line weighs the same. Offsets are not known to linfa and must be empty.
///
/// Columns are left as they are. Scaling each to unit variance would free rare n-grams from the
/// penalty, and there is no need: all lie between 0 and the root of a line's length, the fit is in
/// f64, and its gradient is checked.
///
/// # Errors
/// [`Error::Untrainable`] where the drawn lines are of one class only, [`Error::NotConverged`] where
/// the gradient says so: linfa returns `Ok` whether or not it found the minimum.
pub fn fit(
    problem: &Problem<'_>,
    drawn: &Drawn,
    settings: &Settings,
) -> Result<(Solution, String)> {
    debug_assert!(problem.offsets.is_empty());
    let lines = &drawn.lines;
    let chosen = choose(problem.rows, problem.columns, problem.is_junk, lines, settings.columns);
    let is_junk: Array1<bool> = lines.iter().map(|&line| problem.is_junk[line as usize]).collect();
    let n = lines.len().max(1) as f64;
    // The sparse objective is ½‖w‖² + C·weight Σ loss; linfa's is Σ loss + α/2 ‖w‖².
    let alpha = 1.0 / (settings.cost * drawn.weight);
    let data = DatasetBase::new(design(problem.rows, lines, &chosen), is_junk);
    let model = LogisticRegression::default()
        .alpha(alpha)
        .with_intercept(false)
        .max_iterations(settings.max_iterations)
        // linfa's tolerance is on the gradient of the sum.
        .gradient_tolerance(settings.tolerance * n)
        .fit(&data)
        .map_err(|e| Error::Untrainable(format!("linfa-logistic on {n} drawn lines: {e}")))?;
    // linfa calls the more frequent class positive; what we want is the odds of junk.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let weights = model.params() * sign;
    let gradient = gradient(&data.records, &data.targets, alpha, &weights) / n;
    // The solver stops on the norm of its own gradient; leave it some room for rounding.
    if gradient.is_nan() || gradient > 2.0 * settings.tolerance {
        return Err(Error::NotConverged {
            solver: "line model (linfa)".into(),
            detail: format!(
                "after at most {} iterations over {n} rows the gradient for each row is {gradient:.2e}, not {:.0e}; raise line.max_passes or lower line.cost",
                settings.max_iterations, settings.tolerance
            ),
        });
    }
    let mut solution = Solution { gradient, ..Solution::nothing(problem.columns) };
    for (&column, &weight) in chosen.iter().zip(&weights) {
        solution.weights[column as usize] = weight;
    }
    solution.bias = weights[chosen.len()];
    let report =
        format!("{n} lines drawn, {} columns by χ², gradient {gradient:.1e} a row", chosen.len());
    Ok((solution, report))
}

/// One row a drawn line, one column a chosen one, and a last column of ones. Column-major: linfa
/// reads it along columns.
fn design(rows: &Csr, lines: &[u32], chosen: &[u32]) -> Array2<f64> {
    let mut x = Array2::<f64>::zeros((lines.len(), chosen.len() + 1).f());
    x.column_mut(chosen.len()).fill(1.0);
    for (row, &line) in lines.iter().enumerate() {
        let (columns, values) = rows.row(line as usize);
        for (column, &value) in columns.iter().zip(values) {
            if let Ok(place) = chosen.binary_search(column) {
                x[[row, place]] = f64::from(value);
            }
        }
    }
    x
}

/// Norm of the gradient of Σ log-loss + α/2 ‖w‖², all columns of `x` regularised.
fn gradient(x: &Array2<f64>, is_junk: &Array1<bool>, alpha: f64, weights: &Array1<f64>) -> f64 {
    let residuals: Array1<f64> = x
        .dot(weights)
        .iter()
        .zip(is_junk)
        .map(|(z, &junk)| 1.0 / (1.0 + (-z).exp()) - f64::from(u8::from(junk)))
        .collect();
    let along = x.t().dot(&residuals) + weights * alpha;
    along.dot(&along).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::line_fit;

    fn csr(rows: &[&[u32]]) -> Csr {
        let mut csr = Csr::new();
        for row in rows {
            csr.push(&mut row.iter().map(|&column| (column, 0.5)).collect::<Vec<_>>());
        }
        csr
    }

    /// Three junk lines, then three articles; `0` is in all.
    const LINES: [&[u32]; 6] = [&[0, 1, 2], &[0, 1, 2], &[0, 1, 5], &[0, 4], &[0, 4, 5], &[0, 2]];
    const JUNK: [bool; 6] = [true, true, true, false, false, false];

    #[test]
    fn chi_squared_is_what_is_reckoned_by_hand() {
        // Column 1, in all junk and no article: 6 (3·3 − 0·0)² / (3·3·3·3) = 6.
        assert_eq!(chi_squared([0, 3], [3, 3]), 6.0);
        // Column 4, in two articles: 6 (0·1 − 2·3)² / (2·4·3·3) = 216 / 72 = 3.
        assert_eq!(chi_squared([2, 0], [3, 3]), 3.0);
        // Column 2, in two junk lines and an article: 6 (2·2 − 1·1)² / (3·3·3·3) = 54 / 81.
        assert!((chi_squared([1, 2], [3, 3]) - 2.0 / 3.0).abs() < 1e-12);
        // Column 5, in one of each, tells nothing; nor does column 0, which is everywhere.
        assert_eq!(chi_squared([1, 1], [3, 3]), 0.0);
        assert_eq!(chi_squared([3, 3], [3, 3]), 0.0);
        assert_eq!(chi_squared([0, 2], [0, 6]), 0.0);
    }

    #[test]
    fn columns_are_chosen_by_chi_squared() {
        let rows = csr(&LINES);
        let all: Vec<u32> = (0..6).collect();
        let choose = |drawn: &[u32], k| choose(&rows, 8, &JUNK, drawn, k);
        assert_eq!(choose(&all, 1), [1]);
        assert_eq!(choose(&all, 2), [1, 4]);
        assert_eq!(choose(&all, 3), [1, 2, 4]);
        // Of equal ones the lower; columns 3, 6 and 7 are in no line.
        assert_eq!(choose(&all, 4), [0, 1, 2, 4]);
        assert_eq!(choose(&all, 100), [0, 1, 2, 4, 5]);
        // Only what was drawn counts, as often as it was drawn: column 2 is in no junk line here.
        assert_eq!(choose(&[2, 2, 5], 2), [1, 2]);
        assert_eq!(choose(&[2, 3, 4], 9), [0, 1, 4, 5]);
    }

    #[test]
    fn lines_are_drawn_by_weight() {
        let all: Vec<u32> = (0..6).collect();
        let even = Drawn::new(&[2.0; 6], &all, 100, 1);
        assert_eq!(even, Drawn { lines: all.clone(), weight: 2.0 });
        assert_eq!(Drawn::new(&[2.0; 6], &all[..2], 100, 1).lines, [0, 1]);
        let weights: Vec<f32> = (0..1000).map(|i| if i % 2 == 0 { 3.0 } else { 0.0 }).collect();
        let all: Vec<u32> = (0..1000).collect();
        let drawn = Drawn::new(&weights, &all, 200, 1);
        assert!(drawn.lines.iter().all(|line| line % 2 == 0));
        assert!((160..240).contains(&drawn.lines.len()), "{}", drawn.lines.len());
        let stands_for = drawn.weight * drawn.lines.len() as f64;
        assert!((stands_for - 1500.0).abs() < 1e-6, "{stands_for}");
        assert_ne!(drawn, Drawn::new(&weights, &all, 200, 2));
        let nothing = Drawn::new(&[0.0; 6], &[0, 1, 2], 100, 1);
        assert_eq!(nothing, Drawn { lines: vec![], weight: 0.0 });
    }

    /// Lines of six columns out of 64, the classes overlapping.
    fn problem_rows() -> (Csr, Vec<bool>) {
        let mut random = Rng::derive(5, "line_linfa", 0);
        let (mut csr, mut is_junk) = (Csr::new(), Vec::new());
        for line in 0..300 {
            let junk = line % 3 == 0;
            let column = |random: &mut Rng| {
                let half = usize::from(junk == random.chance(0.7)) * 32;
                (half + random.below(32)) as u32
            };
            let mut entries: Vec<(u32, f32)> = (0..6).map(|_| (column(&mut random), 0.5)).collect();
            csr.push(&mut entries);
            is_junk.push(junk);
        }
        (csr, is_junk)
    }

    const SETTINGS: Settings =
        Settings { cost: 0.5, columns: 64, tolerance: 1e-8, max_iterations: 1000 };

    #[test]
    fn over_all_columns_both_solvers_find_the_same_weights() {
        let (rows, is_junk) = problem_rows();
        let all: Vec<u32> = (0..300).collect();
        // A weight for all that is not 1: it must arrive in the penalty.
        let weights = [3.0; 300];
        let (columns, offsets) = (64, &[][..]);
        let problem =
            Problem { rows: &rows, columns, is_junk: &is_junk, weights: &weights, offsets };
        let sparse =
            line_fit::Settings { cost: 0.5, tolerance: 1e-10, max_passes: 10_000, seed: 1 };
        let ours = line_fit::fit(&problem, &all, &sparse).unwrap();
        let drawn = Drawn::new(&weights, &all, 1000, 1);
        let (theirs, report) = fit(&problem, &drawn, &SETTINGS).unwrap();
        for (a, b) in
            ours.weights.iter().chain([&ours.bias]).zip(theirs.weights.iter().chain([&theirs.bias]))
        {
            assert!((a - b).abs() < 1e-4, "{ours:?}\n{theirs:?}");
        }
        // Not the agreement of two solvers that did nothing.
        assert!(ours.weights.iter().filter(|w| w.abs() > 0.5).count() > 10, "{ours:?}");
        assert!(report.starts_with("300 lines drawn, 64 columns by χ², gradient "), "{report}");

        // With fewer, the others weigh nothing, and those that are left weigh something else.
        let (fewer, _) = fit(&problem, &drawn, &Settings { columns: 10, ..SETTINGS }).unwrap();
        assert_eq!(fewer.weights.len(), 64);
        let chosen = choose(&rows, 64, &is_junk, &all, 10);
        for (column, weight) in fewer.weights.iter().enumerate() {
            assert_eq!(*weight != 0.0, chosen.contains(&(column as u32)), "{column}: {weight}");
        }
    }

    #[test]
    fn what_did_not_converge_or_cannot_be_told_apart_is_an_error() {
        let (rows, is_junk) = problem_rows();
        let problem =
            Problem { rows: &rows, columns: 64, is_junk: &is_junk, weights: &[], offsets: &[] };
        let all = Drawn { lines: (0..300).collect(), weight: 1.0 };
        let hurried = Settings { max_iterations: 1, ..SETTINGS };
        let error = fit(&problem, &all, &hurried).unwrap_err().to_string();
        assert!(
            error.contains("line model (linfa) did not converge: after at most 1 iter"),
            "{error}"
        );
        let junk_only = Drawn { lines: vec![0, 3, 6], weight: 1.0 };
        let error = fit(&problem, &junk_only, &SETTINGS).unwrap_err();
        assert!(matches!(error, Error::Untrainable(_)), "{error}");
    }
}
