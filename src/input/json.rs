//! The fields of one JSON object, in order and unparsed, so that what is not ours can be written back
//! byte for byte; and JSON's own errors in words that fit a line of a file.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Name and unparsed value of every field, duplicates included.
pub(crate) struct Fields<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The value of a field. The last one counts where there are several, as in most JSON readers.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// A string or number as a string.
    pub(crate) fn name(&self, field: &str) -> Option<String> {
        let raw = self.get(field)?.get();
        match raw.as_bytes().first()? {
            b'"' => text_of(raw).map(|(text, _)| text).filter(|text| !text.is_empty()),
            b'-' | b'0'..=b'9' => Some(raw.to_owned()),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    fields.push((key, map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(FieldsVisitor).map(Fields)
    }
}

/// A key, borrowed where it holds no escape.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Cow<'de, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(key))
            }
            fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(key.to_owned()))
            }
        }
        deserializer.deserialize_str(KeyVisitor).map(Key)
    }
}

/// The text of a JSON string, and how many lone surrogates in it had to be replaced by U+FFFD; `None`
/// if it is no string. Some writers escape every UTF-16 unit alone, and cut between two of them.
pub(crate) fn text_of(raw: &str) -> Option<(String, usize)> {
    match serde_json::from_str::<String>(raw) {
        Ok(text) => Some((text, 0)),
        Err(_) if raw.starts_with('"') => {
            let mut deserializer = serde_json::Deserializer::from_str(raw);
            let bytes = deserializer.deserialize_byte_buf(Wtf8).ok()?;
            let mut text = String::with_capacity(bytes.len());
            let mut replaced = 0;
            let mut rest = bytes.as_slice();
            while let Some(chunk) = rest.utf8_chunks().next() {
                text.push_str(chunk.valid());
                rest = rest.get(chunk.valid().len()..).unwrap_or_default();
                if !rest.is_empty() {
                    // A surrogate is three bytes here; as UTF-8 each of them is a fault.
                    text.push(char::REPLACEMENT_CHARACTER);
                    replaced += 1;
                    rest = rest.get(3..).unwrap_or_default();
                }
            }
            Some((text, replaced))
        }
        Err(_) => None,
    }
}

/// The bytes of a string in which surrogates may stand alone.
struct Wtf8;

impl Visitor<'_> for Wtf8 {
    type Value = Vec<u8>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}

/// What is wrong with a line of JSON: serde_json counts lines within the line, which only confuses.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match said.strip_suffix(&place) {
        // Column 0 is none: the value as a whole is not what it should be.
        Some(what) if error.column() == 0 => what.to_owned(),
        Some(what) => format!("{what} (column {})", error.column()),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stay_in_order_and_unparsed() {
        let line = r#"{"a" : 1.50, "b\u0041":[1, 2] ,"a":"x"}"#;
        let fields: Fields<'_> = serde_json::from_str(line).unwrap();
        let got: Vec<_> = fields.0.iter().map(|(k, v)| (&**k, v.get())).collect();
        assert_eq!(got, [("a", "1.50"), ("bA", "[1, 2]"), ("a", "\"x\"")]);
        assert_eq!(fields.name("a").as_deref(), Some("x"));
        assert_eq!(fields.name("bA"), None);
    }

    #[test]
    fn lone_surrogates_are_replaced_one_by_one() {
        assert_eq!(text_of(r#""a\ud83d\ude00b""#), Some(("a😀b".into(), 0)));
        assert_eq!(text_of(r#""文\ud83d，\udc00""#), Some(("文\u{fffd}，\u{fffd}".into(), 2)));
        assert_eq!(text_of("12"), None);
    }

    #[test]
    fn reasons_name_the_column_only() {
        let error = serde_json::from_str::<Fields<'_>>("{\"a\": }").err().unwrap();
        assert_eq!(reason(&error), "expected value (column 7)");
    }
}
