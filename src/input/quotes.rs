//! Pages that are ASCII but for the quotation marks and dashes of windows-1252, which word processors
//! leave: told from pages of a few characters of East Asia, whose bytes may be the same.

/// Whether all that is not ASCII are quotation marks and dashes as windows-1252 has them, with few other
/// signs. Any of these bytes may be a part of a character elsewhere, but no text of some length has only
/// such parts.
pub(super) fn is_ascii_with_quotes(bytes: &[u8]) -> bool {
    let mut has_quotes = false;
    bytes.iter().filter(|b| !b.is_ascii()).all(|byte| {
        has_quotes |= matches!(byte, 0x91..=0x97);
        // …, ™, a space, ©, ®
        matches!(byte, 0x91..=0x97 | 0x85 | 0x99 | 0xa0 | 0xa9 | 0xae)
    }) && has_quotes
}

/// The same where an encoding was named in which two bytes are a character: a page may hold one or two of
/// these, so the marks have to stand where marks stand. 年 in Shift_JIS is a closing quotation mark
/// and a letter, but what closes a quotation has no letter behind it.
pub(super) fn outweigh_a_name(bytes: &[u8]) -> bool {
    if !is_ascii_with_quotes(bytes) {
        return false;
    }
    let (mut certain, mut odd) = (0usize, 0usize);
    for (at, &mark) in bytes.iter().enumerate().filter(|(_, b)| matches!(b, 0x91..=0x97)) {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
        let after = bytes.get(at + 1).copied();
        let is_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
        let is_lower = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase());
        // “It’s” has an apostrophe, and `pro–anti` a dash.
        let is_inside = match mark {
            0x92 => before.is_some_and(|b| b.is_ascii_alphabetic()) && is_lower(after),
            0x96 | 0x97 => is_lower(before) && is_lower(after),
            _ => false,
        };
        // No character ends with such a byte.
        let is_ended = after.is_some_and(|b| b < 0x40 && !b.is_ascii_digit());
        certain += usize::from(before.is_none_or(|b| b.is_ascii()) && (is_inside || is_ended));
        odd += usize::from(match mark {
            0x91 | 0x93 | 0x95 => is_word(before),
            0x92 => is_word(after) && !is_word(before),
            0x94 => is_word(after),
            _ => false,
        });
    }
    certain > 4 * odd
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_1252};

    #[test]
    fn marks_that_stand_as_such_outweigh_a_name() {
        for text in [
            "It’s here.",
            "<p>“Twice,” she said</p>",
            "the boys’ room",
            "now – or never",
            "a pro–anti divide",
            "‘So,’ they say, ‘’twas so, and it’s not. It’ll be seen – some day – in the boys’ book…’",
            "Copyright © 2004\u{a0}– the author’s",
        ] {
            let (bytes, _, lossy) = WINDOWS_1252.encode(text);
            assert!(!lossy && outweigh_a_name(&bytes), "{text}");
        }
    }

    #[test]
    fn a_character_or_two_do_not() {
        // All that have only such bytes, beside what stands beside a character.
        let around =
            [("<b>", "</b>"), ("2024", " news"), ("(", ")"), (" ", " "), ("NHK ", "/"), ("", "")];
        let mut n_tried = 0;
        for encoding in [GBK, BIG5, SHIFT_JIS, EUC_KR] as [&'static Encoding; 4] {
            for character in ('\u{4e00}'..='\u{9fff}').chain('\u{ac00}'..='\u{d7a3}') {
                let character = character.to_string();
                let (bytes, _, lossy) = encoding.encode(&character);
                if lossy || !is_ascii_with_quotes(&bytes) {
                    continue;
                }
                for (before, after) in around {
                    let page = [before.as_bytes(), &bytes, after.as_bytes()].concat();
                    assert!(!outweigh_a_name(&page), "{before}{character}{after}");
                    n_tried += 1;
                }
            }
        }
        assert!(n_tried > 1000, "{n_tried}");
    }
}
