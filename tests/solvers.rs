//! The two solvers on problems small enough to know the answer: each against the other, against its
//! own gradient, with either class the more frequent one, and where they must give up.

use dechaff::{
    Error,
    train::{
        csr::Csr,
        line_fit::{self, Problem},
        page_fit,
        random::Rng,
    },
};
use linfa::prelude::{DatasetBase, Fit};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ShapeBuilder};

/// Lines of a few columns, some of them junk.
struct Sample {
    rows: Vec<Vec<f32>>,
    is_junk: Vec<bool>,
}

/// Columns of [`sample`].
const COLUMNS: usize = 4;

impl Sample {
    fn csr(&self) -> Csr {
        let mut csr = Csr::new();
        for row in &self.rows {
            let entries = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
            csr.push(
                &mut entries.map(|(column, &value)| (column as u32, value)).collect::<Vec<_>>(),
            );
        }
        csr
    }

    /// Column-major, with a last column of ones if asked for.
    fn dense(&self, with_ones: bool) -> Array2<f64> {
        let width = COLUMNS + usize::from(with_ones);
        Array2::from_shape_fn((self.rows.len(), width).f(), |(row, column)| {
            self.rows[row].get(column).map_or(1.0, |&value| f64::from(value))
        })
    }

    fn fit(&self, settings: &line_fit::Settings) -> dechaff::Result<line_fit::Solution> {
        let (rows, weights) = (self.csr(), vec![1.0; self.rows.len()]);
        let problem = Problem {
            rows: &rows,
            columns: COLUMNS,
            is_junk: &self.is_junk,
            weights: &weights,
            offsets: &[],
        };
        let all: Vec<u32> = (0..self.rows.len() as u32).collect();
        line_fit::fit(&problem, &all, settings)
    }

    /// The same lines with every label turned around.
    fn turned(&self) -> Sample {
        Sample { rows: self.rows.clone(), is_junk: self.is_junk.iter().map(|j| !j).collect() }
    }
}

/// `n` lines, junk where `is_junk` says so. The first column is higher in junk, the second in
/// articles, the others say nothing; the classes overlap. Values are whole eighths, so that f32 and
/// f64 hold the same.
fn sample(n: usize, is_junk: impl Fn(usize) -> bool) -> Sample {
    let mut random = Rng::derive(7, "solvers", 0);
    let mut draw = |shift: f64| (((random.unit() - 0.5) * 4.0 + shift) * 8.0).round() as f32 / 8.0;
    let is_junk: Vec<bool> = (0..n).map(is_junk).collect();
    let side = |junk: bool| if junk { 1.0 } else { -1.0 };
    let rows = is_junk
        .iter()
        .map(|&junk| vec![draw(0.75 * side(junk)), draw(-0.5 * side(junk)), draw(0.0), draw(0.3)])
        .collect();
    Sample { rows, is_junk }
}

fn one_in_five(line: usize) -> bool {
    line.is_multiple_of(5)
}

const COST: f64 = 0.5;

fn exact() -> line_fit::Settings {
    line_fit::Settings { cost: COST, tolerance: 1e-10, max_passes: 10_000, seed: 1 }
}

fn page_settings() -> page_fit::Settings {
    page_fit::Settings { alpha: 1.0, ridge: 0.1, tolerance: 1e-7, max_iterations: 500 }
}

/// linfa's weights of the columns and of a column of ones, for the odds of junk: the same objective
/// as the line fit's, divided by C.
fn by_linfa(sample: &Sample) -> Vec<f64> {
    let targets: Array1<bool> = sample.is_junk.iter().copied().collect();
    let model = LogisticRegression::default()
        .alpha(1.0 / COST)
        .with_intercept(false)
        .gradient_tolerance(1e-7)
        .max_iterations(1000)
        .fit(&DatasetBase::new(sample.dense(true), targets))
        .unwrap();
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    model.params().iter().map(|weight| weight * sign).collect()
}

#[test]
fn both_solvers_find_the_same_coefficients() {
    for sample in [sample(200, one_in_five), sample(200, one_in_five).turned()] {
        let ours = sample.fit(&exact()).unwrap();
        let theirs = by_linfa(&sample);
        assert_eq!(theirs.len(), COLUMNS + 1);
        for (a, b) in ours.weights.iter().chain([&ours.bias]).zip(&theirs) {
            assert!((a - b).abs() < 1e-4, "{:?} {} and {theirs:?}", ours.weights, ours.bias);
        }
        // Not the agreement of two solvers that did nothing.
        assert!(theirs[0].abs() > 0.5 && theirs[1].abs() > 0.3, "{theirs:?}");
    }
}

