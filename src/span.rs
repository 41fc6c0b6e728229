//! Junk inside a line that is otherwise kept: the best-scoring runs of positions. In: a span model
//! and a line; out: byte ranges to be cut. Each position has a gain, positive where it looks like
//! junk, and each span pays for its two ends, less at a mark than inside running letters; the runs
//! that are worth most are found exactly, by dynamic programming over two states (Viterbi 1967; with
//! one run and no costs it is Kadane's maximum subarray).

use std::ops::Range;

use crate::{
    features::{
        ngrams::bucket,
        position::{Positions, STRETCH_WIDTH, WIDTH},
        runs, skeleton,
    },
    model::{LineModel, Sequences, SpanModel},
};

/// A span has at least this many characters, as in the labelling guide.
pub const LEAST: usize = 8;
/// Lines with fewer characters are kept or removed whole.
pub const LEAST_LINE: usize = 22;
/// How far the ends of a run are moved to where the text changes.
const REACH: usize = 14;
/// What a mark or a change of script counts there.
const SEAM_BONUS: f32 = 0.15;
/// No more than this many positions of a line are searched at once.
const LONGEST: usize = 20_000;

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct SpanScratch {
    positions: Positions,
    /// For each position and state, whether the best way came from the other state.
    switched: Vec<[bool; 2]>,
    gains: Vec<f32>,
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

impl SpanModel {
    /// Finds the spans of a line that are worth cutting, see [`SpanModel::candidates`].
    pub fn find(
        &self,
        text: &str,
        line: &LineModel,
        scratch: &mut SpanScratch,
        out: &mut Vec<Span>,
    ) {
        out.clear();
        self.candidates(text, line, scratch, |span, _| {
            if span.log_odds >= self.linear.threshold {
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
        mut each: impl FnMut(Span, &[f32; STRETCH_WIDTH]),
    ) {
        // A character takes at most four bytes, so most short lines need not be counted.
        if text.len() < LEAST_LINE || text.chars().take(LEAST_LINE).count() < LEAST_LINE {
            return;
        }
        let SpanScratch { positions, switched, gains, skeleton, terms } = scratch;
        let table = &self.table;
        positions.read(text, |hash| {
            let [scale] = table.scales;
            table.weights.get(bucket(hash, table.bits)).map_or(0.0, |&[w]| f32::from(w) * scale)
        });
        let n = positions.len();
        if !(LEAST_LINE..=LONGEST).contains(&n) {
            return;
        }
        gains.clear();
        let mut row = [0.0; WIDTH];
        gains.extend((0..n).map(|p| {
            positions.row(p, &mut row);
            self.gain(&row)
        }));
        let cost = |p: usize| {
            if positions.is_seam(p) { self.linear.seam } else { self.linear.inside }
        };
        switched.clear();
        let (mut kept, mut junk) = (0.0f32, f32::NEG_INFINITY);
        for (p, gain) in gains.iter().enumerate() {
            let cost = cost(p);
            let (to_kept, to_junk) = (junk - cost > kept, kept - cost > junk);
            let before = (kept, junk);
            kept = if to_kept { before.1 - cost } else { before.0 };
            junk = gain + if to_junk { before.0 - cost } else { before.1 };
            switched.push([to_kept, to_junk]);
        }
        let mut state = usize::from(junk - cost(n) > kept);
        let mut end = n;
        let mut limit = n;
        let mut stretch = [0.0; STRETCH_WIDTH];
        for p in (0..n).rev() {
            if !switched[p][state] {
                continue;
            }
            if state == 0 {
                end = p;
            } else {
                let to = positions.sharpen(end, REACH, SEAM_BONUS, false).min(limit);
                let from = positions.sharpen(p, REACH, SEAM_BONUS, true);
                let bytes = positions.byte(from, text)..positions.byte(to, text);
                let long = from < to
                    && text.get(bytes.clone()).is_some_and(|t| t.chars().count() >= LEAST);
                if long {
                    let worth = gains[from..to].iter().sum();
                    let codes = &positions.codes()[from..to];
                    skeleton::tokens(codes, skeleton);
                    runs::terms(codes, terms, |_| ());
                    let margins = line.base(Sequences { codes, skeleton, terms });
                    positions.stretch(from..to, worth, &margins, &mut stretch);
                    each(Span { bytes, log_odds: self.log_odds(&stretch) }, &stretch);
                    limit = from;
                }
            }
            state = 1 - state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        features::position::{COLUMNS, for_each_gram},
        model::{HEADS, SpanLinear, Table},
        text::fold::fold_line,
    };
    use proptest::prelude::*;

    /// A model that knows the n-grams of these words, and nothing else, as junk.
    fn model_of(words: &[&str]) -> SpanModel {
        let mut table = Table { bits: 16, scales: [1.0], weights: vec![[-1]; 1 << 16] };
        let mut codes = Vec::new();
        for word in words {
            fold_line(word, &mut codes);
            for_each_gram(&codes, |_, order, hash| {
                table.weights[bucket(hash, 16)] = [if order > 1 { 2 } else { 0 }];
            });
        }
        let mut weights = vec![0.0; WIDTH];
        weights[COLUMNS.iter().position(|&c| c == "gain_near_2").unwrap()] = 1.0;
        let accept = vec![0.0; STRETCH_WIDTH];
        let (seam, inside) = (2.0, 4.0);
        let linear = SpanLinear {
            weights,
            bias: 0.0,
            seam,
            inside,
            accept,
            accept_bias: 1.0,
            threshold: 0.5,
        };
        SpanModel { table, linear }
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
        model.find(text, &no_lines(), &mut SpanScratch::default(), &mut out);
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
        model.linear.threshold = 1.5;
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
