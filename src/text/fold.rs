//! Folding: characters that mean the same to a reader become one code, so that features see
//! through case, width, Traditional forms, odd separators and marks that cannot be seen.
//!
//! In: a line as it came. Out: 16-bit codes, each a character of the Basic Multilingual Plane. What
//! folds to what is `fold_table.txt`, made by `tests/fold_table.rs`; bracketed readings are found
//! in `reading.rs`. Folding is for features only: what is kept is the original.

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

    fn entry(self) -> u32 {
        u32::from(self.code) | u32::from(self.class.bits()) << 16
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
    Folded::from_entry(entry_in(table, c))
}

/// The entry of a character, also of one that the table does not hold.
#[inline]
fn entry_in(table: &[u32; PLANE], c: char) -> u32 {
    table.get(c as usize).copied().unwrap_or_else(|| fold_astral(c).entry())
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
    fold_entries(text, out, |c, entry| observe(c, Folded::from_entry(entry)));
}

/// [`fold_line`], and in the same pass the original characters are counted by class.
#[inline]
pub(crate) fn fold_line_counting(text: &str, out: &mut Vec<u16>) -> [u32; Class::COUNT] {
    // Two counters, in turn: a run of one class need not wait for its own last count. They are as many as
    // five bits can tell, so that there is nothing to check.
    let mut counts = [[0u32; 32]; 2];
    let mut turn = 0;
    fold_entries(text, out, |_, entry| {
        counts[turn & 1][(entry >> 16) as usize & 31] += 1;
        turn += 1;
    });
    std::array::from_fn(|class| counts[0][class] + counts[1][class])
}

