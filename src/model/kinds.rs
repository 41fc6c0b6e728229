//! The kinds of junk: a line that was judged junk goes in, with its row of columns, and its kind
//! comes out. One linear model a kind over the columns of the page model and over some 1,700 n-grams
//! that tell kinds apart, known by their hashes, which keeps the whole at about 40 KB; the kind with
//! the largest sum is named. No verdict depends on it.

use crate::{
    features::{
        context::WIDTH,
        ngrams::{self, CHARACTERS, FORM},
        skeleton,
    },
    text::{Kind, fold},
};

/// The kind of a line shows in its first folded characters; the rest is not read.
const LONGEST: usize = 120;
/// A column that lies further than this many deviations from its mean counts as this far.
const FARTHEST: f32 = 4.0;

/// A fitted model of kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct KindModel {
    /// The kinds it knows, in the order of [`Kind::ALL`].
    pub kinds: Vec<Kind>,
    /// How each of the [`WIDTH`] columns is brought to one scale.
    pub scales: Vec<ColumnScale>,
    /// One weight a kind for each column, column by column.
    pub weights: Vec<f32>,
    /// One number a kind.
    pub bias: Vec<f32>,
    /// Hashes of the n-grams that count, rising.
    pub grams: Vec<u32>,
    /// One weight a kind for each of them, n-gram by n-gram, as whole multiples of `scale`.
    pub table: Vec<i8>,
    /// What a weight of 1 in the table stands for.
    pub scale: f32,
}

/// Mean and deviation of a column on the lines of training.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ColumnScale {
    /// Mean value.
    pub mean: f32,
    /// One over the standard deviation; 0 for a column that never varied.
    pub inverse: f32,
}

impl ColumnScale {
    /// Deviations from the mean, within `-4..=4`.
    #[inline]
    pub fn apply(&self, value: f32) -> f32 {
        ((value - self.mean) * self.inverse).clamp(-FARTHEST, FARTHEST)
    }
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct KindScratch {
    codes: Vec<u16>,
    skeleton: Vec<u16>,
    found: Vec<usize>,
    sums: Vec<f32>,
}

impl KindScratch {
    /// Calls `each` with the hash of every n-gram of a line's text, of its characters and of its
    /// form, repeats included.
    pub fn hashes(&mut self, text: &str, mut each: impl FnMut(u32)) {
        let KindScratch { codes, skeleton, .. } = self;
        fold::fold_line(text, codes);
        codes.truncate(LONGEST);
        skeleton::tokens(codes, skeleton);
        ngrams::emit(codes, CHARACTERS, &mut each);
        ngrams::emit(skeleton, FORM, &mut each);
    }

    /// Calls `each` with the index of every one of `grams` that a line's text holds, rising, and its
    /// value: one over the square root of how many of them it holds.
    pub fn known(&mut self, text: &str, grams: &[u32], mut each: impl FnMut(usize, f32)) {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        self.hashes(text, |hash| found.extend(grams.binary_search(&hash).ok()));
        found.sort_unstable();
        found.dedup();
        let value = 1.0 / (found.len().max(1) as f32).sqrt();
        for &index in &found {
            each(index, value);
        }
        self.found = found;
    }
}

impl KindModel {
    /// The kind that a junk line with this text and row is most likely of; of equals the first.
    /// `None` only for a model without kinds.
    pub fn name(&self, text: &str, row: &[f32; WIDTH], scratch: &mut KindScratch) -> Option<Kind> {
        let n = self.kinds.len();
        let mut sums = std::mem::take(&mut scratch.sums);
        sums.clear();
        sums.extend_from_slice(&self.bias);
        let columns = row.iter().zip(&self.scales).zip(self.weights.chunks_exact(n.max(1)));
        for ((&value, scale), weights) in columns {
            let value = scale.apply(value);
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
        scratch.known(text, &self.grams, |gram, value| {
            let weights = self.table.get(gram * n..gram * n + n).unwrap_or_default();
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += value * self.scale * f32::from(weight);
            }
        });
        let mut best: Option<(f32, Kind)> = None;
        for (&sum, &kind) in sums.iter().zip(&self.kinds) {
            if best.is_none_or(|(other, _)| sum > other) {
                best = Some((sum, kind));
            }
        }
        scratch.sums = sums;
        best.map(|(_, kind)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<u32> {
        let mut all = Vec::new();
        KindScratch::default().hashes(text, |hash| all.push(hash));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Two kinds; the first column speaks for `nav`, the n-grams of 版权 for `legal`.
    fn model() -> KindModel {
        let kinds = vec![Kind::Nav, Kind::Legal];
        let mut weights = vec![0.0; 2 * WIDTH];
        weights[0] = 1.0;
        // Not those of form, which any two characters have.
        let other = hashes("首页");
        let grams: Vec<u32> =
            hashes("版权").into_iter().filter(|h| other.binary_search(h).is_err()).collect();
        let table = [0i8, 50].repeat(grams.len());
        let scales = vec![ColumnScale { mean: 1.0, inverse: 0.5 }; WIDTH];
        KindModel { kinds, scales, weights, bias: vec![0.5, 0.0], grams, table, scale: 0.02 }
    }

    #[test]
    fn columns_and_n_grams_speak_for_kinds() {
        let (model, mut scratch) = (model(), KindScratch::default());
        // 版, ^版, 权, 版权, ^版权, 权$, 版权$, ^版权$, and the whole.
        assert_eq!(model.grams.len(), 9);
        let mut row = [1.0; WIDTH];
        // Nothing but the bias, then n-grams against it, then a column against these.
        assert_eq!(model.name("首页", &row, &mut scratch), Some(Kind::Nav));
        assert_eq!(model.name("版权", &row, &mut scratch), Some(Kind::Legal));
        assert!((scratch.sums[1] - 3.0).abs() < 1e-5, "{:?}", scratch.sums);
        row[0] = 1e9;
        assert_eq!(model.name("版权", &row, &mut scratch), Some(Kind::Nav));
        assert_eq!(scratch.sums[0], 4.5);
    }

    #[test]
    fn a_line_is_its_first_characters() {
        let long: String = (0..LONGEST as u32).filter_map(|n| char::from_u32(0x4e00 + n)).collect();
        assert_eq!(hashes(&long), hashes(&format!("{long}权所有")));
        assert_ne!(hashes(&long), hashes(long.trim_end_matches(|c| c > '\u{4e70}')));
        assert!(hashes("").is_empty());
    }
}
