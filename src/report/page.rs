//! The page around a report: head, style, title, sections, and the headline figures at its top. The
//! page follows the reader's light or dark setting and fits a phone.

use std::fmt::Display;

use super::{Cell, Html};

const STYLE: &str = include_str!("style.css");

/// A whole page: `body` writes what follows the heading.
pub fn page(title: &str, subtitle: impl Display, body: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::default();
    html.own("<!doctype html>\n");
    html.element("html", &[("lang", &"en")], |html| {
        html.element("head", &[], |html| {
            html.element("meta", &[("charset", &"utf-8")], |_| ());
            let content = "width=device-width,initial-scale=1";
            html.element("meta", &[("name", &"viewport"), ("content", &content)], |_| ());
            html.text("title", &[], title);
            html.element("style", &[], |html| html.own(STYLE));
        });
        html.newline();
        html.element("body", &[], |html| {
            html.element("header", &[], |html| {
                html.text("h1", &[], title);
                html.text("p", &[("class", &"soft")], subtitle);
            });
            html.newline();
            html.element("main", &[], body);
            html.newline();
            let made = format!("dechaff {}", env!("CARGO_PKG_VERSION"));
            html.text("footer", &[("class", &"soft")], made);
        });
    });
    html.newline();
    html.finish()
}

/// A part of the page under a heading of its own, with a sentence on how to read it where one is needed.
pub fn section(
    html: &mut Html,
    heading: &str,
    explanation: impl Display,
    content: impl FnOnce(&mut Html),
) {
    html.newline();
    html.element("section", &[], |html| {
        html.text("h2", &[], heading);
        let explanation = explanation.to_string();
        if !explanation.is_empty() {
            html.text("p", &[("class", &"soft about")], explanation);
        }
        content(html);
    });
}

/// A headline figure.
#[derive(Debug)]
pub struct Card {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: Cell,
    /// How far it can be trusted, or what it is made of.
    pub detail: String,
}

/// The headline figures, in their order.
pub fn cards(html: &mut Html, cards: impl IntoIterator<Item = Card>) {
    html.newline();
    html.element("dl", &[("class", &"cards")], |html| {
        for card in cards {
            html.element("div", &[], |html| {
                html.text("dt", &[], card.label);
                html.element("dd", &[], |html| {
                    card.value.write(html);
                    html.text("small", &[], card.detail);
                });
            });
        }
    });
}
