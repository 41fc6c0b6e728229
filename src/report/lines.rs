//! Pages line by line, coloured by what becomes of each line: its number, text, verdict and probability
//! go in. What is removed keeps its text, dimmed; colours never stand alone, the words are there too.

use std::ops::Range;

use super::Html;
use super::number::count;
use crate::text::script::Class;
use crate::text::{Group, Kind};

/// What a line is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Kept.
    Kept,
    /// Kept, but the model would not bet on it.
    Unsure,
    /// Removed, with its kind.
    Removed(Option<Kind>),
    /// A junk line that is removed, where it matters that this is right, not what kind it is.
    Found(Option<Kind>),
    /// An article line that is removed.
    Lost,
    /// A junk line that is kept.
    Left,
    /// A line that may be either.
    Either,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Look::Kept => "line kept",
            Look::Unsure => "line unsure",
            Look::Removed(kind) => match kind.map(Kind::group) {
                None => "line gone",
                Some(Group::Planted) => "line gone planted",
                Some(Group::Selling) => "line gone selling",
                Some(Group::Menus) => "line gone menus",
                Some(Group::Others) => "line gone others",
                Some(Group::SmallPrint) => "line gone small-print",
                Some(Group::LeftOver) => "line gone left-over",
            },
            Look::Found(_) => "line gone",
            Look::Lost => "line lost",
            Look::Left => "line left",
            Look::Either => "line either",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Look::Kept => "",
            Look::Unsure => "unsure",
            Look::Removed(kind) | Look::Found(kind) => kind.map_or("removed", Kind::name),
            Look::Lost => "article lost",
            Look::Left => "junk left",
            Look::Either => "either",
        }
    }
}

/// The class of the colour of a kind.
pub fn group_class(kind: Option<Kind>) -> &'static str {
    match kind.map(Kind::group) {
        None => "none",
        Some(Group::Planted) => "planted",
        Some(Group::Selling) => "selling",
        Some(Group::Menus) => "menus",
        Some(Group::Others) => "others",
        Some(Group::SmallPrint) => "small-print",
        Some(Group::LeftOver) => "left-over",
    }
}

/// A line as it is to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLook<'a> {
    /// 1-based number in its page.
    pub number: u64,
    /// The line, or its beginning.
    pub text: &'a str,
    /// Characters that are left out after it.
    pub more: u64,
    /// What becomes of it.
    pub look: Look,
    /// Probability of junk.
    pub probability: f32,
    /// Bytes that are cut out of it: sorted, apart.
    pub cuts: &'a [Range<usize>],
    /// Characters of it that are junk by label: sorted, apart.
    pub spans: &'a [Range<usize>],
    /// Whether it is the one that matters.
    pub is_focus: bool,
}

/// The first characters of a text, and how many there are after them. What is only a little longer is
/// not cut.
pub fn beginning(text: &str, limit: usize) -> (&str, u64) {
    let Some((end, _)) = text.char_indices().nth(limit) else { return (text, 0) };
    let (shown, rest) = text.split_at(end);
    match rest.chars().count() {
        few if few <= limit / 8 => (text, 0),
        more => (shown, more as u64),
    }
}

/// Writes the lines of a page; `lang` is the language of their text, empty where it is not known. A gap
/// in their numbers is not told.
pub fn lines<'a>(html: &mut Html, lang: &str, lines: impl IntoIterator<Item = LineLook<'a>>) {
    html.element("ol", &[("class", &"lines"), ("role", &"list")], |html| {
        for line in lines {
            html.newline();
            let class = line.look.class();
            let class = if line.is_focus { format!("{class} focus") } else { class.to_owned() };
            html.element("li", &[("class", &class)], |html| {
                html.element("span", &[("class", &"margin")], |html| {
                    html.text("span", &[("class", &"number")], line.number);
                    let probability = format!("{:.2}", line.probability);
                    html.text("span", &[("class", &"p")], probability);
                    html.text("span", &[("class", &"word")], line.look.word());
                });
                let name = match line.look {
                    // Struck for those who do not see how dim it is; the style takes the stroke away.
                    Look::Removed(_) | Look::Found(_) | Look::Lost => "s",
                    _ => "span",
                };
                html.element(name, &[("class", &"text"), ("lang", &lang)], |html| {
                    parts(&line, html);
                });
                if line.more > 0 {
                    let more = format!(" … {} more characters", count(line.more));
                    html.text("small", &[("class", &"soft")], more);
                }
            });
        }
    });
}

