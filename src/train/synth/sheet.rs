//! A page as it is written from forms with labels. In come a form from `training/forms` and the
//! paragraphs of the page; out come labelled lines.
//!
//! A mark at the head of a line of a form says what the line is: `§+` article, `§?` either,
//! `§nav:` (or any other kind) junk of that kind; `§!` gives an order. A line without a mark is what
//! the line before it is. The orders:
//!
//! | order | writes |
//! |---|---|
//! | `§!prose 1-3` | so many of the page's paragraphs, as this page lays them out |
//! | `§!cut 1-3` | so many sentences of the next paragraph, in one line |
//! | `§!tease 1-3` | the beginnings of so many of its paragraphs, as junk: an article elsewhere |
//! | `§!each 2-40 list` | one form of the list, so many times, with new words each time |
//! | `§!some 1-3 list` | so many forms of the list |
//! | `§!block nav 1-3` | so many blocks of the junk of that family |
//! | `§!above 1-1`, `§!under 1-1`, `§!below 1-1` | what sites put above, under the title, below |
//! | `§!negative 1-3` | so many lists, tables and the like, as article |

use super::Rng;
use super::block;
use super::family::Family;
use super::garble;
use super::heads::{self, HeadStyle};
use super::layout::Layout;
use super::lexicon::{Lexicons, Scope};
use super::natural::{ABOVE, BELOW, Crowd, Slot, UNDER_TITLE};
use super::negatives;
use super::teaser::TeaserStyle;
use crate::input::LabelledLine;
use crate::text::{Kind, Label};

/// How deep forms may call for forms.
const MAX_DEPTH: usize = 8;

/// More lines than this are not begun: a page of boards and posts ends somewhere.
const MAX_LINES: usize = 700;

/// One page while it is written.
pub(super) struct Sheet<'a> {
    pub(super) lexicons: &'a Lexicons,
    pub(super) headlines: &'a [&'a str],
    pub(super) english: bool,
    /// Whether what the forms write is put into variant characters.
    pub(super) traditional: bool,
    pub(super) crowd: Crowd,
    /// How the page lays out its paragraphs, and what stands before them.
    pub(super) layout: Layout,
    pub(super) indent: &'static str,
    /// How sub-headings above some of its paragraphs look, and how many it has so far; where
    /// it has any.
    pub(super) heads: Option<(HeadStyle, usize)>,
    /// How it cuts the beginnings of other articles.
    pub(super) teasers: TeaserStyle,
    /// What stands in for paragraphs that have come to their end.
    pub(super) instead: &'static str,
    /// The paragraphs that are left.
    pub(super) paragraphs: &'a [&'a str],
    pub(super) scope: Scope<'a>,
    pub(super) lines: Vec<LabelledLine>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    label: Label,
    kind: Option<Kind>,
}

const ARTICLE: Mark = Mark { label: Label::Article, kind: None };

