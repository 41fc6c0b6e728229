//! Junk inside a line that is otherwise kept: the best-scoring runs of positions. In: a span model
//! and a line; out: byte ranges to be cut. Each position has a gain, positive where it looks like
//! junk, and each span pays for its two ends, the less the more they look like ends; the runs
//! that are worth most are found exactly, by dynamic programming over two states (Viterbi 1967; with
//! one run and no costs it is Kadane's maximum subarray). A run is then judged as a whole.

use std::ops::Range;

use crate::{
    features::{
        edge::{self, Side},
        heat::Heat,
        position::{self, N_SOURCES, Positions},
        runs, skeleton,
        stretch::{self, Worth},
    },
    model::{AdditiveCurves, HEADS, LineModel, Sequences, SpanModel, Table},
    text::fold,
};

/// A span has at least this many characters, as in the labelling guide.
pub const LEAST: usize = 8;
/// Lines with fewer characters are kept or removed whole.
pub const LEAST_LINE: usize = 22;
/// A span has at least this many letters: marks and numbers alone are references and rules.
const LEAST_LETTERS: usize = 4;
/// What a gap costs where even odds are that a span begins or ends; lower finds more that is none.
const EDGE: f32 = 4.0;
/// A line of more folded characters is kept or removed whole: nothing is cut out of it.
const LONGEST: usize = 20_000;

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct SpanScratch {
    codes: Vec<u16>,
    heat: Heat,
    /// Positions at which junk is looked for.
    near: Vec<Range<usize>>,
    positions: Positions,
    /// For each position and state, whether the best way came from the other state.
    switched: Vec<[bool; 2]>,
    gains: Vec<f32>,
    /// What beginning and ending before each position cost; one more than positions.
    costs: Vec<[f32; 2]>,
    skeleton: Vec<u16>,
    terms: Vec<u16>,
}

/// A span with what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Bytes of the line, on character boundaries.
    pub bytes: Range<usize>,
    /// Log odds that it is junk.
    pub log_odds: f32,
}

/// A span model made ready to run.
#[derive(Debug, Clone)]
pub struct SpanFinder {
    table: Table<1>,
    /// In whole multiples of the table's scale.
    level: i64,
    positions: AdditiveCurves,
    begins: AdditiveCurves,
    ends: AdditiveCurves,
    stretches: AdditiveCurves,
    threshold: f32,
}

impl SpanFinder {
    /// Lays out a model.
    pub fn new(model: &SpanModel) -> Self {
        SpanFinder {
            table: model.table.clone(),
            level: (model.level / model.table.scales[0]).ceil() as i64,
            positions: AdditiveCurves::new(&model.positions),
            begins: AdditiveCurves::new(&model.begins),
            ends: AdditiveCurves::new(&model.ends),
            stretches: AdditiveCurves::new(&model.stretches),
            threshold: model.threshold,
        }
    }

    /// Finds the spans of a line that are worth cutting, see [`SpanFinder::candidates`].
    pub fn find(
        &self,
        text: &str,
        line: &LineModel,
        scratch: &mut SpanScratch,
        out: &mut Vec<Span>,
    ) {
        out.clear();
        self.candidates(text, line, scratch, |span, _| {
            if span.log_odds >= self.threshold {
                out.push(span);
            }
        });
        out.reverse();
    }

    /// Finds the spans of a line that stand out, from the last to the first: disjoint, on character
    /// boundaries, each at least [`LEAST`] characters; with the row of each.
    pub fn candidates(
        &self,
        text: &str,
        line: &LineModel,
        scratch: &mut SpanScratch,
        mut each: impl FnMut(Span, &[f32; stretch::WIDTH]),
    ) {
        // A character takes at most four bytes, so most short lines need not be counted.
        if text.len() < LEAST_LINE || text.chars().take(LEAST_LINE).count() < LEAST_LINE {
            return;
        }
        let SpanScratch { codes, heat, near, positions, switched, gains, costs, skeleton, terms } =
            scratch;
        fold::fold_line(text, codes);
        if !(LEAST_LINE..=LONGEST).contains(&codes.len()) {
            return;
        }
        heat.read(codes, |hash| i64::from(self.table.bytes(hash)[0]));
        heat.near(self.level, near);
        if near.is_empty() {
            return;
        }
        positions.read(text, |hash| sources(&self.table, &line.table, hash));
        self.weigh(positions, near, gains);
        // Ends cost something, so a run begins nowhere but with something to win.
        if !gains.iter().any(|&gain| gain > 0.0) {
            return;
        }
        self.price(positions, gains, costs);
        let is_junk = best_runs(gains, costs, switched);
        let mut row = [0.0; stretch::WIDTH];
        for_each_run(switched, is_junk, |run| {
            let bytes = positions.byte(run.start, text)..positions.byte(run.end, text);
            let Some(part) = text.get(bytes.clone()) else { return };
            let letters = part.chars().filter(|c| c.is_alphabetic()).count();
            if letters < LEAST_LETTERS || part.chars().count() < LEAST {
                return;
            }
            let edges = [-costs[run.start][0], -costs[run.end][1]];
            let worth = Worth::of(&gains[run.clone()], edges);
            let codes = &positions.codes()[run.clone()];
            skeleton::tokens(codes, skeleton);
            runs::terms(codes, terms, |_| ());
            let margins = line.base(Sequences { codes, skeleton, terms });
            stretch::row(positions, run, worth, &margins, &mut row);
            each(Span { bytes, log_odds: self.stretches.log_odds(&row) }, &row);
        });
    }

