//! Gold text tells what each line of its page is: lines and gold in, one label a line out. A long
//! line that stands in the gold is article, and those lines are anchors: what lies between two of
//! them is compared only with the gold between them, so that a menu entry is not taken for the
//! sub-heading of the same words. What is neither here nor there is `either`.

use std::collections::HashSet;
use std::ops::Range;

use super::lines::is_unseen;
use crate::text::Label;

/// Lines of at least this many characters, white space left out, can be anchors.
const ANCHOR: usize = 14;
/// Anchors that are put in order; a page with more uses the first.
const MAX_ANCHORS: usize = 4000;
/// Shingles of this weight are compared where a line is not found whole: four Han characters, or eight
/// letters. Four letters of any line stand somewhere in a long text of its language.
const SHINGLE: usize = 8;
/// From here on most characters are words or syllables: Han, kana, Hangul.
const IDEOGRAPHS: char = '\u{2E80}';
/// Lines of fewer characters are in the gold by chance.
const TWIN: usize = 4;
/// From this share of known shingles on a line is article, and …
const MOSTLY: f64 = 0.85;
/// … up to this share it is junk.
const HARDLY: f64 = 0.4;

/// A line to be labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlignedLine<'a> {
    /// As a reader sees it.
    pub text: &'a str,
    /// Whether it is hidden from a reader.
    pub is_hidden: bool,
}

/// Labels the lines of a page by its gold text. Neither white space nor case counts. The gold has an
/// article once: hidden lines that say again what visible ones of the article say are left open.
pub fn align<'a>(lines: impl IntoIterator<Item = AlignedLine<'a>>, gold: &str) -> Vec<Label> {
    let (lines, hidden): (Vec<String>, Vec<bool>) =
        lines.into_iter().map(|line| (tidy(line.text), line.is_hidden)).unzip();
    let gold_lines: HashSet<String> = gold.lines().map(tidy).filter(|l| !l.is_empty()).collect();
    let gold = tidy(gold);
    let shingles: HashSet<&str> = shingles(&gold).collect();
    let anchors = anchors(&lines, &hidden, &gold);
    let in_view: HashSet<&str> = lines
        .iter()
        .zip(&hidden)
        .filter(|(_, hidden)| !**hidden)
        .map(|(l, _)| l.as_str())
        .collect();
    // What stands hidden and in view is looked for where it is in view.
    let is_twin = |index: usize| hidden[index] && in_view.contains(lines[index].as_str());
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
        let stretch = (from..to).filter(|&index| !is_twin(index)).collect::<Vec<_>>();
        between(&lines, &stretch, &gold, gap, from == 0, &mut labels);
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
    leave_copies_open(&lines, &hidden, &mut labels);
    labels
}

/// Opens the labels of hidden lines of article that say again what visible ones say.
fn leave_copies_open(lines: &[String], hidden: &[bool], labels: &mut [Label]) {
    if !hidden.contains(&true) {
        return;
    }
    let seen: HashSet<&str> = lines
        .iter()
        .zip(hidden)
        .zip(&*labels)
        .filter(|((_, is_hidden), label)| !**is_hidden && **label == Label::Article)
        .flat_map(|((line, _), _)| shingles(line))
        .collect();
    for ((line, is_hidden), label) in lines.iter().zip(hidden).zip(labels) {
        if *is_hidden && *label == Label::Article && share_of(line, &seen) >= MOSTLY {
            *label = Label::Either;
        }
    }
}

/// Share of the shingles of a line that are among the known ones.
fn share_of(line: &str, known: &HashSet<&str>) -> f64 {
    let (mut found, mut all) = (0usize, 0usize);
    for shingle in shingles(line) {
        all += 1;
        found += usize::from(known.contains(shingle));
    }
    found as f64 / all.max(1) as f64
}

