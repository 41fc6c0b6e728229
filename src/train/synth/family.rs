//! The families of junk: what each is called, the kind of its lines, the lists it is written from,
//! and the shapes its blocks take.

use crate::text::Kind;

/// A family of planted or composed junk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Runs of companies, products and site titles.
    LinkFarm,
    /// Prose spun around a keyword: empty company profiles, product talk, "your name here" pages.
    Doorway,
    /// Titles of film, novel and software mirrors.
    Mirror,
    /// Keyword strings of video sites.
    Adult,
    /// Betting and lottery keywords, and the sentences spun around them.
    Gambling,
    /// Hidden elements, scripts, template variables, with or without junk in them.
    HiddenMarkup,
    /// Member and order feeds, online counters.
    Ticker,
    /// Bars of document and software sites.
    Download,
    /// Share, print and font-size bars.
    Share,
    /// Trade that has to hide: invoices, loans, forged papers, quacks, theses, followers, private
    /// servers, pills, copies of brands; in any language.
    Trade,
    /// Sales talk and contact bait.
    Ad,
    /// Headlines of other pages.
    Related,
    /// Menus, breadcrumbs, pagination, log-in and search.
    Nav,
    /// Copyright, licence numbers, addresses, disclaimers.
    Legal,
    /// Tags, categories, view counts.
    Meta,
    /// Comment boxes and readers' comments.
    CommentUi,
    /// Lone symbols, numbers, mojibake.
    Debris,
}

/// How the lines of a block are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Items joined in one line, perhaps behind a lead phrase.
    Run,
    /// One item a line.
    List,
    /// Ready-made lines.
    Lines,
    /// Items without anything between them.
    Packed,
    /// A run inside hidden markup.
    Hidden,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 17] = [
        Family::LinkFarm,
        Family::Doorway,
        Family::Mirror,
        Family::Adult,
        Family::Gambling,
        Family::HiddenMarkup,
        Family::Ticker,
        Family::Download,
        Family::Share,
        Family::Trade,
        Family::Ad,
        Family::Related,
        Family::Nav,
        Family::Legal,
        Family::Meta,
        Family::CommentUi,
        Family::Debris,
    ];

    /// The families that intruders plant; the others are what sites put around their own pages.
    pub const PLANTED: [Family; 9] = [
        Family::LinkFarm,
        Family::Doorway,
        Family::Mirror,
        Family::Adult,
        Family::Gambling,
        Family::HiddenMarkup,
        Family::Ticker,
        Family::Trade,
        Family::Ad,
    ];

    /// The name used in recipes.
    pub fn name(self) -> &'static str {
        match self {
            Family::LinkFarm => "link_farm",
            Family::Doorway => "doorway",
            Family::Mirror => "mirror",
            Family::Adult => "adult",
            Family::Gambling => "gambling",
            Family::HiddenMarkup => "hidden_markup",
            Family::Ticker => "ticker",
            Family::Download => "download",
            Family::Share => "share",
            Family::Trade => "trade",
            Family::Ad => "ad",
            Family::Related => "related",
            Family::Nav => "nav",
            Family::Legal => "legal",
            Family::Meta => "meta",
            Family::CommentUi => "comment_ui",
            Family::Debris => "debris",
        }
    }

    /// The family of that name.
    pub fn from_name(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// The kind that its lines are labelled with.
    pub fn kind(self) -> Kind {
        match self {
            Family::LinkFarm | Family::Doorway | Family::Mirror => Kind::SpiderPool,
            Family::Adult => Kind::Adult,
            Family::Gambling => Kind::Gambling,
            Family::HiddenMarkup => Kind::Markup,
            Family::Ticker => Kind::Ticker,
            Family::Download => Kind::Download,
            Family::Share => Kind::Share,
            Family::Trade | Family::Ad => Kind::Ad,
            Family::Related => Kind::Related,
            Family::Nav => Kind::Nav,
            Family::Legal => Kind::Legal,
            Family::Meta => Kind::Meta,
            Family::CommentUi => Kind::CommentUi,
            Family::Debris => Kind::Debris,
        }
    }

    /// What its lists begin with: `farm` has `farm.items`, `farm.lines`, `farm.en.items` …
    pub(super) fn lists(self) -> &'static str {
        match self {
            Family::LinkFarm => "farm",
            Family::HiddenMarkup => "markup",
            Family::CommentUi => "comment",
            other => other.name(),
        }
    }

    /// Whether sites write it themselves: without disguises, and with the usual separators.
    pub(super) fn is_natural(self) -> bool {
        !Family::PLANTED.contains(&self)
    }

    /// How often each shape is drawn.
    pub(super) fn shapes(self) -> [(Shape, usize); 5] {
        let [run, list, lines, packed, hidden] = match self {
            Family::LinkFarm => [46, 22, 18, 6, 8],
            Family::Doorway => [0, 4, 96, 0, 0],
            Family::Mirror => [45, 25, 18, 5, 7],
            Family::Adult => [42, 24, 16, 12, 6],
            Family::Gambling => [36, 22, 26, 9, 7],
            Family::HiddenMarkup => [0, 0, 60, 0, 40],
            Family::Ticker => [25, 30, 45, 0, 0],
            Family::Download | Family::Share => [30, 15, 55, 0, 0],
            Family::Trade => [26, 16, 50, 4, 4],
            Family::Ad => [8, 4, 82, 0, 6],
            Family::Related => [20, 50, 30, 0, 0],
            Family::Nav => [40, 30, 30, 0, 0],
            Family::Legal => [10, 10, 80, 0, 0],
            Family::Meta => [20, 10, 70, 0, 0],
            Family::CommentUi => [10, 15, 75, 0, 0],
            Family::Debris => [10, 60, 30, 0, 0],
        };
        [
            (Shape::Run, run),
            (Shape::List, list),
            (Shape::Lines, lines),
            (Shape::Packed, packed),
            (Shape::Hidden, hidden),
        ]
    }

    /// Whether a piece of it turns up inside a line of the article.
    pub(super) fn goes_inside_lines(self) -> bool {
        use Family::{Ad, Adult, Gambling, HiddenMarkup, LinkFarm, Mirror, Related, Share, Trade};
        matches!(
            self,
            LinkFarm | Mirror | Adult | Gambling | HiddenMarkup | Trade | Ad | Related | Share
        )
    }
}
