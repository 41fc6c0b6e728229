//! Fits a sparse logistic regression with L2 by dual coordinate descent (Yu, Huang and Lin 2011,
//! "Dual coordinate descent methods for logistic regression and maximum entropy models"): rows,
//! labels and weights in, one weight a column and a bias out. Serial and seeded, so the same rows
//! give the same bits; folds and repeats run side by side instead.

use super::{csr::Csr, random::Rng};
use crate::{Error, Result};

/// What is to be learned.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// One row a line.
    pub rows: &'a Csr,
    /// Number of columns.
    pub columns: usize,
    /// Whether each line is junk.
    pub is_junk: &'a [bool],
    /// How much each line counts; lines of no weight are passed over.
    pub weights: &'a [f32],
    /// Log odds that each line starts from; empty for none.
    pub offsets: &'a [f32],
}

/// How it is to be learned.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// C: the loss of a line of weight 1 against half the squared norm of the weights.
    pub cost: f64,
    /// How far the dual variables may still move in a pass, as a share of their bounds.
    pub tolerance: f64,
    /// Passes before the fit is given up.
    pub max_passes: usize,
    /// Seed of the order in which lines are visited.
    pub seed: u64,
}

/// The weights that minimise ½‖w‖² + ½b² + C Σ weight · log(1 + exp(-y(w·x + b + offset))).
#[derive(Debug, Clone)]
pub struct Solution {
    /// One a column.
    pub weights: Vec<f64>,
    /// Of a column of ones, regularised like the others.
    pub bias: f64,
    /// Passes it took.
    pub passes: usize,
    /// Norm of the objective's gradient, over the sum of the costs of all lines.
    pub gradient: f64,
}

impl Solution {
    /// The solution where there is nothing to tell apart: every margin is zero.
    pub fn nothing(columns: usize) -> Self {
        Solution { weights: vec![0.0; columns], bias: 0.0, passes: 0, gradient: 0.0 }
    }
}

/// Fits the lines of `subset`.
///
/// # Errors
/// [`Error::NotConverged`] after `max_passes`.
pub fn fit(problem: &Problem<'_>, subset: &[u32], settings: &Settings) -> Result<Solution> {
    let mut order: Vec<u32> =
        subset.iter().copied().filter(|&i| problem.weights[i as usize] > 0.0).collect();
    let mut solution =
        Solution { weights: vec![0.0; problem.columns], bias: 0.0, passes: 0, gradient: 0.0 };
    if order.is_empty() {
        return Ok(solution);
    }
    // A dual variable α in (0, C) is kept as its log odds t: α = C σ(t). It cannot leave its
    // bounds, and at the optimum t is minus the line's signed margin.
    let mut states: Vec<f64> = vec![0.0; problem.rows.len()];
    let mut squared: Vec<f64> = vec![0.0; problem.rows.len()];
    for &i in &order {
        let line = Line::of(problem, i, settings.cost);
        let norm: f64 = 1.0 + line.values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        // Start from small α, as if every line were well on its side: fewer passes than from ½.
        let state = START;
        squared[i as usize] = norm;
        states[i as usize] = state;
        line.add(&mut solution, line.sign * line.cost * sigmoid(state));
    }
    let mut rng = Rng::derive(settings.seed, "line order", 0);
    while solution.passes < settings.max_passes {
        rng.shuffle(&mut order);
        let (mut moved, mut costs) = (0.0f64, 0.0f64);
        for &i in &order {
            let line = Line::of(problem, i, settings.cost);
            let old = states[i as usize];
            let margin = line.sign * (line.margin(&solution) + line.offset);
            let new = minimise(old, margin, squared[i as usize], line.cost);
            states[i as usize] = new;
            let step = line.cost * (sigmoid(new) - sigmoid(old));
            line.add(&mut solution, line.sign * step);
            moved += step.abs();
            costs += line.cost;
        }
        solution.passes += 1;
        if moved < settings.tolerance * costs {
            solution.gradient = gradient(problem, &order, settings.cost, &solution);
            return Ok(solution);
        }
    }
    Err(Error::NotConverged {
        solver: "line model".into(),
        detail: format!(
            "{} passes over {} lines left a gradient of {:.2e}; raise line.max_passes or lower line.cost",
            solution.passes,
            order.len(),
            gradient(problem, &order, settings.cost, &solution)
        ),
    })
}

const START: f64 = -3.0;

/// One line with all that its step needs.
struct Line<'a> {
    columns: &'a [u32],
    values: &'a [f32],
    /// 1 for junk, -1 for article.
    sign: f64,
    cost: f64,
    offset: f64,
}

impl<'a> Line<'a> {
    fn of(problem: &Problem<'a>, index: u32, cost: f64) -> Self {
        let i = index as usize;
        let (columns, values) = problem.rows.row(i);
        Line {
            columns,
            values,
            sign: if problem.is_junk[i] { 1.0 } else { -1.0 },
            cost: cost * f64::from(problem.weights[i]),
            offset: problem.offsets.get(i).map_or(0.0, |&o| f64::from(o)),
        }
    }

    fn margin(&self, solution: &Solution) -> f64 {
        let dot: f64 = self
            .columns
            .iter()
            .zip(self.values)
            .map(|(&c, &v)| solution.weights[c as usize] * f64::from(v))
            .sum();
        dot + solution.bias
    }

    fn add(&self, solution: &mut Solution, step: f64) {
        for (&c, &v) in self.columns.iter().zip(self.values) {
            solution.weights[c as usize] += step * f64::from(v);
        }
        solution.bias += step;
    }
}

/// Minimises the dual along one variable. Its derivative, with the variable as log odds t, is
/// F(t) = t + q C (σ(t) - σ(t₀)) + m with q = ‖x‖² and m the signed margin at t₀. F rises at
/// least as fast as t, so Newton's steps, held inside a bracket, always arrive.
fn minimise(t0: f64, margin: f64, squared: f64, cost: f64) -> f64 {
    let alpha0 = sigmoid(t0);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut t = t0;
    for _ in 0..50 {
        let s = sigmoid(t);
        let value = t + squared * cost * (s - alpha0) + margin;
        if value.abs() < 1e-10 {
            break;
        }
        if value > 0.0 {
            high = high.min(t);
            low = low.max(t - value); // the slope is at least one
        } else {
            low = low.max(t);
            high = high.min(t - value);
        }
        let newton = t - value / (1.0 + squared * cost * s * (1.0 - s));
        t = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    t
}

fn sigmoid(t: f64) -> f64 {
    1.0 / (1.0 + (-t).exp())
}

/// Norm of the primal gradient, over the sum of the lines' costs.
fn gradient(problem: &Problem<'_>, lines: &[u32], cost: f64, solution: &Solution) -> f64 {
    let mut sum = Solution { weights: solution.weights.clone(), ..*solution };
    let mut costs = 0.0;
    for &i in lines {
        let line = Line::of(problem, i, cost);
        let margin = line.sign * (line.margin(solution) + line.offset);
        line.add(&mut sum, -line.sign * line.cost * sigmoid(-margin));
        costs += line.cost;
    }
    let squares: f64 = sum.weights.iter().map(|g| g * g).sum();
    (squares + sum.bias * sum.bias).sqrt() / costs.max(1.0)
}
