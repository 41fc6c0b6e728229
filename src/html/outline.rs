//! The tree of a page as its lines see it: elements in document order, each with the stretch of lines
//! it holds, and for each line the element it stands in.

use std::ops::Range;

use html5ever::LocalName;

/// What an element is, or stands in: bits of [`Element::within`].
pub mod within {
    /// `<article>`.
    pub const ARTICLE: u32 = 1;
    /// `<main>`.
    pub const MAIN: u32 = 1 << 1;
    /// `<nav>`.
    pub const NAV: u32 = 1 << 2;
    /// `<aside>`.
    pub const ASIDE: u32 = 1 << 3;
    /// `<header>`.
    pub const HEADER: u32 = 1 << 4;
    /// `<footer>`.
    pub const FOOTER: u32 = 1 << 5;
    /// `<form>`.
    pub const FORM: u32 = 1 << 6;
    /// `<ul>`, `<ol>`, `<menu>`, `<dl>`.
    pub const LIST: u32 = 1 << 7;
    /// `<table>`.
    pub const TABLE: u32 = 1 << 8;
    /// `<h1>`.
    pub const HEADING_1: u32 = 1 << 9;
    /// `<h2>` and `<h3>`.
    pub const HEADING_2: u32 = 1 << 10;
    /// `<h4>` to `<h6>`.
    pub const HEADING_4: u32 = 1 << 11;
    /// `<p>`.
    pub const PARAGRAPH: u32 = 1 << 12;
    /// `<blockquote>`.
    pub const QUOTE: u32 = 1 << 13;
    /// `<pre>`, `<code>`, `<listing>`, `<xmp>`.
    pub const CODE: u32 = 1 << 14;
    /// `<figure>`, `<figcaption>`, `<caption>`.
    pub const CAPTION: u32 = 1 << 15;
    /// `<button>`, `<label>`, `<fieldset>`.
    pub const CONTROL: u32 = 1 << 16;
    /// `<noscript>` and `<template>`.
    pub const FALLBACK: u32 = 1 << 17;
    /// Hidden by an attribute of its own or of an element around it.
    pub const HIDDEN: u32 = 1 << 18;
    /// `<section>`.
    pub const SECTION: u32 = 1 << 19;
    /// `<time>`.
    pub const TIME: u32 = 1 << 20;
    /// Text in the colour of its ground.
    pub const UNSEEN: u32 = 1 << 21;
    /// How many bits there are.
    pub const COUNT: usize = 22;
}

/// What the words of an element's class and id say that it is: bits of [`Element::named`].
pub mod named {
    /// Readers' comments, or replies.
    pub const COMMENTS: u16 = 1;
    /// Other pages.
    pub const RELATED: u16 = 1 << 1;
    /// A notice, a dialogue, a form to sign in.
    pub const NOTICE: u16 = 1 << 2;
    /// What stands beside, above or below the main part.
    pub const SIDE: u16 = 1 << 3;
    /// To share or follow.
    pub const SHARE: u16 = 1 << 4;
    /// The text of the article.
    pub const BODY: u16 = 1 << 5;
    /// Not shown.
    pub const TUCKED: u16 = 1 << 6;
    /// A board: threads, questions and answers.
    pub const BOARD: u16 = 1 << 7;
    /// How many bits there are.
    pub const COUNT: usize = 8;
}

/// An element of the body that holds text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name, in lower case.
    pub name: LocalName,
    /// Its `id`, or nothing.
    pub id: Box<str>,
    /// Index of the element around it; the first element is its own.
    pub parent: u32,
    /// How many elements are around it.
    pub depth: u32,
    /// One past the last element inside it.
    pub end: u32,
    /// The lines it holds, or holds a part of.
    pub lines: Range<u32>,
    /// What it is and stands in, see [`within`].
    pub within: u32,
    /// What its own names say, see [`named`].
    pub named: u16,
    /// Equal for elements of the same name and classes.
    pub signature: u32,
    /// Where its tokens lie in [`Outline::tokens`].
    pub tokens: Range<u32>,
}

/// A line and what the tags around its text say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextLine {
    /// Its place in the document's text.
    pub bytes: Range<usize>,
    /// The innermost element that holds all of it.
    pub element: u32,
    /// Characters, without white space.
    pub characters: u32,
    /// Those inside links.
    pub in_links: u32,
    /// Those in bold or strong type.
    pub in_bold: u32,
    /// How many links it holds or is part of.
    pub links: u32,
    /// What all of its text stands in, see [`within`].
    pub within: u32,
}

impl Element {
    /// As [`TextLine::is_hidden`].
    pub fn is_hidden(&self) -> bool {
        is_hidden(self.within)
    }
}

impl TextLine {
    /// Whether it is marked as what no reader sees: until a script shows it, unless none runs, or, said with
    /// `aria-hidden`, where the page is read aloud.
    pub fn is_hidden(&self) -> bool {
        is_hidden(self.within)
    }
}

fn is_hidden(within: u32) -> bool {
    within & (within::HIDDEN | within::FALLBACK) != 0
}

/// Elements and lines of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// In document order; parents come before their children.
    pub elements: Vec<Element>,
    /// In reading order.
    pub lines: Vec<TextLine>,
    /// Hashes of names, classes, ids and roles, element by element.
    pub tokens: Vec<u32>,
}

impl Outline {
    /// The elements around a line, from the innermost out.
    pub fn around(&self, line: usize) -> impl Iterator<Item = u32> + '_ {
        let first = self.lines.get(line).map(|line| line.element);
        std::iter::successors(first.filter(|&e| (e as usize) < self.elements.len()), |&element| {
            let parent = self.elements.get(element as usize)?.parent;
            (parent != element).then_some(parent)
        })
    }

    /// The way from the root to a line's element, as `html/body/div#main/p`.
    pub fn path(&self, line: usize) -> String {
        let mut names: Vec<String> = self
            .around(line)
            .filter_map(|element| self.elements.get(element as usize))
            .map(
                |Element { name, id, .. }| {
                    if id.is_empty() { name.to_string() } else { format!("{name}#{id}") }
                },
            )
            .collect();
        names.reverse();
        names.join("/")
    }
}
