//! Garbles lines in the ways real pages are garbled: variant characters with their reading in
//! brackets, Traditional script, lost characters, wrong decoding. Labels stay as they are; spans
//! move with their characters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use encoding_rs::GBK;

use super::Rng;
use super::leftover::{self, LinesOf};
use super::noise::full_width;
use crate::input::{LabelledLine, LabelledPage};
use crate::text::Label;

/// Triples of simplified character, variant and reading; and pairs of synonyms.
static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

struct Tables {
    variants: BTreeMap<char, (char, &'static str)>,
    synonyms: Vec<(&'static str, &'static str)>,
}

impl Tables {
    fn read() -> Self {
        let mut variants = BTreeMap::new();
        let text = include_str!("../../../training/lexicons/variants.txt");
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let mut fields = line.split_whitespace();
            if let (Some(plain), Some(variant), Some(reading)) =
                (fields.next(), fields.next(), fields.next())
                && let (Some(plain), Some(variant)) = (plain.chars().next(), variant.chars().next())
            {
                variants.insert(plain, (variant, reading));
            }
        }
        let text = include_str!("../../../training/lexicons/synonyms.txt");
        let pairs = text.lines().filter(|l| !l.starts_with('#'));
        let pairs = pairs.filter_map(|l| l.split_once(' '));
        let synonyms = pairs.filter(|(word, _)| !word.is_empty()).collect();
        Tables { variants, synonyms }
    }
}

/// A way in which a line is garbled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Variant characters, some of them followed by their reading in brackets.
    Readings,
    /// Variant characters.
    Variants,
    /// Single characters missing.
    Lost,
    /// Punctuation missing.
    Unpunctuated,
    /// ASCII in full width, or full-width punctuation in ASCII.
    Width,
    /// U+FFFD or question marks in place of characters.
    Replaced,
    /// Spaces between characters.
    Spaced,
    /// Zero-width characters.
    Invisible,
    /// Words replaced by words of the like.
    Synonyms,
    /// A byte lost in GBK: the characters after it are read askew.
    Askew,
    /// Named and numbered entities.
    Entities,
    /// Neighbouring characters swapped or doubled.
    Shuffled,
}

const WAYS: [(Way, usize); 12] = [
    (Way::Readings, 8),
    (Way::Variants, 5),
    (Way::Lost, 4),
    (Way::Unpunctuated, 2),
    (Way::Width, 2),
    (Way::Replaced, 3),
    (Way::Spaced, 4),
    (Way::Invisible, 2),
    (Way::Synonyms, 4),
    (Way::Askew, 2),
    (Way::Entities, 2),
    (Way::Shuffled, 2),
];

/// How many garbled pages of 100 have markup left in their text, and are garbled in no other way.
const LEFT_MARKUP: usize = 8;

/// Garbles a share of the page's lines in one or two ways, or leaves markup in most of them. Article
/// lines stay article; now and then the junk is garbled as well, so that being garbled says nothing.
pub fn garble(page: &LabelledPage, lines_of: LinesOf, rng: &mut Rng) -> LabelledPage {
    if rng.below(100) < LEFT_MARKUP {
        return leftover::leave(page, lines_of, rng);
    }
    let mut ways = vec![rng.weighted(WAYS)];
    if rng.chance(0.3) {
        ways.push(rng.weighted(WAYS));
    }
    let share = rng.pick([0.1, 0.3, 0.6, 1.0, 1.0]);
    let strength = rng.pick([0.02, 0.05, 0.1, 0.25, 0.6]);
    let junk_too = rng.chance(0.4);
    let mut page = page.clone();
    for line in &mut page.lines {
        if (line.label != Label::Junk || junk_too) && rng.chance(share) {
            garble_line(line, &ways, strength, rng);
        }
    }
    page
}

/// A text with the characters of the table in their variant form; of 100 of these characters about
/// `readings` are followed by their reading in brackets, always the same ones.
pub(super) fn variants(text: &str, readings: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match TABLES.variants.get(&c) {
            Some((variant, reading)) => {
                out.push(*variant);
                if c as usize * 31 % 100 < readings {
                    out.extend(["(", reading, ")"]);
                }
            }
            None => out.push(c),
        }
    }
    out
}

