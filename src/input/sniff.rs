//! Whether bytes of which nothing is said are a page of HTML. What a server sent is told by its first tag, as
//! browsers do (the table of the WHATWG's MIME Sniffing, with some tags that pages begin with as well). A
//! file is, if it begins as a whole document does: texts and notes begin with `<p>` or `<b>`, too.

/// Tags that say it.
const TAGS: [&str; 36] = [
    "html", "head", "body", "title", "meta", "link", "base", "script", "style", "noscript",
    "iframe", "h1", "h2", "h3", "h4", "div", "p", "br", "a", "b", "font", "center", "table", "tr",
    "td", "ul", "ol", "span", "img", "form", "article", "section", "header", "main", "nav", "hr",
];

/// Comments and declarations before the first tag are passed within these bytes.
const SHOWN: usize = 4096;

/// Whether the line begins a document: with a doctype, or the element around everything.
pub(super) fn begins_document(line: &[u8]) -> bool {
    let starts = |tag: &str| {
        line.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    };
    starts("<!doctype html") || starts("<html") || starts("<head>") || starts("<?xml")
}

/// Whether the first tag is one of HTML, or a doctype.
pub(super) fn begins_with_tag(bytes: &[u8]) -> bool {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let mut rest = shown.strip_prefix(b"\xef\xbb\xbf").unwrap_or(shown);
    loop {
        rest = rest.trim_ascii_start();
        // What stands before an XHTML page, too.
        let ending = match rest {
            [b'<', b'!', b'-', b'-', ..] => &b"-->"[..],
            [b'<', b'?', ..] => b"?>",
            _ => break,
        };
        let Some(end) = memchr::memmem::find(rest, ending) else { return false };
        rest = rest.get(end + ending.len()..).unwrap_or_default();
    }
    let starts = |start: &str| {
        rest.get(..start.len()).is_some_and(|r| r.eq_ignore_ascii_case(start.as_bytes()))
    };
    if starts("<!doctype html") {
        return true;
    }
    let Some((b'<', tag)) = rest.split_first() else { return false };
    let Some(end) = tag.iter().position(|b| !b.is_ascii_alphanumeric()) else { return false };
    let (name, after) = tag.split_at(end);
    let is_ended =
        after.first().is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
    is_ended && TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tag_tells() {
        for page in [
            "<!DOCTYPE html><p>",
            "\u{feff}\r\n <HTML lang=zh>",
            "<!-- a <b> comment --> <!-- --><div\n>",
            "<?xml version='1.0'?><!DOCTYPE html PUBLIC",
            "<br/>",
        ] {
            assert!(begins_with_tag(page.as_bytes()), "{page}");
        }
        for other in [
            "",
            "text",
            "text <p>",
            "<",
            "<p",
            "<3 <p>",
            "<svg>",
            "<pre-table>",
            "<rss><title>",
            "<?xml version='1.0'?><feed>",
            "<!-- <html>",
            "{\"html\": \"<p>\"}",
            "<!doctype svg>",
        ] {
            assert!(!begins_with_tag(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_tag_alone_begins_no_document() {
        for page in
            ["<!DOCTYPE HTML>", "<html>", "<Html lang=zh>", "<HEAD>", "<?xml version='1.0'?>"]
        {
            assert!(begins_document(page.as_bytes()), "{page}");
        }
        for other in ["", "<p>", "<b>", "<header>", "<!-- <html>", "text"] {
            assert!(!begins_document(other.as_bytes()), "{other}");
        }
    }
}
