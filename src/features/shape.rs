//! The shape of one line: what it looks like without regard to its words. Text, folded codes and
//! class counts in, one row of dense columns out; nothing here knows of other lines.

use std::sync::LazyLock;

use super::runs::{self, Runs, Sort};
use crate::text::script::Class;

/// How many characters of each class a line holds, counted while it is folded.
pub type ClassCounts = [u32; Class::COUNT];

/// The columns, in order.
pub const COLUMNS: [&str; 41] = [
    "ln_characters",
    "ln_units",
    "han_share",
    "latin_share",
    "digit_share",
    "space_share",
    "separator_share",
    "punctuation_share",
    "symbol_share",
    "ln_sentence_ends",
    "ln_commas",
    "ends_sentence",
    "ends_open",
    "ends_mid_word",
    "ends_ellipsis",
    "starts_with_mark",
    "starts_with_digit",
    "starts_with_bracket",
    "starts_lower",
    "function_share",
    "repetition",
    "ln_longest_run",
    "ln_items",
    "ln_item_length",
    "item_evenness",
    "ln_words",
    "word_length",
    "capitalised_share",
    "upper_share",
    "url",
    "markup",
    "long_number",
    "date",
    "time",
    "contact",
    "early_colon",
    "ends_bracket",
    "quotes",
    "rights_mark",
    "question",
    "unreadable_share",
];

/// One row of [`COLUMNS`].
pub type Row = [f32; COLUMNS.len()];

/// The index of a column that other code names.
pub const LN_CHARACTERS: usize = 0;
/// See [`LN_CHARACTERS`].
pub const LN_UNITS: usize = 1;
/// See [`LN_CHARACTERS`].
pub const ENDS_SENTENCE: usize = 11;
/// See [`LN_CHARACTERS`].
pub const ENDS_ELLIPSIS: usize = 14;

/// How many Han characters a word of letters stands for: what translations of one text have.
const WORD_UNITS: f32 = 1.7;

/// How many of a line's characters a reader sees, with marks that combine with the one before counted as one.
/// Zero-width characters and their like make a line neither longer nor thinner nor junk: spammers put them
/// into words that filters look for, and honest pages hold them as well.
pub fn seen(counts: &ClassCounts) -> u32 {
    counts.iter().sum::<u32>() - counts[Class::Ignored as usize]
}

/// Measures a line: its text, its folded codes and their sorts, the classes of its original characters,
/// and what its runs add up to.
pub fn measure(
    text: &str,
    codes: &[u16],
    sorts: &[Sort],
    counts: &ClassCounts,
    runs: &Runs,
) -> Row {
    let n = |class: Class| counts[class as usize];
    let of = |class: Class| n(class) as f32;
    let seen = seen(counts);
    let total = seen as f32;
    let share = |n: f32| n / total.max(1.0);
    let flag = |yes: bool| f32::from(u8::from(yes));

    let latin = of(Class::LatinLower) + of(Class::LatinUpper);
    let class = runs::class;
    let first = sorts.first().map_or(Class::Space, |&s| class(s));
    let last = sorts.last().map_or(Class::Space, |&s| class(s));
    let first_original = text.trim_start().chars().next();
    // A closing quote or bracket after the end mark still ends a sentence.
    let end = sorts.iter().rev().map(|&s| class(s));
    let end = end.clone().find(|c| !matches!(c, Class::Quote | Class::CloseBracket));
    let trimmed = text.trim_end();
    let ends_ellipsis = trimmed.ends_with(['…', '⋯']) || trimmed.ends_with("...");
    let ends_sentence =
        !ends_ellipsis && matches!(end, Some(Class::SentenceEnd | Class::Dot)) && codes.len() > 3;
    // The text is searched only where the counts say that there is something to be found.
    let has_colon = n(Class::Colon) > 0;
    let marks =
        n(Class::Separator) + n(Class::Symbol) + n(Class::OpenBracket) + n(Class::CloseBracket);
    let mean_item = runs.in_items as f32 / runs.items.max(1) as f32;

    [
        ln_1_plus(seen),
        (1.0 + of(Class::Han) + WORD_UNITS * runs.latin as f32).ln(),
        share(of(Class::Han)),
        share(latin),
        share(of(Class::Digit)),
        share(of(Class::Space)),
        share(of(Class::Separator)),
        share(of(Class::SentenceEnd) + of(Class::Comma) + of(Class::Colon) + of(Class::Dot)),
        share(of(Class::Symbol) + of(Class::Emoji)),
        ln_1_plus(n(Class::SentenceEnd) + runs.dots as u32),
        ln_1_plus(n(Class::Comma)),
        flag(ends_sentence),
        flag(matches!(last, Class::Colon | Class::Comma)),
        flag(matches!(last, Class::Han | Class::LatinLower | Class::LatinUpper | Class::Digit)),
        flag(ends_ellipsis),
        flag(matches!(first, Class::Separator | Class::Symbol | Class::Emoji)),
        flag(first == Class::Digit),
        flag(matches!(first, Class::OpenBracket | Class::Quote)),
        flag(first_original.is_some_and(|c| c.is_lowercase())),
        runs.function as f32 / runs.units.max(1) as f32,
        repetition(codes),
        ln_1_plus(runs.longest_run as u32),
        precise_ln_1_plus(runs.items as u32),
        (1.0 + total / (1.0 + runs.items as f32)).ln(),
        mean_item / runs.longest_item.max(1) as f32,
        ln_1_plus(runs.latin as u32),
        latin / (runs.latin as f32).max(1.0),
        capitals(text, n(Class::LatinUpper)) / (runs.latin as f32).max(1.0),
        of(Class::LatinUpper) / latin.max(1.0),
        flag((n(Class::Dot) > 0 || has_colon) && has_url(text)),
        if marks > 0 { markup(text) } else { 0.0 },
        flag(runs.longest_number >= 7),
        flag(runs.date),
        flag(runs.time),
        flag(
            n(Class::Symbol) > 0 && text.contains('@')
                || (has_colon
                    && runs.longest_number >= 5
                    && (text.contains(':') || text.contains("："))),
        ),
        flag(sorts.iter().take(8).any(|&s| class(s) == Class::Colon)),
        flag(last == Class::CloseBracket),
        ln_1_plus(n(Class::Quote)),
        flag(n(Class::Symbol) > 0 && ["©", "®", "℗"].iter().any(|mark| text.contains(mark))),
        flag(n(Class::SentenceEnd) > 0 && (text.contains('?') || text.contains("？"))),
        share(of(Class::Control)),
    ]
}

