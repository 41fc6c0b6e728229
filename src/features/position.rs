//! A line taken position by position, for finding junk inside it: what the n-grams around a position
//! say, and the marks, letters and grammar there. In: a line and the weights of each n-gram; out: one
//! row of dense columns a folded character, and where each stands in the line.

use std::ops::Range;

use crate::text::{fold, script::Class};

use super::{
    ngrams::{self, CHARACTERS, Family, TERMS},
    runs,
    skeleton::class_of,
};

/// What is known of an n-gram: what windows of lines with junk inside say of it, and what the two
/// questions of the line model do.
pub const SOURCES: [&str; 3] = ["gain", "junk", "planted"];
/// How many sources there are.
pub const N_SOURCES: usize = SOURCES.len();

/// The columns of each source. `left_5` is the mean over the 5 positions up to this one, `right_5` over
/// the 5 from it on, `near_2` over two on either side, `clause` the sum over the clause over the root of
/// its length. The weight of an n-gram is spread evenly over its characters.
pub const OF_SOURCE: [&str; 14] = [
    "here",
    "near_2",
    "left_5",
    "right_5",
    "left_12",
    "right_12",
    "better_12",
    "worse_12",
    "better_30",
    "worse_30",
    "near_30",
    "clause",
    "clause_rest",
    "line",
];

/// The other columns.
pub const OF_TEXT: [&str; 18] = [
    "is_mark",
    "marks_near_4",
    "marks_near_12",
    "marks_near_30",
    "stops_near_12",
    "stops_near_30",
    "grammar_near_12",
    "grammar_near_30",
    "other_script_near_6",
    "other_script_line",
    "letters_near_8",
    "digits_near_8",
    "spaces_near_12",
    "ln_positions",
    "ln_clause",
    "address",
    "addresses_line",
    "repeats",
];

/// How many columns a row has.
pub const WIDTH: usize = N_SOURCES * OF_SOURCE.len() + OF_TEXT.len();

/// What is added up along a line; the first ones are the sources.
const TRACKS: usize = N_SOURCES + 10;
const FIRST: usize = N_SOURCES;
pub(super) const MARK: usize = FIRST;
pub(super) const STOP: usize = FIRST + 1;
pub(super) const GRAMMAR: usize = FIRST + 2;
pub(super) const HAN: usize = FIRST + 3;
pub(super) const LATIN: usize = FIRST + 4;
pub(super) const OTHER: usize = FIRST + 5;
pub(super) const DIGIT: usize = FIRST + 6;
pub(super) const SPACE: usize = FIRST + 7;
pub(super) const ADDRESS: usize = FIRST + 8;
pub(super) const REPEAT: usize = FIRST + 9;

/// A word says as much as this many n-grams of its characters.
const TERM: f32 = 2.0;

/// What the positions of a clause have in common.
#[derive(Debug, Clone, Copy)]
struct Clause {
    /// Sums over the clause over the root of its length.
    weight: [f32; N_SOURCES],
    /// Means over the line outside of it.
    rest: [f32; N_SOURCES],
    ln_length: f32,
}

/// What all positions of a line have in common.
#[derive(Debug, Default, Clone)]
struct Whole {
    means: [f32; TRACKS],
    ln_positions: f32,
}

/// The positions of one line: a buffer that is refilled line by line.
#[derive(Debug, Default, Clone)]
pub struct Positions {
    codes: Vec<u16>,
    /// Classes before folding, which makes all letters small.
    classes: Vec<Class>,
    /// Byte at which each position's character begins.
    starts: Vec<u32>,
    gains: Vec<[f32; N_SOURCES]>,
    /// Prefix sums, one more than positions.
    sums: Vec<[f32; TRACKS]>,
    clauses: Vec<Clause>,
    /// The clause of each position.
    clause_of: Vec<u32>,
    line: Whole,
    script: usize,
    terms: Vec<u16>,
    places: Vec<Range<usize>>,
    seen: Vec<(u32, u32)>,
    repeats: Vec<bool>,
}

