//! The scorer against a slow and obvious one, column by column: n-grams counted from scratch, every
//! column of a line and of its surroundings by its own walk over the text or the page.

mod line;
mod page;

use dechaff::features::{
    context::{self, Surroundings, WIDTH},
    facts::{MARGIN_COLUMNS, Margins, PageFacts},
    shape,
};
use dechaff::model::{JUNK, LineScratch, PLANTED};
use dechaff::{Filter, Model, Page, filter::Scratch};
use line::Line;
use proptest::prelude::*;

const SAMPLES: [&str; 3] = [
    include_str!("../../training/samples/hacked-news.txt"),
    include_str!("../../training/samples/blog-en.txt"),
    ODD,
];

/// Lines of every odd sort.
const ODD: &str = "\u{200b}\u{feff}
。
首页 | 新闻 | 體育 | 財經｜更多>>
首页 | 新闻 | 體育 | 財經｜更多>>
發(fā)布時間：2024-05-06 07:08 來源（men）未知
<div class=\"x\">{{title}}&nbsp;</div>');}
The old Ferry-house, as THE people of the town say, was built in 1911. See www.ferry.example.com?
“我们明天再去渡口看看吧？”他说……
联系：400-000-0000 / info@example.org ©2019 某某公司®
あいうえお 한국어 жизнь 𝐁𝐨𝐥𝐝 😀😀 𠀀𠀁
12月3日 第3章 3:15
((((((((((
v1.2. a. the of and xyz.xyz";

/// What differs, if anything does: columns are f32 here and f64 there.
fn difference(name: &str, ours: f32, theirs: f64) -> Option<String> {
    let near = (f64::from(ours) - theirs).abs() <= 3e-5 * theirs.abs().max(1.0);
    (!near).then(|| format!("{name} is {ours}, not {theirs}"))
}

/// Compares everything there is about a page.
fn compare(text: &str) -> Result<(), String> {
    let model = Model::builtin().map_err(|e| e.to_string())?;
    let page = Page::from_text(text);
    let lines: Vec<Line> = page.lines.iter().map(|line| Line::read(line.text)).collect();
    let mut facts = PageFacts::default();
    model.line.read(&page.lines, &mut facts, &mut LineScratch::default());
    let mut belief: Vec<f32> = facts.margins.iter().map(Margins::total).collect();
    let mut around = Surroundings::default();
    for pass in &model.passes {
        around.survey(&facts, &belief);
        let mut answers = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let mut row = [0.0; WIDTH];
            around.row(&facts, i, &mut row);
            let by_name = page::columns(&lines, &belief, i);
            let bias = |head: usize| f64::from(model.line.biases[head]);
            let [characters, form] = line.margins(&model.line, JUNK);
            let asked = characters + form + bias(JUNK);
            let planted = line.margins(&model.line, PLANTED).iter().sum::<f64>() + bias(PLANTED);
            for (name, &ours) in context::column_names().zip(&row) {
                let theirs = match name {
                    "characters_margin" => characters,
                    "form_margin" => form,
                    "planted_margin" => planted,
                    "words_asked" => f64::from(u8::from(asked.abs() < f64::from(model.line.gate))),
                    // Words have tests of their own.
                    "words_margin" => continue,
                    _ => line.shape.get(name).copied().unwrap_or_else(|| by_name[name]),
                };
                if let Some(what) = difference(name, ours, theirs) {
                    return Err(format!("{what}, in line {i}: {:?}", page.lines[i].text));
                }
            }
            answers.push(pass.log_odds(&row));
        }
        belief = answers;
    }
    // The beliefs themselves are the same, bit for bit: line by line here, eight at a time there.
    let policy = model.policy;
    let filter = Filter::new(model.clone(), policy);
    let verdict = filter.judge(&page, &mut Scratch::default());
    for (i, (line, verdict)) in page.lines.iter().zip(&verdict.lines).enumerate() {
        let n = line.text.chars().count();
        let expected = model.calibration.probability(belief[i], n);
        if verdict.probability != expected {
            return Err(format!("line {i}: {} and {expected}", verdict.probability));
        }
    }
    Ok(())
}

#[test]
fn sample_pages_are_scored_as_the_slow_way_scores_them() {
    for text in SAMPLES {
        compare(text).unwrap();
    }
    // Beyond two hundred lines distances end; long lines go past every table of logarithms.
    let long = SAMPLES.concat();
    compare(&format!("{long}\n{}\n{}", "钢管厂家 ".repeat(700), long.replace('\n', ""))).unwrap();
    compare(&"栏目|\n".repeat(230)).unwrap();
    compare("").unwrap();
    compare("单行").unwrap();
}

#[test]
fn every_column_is_compared() {
    let n = MARGIN_COLUMNS.len() + shape::COLUMNS.len() + context::COLUMNS.len();
    assert_eq!(context::column_names().count(), n);
    let line = Line::read("词");
    let around = page::columns(std::slice::from_ref(&line), &[0.0], 0);
    for name in context::column_names().skip(MARGIN_COLUMNS.len()) {
        assert!(line.shape.contains_key(name) != around.contains_key(name), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn made_up_pages_are_scored_as_the_slow_way_scores_them(
        parts in prop::collection::vec("(的|木桥|修好了。|新闻|\\||\n|\n|\n| |發(fā)|，|[A-Za-z]{1,6}|[0-9]{1,8}|[./:?@=<>{}&;)(-]|\\PC)", 0..120)
    ) {
        let text = parts.concat();
        prop_assert_eq!(compare(&text), Ok(()));
    }
}
