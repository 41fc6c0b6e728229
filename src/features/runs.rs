//! Runs of like codes in a folded line, walked once: the skeleton, what the line speaks of, and the
//! counts behind its shape all come out of the same walk. In: folded codes; out: one byte a code that
//! tells its class, then [`Runs`].

use std::{ops::Range, sync::LazyLock};

use super::{ngrams::hash_whole, skeleton};
use crate::text::script::Class;

/// Content units are hashed to this many bits, the size of the table they are looked up in.
pub const UNIT_BITS: u32 = 14;

/// A line's similarity to the article is told from its first units; more would say the same.
const MAX_UNITS: usize = 192;

/// What all digits fold to.
const DIGIT_CODE: u16 = b'0' as u16;

/// The class of a code in its lower five bits, what sort of run it makes in the upper three.
///
/// Characters of grammar are a class of their own here, so that they are counted on the way.
pub type Sort = u8;

const SHIFT: u32 = 5;
const MARK: u8 = 0;
const HAN: u8 = 1;
const LATIN: u8 = 2;
const DIGIT: u8 = 3;
const OTHER: u8 = 4;
const GRAMMAR: Sort = HAN << SHIFT | 31;

/// By folded code.
static SORTS: LazyLock<Box<[Sort; 0x1_0000]>> = LazyLock::new(|| {
    let mut sorts = Box::new([0; 0x1_0000]);
    for (code, sort) in sorts.iter_mut().enumerate() {
        *sort = sort_of(code as u16);
    }
    sorts
});

fn sort_of(code: u16) -> Sort {
    let class = skeleton::class_of(code);
    let kind = match class {
        Class::Han if is_grammar(code) => return GRAMMAR,
        Class::Han => HAN,
        Class::LatinLower | Class::LatinUpper => LATIN,
        Class::Digit => DIGIT,
        Class::Kana | Class::Hangul | Class::OtherLetter => OTHER,
        _ => MARK,
    };
    kind << SHIFT | class.bits()
}

/// The sorts of folded codes, in order, into `out`, which is cleared first.
#[inline]
pub fn sorts(codes: &[u16], out: &mut Vec<Sort>) {
    let table: &[Sort; 0x1_0000] = &SORTS;
    out.clear();
    out.extend(codes.iter().map(|&code| table[usize::from(code)]));
}

/// The class of a sort.
#[inline]
pub fn class(sort: Sort) -> Class {
    if sort == GRAMMAR { Class::Han } else { Class::from_bits(sort & 31) }
}

/// What the runs of a line add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runs {
    /// Words of letters.
    pub latin: usize,
    /// Han characters plus words of letters.
    pub units: usize,
    /// Those of them that are grammar, not subject.
    pub function: usize,
    /// Full stops that follow a letter and end a word.
    pub dots: usize,
    /// The longest run of Han or of words without any mark between, in units.
    pub longest_run: usize,
    /// Parts that separators, commas and spaces cut the line into …
    pub items: usize,
    /// … the longest of them …
    pub longest_item: usize,
    /// … and all of them, in codes.
    pub in_items: usize,
    /// Digits of the longest number.
    pub longest_number: usize,
    /// Whether there is a date.
    pub date: bool,
    /// Whether there is a time of day.
    pub time: bool,
}

