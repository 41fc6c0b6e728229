//! Folding: characters that mean the same to a reader become one code, so that features see
//! through case, width, Traditional forms, odd separators and marks that cannot be seen.
//!
//! In: a line as it came. Out: 16-bit codes, each a character of the Basic Multilingual Plane. What
//! folds to what is `fold_table.txt`, made by `tests/fold_table.rs`; bracketed readings are found
//! in [`super::reading`]. Folding is for features only: what is kept is the original.

use std::sync::LazyLock;

use super::reading;
use super::script::Class;
use crate::digest::Digest;

/// Code points in the table: the Basic Multilingual Plane.
const PLANE: usize = 0x1_0000;
/// The rules that are code and not table: astral characters, white space, readings. Goes into
/// [`digest`], and so into model files: raise it when one of them changes.
const RULES: &str = "1";
const SPACE: u16 = b' ' as u16;
const OPEN: u16 = b'(' as u16;
/// Every pictograph.
const PICTOGRAPH: u16 = '☺' as u16;
/// Every other astral character that is not Han.
const UNKNOWN: u16 = '□' as u16;

const TABLE_TEXT: &str = include_str!("fold_table.txt");
/// By code point: the folded code in bits 0 to 16, the [`Class`] of the original in bits 16 to 24.
static TABLE: LazyLock<Box<[u32; PLANE]>> = LazyLock::new(|| expand(TABLE_TEXT));

/// What a character becomes, and what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folded {
    /// The code that features see; 0 where the character is dropped.
    pub code: u16,
    /// The class of the original character.
    pub class: Class,
}

impl Folded {
    #[inline]
    fn from_entry(entry: u32) -> Self {
        Folded { code: entry as u16, class: Class::from_bits((entry >> 16) as u8) }
    }
}

/// Folds one character.
///
/// ```
/// use dechaff::text::fold::fold_char;
/// assert_eq!(fold_char('Ａ').code, u16::from(b'a'));
/// assert_eq!(fold_char('發').code, '发' as u16);
/// assert_eq!(fold_char('\u{200b}').code, 0);
/// ```
#[inline]
pub fn fold_char(c: char) -> Folded {
    fold_in(&TABLE, c)
}

#[inline]
fn fold_in(table: &[u32; PLANE], c: char) -> Folded {
    match table.get(c as usize) {
        Some(&entry) => Folded::from_entry(entry),
        None => fold_astral(c),
    }
}

/// Folds a line into `out`, which is cleared first: drops what folds to 0, makes one space of a run
/// of white space, trims both ends, and skips bracketed readings (`發(fā)布` is `发布`).
///
/// ```
/// use dechaff::text::fold::{fold_line, unfold_into};
/// let (mut codes, mut text) = (Vec::new(), String::new());
/// fold_line("　數(shù)據(jù)｜DATA\u{200b}  2024 ", &mut codes);
/// unfold_into(&codes, &mut text);
/// assert_eq!(text, "数据|data 0000");
/// ```
#[inline]
pub fn fold_line(text: &str, out: &mut Vec<u16>) {
    fold_line_with(text, out, |_, _| ());
}

/// [`fold_line`], and in the same pass `observe` is called for every original character in order,
/// those that are dropped or skipped too.
#[inline]
pub fn fold_line_with(text: &str, out: &mut Vec<u16>, mut observe: impl FnMut(char, Folded)) {
    let table: &[u32; PLANE] = &TABLE;
    out.clear();
    // Most lines are Chinese, three bytes a character; the others grow the buffer once.
    out.reserve(text.len() / 3);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let folded = fold_in(table, c);
        observe(c, folded);
        if folded.code > SPACE && folded.code != OPEN {
            out.push(folded.code);
        } else if folded.code == SPACE {
            if out.last().is_some_and(|&last| last != SPACE) {
                out.push(SPACE);
            }
        } else if folded.code == OPEN {
            let rest = chars.as_str();
            match out.last().is_some_and(|&last| is_han(table, last)).then(|| reading::find(rest)) {
                Some(Some(length)) => {
                    let (inside, after) = rest.split_at_checked(length).unwrap_or(("", rest));
                    inside.chars().for_each(|c| observe(c, fold_in(table, c)));
                    chars = after.chars();
                }
                _ => out.push(OPEN),
            }
        }
    }
    if out.last() == Some(&SPACE) {
        out.pop();
    }
}

/// Whether a folded code stands for a Han character.
#[inline]
fn is_han(table: &[u32; PLANE], code: u16) -> bool {
    let class = Folded::from_entry(table[code as usize]).class;
    // Private use is where Han of the astral planes fold to.
    class == Class::Han || (0xE000..0xF900).contains(&code)
}

