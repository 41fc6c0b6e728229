//! What a line is said to be. `training/LABELLING.md` tells how the words are meant.

use serde::{Deserialize, Serialize};

/// The label of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// What the page was published to say.
    Article,
    /// What the site or an intruder put around it.
    Junk,
    /// Neither choice hurts; never learned from and never scored.
    Either,
}

/// What sort of junk a junk line is. For reports only: no decision depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Planted runs of company, product or site titles.
    SpiderPool,
    /// Planted sexual keywords.
    Adult,
    /// Planted betting and lottery keywords.
    Gambling,
    /// Sales talk and contact bait.
    Ad,
    /// Menus, breadcrumbs, pagination, site names.
    Nav,
    /// Headlines of other pages, rankings, tag clouds.
    Related,
    /// Share buttons and follow-us lines.
    Share,
    /// Copyright, licence numbers, disclaimers.
    Legal,
    /// File size, points and format lines of document sites.
    Download,
    /// Member feeds, order feeds, online counters.
    Ticker,
    /// Comment boxes, reply counters, readers' comments below an article.
    CommentUi,
    /// Front matter, tags, view counts, ids.
    Meta,
    /// Left-over tags, scripts, template variables.
    Markup,
    /// Mojibake, lone symbols, empty bullets.
    Debris,
}

impl Kind {
    /// Every kind, in the order of the labelling guide.
    pub const ALL: [Kind; 14] = [
        Kind::SpiderPool,
        Kind::Adult,
        Kind::Gambling,
        Kind::Ad,
        Kind::Nav,
        Kind::Related,
        Kind::Share,
        Kind::Legal,
        Kind::Download,
        Kind::Ticker,
        Kind::CommentUi,
        Kind::Meta,
        Kind::Markup,
        Kind::Debris,
    ];

    /// Whether intruders and template sites plant such lines; the other kinds are what sites put
    /// around their own pages. Left-over markup is not among them: a post kept with its tags is full of it.
    pub fn is_planted(self) -> bool {
        matches!(
            self,
            Kind::SpiderPool | Kind::Adult | Kind::Gambling | Kind::Download | Kind::Ticker
        )
    }

    /// What it is drawn as: six colours can be told apart, fourteen cannot.
    pub fn group(self) -> Group {
        match self {
            Kind::SpiderPool | Kind::Adult | Kind::Gambling => Group::Planted,
            Kind::Ad | Kind::Download | Kind::Ticker => Group::Selling,
            Kind::Nav | Kind::Share => Group::Menus,
            Kind::Related | Kind::CommentUi => Group::Others,
            Kind::Legal | Kind::Meta => Group::SmallPrint,
            Kind::Markup | Kind::Debris => Group::LeftOver,
        }
    }

    /// The name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SpiderPool => "spider_pool",
            Kind::Adult => "adult",
            Kind::Gambling => "gambling",
            Kind::Ad => "ad",
            Kind::Nav => "nav",
            Kind::Related => "related",
            Kind::Share => "share",
            Kind::Legal => "legal",
            Kind::Download => "download",
            Kind::Ticker => "ticker",
            Kind::CommentUi => "comment_ui",
            Kind::Meta => "meta",
            Kind::Markup => "markup",
            Kind::Debris => "debris",
        }
    }
}

/// Kinds that share a colour where pages are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Link farms, sexual and betting keywords.
    Planted,
    /// Sales talk, downloads, tickers.
    Selling,
    /// Menus and share bars.
    Menus,
    /// Other pages' headlines, other people's comments.
    Others,
    /// Legal lines and facts about the page.
    SmallPrint,
    /// Markup and debris.
    LeftOver,
}
