//! Plants junk into a labelled page: blocks between its lines, pieces inside them, and now and then
//! a hard negative. Every line that was there keeps its text and label, but for the spans put in.

use super::Rng;
use super::block;
use super::family::Family;
use super::garble;
use super::lexicon::Lexicons;
use super::negatives;
use crate::input::{LabelledLine, LabelledPage};
use crate::text::Label;

/// Junk inside a line is a span only from this length on (characters); the labelling guide says so.
pub const MIN_SPAN: usize = 8;

/// Article lines shorter than this (characters) get nothing put inside them.
const MIN_HOST: usize = 14;

/// Plants blocks of junk of chosen families.
#[derive(Debug, Clone)]
pub struct Planter<'a> {
    lexicons: &'a Lexicons,
    families: Vec<Family>,
}

impl<'a> Planter<'a> {
    /// A planter that draws on these lists and families. A family that stands there twice is drawn
    /// twice as often; without any, no junk is planted.
    pub fn new(lexicons: &'a Lexicons, families: &[Family]) -> Self {
        Planter { lexicons, families: families.to_vec() }
    }

    /// Plants one to three blocks of junk into the page. The lines that were there keep order, text
    /// and label; a line that got junk inside has it in `spans`, or is junk itself where the junk is
    /// the larger part. The page's `id` and `site` stay as they are.
    pub fn plant(&self, page: &LabelledPage, rng: &mut Rng) -> LabelledPage {
        self.plant_blocks(page, rng.chance(0.3), rng)
    }

    /// As [`Planter::plant`], with a hard negative or without.
    fn plant_blocks(
        &self,
        page: &LabelledPage,
        with_negative: bool,
        rng: &mut Rng,
    ) -> LabelledPage {
        let english = is_english(page);
        let of_others = is_foreign(page);
        let mut lines = page.lines.clone();
        let mut inserts: Vec<(usize, Vec<LabelledLine>)> = Vec::new();
        for _ in 0..rng.weighted([(1, 6), (2, 3), (3, 1)]) {
            let Some(family) = rng.choose(&self.families).copied() else { break };
            let english = match (english, of_others) {
                (true, _) => rng.chance(0.9),
                // Lists in English hold what is planted all over the world.
                (_, true) => rng.chance(0.5),
                _ => rng.chance(0.05),
            };
            if family.goes_inside_lines() && rng.chance(0.22) {
                let planted = self.plant_inside(&mut lines, family, english, rng);
                if planted {
                    continue;
                }
            }
            let block = block::lines(self.lexicons, family, english, &[], rng);
            let block: Vec<_> = block.into_iter().map(|text| junk_line(text, family)).collect();
            place(block, &lines, rng, &mut inserts);
        }
        if lines.len() > 2 && with_negative {
            let block = negatives::lines(self.lexicons, english, rng);
            let block = block.into_iter().map(article_line).collect();
            inserts.push((middle_of_article(&lines, rng), block));
        }
        LabelledPage { lines: merge(lines, inserts), ..page.clone() }
    }

    /// Plants as often as a page is visited that nobody looks after, one to three times over, and
    /// makes the article speak of what is planted: one to three blocks that use its words and are
    /// article stand together within the article, or are all of it. Scattered, they would teach that
    /// an article changes its subject from line to line, as only lists of other pages do.
    pub fn plant_often(&self, page: &LabelledPage, rng: &mut Rng) -> LabelledPage {
        let lang = page.lang.as_deref().unwrap_or("zh");
        let own = format!("counter.{lang}");
        let list = if self.lexicons.has(&own) { &own } else { "counter" };
        let mut said = Vec::new();
        for _ in 0..rng.range(1, 4) {
            let block = negatives::draw(self.lexicons, list, rng).into_iter();
            said.extend(block.map(|text| match lang {
                "zh-hant" => article_line(garble::variants(&text, 0)),
                _ => article_line(text),
            }));
        }
        let mut lines = page.lines.clone();
        let first = lines.iter().position(|line| line.label == Label::Article);
        let at = match first.filter(|_| rng.chance(0.3)) {
            Some(first) => {
                lines.retain(|line| line.label != Label::Article);
                first
            }
            None => middle_of_article(&lines, rng),
        };
        let mut page = LabelledPage { lines: merge(lines, vec![(at, said)]), ..page.clone() };
        for _ in 0..rng.range(1, 4) {
            page = self.plant_blocks(&page, false, rng);
        }
        page
    }

