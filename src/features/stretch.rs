//! Columns of a stretch of positions, for telling whether a run that stands out is junk as a whole.

use std::ops::Range;

use super::facts::Margins;
use super::position::{
    ADDRESS, DIGIT, GRAMMAR, HAN, LATIN, MARK, N_SOURCES, OTHER, Positions, REPEAT, SPACE, STOP,
};

/// The columns of each source.
pub const OF_SOURCE: [&str; 7] = ["mean", "root", "rest", "contrast", "ends", "before", "after"];
/// The other columns.
pub const OF_TEXT: [&str; 30] = [
    "worth_mean",
    "worth_root",
    "worst",
    "begins",
    "ends",
    "ln_length",
    "share_of_line",
    "marks",
    "marks_contrast",
    "stops",
    "grammar",
    "grammar_rest",
    "address",
    "marks_rest",
    "begins_at_seam",
    "ends_at_seam",
    "begins_line",
    "ends_line",
    "glued",
    "script_contrast",
    "other_script",
    "other_script_rest",
    "letters",
    "digits",
    "spaces",
    "repeats",
    "line_characters",
    "line_form",
    "line_planted",
    "line_terms",
];
/// How many columns a stretch has.
pub const WIDTH: usize = N_SOURCES * OF_SOURCE.len() + OF_TEXT.len();

/// What the search found out about a stretch.
#[derive(Debug, Clone, Copy)]
pub struct Worth {
    /// The sum of the gains of its positions.
    pub sum: f32,
    /// The least mean gain of a quarter of it.
    pub worst: f32,
    /// Log odds that junk begins and ends where it does.
    pub edges: [f32; 2],
}

impl Worth {
    /// Of the gains of a stretch.
    pub fn of(gains: &[f32], edges: [f32; 2]) -> Self {
        let quarter = gains.len().div_ceil(4).max(4);
        let means = gains.chunks(quarter).map(|part| part.iter().sum::<f32>() / part.len() as f32);
        let worst = means.fold(f32::INFINITY, f32::min);
        Worth { sum: gains.iter().sum(), worst, edges }
    }
}

/// What a stretch of positions looks like as a whole; `margins` is what the line model says of it as if
/// it were a line.
pub fn row(
    positions: &Positions,
    span: Range<usize>,
    worth: Worth,
    margins: &Margins,
    row: &mut [f32; WIDTH],
) {
    let Range { start, end } = span;
    let length = (end - start).max(1) as f32;
    let inside = |track| positions.mean(track, start, end);
    let rest = |track: usize| positions.mean_outside(track, start, end);
    let flag = |yes: bool| f32::from(u8::from(yes));
    let of = |source: usize| {
        let mean = inside(source);
        let ends = positions.mean(source, start, start + 6).min(positions.mean(
            source,
            end.max(6) - 6,
            end,
        ));
        [
            mean,
            mean * length.sqrt(),
            rest(source),
            mean - rest(source),
            ends,
            positions.mean(source, start.saturating_sub(8), start),
            positions.mean(source, end, end + 8),
        ]
    };
    let letters = |mean: &dyn Fn(usize) -> f32| mean(HAN) + mean(LATIN) + mean(OTHER);
    let script = positions.script();
    let text = [
        worth.sum / length,
        (worth.sum.max(0.0) / length.sqrt()).min(30.0),
        worth.worst,
        worth.edges[0],
        worth.edges[1],
        length.ln(),
        length / positions.len() as f32,
        inside(MARK),
        inside(MARK) - rest(MARK),
        inside(STOP),
        inside(GRAMMAR),
        rest(GRAMMAR),
        inside(ADDRESS),
        rest(MARK),
        flag(positions.is_seam(start)),
        flag(positions.is_seam(end)),
        flag(start == 0),
        flag(end == positions.len()),
        flag(positions.is_glued(start)) + flag(positions.is_glued(end)),
        (inside(HAN) - rest(HAN)).abs(),
        letters(&inside) - inside(script),
        letters(&rest) - rest(script),
        letters(&inside),
        inside(DIGIT),
        inside(SPACE),
        inside(REPEAT),
        margins.characters,
        margins.form,
        margins.planted,
        margins.characters + margins.form + margins.bias,
    ];
    let sources = (0..N_SOURCES).flat_map(of);
    row.iter_mut().zip(sources.chain(text)).for_each(|(cell, value)| *cell = value);
}