/// Folds a line; `observe` is called with every original character and its entry of the table.
#[inline]
fn fold_entries(text: &str, out: &mut Vec<u16>, mut observe: impl FnMut(char, u32)) {
    let table: &[u32; PLANE] = &TABLE;
    out.clear();
    // Most lines are Chinese, three bytes a character; the others grow the buffer once.
    out.reserve(text.len() / 3);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let entry = entry_in(table, c);
        observe(c, entry);
        let code = entry as u16;
        if code > SPACE && code != OPEN {
            out.push(code);
        } else if code == SPACE {
            if out.last().is_some_and(|&last| last != SPACE) {
                out.push(SPACE);
            }
        } else if code == OPEN {
            let rest = chars.as_str();
            match out.last().is_some_and(|&last| is_han(table, last)).then(|| reading::find(rest)) {
                Some(Some(length)) => {
                    let (inside, after) = rest.split_at_checked(length).unwrap_or(("", rest));
                    inside.chars().for_each(|c| observe(c, entry_in(table, c)));
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
    static DIGEST: LazyLock<String> = LazyLock::new(|| digest_of(&TABLE));
    &DIGEST
}

/// Of the table as it is used, so that comments and line ends of its file do not count.
fn digest_of(table: &[u32; PLANE]) -> String {
    let bytes: Vec<u8> = table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    Digest::new().field(RULES).field(bytes).hex()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let (mut codes, mut out) = (Vec::new(), String::new());
        fold_line(text, &mut codes);
        unfold_into(&codes, &mut out);
        out
    }

    #[test]
    fn characters_that_mean_the_same_fold_to_one() {
        let table = [
            ('a', "aAａＡáÀǎⓐⒶª𝐀𝓪🄰"),
            ('o', "oOøöőœ𝗼"),
            ('g', "gɡğ"),
            ('0', "0123456789０９①⑳⑴❶➓⓪²½٣०𝟘"),
            ('一', "一㈠㊀⼀"),
            ('发', "发發髮発"),
            ('么', "么麼麽"),
            ('广', "广廣広"),
            ('里', "里裏裡"),
            ('芸', "芸"),
            ('群', "群羣"),
            ('岂', "岂豈豈"),
            ('カ', "カｶ"),
            ('|', "|｜丨│┃︱∣¦‖ǀ║┼"),
            ('-', "--–—―－─━~～〜═"),
            ('·', "·･•∙⋅●◆■★☆▪◦○・‧※✓"),
            ('_', "_＿"),
            ('>', ">→»›▶►＞⇒"),
            ('<', "<←«‹◀＜⇐"),
            ('/', "/／\\＼∕"),
            ('"', "\"'“”‘’`＂″"),
            (',', ",，"),
            ('、', "、､"),
            (':', ":：︓∶"),
            (';', ";；"),
            ('?', "?？"),
            ('!', "!！‼"),
            ('.', ".。．｡…"),
            ('[', "[【〔［「『"),
            (']', "]】〕］」』"),
            ('(', "(（"),
            (')', ")）"),
            ('《', "《〈"),
            ('》', "》〉"),
            (' ', " \t\u{a0}\u{3000}\u{2003}\r\n"),
            ('\0', "\0\u{1b}\u{7f}\u{ad}\u{200b}\u{feff}\u{301}\u{fe0f}\u{e0041}\u{ffff}"),
            ('☺', "☺☎❤😀🚀"),
            ('□', "□𐌰𝄞\u{f0000}"),
            ('\u{fffd}', "\u{fffd}"),
            ('\u{e123}', "\u{e123}"),
        ];
        for (to, characters) in table {
            for c in characters.chars() {
                assert_eq!(u32::from(fold_char(c).code), to as u32, "{c:?} U+{:04X}", c as u32);
            }
        }
    }

    #[test]
    fn lines_lose_only_what_says_nothing() {
        let table = [
            ("", ""),
            (" \u{200b}\u{3000} ", ""),
            ("　Ａ  b\t\tC　", "a b c"),
            ("数\u{200b}据", "数据"),
            ("a \u{feff} b", "a b"),
            ("發(fā)布數(shù)據(jù)，進（jìn）行", "发布数据,进行"),
            ("他們(men)說（shuō）", "他们说"),
            ("世界卫生组织(who)", "世界卫生组织(who)"),
            ("据 (jù)", "据 (ju)"),
            ("cafe(é)", "cafe(e)"),
            ("据(jù", "据(ju"),
            ("𠀀(shù)b", "\u{f262}b"),
            ("(fā)", "(fa)"),
        ];
        for (text, expected) in table {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_original_character_is_observed() {
        let text = "　數(shù)據\u{200b}（x）\0 ";
        let mut seen = String::new();
        let mut out = vec![7];
        fold_line_with(text, &mut out, |c, folded| {
            assert_eq!(folded, fold_char(c));
            seen.push(c);
        });
        assert_eq!(seen, text);
        let mut counts = [0; Class::COUNT];
        text.chars().for_each(|c| counts[fold_char(c).class as usize] += 1);
        let mut same = Vec::new();
        assert_eq!(fold_line_counting(text, &mut same), counts);
        assert_eq!(same, out);
        assert_eq!(fold_line_counting("𠀀🚀𝐀", &mut same).iter().sum::<u32>(), 3);
        assert_eq!(out, "数据(x)".encode_utf16().collect::<Vec<_>>());
    }

    #[test]
    fn readings_are_counted_where_they_are_skipped() {
        assert_eq!(count_readings("發(fā)布數(shù)據(jù)，進（jìn）行(who)(fā)"), 4);
        assert_eq!(count_readings("(fā) x(fā) 據\u{200b}(jù) 據 (jù)"), 1);
    }

    #[test]
    fn folding_again_changes_nothing() {
        for c in (0..PLANE as u32).filter_map(char::from_u32) {
            let Folded { code, .. } = fold_char(c);
            let again = char::from_u32(code.into()).map(|c| fold_char(c).code);
            assert_eq!(again, Some(code), "U+{:04X}", c as u32);
            assert!(code == 0 || code >= SPACE, "U+{:04X}", c as u32);
        }
    }

    /// Astral characters and readings are code, not table: whoever changes them finds this digest
    /// changed, and must raise [`RULES`] with it.
    #[test]
    fn rules_that_the_table_does_not_hold_are_pinned() {
        let mut digest = Digest::new();
        let mut bytes = Vec::new();
        for c in (PLANE as u32..=char::MAX as u32).filter_map(char::from_u32) {
            let Folded { code, class } = fold_char(c);
            bytes.extend(code.to_le_bytes());
            bytes.push(class.bits());
        }
        digest.field(&bytes);
        for text in ["發(fā) 們（men）", "組(who) 女(nü) 長 (cháng)"] {
            digest.field(folded(text));
        }
        assert_eq!(
            (RULES, digest.hex().as_str()),
            ("1", "f143f7dceafb1c5bbfdc7ca7203ef9a37c5ac389b55fa3d1f7af8db31a8bc126")
        );
    }

    #[test]
    fn every_line_of_the_table_is_understood() {
        let lines = || TABLE_TEXT.lines().filter(|line| !line.starts_with('#'));
        for line in lines() {
            let mut words = line.split(' ');
            let (first, second) = (words.next().unwrap(), words.next().unwrap());
            let point = hex(first.get(..4).unwrap()).unwrap();
            let entry = Folded::from_entry(TABLE[point]);
            match first.split_once('-') {
                Some(_) => assert_eq!(entry.class.name(), second, "{line}"),
                None => assert_eq!(Some(usize::from(entry.code)), hex(second), "{line}"),
            }
        }
        assert!(lines().count() > 10_000);
        // The digest sees every entry, and no line ends.
        let mut other = TABLE.clone();
        other[0x4E00] += 1;
        assert_ne!(digest_of(&other), digest());
        assert_eq!(digest_of(&expand(&TABLE_TEXT.replace('\n', "\r\n"))), digest());
        // Nonsense is passed over.
        let table =
            expand("0041-0043 digit\n0042 0030\n\n0044-0041 han\nzz\n0045 00300\n+045 0030\n");
        let entries: Vec<_> = (0x40..0x46).map(|p: usize| Folded::from_entry(table[p])).collect();
        let codes: Vec<_> = entries.iter().map(|entry| entry.code).collect();
        let classes: Vec<_> = entries.iter().map(|entry| entry.class).collect();
        assert_eq!(codes, [0x40, 0x41, 0x30, 0x43, 0x44, 0x45]);
        use Class::{Digit, Symbol};
        assert_eq!(classes, [Symbol, Digit, Digit, Digit, Symbol, Symbol]);
    }

    proptest! {
        #[test]
        fn folded_lines_are_clean(text in ".{0,40}|[ 據据(（）)fāa\u{200b}\u{3000}\u{301}𠀀A]{0,40}") {
            let mut codes = vec![1, 2, 3];
            let mut seen = String::new();
            fold_line_with(&text, &mut codes, |c, _| seen.push(c));
            prop_assert_eq!(&seen, &text);
            prop_assert!(!codes.contains(&0));
            prop_assert!(codes.len() <= text.chars().count());
            prop_assert!(codes.first() != Some(&SPACE) && codes.last() != Some(&SPACE));
            prop_assert!(codes.windows(2).all(|pair| pair != [SPACE, SPACE]));
            let mut out = String::from("x");
            unfold_into(&codes, &mut out);
            prop_assert_eq!(out.encode_utf16().collect::<Vec<_>>(), codes);
        }

        #[test]
        fn as_many_readings_are_counted_as_are_skipped(text in "[據据(（）)fāa \u{200b}]{0,60}") {
            // Those that stay keep their opening bracket.
            let kept = folded(&text).matches('(').count();
            let all = text.matches(['(', '（']).count();
            prop_assert_eq!(count_readings(&text), all - kept);
        }
    }
}
