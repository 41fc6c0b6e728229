//! One line, looked at slowly: every column of its shape and the margins of the line model, each by
//! itself and from scratch. In: the text; out: numbers by name.

use std::collections::{BTreeMap, HashMap, HashSet};

use dechaff::model::{HEADS, LineModel, Table};
use dechaff::text::fold::{fold_char, fold_line};
use dechaff::text::script::Class;

pub type Columns = BTreeMap<&'static str, f64>;

pub struct Line {
    pub codes: Vec<u16>,
    pub characters: f64,
    pub length: f64,
    pub skeleton: Vec<u16>,
    pub units: Vec<Vec<u16>>,
    /// Words of letters, each as the hash that the table knows it by.
    pub terms: Vec<u16>,
    pub shape: Columns,
}

pub fn class(code: u16) -> Class {
    match char::from_u32(code.into()) {
        Some('\u{E000}'..='\u{F8FF}') => Class::Han,
        Some(c) => fold_char(c).class,
        None => Class::Control,
    }
}

fn is_letter(code: u16) -> bool {
    matches!(class(code), Class::LatinLower | Class::LatinUpper)
}

/// Neighbouring codes for which `key` gives the same.
fn runs<K: PartialEq>(codes: &[u16], key: impl Fn(u16) -> K) -> Vec<&[u16]> {
    codes.chunk_by(|&a, &b| key(a) == key(b)).collect()
}

const GRAMMAR: &str = "的了是在和有我他她这那不也就都而及与为对将被把从到但还又其之于以着过会能要你们个并或让很么吗呢吧";
const WORDS: &str = " the of and to in a is that for it with as was on be by at this are from or an but not \
    which have had has they their he she his her we you i were been will would there than if ";

impl Line {
    pub fn read(text: &str) -> Line {
        let mut codes = Vec::new();
        fold_line(text, &mut codes);
        let chars: Vec<char> = text.chars().collect();
        let n = |wanted: &[Class]| {
            chars.iter().filter(|&&c| wanted.contains(&fold_char(c).class)).count() as f64
        };
        let total = chars.len() as f64 - n(&[Class::Ignored]);
        let share = |wanted: &[Class]| n(wanted) / total.max(1.0);
        let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
        use Class::*;

        let as_text = String::from_utf16_lossy(&codes);
        let words: Vec<&[u16]> =
            runs(&codes, is_letter).into_iter().filter(|run| is_letter(run[0])).collect();
        let spelled = |word: &[u16]| String::from_utf16_lossy(word);
        let han = codes.iter().filter(|&&c| class(c) == Han).count() as f64;
        let latin_words = words.len() as f64;
        let function = as_text.chars().filter(|&c| GRAMMAR.contains(c)).count()
            + words.iter().filter(|w| WORDS.contains(&format!(" {} ", spelled(w)))).count();
        let mut dots = 0.0;
        for at in 1..codes.len() {
            let ends = codes.get(at + 1).is_none_or(|&c| class(c) == Space);
            dots += flag(codes[at] == u16::from(b'.') && is_letter(codes[at - 1]) && ends);
        }
        // Marks and digits end a stretch of words, spaces do not.
        let is_word = |c: u16| class(c) == Han || is_letter(c) || class(c) == Space;
        let longest_run = runs(&codes, is_word)
            .into_iter()
            .filter(|run| is_word(run[0]))
            .map(|run| {
                let letters = runs(run, is_letter).into_iter().filter(|w| is_letter(w[0])).count();
                run.iter().filter(|&&c| class(c) == Han).count() + letters
            })
            .max()
            .unwrap_or(0) as f64;
        let items: Vec<f64> = codes
            .split(|&c| matches!(class(c), Separator | Comma | Space))
            .map(|item| item.len() as f64)
            .filter(|&length| length > 0.0)
            .collect();
        let n_items = items.len() as f64;
        let longest_item = items.iter().copied().fold(1.0, f64::max);

        // Numbers with the two codes after them.
        let (mut longest_number, mut date, mut time) = (0, false, false);
        let is_digit = |c: u16| c == u16::from(b'0');
        let mut at = 0;
        for run in runs(&codes, is_digit) {
            at += run.len();
            if !is_digit(run[0]) {
                continue;
            }
            longest_number = longest_number.max(run.len());
            let mark = codes.get(at).and_then(|&c| char::from_u32(c.into())).unwrap_or(' ');
            if codes.get(at + 1).is_some_and(|&c| is_digit(c)) {
                date |= run.len() == 4 && "-/.年".contains(mark);
                date |= run.len() <= 2 && mark == '月';
                time |= run.len() <= 2 && mark == ':';
            }
        }

        let pairs: Vec<_> = codes.windows(2).take(1023).collect();
        let mut seen = HashSet::new();
        let repeated = pairs
            .iter()
            .filter(|pair| {
                let key = u32::from(pair[0]) << 16 | u32::from(pair[1]);
                !seen.insert(key.wrapping_mul(0x9E37_79B1) >> 20)
            })
            .count() as f64;

        let ascii_words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).collect();
        let capitals =
            ascii_words.iter().filter(|w| w.starts_with(|c: char| c.is_uppercase())).count() as f64;
        let upper = n(&[LatinUpper]);
        let latin = n(&[LatinLower, LatinUpper]);
        let url = [".com", ".cn", ".net", ".org", ".htm", ".php", ".xyz", "://", "www."];
        let end = text.trim_end();
        let ellipsis = end.ends_with('…') || end.ends_with('⋯') || end.ends_with("...");
        let (first, last) = (codes.first().map(|&c| class(c)), codes.last().map(|&c| class(c)));
        let last_but_quotes =
            codes.iter().rev().map(|&c| class(c)).find(|c| !matches!(c, Quote | CloseBracket));
        let sentence =
            !ellipsis && matches!(last_but_quotes, Some(SentenceEnd | Dot)) && codes.len() > 3;
        let length = han_of(&chars) + 1.7 * latin_words;
        let has = |parts: &[&str]| flag(parts.iter().any(|part| text.contains(part)));