/// The text with cuts and junk spans marked.
fn parts(line: &LineLook<'_>, html: &mut Html) {
    let state = |(number, (byte, _)): (usize, (usize, char))| {
        let is_cut = line.cuts.iter().any(|cut| cut.contains(&byte));
        (byte, is_cut, line.spans.iter().any(|span| span.contains(&number)))
    };
    if line.cuts.is_empty() && line.spans.is_empty() {
        return html.say(line.text);
    }
    let states: Vec<_> = line.text.char_indices().enumerate().map(state).collect();
    let mut groups = states.chunk_by(|a, b| (a.1, a.2) == (b.1, b.2)).peekable();
    while let Some(group) = groups.next() {
        let Some(&(start, is_cut, is_span)) = group.first() else { continue };
        let end =
            groups.peek().and_then(|next| next.first()).map_or(line.text.len(), |next| next.0);
        let part = line.text.get(start..end).unwrap_or_default();
        let marked = |html: &mut Html| match is_span {
            true => html.text("mark", &[("title", &"junk inside the line, by label")], part),
            false => html.say(part),
        };
        match is_cut {
            true => html.element("del", &[], marked),
            false => marked(html),
        }
    }
}

/// Explains the looks.
pub fn legend(html: &mut Html, looks: &[(Look, &str)]) {
    html.element("ul", &[("class", &"legend")], |html| {
        for (look, words) in looks {
            html.text("li", &[("class", &look.class())], words);
        }
    });
}

/// The language of a text by its script, as `lang` has it: `zh`, `ja`, `ko`, or empty.
pub fn language<'a>(texts: impl IntoIterator<Item = &'a str>) -> &'static str {
    let (mut han, mut kana, mut hangul, mut other) = (0u32, 0u32, 0u32, 0u32);
    for c in texts.into_iter().flat_map(str::chars).take(4000) {
        match c {
            '\u{3041}'..='\u{30ff}' => kana += 1,
            '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            c if Class::of(c) == Class::Han => han += 1,
            c if c.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    // A word of Latin letters counts for about three characters.
    if hangul > han && hangul * 3 > other {
        "ko"
    } else if kana * 5 > han && kana * 3 > other {
        "ja"
    } else if han * 3 > other {
        "zh"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: LineLook<'_>) -> String {
        let mut html = Html::default();
        lines(&mut html, "zh", [line]);
        html.finish()
    }

    const LINE: LineLook<'_> = LineLook {
        number: 7,
        text: "桥修好了<i>开",
        more: 0,
        look: Look::Kept,
        probability: 0.125,
        cuts: &[],
        spans: &[],
        is_focus: false,
    };

    #[test]
    fn a_line_is_drawn_with_its_verdict() {
        let kept = written(LINE);
        assert!(
            kept.contains("<span class=\"text\" lang=\"zh\">桥修好了&lt;i&gt;开</span>"),
            "{kept}"
        );
        assert!(kept.contains("<li class=\"line kept\">"), "{kept}");
        let look = Look::Removed(Some(Kind::Gambling));
        let gone = written(LineLook { look, is_focus: true, more: 1234, ..LINE });
        assert!(gone.contains("<li class=\"line gone planted focus\">"), "{gone}");
        assert!(gone.contains("<span class=\"word\">gambling</span>"), "{gone}");
        assert!(
            gone.contains("</s><small class=\"soft\"> … 1,234 more characters</small>"),
            "{gone}"
        );
    }

    #[test]
    fn cuts_and_spans_may_overlap() {
        // Bytes 3 to 12 are 修好了, characters 3 to 6 are 了<i.
        let (cut, span) = (3..12, 3..6);
        let (cuts, spans) = (std::slice::from_ref(&cut), std::slice::from_ref(&span));
        let line = written(LineLook { cuts, spans, ..LINE });
        let mark = "<mark title=\"junk inside the line, by label\">";
        let expected =
            format!("桥<del>修好</del><del>{mark}了</mark></del>{mark}&lt;i</mark>&gt;开</span>");
        assert!(line.contains(&expected), "{line}");
    }

    #[test]
    fn long_lines_are_cut_at_a_character() {
        assert_eq!(beginning("桥修好了", 2), ("桥修", 2));
        assert_eq!(beginning("桥修", 2), ("桥修", 0));
        assert_eq!(beginning("一二三四五六七八九", 8), ("一二三四五六七八九", 0));
    }

    #[test]
    fn the_language_is_told_by_script() {
        let of = |text: &str| language([text]);
        assert_eq!(of("桥修好了 OK"), "zh");
        assert_eq!(of("橋は修理されました"), "ja");
        assert_eq!(of("다리가 수리되었다"), "ko");
        assert_eq!((of("The bridge 桥 is repaired."), of("")), ("", ""));
    }
}
