//! Words of betting and of adult sites, from the project's own lists: a line that is made of them, not
//! one that speaks of them. What it takes is several words that fill much of a line without a sentence.

use std::sync::LazyLock;

use regex::Regex;

use super::Form;
use crate::label::page::{RuleLine, RulePage};
use crate::text::fold::{fold_line, unfold_into};
use crate::text::{Kind, Label};
use crate::train::synth::Lexicons;

pub(super) fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "betting_words",
            about: "filled with words of betting, lottery and casino sites",
            label: Label::Junk,
            kind: Some(Kind::Gambling),
            judge: |page, index| is_filled(page, index, &BETTING),
        },
        Form {
            name: "adult_words",
            about: "filled with words of adult sites",
            label: Label::Junk,
            kind: Some(Kind::Adult),
            judge: |page, index| is_filled(page, index, &ADULT),
        },
    ]
}

/// Signs of their own trade, in words of everyday: every one is rare outside it.
const BETTING_SIGNS: [&str; 33] = [
    "真人娱乐",
    "娱乐城",
    "娱乐平台",
    "棋牌",
    "百家乐",
    "老虎机",
    "时时彩",
    "六合彩",
    "北京赛车",
    "网上赌",
    "赌场",
    "博彩",
    "彩票平台",
    "电子游艺",
    "捕鱼",
    "体育投注",
    "真人视讯",
    "开户送",
    "注册送",
    "送彩金",
    "首存",
    "返水",
    "计划群",
    "开奖直播",
    "开奖结果",
    "走势图",
    "飞艇",
    "快三",
    "斗牛",
    "炸金花",
    "在线投注",
    "betting",
    "casino",
];
const ADULT_SIGNS: [&str; 24] = [
    "成人视频",
    "成人电影",
    "成人网站",
    "无码",
    "有码",
    "av在线",
    "在线av",
    "色情",
    "激情视频",
    "激情小说",
    "黄色视频",
    "三级片",
    "做爱",
    "性爱",
    "裸聊",
    "偷拍",
    "自拍偷拍",
    "熟女",
    "人妻",
    "国产精品",
    "久久精品",
    "一区二区",
    "porn",
    "hentai",
];

static BETTING: LazyLock<Option<Regex>> =
    LazyLock::new(|| of_lists(&["g.game", "g.en"], &BETTING_SIGNS));
static ADULT: LazyLock<Option<Regex>> = LazyLock::new(|| of_lists(&["a.noun"], &ADULT_SIGNS));

/// A pattern of the literal terms of some lists, without forms with slots and very short words.
fn of_lists(lists: &[&str], signs: &[&str]) -> Option<Regex> {
    let lexicons = Lexicons::builtin();
    let listed = lists.iter().flat_map(|list| lexicons.terms(list));
    let (mut codes, mut folded) = (Vec::new(), String::new());
    let mut terms: Vec<String> = Vec::new();
    for term in listed.chain(signs.iter().copied()).filter(|term| !term.contains(['{', '|'])) {
        fold_line(term, &mut codes);
        unfold_into(&codes, &mut folded);
        let is_word = folded.chars().all(|c| c.is_ascii_lowercase());
        let length = folded.chars().count();
        if length >= if folded.is_ascii() { 4 } else { 2 } {
            let term = regex::escape(&folded);
            terms.push(if is_word { format!("\\b{term}\\b") } else { term });
        }
    }
    // Among terms that begin alike the longest is found.
    terms.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    terms.dedup();
    Regex::new(&terms.join("|")).ok()
}

/// At least two different terms that fill a quarter of a line that is no sentence, or one that fills
/// half of it.
fn is_filled(page: &RulePage, index: usize, terms: &LazyLock<Option<Regex>>) -> bool {
    let Some(line) = page.lines.get(index) else { return false };
    let Some(regex) = terms.as_ref() else { return false };
    if line.is_prose || line.ends_sentence || line.units > 400.0 {
        return false;
    }
    let (n_different, share) = fill(line, regex);
    n_different >= 2 && share >= 0.25 || n_different == 1 && share >= 0.5 && line.units >= 3.0
}

fn fill(line: &RuleLine, regex: &Regex) -> (usize, f32) {
    let (mut found, mut covered) = (Vec::new(), 0);
    for hit in regex.find_iter(&line.folded) {
        covered += hit.as_str().chars().count();
        if found.len() < 8 && !found.contains(&hit.as_str()) {
            found.push(hit.as_str());
        }
    }
    let all = line.folded.chars().filter(|c| c.is_alphanumeric()).count();
    (found.len(), covered as f32 / all.max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn strings_of_words_are_found_and_reports_are_not() {
        check(
            "betting_words",
            &["某某棋牌|百家乐|注册送彩金", "北京賽車 開獎直播"],
            &["警方在一家棋牌室里抓获了三名嫌疑人。", "快三个月了，桥还没有修好"],
        );
        check(
            "adult_words",
            &["成人视频 国产精品 在线观看", "porn hentai"],
            &["法院以传播色情物品罪判处他三年。", "女子排球"],
        );
    }
}