impl Sheet<'_> {
    /// Writes one form of a list.
    pub(super) fn write(&mut self, list: &str, rng: &mut Rng) {
        self.write_at(list, 0, rng);
    }

    fn write_at(&mut self, list: &str, depth: usize, rng: &mut Rng) {
        if depth > MAX_DEPTH || self.lines.len() > MAX_LINES {
            return;
        }
        let mut text = String::new();
        self.lexicons.draw_into(list, rng, &mut self.scope, &mut text);
        let mut mark = ARTICLE;
        for line in text.split('\n') {
            let rest = match read(line) {
                Head::Mark(new, rest) => {
                    mark = new;
                    rest
                }
                Head::Order(order) => {
                    self.obey(order, depth, rng);
                    continue;
                }
                Head::None => line,
            };
            let rest = if self.traditional { garble::variants(rest, 0) } else { rest.to_string() };
            self.push(rest, mark);
        }
    }

    fn push(&mut self, text: String, mark: Mark) {
        if !text.chars().all(char::is_whitespace) {
            let Mark { label, kind } = mark;
            self.lines.push(LabelledLine { text, label, kind, spans: Vec::new() });
        }
    }

    fn obey(&mut self, order: Order, depth: usize, rng: &mut Rng) {
        let (low, high) = order.times;
        match order.verb {
            "prose" => self.prose(rng.range(low, high), rng),
            "cut" => self.sentences(rng.range(low, high), rng),
            "tease" => (0..rng.range(low, high)).for_each(|_| self.teaser(rng)),
            "each" => {
                // A site writes all its posts in one form.
                let outer = self.scope.pin_once(self.lexicons, order.object, rng);
                for _ in 0..rng.skewed(low, high) {
                    self.scope.clear();
                    self.write_at(order.object, depth + 1, rng);
                }
                self.scope.unpin(outer);
            }
            "some" => {
                for _ in 0..rng.range(low, high) {
                    self.write_at(order.object, depth + 1, rng);
                }
            }
            "block" => {
                let Some(family) = Family::from_name(order.object) else { return };
                let mark = Mark { label: Label::Junk, kind: Some(family.kind()) };
                for _ in 0..rng.range(low, high) {
                    let (lexicons, english) = (self.lexicons, self.english);
                    let block = block::lines(lexicons, family, english, self.headlines, rng);
                    for text in block {
                        let text = if self.traditional { garble::variants(&text, 0) } else { text };
                        self.push(text, mark);
                    }
                }
            }
            "negative" => {
                for _ in 0..rng.range(low, high) {
                    for text in negatives::lines(self.lexicons, self.english, rng) {
                        let text = if self.traditional { garble::variants(&text, 0) } else { text };
                        self.push(text, ARTICLE);
                    }
                }
            }
            "above" => self.slots(&ABOVE, rng),
            "under" => self.slots(&UNDER_TITLE, rng),
            "below" => self.slots(&BELOW, rng),
            _ => {}
        }
    }

    fn slots(&mut self, slots: &[Slot], rng: &mut Rng) {
        let from = self.lines.len();
        for slot in slots {
            let crowd = self.crowd;
            slot.write(self.lexicons, self.english, self.headlines, crowd, rng, &mut self.lines);
        }
        if self.traditional {
            for line in self.lines.iter_mut().skip(from) {
                line.text = garble::variants(&line.text, 0);
            }
        }
    }

    /// Writes paragraphs; those in Simplified script stay so.
    fn prose(&mut self, count: usize, rng: &mut Rng) {
        if count > 0 && self.paragraphs.is_empty() {
            return self.write_at(self.instead, MAX_DEPTH, rng);
        }
        let count = count.min(self.paragraphs.len());
        let (now, rest) = self.paragraphs.split_at(count);
        self.paragraphs = rest;
        if matches!(self.layout, Layout::Merged(_)) {
            return self.push(format!("{}{}", self.indent, now.concat()), ARTICLE);
        }
        for paragraph in now {
            if let Some((style, count)) = self.heads.filter(|_| rng.chance(0.5))
                && let Some(words) = heads::words(paragraph, rng)
            {
                self.heads = Some((style, count + 1));
                self.push(style.dress(&words, count), ARTICLE);
            }
            for line in self.layout.lines(&format!("{}{paragraph}", self.indent)) {
                self.push(line, ARTICLE);
            }
        }
    }

    /// Writes the beginning of the next paragraph as that of another article, where one is left.
    fn teaser(&mut self, rng: &mut Rng) {
        let Some((paragraph, rest)) = self.paragraphs.split_first() else { return };
        self.paragraphs = rest;
        let mark = Mark { label: Label::Junk, kind: Some(Kind::Related) };
        let text = self.teasers.write(paragraph, rng);
        self.push(text, mark);
    }

    /// Writes some sentences of the next paragraph; the rest of it is left out.
    fn sentences(&mut self, count: usize, rng: &mut Rng) {
        let Some((paragraph, rest)) = self.paragraphs.split_first() else {
            return self.write_at(self.instead, MAX_DEPTH, rng);
        };
        self.paragraphs = rest;
        let sentences = Layout::Sentences.lines(paragraph);
        let from = rng.below(sentences.len().saturating_sub(count) + 1);
        let text: String = sentences.iter().skip(from).take(count).map(String::as_str).collect();
        self.push(text.trim().to_string(), ARTICLE);
    }
}