/// The share of character pairs that the line has had before: keyword strings say things twice.
fn repetition(codes: &[u16]) -> f32 {
    const BITS: usize = 4096;
    // A longer line would fill the set; its first part tells.
    let codes = &codes[..codes.len().min(1024)];
    let mut seen = [0u64; BITS / 64];
    let mut repeated = 0;
    for pair in codes.windows(2) {
        let key = (u32::from(pair[0]) << 16 | u32::from(pair[1])).wrapping_mul(0x9E37_79B1) >> 20;
        let (word, bit) = (key as usize / 64, 1u64 << (key % 64));
        repeated += u32::from(seen[word] & bit != 0);
        seen[word] |= bit;
    }
    repeated as f32 / codes.len().max(8) as f32
}

/// ASCII words that begin with a capital, where there are `upper` capitals at all.
fn capitals(text: &str, upper: u32) -> f32 {
    if upper == 0 {
        return 0.0;
    }
    let bytes = text.as_bytes();
    let Some((first, after)) = bytes.split_first() else { return 0.0 };
    // Without a branch, and in bytes as far as they hold: many places are compared at once.
    let mut capitals = u32::from(first.is_ascii_uppercase());
    for (before, here) in bytes.chunks(255).zip(after.chunks(255)) {
        let begins = |(before, here): (&u8, &u8)| {
            u8::from(here.is_ascii_uppercase() & !before.is_ascii_alphabetic())
        };
        capitals += u32::from(before.iter().zip(here).map(begins).sum::<u8>());
    }
    capitals as f32
}

/// Logarithms of whole numbers up to here are looked up.
const LOGARITHMS: usize = 1024;

static LN_1_PLUS: LazyLock<[f32; LOGARITHMS]> =
    LazyLock::new(|| std::array::from_fn(|n| (1.0 + n as f32).ln()));
static PRECISE_LN_1_PLUS: LazyLock<[f32; LOGARITHMS]> =
    LazyLock::new(|| std::array::from_fn(|n| (n as f32).ln_1p()));

#[inline]
fn ln_1_plus(n: u32) -> f32 {
    LN_1_PLUS.get(n as usize).copied().unwrap_or_else(|| (1.0 + n as f32).ln())
}

/// The same but for the last bit: what the column was fitted with.
#[inline]
fn precise_ln_1_plus(n: u32) -> f32 {
    PRECISE_LN_1_PLUS.get(n as usize).copied().unwrap_or_else(|| (n as f32).ln_1p())
}

fn has_url(text: &str) -> bool {
    const AFTER_DOT: [&[u8]; 7] = [b"com", b"cn", b"net", b"org", b"htm", b"php", b"xyz"];
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'.', b':', bytes).any(|at| {
        let (before, from) = bytes.split_at(at);
        let (mark, after) = from.split_at(1);
        if mark == b":" {
            after.starts_with(b"//")
        } else {
            before.ends_with(b"www") || AFTER_DOT.iter().any(|name| after.starts_with(name))
        }
    })
}

