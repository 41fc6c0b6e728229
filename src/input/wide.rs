//! Encodings of two and four bytes a unit, told by the first bytes of a text: by a byte order mark, or
//! by the zero bytes that every other place holds where a text of letters and markup is UTF-16.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Bytes that are looked at.
pub(super) const SHOWN: usize = 4096;

/// Fewer units than these tell nothing.
const LEAST_UNITS: usize = 8;

/// UTF-16 without a byte order mark, where that is plain: a quarter of the units at least have zero as
/// their upper byte, few (一 is one) as their lower one, and all are sound.
///
/// Chinese prose alone has too few such units to be told from anything else; with markup or Latin words
/// in it, it has enough.
pub(super) fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    // Almost every text is left here.
    memchr::memchr(0, shown)?;
    let units = shown.as_chunks::<2>().0;
    let zeros = |place: usize| units.iter().filter(|unit| unit[place] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let encoding = if first > second { UTF_16BE } else { UTF_16LE };
    let (upper, lower) = (first.max(second), first.min(second));
    let is_plain = units.len() >= LEAST_UNITS && upper * 4 >= units.len() && lower * 8 <= upper;
    (is_plain && is_sound(units, encoding)).then_some(encoding)
}

/// Whether no unit is a control character that texts do not hold, or half of a character; what lies at
/// the end may be cut.
fn is_sound(units: &[[u8; 2]], encoding: &'static Encoding) -> bool {
    let units = units.iter().map(|unit| match encoding == UTF_16BE {
        true => u16::from_be_bytes(*unit),
        false => u16::from_le_bytes(*unit),
    });
    let mut characters = char::decode_utf16(units).peekable();
    while let Some(character) = characters.next() {
        let is_good = match character {
            Ok(character) => !character.is_control() || character.is_ascii_whitespace(),
            Err(_) => characters.peek().is_none(),
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// Whether a text begins with the byte order mark of UTF-32. That of little-endian UTF-32 begins with
/// that of UTF-16, but no text begins with a zero.
pub(super) fn is_utf32(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, is_big: bool) -> Vec<u8> {
        let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn plain_utf16_is_told_and_nothing_else_is_taken_for_it() {
        for text in
            ["A line of plain words.\r\n", "<p>天气</p>\n<p>一二三四</p>\n", "a 😀 b c d e f"]
        {
            assert_eq!(unmarked_utf16(&utf16(text, false)), Some(UTF_16LE), "{text}");
            assert_eq!(unmarked_utf16(&utf16(text, true)), Some(UTF_16BE), "{text}");
            let mut cut = utf16(text, false);
            cut.pop();
            assert_eq!(unmarked_utf16(&cut), Some(UTF_16LE), "{text}");
        }
        let long = utf16(&format!("{}😀{}", "a".repeat(SHOWN / 2 - 1), "b".repeat(9)), false);
        assert_eq!(unmarked_utf16(&long), Some(UTF_16LE));
        for bytes in [
            &b""[..],
            b"a\0b\0",
            b"plain words",
            b"words with a zero\0 and another one\0",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"a\0b\0c\0d\0\x01\0f\0g\0h\0i\0",
            b"\0a\0b\0c\0d\0e\0f\xd8\0\0g\0h\0i\0j\0k",
        ] {
            assert_eq!(unmarked_utf16(bytes), None, "{bytes:?}");
        }
        assert!(is_utf32(b"\xff\xfe\0\0a\0\0\0") && is_utf32(b"\0\0\xfe\xff"));
        assert!(!is_utf32(b"\xff\xfea\0") && !is_utf32(b""));
    }
}