    /// Puts a piece of junk inside some of the article lines; false where no line can take one.
    fn plant_inside(
        &self,
        lines: &mut [LabelledLine],
        family: Family,
        english: bool,
        rng: &mut Rng,
    ) -> bool {
        let mut hosts: Vec<usize> = (0..lines.len())
            .filter(|i| {
                let line = &lines[*i];
                line.label == Label::Article
                    && line.spans.is_empty()
                    && line.text.chars().count() >= MIN_HOST
            })
            .collect();
        if hosts.is_empty() {
            return false;
        }
        rng.shuffle(&mut hosts);
        let wanted = rng.skewed(1, 8).min(hosts.len());
        let same = rng.chance(0.4);
        let mut last = None;
        let mut planted = false;
        for host in hosts.into_iter().take(wanted) {
            let piece = match last.take().filter(|_| same) {
                Some(piece) => piece,
                None => self.piece(family, english, rng),
            };
            if piece.chars().count() >= MIN_SPAN {
                put_inside(&mut lines[host], &piece, family, rng);
                planted = true;
            }
            last = Some(piece);
        }
        planted
    }

    /// A piece long enough to be a span, after a few tries.
    fn piece(&self, family: Family, english: bool, rng: &mut Rng) -> String {
        let mut piece = String::new();
        for _ in 0..4 {
            piece = block::piece(self.lexicons, family, english, rng);
            if piece.chars().count() >= MIN_SPAN {
                break;
            }
        }
        piece
    }
}

/// Whether a page is English: by what it says of itself, or else by its letters.
pub(super) fn is_english(page: &LabelledPage) -> bool {
    if let Some(lang) = &page.lang {
        return lang.starts_with("en");
    }
    let chars = || page.lines.iter().take(50).flat_map(|line| line.text.chars());
    chars().filter(|c| c.is_ascii_alphabetic()).count() * 2 > chars().count().max(1)
}

/// Whether a page says that it is in a language that is neither Chinese nor English.
fn is_foreign(page: &LabelledPage) -> bool {
    page.lang.as_deref().is_some_and(|lang| !lang.starts_with("zh") && !lang.starts_with("en"))
}

pub(super) fn junk_line(text: String, family: Family) -> LabelledLine {
    LabelledLine { text, label: Label::Junk, kind: Some(family.kind()), spans: Vec::new() }
}

pub(super) fn article_line(text: String) -> LabelledLine {
    LabelledLine { text, label: Label::Article, kind: None, spans: Vec::new() }
}

/// Puts a piece at the head, the tail or within a line and labels the outcome.
pub(in crate::train) fn put_inside(
    line: &mut LabelledLine,
    piece: &str,
    family: Family,
    rng: &mut Rng,
) {
    let chars: Vec<char> = line.text.chars().collect();
    let at = match rng.below(10) {
        0..3 => 0,
        3..6 => chars.len(),
        6..8 => rng.range(1, chars.len() - 1),
        // After a mark, if the line has one inside.
        _ => {
            let marks: Vec<usize> = (0..chars.len() - 1)
                .filter(|i| {
                    matches!(chars[*i], '。' | '，' | '；' | '！' | '？' | '、' | ',' | '.')
                })
                .collect();
            rng.choose(&marks).map_or(chars.len(), |i| i + 1)
        }
    };
    let (before, after) = rng.weighted([
        (("", ""), 10),
        ((" ", " "), 3),
        (("_", ""), 1),
        (("-", ""), 1),
        (("", "："), 1),
        (("|", "|"), 1),
        (("（", "）"), 1),
        (("【", "】"), 1),
        (("(", ")"), 1),
        (("\u{3000}", ""), 1),
        (("。", "。"), 1),
        (("<!--", "-->"), 1),
    ]);
    let piece = format!("{before}{piece}{after}");
    let length = piece.chars().count();
    line.text = chars[..at]
        .iter()
        .copied()
        .chain(piece.chars())
        .chain(chars[at..].iter().copied())
        .collect();
    if length <= chars.len() {
        line.spans.push(at..at + length);
    } else {
        line.label = Label::Junk;
        line.kind = Some(family.kind());
    }
}

/// Decides where a block goes: in one place, or scattered over several.
fn place(
    block: Vec<LabelledLine>,
    lines: &[LabelledLine],
    rng: &mut Rng,
    inserts: &mut Vec<(usize, Vec<LabelledLine>)>,
) {
    let count = lines.len();
    // Now and then the same block stands twice, above and below.
    if rng.chance(0.06) {
        inserts.push((0, block.clone()));
        inserts.push((count, block));
        return;
    }
    match rng.below(20) {
        0..3 => inserts.push((0, block)),
        3..8 => inserts.push((count, block)),
        8..10 => inserts.push((1.min(count), block)),
        10..14 => inserts.push((rng.below(count + 1), block)),
        14..18 => inserts.push((middle_of_article(lines, rng), block)),
        _ => {
            for line in block {
                inserts.push((rng.below(count + 1), vec![line]));
            }
        }
    }
}

