//! The one place where HTML and SVG are written. Names of elements and attributes are the program's
//! own; values and text may come from anywhere, are escaped here, and characters that hide or turn the
//! direction of writing are made visible.

use std::fmt::{self, Display, Write as _};

use crate::text::visible::visible;

/// An attribute: its name and its value.
pub type Attribute<'a> = (&'static str, &'a dyn Display);

/// Elements without content, which have no end tag.
const VOID: [&str; 2] = ["br", "meta"];

/// HTML on its way.
///
/// ```
/// let mut html = dechaff::report::Html::default();
/// html.element("p", &[("class", &"a\"b")], |html| html.say("<b>\u{202e}"));
/// assert_eq!(html.finish(), "<p class=\"a&quot;b\">&lt;b&gt;&lt;U+202E&gt;</p>");
/// ```
#[derive(Debug, Default)]
pub struct Html {
    out: String,
}

impl Html {
    /// Writes an element with its content; nothing is put into one that has none.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        content: impl FnOnce(&mut Html),
    ) {
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            self.say(value);
            self.out.push('"');
        }
        self.out.push('>');
        if VOID.contains(&name) {
            return;
        }
        content(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Writes an element that holds nothing but text.
    pub fn text(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: impl Display) {
        self.element(name, attributes, |html| html.say(text));
    }

    /// Writes text.
    pub fn say(&mut self, text: impl Display) {
        // Writing into a string cannot fail.
        let _ = write!(Escaped(&mut self.out), "{text}");
    }

    /// Ends a line of the file, for people who read it.
    pub fn newline(&mut self) {
        self.out.push('\n');
    }

    /// Writes what the program itself brings, as it is: the document type and the style sheet.
    pub(super) fn own(&mut self, text: &'static str) {
        self.out.push_str(text);
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }
}

/// Escapes what is written through it.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in visible(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let mut html = Html::default();
        let hostile = "</title><script>alert('1')</script>&\"\u{1b}\u{200b}";
        html.element("p", &[("title", &hostile)], |html| {
            html.element("br", &[], |_| unreachable!());
            html.say(hostile);
        });
        let escaped = "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;␛&lt;U+200B&gt;";
        assert_eq!(html.finish(), format!("<p title=\"{escaped}\"><br>{escaped}</p>"));
    }
}