/// Tags, entities and template variables left in the text, up to 1 for three or more.
fn markup(text: &str) -> f32 {
    let mut found = 0u32;
    let bytes = text.as_bytes();
    // Most lines have none of these; looking at all bytes alike, many at once, tells quickly.
    let is_mark = |b: u8| matches!(b, b'<' | b'{' | b'}' | b'&' | b'=' | b')');
    if !bytes.iter().fold(false, |any, &b| any | is_mark(b)) {
        return 0.0;
    }
    for (at, &byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let prior = if at > 0 { bytes[at - 1] } else { b' ' };
        found += u32::from(match byte {
            b'<' => next.is_ascii_alphabetic() || matches!(next, b'/' | b'!'),
            b'{' => matches!(next, b'{' | b'$' | b'%') || next.is_ascii_alphabetic(),
            b'}' => prior == b'}' || prior == b';',
            b'&' => {
                next == b'#' || bytes[at..].starts_with(b"&nbsp") || bytes[at..].starts_with(b"&lt")
            }
            b'=' => matches!(next, b'"' | b'\'') && prior.is_ascii_alphabetic(),
            b')' => next == b';',
            _ => false,
        });
    }
    found.min(3) as f32 / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_line_with;

    fn row(text: &str) -> Row {
        let mut codes = Vec::new();
        let mut counts = ClassCounts::default();
        fold_line_with(text, &mut codes, |_, f| counts[f.class as usize] += 1);
        let mut sorts = Vec::new();
        runs::sorts(&codes, &mut sorts);
        let runs = Runs::read(&codes, &sorts, &mut Vec::new(), &mut Vec::new(), &mut Vec::new());
        measure(text, &codes, &sorts, &counts, &runs)
    }

    fn column(text: &str, name: &str) -> f32 {
        row(text)[COLUMNS.iter().position(|c| *c == name).expect("a column")]
    }

    #[test]
    fn invisible_characters_between_others_change_no_column() {
        for (plain, hidden) in [
            (
                "专业生产电线电缆，欢迎来电咨询",
                "专业\u{200b}生产\u{200b}电线\u{feff}电缆，欢迎来电\u{200d}咨询",
            ),
            ("甲 | 乙 | 丙", "甲\u{200b} | 乙\u{200b} | 丙"),
            ("They left early.", "They\u{ad} left early\u{200b}."),
        ] {
            assert_eq!(row(plain), row(hidden), "{plain}");
        }
        assert_eq!(column("词\u{fffd}", "unreadable_share"), 0.5);
    }

    #[test]
    fn capitals_are_counted_at_any_length() {
        for text in ["Ab cD EF gH", "a", "Z", "ÀB", "一A二Bc"] {
            for n in [1, 23, 64, 255, 300] {
                let text = text.repeat(n);
                let begins = |at: usize| at == 0 || !text.as_bytes()[at - 1].is_ascii_alphabetic();
                let bytes = text.bytes().enumerate();
                let slow = bytes.filter(|(at, b)| b.is_ascii_uppercase() && begins(*at)).count();
                assert_eq!(capitals(&text, 1), slow as f32, "{n} {text}");
            }
        }
    }

    #[test]
    fn every_column_sees_what_it_is_named_for() {
        let cases: &[(&str, &str, f32)] = &[
            ("我们今天去看海。", "ends_sentence", 1.0),
            ("“我们今天去看海。”", "ends_sentence", 1.0),
            ("我们今天去看海……", "ends_sentence", 0.0),
            ("我们今天去看海...", "ends_ellipsis", 1.0),
            ("They left early.", "ends_sentence", 1.0),
            ("首页", "ends_mid_word", 1.0),
            ("首页", "han_share", 1.0),
            ("a1b2", "digit_share", 0.5),
            ("咨询热线：400-000-0000", "early_colon", 1.0),
            ("见 http://a.example/x", "url", 1.0),
            ("价格 v1.2", "url", 0.0),
            ("<div style=\"x\">词</div>", "markup", 1.0),
            ("1 < 2 而且 3 > 2", "markup", 0.0),
            ("发布于 2024-05-06 07:08", "date", 1.0),
            ("发布于 2024-05-06 07:08", "time", 1.0),
            ("订单 13800000000", "long_number", 1.0),
            ("the end of the day", "function_share", 3.0 / 5.0),
            ("我的书", "function_share", 2.0 / 3.0),
            ("甲乙丙丁甲乙丙丁", "repetition", 3.0 / 8.0),
            ("甲|乙|丙", "item_evenness", 1.0),
            ("Big Red dog", "capitalised_share", 2.0 / 3.0),
            ("© 某某网", "rights_mark", 1.0),
            ("• 栏目", "starts_with_mark", 1.0),
        ];
        for (text, name, expected) in cases {
            assert_eq!(column(text, name), *expected, "{name} of {text}");
        }
    }
}
