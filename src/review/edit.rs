//! What a decision writes into one line of a labelled page: `label`, `kind`, `source` and `from` are
//! set, `confidence`, which was that of another label, goes. All other bytes stay as they are.

use std::borrow::Cow;
use std::ops::Range;

use crate::input::json::Fields;
use crate::text::{Kind, Label};

/// The `source` of a label that was decided by a person.
pub const SOURCE: &str = "hand";

/// A label to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// What the line is.
    pub label: Label,
    /// What sort of junk.
    pub kind: Option<Kind>,
    /// `sibling of PAGE:LINE`, where it was decided for a near-identical line.
    pub from: Option<&'a str>,
}

struct Member<'a> {
    name: Cow<'a, str>,
    /// From the name's quote to the end of the value.
    whole: Range<usize>,
    value: Range<usize>,
}

/// A line, an object of JSON, with the change; `None` if it is no object with `text` and `label`.
/// Applied twice, it gives what it gives once.
pub fn apply(raw: &str, change: Change<'_>) -> Option<String> {
    let members = members(raw)?;
    let of = |name: &str| members.iter().position(|member| member.name == name);
    let label = members.get(of("label")?)?;
    of("text")?;
    // As the line has them, so that what is added looks like the rest.
    let comma = raw.get(members.first()?.value.end..members.get(1)?.whole.start)?;
    let before_value = raw.get(label.whole.start..label.value.start)?;
    let colon = before_value.get(before_value.rfind('"')? + 1..)?;

    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut removed = vec![false; members.len()];
    let mut set = |name: &str, value: Option<String>, after: usize| {
        let mut found = false;
        for (member, removed) in members.iter().zip(&mut removed).filter(|(m, _)| m.name == name) {
            found = true;
            match &value {
                Some(value) => edits.push((member.value.clone(), value.clone())),
                None => *removed = true,
            }
        }
        if let (false, Some(value)) = (found, value) {
            edits.push((after..after, format!("{comma}\"{name}\"{colon}{value}")));
        }
    };
    let end = members.last()?.value.end;
    set("label", serde_json::to_string(&change.label).ok(), end);
    set("kind", change.kind.and_then(|kind| serde_json::to_string(&kind).ok()), label.value.end);
    set("source", serde_json::to_string(SOURCE).ok(), end);
    set("from", change.from.and_then(|from| serde_json::to_string(from).ok()), end);
    set("confidence", None, end);

    let mut kept_before = false;
    for (i, member) in members.iter().enumerate() {
        let is_removed = removed.get(i).copied().unwrap_or(false);
        kept_before |= !is_removed;
        if !is_removed {
            continue;
        }
        // With the comma before it; at the object's beginning, with the one after it.
        let range = match (kept_before, i.checked_sub(1).and_then(|i| members.get(i))) {
            (true, Some(previous)) => previous.value.end..member.value.end,
            _ => member.whole.start..members.get(i + 1)?.whole.start,
        };
        edits.push((range, String::new()));
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(raw.len() + 64);
    let mut from = 0;
    for (range, text) in edits {
        out.push_str(raw.get(from..range.start)?);
        out.push_str(&text);
        from = range.end;
    }
    out.push_str(raw.get(from..)?);
    Some(out)
}

fn members(raw: &str) -> Option<Vec<Member<'_>>> {
    let fields: Fields<'_> = serde_json::from_str(raw).ok()?;
    let mut members: Vec<Member<'_>> = Vec::with_capacity(fields.0.len());
    for (name, value) in fields.0 {
        let value = range_in(raw, value.get());
        // Between two members stand a comma and white space, before the first one a brace.
        let before = members.last().map_or(0, |member| member.value.end);
        let start = before + raw.get(before..value.start)?.find('"')?;
        members.push(Member { name, whole: start..value.end, value });
    }
    Some(members)
}