#[test]
fn junk_is_positive_whichever_class_is_the_more_frequent() {
    let few = sample(200, one_in_five);
    let many = sample(200, |line| !one_in_five(line));
    let half = sample(200, |line| line.is_multiple_of(2));
    for sample in [few, many, half] {
        let n_junk = sample.is_junk.iter().filter(|j| **j).count();
        let line = sample.fit(&exact()).unwrap();
        let page =
            page_fit::fit_linear(sample.dense(false), &sample.is_junk, page_settings()).unwrap();
        for (fit, weights) in [("line", line.weights), ("page", page.weights.to_vec())] {
            let says = format!("{fit} fit, {n_junk} lines of 200 junk: {weights:?}");
            assert!(weights[0] > 0.5 && weights[1] < -0.3, "{says}");
        }
    }
}

#[test]
fn turning_the_labels_around_turns_the_page_fit_around() {
    let sample = sample(200, one_in_five);
    let fit = |s: &Sample| page_fit::fit_linear(s.dense(false), &s.is_junk, page_settings());
    let (there, back) = (fit(&sample).unwrap(), fit(&sample.turned()).unwrap());
    for (a, b) in there.weights.iter().zip(&back.weights) {
        assert!((a + b).abs() < 1e-4, "{there:?} {back:?}");
    }
    assert!((there.intercept + back.intercept).abs() < 1e-4);
    // One line in five is junk: where no column speaks, a line is more likely an article.
    assert!(there.intercept < -0.5, "{there:?}");
}

#[test]
fn the_page_fit_reports_its_own_gradient_truly() {
    let sample = sample(200, one_in_five);
    let settings = page_settings();
    let fit = page_fit::fit_linear(sample.dense(false), &sample.is_junk, settings).unwrap();
    let mut gradient = [0.0; COLUMNS + 1];
    for (row, &junk) in sample.rows.iter().zip(&sample.is_junk) {
        let z: f64 = row.iter().zip(&fit.weights).map(|(&x, w)| f64::from(x) * w).sum();
        let residual = 1.0 / (1.0 + (-z - fit.intercept).exp()) - f64::from(u8::from(junk));
        for (g, x) in gradient.iter_mut().zip(row.iter().chain([&1.0])) {
            *g += residual * f64::from(*x);
        }
    }
    for (g, w) in gradient.iter_mut().zip(&fit.weights) {
        *g += settings.alpha * w;
    }
    let worst = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs())) / 200.0;
    assert!(worst < 4.0 * settings.tolerance, "{worst}");
    assert!((worst - fit.gradient).abs() < 1e-12, "{worst} and {}", fit.gradient);
}

#[test]
fn the_line_fit_reports_its_own_gradient_truly() {
    let sample = sample(200, one_in_five);
    // Loose, so that there is a gradient to compare.
    let loose = line_fit::Settings { tolerance: 1e-3, ..exact() };
    let mut norms = vec![];
    for settings in [loose, exact()] {
        let fit = sample.fit(&settings).unwrap();
        let mut gradient: Vec<f64> = fit.weights.iter().chain([&fit.bias]).copied().collect();
        for (row, &junk) in sample.rows.iter().zip(&sample.is_junk) {
            let z: f64 = row.iter().zip(&fit.weights).map(|(&x, w)| f64::from(x) * w).sum();
            let residual = 1.0 / (1.0 + (-z - fit.bias).exp()) - f64::from(u8::from(junk));
            for (g, x) in gradient.iter_mut().zip(row.iter().chain([&1.0])) {
                *g += settings.cost * residual * f64::from(*x);
            }
        }
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt() / (settings.cost * 200.0);
        assert!((norm - fit.gradient).abs() < 1e-12, "{norm} and {}", fit.gradient);
        norms.push(norm);
    }
    assert!(norms[0] > 1e-6 && norms[0] < 1e-2, "{norms:?}");
    assert!(norms[1] < 1e-8, "{norms:?}");
}

