//! N-grams of a sequence of codes, hashed: folded characters, skeleton tokens or word ids in,
//! 32-bit hashes out. A table of 2^b weights uses the upper b bits of a hash.

use std::ops::Range;

/// Codes that no character folds to: they mark both ends of a sequence.
const BEGIN: u64 = 1;
const END: u64 = 2;

/// Sequences up to this length also give one feature for the whole of them, so that a menu entry
/// is known as itself and not only by its parts.
const WHOLE_MAX: usize = 16;

/// A family of n-grams over one sort of codes. Families have a table of their own or share one;
/// the salt keeps equal codes of different families apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The name in the schema.
    pub name: &'static str,
    /// The longest n-gram; at most [`MAX_ORDER`].
    pub max_order: usize,
    salt: u64,
}

/// A window of four 16-bit codes fills one machine word.
pub const MAX_ORDER: usize = 4;

/// Character 1–4-grams of the folded line.
pub const CHARACTERS: Family = Family { name: "characters", max_order: 4, salt: 0x51 };
/// 1–4-grams of the line's skeleton.
pub const FORM: Family = Family { name: "form", max_order: 4, salt: 0xA7 };
/// Words of letters, as they are written between marks, and pairs of them.
pub const TERMS: Family = Family { name: "terms", max_order: 2, salt: 0x3D };
/// Single words and pairs of words, as a dictionary cuts them.
pub const WORDS: Family = Family { name: "words", max_order: 2, salt: 0xE3 };

/// Every family, in the order of the schema.
pub const FAMILIES: [Family; 4] = [CHARACTERS, FORM, TERMS, WORDS];

/// Calls `each` with the hash of every n-gram of `codes`, ends marked, repeats included, and
/// returns how many there were. An empty sequence has none.
///
/// For the codes `a b` and order 2 that is: `a`, `^a`, `b`, `ab`, `b$`, and the whole.
#[inline]
pub fn emit(codes: &[u16], family: Family, each: impl FnMut(u32)) -> usize {
    emit_in_blocks(codes, family, each, || ())
}

/// The most n-grams between two pauses of [`emit_in_blocks`].
pub const BLOCK: usize = 256;

/// [`emit`], where `pause` is called after at most [`BLOCK`] n-grams, and after the last one.
#[inline]
pub fn emit_in_blocks(
    codes: &[u16],
    family: Family,
    each: impl FnMut(u32),
    pause: impl FnMut(),
) -> usize {
    // The loop over orders is unrolled for each length, and the salts are worked out once.
    match family.max_order {
        1 => emit_up_to::<1>(codes, family.salt, each, pause),
        2 => emit_up_to::<2>(codes, family.salt, each, pause),
        3 => emit_up_to::<3>(codes, family.salt, each, pause),
        _ => emit_up_to::<4>(codes, family.salt, each, pause),
    }
}

#[inline]
fn emit_up_to<const N: usize>(
    codes: &[u16],
    salt: u64,
    mut each: impl FnMut(u32),
    mut pause: impl FnMut(),
) -> usize {
    if codes.is_empty() {
        return 0;
    }
    // Only the first codes have less than N - 1 before them, the begin mark counted.
    let (head, rest) = codes.split_at(codes.len().min(N.saturating_sub(2)));
    let mut count = rest.len() * N;
    let mut window = BEGIN;
    for (position, &code) in head.iter().enumerate() {
        window = (window << 16) | u64::from(code);
        for order in 1..=N.min(position + 2) {
            each(hash(window, order, salt));
            count += 1;
        }
    }
    // Before the first pause come those of the first codes, too.
    for codes in rest.chunks(BLOCK / MAX_ORDER - MAX_ORDER) {
        for &code in codes {
            window = (window << 16) | u64::from(code);
            for order in 1..=N {
                each(hash(window, order, salt));
            }
        }
        pause();
    }
    window = (window << 16) | END;
    for order in 2..=N.min(codes.len() + 2) {
        each(hash(window, order, salt));
        count += 1;
    }
    if codes.len() <= WHOLE_MAX {
        each(hash_whole(codes, salt));
        count += 1;
    }
    pause();
    count
}

