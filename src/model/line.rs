//! The line model: a line's text in, its margins out. Hashed n-grams look up one-byte weights;
//! words are asked only where the cheap n-grams leave a line unsure.

use std::cell::Cell;

use crate::{
    features::{
        facts::{Margins, PageFacts},
        ngrams::{self, CHARACTERS, FORM, Family, TERMS, WORDS},
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

    /// The weights of an n-gram, question by question.
    #[inline]
    pub fn weight(&self, hash: u32) -> [f32; H] {
        let bytes = self.bytes(hash);
        std::array::from_fn(|head| f32::from(bytes[head]) * self.scales[head])
    }

    /// The weights of an n-gram as multiples of the scales.
    #[inline]
    pub fn bytes(&self, hash: u32) -> [i8; H] {
        self.weights.get(ngrams::bucket(hash, self.bits)).copied().unwrap_or([0; H])
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

/// A table of two questions made ready to run: both weights of an n-gram in one number, so that one
/// addition serves both.
#[derive(Debug, Clone)]
pub struct PairedTable {
    bits: u32,
    scales: [f32; HEADS],
    /// For each n-gram the first weight in the lower half and the second in the upper one, each plus
    /// [`RAISE`], so that neither is negative.
    weights: Vec<u32>,
}

const RAISE: i64 = 128;
/// No sum of a block grows into the other half.
const _: () = assert!(ngrams::BLOCK as i64 * (RAISE + i8::MAX as i64) < 1 << 16);

impl PairedTable {
    /// Lays out a table.
    pub fn new(table: &Table<HEADS>) -> Self {
        let raise = |weight: i8| (i64::from(weight) + RAISE) as u32;
        let pair = |&[first, second]: &[i8; HEADS]| raise(first) | raise(second) << 16;
        let weights = table.weights.iter().map(pair).collect();
        PairedTable { bits: table.bits, scales: table.scales, weights }
    }

    /// What [`Table::margins`] gives, bit for bit.
    #[inline]
    pub fn margins(&self, codes: &[u16], family: Family) -> [f32; HEADS] {
        // The usual size is known to the compiler, so that there is nothing to check.
        let (sums, count) = match self.weights.first_chunk::<{ 1 << USUAL_BITS }>() {
            Some(weights) if self.bits == USUAL_BITS => {
                sums(codes, family, |hash| weights[ngrams::bucket(hash, USUAL_BITS)])
            }
            _ => {
                let raised = |hash| self.weights.get(ngrams::bucket(hash, self.bits)).copied();
                sums(codes, family, |hash| raised(hash).unwrap_or(0))
            }
        };
        let root = (count.max(1) as f32).sqrt();
        std::array::from_fn(|head| sums[head] as f32 * self.scales[head] / root)
    }
}

/// The sums of pairs of raised weights, and how many there are.
#[inline]
fn sums(codes: &[u16], family: Family, pair: impl Fn(u32) -> u32) -> ([i64; HEADS], usize) {
    let block = Cell::new(0u32);
    let mut sums = [0i64; HEADS];
    let each = |hash| block.set(block.get() + pair(hash));
    let count = ngrams::emit_in_blocks(codes, family, each, || {
        let pair = block.take();
        sums[0] += i64::from(pair & 0xFFFF);
        sums[1] += i64::from(pair >> 16);
    });
    (sums.map(|sum| sum - RAISE * count as i64), count)
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
    terms: Vec<u16>,
    folded: String,
    words: Vec<u16>,
}

/// A line as sequences of codes, each with n-grams of its own.
#[derive(Debug, Clone, Copy)]
pub struct Sequences<'a> {
    /// Its folded characters.
    pub codes: &'a [u16],
    /// Its skeleton.
    pub skeleton: &'a [u16],
    /// Its words of letters, hashed.
    pub terms: &'a [u16],
}

impl LineModel {
    /// What the first table says of a line.
    pub fn base(&self, line: Sequences<'_>) -> Margins {
        self.base_by(line, |codes, family| self.table.margins(codes, family))
    }

    fn base_by(
        &self,
        line: Sequences<'_>,
        margins: impl Fn(&[u16], Family) -> [f32; HEADS],
    ) -> Margins {
        let mut characters = margins(line.codes, CHARACTERS);
        for (sum, terms) in characters.iter_mut().zip(margins(line.terms, TERMS)) {
            *sum += terms;
        }
        let form = if self.form { margins(line.skeleton, FORM) } else { [0.0; HEADS] };
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
        self.read_by(lines, facts, scratch, |codes, family| self.table.margins(codes, family));
    }

    /// [`LineModel::read`] with the first table laid out.
    pub fn read_paired(
        &self,
        table: &PairedTable,
        lines: &[Line<'_>],
        facts: &mut PageFacts,
        scratch: &mut LineScratch,
    ) {
        self.read_by(lines, facts, scratch, |codes, family| table.margins(codes, family));
    }

    fn read_by(
        &self,
        lines: &[Line<'_>],
        facts: &mut PageFacts,
        scratch: &mut LineScratch,
        margins: impl Fn(&[u16], Family) -> [f32; HEADS],
    ) {
        facts.clear();
        for line in lines {
            observe(line.text, facts, scratch, |line, folded, words| {
                let mut margins = self.base_by(line, &margins);
                if margins.total().abs() < self.gate {
                    word_codes(line.codes, folded, words);
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
/// sequences, with two buffers to use. Training calls this with a judge of its own.
pub fn observe(
    text: &str,
    facts: &mut PageFacts,
    scratch: &mut LineScratch,
    judge: impl FnOnce(Sequences<'_>, &mut String, &mut Vec<u16>) -> Margins,
) {
    let LineScratch { codes, sorts, skeleton, units, terms, folded, words } = scratch;
    let counts: ClassCounts = fold::fold_line_counting(text, codes);
    runs::sorts(codes, sorts);
    let runs = Runs::read(codes, sorts, skeleton, units, terms);
    let margins = judge(Sequences { codes, skeleton, terms }, folded, words);
    let shape = shape::measure(text, codes, sorts, &counts, &runs);
    facts.push(codes, units, shape::seen(&counts), skeleton::coarse_hash(skeleton), shape, margins);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_add_up_to_the_same_bit_for_bit() {
        let mut state = 7u64;
        for bits in [3, USUAL_BITS] {
            let mut byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as i8
            };
            // The extremes, too: all n-grams of a line may have them.
            let mut weights: Vec<[i8; HEADS]> = (0..1 << bits).map(|_| [byte(), byte()]).collect();
            weights[1 << (bits - 1)..].fill([i8::MAX, i8::MIN]);
            let table = Table { bits, scales: [0.05, 0.03], weights };
            let paired = PairedTable::new(&table);
            for length in [0, 1, 2, 17, 61, 300, 5000] {
                for step in [0, 1, 37] {
                    let codes: Vec<u16> =
                        (0..length).map(|i| 300 + (step * i % 911) as u16).collect();
                    let margins = |m: [f32; HEADS]| m.map(f32::to_bits);
                    for family in [CHARACTERS, FORM, TERMS, WORDS] {
                        let (expected, got) =
                            (table.margins(&codes, family), paired.margins(&codes, family));
                        assert_eq!(margins(got), margins(expected), "{bits} {length} {step}");
                    }
                }
            }
        }
    }
}
