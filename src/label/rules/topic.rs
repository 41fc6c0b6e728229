//! What a line speaks of, beside what the running text of its page speaks of: a title, a caption or a
//! list entry of the article shares its words, a menu and the headlines of other pages do not.

use super::Form;
use crate::label::page::{RuleLine, RulePage};
use crate::text::{Kind, Label};

/// A page says what it is about in so many lines of running text.
const PROSE_LINES: usize = 3;
/// Of fewer words nothing is said.
const FEWEST: u32 = 3;

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "on_topic",
            about: "a line outside the running text, with seven in ten of its words",
            label: Label::Article,
            kind: None,
            judge: |page, index| of(page, index, |line| line.topic_share >= 0.7),
        },
        Form {
            name: "near_topic",
            about: "a line outside the running text, with half of its words",
            label: Label::Article,
            kind: None,
            judge: |page, index| {
                of(page, index, |line| (0.45..0.7).contains(&line.topic_share) && line.units >= 9.0)
            },
        },
        Form {
            name: "off_topic",
            about: "a line outside the running text, with none of its words",
            label: Label::Junk,
            kind: Some(Kind::Related),
            judge: |page, index| {
                of(page, index, |line| line.topic_share < 0.05 && line.topic_words > FEWEST)
            },
        },
    ]
}

fn of(page: &RulePage, index: usize, judge: impl Fn(&RuleLine) -> bool) -> bool {
    page.n_prose >= PROSE_LINES
        && page.lines.get(index).is_some_and(|line| {
            !line.is_prose
                && (5.0..=60.0).contains(&line.units)
                && line.topic_words >= FEWEST
                && judge(line)
        })
}

#[cfg(test)]
mod tests {
    use super::super::tests::voting;

    const PROSE: &str =
        "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手把它修好了。";

    #[test]
    fn words_of_the_article_speak_for_it() {
        let on = |line: &str, name: &str| {
            voting(&[PROSE, PROSE, PROSE, line]).iter().any(|rule| rule == name)
        };
        assert!(on("村民自己动手把木桥修好", "on_topic"));
        assert!(on("股市昨天收盘大幅上涨", "off_topic"));
        assert!(!on("股市昨天收盘大幅上涨", "on_topic"));
        assert!(!on("木桥", "on_topic"));
        assert!(voting(&[PROSE, "村民自己动手把木桥修好"]).is_empty());
    }
}
