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
    text::{Line, fnv, fold, words},
};

/// The tables of models have 2 to this many n-grams, where training is not told otherwise.
const USUAL_BITS: u32 = 18;

/// The questions that the first table answers of a line at once, as indices of its heads.
pub const HEADS: usize = 2;
/// Is it junk?
pub const JUNK: usize = 0;
/// Is it of a kind that intruders plant ([`Kind::is_planted`](crate::text::Kind::is_planted))? Among
/// paragraphs a line of such words is junk, where one of a menu's words may be a sub-heading.
pub const PLANTED: usize = 1;

/// 2^bits n-grams with a weight of one byte for each of `H` questions, side by side in memory: one
/// look-up answers all. A family's margin is the sum of its n-grams' weights over the square root of
/// their number: an n-gram's value is its count divided by that root, so nothing needs to be
/// deduplicated while scoring.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<const H: usize> {
    /// Logarithm of the number of n-grams, 1 to 24.
    pub bits: u32,
    /// What a weight of 1 stands for, question by question.
    pub scales: [f32; H],
    /// The weights, as whole multiples of the scales.
    pub weights: Vec<[i8; H]>,
}

impl<const H: usize> Table<H> {
    /// A table that says nothing, of the least size.
    pub fn empty() -> Self {
        Table { bits: 1, scales: [1.0; H], weights: vec![[0; H]; 2] }
    }

    /// Rounds real weights to bytes; the largest of each question becomes 127.
    ///
    /// The slices must be of one length, a power of two.
    pub fn quantise(weights: [&[f64]; H]) -> Self {
        let length = weights.iter().map(|w| w.len()).min().unwrap_or(0);
        debug_assert!(length.is_power_of_two() && weights.iter().all(|w| w.len() == length));
        let heads = weights.map(to_bytes);
        let row = |i: usize| std::array::from_fn(|head| heads[head].0[i]);
        Table {
            bits: length.trailing_zeros(),
            weights: (0..length).map(row).collect(),
            scales: heads.each_ref().map(|(_, scale)| *scale as f32),
        }
    }

    /// The margins of a sequence of codes under one family of n-grams, question by question.
    #[inline]
    pub fn margins(&self, codes: &[u16], family: Family) -> [f32; H] {
        // The usual size is known to the compiler, so that it need not shift by a variable.
        let (sums, count) = match self.bits {
            USUAL_BITS => self.sums(codes, family, |hash| ngrams::bucket(hash, USUAL_BITS)),
            bits => self.sums(codes, family, |hash| ngrams::bucket(hash, bits)),
        };
        let root = (count.max(1) as f32).sqrt();
        std::array::from_fn(|head| sums[head] as f32 * self.scales[head] / root)
    }

    /// The sums of the n-grams' weights, and how many n-grams there are.
    #[inline]
    fn sums(
        &self,
        codes: &[u16],
        family: Family,
        bucket: impl Fn(u32) -> usize,
    ) -> ([i64; H], usize) {
        // Whole numbers: the sums do not depend on their order.
        let mut sums = [0i64; H];
        // The mask changes no bucket; it tells the compiler that there is nothing to check.
        let Some(mask) = self.weights.len().checked_sub(1) else { return (sums, 0) };
        let count = ngrams::emit(codes, family, |hash| {
            let weights = &self.weights[bucket(hash) & mask];
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i64::from(weight);
            }
        });
        (sums, count)
    }
}

/// Real weights as whole multiples of a scale, of which the largest is 127, and that scale.
pub fn to_bytes(weights: &[f64]) -> (Vec<i8>, f64) {
    let largest = weights.iter().fold(0.0f64, |m, w| m.max(w.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    (weights.iter().map(|w| (w / scale).round() as i8).collect(), scale)
}

/// Both tables and when to ask the second.
#[derive(Debug, Clone, PartialEq)]
pub struct LineModel {
    /// Characters and form.
    pub table: Table<HEADS>,
    /// Whether the form of a line counts.
    pub form: bool,
    /// Added to every line's margins, question by question.
    pub biases: [f32; HEADS],
    /// Words.
    pub words: Table<1>,
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
        let characters = self.table.margins(codes, CHARACTERS);
        let form = if self.form { self.table.margins(skeleton, FORM) } else { [0.0; HEADS] };
        Margins {
            characters: characters[JUNK],
            form: form[JUNK],
            bias: self.biases[JUNK],
            planted: characters[PLANTED] + form[PLANTED] + self.biases[PLANTED],
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
                    let [words] = self.words.margins(words, WORDS);
                    margins.words = words + self.words_bias;
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
        let hash = fnv::hash(fnv::SEED, word.bytes());
        // Codes below 16 are marks of sequence ends.
        words.push(((hash ^ (hash >> 16)) as u16).max(16));
    });
}
