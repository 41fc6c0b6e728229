//! The shape of one line: what it looks like without regard to its words. Text, folded codes and
//! class counts in, one row of dense columns out; nothing here knows of other lines.

use crate::text::script::Class;

use super::skeleton::class_of;

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

/// How many Han characters a word of letters stands for: what translations of one text have.
const WORD_UNITS: f32 = 1.7;

/// Measures a line: its text, its folded codes, and the classes of its original characters.
pub fn measure(text: &str, codes: &[u16], counts: &ClassCounts) -> Row {
    let of = |class: Class| counts[class as usize] as f32;
    let total: f32 = counts.iter().sum::<u32>() as f32;
    let share = |n: f32| n / total.max(1.0);
    let flag = |yes: bool| f32::from(u8::from(yes));

    let latin = of(Class::LatinLower) + of(Class::LatinUpper);
    let first = codes.first().map_or(Class::Space, |&c| class_of(c));
    let last = codes.last().map_or(Class::Space, |&c| class_of(c));
    let first_original = text.trim_start().chars().next();
    // A closing quote or bracket after the end mark still ends a sentence.
    let end = codes.iter().rev().map(|&c| class_of(c));
    let end = end.clone().find(|c| !matches!(c, Class::Quote | Class::CloseBracket));
    let ends_ellipsis = text.trim_end().ends_with(['…', '⋯']) || text.trim_end().ends_with("...");
    let ends_sentence =
        !ends_ellipsis && matches!(end, Some(Class::SentenceEnd | Class::Dot)) && codes.len() > 3;

    let words = Words::of(codes);
    let items = Items::of(codes);
    let numbers = Numbers::of(codes);

    [
        (1.0 + total).ln(),
        (1.0 + of(Class::Han) + WORD_UNITS * words.latin as f32).ln(),
        share(of(Class::Han)),
        share(latin),
        share(of(Class::Digit)),
        share(of(Class::Space)),
        share(of(Class::Separator)),
        share(of(Class::SentenceEnd) + of(Class::Comma) + of(Class::Colon) + of(Class::Dot)),
        share(of(Class::Symbol) + of(Class::Emoji)),
        (1.0 + of(Class::SentenceEnd) + words.dots as f32).ln(),
        (1.0 + of(Class::Comma)).ln(),
        flag(ends_sentence),
        flag(matches!(last, Class::Colon | Class::Comma)),
        flag(matches!(last, Class::Han | Class::LatinLower | Class::LatinUpper | Class::Digit)),
        flag(ends_ellipsis),
        flag(matches!(first, Class::Separator | Class::Symbol | Class::Emoji)),
        flag(first == Class::Digit),
        flag(matches!(first, Class::OpenBracket | Class::Quote)),
        flag(first_original.is_some_and(|c| c.is_lowercase())),
        words.function as f32 / words.units.max(1) as f32,
        repetition(codes),
        (1.0 + words.longest_run as f32).ln(),
        (items.count as f32).ln_1p(),
        (1.0 + total / (1.0 + items.count as f32)).ln(),
        items.evenness,
        (1.0 + words.latin as f32).ln(),
        latin / (words.latin as f32).max(1.0),
        counts_capitals(text) / (words.latin as f32).max(1.0),
        of(Class::LatinUpper) / latin.max(1.0),
        flag(has_url(text)),
        markup(text),
        flag(numbers.longest >= 7),
        flag(numbers.date),
        flag(numbers.time),
        flag(text.contains('@') || (numbers.longest >= 5 && text.contains(['：', ':']))),
        flag(codes.iter().take(8).any(|&c| class_of(c) == Class::Colon)),
        flag(last == Class::CloseBracket),
        (1.0 + of(Class::Quote)).ln(),
        flag(text.contains(['©', '®', '℗'])),
        flag(text.contains(['?', '？'])),
        share(of(Class::Control) + of(Class::Ignored)),
    ]
}

/// Words of alphabets, and the marks of running text in both scripts.
struct Words {
    /// Words of letters.
    latin: usize,
    /// Han characters plus words of letters: what `function` is a share of.
    units: usize,
    function: usize,
    /// Full stops that follow a letter and end a word.
    dots: usize,
    /// The longest run of Han or of words without any mark between, in units.
    longest_run: usize,
}

impl Words {
    fn of(codes: &[u16]) -> Self {
        let mut w = Words { latin: 0, units: 0, function: 0, dots: 0, longest_run: 0 };
        let mut run = 0;
        let mut position = 0;
        while position < codes.len() {
            let code = codes[position];
            match class_of(code) {
                Class::Han => {
                    w.units += 1;
                    run += 1;
                    w.function += usize::from(is_function_character(code));
                    position += 1;
                }
                Class::LatinLower | Class::LatinUpper => {
                    let rest = &codes[position..];
                    let length = rest
                        .iter()
                        .take_while(|&&c| {
                            matches!(class_of(c), Class::LatinLower | Class::LatinUpper)
                        })
                        .count();
                    w.latin += 1;
                    w.units += 1;
                    run += 1;
                    w.function += usize::from(is_function_word(&rest[..length]));
                    position += length;
                    let after = codes.get(position + 1).map_or(Class::Space, |&c| class_of(c));
                    w.dots += usize::from(
                        codes.get(position) == Some(&u16::from(b'.')) && after == Class::Space,
                    );
                }
                Class::Space => position += 1,
                _ => {
                    w.longest_run = w.longest_run.max(run);
                    run = 0;
                    position += 1;
                }
            }
        }
        w.longest_run = w.longest_run.max(run);
        w
    }
}

