//! The shape of an article: running text, sentences that go on, speech.

use super::Form;
use crate::label::page::{RuleLine, RulePage};
use crate::text::Label;

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "prose",
            about: "running text: long, with marks and function words in their place",
            label: Label::Article,
            kind: None,
            judge: |page, index| of(page, index, |line| line.is_prose),
        },
        Form {
            name: "prose_sentence",
            about: "a sentence of some length with a comma in it",
            label: Label::Article,
            kind: None,
            judge: |page, index| {
                of(page, index, |line| {
                    !line.is_prose
                        && line.ends_sentence
                        && line.units >= 14.0
                        && line.commas + line.stops >= 2
                        && line.function_share >= if line.han > line.words { 0.04 } else { 0.15 }
                })
            },
        },
        Form {
            name: "prose_beside",
            about: "a sentence next to running text",
            label: Label::Article,
            kind: None,
            judge: |page, index| {
                let beside = [index.checked_sub(1), Some(index + 1)];
                let near = |at: Option<usize>| page.line(at).is_some_and(|line| line.is_prose);
                of(page, index, |line| line.ends_sentence && !line.is_prose && line.units >= 5.0)
                    && beside.into_iter().any(near)
            },
        },
    ]
}

fn of(page: &RulePage, index: usize, judge: impl Fn(&RuleLine) -> bool) -> bool {
    page.lines.get(index).is_some_and(judge)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, voting};

    const PROSE: &str =
        "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手把它修好了。";

    #[test]
    fn prose_and_sentences() {
        check("prose", &[PROSE], &["首页 新闻 体育", "桥修好了。"]);
        check(
            "prose_sentence",
            &[
                "桥修好以后，村民们又能到对岸的田里去了。",
                "When the bridge was done, the people of the town went home.",
            ],
            &[PROSE, "轴承厂家，轴承批发，轴承价格，轴承型号", "桥修好了。"],
        );
    }

    #[test]
    fn a_sentence_beside_prose() {
        let has = |lines: &[&str]| voting(lines).iter().any(|n| n == "prose_beside");
        assert!(has(&[PROSE, "大家都很高兴。"]));
        assert!(!has(&[PROSE, "大家都很高兴"]));
        assert!(!has(&[PROSE, "首页", "大家都很高兴。"]));
    }
}
