//! Columns of a gap between two characters, for telling where junk inside a line begins and ends: how
//! what the n-grams say differs on both sides, and which characters meet.

use crate::text::script::Class;

use super::position::{DIGIT, GRAMMAR, HAN, LATIN, MARK, N_SOURCES, OTHER, Positions, SPACE, STOP};

/// The columns of each source: the mean inside less the mean outside.
pub const OF_SOURCE: [&str; 4] = ["contrast_4", "contrast_8", "contrast_16", "contrast_40"];
/// What the character on one side is.
pub const SORTS: [&str; 12] = [
    "edge", "space", "stop", "dot", "comma", "open", "close", "mark", "han", "latin", "digit",
    "other",
];
/// The other columns.
pub const OF_TEXT: [&str; 9] = [
    "script_changes",
    "is_glued",
    "is_seam",
    "marks_contrast_12",
    "grammar_contrast_12",
    "digits_contrast_8",
    "stops_contrast_12",
    "spaces_contrast_12",
    "script_contrast_8",
];

/// How many columns an edge has.
pub const WIDTH: usize = N_SOURCES * OF_SOURCE.len() + 2 * SORTS.len() + OF_TEXT.len();

/// The side on which the junk lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Junk begins at the gap.
    Begins,
    /// Junk ends at the gap.
    Ends,
}

/// The row of the gap before position `p`, which may be the line's end.
pub fn row(positions: &Positions, p: usize, side: Side, row: &mut [f32; WIDTH]) {
    let contrast = |track: usize, reach: usize| {
        let left = positions.mean(track, p.saturating_sub(reach), p);
        let right = positions.mean(track, p, p + reach);
        match side {
            Side::Begins => right - left,
            Side::Ends => left - right,
        }
    };
    let of = |source: usize| -> [f32; OF_SOURCE.len()] {
        [4, 8, 16, 40].map(|reach| contrast(source, reach))
    };
    let around = positions.around(p);
    let (left, right) = (around.map(|a| a.0), around.map(|a| a.1));
    let (left, right) = match (p, around) {
        (_, Some(_)) => (left, right),
        (0, None) => (None, positions.class(0)),
        (p, None) => (positions.class(p - 1), None),
    };
    let (inside, outside) = match side {
        Side::Begins => (right, left),
        Side::Ends => (left, right),
    };
    let sort = |class: Option<Class>| {
        let sort = sort_of(class);
        (0..SORTS.len()).map(move |k| flag(k == sort))
    };
    let script = positions.script();
    let letters = [HAN, LATIN, OTHER].into_iter().filter(|&track| track != script);
    let others: f32 = letters.map(|track| contrast(track, 8)).sum();
    let rest: [f32; OF_TEXT.len()] = [
        flag(positions.changes_script(p)),
        flag(positions.is_glued(p)),
        flag(positions.is_seam(p)),
        contrast(MARK, 12),
        contrast(GRAMMAR, 12),
        contrast(DIGIT, 8),
        contrast(STOP, 12),
        contrast(SPACE, 12),
        others,
    ];
    let all = (0..N_SOURCES).flat_map(of).chain(sort(inside)).chain(sort(outside)).chain(rest);
    row.iter_mut().zip(all).for_each(|(cell, value)| *cell = value);
}

fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

/// The index in [`SORTS`].
fn sort_of(class: Option<Class>) -> usize {
    match class {
        None => 0,
        Some(Class::Space) => 1,
        Some(Class::SentenceEnd) => 2,
        Some(Class::Dot) => 3,
        Some(Class::Comma | Class::Colon) => 4,
        Some(Class::OpenBracket) => 5,
        Some(Class::CloseBracket | Class::Quote) => 6,
        Some(Class::Separator | Class::Symbol | Class::Emoji | Class::Control) => 7,
        Some(Class::Han) => 8,
        Some(class) if class.is_latin() => 9,
        Some(Class::Digit) => 10,
        Some(_) => 11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_what_meets_and_on_which_side_the_junk_would_be() {
        let mut positions = Positions::default();
        // Every n-gram of letters weighs something, those of Han nothing.
        positions.read("村民修桥slots", |_| [1.0, 0.0, 0.0]);
        let mut rows = [[0.0; WIDTH]; 2];
        row(&positions, 4, Side::Begins, &mut rows[0]);
        row(&positions, 4, Side::Ends, &mut rows[1]);
        let first = N_SOURCES * OF_SOURCE.len();
        let sort = |row: &[f32; WIDTH], side: usize| {
            let sorts = &row[first + side * SORTS.len()..][..SORTS.len()];
            SORTS[sorts.iter().position(|&flag| flag == 1.0).unwrap()]
        };
        assert_eq!((sort(&rows[0], 0), sort(&rows[0], 1)), ("latin", "han"));
        assert_eq!((sort(&rows[1], 0), sort(&rows[1], 1)), ("han", "latin"));
        let text = first + 2 * SORTS.len();
        assert_eq!(rows[0][text], 1.0, "the script changes");
        assert!(rows[0][0] > 0.0, "words of letters have an n-gram more: {:?}", rows[0]);
        assert_eq!(rows[0][0], -rows[1][0]);
        row(&positions, 0, Side::Begins, &mut rows[0]);
        row(&positions, positions.len(), Side::Ends, &mut rows[1]);
        assert_eq!((sort(&rows[0], 0), sort(&rows[0], 1)), ("han", "edge"));
        assert_eq!((sort(&rows[1], 0), sort(&rows[1], 1)), ("latin", "edge"));
    }
}
