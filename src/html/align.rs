//! Gold text tells what each line of its page is: lines and gold in, one label a line out. A long
//! line that stands in the gold is article, and those lines are anchors: what lies between two of
//! them is compared only with the gold between them, so that a menu entry is not taken for the
//! sub-heading of the same words. What is neither here nor there is `either`.

use std::collections::HashSet;
use std::ops::Range;

use crate::text::Label;

/// Lines of at least this many characters, white space left out, can be anchors.
const ANCHOR: usize = 14;
/// Anchors that are put in order; a page with more uses the first.
const MAX_ANCHORS: usize = 4000;
/// Shingles of this many characters are compared where a line is not found whole.
const SHINGLE: usize = 4;
/// From this share of known shingles on a line is article, and …
const MOSTLY: f64 = 0.85;
/// … up to this share it is junk.
const HARDLY: f64 = 0.4;

/// Labels the lines of a page by its gold text. Neither white space nor case counts.
pub fn align<'a>(lines: impl IntoIterator<Item = &'a str>, gold: &str) -> Vec<Label> {
    let lines: Vec<String> = lines.into_iter().map(tidy).collect();
    let gold_lines: HashSet<String> = gold.lines().map(tidy).filter(|l| !l.is_empty()).collect();
    let gold = tidy(gold);
    let shingles: HashSet<&str> = shingles(&gold).collect();
    let anchors = anchors(&lines, &gold);
    let mut labels = vec![Label::Junk; lines.len()];
    let mut from = 0;
    let mut gold_from = 0;
    let ends = anchors.iter().cloned().map(Some).chain(std::iter::once(None));
    for end in ends {
        let (to, gold_to) = match &end {
            Some((line, place)) => (*line, place.start),
            None => (lines.len(), gold.len()),
        };
        let gap = gold_from.min(gold_to)..gold_to;
        between(&lines, from..to, &gold, gap, from == 0, &mut labels);
        if let Some((line, place)) = end {
            labels[line] = Label::Article;
            (from, gold_from) = (line + 1, place.end);
        }
    }
    for (label, line) in labels.iter_mut().zip(&lines) {
        if *label == Label::Junk {
            *label = elsewhere(line, &gold, &gold_lines, &shingles);
        }
    }
    labels
}

/// Long lines that stand in the gold, each with its place there, as many as go in order
/// (heaviest increasing subsequence, weighed by length).
fn anchors(lines: &[String], gold: &str) -> Vec<(usize, Range<usize>)> {
    let candidates: Vec<(usize, Range<usize>)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.chars().count() >= ANCHOR)
        .filter_map(|(index, line)| {
            let start = gold.find(line.as_str())?;
            Some((index, start..start + line.len()))
        })
        .take(MAX_ANCHORS)
        .collect();
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(candidates.len());
    for (index, (_, place)) in candidates.iter().enumerate() {
        let before = (0..index).filter(|&j| candidates[j].1.end <= place.start);
        // The nearest of equals.
        let before = before.max_by_key(|&j| (best[j].0, j));
        best.push((before.map_or(0, |j| best[j].0) + place.len(), before));
    }
    let mut chain = Vec::new();
    let mut at = (0..best.len()).max_by_key(|&j| (best[j].0, std::cmp::Reverse(j)));
    while let Some(index) = at {
        chain.push(candidates[index].clone());
        at = best[index].1;
    }
    chain.reverse();
    chain
}

/// Labels the lines of a stretch that stand, one after the other, in the gold of the same stretch.
/// Before the first anchor they are looked for from the end: a headline stands right above its
/// article, its twin in the menu further up.
fn between(
    lines: &[String],
    stretch: Range<usize>,
    gold: &str,
    gap: Range<usize>,
    is_first: bool,
    labels: &mut [Label],
) {
    let (mut from, mut to) = (gap.start, gap.end);
    let find = |line: &str, from: usize, to: usize, backward: bool| {
        let gold = gold.get(from..to)?;
        let at = if backward { gold.rfind(line)? } else { gold.find(line)? };
        Some(from + at)
    };
    let mut visit = |index: usize| {
        let line = lines[index].as_str();
        if line.is_empty() {
            return;
        }
        if let Some(at) = find(line, from, to, is_first) {
            labels[index] = Label::Article;
            if is_first {
                to = at;
            } else {
                from = at + line.len();
            }
        }
    };
    if is_first {
        stretch.rev().for_each(&mut visit);
    } else {
        stretch.for_each(&mut visit);
    }
}

/// The label of a line that does not stand where it should.
fn elsewhere(
    line: &str,
    gold: &str,
    gold_lines: &HashSet<String>,
    shingles: &HashSet<&str>,
) -> Label {
    let n = line.chars().count();
    if n < ANCHOR {
        // A line of the gold in another place: a headline that is shown twice, or its like in a menu.
        let is_twin = n >= SHINGLE && gold_lines.contains(line);
        return if is_twin { Label::Either } else { Label::Junk };
    }
    if gold.contains(line) {
        return Label::Either;
    }
    let (mut known, mut all) = (0usize, 0usize);
    for shingle in self::shingles(line) {
        all += 1;
        known += usize::from(shingles.contains(shingle));
    }
    match known as f64 / all.max(1) as f64 {
        share if share >= MOSTLY => Label::Article,
        share if share > HARDLY => Label::Either,
        _ => Label::Junk,
    }
}

fn shingles(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.char_indices().map(|(at, _)| at);
    let ends = starts.clone().skip(SHINGLE).chain(std::iter::once(text.len()));
    starts.zip(ends).map(|(start, end)| &text[start..end])
}

fn tidy(text: &str) -> String {
    let seen = |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.chars().filter(seen).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_are_article_only_in_their_place() {
        let gold = "新馆开放\n市图书馆周六开放新馆，读者可凭身份证办理手续。\n交通\n\
            乘坐三号线到文化广场站下车，出站后向东步行五分钟。";
        let lines = [
            "新闻",
            "交通",
            "新馆开放",
            "新馆开放",
            "分享到",
            "市图书馆周六开放新馆，读者可凭身份证办理手续。",
            "交通",
            "乘坐三号线到文化广场站下车， 出站后向东步行五分钟。",
            "交通",
            "版权所有",
        ];
        use Label::{Article as A, Either as E, Junk as J};
        assert_eq!(align(lines, gold), [J, J, E, A, J, A, A, A, J, J]);
    }

    #[test]
    fn a_line_that_differs_a_little_is_found_by_its_shingles() {
        let gold =
            "The new library opens on Saturday and readers may come from nine in the morning.";
        let lines = [
            "The new library opens on Saturday and readers may come from nine in the morning .. (photo)",
            "The new library opens on Saturday and nobody knows who is going to pay for its many books",
            "Subscribe to our newsletter to get the latest stories",
        ];
        assert_eq!(align(lines, gold), [Label::Article, Label::Either, Label::Junk]);
    }

    #[test]
    fn without_gold_all_is_junk() {
        assert_eq!(align(["a", "", "b"], ""), [Label::Junk; 3]);
        assert_eq!(align([], "x"), []);
    }
}