        let shape = BTreeMap::from([
            ("ln_characters", (1.0 + total).ln()),
            ("ln_units", (1.0 + length).ln()),
            ("han_share", share(&[Han])),
            ("latin_share", share(&[LatinLower, LatinUpper])),
            ("digit_share", share(&[Digit])),
            ("space_share", share(&[Space])),
            ("separator_share", share(&[Separator])),
            ("punctuation_share", share(&[SentenceEnd, Comma, Colon, Dot])),
            ("symbol_share", share(&[Symbol, Emoji])),
            ("ln_sentence_ends", (1.0 + n(&[SentenceEnd]) + dots).ln()),
            ("ln_commas", (1.0 + n(&[Comma])).ln()),
            ("ends_sentence", flag(sentence)),
            ("ends_open", flag(matches!(last, Some(Colon | Comma)))),
            ("ends_mid_word", flag(matches!(last, Some(Han | LatinLower | LatinUpper | Digit)))),
            ("ends_ellipsis", flag(ellipsis)),
            ("starts_with_mark", flag(matches!(first, Some(Separator | Symbol | Emoji)))),
            ("starts_with_digit", flag(first == Some(Digit))),
            ("starts_with_bracket", flag(matches!(first, Some(OpenBracket | Quote)))),
            ("starts_lower", flag(text.trim_start().starts_with(char::is_lowercase))),
            ("function_share", function as f64 / (han + latin_words).max(1.0)),
            ("repetition", repeated / codes.len().clamp(8, 1024) as f64),
            ("ln_longest_run", (1.0 + longest_run).ln()),
            ("ln_items", (1.0 + n_items).ln()),
            ("ln_item_length", (1.0 + total / (1.0 + n_items)).ln()),
            ("item_evenness", items.iter().sum::<f64>() / n_items.max(1.0) / longest_item),
            ("ln_words", (1.0 + latin_words).ln()),
            ("word_length", latin / latin_words.max(1.0)),
            ("capitalised_share", capitals / latin_words.max(1.0)),
            ("upper_share", upper / latin.max(1.0)),
            ("url", has(&url)),
            ("markup", markup(&chars)),
            ("long_number", flag(longest_number >= 7)),
            ("date", flag(date)),
            ("time", flag(time)),
            (
                "contact",
                flag(text.contains('@') || longest_number >= 5 && text.contains(['：', ':'])),
            ),
            ("early_colon", flag(codes.iter().take(8).any(|&c| class(c) == Colon))),
            ("ends_bracket", flag(last == Some(CloseBracket))),
            ("quotes", (1.0 + n(&[Quote])).ln()),
            ("rights_mark", has(&["©", "®", "℗"])),
            ("question", has(&["?", "？"])),
            ("unreadable_share", share(&[Control])),
        ]);
        let (skeleton, units) = (skeleton(&codes), units(&codes));
        let terms = terms(&codes);
        Line { codes, characters: total, length, skeleton, units, terms, shape }
    }

    /// The margins of characters with words of letters, and of form, under one of the table's questions,
    /// without the bias.
    pub fn margins(&self, model: &LineModel, head: usize) -> [f64; 2] {
        let of = |codes, longest, salt| margin(codes, longest, salt, &model.table, head);
        [of(&self.codes, 4, 0x51) + of(&self.terms, 2, 0x3D), of(&self.skeleton, 4, 0xA7)]
    }
}