/// Garbles one line. The line is worked on as cells, one a character, so that the spans can follow.
fn garble_line(line: &mut LabelledLine, ways: &[Way], strength: f64, rng: &mut Rng) {
    let mut cells: Vec<String> = line.text.chars().map(String::from).collect();
    for way in ways {
        apply(*way, &mut cells, strength, rng);
    }
    rejoin(line, &cells);
}

/// Puts a line together from its cells, one for each of its characters; the spans follow. A line of
/// which nothing would be left stays as it was.
pub(super) fn rejoin(line: &mut LabelledLine, cells: &[String]) {
    let text = cells.concat();
    if text.contains('\n') || text.chars().all(char::is_whitespace) {
        return;
    }
    if !line.spans.is_empty() {
        let mut starts = vec![0];
        for cell in cells {
            starts.push(starts.last().copied().unwrap_or(0) + cell.chars().count());
        }
        let at = |n: usize| starts.get(n).copied().unwrap_or(0);
        line.spans = line.spans.iter().map(|s| at(s.start)..at(s.end)).collect();
        line.spans.retain(|s| !s.is_empty());
    }
    line.text = text;
}

fn apply(way: Way, cells: &mut [String], strength: f64, rng: &mut Rng) {
    let tables = &*TABLES;
    let single = |cell: &str| -> Option<char> {
        let mut chars = cell.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    match way {
        Way::Readings | Way::Variants => {
            // A script converts all that it knows, and always reads the same characters aloud.
            let salt = rng.below(1 << 16);
            let brackets = rng.pick([("(", ")"), ("(", ")"), ("（", "）")]);
            let read = if way == Way::Readings { rng.range(10, 60) } else { 0 };
            let all = rng.chance(0.8);
            for cell in cells {
                let Some(c) = single(cell) else { continue };
                if let Some((variant, reading)) = tables.variants.get(&c)
                    && (all || rng.chance(0.5))
                {
                    *cell = variant.to_string();
                    if (c as usize * 31 + salt) % 100 < read {
                        cell.push_str(brackets.0);
                        cell.push_str(reading);
                        cell.push_str(brackets.1);
                    }
                }
            }
        }
        Way::Lost => {
            let strength = strength.min(0.12);
            for cell in cells {
                if rng.chance(strength) {
                    cell.clear();
                }
            }
        }
        Way::Unpunctuated => {
            let blank = if rng.chance(0.5) { " " } else { "" };
            for cell in cells {
                if matches!(
                    single(cell),
                    Some('，' | '。' | '、' | '；' | '：' | ',' | '.' | '“' | '”')
                ) {
                    *cell = blank.to_string();
                }
            }
        }
        Way::Width => {
            let widen = rng.chance(0.5);
            for cell in cells {
                let Some(c) = single(cell) else { continue };
                let to = match c {
                    '，' => ',',
                    '。' => '.',
                    '：' => ':',
                    '；' => ';',
                    '！' => '!',
                    '？' => '?',
                    '（' => '(',
                    '）' => ')',
                    '“' | '”' => '"',
                    '、' => ',',
                    c if widen => full_width(c),
                    c => c,
                };
                *cell = to.to_string();
            }
        }
        Way::Replaced => {
            let sign = rng.pick(["\u{fffd}", "?", "�", "??", "□", "？", "锟斤拷"]);
            for cell in cells {
                if rng.chance(strength.min(0.12)) {
                    *cell = sign.to_string();
                }
            }
        }
        Way::Spaced => {
            let sign = rng.pick([" ", " ", "\u{a0}", "\u{3000}"]);
            for cell in cells {
                if rng.chance(strength) {
                    cell.push_str(sign);
                }
            }
        }
        Way::Invisible => {
            let sign = rng.pick(["\u{200b}", "\u{feff}", "\u{200d}", "\u{ad}"]);
            for cell in cells {
                if rng.chance(strength) {
                    cell.push_str(sign);
                }
            }
        }
        Way::Synonyms => replace_words(cells, rng),
        Way::Askew => read_askew(cells, rng),
        Way::Entities => {
            for cell in cells {
                let entity = match single(cell) {
                    Some('“') => "&ldquo;",
                    Some('”') => "&rdquo;",
                    Some('·') => "&middot;",
                    Some('—') => "&mdash;",
                    Some('&') => "&amp;",
                    Some(' ') => "&nbsp;",
                    Some('\'' | '’') => "&#39;",
                    Some('"') => "&quot;",
                    Some('…') => "&hellip;",
                    Some('《') => "&lt;",
                    _ => continue,
                };
                *cell = entity.to_string();
            }
        }
        Way::Shuffled => {
            for index in 1..cells.len() {
                if rng.chance(strength.min(0.08)) {
                    if rng.chance(0.5) {
                        cells.swap(index - 1, index);
                    } else {
                        let doubled = cells[index].repeat(2);
                        cells[index] = doubled;
                    }
                }
            }
        }
    }
}

/// Replaces words by others from the table, the way spinning scripts do.
fn replace_words(cells: &mut [String], rng: &mut Rng) {
    let share = rng.pick([0.3, 0.7, 1.0]);
    let mut index = 0;
    while index < cells.len() {
        let found = TABLES.synonyms.iter().find(|(word, _)| {
            let mut at = index;
            word.chars().all(|c| {
                let same = cells.get(at).is_some_and(|cell| cell.chars().eq([c]));
                at += 1;
                same
            })
        });
        let Some((word, other)) = found.filter(|_| rng.chance(share)) else {
            index += 1;
            continue;
        };
        let length = word.chars().count();
        for cell in &mut cells[index..index + length] {
            cell.clear();
        }
        cells[index] = (*other).to_string();
        index += length;
    }
}

/// Reads one or a few stretches as GBK with their first byte lost.
fn read_askew(cells: &mut [String], rng: &mut Rng) {
    for _ in 0..rng.range(1, 3) {
        let from = rng.below(cells.len().max(1));
        let to = (from + rng.range(3, 14)).min(cells.len());
        let Some(stretch) = cells.get_mut(from..to) else { return };
        let text = stretch.concat();
        let (bytes, _, lossy) = GBK.encode(&text);
        let Some(rest) = bytes.get(1..).filter(|_| !lossy) else { continue };
        let (askew, _) = GBK.decode_without_bom_handling(rest);
        let askew = askew.replace(char::is_control, "?");
        for cell in stretch.iter_mut() {
            cell.clear();
        }
        if let Some(first) = stretch.first_mut() {
            *first = askew;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LabelledLine {
        LabelledLine { text: text.into(), label: Label::Article, kind: None, spans: vec![] }
    }

    #[test]
    fn every_way_but_the_losing_ones_changes_text_and_moves_spans() {
        let text =
            "记者从会上获悉，发展数据“已经”公布，专家认为 这些问题可以解决。广告词在这里甲乙丙丁";
        let span = text.chars().count() - 11..text.chars().count();
        for (way, _) in WAYS {
            let mut changed = 0;
            for copy in 0..20 {
                let mut host = line(text);
                host.spans = std::iter::once(span.clone()).collect();
                garble_line(&mut host, &[way], 0.25, &mut Rng::derive(3, "way", copy));
                changed += usize::from(host.text != text);
                assert_eq!(host.label, Label::Article);
                let length = host.text.chars().count();
                assert!(host.spans.iter().all(|s| s.end == length), "{way:?}");
            }
            assert!(changed >= 15, "{way:?} changed {changed} of 20");
        }
    }

    #[test]
    fn variants_are_written_with_and_without_readings() {
        assert_eq!(variants("发展网络", 0), "發展網絡");
        assert_eq!(variants("发a", 100), "發(fā)a");
    }

    #[test]
    fn readings_follow_the_characters_they_belong_to() {
        let mut cells: Vec<String> = "发展".chars().map(String::from).collect();
        let mut rng = Rng::derive(1, "readings", 0);
        let seen = (0..200).any(|_| {
            let mut cells = cells.clone();
            apply(Way::Readings, &mut cells, 1.0, &mut rng);
            cells.concat() == "發(fā)展"
        });
        assert!(seen);
        apply(Way::Variants, &mut cells, 1.0, &mut rng);
        assert!(["發展", "发展"].contains(&cells.concat().as_str()));
    }
}