impl Positions {
    /// Reads a line; `weights` are those of an n-gram with this hash, by source.
    pub fn read(&mut self, text: &str, weights: impl Fn(u32) -> [f32; N_SOURCES]) {
        fold::fold_line(text, &mut self.codes);
        self.align(text);
        self.gains.clear();
        self.gains.resize(self.codes.len(), [0.0; N_SOURCES]);
        let Positions { codes, gains, terms, places, .. } = self;
        let mut spread = |range: Range<usize>, weights: [f32; N_SOURCES], factor: f32| {
            let shares = weights.map(|weight| factor * weight / range.len().max(1) as f32);
            for gain in gains.get_mut(range).unwrap_or_default() {
                gain.iter_mut().zip(shares).for_each(|(gain, share)| *gain += share);
            }
        };
        for_each_gram(codes, CHARACTERS, |position, order, hash| {
            spread(position + 1 - order..position + 1, weights(hash), 1.0);
        });
        places.clear();
        runs::terms(codes, terms, |place| places.push(place));
        for_each_gram(terms, TERMS, |position, order, hash| {
            let (first, last) = (&places[position + 1 - order], &places[position]);
            spread(first.start..last.end, weights(hash), TERM);
        });
        self.find_repeats();
        self.add_up();
        self.find_clauses();
    }

    /// Finds the character of each code: codes are a subsequence of the folded characters, since
    /// folding drops and skips, but adds nothing.
    fn align(&mut self, text: &str) {
        self.starts.clear();
        self.classes.clear();
        for (byte, c) in text.char_indices() {
            let Some(&next) = self.codes.get(self.starts.len()) else { break };
            let folded = fold::fold_char(c);
            if folded.code == next {
                self.starts.push(byte as u32);
                self.classes.push(folded.class);
            }
        }
        self.codes.truncate(self.starts.len());
    }