/// A place right after an article line.
fn middle_of_article(lines: &[LabelledLine], rng: &mut Rng) -> usize {
    let after: Vec<usize> =
        (0..lines.len()).filter(|i| lines[*i].label == Label::Article).map(|i| i + 1).collect();
    rng.choose(&after).copied().unwrap_or(lines.len())
}

/// Puts the inserts before the lines they name; those for one place stay in their order.
fn merge(
    lines: Vec<LabelledLine>,
    mut inserts: Vec<(usize, Vec<LabelledLine>)>,
) -> Vec<LabelledLine> {
    inserts.sort_by_key(|(at, _)| *at);
    let mut inserts = inserts.into_iter().peekable();
    let mut out = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        while let Some((_, block)) = inserts.next_if(|(at, _)| *at <= index) {
            out.extend(block);
        }
        out.push(line);
    }
    out.extend(inserts.flat_map(|(_, block)| block));
    out
}

#[cfg(test)]
mod tests {
    use super::super::noise::full_width;
    use super::super::{LinesOf, garble};
    use super::*;
    use crate::text::Kind;

    fn page(lang: &str) -> LabelledPage {
        let nav = |text: &str| LabelledLine {
            text: text.into(),
            label: Label::Junk,
            kind: Some(Kind::Nav),
            spans: vec![],
        };
        LabelledPage {
            id: "p".into(),
            site: "s".into(),
            lang: Some(lang.into()),
            set: "own".into(),
            lines: vec![
                nav("首页 | 新闻"),
                article_line("县城的老戏台修好了".into()),
                article_line("去年秋天，木匠们拆下朽坏的横梁，按原来的尺寸重新做了一遍。".into()),
                article_line("戏台不大，却是全镇人听戏的地方，逢年过节总是坐得满满当当。".into()),
                nav("返回顶部"),
            ],
            html: None,
        }
    }

    /// A line with its spans cut out.
    fn without_spans(line: &LabelledLine) -> String {
        let inside = |i: usize| line.spans.iter().any(|s| s.contains(&i));
        line.text.chars().enumerate().filter(|(i, _)| !inside(*i)).map(|(_, c)| c).collect()
    }

    #[test]
    fn the_article_of_a_hacked_page_speaks_of_it_in_one_place() {
        let lexicons = Lexicons::builtin();
        // Nothing of this family goes inside lines, so those of the page stay as they are.
        let planter = Planter::new(&lexicons, &[Family::Download]);
        let (mut within, mut instead) = (0, 0);
        for lang in ["zh", "zh-hant", "en", "de"] {
            for seed in 0..40 {
                let page = page(lang);
                let hacked = planter.plant_often(&page, &mut Rng::derive(3, lang, seed));
                let article = hacked.lines.iter().filter(|l| l.label == Label::Article);
                let is_own: Vec<bool> = article.map(|l| page.lines.contains(l)).collect();
                let said = is_own.chunk_by(|a, b| a == b).filter(|run| !run[0]).count();
                assert_eq!(said, 1, "{lang}: {:?}", hacked.lines);
                match is_own.iter().filter(|own| **own).count() {
                    3 => within += 1,
                    0 => instead += 1,
                    _ => panic!("some lines of the article are gone: {:?}", hacked.lines),
                }
                let junk = |page: &LabelledPage| {
                    page.lines.iter().filter(|l| l.label == Label::Junk).count()
                };
                assert!(junk(&hacked) > junk(&page));
            }
        }
        assert!(within > 60 && instead > 20, "{within} {instead}");
    }

    #[test]
    fn planting_keeps_every_line_and_marks_what_it_puts_inside() {
        let lexicons = Lexicons::builtin();
        let planter = Planter::new(&lexicons, &Family::ALL);
        let (mut spans, mut turned, mut grew) = (0, 0, 0);
        for copy in 0..600 {
            let before = page("zh");
            let after = planter.plant(&before, &mut Rng::derive(5, "p", copy));
            assert_eq!(
                (&after.id, &after.site, &after.lang),
                (&before.id, &before.site, &before.lang)
            );
            grew += usize::from(after.lines.len() > before.lines.len());
            let mut rest = after.lines.iter();
            for old in &before.lines {
                let kept = |new: &&LabelledLine| {
                    if new.spans.is_empty() { *new == old } else { without_spans(new) == old.text }
                };
                // A line whose larger part is junk now has the old text at one end or split.
                let swallowed = |new: &&LabelledLine| {
                    old.label == Label::Article
                        && new.label == Label::Junk
                        && is_subsequence(&old.text, &new.text)
                };
                let found = rest.find(|new| kept(new) || swallowed(new));
                let Some(found) = found else { panic!("copy {copy} lost {old:?}: {after:?}") };
                for span in &found.spans {
                    spans += 1;
                    assert_eq!(found.label, Label::Article);
                    assert!(span.len() >= MIN_SPAN && span.end <= found.text.chars().count());
                    assert!(span.len() * 2 <= found.text.chars().count());
                }
                turned += usize::from(found.label != old.label);
            }
            for line in &after.lines {
                assert!(!line.text.contains('\n'), "{line:?}");
                assert!(!line.text.chars().all(char::is_whitespace), "{line:?}");
                assert_eq!(line.kind.is_some(), line.label == Label::Junk, "{line:?}");
            }
        }
        assert!(spans > 40 && turned > 10 && grew > 400, "{spans} {turned} {grew}");
    }

