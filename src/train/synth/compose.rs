//! Whole generated pages: article paragraphs from prose files with what a site puts around them,
//! and pages that hold no article at all.

use super::block;
use super::family::Family;
use super::garble;
use super::lexicon::{Lexicons, Scope};
use super::natural::{ABOVE, BELOW, Crowd, Slot, UNDER_TITLE, WITHIN};
use super::negatives;
use super::plant::{article_line, junk_line};
use super::rng::Rng;
use crate::input::{LabelledLine, LabelledPage};
use crate::text::Label;

/// Builds pages around paragraphs.
#[derive(Debug, Clone)]
pub struct Composer<'a> {
    lexicons: &'a Lexicons,
    headlines: &'a [&'a str],
}

impl<'a> Composer<'a> {
    /// A composer that draws on these lists. `headlines` are those of real articles, one
    /// line each, for titles and lists of related pages in Chinese; where there are none they are
    /// composed.
    pub fn new(lexicons: &'a Lexicons, headlines: &'a [&'a str]) -> Self {
        Composer { lexicons, headlines }
    }

    /// A page with these paragraphs as its article, all of them in order: only white space and line
    /// breaks may be put between their characters. `lang` is `zh`, `zh-hant` (all that is put
    /// around the article is in variant characters) or `en`. The page is a site of its own in the
    /// set `generated`.
    pub fn compose(
        &self,
        id: &str,
        lang: &str,
        paragraphs: &[&str],
        rng: &mut Rng,
    ) -> LabelledPage {
        let english = lang.starts_with("en");
        let crowd = rng.weighted([(Crowd::Bare, 35), (Crowd::Usual, 51), (Crowd::Crowded, 14)]);
        let mut lines = Vec::new();
        self.write(&ABOVE, english, crowd, rng, &mut lines);
        if rng.chance(0.85) {
            let mut title = String::new();
            let mut scope = Scope::with_headlines(self.headlines);
            let list = if english { "headline.en" } else { "headline" };
            self.lexicons.draw_into(list, rng, &mut scope, &mut title);
            if !title.chars().all(char::is_whitespace) {
                lines.push(article_line(title));
            }
        }
        self.write(&UNDER_TITLE, english, crowd, rng, &mut lines);
        self.body(paragraphs, english, crowd, rng, &mut lines);
        self.write(&BELOW, english, crowd, rng, &mut lines);
        page(id, lang, lines)
    }

    /// A page without any article: a list page, a doorway, a menu.
    pub fn compose_junk_page(&self, id: &str, lang: &str, rng: &mut Rng) -> LabelledPage {
        let english = lang.starts_with("en");
        let crowd = rng.weighted([(Crowd::Bare, 20), (Crowd::Usual, 50), (Crowd::Crowded, 30)]);
        let mut lines = Vec::new();
        self.write(&ABOVE, english, crowd, rng, &mut lines);
        let main = rng.weighted([
            (Family::LinkFarm, 6),
            (Family::Doorway, 4),
            (Family::Mirror, 3),
            (Family::Gambling, 4),
            (Family::Adult, 3),
            (Family::Related, 5),
            (Family::Nav, 3),
            (Family::Download, 1),
            (Family::Ad, 1),
        ]);
        for _ in 0..rng.skewed(2, 12) {
            let family = if rng.chance(0.75) {
                main
            } else {
                rng.choose(&Family::ALL).copied().unwrap_or(main)
            };
            let block = block::lines(self.lexicons, family, english, self.headlines, rng);
            lines.extend(block.into_iter().map(|text| junk_line(text, family)));
        }
        self.write(&BELOW, english, crowd, rng, &mut lines);
        page(id, lang, lines)
    }

    fn write(
        &self,
        slots: &[Slot],
        english: bool,
        crowd: Crowd,
        rng: &mut Rng,
        out: &mut Vec<LabelledLine>,
    ) {
        for slot in slots {
            slot.write(self.lexicons, english, self.headlines, crowd, rng, out);
        }
    }

    /// The paragraphs, laid out in one way, with what stands between them.
    fn body(
        &self,
        paragraphs: &[&str],
        english: bool,
        crowd: Crowd,
        rng: &mut Rng,
        out: &mut Vec<LabelledLine>,
    ) {
        let layout = Layout::draw(rng);
        let indent = rng.pick(["", "", "", "　　", "　　", "    ", "\u{a0}\u{a0}"]);
        let negative = rng.chance(0.3).then(|| rng.below(paragraphs.len() + 1));
        let insets = rng.chance(0.25);
        let mut merged = String::new();
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if negative == Some(index) && merged.is_empty() {
                let block = negatives::lines(self.lexicons, english, rng);
                out.extend(block.into_iter().map(article_line));
            }
            if let Layout::Merged(count) = layout {
                merged.push_str(paragraph);
                if (index + 1) % count == 0 || index + 1 == paragraphs.len() {
                    push_article(std::mem::take(&mut merged), out);
                }
            } else {
                for line in layout.lines(&format!("{indent}{paragraph}")) {
                    push_article(line, out);
                }
            }
            if insets && index + 1 < paragraphs.len() && merged.is_empty() && rng.chance(0.3) {
                self.write(&WITHIN, english, crowd, rng, out);
            }
        }
        if negative == Some(paragraphs.len()) {
            let block = negatives::lines(self.lexicons, english, rng);
            out.extend(block.into_iter().map(article_line));
        }
    }
}

