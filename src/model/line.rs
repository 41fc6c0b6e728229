//! The line model: a line's text in, its margins out. Hashed n-grams look up one-byte weights;
//! words are asked only where the cheap n-grams leave a line unsure.

use crate::{
    features::{
        facts::{Margins, PageFacts},
        ngrams::{self, CHARACTERS, FORM, Family, WORDS},
        runs::{self, Runs},
        shape::{self, ClassCounts},
        skeleton,
    },
    text::{Line, fold, words},
};

/// As many weights, 2 to this, have the models that training makes unless told otherwise.
const USUAL_BITS: u32 = 18;

/// 2^bits weights of one byte each. A family's margin is the sum of its n-grams' weights over the
/// square root of their number: an n-gram's value is its count divided by that root, so nothing
/// needs to be deduplicated while scoring.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Logarithm of the number of weights, 1 to 24.
    pub bits: u32,
    /// What a weight of 1 stands for.
    pub scale: f32,
    /// The weights, as whole multiples of `scale`.
    pub weights: Vec<i8>,
}

impl Table {
    /// Rounds real weights to bytes; the largest becomes 127.
    ///
    /// The length of `weights` must be a power of two.
    pub fn quantise(weights: &[f64]) -> Table {
        debug_assert!(weights.len().is_power_of_two());
        let largest = weights.iter().fold(0.0f64, |m, w| m.max(w.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        Table {
            bits: weights.len().trailing_zeros(),
            scale: scale as f32,
            weights: weights.iter().map(|w| (w / scale).round() as i8).collect(),
        }
    }

    /// The margin of a sequence of codes under one family of n-grams.
    #[inline]
    pub fn margin(&self, codes: &[u16], family: Family) -> f32 {
        // The usual size is known to the compiler, so that it need not shift by a variable.
        let (sum, count) = match self.bits {
            USUAL_BITS => self.sum(codes, family, |hash| ngrams::bucket(hash, USUAL_BITS)),
            bits => self.sum(codes, family, |hash| ngrams::bucket(hash, bits)),
        };
        if count == 0 { 0.0 } else { sum as f32 * self.scale / (count as f32).sqrt() }
    }

    /// The sum of the n-grams' weights, and how many there are.
    #[inline]
    fn sum(&self, codes: &[u16], family: Family, bucket: impl Fn(u32) -> usize) -> (i64, usize) {
        // The mask changes no bucket; it tells the compiler that there is nothing to check.
        let Some(mask) = self.weights.len().checked_sub(1) else { return (0, 0) };
        // Whole numbers: the sum does not depend on its order.
        let mut sum = 0i64;
        let count = ngrams::emit(codes, family, |hash| {
            sum += i64::from(self.weights[bucket(hash) & mask]);
        });
        (sum, count)
    }
}

/// Both tables and when to ask the second.
#[derive(Debug, Clone, PartialEq)]
pub struct LineModel {
    /// Characters and form.
    pub table: Table,
    /// Whether the form of a line counts.
    pub form: bool,
    /// Added to every line's margin.
    pub bias: f32,
    /// Words.
    pub words: Table,
    /// Added where words were looked up.
    pub words_bias: f32,
    /// Words are looked up where the margin of the first table lies within `-gate..gate`.
    pub gate: f32,
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct LineScratch {
    codes: Vec<u16>,
    sorts: Vec<runs::Sort>,
    skeleton: Vec<u16>,
    units: Vec<u16>,
    folded: String,
    words: Vec<u16>,
}

impl LineModel {
    /// What the first table says of a line.
    pub fn base(&self, codes: &[u16], skeleton: &[u16]) -> Margins {
        Margins {
            characters: self.table.margin(codes, CHARACTERS),
            form: if self.form { self.table.margin(skeleton, FORM) } else { 0.0 },
            bias: self.bias,
            ..Margins::default()
        }
    }

    /// Fills the facts of a page's lines.
    pub fn read(&self, lines: &[Line<'_>], facts: &mut PageFacts, scratch: &mut LineScratch) {
        facts.clear();
        for line in lines {
            observe(line.text, facts, scratch, |codes, skeleton, folded, words| {
                let mut margins = self.base(codes, skeleton);
                if margins.total().abs() < self.gate {
                    word_codes(codes, folded, words);
                    margins.words = self.words.margin(words, WORDS) + self.words_bias;
                    margins.words_asked = true;
                }
                margins
            });
        }
    }
}

/// Folds and measures one line and adds it to the facts; `judge` gives its margins from its folded
/// codes and skeleton, with two buffers to use. Training calls this with a judge of its own.
pub fn observe(
    text: &str,
    facts: &mut PageFacts,
    scratch: &mut LineScratch,
    judge: impl FnOnce(&[u16], &[u16], &mut String, &mut Vec<u16>) -> Margins,
) {
    let LineScratch { codes, sorts, skeleton, units, folded, words } = scratch;
    // Two counters, in turn: a run of one class need not wait for its own last count.
    let mut counts = [ClassCounts::default(); 2];
    let mut turn = 0;
    fold::fold_line_with(text, codes, |_, f| {
        counts[turn & 1][f.class as usize] += 1;
        turn += 1;
    });
    let [mut counts, other] = counts;
    counts.iter_mut().zip(other).for_each(|(count, other)| *count += other);
    runs::sorts(codes, sorts);
    let runs = Runs::read(codes, sorts, skeleton, units);
    let margins = judge(codes, skeleton, folded, words);
    let shape = shape::measure(text, codes, sorts, &counts, &runs);
    let n_characters = counts.iter().sum();
    facts.push(codes, units, n_characters, skeleton::coarse_hash(skeleton), shape, margins);
}

/// The words of a folded line, each as a 16-bit hash, so that n-grams of words are n-grams of
/// codes like any other.
pub fn word_codes(codes: &[u16], folded: &mut String, words: &mut Vec<u16>) {
    folded.clear();
    words.clear();
    fold::unfold_into(codes, folded);
    words::for_each_word(folded, |word| {
        let hash =
            word.bytes().fold(0x811C_9DC5u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        // Codes below 16 are marks of sequence ends.
        words.push(((hash ^ (hash >> 16)) as u16).max(16));
    });
}
