//! Columns of one position in a line, for finding junk inside it: what the n-grams around the
//! position say, and the marks, letters and grammar around it. In: a line and the weight of each
//! n-gram; out: one row of dense columns a folded character, and where each stands in the line.

use std::ops::Range;

use crate::text::{fold, script::Class};

use super::{
    facts::Margins,
    ngrams::{self, Family},
    skeleton::class_of,
};

/// The n-grams of positions: those that hold no end mark, since a span begins and ends anywhere.
pub const POSITIONS: Family = ngrams::CHARACTERS;

/// The columns, in order. `left_8` is the mean over the 8 positions up to this one, `right_8` over
/// the 8 from it on, `near_3` over three on either side; a gain is an n-gram's weight, spread evenly
/// over its characters.
pub const COLUMNS: [&str; 24] = [
    "gain",
    "gain_near_2",
    "gain_left_5",
    "gain_right_5",
    "gain_left_12",
    "gain_right_12",
    "gain_better_12",
    "gain_worse_12",
    "gain_near_30",
    "gain_line",
    "is_mark",
    "marks_near_4",
    "marks_near_12",
    "marks_near_30",
    "stops_near_12",
    "stops_near_30",
    "grammar_near_12",
    "grammar_near_30",
    "other_script_near_6",
    "digits_near_8",
    "spaces_near_12",
    "ln_positions",
    "address",
    "addresses_line",
];

/// The columns of a stretch of positions, in order.
pub const STRETCH_COLUMNS: [&str; 24] = [
    "worth_mean",
    "worth_root",
    "gain",
    "gain_root",
    "gain_rest",
    "gain_contrast",
    "gain_ends",
    "ln_length",
    "share_of_line",
    "marks",
    "marks_contrast",
    "stops",
    "grammar",
    "grammar_rest",
    "address",
    "marks_rest",
    "begins_at_seam",
    "ends_at_seam",
    "begins_line",
    "ends_line",
    "script_contrast",
    "digits",
    "line_characters",
    "line_form",
];

/// How many columns a stretch has.
pub const STRETCH_WIDTH: usize = STRETCH_COLUMNS.len();

/// How many columns a row has.
pub const WIDTH: usize = COLUMNS.len();

/// What is added up along a line.
const TRACKS: usize = 9;
const GAIN: usize = 0;
const MARK: usize = 1;
const STOP: usize = 2;
const GRAMMAR: usize = 3;
const HAN: usize = 4;
const LATIN: usize = 5;
const DIGIT: usize = 6;
const SPACE: usize = 7;
const ADDRESS: usize = 8;

/// The positions of one line: a buffer that is refilled line by line.
#[derive(Debug, Default, Clone)]
pub struct Positions {
    codes: Vec<u16>,
    /// Byte at which each position's character begins.
    starts: Vec<u32>,
    gains: Vec<f32>,
    /// Prefix sums, one more than positions.
    sums: Vec<[f32; TRACKS]>,
}

impl Positions {
    /// Reads a line; `weight` is that of an n-gram with this hash.
    pub fn read(&mut self, text: &str, weight: impl Fn(u32) -> f32) {
        fold::fold_line(text, &mut self.codes);
        self.align(text);
        self.gains.clear();
        self.gains.resize(self.codes.len(), 0.0);
        let gains = &mut self.gains;
        for_each_gram(&self.codes, |position, order, hash| {
            let share = weight(hash) / order as f32;
            if let Some(gains) = gains.get_mut(position + 1 - order..=position) {
                gains.iter_mut().for_each(|gain| *gain += share);
            }
        });
        self.add_up();
    }

    /// Finds the character of each code: codes are a subsequence of the folded characters, since
    /// folding drops and skips, but adds nothing.
    fn align(&mut self, text: &str) {
        self.starts.clear();
        for (byte, c) in text.char_indices() {
            let Some(&next) = self.codes.get(self.starts.len()) else { break };
            if fold::fold_char(c).code == next {
                self.starts.push(byte as u32);
            }
        }
        self.codes.truncate(self.starts.len());
    }

