//! The skeleton of a line: its words replaced by classes, its punctuation kept, so that
//! `A厂家 | B公司 | C` and any other list of names joined by bars look alike.

use crate::text::fold::fold_char;
use crate::text::script::Class;

/// Tokens of runs start here, above the begin and end marks and below every punctuation code.
const HAN: u16 = 3;
const LATIN: u16 = 9;
const DIGIT: u16 = 15;
const OTHER: u16 = 21;
const SPACE: u16 = b' ' as u16;

/// Appends the skeleton of a folded line to `out` (cleared first): one token for each run of Han,
/// of letters, of digits, by length; punctuation, symbols and spaces as their own codes, runs of
/// one and the same code once.
pub fn tokens(codes: &[u16], out: &mut Vec<u16>) {
    out.clear();
    let mut rest = codes;
    while let Some(&first) = rest.first() {
        let sort = sort_of(first);
        let length = rest.iter().take_while(|&&c| sort_of(c) == sort).count();
        out.push(match sort {
            Sort::Han => han(length),
            Sort::Latin => latin(length),
            Sort::Digit => digit(length),
            Sort::Other => OTHER,
            Sort::Mark(code) => mark(code),
        });
        rest = &rest[length..];
    }
}

/// The token of a run of Han characters.
#[inline]
pub(super) fn han(length: usize) -> u16 {
    HAN + band(length, &[1, 4, 8, 16, 32])
}

/// The token of a run of letters.
#[inline]
pub(super) fn latin(length: usize) -> u16 {
    LATIN + band(length, &[1, 3, 7, 15, 31])
}

/// The token of a run of digits.
#[inline]
pub(super) fn digit(length: usize) -> u16 {
    DIGIT + band(length, &[1, 2, 4, 6, 10])
}

/// The token of a run of letters of another script.
#[inline]
pub(super) fn other() -> u16 {
    OTHER
}

/// The token of a mark.
#[inline]
pub(super) fn mark(code: u16) -> u16 {
    code.max(OTHER + 1)
}

/// The most tokens of a coarse skeleton: the first ones tell the form, the rest is how long the line is.
const COARSE: usize = 12;

/// A hash of the skeleton that forgets how long the runs are and how often a pattern repeats:
/// `A | B`, `A|B|C` and longer lists all give the same.
pub fn coarse_hash(tokens: &[u16]) -> u32 {
    let (kept, n) = coarse(tokens);
    super::ngrams::hash_whole(&kept[..n], u64::from(HAN))
}

/// What [`coarse_hash`] is the hash of, for people: `文` for Han, `A` for letters, `0` for digits, `ж` for
/// letters of other scripts, marks as they are.
///
/// ```
/// use dechaff::{features::skeleton, text::fold::fold_line};
/// let (mut codes, mut tokens) = (Vec::new(), Vec::new());
/// fold_line("首页 | 新闻 | News24 | 体育", &mut codes);
/// skeleton::tokens(&codes, &mut tokens);
/// assert_eq!(skeleton::describe(&tokens), "文|文A0|文");
/// ```
pub fn describe(tokens: &[u16]) -> String {
    let (kept, n) = coarse(tokens);
    let sign = |&token: &u16| match token {
        HAN => '文',
        LATIN => 'A',
        DIGIT => '0',
        OTHER => 'ж',
        mark => char::from_u32(u32::from(mark)).unwrap_or('□'),
    };
    kept[..n].iter().map(sign).collect()
}

fn coarse(tokens: &[u16]) -> ([u16; COARSE], usize) {
    let mut kept = [0u16; COARSE];
    let mut n = 0;
    for (position, &token) in tokens.iter().enumerate() {
        let beside_mark = |other: Option<&u16>| other.is_none_or(|&t| t > OTHER && t != SPACE);
        let before = position.checked_sub(1).and_then(|p| tokens.get(p));
        if token == SPACE && (beside_mark(before) || beside_mark(tokens.get(position + 1))) {
            continue;
        }
        let token = match token {
            HAN..LATIN => HAN,
            LATIN..DIGIT => LATIN,
            DIGIT..OTHER => DIGIT,
            other => other,
        };
        if (1..=3).any(|period| continues(&kept[..n], token, period)) {
            continue;
        }
        if n == kept.len() {
            break;
        }
        kept[n] = token;
        n += 1;
    }
    (kept, n)
}

/// Whether `token` goes on with a pattern of that period that has come around at least once.
fn continues(kept: &[u16], token: u16, period: usize) -> bool {
    let n = kept.len();
    n >= 2 * period - 1
        && kept[n - period] == token
        && (1..period).all(|back| kept[n - back] == kept[n - back - period])
}

#[derive(PartialEq, Clone, Copy)]
enum Sort {
    Han,
    Latin,
    Digit,
    Other,
    Mark(u16),
}

fn sort_of(code: u16) -> Sort {
    match class_of(code) {
        Class::Han => Sort::Han,
        Class::LatinLower | Class::LatinUpper => Sort::Latin,
        Class::Digit => Sort::Digit,
        Class::Kana | Class::Hangul | Class::OtherLetter => Sort::Other,
        _ => Sort::Mark(code),
    }
}

/// The class of a folded code; private-use codes stand for characters beyond the first plane.
pub(super) fn class_of(code: u16) -> Class {
    match char::from_u32(u32::from(code)) {
        Some('\u{E000}'..='\u{F8FF}') => Class::Han,
        Some(c) => fold_char(c).class,
        None => Class::Control,
    }
}

#[inline]
fn band(length: usize, bounds: &[usize; 5]) -> u16 {
    // The bounds rise: counting those below needs no branch.
    bounds.iter().map(|&bound| u16::from(length > bound)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_line;

    fn skeleton(text: &str) -> Vec<u16> {
        let (mut codes, mut out) = (Vec::new(), Vec::new());
        fold_line(text, &mut codes);
        tokens(&codes, &mut out);
        out
    }

    #[test]
    fn words_become_classes_and_marks_stay() {
        let space = u16::from(b' ');
        let bar = u16::from(b'|');
        assert_eq!(skeleton("首页 | News24"), [HAN + 1, space, bar, space, LATIN + 2, DIGIT + 1]);
        assert_eq!(skeleton("== 2024"), [u16::from(b'='), space, DIGIT + 2]);
    }

    #[test]
    fn lists_look_alike_whatever_they_name_and_however_long_they_are() {
        let two = coarse_hash(&skeleton("甲厂家|乙有限公司"));
        let five = coarse_hash(&skeleton("丙丁 | 戊己庚 | 辛壬 | 癸 | 子丑寅卯"));
        assert_eq!(two, five);
        assert_ne!(two, coarse_hash(&skeleton("甲厂家，乙有限公司。")));
    }
}
