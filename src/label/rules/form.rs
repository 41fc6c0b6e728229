//! Runs of lines of a sort within a page: menus of short lines, lists of headlines, rows of one form.

use super::Form;
use crate::label::page::{HEADLINE, SHORT};
use crate::text::{Kind, Label};

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "short_run",
            about: "one of eight or more short lines in a row without a sentence",
            label: Label::Junk,
            kind: Some(Kind::Nav),
            judge: |page, index| page.lines.get(index).is_some_and(|line| line.short_run >= 8),
        },
        Form {
            name: "title_run",
            about: "a headline among ten or more lines without a sentence",
            label: Label::Junk,
            kind: Some(Kind::Related),
            judge: |page, index| {
                page.lines.get(index).is_some_and(|line| {
                    line.title_run >= 10 && line.units > SHORT && line.units <= HEADLINE
                })
            },
        },
        Form {
            name: "form_run",
            about: "one of five or more lines in a row that have one skeleton and no sentence",
            label: Label::Junk,
            kind: None,
            judge: |page, index| {
                page.lines.get(index).is_some_and(|line| {
                    line.form_run >= 5 && !line.ends_sentence && line.units <= HEADLINE
                })
            },
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::voting;

    #[test]
    fn runs_need_their_length() {
        let menu = ["首页", "新闻三", "体育", "财经频道", "汽车", "房产网", "教育", "天气"];
        let has = |lines: &[&str], name: &str| voting(lines).iter().any(|n| n == name);
        assert!(has(&menu, "short_run"));
        assert!(!has(&menu[..7], "short_run"));
        let mut titles = vec!["桥修好了，人们很高兴。"];
        titles.extend(
            ["老桥今日重新通车", "河堤上种满了新的柳树", "小镇办起了第一家图书馆"].repeat(4),
        );
        assert!(has(&titles, "title_run"));
        assert!(!has(&titles[..9], "title_run"));
        assert!(has(&["一甲", "二乙", "三丙", "四丁", "五戊"], "form_run"));
        assert!(!has(&["一甲。", "二乙。", "三丙。", "四丁。", "五戊走了。"], "form_run"));
    }
}