    /// Positions in runs of six that the line has twice.
    fn find_repeats(&mut self) {
        const RUN: usize = 6;
        let Positions { codes, seen, repeats, .. } = self;
        seen.clear();
        repeats.clear();
        repeats.resize(codes.len(), false);
        let runs = codes.windows(RUN).enumerate();
        seen.extend(runs.map(|(p, run)| (ngrams::hash_quickly(run), p as u32)));
        seen.sort_unstable();
        for same in seen.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            for &(_, p) in same {
                repeats[p as usize..p as usize + RUN].fill(true);
            }
        }
    }

    fn add_up(&mut self) {
        self.sums.clear();
        let mut sum = [0.0; TRACKS];
        self.sums.push(sum);
        let mut in_address = false;
        for (p, (&code, &gain)) in self.codes.iter().zip(&self.gains).enumerate() {
            sum.iter_mut().zip(gain).for_each(|(sum, gain)| *sum += gain);
            in_address =
                (in_address && (0x21..0x7F).contains(&code)) || begins_address(&self.codes[p..]);
            sum[ADDRESS] += f32::from(u8::from(in_address));
            sum[REPEAT] += f32::from(u8::from(self.repeats[p]));
            match class_of(code) {
                Class::Han => {
                    sum[HAN] += 1.0;
                    sum[GRAMMAR] += f32::from(u8::from(is_grammar(code)));
                }
                class if class.is_latin() => sum[LATIN] += 1.0,
                class if class.is_letter() => sum[OTHER] += 1.0,
                Class::Digit => sum[DIGIT] += 1.0,
                Class::Space => sum[SPACE] += 1.0,
                Class::SentenceEnd | Class::Comma | Class::Dot => sum[STOP] += 1.0,
                Class::Separator | Class::Symbol | Class::Emoji | Class::OpenBracket => {
                    sum[MARK] += 1.0;
                }
                _ => {}
            }
            self.sums.push(sum);
        }
        let means = self.means(0, self.len());
        self.line = Whole { means, ln_positions: (self.len() as f32).ln_1p() };
        // A Han character says as much as one and a half letters.
        let whole = |track: usize| sum[track];
        let (han, latin, other) = (whole(HAN) * 1.5, whole(LATIN), whole(OTHER));
        self.script = match () {
            () if han >= latin && han >= other => HAN,
            () if latin >= other => LATIN,
            () => OTHER,
        };
    }

    /// A clause ends where a sentence does, at brackets, and where letters change script or case as they
    /// do not within text.
    fn find_clauses(&mut self) {
        self.clauses.clear();
        self.clause_of.clear();
        let mut start = 0;
        for p in 1..=self.len() {
            if p == self.len() || self.ends_clause(p) {
                let length = (p - start) as f32;
                let means = self.means(start, p);
                self.clause_of.resize(p, self.clauses.len() as u32);
                self.clauses.push(Clause {
                    weight: std::array::from_fn(|source| means[source] * length.sqrt()),
                    rest: std::array::from_fn(|source| self.mean_outside(source, start, p)),
                    ln_length: length.ln(),
                });
                start = p;
            }
        }
    }

    fn ends_clause(&self, p: usize) -> bool {
        let (before, after) = (self.classes[p - 1], self.classes[p]);
        match (before, after) {
            (Class::SentenceEnd | Class::CloseBracket, _) | (_, Class::OpenBracket) => true,
            (Class::Dot, after) => after != Class::Digit && !self.is_address(p),
            _ => self.is_glued(p) || self.changes_script(p),
        }
    }

    fn is_address(&self, p: usize) -> bool {
        self.mean(ADDRESS, p, p + 1) > 0.0
    }

    /// Whether characters meet here that text keeps apart: a small letter, a comma or the end of a sentence
    /// right before a capital, or a letter and a digit.
    pub(super) fn is_glued(&self, p: usize) -> bool {
        let Some((before, after)) = self.around(p) else { return false };
        let ends =
            matches!(before, Class::LatinLower | Class::SentenceEnd | Class::Dot | Class::Comma);
        (ends && after == Class::LatinUpper)
            || (before.is_latin() && after == Class::Digit)
            || (before == Class::Digit && after.is_latin())
    }

    /// Whether letters of another script than those before begin here.
    pub(super) fn changes_script(&self, p: usize) -> bool {
        let Some((_, after)) = self.around(p) else { return false };
        let of = |class: Class| match class {
            Class::Han => Some(HAN),
            class if class.is_latin() => Some(LATIN),
            class if class.is_letter() => Some(OTHER),
            _ => None,
        };
        let before = self.classes[p.saturating_sub(4)..p].iter().rev().find_map(|&class| of(class));
        matches!((before, of(after)), (Some(before), Some(after)) if before != after)
    }

    /// The classes before and after a gap; none at the ends of the line.
    pub(super) fn around(&self, p: usize) -> Option<(Class, Class)> {
        Some((*self.classes.get(p.checked_sub(1)?)?, *self.classes.get(p)?))
    }

    /// The class of a position's character.
    pub(super) fn class(&self, p: usize) -> Option<Class> {
        self.classes.get(p).copied()
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Folded codes, one a position.
    pub fn codes(&self) -> &[u16] {
        &self.codes
    }

    /// The byte where the character of a position begins; the line's length after the last one, and
    /// 0 for the first, so that what was dropped at the head belongs to it.
    pub fn byte(&self, position: usize, text: &str) -> usize {
        match position {
            0 => 0,
            _ => self.starts.get(position).map_or(text.len(), |&byte| byte as usize),
        }
    }

    /// Whether a span may well begin or end before this position: a mark stands there, or one script
    /// ends and another begins.
    pub fn is_seam(&self, position: usize) -> bool {
        let class = |p: usize| self.codes.get(p).map(|&code| class_of(code));
        let (Some(before), Some(after)) =
            (position.checked_sub(1).and_then(class), class(position))
        else {
            return true;
        };
        let is_word = |c: Class| c.is_letter() || c == Class::Digit;
        if !is_word(before) || !is_word(after) {
            return true;
        }
        (before == Class::Han) != (after == Class::Han)
    }

    /// The mean of a track over positions `from..to`, as far as there are any.
    #[inline]
    pub(super) fn mean(&self, track: usize, from: usize, to: usize) -> f32 {
        let to = to.min(self.len());
        let from = from.min(to);
        (self.sums[to][track] - self.sums[from][track]) / (to - from).max(1) as f32
    }

    /// The mean of a track over the positions outside of `from..to`.
    pub(super) fn mean_outside(&self, track: usize, from: usize, to: usize) -> f32 {
        let (to, last) = (to.min(self.len()), self.len());
        let inside = self.sums[to][track] - self.sums[from.min(to)][track];
        (self.sums[last][track] - inside) / (last + from.min(to) - to).max(1) as f32
    }

    /// The track of the script that the line is written in.
    pub(super) fn script(&self) -> usize {
        self.script
    }

    /// The means of all tracks over positions `from..to`, as far as there are any.
    #[inline]
    fn means(&self, from: usize, to: usize) -> [f32; TRACKS] {
        let to = to.min(self.len());
        let from = from.min(to);
        let (before, after) = (&self.sums[from], &self.sums[to]);
        let share = 1.0 / (to - from).max(1) as f32;
        std::array::from_fn(|track| (after[track] - before[track]) * share)
    }

    /// The row of a position; it must be below [`Positions::len`].
    pub fn row(&self, p: usize, row: &mut [f32; WIDTH]) {
        let near = |reach: usize| self.means(p.saturating_sub(reach), p + reach + 1);
        let left = |reach: usize| self.means((p + 1).saturating_sub(reach), p + 1);
        let right = |reach: usize| self.means(p, p + reach);
        let (near_2, near_4, near_6, near_8) = (near(2), near(4), near(6), near(8));
        let (near_12, near_30) = (near(12), near(30));
        let (left_5, left_12, left_30) = (left(5), left(12), left(30));
        let (right_5, right_12, right_30) = (right(5), right(12), right(30));
        let here = self.means(p, p + 1);
        let (clause, line) = (&self.clauses[self.clause_of[p] as usize], &self.line);
        let (sources, text) = row.split_at_mut(N_SOURCES * OF_SOURCE.len());
        for (s, columns) in sources.chunks_exact_mut(OF_SOURCE.len()).enumerate() {
            columns.copy_from_slice(&[
                self.gains[p][s],
                near_2[s],
                left_5[s],
                right_5[s],
                left_12[s],
                right_12[s],
                left_12[s].max(right_12[s]),
                left_12[s].min(right_12[s]),
                left_30[s].max(right_30[s]),
                left_30[s].min(right_30[s]),
                near_30[s],
                clause.weight[s],
                clause.rest[s],
                line.means[s],
            ]);
        }
        let letters = |means: &[f32; TRACKS]| means[HAN] + means[LATIN] + means[OTHER];
        text.copy_from_slice(&[
            here[MARK],
            near_4[MARK],
            near_12[MARK],
            near_30[MARK],
            near_12[STOP],
            near_30[STOP],
            near_12[GRAMMAR],
            near_30[GRAMMAR],
            letters(&near_6) - near_6[self.script],
            letters(&line.means) - line.means[self.script],
            letters(&near_8),
            near_8[DIGIT],
            near_12[SPACE],
            line.ln_positions,
            clause.ln_length,
            here[ADDRESS],
            line.means[ADDRESS],
            near_6[REPEAT],
        ]);
    }
}