/// Where a part that was borrowed from a string lies in it.
pub(crate) fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    debug_assert_eq!(whole.get(start..start + part.len()), Some(part));
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAV: Change<'_> = Change { label: Label::Junk, kind: Some(Kind::Nav), from: None };
    const ARTICLE: Change<'_> = Change { label: Label::Article, kind: None, from: None };

    #[test]
    fn only_what_was_decided_changes() {
        for (raw, change, expected) in [
            (
                r#"{"n":1,"text":"甲","label":"either","confidence":null}"#,
                NAV,
                r#"{"n":1,"text":"甲","label":"junk","kind":"nav","source":"hand"}"#,
            ),
            (
                r#"{"text": "a", "label": "junk", "kind": "ad", "confidence": 0.97, "rules": ["x"], "source": "rules", "from": "sibling of p:2"}"#,
                ARTICLE,
                r#"{"text": "a", "label": "article", "rules": ["x"], "source": "hand"}"#,
            ),
            (
                r#"{"text": "a", "label": "junk", "kind": null, "mine": 1.50}"#,
                NAV,
                r#"{"text": "a", "label": "junk", "kind": "nav", "mine": 1.50, "source": "hand"}"#,
            ),
            (
                r#"{ "confidence":1, "kind":"ad","la\u0062el":"junk" , "text":"\u0061" }"#,
                ARTICLE,
                r#"{ "la\u0062el":"article" , "text":"\u0061", "source":"hand" }"#,
            ),
        ] {
            let got = apply(raw, change);
            assert_eq!(got.as_deref(), Some(expected));
            assert_eq!(apply(expected, change).as_deref(), Some(expected), "twice as once");
        }
    }

    #[test]
    fn a_sibling_says_so() {
        let change = Change { from: Some("sibling of \"p\":2"), ..NAV };
        let got = apply(r#"{"label": "junk", "text": "a"}"#, change).unwrap();
        assert_eq!(
            got,
            r#"{"label": "junk", "kind": "nav", "text": "a", "source": "hand", "from": "sibling of \"p\":2"}"#
        );
        assert_eq!(apply(&got, change).unwrap(), got);
    }

    #[test]
    fn what_is_no_line_is_left_alone() {
        for raw in ["7", "{}", r#"{"text": "a"}"#, r#"{"label": "junk"}"#, "{", ""] {
            assert_eq!(apply(raw, NAV), None, "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn other_fields_keep_their_bytes(
            names in proptest::collection::vec("[a-e]|text|label|kind|source|from|confidence", 0..8),
            label in 0usize..3,
            from in proptest::option::of("[a-z\"]{0,3}"),
        ) {
            let mut seen = std::collections::BTreeSet::new();
            let mut fields = vec![];
            for name in names.iter().map(String::as_str).chain(["text", "label"]) {
                if seen.insert(name) {
                    fields.push(format!("\"{name}\": [\"{name}\"  ]"));
                }
            }
            let raw = format!("{{{}}}", fields.join(",  "));
            let label = [Label::Article, Label::Junk, Label::Either][label];
            let kind = (label == Label::Junk).then_some(Kind::Meta);
            let change = Change { label, kind, from: from.as_deref() };
            let got = apply(&raw, change).unwrap();
            let value: serde_json::Value = serde_json::from_str(&got).unwrap();
            let ours = ["label", "kind", "source", "from", "confidence"];
            for name in seen.iter().filter(|name| !ours.contains(name)) {
                proptest::prop_assert!(got.contains(&format!("\"{name}\": [\"{name}\"  ]")), "{got}");
            }
            proptest::prop_assert_eq!(&value["label"], &serde_json::to_value(label).unwrap());
            proptest::prop_assert_eq!(value.get("kind").is_some(), kind.is_some());
            proptest::prop_assert_eq!(value.get("from").and_then(|v| v.as_str()), from.as_deref());
            proptest::prop_assert!(value.get("confidence").is_none());
            proptest::prop_assert_eq!(apply(&got, change).unwrap(), got);
        }
    }
}