fn han_of(chars: &[char]) -> f64 {
    chars.iter().filter(|&&c| fold_char(c).class == Class::Han).count() as f64
}

/// Tags, entities and templates, up to three.
fn markup(chars: &[char]) -> f64 {
    let text: String = chars.iter().collect();
    let mut found = 0;
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        let next = after.chars().next().unwrap_or(' ');
        let prior = before.chars().next_back().unwrap_or(' ');
        found += i32::from(match c {
            '<' => next.is_ascii_alphabetic() || next == '/' || next == '!',
            '{' => "{$%".contains(next) || next.is_ascii_alphabetic(),
            '}' => prior == '}' || prior == ';',
            '&' => next == '#' || after.starts_with("nbsp") || after.starts_with("lt"),
            '=' => (next == '"' || next == '\'') && prior.is_ascii_alphabetic(),
            ')' => next == ';',
            _ => false,
        });
    }
    f64::from(found.min(3)) / 3.0
}

/// Runs of Han, letters, digits and other letters by length; marks as they are, repeats once.
fn skeleton(codes: &[u16]) -> Vec<u16> {
    let sort = |code: u16| match class(code) {
        Class::Han => 1,
        Class::LatinLower | Class::LatinUpper => 2,
        Class::Digit => 3,
        Class::Kana | Class::Hangul | Class::OtherLetter => 4,
        _ => 100 + u32::from(code),
    };
    let longer = |run: &[u16], than: [usize; 5]| than.iter().filter(|&&n| run.len() > n).count();
    runs(codes, sort)
        .into_iter()
        .map(|run| match sort(run[0]) {
            1 => 3 + longer(run, [1, 4, 8, 16, 32]) as u16,
            2 => 9 + longer(run, [1, 3, 7, 15, 31]) as u16,
            3 => 15 + longer(run, [1, 2, 4, 6, 10]) as u16,
            4 => 21,
            _ => run[0].max(22),
        })
        .collect()
}

/// What a line speaks of: pairs of Han, words of four letters and more, the first 192 of them.
fn units(codes: &[u16]) -> Vec<Vec<u16>> {
    let mut units = Vec::new();
    let sort = |code: u16| (class(code) == Class::Han, is_letter(code));
    for run in runs(codes, sort) {
        match sort(run[0]) {
            (true, _) => units.extend(run.windows(2).map(<[u16]>::to_vec)),
            (_, true) if run.len() >= 4 => units.push(run.to_vec()),
            _ => {}
        }
    }
    units.truncate(192);
    units
}

/// Runs of Latin letters, and runs of letters of other scripts than Han.
fn terms(codes: &[u16]) -> Vec<u16> {
    let sort = |code: u16| match class(code) {
        Class::LatinLower | Class::LatinUpper => 1,
        Class::Kana | Class::Hangul | Class::OtherLetter => 2,
        _ => 0,
    };
    let words = runs(codes, sort).into_iter().filter(|run| sort(run[0]) > 0);
    words.map(|word| ((hash_of_all(word, 1) >> 16) as u16).max(16)).collect()
}

/// Counts every n-gram, then looks each one up once.
fn margin(codes: &[u16], longest: usize, salt: u64, table: &Table<HEADS>, head: usize) -> f64 {
    if codes.is_empty() {
        return 0.0;
    }
    let marked: Vec<u16> = [&[1], codes, &[2]].concat();
    let mut counts: HashMap<u32, i64> = HashMap::new();
    for length in 1..=longest {
        for gram in marked.windows(length) {
            // The marks alone say nothing.
            if gram != [1] && gram != [2] {
                *counts.entry(hash(gram, salt)).or_default() += 1;
            }
        }
    }
    if codes.len() <= 16 {
        *counts.entry(hash_of_all(codes, salt)).or_default() += 1;
    }
    let n: i64 = counts.values().sum();
    let weight = |hash: u32| i64::from(table.weights[(hash >> (32 - table.bits)) as usize][head]);
    let sum: i64 = counts.iter().map(|(&hash, count)| count * weight(hash)).sum();
    sum as f64 * f64::from(table.scales[head]) / (n as f64).sqrt()
}

fn hash(gram: &[u16], salt: u64) -> u32 {
    let mut key = 0u64;
    for place in 0..4 {
        key = key << 16 | u64::from(gram.get(place).copied().unwrap_or(0));
    }
    let order = gram.len() as u64;
    key ^= (2 * salt + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ order << 32);
    ((key ^ key >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32) as u32
}

pub fn hash_of_all(codes: &[u16], salt: u64) -> u32 {
    let mut state = 0xCBF2_9CE4_8422_2325 ^ salt;
    for &code in codes {
        state = (state ^ u64::from(code)).wrapping_mul(0x0000_0100_0000_01B3);
        state ^= state >> 31;
    }
    (state.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}