/// Calls `each` with the last position, the order and the hash of every n-gram without an end mark.
pub fn for_each_gram(codes: &[u16], family: Family, mut each: impl FnMut(usize, usize, u32)) {
    let (mut position, mut order) = (0, 0);
    ngrams::emit(codes, family, |hash| {
        if position >= codes.len() {
            return; // The n-grams of the line's end, and the line as a whole.
        }
        order += 1;
        // With the begin mark a position has one more than there are codes up to it.
        if order <= position + 1 {
            each(position, order, hash);
        }
        if order == family.max_order.min(position + 2) {
            position += 1;
            order = 0;
        }
    });
}

/// Whether a web address begins here.
fn begins_address(codes: &[u16]) -> bool {
    let starts = |prefix: &[u8]| {
        codes.len() > prefix.len() && prefix.iter().zip(codes).all(|(&a, &b)| u16::from(a) == b)
    };
    starts(b"http") || starts(b"www.")
}

/// Characters of grammar: common in running Chinese, rare in lists of names.
fn is_grammar(code: u16) -> bool {
    matches!(
        char::from_u32(u32::from(code)),
        Some(
            '的' | '了'
                | '是'
                | '在'
                | '和'
                | '与'
                | '这'
                | '那'
                | '也'
                | '就'
                | '都'
                | '而'
                | '及'
                | '或'
                | '被'
                | '把'
                | '对'
                | '为'
                | '以'
                | '将'
                | '从'
                | '到'
                | '由'
                | '于'
                | '其'
                | '中'
                | '有'
                | '不'
                | '我'
                | '他'
                | '她'
                | '你'
                | '们'
                | '个'
                | '之'
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: [f32; N_SOURCES] = [0.0; N_SOURCES];

    fn column(name: &str) -> usize {
        let at = OF_TEXT.iter().position(|&c| c == name).unwrap();
        N_SOURCES * OF_SOURCE.len() + at
    }

    fn read(text: &str) -> Positions {
        let mut positions = Positions::default();
        positions.read(text, |_| NOTHING);
        positions
    }

    fn values(positions: &Positions, name: &str) -> Vec<f32> {
        let mut row = [0.0; WIDTH];
        let value = |p: usize| {
            positions.row(p, &mut row);
            row[column(name)]
        };
        (0..positions.len()).map(value).collect()
    }

    #[test]
    fn every_position_knows_the_byte_of_its_character() {
        let text = "\u{200b}發(fā)布Ａ|b 。";
        let positions = read(text);
        let starts: Vec<&str> =
            (0..positions.len()).map(|p| &text[positions.byte(p, text)..]).collect();
        assert_eq!(starts[0], text);
        assert_eq!(starts[1..], ["布Ａ|b 。", "Ａ|b 。", "|b 。", "b 。", " 。", "。"]);
        assert_eq!(positions.byte(7, text), text.len());
        let seams: Vec<usize> = (0..=7).filter(|&p| positions.is_seam(p)).collect();
        assert_eq!(seams, [0, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn an_n_gram_spreads_its_weight_over_its_characters() {
        let mut grams = Vec::new();
        for_each_gram(&[97, 98, 99, 100, 101], CHARACTERS, |position, order, _| {
            grams.push((position, order));
        });
        let expected = [
            (0, 1),
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
            (2, 3),
            (3, 1),
            (3, 2),
            (3, 3),
            (3, 4),
            (4, 1),
            (4, 2),
            (4, 3),
            (4, 4),
        ];
        assert_eq!(grams, expected);
        let mut positions = Positions::default();
        positions.read("桥水路", |_| [6.0, 0.0, -12.0]);
        // The last: itself, half of two, a third of all three; the middle one has both pairs.
        let gains = [11.0, 14.0, 11.0].map(|gain| [gain, 0.0, -2.0 * gain]);
        assert_eq!(positions.gains, gains);
        // A word of letters is one more n-gram, which weighs twice.
        positions.read("abc", |_| [6.0, 0.0, 0.0]);
        assert_eq!(positions.gains.concat()[..4], [15.0, 0.0, 0.0, 18.0]);
    }

    #[test]
    fn a_row_looks_to_both_sides_of_a_position_and_to_its_clause() {
        // Only the third character weighs anything.
        let mut hot = 0;
        for_each_gram(&[u16::try_from(u32::from('三')).unwrap()], CHARACTERS, |_, _, h| hot = h);
        let mut positions = Positions::default();
        let weigh = |hash| if hash == hot { [6.0, 0.0, 0.0] } else { NOTHING };
        positions.read("一二三四。六七八", weigh);
        let rows = [3, 6].map(|p| {
            let mut row = [0.0; WIDTH];
            positions.row(p, &mut row);
            row
        });
        let source = |name: &str| {
            let at = OF_SOURCE.iter().position(|&c| c == name).unwrap();
            rows.map(|row| row[at])
        };
        for (name, expected) in [
            ("here", [0.0, 0.0]),
            ("near_2", [6.0 / 5.0, 0.0]),
            ("left_5", [6.0 / 4.0, 6.0 / 5.0]),
            ("right_5", [0.0, 0.0]),
            ("left_12", [6.0 / 4.0, 6.0 / 7.0]),
            ("right_12", [0.0, 0.0]),
            ("better_12", [6.0 / 4.0, 6.0 / 7.0]),
            ("worse_12", [0.0, 0.0]),
            ("better_30", [6.0 / 4.0, 6.0 / 7.0]),
            ("worse_30", [0.0, 0.0]),
            ("near_30", [6.0 / 8.0, 6.0 / 8.0]),
            ("clause", [6.0 / 5.0f32.sqrt(), 0.0]),
            ("clause_rest", [0.0, 6.0 / 5.0]),
            ("line", [6.0 / 8.0, 6.0 / 8.0]),
        ] {
            let found = source(name);
            let is_near = |(a, b): (f32, f32)| (a - b).abs() < 1e-6;
            assert!(found.into_iter().zip(expected).all(is_near), "{name}: {found:?} {expected:?}");
        }
        let text = |name: &str| rows.map(|row| row[column(name)]);
        assert_eq!(text("stops_near_12"), [1.0 / 8.0; 2]);
        assert_eq!(text("letters_near_8"), [7.0 / 8.0; 2]);
        assert_eq!(text("ln_clause"), [5.0f32.ln(), 3.0f32.ln()]);
        assert_eq!(text("ln_positions"), [9.0f32.ln(); 2]);
    }

    #[test]
    fn addresses_are_told_from_words() {
        let flags = values(&read("见http://a.b/c吧"), "address");
        assert_eq!(flags.iter().sum::<f32>(), "http://a.b/c".len() as f32);
        assert_eq!((flags[0], flags[flags.len() - 1]), (0.0, 0.0));
    }

    #[test]
    fn clauses_end_where_sentences_do_and_where_letters_change() {
        let clauses = |text: &str| {
            let positions = read(text);
            let of = &positions.clause_of;
            assert_eq!(of.len(), positions.len());
            (0..of.len()).filter(|&p| p == 0 || of[p] != of[p - 1]).collect::<Vec<_>>()
        };
        assert_eq!(clauses("修桥。铺路"), [0, 3]);
        assert_eq!(clauses("version 2.5 is out. Try it"), [0, 19]);
        assert_eq!(clauses("version2.5 is out"), [0, 7]);
        assert_eq!(clauses("what he has doneMeet them"), [0, 16]);
        assert_eq!(clauses("修桥 cheap pills"), [0, 3]);
        assert_eq!(clauses("修桥（铺路）通车"), [0, 2, 6]);
    }

    #[test]
    fn what_a_line_says_twice_is_seen() {
        let text = "download gold, then a word, download gold";
        let repeats = read(text).repeats;
        let twice: String =
            text.chars().zip(&repeats).filter(|(_, r)| **r).map(|(c, _)| c).collect();
        assert_eq!(twice, "download golddownload gold");
    }

    #[test]
    fn letters_of_another_script_stand_out() {
        let positions = read("今年春天村民们一起把它修好了free slots");
        let other = values(&positions, "other_script_near_6");
        assert_eq!((other[0], other[other.len() - 7].round()), (0.0, 1.0));
        assert_eq!(positions.script(), HAN);
    }
}
