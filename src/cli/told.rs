//! Errors of one input: told one by one up to a bound, then only counted, each kind by itself. A file of
//! a million lines that are all broken in the same way is one thing to know, not a million.

use std::collections::BTreeMap;

use crate::Error;

/// Errors of one kind that are told.
const MAX_TOLD: u64 = 20;
/// Kinds that are told apart; what an input has beyond them is one more. Reasons quote the input, so
/// their number is not ours.
const MAX_KINDS: usize = 50;
/// Characters of a reason that make its kind.
const MAX_CHARS: usize = 120;

/// What was told of an input.
#[derive(Debug, Default)]
pub struct Told {
    /// How often each kind came, and the reason of its first error.
    kinds: BTreeMap<String, (u64, String)>,
}

/// What is to be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It is told.
    Whole,
    /// It is told, and that further ones are not.
    Last,
    /// It is counted.
    Counted,
}

impl Told {
    /// Takes up an error.
    pub fn tell(&mut self, error: &Error) -> Telling {
        let reason = reason(error);
        let mut kind = kind_of(&reason);
        if self.kinds.len() >= MAX_KINDS && !self.kinds.contains_key(&kind) {
            kind.clear();
        }
        let of_first = || if kind.is_empty() { "of other kinds".into() } else { start(&reason) };
        let (n, _) = self.kinds.entry(kind.clone()).or_insert_with(|| (0, of_first()));
        *n += 1;
        match *n {
            ..MAX_TOLD => Telling::Whole,
            MAX_TOLD => Telling::Last,
            _ => Telling::Counted,
        }
    }

    /// How many errors of each kind were only counted, with the reason of its first one.
    pub fn counted(&self) -> impl Iterator<Item = (u64, &str)> {
        let more = self.kinds.values().filter(|(n, _)| *n > MAX_TOLD);
        more.map(|(n, reason)| (n - MAX_TOLD, reason.as_str()))
    }
}

/// What is wrong, without the place.
fn reason(error: &Error) -> String {
    match error {
        Error::BadPage { reason, .. } | Error::BadInput { reason, .. } => reason.clone(),
        Error::Io { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

fn start(reason: &str) -> String {
    reason.chars().take(MAX_CHARS).collect()
}

/// The reason without its numbers and without what it quotes of the input.
fn kind_of(reason: &str) -> String {
    let (mut kind, mut is_quoted) = (String::new(), false);
    for character in reason.chars().take(MAX_CHARS) {
        match character {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted || character.is_ascii_digit() => continue,
            _ => {}
        }
        kind.push(character);
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(line: u64, reason: &str) -> Error {
        Error::BadPage { path: "p".into(), line, reason: reason.into() }
    }

    #[test]
    fn each_kind_is_told_up_to_a_bound() {
        let mut told = Told::default();
        for line in 1..=25 {
            let one = told.tell(&bad(line, &format!("expected value (column {line})")));
            let two = told.tell(&bad(line, &format!("string \"{line} x\", expected an object")));
            let expected = match line {
                ..20 => Telling::Whole,
                20 => Telling::Last,
                _ => Telling::Counted,
            };
            assert_eq!((one, two), (expected, expected), "{line}");
        }
        assert_eq!(told.tell(&bad(26, "has no `body`")), Telling::Whole);
        let counted: Vec<_> = told.counted().collect();
        let two = "string \"1 x\", expected an object";
        assert_eq!(counted, [(5, "expected value (column 1)"), (5, two)]);
    }

    #[test]
    fn kinds_without_end_are_one() {
        let mut told = Told::default();
        for line in 0..200 {
            let letters = "x".repeat(line);
            told.tell(&bad(line as u64, &letters));
        }
        assert!(told.kinds.len() <= MAX_KINDS + 1);
        assert_eq!(told.counted().collect::<Vec<_>>().len(), 1);
        assert!(told.counted().all(|(n, reason)| n > 50 && reason == "of other kinds"));
    }
}
