//! The genres of made pages: what each is called in recipes, the forms it is written from, and the
//! languages it comes in.

use super::Rng;

/// A genre of made pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Genre {
    /// An article with what sites put around it.
    Article,
    /// Forum threads, boards, questions and answers, reviews: the posts are the article.
    Discussion,
    /// Lists, tables, poems, code and notices as the whole article.
    Reference,
    /// Sections of prose between boxes of facts, tables taken apart into cells, lists of works.
    Encyclopedia,
    /// Many short entries of one make, with address, hours and price, under headings.
    Guide,
    /// A short article among hundreds of headlines and teasers of others.
    Portal,
    /// Pages of which a crawl kept the text blocks only.
    Blocks,
    /// Firms, products, jobs, films: a few article lines among hundreds of others.
    Firm,
    /// Clubs, clinics, villages, hobby blogs: a line or five of menus around a short article.
    Small,
    /// Articles in German, Korean, Russian and the like, with menus in those languages.
    Foreign,
    /// Travel and food blogs: hundreds of short captions, with addresses and prices.
    Blog,
    /// Software: commands, configuration, code and errors between sentences.
    Tech,
    /// Articles into which intruders planted a lot, and that speak of what intruders sell.
    Hacked,
    /// Blocks of junk of all families.
    Mixture,
    /// Prose spun around keywords: betting, lottery, escorts, shell companies, download mirrors.
    Doorway,
    /// Headlines of other pages, with dates and menus.
    Listing,
}

impl Genre {
    /// Every genre.
    pub const ALL: [Genre; 16] = [
        Genre::Article,
        Genre::Discussion,
        Genre::Reference,
        Genre::Encyclopedia,
        Genre::Guide,
        Genre::Portal,
        Genre::Blocks,
        Genre::Firm,
        Genre::Small,
        Genre::Foreign,
        Genre::Blog,
        Genre::Tech,
        Genre::Hacked,
        Genre::Mixture,
        Genre::Doorway,
        Genre::Listing,
    ];

    /// The name used in recipes.
    pub fn name(self) -> &'static str {
        match self {
            Genre::Article => "article",
            Genre::Discussion => "discussion",
            Genre::Reference => "reference",
            Genre::Encyclopedia => "encyclopedia",
            Genre::Guide => "guide",
            Genre::Portal => "portal",
            Genre::Blocks => "blocks",
            Genre::Firm => "firm",
            Genre::Small => "small",
            Genre::Foreign => "foreign",
            Genre::Blog => "blog",
            Genre::Tech => "tech",
            Genre::Hacked => "hacked",
            Genre::Mixture => "mixture",
            Genre::Doorway => "doorway",
            Genre::Listing => "listing",
        }
    }

    /// The genre of that name.
    pub fn from_name(name: &str) -> Option<Genre> {
        Genre::ALL.into_iter().find(|genre| genre.name() == name)
    }

    /// Whether its pages hold article lines.
    pub fn has_article(self) -> bool {
        !matches!(self, Genre::Mixture | Genre::Doorway | Genre::Listing)
    }

    /// The language of one page: `zh`, `zh-hant`, `en`, or for foreign pages one
    /// of their own.
    pub fn language(self, rng: &mut Rng) -> &'static str {
        let [zh, hant, en] = match self {
            Genre::Article => [80, 10, 10],
            Genre::Discussion => [45, 25, 30],
            Genre::Reference => [62, 8, 30],
            Genre::Encyclopedia => [70, 10, 20],
            // Only the entries of such pages are short enough to write in Japanese.
            Genre::Guide if rng.chance(0.2) => return "ja",
            Genre::Guide => [70, 10, 20],
            Genre::Portal if rng.chance(0.3) => return rng.pick(PORTALS),
            Genre::Portal => [60, 10, 30],
            Genre::Blocks => [82, 8, 10],
            Genre::Firm => [74, 10, 16],
            Genre::Small if rng.chance(0.2) => return rng.pick(SMALL),
            Genre::Small => [50, 10, 40],
            Genre::Foreign => return rng.pick(FOREIGN),
            Genre::Blog if rng.chance(0.1) => return "ja",
            Genre::Blog => [45, 45, 10],
            Genre::Tech => [55, 7, 38],
            Genre::Hacked if rng.chance(0.2) => return rng.pick(FOREIGN),
            Genre::Hacked => [60, 8, 32],
            Genre::Mixture => [80, 5, 15],
            Genre::Doorway => [70, 6, 24],
            Genre::Listing => [70, 8, 22],
        };
        rng.weighted([("zh", zh), ("zh-hant", hant), ("en", en)])
    }

    /// The list that its pages are drawn from; `None` for genres with code of their own.
    pub(super) fn list(self, lang: &str) -> Option<String> {
        if matches!(self, Genre::Article | Genre::Mixture) {
            return None;
        }
        let name = match (self, lang) {
            (Genre::Hacked, "zh" | "zh-hant" | "en") => return None,
            // Articles that stand there already.
            (Genre::Hacked, _) => Genre::Foreign.name(),
            _ => self.name(),
        };
        let suffix = match lang {
            "zh" => "",
            "zh-hant" => ".hant",
            other if other.starts_with("en") => ".en",
            other => return Some(format!("page.{name}.{other}")),
        };
        Some(format!("page.{name}{suffix}"))
    }
}

/// What a hacked page was before; `Hacked` stands for an article with what sites put around it.
pub(super) const HACKED: [Genre; 12] = [
    Genre::Hacked,
    Genre::Hacked,
    Genre::Hacked,
    Genre::Hacked,
    Genre::Hacked,
    Genre::Hacked,
    Genre::Small,
    Genre::Small,
    Genre::Small,
    Genre::Reference,
    Genre::Encyclopedia,
    Genre::Guide,
];

/// Languages of foreign pages.
pub(super) const FOREIGN: [&str; 18] = [
    "de", "fr", "ja", "ja", "ko", "ko", "ru", "ru", "es", "pt", "vi", "ar", "th", "th", "it", "id",
    "tr", "pl",
];

/// Languages of small sites beside Chinese and English.
const SMALL: [&str; 15] =
    ["de", "fr", "es", "pt", "it", "ru", "pl", "tr", "vi", "id", "th", "ko", "ja", "nl", "cs"];

/// Languages of foreign portals.
const PORTALS: [&str; 11] = ["ja", "ja", "ja", "pt", "pt", "es", "de", "fr", "ko", "ru", "vi"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lists_tell_genres_and_languages_apart() {
        for genre in Genre::ALL {
            assert_eq!(Genre::from_name(genre.name()), Some(genre));
        }
        assert_eq!(Genre::from_name("thread"), None);
        assert_eq!(Genre::Firm.list("zh").as_deref(), Some("page.firm"));
        assert_eq!(Genre::Firm.list("zh-hant").as_deref(), Some("page.firm.hant"));
        assert_eq!(Genre::Discussion.list("en-gb").as_deref(), Some("page.discussion.en"));
        assert_eq!(Genre::Foreign.list("ja").as_deref(), Some("page.foreign.ja"));
        assert_eq!(Genre::Small.list("nl").as_deref(), Some("page.small.nl"));
        assert_eq!(Genre::Article.list("zh"), None);
    }
}