/// Long lines that stand in the gold, each with its place there, as many as go in order
/// (heaviest increasing subsequence, weighed by length); hidden ones only where none is seen.
fn anchors(lines: &[String], hidden: &[bool], gold: &str) -> Vec<(usize, Range<usize>)> {
    let of = |is_hidden: bool| -> Vec<(usize, Range<usize>)> {
        let candidates = lines
            .iter()
            .enumerate()
            .filter(|(index, line)| hidden[*index] == is_hidden && line.chars().count() >= ANCHOR);
        candidates
            .filter_map(|(index, line)| {
                let start = gold.find(line.as_str())?;
                Some((index, start..start + line.len()))
            })
            .take(MAX_ANCHORS)
            .collect()
    };
    let candidates = Some(of(false)).filter(|seen| !seen.is_empty()).unwrap_or_else(|| of(true));
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
    stretch: &[usize],
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
        stretch.iter().rev().copied().for_each(&mut visit);
    } else {
        stretch.iter().copied().for_each(&mut visit);
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
        let is_twin = n >= TWIN && gold_lines.contains(line);
        return if is_twin { Label::Either } else { Label::Junk };
    }
    if gold.contains(line) {
        return Label::Either;
    }
    match share_of(line, shingles) {
        share if share >= MOSTLY => Label::Article,
        share if share > HARDLY => Label::Either,
        _ => Label::Junk,
    }
}

/// Stretches of text of the same weight, one from each character on; a lighter text is one by itself.
fn shingles(text: &str) -> impl Iterator<Item = &str> {
    let (mut start, mut end, mut sum) = (0, 0, 0);
    std::iter::from_fn(move || {
        while sum < SHINGLE
            && let Some(next) = text[end..].chars().next()
        {
            sum += weight(next);
            end += next.len_utf8();
        }
        let first = text[start..].chars().next()?;
        let shingle = (sum >= SHINGLE || start == 0).then(|| &text[start..end])?;
        sum -= weight(first);
        start += first.len_utf8();
        Some(shingle)
    })
}

/// A character that stands for a word or a syllable says as much as two letters.
fn weight(c: char) -> usize {
    if c < IDEOGRAPHS { 1 } else { 2 }
}

fn tidy(text: &str) -> String {
    let seen = |c: &char| !c.is_whitespace() && !is_unseen(*c);
    text.chars().filter(seen).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> AlignedLine<'_> {
        AlignedLine { text, is_hidden: false }
    }

    fn hidden(text: &str) -> AlignedLine<'_> {
        AlignedLine { text, is_hidden: true }
    }

    fn labels<const N: usize>(lines: [&str; N], gold: &str) -> Vec<Label> {
        align(lines.map(seen), gold)
    }

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
        assert_eq!(labels(lines, gold), [J, J, E, A, J, A, A, A, J, J]);
    }

    #[test]
    fn a_line_that_differs_a_little_is_found_by_its_shingles() {
        let gold =
            "The new library opens on Saturday and readers may come from nine in the morning.";
        let lines = [
            "The new library opens on Saturday and readers may come from nine in the morning .. (photo)",
            "The new library opens on Saturday and readers, it is said, will have to bring their own books",
            "Subscribe to our newsletter to get the latest stories",
        ];
        assert_eq!(labels(lines, gold), [Label::Article, Label::Either, Label::Junk]);
    }

    #[test]
    fn without_gold_all_is_junk() {
        assert_eq!(labels(["a", "", "b"], ""), [Label::Junk; 3]);
        assert_eq!(labels([], "x"), []);
    }

    #[test]
    fn what_stands_hidden_as_well_is_left_open() {
        let bridge = "老桥在村口，去年被水冲走了一半，今年又修好了。";
        let village = "村里人都说好，孩子们上学近了三里路。";
        let folded = "放学以后，孩子们在桥上钓鱼，大人们在桥头下棋。";
        let gold = ["老桥修好了", bridge, "交通", village, folded].join("\n");
        let joined = format!("{bridge} {village}");
        let lines = [
            // A copy for machines in one line, without the sub-heading, and one for small screens.
            hidden(&joined),
            hidden(bridge),
            seen("老桥修好了"),
            seen(bridge),
            seen("分享到"),
            // Too short to be an anchor; the one in view is the sub-heading.
            hidden("交通"),
            seen("交通"),
            seen(village),
            // Folded away, and nowhere else.
            hidden(folded),
        ];
        use Label::{Article as A, Either as E, Junk as J};
        assert_eq!(align(lines, &gold), [E, E, A, A, J, J, A, A, A]);
    }
}
