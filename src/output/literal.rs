//! Places in a JSON string as it is written: where a byte of its text stands among the escapes. Bytes of
//! the text go in, in rising order; bytes of the literal come out.

/// A JSON string with its quotes, walked from its beginning.
#[derive(Debug)]
pub(super) struct Literal<'a> {
    raw: &'a str,
    /// No escape in it: both sides count alike.
    is_plain: bool,
    /// The byte of the literal …
    raw_at: usize,
    /// … and the byte of the text that the walk has come to.
    text_at: usize,
}

impl<'a> Literal<'a> {
    pub(super) fn new(raw: &'a str) -> Self {
        let is_plain = memchr::memchr(b'\\', raw.as_bytes()).is_none();
        Literal { raw, is_plain, raw_at: 1, text_at: 0 }
    }

    /// The byte of the literal where byte `at` of the text begins. Never goes back.
    pub(super) fn raw_of(&mut self, at: usize) -> usize {
        if self.is_plain {
            return (at + 1).min(self.raw.len());
        }
        while self.text_at < at {
            let rest = self.raw.as_bytes().get(self.raw_at..).unwrap_or_default();
            match rest.first() {
                None => break,
                Some(b'\\') => {
                    let (written, meant) = escape(rest);
                    self.raw_at += written;
                    self.text_at += meant;
                }
                Some(_) => {
                    let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
                    let step = plain.min(at - self.text_at);
                    self.raw_at += step;
                    self.text_at += step;
                }
            }
        }
        self.raw_at.min(self.raw.len())
    }

    /// Every half of a pair that stands alone: where its U+FFFD begins in the text, and how many bytes
    /// of the literal it takes.
    pub(super) fn lone_surrogates(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        if self.is_plain {
            return found;
        }
        let bytes = self.raw.as_bytes();
        let (mut raw_at, mut text_at) = (1, 0);
        while let Some(next) = bytes.get(raw_at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
            (raw_at, text_at) = (raw_at + next, text_at + next);
            let rest = bytes.get(raw_at..).unwrap_or_default();
            let (written, meant) = escape(rest);
            if unit(rest).is_some_and(|unit| (0xD800..0xE000).contains(&unit)) && written == 6 {
                found.push((text_at, written));
            }
            (raw_at, text_at) = (raw_at + written, text_at + meant);
        }
        found
    }
}

/// How many bytes an escape takes, and how many its character has in UTF-8.
fn escape(bytes: &[u8]) -> (usize, usize) {
    match unit(bytes) {
        None => (2, 1),
        Some(0xD800..0xDC00) => match bytes.get(6..).and_then(unit) {
            Some(0xDC00..0xE000) => (12, 4),
            _ => (6, 3),
        },
        Some(0..0x80) => (6, 1),
        Some(0x80..0x800) => (6, 2),
        Some(_) => (6, 3),
    }
}

/// The number of an escape `\uXXXX`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_among_escapes() {
        let raw = r#""a\n\u4e2d\ud83d\ude00中\ud83d\"b""#;
        let text = "a\n中😀中\u{fffd}\"b";
        let mut literal = Literal::new(raw);
        let rest: Vec<&str> =
            text.char_indices().map(|(at, _)| &raw[literal.raw_of(at)..]).collect();
        assert_eq!(rest[1], r#"\n\u4e2d\ud83d\ude00中\ud83d\"b""#);
        assert_eq!(rest[3], r#"\ud83d\ude00中\ud83d\"b""#);
        assert_eq!(&rest[4..], [r#"中\ud83d\"b""#, r#"\ud83d\"b""#, r#"\"b""#, r#"b""#]);
        assert_eq!(literal.raw_of(text.len()), raw.len() - 1);
        assert_eq!(Literal::new(raw).lone_surrogates(), [(12, 6)]);
        let mut plain = Literal::new("\"甲乙\"");
        assert_eq!([0, 3, 6].map(|at| plain.raw_of(at)), [1, 4, 7]);
    }
}
