//! The junk that sites put around their own articles: what stands above, within and below the text,
//! each with the chance that a page has it. `compose.rs` builds pages from these.

use super::Rng;
use super::block;
use super::family::Family;
use super::lexicon::{Lexicons, Scope};
use super::plant::junk_line;
use crate::input::LabelledLine;
use crate::text::Label;

/// One thing that may stand around an article.
pub(super) struct Slot {
    /// The list its lines come from, or the family's blocks where empty.
    list: &'static str,
    /// What sort of junk it is; `None` for lines on which readers differ (bylines).
    family: Option<Family>,
    /// How many pages of 100 have it; crowded pages have more, bare pages fewer.
    percent: usize,
    /// Fewest and most draws.
    times: (usize, usize),
}

const fn slot(list: &'static str, family: Family, percent: usize, times: (usize, usize)) -> Slot {
    Slot { list, family: Some(family), percent, times }
}

/// Above the title.
pub(super) const ABOVE: [Slot; 7] = [
    slot("nav.top", Family::Nav, 35, (1, 3)),
    slot("", Family::Nav, 55, (1, 3)),
    slot("nav.menu", Family::Nav, 30, (1, 4)),
    slot("nav.search", Family::Nav, 20, (1, 2)),
    slot("nav.crumb", Family::Nav, 45, (1, 1)),
    slot("ad.lines", Family::Ad, 8, (1, 2)),
    slot("", Family::Related, 10, (1, 1)),
];

/// Between title and text.
pub(super) const UNDER_TITLE: [Slot; 4] = [
    Slot { list: "byline", family: None, percent: 65, times: (1, 1) },
    slot("meta.views", Family::Meta, 20, (1, 1)),
    slot("share.lines", Family::Share, 30, (1, 2)),
    slot("ad.lines", Family::Ad, 4, (1, 1)),
];

/// Between two paragraphs.
pub(super) const WITHIN: [Slot; 5] = [
    slot("related.inset", Family::Related, 40, (1, 3)),
    slot("ad.lines", Family::Ad, 25, (1, 1)),
    slot("nav.inset", Family::Nav, 20, (1, 1)),
    slot("share.lines", Family::Share, 8, (1, 1)),
    slot("debris.lines", Family::Debris, 10, (1, 1)),
];

/// Below the text.
pub(super) const BELOW: [Slot; 15] = [
    Slot { list: "endline", family: None, percent: 35, times: (1, 1) },
    slot("legal.notice", Family::Legal, 25, (1, 2)),
    slot("meta.tags", Family::Meta, 35, (1, 2)),
    slot("share.lines", Family::Share, 40, (1, 3)),
    slot("", Family::Ad, 12, (1, 1)),
    slot("related.prevnext", Family::Related, 45, (1, 1)),
    slot("", Family::Related, 70, (1, 4)),
    slot("comment.box", Family::CommentUi, 25, (1, 2)),
    slot("", Family::CommentUi, 18, (1, 3)),
    slot("related.ranking", Family::Related, 25, (1, 2)),
    slot("", Family::Download, 4, (1, 1)),
    slot("nav.page", Family::Nav, 12, (1, 1)),
    slot("nav.bottom", Family::Nav, 50, (1, 2)),
    slot("", Family::Debris, 6, (1, 1)),
    slot("", Family::Legal, 65, (1, 3)),
];

/// How much stands around the articles of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowd {
    /// Nearly all article.
    Bare,
    /// As most pages.
    Usual,
    /// Menus and lists in hundreds of lines.
    Crowded,
}

impl Slot {
    /// Appends what this page has of it.
    pub(super) fn write(
        &self,
        lexicons: &Lexicons,
        english: bool,
        headlines: &[&str],
        crowd: Crowd,
        rng: &mut Rng,
        out: &mut Vec<LabelledLine>,
    ) {
        let (percent, factor) = match crowd {
            Crowd::Bare => (self.percent / 4, 1),
            Crowd::Usual => (self.percent, 1),
            Crowd::Crowded => ((self.percent * 3).min(95), 3),
        };
        if rng.below(100) >= percent {
            return;
        }
        for _ in 0..rng.range(self.times.0, self.times.1 * factor) {
            match self.family {
                Some(family) if self.list.is_empty() => {
                    let block = block::lines(lexicons, family, english, headlines, rng);
                    out.extend(block.into_iter().map(|text| junk_line(text, family)));
                }
                family => {
                    let texts = self.draw(lexicons, english, headlines, rng);
                    out.extend(texts.into_iter().map(|text| match family {
                        Some(family) => junk_line(text, family),
                        None => either_line(text),
                    }));
                    // What is not a block stands once, however crowded the page.
                    if family.is_none() {
                        return;
                    }
                }
            }
        }
    }

    fn draw(
        &self,
        lexicons: &Lexicons,
        english: bool,
        headlines: &[&str],
        rng: &mut Rng,
    ) -> Vec<String> {
        let name = match self.list.split_once('.') {
            Some((family, list)) if english => format!("{family}.en.{list}"),
            None if english => format!("{}.en", self.list),
            _ => self.list.to_string(),
        };
        let name = if lexicons.has(&name) { name.as_str() } else { self.list };
        let mut text = String::new();
        lexicons.draw_into(name, rng, &mut Scope::with_headlines(headlines), &mut text);
        let lines = text.split('\n').filter(|l| !l.chars().all(char::is_whitespace));
        lines.map(str::to_string).collect()
    }
}

fn either_line(text: String) -> LabelledLine {
    LabelledLine { text, label: Label::Either, kind: None, spans: Vec::new() }
}
