//! Text of pages made fit to be looked at, in a terminal or a browser: nothing in it moves the cursor,
//! changes colours, turns the direction of writing or hides.

use std::borrow::Cow;

/// The text with control characters shown as their pictures (`␛`, `␀`), and those that nobody sees, that
/// turn the direction of writing or that belong to the second set of controls by their numbers.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => out.push('␡'),
            c if is_hidden(c) => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// At most `n` characters of the text, made visible; `…` where there are more.
pub fn start(text: &str, n: usize) -> String {
    let mut chars = text.trim().chars();
    let mut start: String = chars.by_ref().take(n).collect();
    if chars.next().is_some() {
        start.push('…');
    }
    visible(&start).into_owned()
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
        // The last two of each plane are no characters.
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert!(matches!(visible("首页 | News"), Cow::Borrowed("首页 | News")));
        assert_eq!(visible("\u{1b}[31m红\u{7f}\0\r\n\t."), "␛[31m红␡␀␍␊ .");
        assert_eq!(visible("a\u{9b}31m\u{202e}b\u{200b}"), "a<U+009B>31m<U+202E>b<U+200B>");
        assert_eq!(visible("\u{61c}\u{ad}\u{1fffe}"), "<U+061C><U+00AD><U+1FFFE>");
        assert_eq!(visible("\u{e0041}龍"), "<U+E0041>龍");
        assert_eq!(start(" 甲\u{1b}乙丙 ", 3), "甲␛乙…");
        assert_eq!(start("甲乙丙", 3), "甲乙丙");
    }
}
