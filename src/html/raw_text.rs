//! Where a script or a style sheet ends. More than half of the bytes of many pages lie inside of one, and
//! the parser would look at each of them.
//!
//! The rules are those of the HTML standard for raw text and script data, 13.2.5.3 to 13.2.5.31.

use memchr::memchr;

/// Text that is no markup, up to its own end tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawText {
    /// The content of a script. After `<!--` and until `-->` a `<script` in it needs a `</script` of its own.
    Script,
    /// The content of a style sheet.
    Style,
}

impl RawText {
    /// How many bytes of the text come before the end tag; all of them where there is none.
    pub fn length(self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let end = match self {
            RawText::Script => end_of_script(bytes),
            RawText::Style => signs(bytes, 0).find(|&at| is_tag(&bytes[at..], b"</style")),
        };
        end.unwrap_or(bytes.len())
    }
}

/// The places of `<` from a place on.
fn signs(bytes: &[u8], from: usize) -> impl Iterator<Item = usize> {
    let next = move |from: usize| Some(from + memchr(b'<', bytes.get(from..)?)?);
    std::iter::successors(next(from), move |&at| next(at + 1))
}

/// Whether a tag of this name is here: what follows the name ends it.
fn is_tag(bytes: &[u8], tag: &[u8]) -> bool {
    let ends = |byte| matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' | b'/' | b'>');
    bytes.split_at_checked(tag.len()).is_some_and(|(name, rest)| {
        name.eq_ignore_ascii_case(tag) && rest.first().is_some_and(|&byte| ends(byte))
    })
}

fn end_of_script(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let (at, is_end) = signs(bytes, from).find_map(|at| {
            let is_end = is_tag(&bytes[at..], b"</script");
            (is_end || bytes[at..].starts_with(b"<!--")).then_some((at, is_end))
        })?;
        if is_end {
            return Some(at);
        }
        // Its own dashes may be those of `-->`.
        let inside = at + b"<!".len();
        let (length, is_end) = escaped(&bytes[inside..])?;
        if is_end {
            return Some(inside + length);
        }
        from = inside + length;
    }
}

/// How far what begins with the dashes of `<!--` goes, and whether the script ends there.
fn escaped(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut is_double = false;
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'<', b'-', &bytes[at..])?;
        let here = &bytes[at..];
        if here.starts_with(b"-->") {
            return Some((at + b"-->".len(), false));
        }
        match is_double {
            false if is_tag(here, b"</script") => return Some((at, true)),
            false if is_tag(here, b"<script") => is_double = true,
            true if is_tag(here, b"</script") => is_double = false,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::RawText::{Script, Style};

    #[test]
    fn raw_text_ends_at_its_own_end_tag() {
        for (raw, text, length) in [
            (Script, "a</script>", 1),
            (Script, "a < b</sCRipt\n>c", 5),
            (Script, "a</style></scripts></script/>", 19),
            (Script, "</script", 8),
            (Script, "", 0),
            (Style, "a</script><b>的</style >", 16),
            (Style, "<!--</style>-->", 4),
            // A comment in it changes nothing until it holds the start of another script …
            (Script, "<!--</script>-->", 4),
            (Script, "<!--<script></script>--></script>", 24),
            (Script, "<!--<script></script></script>", 21),
            // … and its own dashes may end it.
            (Script, "<!--><script></script></script>", 13),
            (Script, "<!---><script></script></script>", 14),
            (Script, "<!--<script>--></script>", 15),
            (Script, "<!--<script></script", 20),
        ] {
            assert_eq!(raw.length(text), length, "{text}");
        }
    }
}
