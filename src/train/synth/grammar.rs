//! Terms with slots: a term such as `{city}{product}{厂家|批发}` is read once into parts, and
//! expanded into text as often as needed. What the lists are and where they come from is in
//! `lexicon.rs`.
//!
//! `{name}` draws from a list; `{=name}` draws once and then repeats it; `{name*2-5:、}` draws two
//! to five, joined; `{a|b|}` takes one of several; `{#2-4}` gives digits, `{&6}` letters and digits,
//! `{1-30}` a number. A backslash takes away the meaning of the next character; `\n` and `\t` are
//! line break and tab.

use std::iter::Peekable;
use std::str::Chars;

/// One piece of a term.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Text as it is.
    Text(String),
    /// A draw from a list, by its number.
    Draw {
        /// The list's number.
        list: usize,
        /// Whether the first draw in a scope is used for all later ones.
        keep: bool,
    },
    /// Several draws from a list, joined.
    Repeat {
        /// The list's number.
        list: usize,
        /// Fewest and most draws.
        times: (usize, usize),
        /// What stands between two.
        joint: String,
    },
    /// One of several sequences.
    Choice(Vec<Vec<Part>>),
    /// That many digits.
    Digits(usize, usize),
    /// That many small letters and digits.
    Letters(usize, usize),
    /// A number between two others.
    Number(usize, usize),
}

/// Reads a term; `number_of` gives the number of a list from its name.
///
/// # Errors
/// A brace that is not closed, or an empty slot: what is wrong, in words.
pub(super) fn parse(
    term: &str,
    number_of: &mut dyn FnMut(&str) -> usize,
) -> Result<Vec<Part>, String> {
    let mut chars = term.chars().peekable();
    let (mut branches, end) = sequence(&mut chars, 0, number_of)?;
    match end {
        None => Ok(branches.pop().unwrap_or_default()),
        Some(_) => Err(format!("unbalanced brace in {term:?}")),
    }
}

/// Deeper nesting than this is a mistake in a list, not a term.
const MAX_DEPTH: usize = 16;

type Branches = (Vec<Vec<Part>>, Option<char>);

/// Reads until the closing brace or the end; several branches where `|` stands between.
fn sequence(
    chars: &mut Peekable<Chars>,
    depth: usize,
    number_of: &mut dyn FnMut(&str) -> usize,
) -> Result<Branches, String> {
    if depth > MAX_DEPTH {
        return Err("braces nested too deep".into());
    }
    let mut branches = vec![Vec::new()];
    let mut text = String::new();
    let mut end = None;
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(escaped(chars.next())),
            '{' => {
                flush(&mut text, &mut branches);
                let slot = slot(chars, depth, number_of)?;
                if let Some(branch) = branches.last_mut() {
                    branch.push(slot);
                }
            }
            '}' => {
                end = Some('}');
                break;
            }
            '|' if depth > 0 => {
                flush(&mut text, &mut branches);
                branches.push(Vec::new());
            }
            c => text.push(c),
        }
    }
    flush(&mut text, &mut branches);
    if depth > 0 && end.is_none() {
        return Err("a brace is not closed".into());
    }
    Ok((branches, end))
}

fn escaped(c: Option<char>) -> char {
    match c {
        Some('n') => '\n',
        Some('t') => '\t',
        Some(c) => c,
        None => '\\',
    }
}

fn flush(text: &mut String, branches: &mut [Vec<Part>]) {
    if let Some(branch) = branches.last_mut().filter(|_| !text.is_empty()) {
        branch.push(Part::Text(std::mem::take(text)));
    }
}

/// Reads what follows an opening brace. A slot with `|` at its own level is a choice; any other is
/// a name, digits, letters or a number.
fn slot(
    chars: &mut Peekable<Chars>,
    depth: usize,
    number_of: &mut dyn FnMut(&str) -> usize,
) -> Result<Part, String> {
    if is_choice(chars.clone()) {
        let head: String = chars.clone().take_while(|c| *c != '|').collect();
        if let Some((name, times)) = head.split_once('*')
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '.')
            && times.starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(format!("write the bar in the joint of {{{head}}} as \\|"));
        }
        let (branches, _) = sequence(chars, depth + 1, number_of)?;
        return Ok(Part::Choice(branches));
    }
    let mut body = String::new();
    let mut joint = None;
    loop {
        match chars.next() {
            None => return Err("a brace is not closed".into()),
            Some('}') => break,
            Some(':') if joint.is_none() => joint = Some(String::new()),
            Some('\\') => joint.as_mut().unwrap_or(&mut body).push(escaped(chars.next())),
            Some(c) => joint.as_mut().unwrap_or(&mut body).push(c),
        }
    }
    let span = |s: &str| -> Option<(usize, usize)> {
        let (low, high) = s.split_once('-').unwrap_or((s, s));
        Some((low.parse().ok()?, high.parse().ok()?))
    };
    let bad = || format!("bad slot {{{body}}}");
    if let Some(digits) = body.strip_prefix('#') {
        return span(digits).map(|(a, b)| Part::Digits(a, b)).ok_or_else(bad);
    }
    if let Some(letters) = body.strip_prefix('&') {
        return span(letters).map(|(a, b)| Part::Letters(a, b)).ok_or_else(bad);
    }
    if body.starts_with(|c: char| c.is_ascii_digit()) {
        return span(&body).map(|(a, b)| Part::Number(a, b)).ok_or_else(bad);
    }
    let (keep, body) = body.strip_prefix('=').map_or((false, body.as_str()), |b| (true, b));
    let (name, times) = body.split_once('*').unwrap_or((body, ""));
    if name.is_empty() {
        return Err("an empty slot".into());
    }
    let list = number_of(name);
    if times.is_empty() {
        return Ok(Part::Draw { list, keep });
    }
    let times = span(times).ok_or_else(|| format!("bad count in {{{body}}}"))?;
    Ok(Part::Repeat { list, times, joint: joint.unwrap_or_default() })
}

/// Whether a bar stands at the slot's own level before it closes.
fn is_choice(mut rest: Peekable<Chars>) -> bool {
    let mut depth = 0;
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                rest.next();
            }
            '{' => depth += 1,
            '}' if depth == 0 => return false,
            '}' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(term: &str) -> Result<Vec<Part>, String> {
        parse(term, &mut |name| name.len())
    }

    #[test]
    fn every_slot_is_read() {
        let text = |s: &str| Part::Text(s.into());
        assert_eq!(
            parts("a{city}{=ab}\\{"),
            Ok(vec![
                text("a"),
                Part::Draw { list: 4, keep: false },
                Part::Draw { list: 2, keep: true },
                text("{"),
            ])
        );
        assert_eq!(
            parts("{ab*2-5:\\n}{#3}{&2-4}{1-30}"),
            Ok(vec![
                Part::Repeat { list: 2, times: (2, 5), joint: "\n".into() },
                Part::Digits(3, 3),
                Part::Letters(2, 4),
                Part::Number(1, 30),
            ])
        );
        assert_eq!(
            parts("{x|{ab}|}|"),
            Ok(vec![
                Part::Choice(vec![
                    vec![text("x")],
                    vec![Part::Draw { list: 2, keep: false }],
                    vec![]
                ]),
                text("|"),
            ])
        );
    }

    #[test]
    fn broken_terms_are_refused() {
        for term in ["{", "{}", "{a|", "a}", "{#x}", "{a*}x{b*z}", "{a*2-3: | }", &"{a|".repeat(99)]
        {
            assert!(parts(term).is_err() || term == "{a*}x", "{term}");
        }
    }
}