/// An n-gram with its place, for explaining a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gram {
    /// What [`emit`] gives for it.
    pub hash: u32,
    /// The codes it is made of, without marks.
    pub codes: Range<usize>,
    /// Whether the mark of the beginning is part of it.
    pub begins: bool,
    /// Whether the mark of the end is.
    pub ends: bool,
}

/// The n-grams of [`emit`] in the same order, with their places.
pub fn grams(codes: &[u16], family: Family) -> Vec<Gram> {
    let n = family.max_order;
    let mut all = Vec::new();
    if codes.is_empty() {
        return all;
    }
    let mut window = BEGIN;
    let marked = codes.iter().map(|&code| u64::from(code)).chain(std::iter::once(END));
    for (position, code) in marked.enumerate() {
        window = (window << 16) | code;
        let ends = position == codes.len();
        // The mark of the end is none by itself.
        for order in 1 + usize::from(ends)..=n.min(position + 2) {
            let begins = order == position + 2;
            let from = (position + 1).saturating_sub(order);
            let to = (position + 1).min(codes.len());
            let hash = hash(window, order, family.salt);
            all.push(Gram { hash, codes: from..to, begins, ends });
        }
    }
    if codes.len() <= WHOLE_MAX {
        let hash = hash_whole(codes, family.salt);
        all.push(Gram { hash, codes: 0..codes.len(), begins: true, ends: true });
    }
    all
}

