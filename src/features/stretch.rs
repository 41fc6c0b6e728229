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
    "line_margin",
];
/// How many columns a stretch has.
pub const WIDTH: usize = N_SOURCES * OF_SOURCE.len() + OF_TEXT.len();

/// What the search found out about a stretch.
#[derive(Debug, Clone, Copy)]
pub struct Worth {
    /// The sum of the gains of its positions.
    pub sum: f32,
    /// The least mean gain among its quarters; of a short one, among pieces of four positions.
    pub worst: f32,
    /// What its beginning and its end cost, negative; 0 where one is free.
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
    let of = |source: usize| -> [f32; OF_SOURCE.len()] {
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
    let text: [f32; OF_TEXT.len()] = [
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_lies_inside_and_what_outside() {
        let mut positions = Positions::default();
        positions.read("春天来了abc123", |_| [0.0; N_SOURCES]);
        let worth = Worth::of(&[4.0, 4.0, 4.0, 4.0, -6.0, -2.0], [-2.0, -3.0]);
        let margins =
            Margins { characters: 1.0, form: 0.5, planted: 2.0, bias: -0.25, ..Margins::default() };
        let mut found = [f32::NAN; WIDTH];
        row(&positions, 4..10, worth, &margins, &mut found);
        let expected = [
            ("worth_mean", 8.0 / 6.0),
            ("worth_root", 8.0 / 6.0f32.sqrt()),
            ("worst", -4.0),
            ("begins", -2.0),
            ("ends", -3.0),
            ("ln_length", 6.0f32.ln()),
            ("share_of_line", 0.6),
            ("marks", 0.0),
            ("grammar", 0.0),
            ("grammar_rest", 0.25),
            ("address", 0.0),
            ("begins_at_seam", 1.0),
            ("ends_at_seam", 1.0),
            ("begins_line", 0.0),
            ("ends_line", 1.0),
            ("glued", 0.0),
            ("script_contrast", 1.0),
            ("other_script", 0.5),
            ("other_script_rest", 0.0),
            ("letters", 0.5),
            ("digits", 0.5),
            ("spaces", 0.0),
            ("line_characters", 1.0),
            ("line_form", 0.5),
            ("line_planted", 2.0),
            ("line_margin", 1.25),
        ];
        for (name, value) in expected {
            let at = N_SOURCES * OF_SOURCE.len() + OF_TEXT.iter().position(|&c| c == name).unwrap();
            assert!((found[at] - value).abs() < 1e-6, "{name}: {} {value}", found[at]);
        }
        assert!(found.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn a_stretch_before_and_after_which_nothing_weighs_stands_out() {
        let mut positions = Positions::default();
        // Words of letters weigh twice what n-grams of characters do.
        positions.read("修桥铺路slots slots修桥铺路", |_| [1.0, 0.0, -1.0]);
        let worth = Worth::of(&[0.0; 11], [0.0; 2]);
        let mut found = [f32::NAN; WIDTH];
        row(&positions, 4..15, worth, &Margins::default(), &mut found);
        let column = |source: usize, name: &str| {
            let at = OF_SOURCE.iter().position(|&c| c == name).unwrap();
            found[source * OF_SOURCE.len() + at]
        };
        assert!(column(0, "mean") > column(0, "rest"), "{found:?}");
        assert_eq!(column(0, "contrast"), column(0, "mean") - column(0, "rest"));
        assert_eq!(column(0, "root"), column(0, "mean") * 11.0f32.sqrt());
        assert_eq!(column(0, "before"), positions.mean(0, 0, 4));
        assert_eq!(column(0, "after"), positions.mean(0, 15, 19));
        assert_eq!(column(2, "mean"), -column(0, "mean"));
        assert_eq!(column(1, "mean"), 0.0);
    }
}