#[test]
fn lines_count_as_much_as_they_weigh_and_offsets_are_taken_off() {
    let sample = sample(60, one_in_five);
    let rows = sample.csr();
    let problem = |weights, offsets| Problem {
        rows: &rows,
        columns: COLUMNS,
        is_junk: &sample.is_junk,
        weights,
        offsets,
    };
    let all: Vec<u32> = (0..60).collect();
    let doubled: Vec<u32> = (0..30).flat_map(|i| [i, i]).collect();
    let close = |a: &line_fit::Solution, b: &line_fit::Solution| {
        let pairs = a.weights.iter().chain([&a.bias]).zip(b.weights.iter().chain([&b.bias]));
        pairs.fold(0.0f64, |worst, (x, y)| worst.max((x - y).abs())) < 1e-6
    };

    // The first half twice and the second not at all, by weight and by hand.
    let weights: Vec<f32> = (0..60).map(|i| if i < 30 { 2.0 } else { 0.0 }).collect();
    let by_weight = line_fit::fit(&problem(&weights, &[]), &all, &exact()).unwrap();
    let twice = Sample {
        rows: doubled.iter().map(|&i| sample.rows[i as usize].clone()).collect(),
        is_junk: doubled.iter().map(|&i| sample.is_junk[i as usize]).collect(),
    };
    assert!(close(&by_weight, &twice.fit(&exact()).unwrap()));
    let ones = vec![1.0; 60];
    let plain = line_fit::fit(&problem(&ones, &[]), &all, &exact()).unwrap();
    assert!(!close(&by_weight, &plain));

    // At the minimum ½‖w‖² pulls as hard as the lines do, offsets and all.
    let offsets: Vec<f32> = (0..60).map(|i| (i % 7) as f32 - 3.0).collect();
    let fit = line_fit::fit(&problem(&ones, &offsets), &all, &exact()).unwrap();
    let mut pull = [0.0; COLUMNS + 1];
    for ((row, &junk), &offset) in sample.rows.iter().zip(&sample.is_junk).zip(&offsets) {
        let dot: f64 = row.iter().zip(&fit.weights).map(|(&x, w)| f64::from(x) * w).sum();
        let z = dot + fit.bias + f64::from(offset);
        let residual = f64::from(u8::from(junk)) - 1.0 / (1.0 + (-z).exp());
        for (p, x) in pull.iter_mut().zip(row.iter().chain([&1.0])) {
            *p += COST * residual * f64::from(*x);
        }
    }
    for (p, w) in pull.iter().zip(fit.weights.iter().chain([&fit.bias])) {
        assert!((p - w).abs() < 1e-6, "{pull:?} {fit:?}");
    }
    assert!(!close(&fit, &plain));
}

#[test]
fn the_line_fit_is_the_same_to_the_bit_in_any_pool_of_threads() {
    let sample = sample(300, one_in_five);
    let bits = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let fit = pool.install(|| sample.fit(&exact())).unwrap();
        let bits: Vec<u64> =
            fit.weights.iter().chain([&fit.bias, &fit.gradient]).map(|w| w.to_bits()).collect();
        (bits, fit.passes)
    };
    assert_eq!(bits(1), bits(4));
}

#[test]
fn a_line_fit_that_runs_out_of_passes_is_no_model() {
    let sample = sample(200, one_in_five);
    let error = sample.fit(&line_fit::Settings { max_passes: 1, ..exact() }).unwrap_err();
    assert!(matches!(&error, Error::NotConverged { solver, .. } if solver == "line model"));
    assert!(error.to_string().contains("1 passes over 200 lines"), "{error}");
}

#[test]
fn a_page_fit_that_runs_out_of_iterations_is_no_model() {
    let sample = sample(200, one_in_five);
    // Columns of very different size: what makes linfa stop far from the minimum and return Ok.
    let mut x = sample.dense(false);
    for (column, scale) in [1e-3, 1e4, 1.0, 1e2].into_iter().enumerate() {
        x.column_mut(column).mapv_inplace(|value| value * scale);
    }
    let hurried = page_fit::Settings { max_iterations: 2, ..page_settings() };
    let error = page_fit::fit_linear(x, &sample.is_junk, hurried).unwrap_err();
    assert!(matches!(&error, Error::NotConverged { solver, .. } if solver == "page model"));
    assert!(error.to_string().contains("at most 2 iterations over 200 rows"), "{error}");
}

#[test]
fn one_class_alone_cannot_be_fitted() {
    let sample = sample(50, |_| true);
    let error = page_fit::fit_linear(sample.dense(false), &sample.is_junk, page_settings());
    assert!(matches!(error, Err(Error::Untrainable(_))), "{error:?}");
}

#[test]
fn calibration_keeps_the_direction_and_refuses_what_says_nothing() {
    // Junk is half as sure as the log odds have it: the slope comes out near one half.
    let mut random = Rng::derive(3, "calibration", 0);
    let log_odds: Vec<f32> = (0..4000).map(|_| ((random.unit() - 0.5) * 12.0) as f32).collect();
    let is_junk: Vec<bool> = log_odds
        .iter()
        .map(|&z| random.unit() < 1.0 / (1.0 + (-0.5 * f64::from(z) + 1.0).exp()))
        .collect();
    let calibration = page_fit::calibrate(&log_odds, &is_junk).unwrap();
    assert!((calibration.slope - 0.5).abs() < 0.05, "{calibration:?}");
    assert!((calibration.offset + 1.0).abs() < 0.15, "{calibration:?}");

    let turned: Vec<bool> = is_junk.iter().map(|j| !j).collect();
    let error = page_fit::calibrate(&log_odds, &turned).unwrap_err();
    assert!(matches!(&error, Error::NotConverged { solver, .. } if solver == "calibration"));
}
