//! Whole generated pages: paragraphs with what a site puts around them, in the form of their genre,
//! and pages that hold no article at all.

use super::Rng;
use super::block;
use super::family::Family;
use super::garble;
use super::genre::{Genre, HACKED};
use super::heads::{self, HeadStyle};
use super::layout::Layout;
use super::lexicon::{Lexicons, Scope};
use super::natural::{ABOVE, BELOW, Crowd, Slot, UNDER_TITLE, WITHIN};
use super::negatives;
use super::plant::{article_line, junk_line};
use super::sheet::Sheet;
use super::teaser::TeaserStyle;
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

    /// A page of a genre. Paragraphs are used from the first on, as many as the page has room for;
    /// a genre without article uses none. `lang` is one that [`Genre::language`] gives. The page is
    /// a site of its own in the set `generated`.
    pub fn make(
        &self,
        genre: Genre,
        id: &str,
        lang: &str,
        paragraphs: &[&str],
        rng: &mut Rng,
    ) -> LabelledPage {
        // Sites of all genres are broken into, not only those with long articles.
        let base = match genre {
            Genre::Hacked => rng.pick(HACKED),
            other => other,
        };
        let own = base.list(lang).map(|list| self.or_plain(list));
        let list = own
            .filter(|list| self.lexicons.has(list))
            .or_else(|| genre.list(lang).map(|list| self.or_plain(list)));
        match (genre, list) {
            (Genre::Mixture, _) => self.mixture(id, lang, rng),
            (_, Some(list)) => self.write_form(genre, &list, id, lang, paragraphs, rng),
            _ => self.compose(id, lang, paragraphs, rng),
        }
    }

    /// The list itself, or where Traditional script has none of its own the general one.
    fn or_plain(&self, list: String) -> String {
        match list.strip_suffix(".hant") {
            Some(plain) if !self.lexicons.has(&list) => plain.to_string(),
            _ => list,
        }
    }

    fn write_form(
        &self,
        genre: Genre,
        list: &str,
        id: &str,
        lang: &str,
        paragraphs: &[&str],
        rng: &mut Rng,
    ) -> LabelledPage {
        let english = lang.starts_with("en");
        let headlines = if english { &[] } else { self.headlines };
        let instead = match (genre, english) {
            (Genre::Discussion, false) => "say.long",
            (Genre::Discussion, true) => "say.en.long",
            (_, false) => "plain",
            (_, true) => "plain.en",
        };
        let mut sheet = Sheet {
            lexicons: self.lexicons,
            headlines,
            // What has no form in the page's own language stands there in English.
            english: !lang.starts_with("zh"),
            traditional: lang.ends_with("hant"),
            crowd: rng.weighted([(Crowd::Bare, 35), (Crowd::Usual, 51), (Crowd::Crowded, 14)]),
            layout: Layout::draw(rng),
            indent: rng.pick(["", "", "", "　　", "    "]),
            heads: rng.chance(0.2).then(|| (HeadStyle::draw(rng), 0)),
            teasers: TeaserStyle::draw(!lang.starts_with("zh"), rng),
            instead,
            paragraphs,
            scope: Scope::with_headlines(headlines),
            lines: Vec::new(),
        };
        sheet.write(list, rng);
        finish(id, lang, sheet.lines)
    }

    /// A page with these paragraphs as its article, all of them in order: within a paragraph only
    /// white space and line breaks may be put between its characters. `lang` is `zh`, `zh-hant` (all that is put
    /// around the article is in variant characters) or `en`.
    fn compose(&self, id: &str, lang: &str, paragraphs: &[&str], rng: &mut Rng) -> LabelledPage {
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
    fn mixture(&self, id: &str, lang: &str, rng: &mut Rng) -> LabelledPage {
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
        let style = rng.chance(0.3).then(|| HeadStyle::draw(rng));
        let (often, decoys) = (rng.pick([0.3, 0.6, 1.0]), rng.chance(0.4));
        let mut count = 0;
        let mut merged = String::new();
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if negative == Some(index) && merged.is_empty() {
                let block = negatives::lines(self.lexicons, english, rng);
                out.extend(block.into_iter().map(article_line));
            }
            if let Some(style) = style.filter(|_| merged.is_empty()) {
                if decoys && index > 0 && rng.chance(0.25) {
                    let mut scope = Scope::with_headlines(self.headlines);
                    let decoy = style.decoy(self.lexicons, english, &mut scope, rng);
                    out.extend(decoy.into_iter().map(|text| junk_line(text, Family::Related)));
                }
                if rng.chance(often)
                    && let Some(words) = heads::words(paragraph, rng)
                {
                    push_article(style.dress(&words, count), out);
                    count += 1;
                }
            }
            if let Layout::Merged(most) = layout {
                merged.push_str(paragraph);
                if (index + 1) % most == 0 || index + 1 == paragraphs.len() {
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
    finish(id, lang, lines)
}

fn finish(id: &str, lang: &str, lines: Vec<LabelledLine>) -> LabelledPage {
    LabelledPage {
        id: id.to_string(),
        site: id.to_string(),
        lang: Some(lang.to_string()),
        set: "generated".to_string(),
        lines,
        html: None,
    }
}

fn push_article(text: String, out: &mut Vec<LabelledLine>) {
    if !text.chars().all(char::is_whitespace) {
        out.push(article_line(text));
    }
}

#[cfg(test)]
mod tests {
    use super::super::genre::FOREIGN;
    use super::*;

    const PARAGRAPHS: [&str; 2] =
        ["第一段说的是修桥的事，一共修了三年。", "第二段说的是收麦的事！大家都来了。"];

    #[test]
    fn composed_pages_hold_every_paragraph_in_order() {
        let lexicons = Lexicons::builtin();
        let headlines = ["桥修通了", "麦子熟了"];
        let composer = Composer::new(&lexicons, &headlines);
        // Some layouts put white space in the place of marks.
        let letters =
            |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
        let (mut junk, mut sizes) = (0, std::collections::BTreeSet::new());
        for copy in 0..300 {
            let mut rng = Rng::derive(4, "g1", copy);
            let page = composer.make(Genre::Article, "g1", "zh", &PARAGRAPHS, &mut rng);
            let article: String = page
                .lines
                .iter()
                .filter(|l| l.label == Label::Article)
                .map(|l| letters(&l.text))
                .collect();
            let [first, second] = PARAGRAPHS.map(|paragraph| article.find(&letters(paragraph)));
            assert!(first.is_some() && first < second, "{page:?}");
            assert!(page.lines.iter().all(|l| !l.text.contains('\n') && l.spans.is_empty()));
            junk += page.lines.iter().filter(|l| l.label == Label::Junk).count();
            sizes.insert(page.lines.len());
        }
        assert!(junk > 300 * 10 && sizes.len() > 50, "{junk} {}", sizes.len());
    }

    #[test]
    fn pages_of_every_genre_are_labelled_and_differ() {
        let lexicons = Lexicons::builtin();
        let composer = Composer::new(&lexicons, &[]);
        let languages = ["zh", "zh-hant", "en"];
        for genre in Genre::ALL {
            let foreign = genre == Genre::Foreign;
            for lang in if foreign { &FOREIGN[..] } else { &languages[..] } {
                let mut sizes = std::collections::BTreeSet::new();
                for copy in 0..80 {
                    let mut rng = Rng::derive(4, lang, copy);
                    let page = composer.make(genre, "j", lang, &PARAGRAPHS, &mut rng);
                    let article = page.lines.iter().any(|l| l.label == Label::Article);
                    assert_eq!(article, genre.has_article(), "{genre:?} {lang} {page:?}");
                    for line in &page.lines {
                        assert!(!line.text.contains(['\n', '§']), "{genre:?} {line:?}");
                        assert_eq!(line.kind.is_some(), line.label == Label::Junk, "{line:?}");
                    }
                    let again = composer.make(
                        genre,
                        "j",
                        lang,
                        &PARAGRAPHS,
                        &mut Rng::derive(4, lang, copy),
                    );
                    assert_eq!(page, again);
                    sizes.insert(page.lines.len());
                }
                assert!(sizes.len() > 10, "{genre:?} {lang}: {sizes:?}");
            }
        }
    }

    #[test]
    fn posts_are_article_in_discussions_and_junk_below_articles() {
        let lexicons = Lexicons::builtin();
        let composer = Composer::new(&lexicons, &[]);
        let (mut posts, mut ui) = (0, 0);
        for copy in 0..60 {
            let mut rng = Rng::derive(8, "thread", copy);
            let page = composer.make(Genre::Discussion, "d", "zh", &PARAGRAPHS, &mut rng);
            posts += page.lines.iter().filter(|l| l.label == Label::Article).count();
            ui +=
                page.lines.iter().filter(|l| l.kind == Some(crate::text::Kind::CommentUi)).count();
        }
        assert!(posts > 60 * 5 && ui > 60, "{posts} {ui}");
    }
}
