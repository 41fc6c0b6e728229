//! Where a short line stands: before or behind the running text of a page that has some.

use super::Form;
use crate::label::page::{HEADLINE, RulePage};
use crate::text::Label;

/// Lines next to the running text are left alone: titles, datelines, captions, last words.
const NEAR: usize = 6;
/// A page has an article where it has so many lines of running text.
const PROSE_LINES: usize = 3;

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "before_article",
            about: "a line without a sentence well before the first running text",
            label: Label::Junk,
            kind: None,
            judge: |page, index| {
                is_bare(page, index) && page.first_prose.is_some_and(|first| index + NEAR < first)
            },
        },
        Form {
            name: "after_article",
            about: "a line without a sentence well behind the last running text",
            label: Label::Junk,
            kind: None,
            judge: |page, index| {
                is_bare(page, index) && page.last_prose.is_some_and(|last| index > last + NEAR)
            },
        },
    ]
}

fn is_bare(page: &RulePage, index: usize) -> bool {
    page.n_prose >= PROSE_LINES
        && page.lines.get(index).is_some_and(|line| line.units <= HEADLINE && !line.ends_sentence)
}

#[cfg(test)]
mod tests {
    use super::super::tests::voting;

    const PROSE: &str =
        "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手把它修好了。";

    #[test]
    fn only_lines_well_outside_the_article_are_voted_on() {
        let far = [PROSE, PROSE, PROSE, "a", "b", "c", "d", "e", "f", "通讯员某某"];
        let has = |lines: &[&str]| voting(lines).iter().any(|n| n == "after_article");
        assert!(has(&far));
        assert!(!has(&far[1..]));
        assert!(!has(&[&far[..3], &far[4..]].concat()));
    }
}