impl Runs {
    /// Walks a line. Its skeleton goes into `tokens`, its content units into `units`: pairs of Han
    /// characters and words of four letters or more, hashed; and into `terms` all words of letters,
    /// hashed. All three are cleared first.
    pub fn read(
        codes: &[u16],
        sorts: &[Sort],
        tokens: &mut Vec<u16>,
        units: &mut Vec<u16>,
        terms: &mut Vec<u16>,
    ) -> Runs {
        tokens.clear();
        units.clear();
        terms.clear();
        let mut r = Runs::default();
        let (mut run, mut item) = (0, 0);
        let mut start = 0;
        // Both are as long as the line; the shorter one bounds both, should they differ.
        let n = codes.len().min(sorts.len());
        let (codes, sorts) = (&codes[..n], &sorts[..n]);
        while start < n {
            let (sort, code) = (sorts[start], codes[start]);
            let kind = sort >> SHIFT;
            let mut end = start + 1;
            if kind == MARK {
                while end < n && codes[end] == code {
                    end += 1;
                }
            } else {
                while end < n && sorts[end] >> SHIFT == kind {
                    end += 1;
                }
            }
            let length = end - start;
            let room = MAX_UNITS - units.len();
            match kind {
                HAN => {
                    tokens.push(skeleton::han(length));
                    r.units += length;
                    run += length;
                    item += length;
                    r.function += sorts[start..end].iter().filter(|&&s| s == GRAMMAR).count();
                    units.extend(codes[start..end].windows(2).take(room).map(unit));
                }
                LATIN => {
                    tokens.push(skeleton::latin(length));
                    r.latin += 1;
                    r.units += 1;
                    run += 1;
                    item += length;
                    let word = &codes[start..end];
                    r.function += usize::from(is_function_word(word));
                    let hash = hash_whole(word, WORD_SALT);
                    if length >= 4 && room > 0 {
                        units.push(unit_of(hash));
                    }
                    terms.push(term_of(hash));
                    let is_dot = codes.get(end) == Some(&u16::from(b'.'));
                    r.dots += usize::from(is_dot && sorts.get(end + 1).is_none_or(is_space));
                }
                DIGIT => {
                    tokens.push(skeleton::digit(length));
                    r.longest_run = r.longest_run.max(run);
                    run = 0;
                    item += length;
                    r.number(length, codes.get(end), codes.get(end + 1));
                }
                OTHER => {
                    tokens.push(skeleton::other());
                    terms.push(term_of(hash_whole(&codes[start..end], WORD_SALT)));
                    r.longest_run = r.longest_run.max(run);
                    run = 0;
                    item += length;
                }
                _ => {
                    tokens.push(skeleton::mark(code));
                    if !is_space(&sort) {
                        r.longest_run = r.longest_run.max(run);
                        run = 0;
                    }
                    match class(sort) {
                        Class::Separator | Class::Comma | Class::Space => r.close(&mut item),
                        _ => item += length,
                    }
                }
            }
            start = end;
        }
        r.longest_run = r.longest_run.max(run);
        r.close(&mut item);
        r
    }

    #[inline]
    fn close(&mut self, item: &mut usize) {
        if *item > 0 {
            self.items += 1;
            self.longest_item = self.longest_item.max(*item);
            self.in_items += *item;
            *item = 0;
        }
    }

    /// A number of so many digits, and the two codes after it.
    #[inline]
    fn number(&mut self, length: usize, mark: Option<&u16>, after: Option<&u16>) {
        self.longest_number = self.longest_number.max(length);
        if after != Some(&DIGIT_CODE) {
            return;
        }
        let is = |c: char| mark.is_some_and(|&code| u32::from(code) == c as u32);
        self.date |= length == 4 && ['-', '/', '.', '年'].into_iter().any(is);
        self.date |= length <= 2 && is('月');
        self.time |= length <= 2 && is(':');
    }
}

#[inline]
fn is_space(sort: &Sort) -> bool {
    *sort == Class::Space.bits()
}

/// The words of letters of a line, as [`Runs::read`] gives them, into `terms`, cleared first; where they
/// stand, as ranges of codes, to `place`.
pub fn terms(codes: &[u16], terms: &mut Vec<u16>, mut place: impl FnMut(Range<usize>)) {
    let kind_of = |code: u16| SORTS[usize::from(code)] >> SHIFT;
    terms.clear();
    let mut start = 0;
    for run in codes.chunk_by(|&a, &b| kind_of(a) == kind_of(b)) {
        let end = start + run.len();
        if matches!(kind_of(run[0]), LATIN | OTHER) {
            terms.push(term_of(hash_whole(run, WORD_SALT)));
            place(start..end);
        }
        start = end;
    }
}

const WORD_SALT: u64 = 1;

#[inline]
fn unit(codes: &[u16]) -> u16 {
    unit_of(hash_whole(codes, WORD_SALT))
}

#[inline]
fn unit_of(hash: u32) -> u16 {
    (hash >> (32 - UNIT_BITS)) as u16
}