/// How many bracketed readings a line has: those that [`fold_line`] skips.
///
/// ```
/// assert_eq!(dechaff::text::fold::count_readings("進（jìn）行；世界卫生组织(who)"), 1);
/// ```
pub fn count_readings(text: &str) -> usize {
    let table: &[u32; PLANE] = &TABLE;
    let mut count = 0;
    let mut after_han = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let folded = fold_in(table, c);
        if folded.code == OPEN && after_han {
            let rest = chars.as_str();
            if let Some(length) = reading::find(rest) {
                count += 1;
                chars = rest.get(length..).unwrap_or("").chars();
                continue;
            }
        }
        if folded.code != 0 {
            after_han = is_han(table, folded.code);
        }
    }
    count
}

/// Writes folded codes as text into `out`, which is cleared first.
pub fn unfold_into(codes: &[u16], out: &mut String) {
    out.clear();
    out.reserve(codes.len() * 3);
    // Folding yields no surrogates; a caller's own codes might be some.
    out.extend(
        codes
            .iter()
            .map(|&code| char::from_u32(code.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
}

/// The digest of the table and of the rules around it, as hex: two builds with the same digest fold
/// alike.
pub fn digest() -> &'static str {
    static DIGEST: LazyLock<String> =
        LazyLock::new(|| Digest::new().field(RULES).field(TABLE_TEXT).hex());
    &DIGEST
}

/// Characters above the Basic Multilingual Plane.
#[cold]
fn fold_astral(c: char) -> Folded {
    let point = c as u32;
    let (code, class) = match point {
        // Han of the extensions are many and rare: each keeps a code, some share one.
        0x2_0000..=0x3_FFFF => {
            let hash = point.wrapping_mul(0x9E37_79B1) >> 16;
            (0xE000 + (hash % 0x1900) as u16, Class::Han)
        }
        // Mathematical alphabets: styles of 26 capitals and 26 small letters, then digits.
        0x1_D400..=0x1_D6A3 => {
            let place = (point - 0x1_D400) % 52;
            let class = if place < 26 { Class::LatinUpper } else { Class::LatinLower };
            (u16::from(b'a') + (place % 26) as u16, class)
        }
        0x1_D7CE..=0x1_D7FF | 0x1_FBF0..=0x1_FBF9 => (u16::from(b'0'), Class::Digit),
        // Letters in boxes, three alphabets: white squares, black circles, black squares.
        0x1_F130..=0x1_F149 | 0x1_F150..=0x1_F169 | 0x1_F170..=0x1_F189 => {
            (u16::from(b'a') + ((point - 0x1_F130) % 32) as u16, Class::LatinUpper)
        }
        0x1_F000..=0x1_FAFF => (PICTOGRAPH, Class::Emoji),
        0xE_0000..=0xE_0FFF => (0, Class::Ignored),
        0xF_0000.. => (UNKNOWN, Class::Control),
        _ if c.is_alphabetic() => (UNKNOWN, Class::OtherLetter),
        _ => (UNKNOWN, Class::Symbol),
    };
    Folded { code, class }
}

/// Reads the table: lines `FROM-TO class` and `FROM TO …`, hexadecimal; what no line names folds to
/// itself and is a symbol. Lines that make no sense are passed over: a test looks for them.
fn expand(text: &str) -> Box<[u32; PLANE]> {
    let mut table = Box::new([0; PLANE]);
    for (point, entry) in table.iter_mut().enumerate() {
        *entry = point as u32 | u32::from(Class::Symbol.bits()) << 16;
    }
    for line in text.lines() {
        let mut words = line.split(' ');
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        if let Some((from, to)) = first.split_once('-') {
            let (Some(from), Some(to)) = (hex(from), hex(to)) else { continue };
            let Some(class) = Class::from_name(second) else { continue };
            for entry in table.get_mut(from..=to).into_iter().flatten() {
                *entry = (*entry & 0xFFFF) | u32::from(class.bits()) << 16;
            }
        } else if let (Some(from), Some(to)) = (hex(first), hex(second))
            && let Some(entry) = table.get_mut(from)
        {
            *entry = (*entry & !0xFFFF) | to as u32;
        }
    }
    table
}

/// Four hexadecimal digits; by hand, for the table has ten thousand of them.
fn hex(digits: &str) -> Option<usize> {
    let bytes: &[u8; 4] = digits.as_bytes().try_into().ok()?;
    bytes.iter().try_fold(0, |sum, &byte| Some(sum << 4 | (byte as char).to_digit(16)? as usize))
}
