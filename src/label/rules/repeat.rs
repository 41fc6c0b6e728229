//! Lines that come again: on other pages of the site, or in the same page.

use super::Form;
use crate::label::page::{RulePage, SHORT};
use crate::text::Label;

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "site_repeat",
            about: "on three or more pages of the site, and on a fifth of them",
            label: Label::Junk,
            kind: None,
            judge: |page, index| {
                page.lines.get(index).is_some_and(|line| {
                    line.in_site >= 3 && line.in_site.saturating_mul(5) >= page.site_pages
                })
            },
        },
        Form {
            name: "page_repeat",
            about: "a short line that the page has four times or more",
            label: Label::Junk,
            kind: None,
            judge: |page: &RulePage, index| {
                page.lines.get(index).is_some_and(|line| {
                    line.in_page >= 4
                        && line.units <= SHORT
                        && line.units >= 1.0
                        && !line.ends_sentence
                })
            },
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{builtin, tests::voting};
    use crate::label::page::{RulePage, link_sites};

    #[test]
    fn repeats_count_from_three_pages_or_four_times() {
        let has = |lines: &[&str]| voting(lines).iter().any(|n| n == "page_repeat");
        assert!(has(&["详情", "桥", "详情", "河", "详情", "路", "详情"]));
        assert!(!has(&["详情", "桥", "详情", "河", "详情"]));

        let make = |id: &str, lines: &[&str]| {
            RulePage::new(id.into(), "a.cn".into(), None, (1..).zip(lines.iter().copied()))
        };
        let mut pages =
            [make("1", &["甲站台"]), make("2", &["甲站台"]), make("3", &["甲站台", "乙"])];
        link_sites(&mut pages);
        let rules = builtin().unwrap();
        let rule = rules.iter().find(|rule| rule.name == "site_repeat").unwrap();
        assert!(rule.fires(&pages[2], 0) && !rule.fires(&pages[2], 1));
    }
}