    /// What each position is worth; nothing makes up for one that is not looked at.
    fn weigh(&self, positions: &Positions, near: &[Range<usize>], gains: &mut Vec<f32>) {
        gains.clear();
        gains.resize(positions.len(), f32::NEG_INFINITY);
        let mut row = [0.0; position::WIDTH];
        for p in near.iter().cloned().flatten().take_while(|&p| p < positions.len()) {
            positions.row(p, &mut row);
            gains[p] = self.positions.log_odds(&row);
        }
    }

    /// What beginning and ending before each position costs, and at the line's end: a run begins and ends
    /// with a gain.
    fn price(&self, positions: &Positions, gains: &[f32], costs: &mut Vec<[f32; 2]>) {
        costs.clear();
        costs.resize(positions.len() + 1, [f32::INFINITY; 2]);
        let mut row = [0.0; edge::WIDTH];
        let mut cost = |p: usize, side: Side, curves: &AdditiveCurves| {
            edge::row(positions, p, side, &mut row);
            (EDGE - curves.log_odds(&row)).max(0.0)
        };
        for (p, _) in gains.iter().enumerate().filter(|&(_, &gain)| gain > 0.0) {
            costs[p][0] = cost(p, Side::Begins, &self.begins);
            costs[p + 1][1] = cost(p + 1, Side::Ends, &self.ends);
        }
    }
}

/// Finds the runs that are worth most: leaves for each position and state whether the best way came from
/// the other state, and returns whether it ends within a run. There is a cost more than there are gains.
fn best_runs(gains: &[f32], costs: &[[f32; 2]], switched: &mut Vec<[bool; 2]>) -> bool {
    switched.clear();
    let (mut kept, mut junk) = (0.0f32, f32::NEG_INFINITY);
    for (gain, [begins, ends]) in gains.iter().zip(costs) {
        let (to_kept, to_junk) = (junk - ends > kept, kept - begins > junk);
        let before = (kept, junk);
        kept = if to_kept { before.1 - ends } else { before.0 };
        junk = gain + if to_junk { before.0 - begins } else { before.1 };
        switched.push([to_kept, to_junk]);
    }
    costs.last().is_some_and(|[_, ends]| junk - ends > kept)
}

/// Follows the best way back and calls `each` with its runs, from the last to the first.
fn for_each_run(switched: &[[bool; 2]], ends_within: bool, mut each: impl FnMut(Range<usize>)) {
    let (mut is_junk, mut end) = (ends_within, switched.len());
    for p in (0..switched.len()).rev() {
        if !switched[p][usize::from(is_junk)] {
            continue;
        }
        if is_junk {
            each(p..end);
        } else {
            end = p;
        }
        is_junk = !is_junk;
    }
}