/// Grammar, not subject: these characters are common in running Chinese and rare in lists of names.
fn is_function_character(code: u16) -> bool {
    matches!(
        char::from_u32(u32::from(code)),
        Some(
            '的' | '了'
                | '是'
                | '在'
                | '和'
                | '有'
                | '我'
                | '他'
                | '她'
                | '这'
                | '那'
                | '不'
                | '也'
                | '就'
                | '都'
                | '而'
                | '及'
                | '与'
                | '为'
                | '对'
                | '将'
                | '被'
                | '把'
                | '从'
                | '到'
                | '但'
                | '还'
                | '又'
                | '其'
                | '之'
                | '于'
                | '以'
                | '着'
                | '过'
                | '会'
                | '能'
                | '要'
                | '你'
                | '们'
                | '个'
                | '并'
                | '或'
                | '让'
                | '很'
                | '么'
                | '吗'
                | '呢'
                | '吧'
        )
    )
}

fn is_function_word(codes: &[u16]) -> bool {
    const WORDS: [&str; 44] = [
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "with", "as", "was", "on",
        "be", "by", "at", "this", "are", "from", "or", "an", "but", "not", "which", "have", "had",
        "has", "they", "their", "he", "she", "his", "her", "we", "you", "i", "were", "been",
        "will", "would", "there", "than", "if",
    ];
    codes.len() <= 5
        && WORDS.iter().any(|w| {
            w.len() == codes.len() && w.bytes().zip(codes).all(|(b, &c)| u16::from(b) == c)
        })
}

/// The parts that separators cut a line into.
struct Items {
    count: usize,
    /// 1 where all parts are equally long, towards 0 where one is most of the line.
    evenness: f32,
}

impl Items {
    fn of(codes: &[u16]) -> Self {
        let (mut count, mut longest, mut length, mut sum) = (0usize, 0usize, 0usize, 0usize);
        let mut close = |length: &mut usize| {
            if *length > 0 {
                count += 1;
                longest = longest.max(*length);
                sum += *length;
                *length = 0;
            }
        };
        for &code in codes {
            match class_of(code) {
                Class::Separator | Class::Comma | Class::Space => close(&mut length),
                _ => length += 1,
            }
        }
        close(&mut length);
        let mean = sum as f32 / count.max(1) as f32;
        Items { count, evenness: mean / longest.max(1) as f32 }
    }
}

/// Numbers, as runs of the one code that all digits fold to.
struct Numbers {
    longest: usize,
    date: bool,
    time: bool,
}

impl Numbers {
    fn of(codes: &[u16]) -> Self {
        const DIGIT: u16 = b'0' as u16;
        let is = |code: Option<&u16>, c: char| code.is_some_and(|&x| u32::from(x) == c as u32);
        let mut n = Numbers { longest: 0, date: false, time: false };
        let mut position = 0;
        while position < codes.len() {
            if codes[position] != DIGIT {
                position += 1;
                continue;
            }
            let length = codes[position..].iter().take_while(|&&c| c == DIGIT).count();
            let (mark, after) = (codes.get(position + length), codes.get(position + length + 1));
            let digit_after = after == Some(&DIGIT);
            n.longest = n.longest.max(length);
            n.date |=
                length == 4 && digit_after && ['-', '/', '.', '年'].iter().any(|&c| is(mark, c));
            n.date |= length <= 2 && digit_after && is(mark, '月');
            n.time |= length <= 2 && digit_after && is(mark, ':');
            position += length;
        }
        n
    }
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

fn counts_capitals(text: &str) -> f32 {
    let mut inside = false;
    let mut capitals = 0u32;
    for c in text.chars() {
        let letter = c.is_ascii_alphabetic();
        capitals += u32::from(letter && !inside && c.is_ascii_uppercase());
        inside = letter;
    }
    capitals as f32
}

fn has_url(text: &str) -> bool {
    const MARKS: [&str; 9] = ["://", "www.", ".com", ".cn", ".net", ".org", ".htm", ".php", ".xyz"];
    text.contains('.') && MARKS.iter().any(|m| text.contains(m)) || text.contains("://")
}

/// Tags, entities and template variables left in the text, up to 1 for three or more.
fn markup(text: &str) -> f32 {
    let mut found = 0u32;
    let bytes = text.as_bytes();
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

    fn column(text: &str, name: &str) -> f32 {
        let mut codes = Vec::new();
        let mut counts = ClassCounts::default();
        fold_line_with(text, &mut codes, |_, f| counts[f.class as usize] += 1);
        let at = COLUMNS.iter().position(|c| *c == name).expect("a column");
        measure(text, &codes, &counts)[at]
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