    fn is_subsequence(small: &str, large: &str) -> bool {
        let mut rest = large.chars();
        small.chars().all(|c| rest.any(|d| d == c))
    }

    #[test]
    fn each_family_writes_lines_of_its_kind_in_both_languages() {
        let lexicons = Lexicons::builtin();
        for family in Family::ALL {
            assert_eq!(Family::from_name(family.name()), Some(family));
            for english in [false, true] {
                let mut distinct = std::collections::BTreeSet::new();
                for copy in 0..60 {
                    let mut rng = Rng::derive(9, family.name(), copy);
                    let lines = block::lines(&lexicons, family, english, &[], &mut rng);
                    assert!(!lines.is_empty(), "{family:?}");
                    distinct.extend(lines);
                }
                assert!(distinct.len() > 30, "{family:?} {english} wrote {}", distinct.len());
            }
            let planted = Planter::new(&lexicons, &[family])
                .plant(&LabelledPage { lines: vec![], ..page("zh") }, &mut Rng::derive(1, "e", 0));
            assert!(!planted.lines.is_empty());
            assert!(planted.lines.iter().all(|l| l.kind == Some(family.kind())), "{family:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_page() {
        let lexicons = Lexicons::builtin();
        let planter = Planter::new(&lexicons, &Family::PLANTED);
        let make = |copy| {
            let mut rng = Rng::derive(11, "p", copy);
            garble(&planter.plant(&page("zh"), &mut rng), LinesOf::Copy, &mut rng)
        };
        assert_eq!(make(3), make(3));
        assert_ne!(make(3), make(4));
    }

    #[test]
    fn pages_planted_with_one_share_hold_no_word_of_the_other() {
        let all = Lexicons::builtin();
        let share = super::super::TermShare { fold: 0, folds: 4 };
        let (held_out, rest) = (all.share(share), all.without(share));
        let planted = |lexicons: &Lexicons| {
            let mut text = String::new();
            for copy in 0..300 {
                let mut rng = Rng::derive(2, "share", copy);
                text.push_str(
                    &block::lines(lexicons, Family::LinkFarm, false, &[], &mut rng).concat(),
                );
            }
            text.chars().map(full_width).collect::<String>()
        };
        let (held_out_text, rest_text) = (planted(&held_out), planted(&rest));
        // Long product names, since short ones occur within others.
        let long = |lexicons: &Lexicons| -> Vec<String> {
            lexicons
                .terms("product")
                .filter(|t| t.chars().count() > 4)
                .map(str::to_string)
                .collect()
        };
        assert!(long(&rest).iter().any(|t| rest_text.contains(t.as_str())));
        assert!(long(&held_out).iter().any(|t| held_out_text.contains(t.as_str())));
        assert!(!long(&rest).iter().any(|t| held_out_text.contains(t.as_str())));
        assert!(!long(&held_out).iter().any(|t| rest_text.contains(t.as_str())));
    }

    #[test]
    fn the_language_is_told_by_the_letters_where_the_page_does_not_say() {
        assert!(!is_english(&page("zh")) && is_english(&page("en")));
        assert!(!is_english(&LabelledPage { lang: None, ..page("zh") }));
        let lines = vec![article_line("The old stage was repaired.".into())];
        assert!(is_english(&LabelledPage { lang: None, lines, ..page("zh") }));
        assert!(!is_english(&LabelledPage { lang: None, lines: vec![], ..page("zh") }));
    }

    #[test]
    fn a_planter_without_families_plants_no_junk() {
        let lexicons = Lexicons::builtin();
        let before = page("en");
        let after = Planter::new(&lexicons, &[]).plant(&before, &mut Rng::derive(1, "none", 0));
        let junk = |p: &LabelledPage| p.lines.iter().filter(|l| l.label == Label::Junk).count();
        assert_eq!(junk(&after), junk(&before));
    }
}
