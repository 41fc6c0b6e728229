//! The model inside the program: it loads, fits the features of this library, and does the main job
//! on a page that it has never seen.

use dechaff::{Filter, Model, Page, Verdict, filter::Scratch};

const PAGE: &str = include_str!("../training/samples/hacked-news.txt");

#[test]
fn the_model_inside_loads_and_writes_back_the_same_bytes() {
    let model = Model::builtin().unwrap();
    let bytes = include_bytes!("../models/default.dechaff");
    assert_eq!(model.to_bytes().unwrap(), bytes);
    assert!(bytes.len() < 1 << 20, "a model of {} bytes", bytes.len());
}

#[test]
fn the_farm_goes_and_the_paragraphs_stay() {
    let model = Model::builtin().unwrap();
    let policy = model.policy;
    let filter = Filter::new(model, policy);
    let page = Page::from_text(PAGE);
    let verdict = filter.judge(&page, &mut Scratch::default());
    assert_eq!(verdict.lines.len(), page.lines.len());
    let is_junk = |part: &str| {
        let line = page.lines.iter().position(|l| l.text.contains(part)).unwrap();
        verdict.lines[line].verdict == Verdict::Junk
    };
    for part in ["蜘蛛池", "display:none", "特码资料", "相关阅读", "Copyright"] {
        assert!(is_junk(part), "{part} stays");
    }
    for part in ["浮桥重新开通", "自行车铃声", "不用再绕", "骑电动车", "十二月底前公布"]
    {
        assert!(!is_junk(part), "{part} goes");
    }
}
