//! Lines to learn spans from: article lines with pieces of junk lines of the same fold put inside, lines
//! that came with spans, and article lines as they are.

use std::ops::Range;

use super::super::{
    corpus::{Corpus, Origin},
    random::Rng,
    synth::{Family, put_inside},
};
use crate::{
    features::position::Positions,
    input::LabelledLine,
    span::{LEAST, LEAST_LINE},
    text::{Kind, Label},
};

/// Spliced lines at most, of all folds together; twice as many find no more at the same loss.
const SPLICED: usize = 8000;
/// Article lines left as they are; four times as many find no more.
const UNTOUCHED: usize = 10000;
/// Junk that is put inside has at most this many characters, and as many again up to the next mark.
const LONGEST_PIECE: usize = 90;

/// A line to learn from.
pub struct Example {
    /// Its spans, if it has any, are in characters.
    pub line: LabelledLine,
    /// The fold of its site.
    pub fold: usize,
}

/// Draws the lines.
pub fn examples(corpus: &Corpus, seed: u64) -> Vec<Example> {
    let mut random = Rng::derive(seed, "span examples", 0);
    let mut rng = Rng::derive(seed, "spans", 0);
    let mut out = Vec::new();
    for fold in 0..corpus.folds {
        let pages = corpus.pages.iter().filter(|p| p.fold == fold && p.origin != Origin::Weak);
        let lines: Vec<&LabelledLine> = pages.flat_map(|p| &p.page.lines).collect();
        let long = |l: &&&LabelledLine| l.text.chars().count() >= LEAST_LINE;
        let mut articles: Vec<&LabelledLine> = lines
            .iter()
            .filter(|l| l.label == Label::Article && l.spans.is_empty())
            .filter(long)
            .copied()
            .collect();
        let pieces: Vec<&LabelledLine> = lines
            .iter()
            .filter(|l| l.label == Label::Junk && stands_inside(l.kind))
            .filter(|l| l.text.chars().count() >= LEAST)
            .copied()
            .collect();
        let natural = lines.iter().filter(|l| l.label == Label::Article && !l.spans.is_empty());
        out.extend(natural.map(|l| Example { line: (*l).clone(), fold }));
        random.shuffle(&mut articles);
        let (touched, rest) = articles.split_at((SPLICED / corpus.folds).min(articles.len() / 2));
        for host in touched {
            let Some(piece) = rng.choose(&pieces) else { break };
            let mut line = (*host).clone();
            put_inside(&mut line, &part(&piece.text, &mut rng), Family::LinkFarm, &mut rng);
            // A line that is junk for its larger part is not for the cutter.
            if line.label == Label::Article {
                out.push(Example { line, fold });
            }
        }
        let untouched = rest.iter().take(UNTOUCHED / corpus.folds);
        out.extend(untouched.map(|l| Example { line: (*l).clone(), fold }));
    }
    out
}

/// A piece of a junk line, mostly short.
fn part(text: &str, rng: &mut Rng) -> String {
    let chars: Vec<char> = text.chars().collect();
    let wanted = rng.skewed(LEAST, LONGEST_PIECE).min(chars.len());
    let from = if rng.chance(0.5) { 0 } else { rng.below(chars.len() + 1 - wanted) };
    let is_joint = |c: &char| !c.is_alphanumeric();
    // From one mark to the next, where there are any.
    let from = (from..chars.len() - wanted).find(|&i| i == 0 || is_joint(&chars[i - 1]));
    let from = from.unwrap_or(0);
    let to = (from + wanted..chars.len()).find(|&i| is_joint(&chars[i])).unwrap_or(chars.len());
    chars[from..to.min(from + 2 * LONGEST_PIECE)].iter().collect()
}

/// Junk that stands inside lines: what intruders put there, and what is left of buttons and lists where a
/// page was made text.
pub fn stands_inside(kind: Option<Kind>) -> bool {
    use Kind::{Ad, Adult, Download, Gambling, Markup, Meta, Related, Share, SpiderPool};
    let Some(kind) = kind else { return false };
    matches!(kind, SpiderPool | Adult | Gambling | Markup | Ad | Share | Related | Download | Meta)
}

/// A line's spans in bytes.
pub fn byte_spans(line: &LabelledLine) -> Vec<Range<usize>> {
    let mut bytes: Vec<usize> = line.text.char_indices().map(|(byte, _)| byte).collect();
    bytes.push(line.text.len());
    let spans = line.spans.iter();
    spans.filter_map(|s| Some(*bytes.get(s.start)?..*bytes.get(s.end)?)).collect()
}

/// The labels of a line's positions: whether each one's character lies in a span.
pub fn in_span(line: &LabelledLine, positions: &Positions) -> Vec<bool> {
    let spans = byte_spans(line);
    (0..positions.len())
        .map(|p| positions.byte(p, &line.text))
        .map(|byte| spans.iter().any(|s| s.contains(&byte)))
        .collect()
}