    fn add_up(&mut self) {
        self.sums.clear();
        let mut sum = [0.0; TRACKS];
        self.sums.push(sum);
        let mut in_address = false;
        for (p, (&code, &gain)) in self.codes.iter().zip(&self.gains).enumerate() {
            sum[GAIN] += gain;
            in_address =
                (in_address && (0x21..0x7F).contains(&code)) || begins_address(&self.codes[p..]);
            sum[ADDRESS] += f32::from(u8::from(in_address));
            match class_of(code) {
                Class::Han => {
                    sum[HAN] += 1.0;
                    sum[GRAMMAR] += f32::from(u8::from(is_grammar(code)));
                }
                class if class.is_latin() => sum[LATIN] += 1.0,
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

    /// What a stretch of positions looks like as a whole, the row of [`STRETCH_COLUMNS`]: `worth` is
    /// the sum of the span model's gains over it, `margins` what the line model says of it as if it
    /// were a line.
    pub fn stretch(
        &self,
        span: Range<usize>,
        worth: f32,
        margins: &Margins,
        row: &mut [f32; STRETCH_WIDTH],
    ) {
        let Range { start, end } = span;
        let length = (end - start).max(1) as f32;
        let inside = |track| self.mean(track, start, end);
        let rest = |track: usize| {
            let n = (self.len() - (end - start)).max(1) as f32;
            let whole = self.sums[self.len()][track];
            (whole - (self.sums[end][track] - self.sums[start][track])) / n
        };
        let flag = |yes: bool| f32::from(u8::from(yes));
        let gain = inside(GAIN);
        let (first, last) =
            (self.mean(GAIN, start, start + 6), self.mean(GAIN, end.max(6) - 6, end));
        *row = [
            worth / length,
            (worth.max(0.0) / length.sqrt()).min(30.0),
            gain,
            gain * length.sqrt(),
            rest(GAIN),
            gain - rest(GAIN),
            first.min(last),
            length.ln(),
            length / self.len() as f32,
            inside(MARK),
            inside(MARK) - rest(MARK),
            inside(STOP),
            inside(GRAMMAR),
            rest(GRAMMAR),
            inside(ADDRESS),
            rest(MARK),
            flag(self.is_seam(start)),
            flag(self.is_seam(end)),
            flag(start == 0),
            flag(end == self.len()),
            (inside(HAN) - rest(HAN)).abs(),
            inside(DIGIT),
            margins.characters,
            margins.form,
        ];
    }

    /// The end of a stretch, or its beginning, moved by at most `reach` to where what the n-grams
    /// say changes most; a mark or a change of script is worth `bonus`.
    pub fn sharpen(&self, near: usize, reach: usize, bonus: f32, begins: bool) -> usize {
        let from = near.saturating_sub(reach);
        let to = (near + reach).min(self.len());
        let contrast = |p: usize| {
            let (left, right) =
                (self.mean(GAIN, p.saturating_sub(10), p), self.mean(GAIN, p, p + 10));
            let change = if begins { right - left } else { left - right };
            let edge = p == 0 || p == self.len();
            change + if edge { 0.5 } else { 0.0 } + if self.is_seam(p) { bonus } else { 0.0 }
        };
        let mut best = (near, contrast(near));
        for p in from..=to {
            let c = contrast(p);
            if c > best.1 {
                best = (p, c);
            }
        }
        best.0
    }

    /// The mean of a track over positions `from..to`, as far as there are any.
    #[inline]
    fn mean(&self, track: usize, from: usize, to: usize) -> f32 {
        let to = to.min(self.len());
        let from = from.min(to);
        (self.sums[to][track] - self.sums[from][track]) / (to - from).max(1) as f32
    }

    /// The row of [`COLUMNS`] of a position; it must be below [`Positions::len`].
    pub fn row(&self, p: usize, row: &mut [f32; WIDTH]) {
        let near = |track, reach: usize| self.mean(track, p.saturating_sub(reach), p + reach + 1);
        let left = |reach: usize| self.mean(GAIN, (p + 1).saturating_sub(reach), p + 1);
        let right = |reach: usize| self.mean(GAIN, p, p + reach);
        let (left_12, right_12) = (left(12), right(12));
        let whole = |track| self.mean(track, 0, self.len());
        // Letters of the script that the line is not written in.
        let other = if whole(HAN) * 1.5 >= whole(LATIN) { LATIN } else { HAN };
        *row = [
            self.gains[p],
            near(GAIN, 2),
            left(5),
            right(5),
            left_12,
            right_12,
            left_12.max(right_12),
            left_12.min(right_12),
            near(GAIN, 30),
            whole(GAIN),
            self.mean(MARK, p, p + 1),
            near(MARK, 4),
            near(MARK, 12),
            near(MARK, 30),
            near(STOP, 12),
            near(STOP, 30),
            near(GRAMMAR, 12),
            near(GRAMMAR, 30),
            near(other, 6),
            near(DIGIT, 8),
            near(SPACE, 12),
            (self.len() as f32).ln_1p(),
            self.mean(ADDRESS, p, p + 1),
            whole(ADDRESS),
        ];
    }
}

/// Calls `each` with the last position, the order and the hash of every n-gram without an end mark.
pub fn for_each_gram(codes: &[u16], mut each: impl FnMut(usize, usize, u32)) {
    let (mut position, mut order) = (0, 0);
    ngrams::emit(codes, POSITIONS, |hash| {
        if position >= codes.len() {
            return; // The n-grams of the line's end, and the line as a whole.
        }
        order += 1;
        // With the begin mark a position has one more than there are codes up to it.
        if order <= position + 1 {
            each(position, order, hash);
        }
        if order == POSITIONS.max_order.min(position + 2) {
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
    const GRAMMAR: &str = "的了是在和与这那也就都而及或被把对为以将从到由于其中有不我他她你们个之";
    char::from_u32(u32::from(code)).is_some_and(|c| GRAMMAR.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_knows_the_byte_of_its_character() {
        let mut positions = Positions::default();
        let text = "\u{200b}發(fā)布Ａ|b 。";
        positions.read(text, |_| 0.0);
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
        for_each_gram(&[97, 98, 99, 100, 101], |position, order, _| grams.push((position, order)));
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
        positions.read("abc", |_| 6.0);
        // c: itself, half of bc, a third of abc; b also half of ab.
        assert_eq!(positions.gains, [6.0 + 3.0 + 2.0, 6.0 + 3.0 + 3.0 + 2.0, 6.0 + 3.0 + 2.0]);
    }

    #[test]
    fn addresses_are_told_from_words() {
        let mut positions = Positions::default();
        positions.read("见http://a.b/c吧", |_| 0.0);
        let mut row = [0.0; WIDTH];
        let address = COLUMNS.iter().position(|&c| c == "address").unwrap();
        let flags: Vec<f32> = (0..positions.len())
            .map(|p| {
                positions.row(p, &mut row);
                row[address]
            })
            .collect();
        assert_eq!(flags.iter().sum::<f32>(), "http://a.b/c".len() as f32);
        assert_eq!((flags[0], flags[flags.len() - 1]), (0.0, 0.0));
    }
}