/// What is known of an n-gram, see [`position::SOURCES`].
#[inline]
pub fn sources(own: &Table<1>, lines: &Table<HEADS>, hash: u32) -> [f32; N_SOURCES] {
    let [gain] = own.weight(hash);
    let [junk, planted] = lines.weight(hash);
    [gain, junk, planted]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        features::{
            heat,
            ngrams::{CHARACTERS, bucket},
            position::{OF_SOURCE, for_each_gram},
        },
        model::{Additive, Basis, Knots},
        text::fold::fold_line,
    };
    use proptest::prelude::*;

    /// The sum of some columns, each of which is the slope given times its value within bounds.
    fn line_of(width: usize, slopes: &[(usize, f32)], bias: f32) -> Additive {
        const BOUND: f32 = 1000.0;
        let mut columns = vec![Knots::default(); width];
        let mut weights = Vec::new();
        let mut bias = bias;
        for &(column, slope) in slopes {
            columns[column] = Knots(vec![-BOUND, BOUND]);
            weights.push(2.0 * BOUND * slope);
            bias -= BOUND * slope;
        }
        Additive { basis: Basis { columns, crosses: Vec::new() }, weights, bias }
    }

    /// A model that knows the n-grams of these words, and nothing else, as junk.
    fn model_of(words: &[&str]) -> SpanModel {
        let mut table = Table { bits: 16, scales: [1.0], weights: vec![[-1]; 1 << 16] };
        let mut codes = Vec::new();
        for word in words {
            fold_line(word, &mut codes);
            for_each_gram(&codes, CHARACTERS, |_, order, hash| {
                table.weights[bucket(hash, 16)] = [if order > 1 { 2 } else { 0 }];
            });
        }
        let near = OF_SOURCE.iter().position(|&c| c == "near_2").unwrap();
        let sharp = edge::OF_SOURCE.iter().position(|&c| c == "contrast_4").unwrap();
        let edges = line_of(edge::WIDTH, &[(sharp, 0.5)], 0.0);
        SpanModel {
            table,
            positions: line_of(position::WIDTH, &[(near, 1.0)], 0.0),
            begins: edges.clone(),
            ends: edges,
            stretches: line_of(stretch::WIDTH, &[], 1.0),
            threshold: 0.5,
            level: 1.0,
        }
    }

    fn no_lines() -> LineModel {
        LineModel {
            table: Table::empty(),
            form: true,
            biases: [0.0; HEADS],
            words: Table::empty(),
            words_bias: 0.0,
            gate: 0.0,
        }
    }

    fn cuts(model: &SpanModel, text: &str) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        SpanFinder::new(model).find(text, &no_lines(), &mut SpanScratch::default(), &mut out);
        out.into_iter().map(|span| span.bytes).collect()
    }

    #[test]
    fn junk_is_found_at_the_head_in_the_middle_and_at_the_tail() {
        let junk = ["澳门真人|百家乐平台", "free slot bonus|casino spins"];
        let model = model_of(&junk);
        let rest = [
            ["去年冬天，镇上的木桥被大水冲走了一半。", "今年春天，村民们一起把它修好了。"],
            [
                "The old bridge was washed away last winter. ",
                " The people of the town built it again.",
            ],
        ];
        for ([before, after], junk) in rest.iter().zip(junk) {
            let lines = [
                (0, format!("{junk}{before}{after}")),
                (before.len(), format!("{before}{junk}{after}")),
                (before.len() + after.len(), format!("{before}{after}{junk}")),
            ];
            // Where nothing marks an end, a character of the junk may stay; none of the article goes.
            for (start, line) in lines {
                let found = cuts(&model, &line);
                assert_eq!(found.len(), 1, "{line}");
                let cut = &found[0];
                assert!(start <= cut.start && cut.end <= start + junk.len(), "{cut:?} {line}");
                let (at_head, at_tail) = (cut.start - start, start + junk.len() - cut.end);
                assert!(at_head <= 3 && at_tail <= 3, "{cut:?} {line}");
            }
        }
    }

    #[test]
    fn short_junk_short_lines_and_clean_lines_are_left_alone() {
        let model = model_of(&["澳门真人|百家乐平台"]);
        assert!(
            cuts(&model, "去年冬天，镇上的木桥被大水冲走了一半。百家乐今年春天，村民们修好了它。")
                .is_empty()
        );
        assert!(cuts(&model, "修桥。澳门真人|百家乐平台").is_empty());
        assert!(
            cuts(&model, "去年冬天，镇上的木桥被大水冲走了一半，今年春天，村民们修好了它。")
                .is_empty()
        );
    }

    #[test]
    fn a_threshold_above_what_a_span_is_worth_leaves_it() {
        let mut model = model_of(&["澳门真人|百家乐平台"]);
        let line = "去年冬天，镇上的木桥被大水冲走了一半。澳门真人|百家乐平台";
        assert_eq!(cuts(&model, line).len(), 1);
        model.threshold = 1.5;
        assert!(cuts(&model, line).is_empty());
    }

    #[test]
    fn a_line_without_a_window_as_hot_as_the_level_is_not_looked_at() {
        let mut model = model_of(&["澳门真人|百家乐平台开户"]);
        let line = "去年冬天，镇上的木桥被大水冲走了一半。澳门真人|百家乐平台开户";
        // Three n-grams of two to four characters end at each position of a window, each of weight 2.
        let hottest = (heat::WINDOW * 3 * 2) as f32;
        model.level = hottest;
        assert_eq!(cuts(&model, line).len(), 1);
        model.level = hottest + 1.0;
        assert!(cuts(&model, line).is_empty());
    }

    proptest! {
        #[test]
        fn spans_are_sorted_disjoint_and_on_boundaries(
            parts in prop::collection::vec("(澳门真人\\|百家乐平台|发布|發\\(fā\\)布|\u{200b}|[a-z ]{1,8}|木桥修好了。|\\PC{0,6})", 0..24)
        ) {
            let text = parts.concat();
            let model = model_of(&["澳门真人|百家乐平台"]);
            let mut end = 0;
            for cut in cuts(&model, &text) {
                prop_assert!(end <= cut.start && cut.end <= text.len());
                prop_assert!(text.get(cut.clone()).is_some_and(|t| t.chars().count() >= LEAST));
                end = cut.end;
            }
        }
    }
}
