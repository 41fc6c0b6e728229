//! Hard negatives: lines that look like junk and are article. Lists, tables, poems, questions and
//! answers, specifications, job notices, code, and reports about betting and spam.

use super::Rng;
use super::lexicon::{Lexicons, Scope};

/// Writes one block of article lines; none is blank.
pub(super) fn lines(lexicons: &Lexicons, english: bool, rng: &mut Rng) -> Vec<String> {
    draw(lexicons, if english { "negative.en" } else { "negative" }, rng)
}

/// One block of lines drawn from a list; none is blank.
pub(super) fn draw(lexicons: &Lexicons, list: &str, rng: &mut Rng) -> Vec<String> {
    let mut text = String::new();
    lexicons.draw_into(list, rng, &mut Scope::default(), &mut text);
    text.split('\n').filter(|l| !l.chars().all(char::is_whitespace)).map(str::to_string).collect()
}
