//! The form of planted titles: names in a row, joined by bars, dashes or commas, and keyword strings
//! that say the same thing again and again.

use super::Form;
use crate::label::page::{RuleLine, RulePage};
use crate::text::{Kind, Label};

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "joined_titles",
            about: "three or more long names joined by bars, dashes or underscores: the form of link farms",
            label: Label::Junk,
            kind: Some(Kind::SpiderPool),
            judge: |page, index| {
                joined(page, index).is_some_and(|(n, units)| n >= 3 && units >= 5.0)
            },
        },
        Form {
            name: "joined_menu",
            about: "three or more short words joined by bars: a menu on one line",
            label: Label::Junk,
            kind: Some(Kind::Nav),
            judge: |page, index| {
                joined(page, index).is_some_and(|(n, units)| n >= 3 && units < 5.0)
            },
        },
        Form {
            name: "spaced_words",
            about: "five or more short Chinese words with gaps between them and no sentence",
            label: Label::Junk,
            kind: Some(Kind::Nav),
            judge: |page, index| page.lines.get(index).is_some_and(is_spaced),
        },
        Form {
            name: "keyword_string",
            about: "a long line without a sentence that says the same few words again and again",
            label: Label::Junk,
            kind: Some(Kind::SpiderPool),
            judge: |page, index| page.lines.get(index).is_some_and(is_repetitive),
        },
    ]
}

/// How many items a line without a sentence has between bars and the like, and how long they are on
/// average.
fn joined(page: &RulePage, index: usize) -> Option<(usize, f32)> {
    let line = page.lines.get(index)?;
    if line.ends_sentence || line.is_prose {
        return None;
    }
    let is_bar = |c: char| matches!(c, '|' | '_' | '·' | '/' | '>');
    let mut items = 0;
    let parts = line.folded.split(is_bar).map(|item| item.trim_matches(' '));
    for item in parts.filter(|item| item.chars().any(char::is_alphabetic)) {
        if item.chars().count() > 40 {
            return None;
        }
        items += 1;
    }
    // A sentence inside an item is no name.
    let is_list = items >= 3 && line.stops == 0 && (line.commas as usize) < items;
    is_list.then(|| (items, line.units / items as f32))
}

fn is_spaced(line: &RuleLine) -> bool {
    let is_row = line.text.trim().contains('\t');
    if is_row || line.ends_sentence || line.commas + line.stops > 1 || line.han < 2 * line.words {
        return false;
    }
    let mut items = 0;
    for item in line.folded.split(' ') {
        let length = item.chars().count();
        if length > 14 {
            return false;
        }
        items += usize::from(length >= 2);
    }
    items >= 5
}

/// At least a third of the character pairs were there before, in a line of thirty characters or more.
fn is_repetitive(line: &RuleLine) -> bool {
    if line.n_characters < 30 || line.is_prose || line.ends_sentence || line.function_share > 0.08 {
        return false;
    }
    let codes: Vec<char> = line.folded.chars().take(600).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut again = 0;
    for pair in codes.windows(2) {
        let has_letters = pair.iter().all(|c| c.is_alphabetic());
        again += usize::from(!seen.insert((pair[0], pair[1])) && has_letters);
    }
    line.han > line.words && again * 3 >= codes.len()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn farms_and_menus_have_their_form() {
        check(
            "joined_titles",
            &[
                "某某轴承有限公司 | 城南钢管批发市场 | 东升搬家公司电话",
                "甲乙丙丁戊_己庚辛壬癸_子丑寅卯辰",
            ],
            &["首页|新闻|体育", "他说：“桥修好了 | 路也通了。”", "甲 | 乙"],
        );
        check(
            "joined_menu",
            &["首页 | 新闻 | 体育", "News · Sport · Weather"],
            &["春|夏", "某某轴承有限公司 | 城南钢管批发市场 | 东升搬家公司电话"],
        );
    }

    #[test]
    fn words_in_a_row() {
        check(
            "spaced_words",
            &["首页 新闻 体育 财经 汽车"],
            &["春 眠 不 觉 晓", "他 走了 很久，又 回来 了。"],
        );
        check(
            "keyword_string",
            &["轴承厂家轴承批发轴承价格轴承型号轴承厂家价格轴承批发厂家轴承价格"],
            &["轴承是机器里承受轴的零件，能让轴转得又快又稳，还能少费力气"],
        );
    }
}