/// The last `order` codes of the window, salted and mixed (multiply-shift: Dietzfelbinger et al.
/// 1997); the upper half of the product is well mixed, the lower is not.
#[inline]
fn hash(window: u64, order: usize, salt: u64) -> u32 {
    let codes = window << (16 * (MAX_ORDER - order));
    let salted = codes ^ (salt << 1 | 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (order as u64) << 32);
    let mixed = (salted ^ (salted >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 32) as u32
}

/// A hash of a whole sequence, for equality of lines and skeletons within a page.
#[inline]
pub fn hash_whole(codes: &[u16], salt: u64) -> u32 {
    let mut state = 0xCBF2_9CE4_8422_2325 ^ salt;
    for &code in codes {
        state = (state ^ u64::from(code)).wrapping_mul(0x0000_0100_0000_01B3);
        state ^= state >> 31;
    }
    (state.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// A hash of a whole sequence that takes four codes at a time: for equality only, never for a table.
#[inline]
pub fn hash_quickly(codes: &[u16]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |state: u64, word: u64| {
        let state = (state ^ word).wrapping_mul(FACTOR);
        state ^ (state >> 32)
    };
    let word = |codes: &[u16]| codes.iter().fold(0, |word, &code| word << 16 | u64::from(code));
    let (fours, rest) = codes.as_chunks::<4>();
    let state = fours.iter().fold(codes.len() as u64, |state, four| mix(state, word(four)));
    (mix(state, word(rest)).wrapping_mul(FACTOR) >> 32) as u32
}

/// The row of a table with 2^`bits` weights that a hash falls into.
#[inline]
pub fn bucket(hash: u32, bits: u32) -> usize {
    (hash >> (32 - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(codes: &[u16], family: Family) -> Vec<u32> {
        let mut all = Vec::new();
        let count = emit(codes, family, |h| all.push(h));
        assert_eq!(count, all.len());
        all
    }

    #[test]
    fn a_line_of_two_characters_has_these_grams_and_no_others() {
        let s = CHARACTERS.salt;
        let (a, b) = (97u64, 98u64);
        let w = |codes: &[u64]| codes.iter().fold(0u64, |w, c| (w << 16) | c);
        let expected = vec![
            hash(w(&[a]), 1, s),
            hash(w(&[BEGIN, a]), 2, s),
            hash(w(&[b]), 1, s),
            hash(w(&[a, b]), 2, s),
            hash(w(&[BEGIN, a, b]), 3, s),
            hash(w(&[b, END]), 2, s),
            hash(w(&[a, b, END]), 3, s),
            hash(w(&[BEGIN, a, b, END]), 4, s),
            hash_whole(&[97, 98], s),
        ];
        assert_eq!(grams(&[97, 98], CHARACTERS), expected);
    }

    #[test]
    fn places_are_those_of_what_is_emitted() {
        for family in FAMILIES {
            for length in [0, 1, 2, 3, 4, 9, 16, 17, 30] {
                let codes: Vec<u16> = (0..length).map(|i| 100 + i % 7).collect();
                let placed = super::grams(&codes, family);
                let hashes: Vec<u32> = placed.iter().map(|gram| gram.hash).collect();
                assert_eq!(hashes, grams(&codes, family), "{} {length}", family.name);
            }
        }
        let placed = super::grams(&[97, 98], CHARACTERS);
        let places: Vec<_> = placed.into_iter().map(|g| (g.codes, g.begins, g.ends)).collect();
        let (no, yes) = (false, true);
        let expected = [
            (0..1, no, no),
            (0..1, yes, no),
            (1..2, no, no),
            (0..2, no, no),
            (0..2, yes, no),
            (1..2, no, yes),
            (0..2, no, yes),
            (0..2, yes, yes),
            (0..2, yes, yes),
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn no_block_is_longer_than_it_may_be() {
        for family in FAMILIES {
            for length in [1, 2, 3, 59, 60, 61, 62, 63, 64, 300] {
                let codes: Vec<u16> = (0..length).map(|i| 100 + i % 7).collect();
                let (in_block, most, all) =
                    (std::cell::Cell::new(0), std::cell::Cell::new(0), std::cell::Cell::new(0));
                let each = |_| in_block.set(in_block.get() + 1);
                let pause = || {
                    most.set(in_block.get().max(most.get()));
                    all.set(all.get() + in_block.take());
                };
                let count = emit_in_blocks(&codes, family, each, pause);
                assert_eq!((all.get(), in_block.get()), (count, 0));
                assert!(most.get() <= BLOCK, "{} {length}: {}", family.name, most.get());
            }
        }
    }

    #[test]
    fn an_n_gram_is_its_last_codes_only() {
        // The gram `ab` is the same feature wherever it stands and whatever stood before it.
        let inside = grams(&[120, 97, 98, 120], CHARACTERS);
        let ab = hash(97 << 16 | 98, 2, CHARACTERS.salt);
        assert_eq!(inside.iter().filter(|&&h| h == ab).count(), 1);
    }

    #[test]
    fn families_do_not_share_features() {
        let (c, f) = (grams(&[97, 98, 99], CHARACTERS), grams(&[97, 98, 99], FORM));
        assert_eq!(c.len(), f.len());
        assert!(c.iter().all(|h| !f.contains(h)));
    }

    #[test]
    fn nothing_comes_of_nothing_and_long_lines_have_no_whole() {
        assert_eq!(grams(&[], CHARACTERS), Vec::<u32>::new());
        let long: Vec<u16> = (0..20).map(|i| 100 + i).collect();
        // 20 codes × 4 orders, less the 3 + 2 that would reach before the begin mark twice over.
        assert_eq!(grams(&long, CHARACTERS).len(), 20 * 4 - 3 + 3);
    }

    #[test]
    fn buckets_fill_evenly() {
        let bits = 10;
        let mut fill = vec![0u32; 1 << bits];
        for a in 0..64u16 {
            for b in 0..64u16 {
                let h = hash(u64::from(a + 0x4E00) << 16 | u64::from(b + 0x4E00), 2, 0x51);
                fill[bucket(h, bits)] += 1;
            }
        }
        // 4,096 grams in 1,024 buckets: a Poisson of mean 4 leaves about 19 of them empty.
        let empty = fill.iter().filter(|&&n| n == 0).count();
        assert!((5..60).contains(&empty), "{empty} empty buckets");
        assert!(fill.iter().max() < Some(&20));
    }
}
