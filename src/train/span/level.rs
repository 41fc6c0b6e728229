//! Where junk is looked for at all, chosen on folds that the tables had not seen.

use rayon::prelude::*;

use super::examples::{Example, in_span};
use crate::{
    features::{
        heat::{Heat, WINDOW},
        position::{N_SOURCES, Positions},
    },
    model::Table,
};

/// Share of the spans that are never looked at. What is so cool is hardly ever cut.
const PASSED_OVER: f64 = 0.1;

/// The level that the hottest window of all but [`PASSED_OVER`] of the spans reaches; `tables` are
/// those without each fold.
pub fn choose(examples: &[Example], tables: &[Table<1>]) -> f32 {
    let hottest = |(positions, heat): &mut (Positions, Heat), example: &Example| {
        let table = &tables[example.fold];
        positions.read(&example.line.text, |_| [0.0; N_SOURCES]);
        heat.read(positions.codes(), |hash| i64::from(table.bytes(hash)[0]));
        let windows: Vec<i64> = heat.windows().collect();
        let labels = in_span(&example.line, positions);
        // Windows of which at least half lies in the span.
        let mut start = 0;
        let mut out = Vec::new();
        for run in labels.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            let last = windows.len().min(end.saturating_sub(WINDOW / 2) + 1);
            let within = windows.get(start.saturating_sub(WINDOW / 2)..last).unwrap_or_default();
            if let Some(&sum) = within.iter().max().filter(|_| run[0]) {
                out.push(sum as f32 * table.scales[0]);
            }
            start = end;
        }
        out
    };
    let parts: Vec<Vec<f32>> =
        examples.par_iter().map_init(Default::default, |s, e| hottest(s, e)).collect();
    let mut heats = parts.concat();
    heats.sort_unstable_by(f32::total_cmp);
    heats.get((PASSED_OVER * heats.len() as f64) as usize).copied().unwrap_or(0.0)
}
