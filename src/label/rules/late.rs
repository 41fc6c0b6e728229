//! Votes that follow from what other rules made of the lines around: a short line inside junk, a
//! short line inside an article. They are cast after the others and combined with them.

use super::{Rule, Test};
use crate::label::page::{HEADLINE, RulePage};
use crate::text::Label;

/// How far to either side the next line with a vote may be.
const REACH: usize = 4;
/// Both sides have to be that sure.
const SURE: f32 = 0.8;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        Rule {
            name: "between_junk".into(),
            about: "a line without a sentence, junk on both sides of it".into(),
            label: Label::Junk,
            kind: None,
            test: Test::Late(|page, beliefs, index| {
                is_bare(page, index) && both_sides(beliefs, index, |p| p >= SURE)
            }),
        },
        Rule {
            name: "between_article".into(),
            about: "a line with article on both sides of it".into(),
            label: Label::Article,
            kind: None,
            test: Test::Late(|page, beliefs, index| {
                page.lines.get(index).is_some_and(|line| line.units >= 3.0)
                    && both_sides(beliefs, index, |p| p <= 1.0 - SURE)
            }),
        },
    ]
}

fn is_bare(page: &RulePage, index: usize) -> bool {
    page.lines.get(index).is_some_and(|line| line.units <= HEADLINE && !line.ends_sentence)
}

/// Whether the nearest line with a belief is near and of that sort, before and behind.
fn both_sides(beliefs: &[Option<f32>], index: usize, is: impl Fn(f32) -> bool) -> bool {
    let before = beliefs.get(index.saturating_sub(REACH)..index);
    let behind = beliefs.get(index + 1..beliefs.len().min(index + 1 + REACH));
    let before = before.and_then(|b| b.iter().rev().find_map(|&p| p));
    let behind = behind.and_then(|b| b.iter().find_map(|&p| p));
    before.is_some_and(&is) && behind.is_some_and(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::page;

    fn votes(beliefs: &[Option<f32>], text: &str) -> Vec<String> {
        let mut lines = vec!["甲"; beliefs.len()];
        lines[2] = text;
        let page = page(&lines);
        let rules = rules().into_iter();
        rules.filter(|rule| rule.fires_late(&page, beliefs, 2)).map(|rule| rule.name).collect()
    }

    #[test]
    fn both_sides_have_to_agree() {
        let (junk, article) = (Some(0.95), Some(0.05));
        assert_eq!(votes(&[junk, None, None, junk], "某某频道"), ["between_junk"]);
        assert_eq!(votes(&[article, None, None, article], "某某频道"), ["between_article"]);
        assert_eq!(votes(&[junk, None, None, article], "某某频道"), [""; 0]);
        assert_eq!(votes(&[junk, Some(0.5), None, junk], "某某频道"), [""; 0]);
        assert_eq!(votes(&[junk, None, None, junk], "桥修好了。"), [""; 0]);
    }
}