/// What stands at the head of a line of a form.
#[derive(Debug, PartialEq, Eq)]
enum Head<'a> {
    Mark(Mark, &'a str),
    Order(Order<'a>),
    None,
}

/// An order: a verb, how often, and what of.
#[derive(Debug, PartialEq, Eq)]
struct Order<'a> {
    verb: &'a str,
    times: (usize, usize),
    object: &'a str,
}

fn read(line: &str) -> Head<'_> {
    let Some(rest) = line.strip_prefix('§') else { return Head::None };
    if let Some(rest) = rest.strip_prefix('+') {
        return Head::Mark(ARTICLE, rest);
    }
    if let Some(rest) = rest.strip_prefix('?') {
        return Head::Mark(Mark { label: Label::Either, kind: None }, rest);
    }
    if let Some(rest) = rest.strip_prefix('!') {
        return order(rest).map_or(Head::None, Head::Order);
    }
    let kind = |name: &str| Kind::ALL.into_iter().find(|kind| kind.name() == name);
    match rest.split_once(':').and_then(|(name, rest)| Some((kind(name)?, rest))) {
        Some((kind, rest)) => Head::Mark(Mark { label: Label::Junk, kind: Some(kind) }, rest),
        None => Head::None,
    }
}

/// `each 2-40 list`; `block nav 1-3` may name its object first.
fn order(text: &str) -> Option<Order<'_>> {
    let mut words = text.split_whitespace();
    let verb = words.next()?;
    let (mut times, mut object) = (None, "");
    for word in words {
        match word.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?))) {
            Some(span) => times = Some(span),
            None => object = word,
        }
    }
    Some(Order { verb, times: times?, object })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let junk = |kind| Mark { label: Label::Junk, kind: Some(kind) };
        assert_eq!(read("§+甲"), Head::Mark(ARTICLE, "甲"));
        assert_eq!(read("§comment_ui:回复"), Head::Mark(junk(Kind::CommentUi), "回复"));
        assert_eq!(read("§nope:x"), Head::None);
        assert_eq!(read("甲§+"), Head::None);
        let order = Order { verb: "block", times: (1, 3), object: "nav" };
        assert_eq!(read("§!block nav 1-3"), Head::Order(order));
        let order = Order { verb: "each", times: (2, 40), object: "bbs.push" };
        assert_eq!(read("§!each 2-40 bbs.push"), Head::Order(order));
        assert_eq!(read("§!each bbs.push"), Head::None);
    }

    #[test]
    fn every_mark_and_order_of_the_forms_means_something() {
        let lexicons = Lexicons::builtin();
        let mut marks = 0;
        for name in lexicons.names() {
            for term in lexicons.terms(name) {
                for (at, _) in term.match_indices('§') {
                    let line = term[at..].split("\\n").next().unwrap_or_default();
                    marks += 1;
                    match read(line) {
                        Head::None => panic!("{name}: {line}"),
                        Head::Mark(..) => {}
                        Head::Order(Order { verb, times, object }) => {
                            // An order may be one branch of a choice.
                            let object = object.split(['|', '}']).next().unwrap_or_default();
                            let known = match verb {
                                "each" | "some" => lexicons.has(object),
                                "block" => Family::from_name(object).is_some(),
                                "prose" | "cut" | "tease" | "negative" | "above" | "under"
                                | "below" => true,
                                _ => false,
                            };
                            assert!(known && times.0 <= times.1, "{name}: {line}");
                        }
                    }
                }
            }
        }
        assert!(marks > 300, "{marks}");
    }
}