fn page(id: &str, lang: &str, mut lines: Vec<LabelledLine>) -> LabelledPage {
    if lang.to_ascii_lowercase().contains("hant") {
        for line in lines.iter_mut().filter(|line| line.label != Label::Article) {
            line.text = garble::variants(&line.text, 0);
        }
    }
    LabelledPage {
        id: id.to_string(),
        site: id.to_string(),
        lang: Some(lang.to_string()),
        set: "generated".to_string(),
        lines,
    }
}

fn push_article(text: String, out: &mut Vec<LabelledLine>) {
    if !text.chars().all(char::is_whitespace) {
        out.push(article_line(text));
    }
}

/// How paragraphs become lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One line each.
    Whole,
    /// Broken after so many characters, words kept whole where there are spaces.
    Wrapped(usize),
    /// A line for each sentence.
    Sentences,
    /// So many paragraphs in one line.
    Merged(usize),
}

impl Layout {
    fn draw(rng: &mut Rng) -> Layout {
        match rng.below(20) {
            0..13 => Layout::Whole,
            13..16 => Layout::Wrapped(rng.range(16, 80)),
            16 | 17 => Layout::Sentences,
            18 => Layout::Merged(rng.range(2, 4)),
            _ => Layout::Merged(usize::MAX),
        }
    }

    fn lines(self, paragraph: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut width = 0;
        for c in paragraph.chars() {
            let space_ends = c == ' ' || !c.is_ascii_alphanumeric();
            match self {
                Layout::Wrapped(most) if width >= most && space_ends => {
                    lines.push(std::mem::take(&mut line));
                    width = 0;
                }
                _ => {}
            }
            line.push(c);
            width += 1;
            if self == Layout::Sentences && matches!(c, '。' | '！' | '？') {
                lines.push(std::mem::take(&mut line));
            }
        }
        lines.push(line);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_break_lines_and_lose_nothing() {
        let text = "甲乙丙。丁戊己！庚";
        assert_eq!(Layout::Whole.lines(text), [text]);
        assert_eq!(Layout::Wrapped(4).lines(text), ["甲乙丙。", "丁戊己！", "庚"]);
        assert_eq!(Layout::Sentences.lines(text), ["甲乙丙。", "丁戊己！", "庚"]);
        assert_eq!(Layout::Wrapped(3).lines("ab cdef g"), ["ab cdef", " g"]);
    }

    #[test]
    fn composed_pages_hold_every_paragraph_in_order() {
        let lexicons = Lexicons::builtin();
        let headlines = ["桥修通了", "麦子熟了"];
        let composer = Composer::new(&lexicons, &headlines);
        let paragraphs =
            ["第一段说的是修桥的事，一共修了三年。", "第二段说的是收麦的事！大家都来了。"];
        let (mut junk, mut sizes) = (0, std::collections::BTreeSet::new());
        for copy in 0..300 {
            let page = composer.compose("g1", "zh", &paragraphs, &mut Rng::derive(4, "g1", copy));
            let article: String = page
                .lines
                .iter()
                .filter(|l| l.label == Label::Article)
                .flat_map(|l| l.text.chars())
                .filter(|c| !c.is_whitespace())
                .collect();
            let first = article.find(paragraphs[0]);
            let second = article.find(paragraphs[1]);
            assert!(first.is_some() && first < second, "{page:?}");
            assert!(page.lines.iter().all(|l| !l.text.contains('\n') && l.spans.is_empty()));
            junk += page.lines.iter().filter(|l| l.label == Label::Junk).count();
            sizes.insert(page.lines.len());
        }
        assert!(junk > 300 * 10 && sizes.len() > 50, "{junk} {}", sizes.len());
    }

    #[test]
    fn junk_pages_hold_no_article() {
        let lexicons = Lexicons::builtin();
        let composer = Composer::new(&lexicons, &[]);
        for copy in 0..50 {
            for lang in ["zh", "en"] {
                let page = composer.compose_junk_page("j", lang, &mut Rng::derive(4, lang, copy));
                assert!(!page.lines.is_empty());
                assert!(page.lines.iter().all(|l| l.label != Label::Article));
            }
        }
    }
}
