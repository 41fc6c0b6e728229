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
        skeleton,
    },
    model::{LineModel, SpanModel},
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
        let SpanScratch { positions, switched, gains, skeleton } = scratch;
        let table = &self.table;
        positions.read(text, |hash| {
            table.weights.get(bucket(hash, table.bits)).map_or(0.0, |&w| f32::from(w) * table.scale)
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
                    let margins = line.base(codes, skeleton);
                    positions.stretch(from..to, worth, &margins, &mut stretch);
                    each(Span { bytes, log_odds: self.log_odds(&stretch) }, &stretch);
                    limit = from;
                }
            }
            state = 1 - state;
        }
    }
}