/// Codes below 16 are marks of sequence ends.
#[inline]
fn term_of(hash: u32) -> u16 {
    ((hash >> 16) as u16).max(16)
}

/// Grammar, not subject: these characters are common in running Chinese and rare in lists of names.
fn is_grammar(code: u16) -> bool {
    const GRAMMAR: &str = "的了是在和有我他她这那不也就都而及与为对将被把从到但还又其之于以着过会能要你们个并或让很么吗呢吧";
    char::from_u32(u32::from(code)).is_some_and(|c| GRAMMAR.contains(c))
}

/// The words of grammar in English.
const FUNCTION_WORDS: [&str; 44] = [
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "with", "as", "was", "on",
    "be", "by", "at", "this", "are", "from", "or", "an", "but", "not", "which", "have", "had",
    "has", "they", "their", "he", "she", "his", "her", "we", "you", "i", "were", "been", "will",
    "would", "there", "than", "if",
];
/// They have at most this many letters.
const LONGEST_WORD: usize = 5;
/// The words by a hash of their letters, with room to spare: most other words end at an empty slot.
const WORD_SLOTS: [u64; 256] = {
    let mut slots = [0; 256];
    let mut i = 0;
    while i < FUNCTION_WORDS.len() {
        let letters = FUNCTION_WORDS[i].as_bytes();
        let mut packed = 0;
        let mut k = 0;
        while k < letters.len() {
            packed = packed << 8 | letters[k] as u64;
            k += 1;
        }
        let mut slot = word_slot(packed);
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = packed;
        i += 1;
    }
    slots
};

const fn word_slot(packed: u64) -> usize {
    (packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
}

#[inline]
fn is_function_word(word: &[u16]) -> bool {
    if word.len() > LONGEST_WORD || word.iter().any(|&code| code > 0x7F) {
        return false;
    }
    let packed = word.iter().fold(0, |packed, &code| packed << 8 | u64::from(code));
    let mut slot = word_slot(packed);
    while WORD_SLOTS[slot] != 0 {
        if WORD_SLOTS[slot] == packed {
            return true;
        }
        slot = (slot + 1) % WORD_SLOTS.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::{fold_char, fold_line};

    #[test]
    fn one_walk_counts_what_it_should() {
        let (mut codes, mut sorted) = (Vec::new(), Vec::new());
        let (mut tokens, mut units) = (Vec::new(), Vec::new());
        fold_line("我的书, the Book. 2024-05 12:30|ある", &mut codes);
        sorts(&codes, &mut sorted);
        let mut terms = Vec::new();
        let runs = Runs::read(&codes, &sorted, &mut tokens, &mut units, &mut terms);
        let expected = Runs {
            latin: 2,
            units: 5,
            function: 3, // 我, 的, the
            dots: 1,
            longest_run: 3,
            items: 7,
            longest_item: 5, // book.
            in_items: 3 + 3 + 5 + 4 + 2 + 5 + 2,
            longest_number: 4,
            date: true,
            time: true,
        };
        assert_eq!(runs, expected);
        assert_eq!(units.len(), 2 + 1);
        let mut alone = Vec::new();
        skeleton::tokens(&codes, &mut alone);
        assert_eq!(tokens, alone);
        let mut places = Vec::new();
        super::terms(&codes, &mut alone, |place| places.push(place));
        assert_eq!(terms, alone);
        let words: Vec<_> =
            places.into_iter().map(|at| String::from_utf16_lossy(&codes[at])).collect();
        assert_eq!(words, ["the", "book", "ある"]);
    }

    #[test]
    fn every_digit_is_the_one_code() {
        for c in (0..0x1_0000).filter_map(char::from_u32) {
            let code = fold_char(c).code;
            assert_eq!(sort_of(code) >> SHIFT == DIGIT, code == DIGIT_CODE, "{c:?}");
        }
    }

    #[test]
    fn function_words_are_found_and_no_others() {
        let codes = |word: &str| word.encode_utf16().collect::<Vec<_>>();
        assert!(FUNCTION_WORDS.iter().all(|word| is_function_word(&codes(word))));
        for word in ["", "b", "thee", "thé", "therefore", "xthe"] {
            assert!(!is_function_word(&codes(word)), "{word}");
        }
    }
}
