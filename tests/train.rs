//! `dechaff train` and `dechaff model card` as their users meet them, on small sites that a seeded
//! function invents: what is written, what is refused and how, and that the bytes are the same.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use common::{Bench, Outcome};
use serde_json::{Value, json};

/// Numbers that look random and are always the same (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const WHO: [&str; 8] =
    ["渔民们", "村里的老人", "小学校长", "气象站", "他们", "修表匠", "图书馆", "合唱队"];
const WHEN: [&str; 6] = ["清早", "去年冬天", "雨停以后", "上个月", "每到周末", "天黑之前"];
const WHAT: [&str; 8] = [
    "把旧船拖上了岸",
    "数了数剩下的种子",
    "又检查了一遍仪器",
    "沿着河堤走到了桥头",
    "讨论怎样修好水车",
    "在院子里晒书",
    "记下了当天的温度",
    "给远方的亲戚写了信",
];
const WHY: [&str; 5] = [
    "因为霜冻来得早",
    "为的是明年少走弯路",
    "谁也没有多说什么",
    "大家都觉得值得",
    "这是祖辈留下的习惯",
];
const MENU: [&str; 8] =
    ["首页", "新闻中心", "产品展示", "联系我们", "登录", "注册", "下一页", "网站地图"];
const FARM: [&str; 8] = [
    "百胜轴承厂",
    "金顺娱乐城",
    "宏发水泵批发",
    "永利在线开户",
    "东升搬家公司",
    "吉祥棋牌下载",
    "鑫源木托盘",
    "天天彩票计划",
];
const FOOT: [&str; 4] =
    ["版权所有 未经许可不得转载", "备案号 00000000 号", "技术支持：某某网络", "本站信息仅供参考"];

fn article(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..=dice.below(3) {
        let (when, who) = (dice.pick(&WHEN), dice.pick(&WHO));
        let (what, why) = (dice.pick(&WHAT), dice.pick(&WHY));
        let _ = write!(text, "{when}，{who}{what}，{why}。");
    }
    text
}

fn farm(dice: &mut Dice) -> String {
    let items: Vec<_> = (0..6).map(|_| dice.pick(&FARM)).collect();
    items.join(dice.pick(&["_", "|", "、", "-"]))
}

fn page(dice: &mut Dice, id: usize, site: usize) -> Value {
    let mut lines = Vec::new();
    let mut add = |text: String, label: &str, kind: Option<&str>| {
        lines.push(json!({"text": text, "label": label, "kind": kind}));
    };
    for _ in 0..3 {
        add(dice.pick(&MENU).into(), "junk", Some("nav"));
    }
    for _ in 0..4 + dice.below(4) {
        add(article(dice), "article", None);
    }
    add("完".into(), "either", None);
    for _ in 0..2 {
        add(farm(dice), "junk", Some("spider_pool"));
    }
    add(dice.pick(&FOOT).into(), "junk", Some("legal"));
    json!({"id": id.to_string(), "site": format!("site{site}.example"), "lang": "zh", "lines": lines})
}

/// Pages of so many sites, five of each.
fn pages(sites: usize) -> String {
    let mut dice = Dice(7);
    (0..5 * sites).map(|id| format!("{}\n", page(&mut dice, id, id % sites))).collect()
}

/// A folder with forty pages of eight sites.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("pages.jsonl", pages(8));
    bench
}

/// Runs the program without a data folder, whatever the environment says.
fn run(bench: &Bench, arguments: &[&str]) -> Outcome {
    bench.run_without(&["DECHAFF_DATA"], arguments)
}

fn train(bench: &Bench, arguments: &[&str]) -> Outcome {
    run(bench, &[&["train"], arguments].concat())
}

/// The default recipe with some values replaced: `("page.knots", "3")`. What it says of sets and of
/// pages to be made goes first, for it is about files that are not here.
fn recipe(values: &[(&str, &str)]) -> String {
    let mut all: toml::Table = dechaff::train::recipe::DEFAULT.parse().unwrap();
    all.remove("sets");
    all.remove("synth");
    for (path, value) in values {
        let mut names: Vec<&str> = path.split('.').collect();
        let last = names.pop().unwrap();
        let mut table = &mut all;
        for name in names {
            let empty = toml::Value::Table(toml::Table::new());
            table = table.entry(name).or_insert(empty).as_table_mut().unwrap();
        }
        let value: toml::Table = format!("x = {value}").parse().unwrap();
        table.insert(last.into(), value["x"].clone());
    }
    toml::to_string(&all).unwrap()
}

#[test]
fn a_model_is_written_and_filters() {
    let bench = bench();
    let out = train(&bench, &["pages.jsonl", "-o", "new.dechaff", "--card", "new.md"]);
    out.exits(0)
        .prints("")
        .says("pages: 40 pages of 8 sites")
        .says("sha256 ")
        .says("new.dechaff: ");
    let mut dice = Dice(99);
    let (good, bad) = (article(&mut dice), farm(&mut dice));
    bench.write(
        "page.txt",
        format!("首页\n新闻中心\n登录\n{good}\n{good}\n{bad}\n备案号 00000000 号\n"),
    );
    let cleaned = run(&bench, &["filter", "-m", "new.dechaff", "page.txt", "-q"]);
    cleaned.exits(0).prints(format!("{good}\n{good}\n"));
    run(&bench, &["model", "check", "new.dechaff"]).exits(0).prints("new.dechaff: ok\n");
    // The pages are known to the model that was trained on them.
    let known = run(&bench, &["evaluate", "-m", "new.dechaff", "pages.jsonl"]);
    known.exits(0).says("warning: the model was trained on 40 of 40 pages");
    // The card of the file is the card that was written with it.
    let card = run(&bench, &["model", "card", "new.dechaff"]);
    card.exits(0).prints(bench.read("new.md"));
    let text = String::from_utf8_lossy(&card.stdout).into_owned();
    card.check(text.starts_with("# Model card: new.dechaff\n"), "its title");
    card.check(text.contains("\n| pages | 40 | 8 | "), "its sets");
    card.check(text.contains("\nseed = "), "the recipe");
    card.check(text.contains("Not measured"), "no figures");
}

#[test]
fn the_same_bytes_at_any_number_of_threads_and_again() {
    let bench = bench();
    for (name, threads) in [("1", "1"), ("4", "4"), ("again", "4")] {
        train(&bench, &["pages.jsonl", "-o", name, "-j", threads]).exits(0);
    }
    assert!(bench.read("1") == bench.read("4"), "one thread and four");
    assert!(bench.read("4") == bench.read("again"), "a second run");
    bench.write("r.toml", recipe(&[("seed", "3")]));
    train(&bench, &["pages.jsonl", "-o", "seed", "--recipe", "r.toml"]).exits(0);
    assert!(bench.read("1") != bench.read("seed"), "another seed");
}

#[test]
fn cross_validation_measures_on_other_sites() {
    let bench = bench();
    let values = [("sets.pages.plant", "2"), ("sets.weak.weak", "true"), ("sets.weak.plant", "1")];
    // Many models are fitted here, so they are small.
    let small = [("page.knots", "3"), ("page.passes", "1")];
    bench.write("r.toml", recipe(&[&values[..], &small].concat())).write("weak.jsonl", pages(3));
    let arguments = ["pages.jsonl", "weak.jsonl", "--recipe", "r.toml", "-q", "--folds", "3"];
    let out = train(&bench, &[&arguments[..], &["--cross-validate=cv.json"]].concat());
    out.exits(0);
    out.check(out.stderr.is_empty(), "quiet");
    let shown = String::from_utf8_lossy(&out.stdout).into_owned();
    let got: Value = serde_json::from_slice(&bench.read("cv.json")).unwrap();
    for (path, expected) in [
        ("/folds", json!(3)),
        ("/evaluation/pooled/pages", json!(40)),
        ("/evaluation/trained_on_pages", json!(0)),
        // Weak sets are learned from and not measured, nor are copies of them.
        ("/evaluation/sets/0/name", json!("pages")),
        ("/evaluation/mean_over_sets/sets", json!(1)),
        // Two copies of every page.
        ("/planted/pages", json!(80)),
        ("/planted/evaluation/sets/0/name", json!("planted")),
        ("/baseline/evaluation/pooled/pages", json!(40)),
    ] {
        out.check(got.pointer(path) == Some(&expected), &format!("{path} is not {expected}"));
    }
    assert_eq!(got["thresholds"].as_array().map(Vec::len), Some(3));
    // Every site says in which fold it was held out: the same number of sites in each, or nearly.
    let sites = got["evaluation"]["sites"].as_array().unwrap().iter();
    let fold_of: BTreeMap<&str, u64> = sites
        .map(|site| (site["name"].as_str().unwrap(), site["fold"].as_u64().unwrap()))
        .collect();
    let folds: Vec<u64> = fold_of.into_values().collect();
    assert_eq!(folds, [0, 1, 0, 0, 1, 2, 2, 1]);
    for part in ["planted", "baseline"] {
        assert_eq!(got[part]["evaluation"]["sites"], json!([]), "{part}");
    }
    // These sites are alike, so what was learned carries over.
    let f1 = got.pointer("/evaluation/pooled/junk/f1").and_then(Value::as_f64).unwrap();
    out.check(f1 > 0.9, &format!("junk F1 {f1}"));
    let planted = got["planted"]["lines"].as_u64().unwrap();
    let by_kind = got["planted"]["kinds"].as_array().unwrap().iter();
    let by_kind = by_kind.map(|kind| kind["lines"].as_u64().unwrap()).sum::<u64>();
    out.check(planted > 80 && planted == by_kind, "kinds of planted lines add up");
    out.check(shown.contains(&format!("{planted} lines planted into 80 copies")), "the text");
    // Article lines in Traditional characters: most lines have some, and they stay article.
    let damage = &got["robustness"]["damages"][0];
    out.check(damage["name"] == "Traditional characters", "the first damage");
    out.check(damage["lines"].as_u64().unwrap() > 100, "article lines with Traditional forms");
    out.check(damage["article_characters_lost_after"].as_f64().unwrap() < 0.1, "are kept");
    out.check(shown.contains("| damaged article lines |"), "the table");

    // The same at one thread; and with the figures the card has tables.
    let again = [&arguments[..], &["-j", "1", "--cross-validate=again.json"]].concat();
    train(&bench, &again).exits(0);
    assert!(bench.read("cv.json") == bench.read("again.json"), "one thread");
    train(&bench, &[&arguments[..], &["-o", "m"]].concat()).exits(2);
    train(&bench, &[&arguments[..5], &["-o", "m"]].concat()).exits(0);
    let card = run(&bench, &["model", "card", "m", "--evaluation", "cv.json", "-o", "m.md"]);
    card.exits(0).prints("");
    card.check(card.stderr.is_empty(), "the figures belong to the model");
    let text = String::from_utf8(bench.read("m.md")).unwrap();
    assert!(text.contains("### Planted junk") && text.contains("| mean over sets |"), "{text}");
    // Figures of another model are marked.
    train(&bench, &["pages.jsonl", "-o", "other"]).exits(0);
    let card = run(&bench, &["model", "card", "other", "--evaluation", "cv.json"]);
    card.exits(0).says("warning: cv.json is of another model");
    card.check(String::from_utf8_lossy(&card.stdout).contains("another recipe"), "in the card");
    bench.write("no.json", "{}");
    run(&bench, &["model", "card", "m", "--evaluation", "no.json"])
        .exits(1)
        .says("no.json: not what");
}

#[test]
fn each_part_is_left_out_and_what_it_is_worth_told() {
    let bench = bench();
    let values =
        [("sets.pages.plant", "1"), ("synth.composed", "10"), ("synth.genres.portal", "1")];
    let small = [("page.knots", "2"), ("page.passes", "1"), ("page.bands", "[]"), ("folds", "2")];
    bench.write("r.toml", recipe(&[&values[..], &small].concat()));
    let arguments = ["pages.jsonl", "--recipe", "r.toml", "-q", "--ablate=parts.json"];
    let out = train(&bench, &arguments);
    out.exits(0);
    let got: Value = serde_json::from_slice(&bench.read("parts.json")).unwrap();
    let whole = got["whole"]["mean_junk_f1"].as_f64().unwrap();
    out.check(whole > 0.9, &format!("these sites are alike: {whole}"));
    let parts: Vec<&str> =
        got["without"].as_array().unwrap().iter().map(|w| w["part"].as_str().unwrap()).collect();
    out.check(
        parts.contains(&"planted copies") && parts.contains(&"composed: portals"),
        "parts that are there",
    );
    out.check(
        !parts.iter().any(|part| part.contains("firms") || part.contains("machines")),
        "and no others",
    );
    // Without the words, form and neighbours something must change.
    let of = |part: &str| {
        let place = parts.iter().position(|p| *p == part).unwrap();
        got["without"][place]["figures"].clone()
    };
    out.check(
        of("page model: n-grams and words only") != got["whole"],
        "a part that is left out is missed",
    );
    out.check(!parts.contains(&"curves: straight lines"), "what the recipe has not");
    let kinds = got["kinds"].as_array().unwrap();
    // On these few pages a kind is a handful of lines, and which of them is found is chance for most; were
    // nothing left out, all would be found as before.
    let is_missed = |kind: &Value| kind["recall_left_out"].as_f64() < kind["recall"].as_f64();
    out.check(kinds.iter().filter(|kind| is_missed(kind)).count() >= 2, "kinds not learned");
    let shown = String::from_utf8_lossy(&out.stdout).into_owned();
    out.check(shown.contains("| without composed: portals |"), "the table");

    train(&bench, &[&arguments[..4], &["-o", "m"]].concat()).exits(0);
    let card = run(&bench, &["model", "card", "m", "--ablation", "parts.json"]);
    card.exits(0);
    card.check(card.stderr.is_empty(), "the figures belong to the model");
    card.check(
        String::from_utf8_lossy(&card.stdout).contains("## What each part is worth"),
        "in the card",
    );
}

#[test]
fn a_comparison_says_what_changes_and_replaces_only_what_is_worse() {
    let bench = bench();
    bench.write("small.toml", recipe(&[("folds", "2"), ("page.passes", "1")]));
    // The model of the bench finds none of this junk, so that any other is better.
    let compare = |more: &[&str]| {
        let common = ["pages.jsonl", "--recipe", "small.toml", "--folds", "3"];
        train(&bench, &[&common[..], more].concat())
    };
    let out = compare(&["--compare-with=m.dechaff", "--comparison", "c.json"]);
    out.exits(0);
    let text = String::from_utf8(out.stdout.clone()).unwrap();
    assert!(text.contains("The new model is better."), "{text}");
    assert!(text.contains("now right, removed") && text.contains(", 0 now wrong"), "{text}");
    let c: Value = serde_json::from_slice(&bench.read("c.json")).unwrap();
    assert_eq!(
        (&c["pages"], &c["known"], &c["outcome"]),
        (&json!(40), &json!(0), &json!("better"))
    );
    assert_eq!((&c["all"]["current"]["junk_f1"], &c["folds"]), (&json!(0.0), &json!(3)));
    assert!(c["all"]["new"]["junk_f1"].as_f64().unwrap() > 0.9, "{c}");
    assert_eq!(bench.names(), ["c.json", "pages.jsonl", "small.toml"]);

    // The model in use is replaced only where that was asked for, and where it is the worse one.
    bench.write("use.dechaff", bench.read("m.dechaff"));
    let same = ["-o", "use.dechaff", "--compare-with=use.dechaff"];
    compare(&same)
        .exits(2)
        .says("is the model to compare with; write another file, or give --if-better");
    compare(&[&same[..], &["--if-better"]].concat())
        .exits(0)
        .says("use.dechaff is the better model");
    let new = bench.read("use.dechaff");
    assert_ne!(new, bench.read("m.dechaff"));
    // Now it has seen all pages, and nothing that is trained without a site is better on it.
    let out = compare(&[&same[..], &["--if-better"]].concat());
    out.exits(1).says("use.dechaff: not written, for the new model was not found to be better");
    assert_eq!(bench.read("use.dechaff"), new);
    let text = String::from_utf8(out.stdout.clone()).unwrap();
    assert!(
        text.contains("was trained on every one of these pages: its figures flatter it"),
        "{text}"
    );

    // With two pages more it is measured on these alone.
    bench.write(
        "pages.jsonl",
        pages(8)
            + &pages(9)
                .lines()
                .skip(8)
                .step_by(9)
                .fold(String::new(), |all, page| all + &page.replace("小", "大") + "\n"),
    );
    let out = compare(&["--compare-with=use.dechaff"]);
    let text = String::from_utf8(out.exits(0).stdout.clone()).unwrap();
    assert!(text.contains("40 pages left out: the model in use was trained on them"), "{text}");
    compare(&["--compare-with", "--skip-bad"])
        .exits(2)
        .says("--compare-with: cannot be used with --skip-bad");
}

#[test]
fn labels_of_rules_are_not_measured_on_where_there_are_others() {
    let bench = Bench::new();
    let by_rules = |text: String| text.replace("\"label\"", "\"source\":\"rules\",\"label\"");
    bench.write("small.toml", recipe(&[("folds", "2"), ("page.passes", "1")]));
    let said = |labels: String| {
        bench.write("pages.jsonl", labels);
        let out = train(
            &bench,
            &[
                "pages.jsonl",
                "--recipe",
                "small.toml",
                "--folds",
                "3",
                "--compare-with=m.dechaff",
                "-q",
            ],
        );
        String::from_utf8(out.exits(0).stdout.clone()).unwrap()
    };
    let text = said(by_rules(pages(8)));
    assert!(text.contains("the figures say who agrees with the rules, not who is right"), "{text}");
    let (first, rest) =
        pages(8).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let lines = |text: &str| text.matches("\"label\"").count() - text.matches("\"either\"").count();
    let text = said(format!("{first}\n{}", by_rules(rest.clone())));
    let left_out = format!("{} labels that rules gave left out", lines(&rest));
    assert!(text.contains(&left_out), "{left_out}: {text}");
    let row = text.lines().find(|line| line.starts_with("pages ")).unwrap();
    let row: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(row[..3], ["pages", "40", &lines(&first).to_string()]);
}

#[test]
fn the_other_solver_makes_a_model_like_any_other() {
    let bench = bench();
    let linfa = [("line.solver", "'linfa'"), ("line.columns", "150")];
    bench.write("r.toml", recipe(&linfa)).write("sparse.toml", recipe(&[]));
    for (name, threads) in [("one", "1"), ("two", "2")] {
        train(&bench, &["pages.jsonl", "-o", name, "--recipe", "r.toml", "-j", threads])
            .exits(0)
            .says("dechaff: line model, by linfa: ")
            .says(" lines drawn, 150 columns by χ², gradient ")
            .says("dechaff: planted lines, by linfa: ");
    }
    assert!(bench.read("one") == bench.read("two"), "one thread and two");
    train(&bench, &["pages.jsonl", "-o", "sparse", "--recipe", "sparse.toml"]).exits(0);
    assert!(bench.read("one") != bench.read("sparse"), "the solvers differ");
    // Only the chosen columns have a weight, for each question 150.
    let weighty = |name: &str| {
        let model = dechaff::Model::load(&bench.path(name)).unwrap();
        let weights = model.line.table.weights;
        [0, 1].map(|question| weights.iter().filter(|row| row[question] != 0).count())
    };
    let (few, all) = (weighty("one"), weighty("sparse"));
    assert!(few.iter().all(|n| (100..=150).contains(n)), "{few:?}");
    assert!(all.iter().all(|n| *n > 1000), "{all:?}");

    // Filtering and explaining need to know nothing of it.
    let mut dice = Dice(99);
    let (good, bad) = (article(&mut dice), farm(&mut dice));
    bench.write("page.txt", format!("首页\n登录\n{good}\n{good}\n{bad}\n备案号 00000000 号\n"));
    run(&bench, &["filter", "-m", "one", "page.txt", "-q"])
        .exits(0)
        .prints(format!("{good}\n{good}\n"));
    run(&bench, &["explain", "-m", "one", "page.txt", "--line", "5"]).exits(0);
    run(&bench, &["model", "check", "one"]).exits(0);
}

#[test]
fn the_card_shows_both_solvers_side_by_side() {
    let bench = bench();
    let small = [("page.knots", "3"), ("page.passes", "1"), ("folds", "2")];
    let linfa = [("line.solver", "'linfa'"), ("line.columns", "150")];
    bench.write("sparse.toml", recipe(&small));
    bench.write("linfa.toml", recipe(&[&small[..], &linfa].concat()));
    let measure = |recipe: &str, more: &[&str]| {
        let arguments = ["pages.jsonl", "--folds", "2", "--no-baseline", "-q", "--recipe", recipe];
        train(&bench, &[&arguments[..], more].concat()).exits(0);
    };
    measure("sparse.toml", &["--cross-validate=sparse.json"]);
    measure("linfa.toml", &["--cross-validate=linfa.json", "--cost"]);
    let json = |name: &str| serde_json::from_slice::<Value>(&bench.read(name)).unwrap();
    // What is not the same twice is in the figures only where it is asked for.
    assert_eq!(json("sparse.json").get("cost"), None);
    let cost = &json("linfa.json")["cost"];
    let seconds = ["seconds", "line_model_seconds"].map(|name| cost[name].as_f64().unwrap());
    assert!(0.0 < seconds[1] && seconds[1] < seconds[0], "{cost}");
    #[cfg(target_os = "linux")]
    assert!(cost["peak_memory_bytes"].as_u64().unwrap() > 10_000_000, "{cost}");

    train(&bench, &["pages.jsonl", "-o", "m", "-q", "--recipe", "sparse.toml"]).exits(0);
    let card = ["model", "card", "m", "--evaluation", "sparse.json"];
    let beside = |value: &str| run(&bench, &[&card[..], &["--beside", value]].concat());
    let out = beside("the other=linfa.json");
    let text = String::from_utf8_lossy(&out.exits(0).stdout).into_owned();
    let rows: Vec<&str> = text.lines().skip_while(|line| *line != "## Side by side").collect();
    let row = |name: &str| rows.iter().find(|row| row.starts_with(&format!("| {name} |")));
    let (sparse, linfa) = (row("this model (sparse)").unwrap(), row("the other").unwrap());
    out.check(sparse.ends_with("| – | – | – | – |"), "no cost was measured");
    out.check(linfa.ends_with(" MB |") || !cfg!(target_os = "linux"), "memory");
    out.check(linfa.contains(" s |") && !text.contains("other pages, or"), "time");
    run(&bench, &card).exits(0).check(!rows.is_empty(), "alone there is no table");
    let wrong = ["model", "card", "m", "--evaluation", "linfa.json", "--beside", "a=sparse.json"];
    let out = run(&bench, &wrong);
    let text = String::from_utf8_lossy(&out.exits(0).stdout).into_owned();
    out.check(text.contains("| another model, as said above |"), "whose figures they are");
    for (value, said) in [("linfa.json", "must be a name"), ("=linfa.json", "must be a name")] {
        beside(value).exits(2).says(said);
    }
    beside("a=none.json").exits(1).says("none.json: No such");
    bench.write("no.json", "{}");
    beside("a=no.json").exits(1).says("no.json: not what");
    run(&bench, &["model", "card", "m", "--beside", "a=linfa.json"]).exits(2);
    // The time of a training and a cross-validation together would be that of neither.
    train(&bench, &["pages.jsonl", "-o", "n", "--cross-validate", "--no-baseline", "--cost"])
        .exits(2);
}

#[test]
fn what_cannot_be_learned_from_is_said() {
    let bench = bench();
    let text = String::from_utf8(bench.read("pages.jsonl")).unwrap();
    bench.write("no-junk.jsonl", text.replace("\"junk\"", "\"either\""));
    bench.write("no-article.jsonl", text.replace("\"article\"", "\"either\""));
    bench.write("one-site.jsonl", pages(1));
    bench.write("two-sites.jsonl", pages(2));
    bench.write("empty.jsonl", "");
    for (file, said) in [
        ("no-junk.jsonl", "cannot train: no line of 40 pages is labelled junk"),
        ("no-article.jsonl", "cannot train: no line of 40 pages is labelled article"),
        ("one-site.jsonl", "cannot train: all pages are of 1 site"),
        ("empty.jsonl", "cannot train: no line of 0 pages"),
        ("none.jsonl", "none.jsonl: No such file"),
    ] {
        train(&bench, &[file, "-o", "m"]).exits(1).says(said).prints("");
    }
    train(&bench, &["two-sites.jsonl", "--cross-validate"])
        .exits(1)
        .says("at least 3; there are 2");
    train(&bench, &["two-sites.jsonl", "-o", "two"]).exits(0);
    assert!(bench.names().iter().all(|name| name != "m"), "{:?}", bench.names());
    train(&bench, &["pages.jsonl"]).exits(2);
}

#[test]
fn a_recipe_that_makes_no_sense_is_said() {
    let bench = bench();
    let default = dechaff::train::recipe::DEFAULT;
    for (text, said) in [
        (format!("fold = 5\n{default}"), "r.toml:1: unknown field `fold`"),
        (format!("seed = -1\n{}", default.replace("seed", "#")), "r.toml:1: "),
        ("seed = 1\n[line\n".into(), "r.toml:2: "),
        (recipe(&[("folds", "1")]), "r.toml: folds = 1: must be from 2 to 20"),
        (
            recipe(&[("line.solver", "'saga'")]),
            "unknown variant `saga`, expected `sparse` or `linfa`",
        ),
        (recipe(&[("line.columns", "0")]), "r.toml: line.columns = 0: must be from 1 to"),
        (
            recipe(&[("line.columns", "1000000"), ("line.rows", "1000000")]),
            "r.toml: line.rows * line.columns = 1000000000000: must be from 1 to 1000000000",
        ),
        (recipe(&[("sets.a.weight", "-1.0")]), "r.toml: sets.a.weight = -1: must be from 0 to"),
    ] {
        bench.write("r.toml", text);
        train(&bench, &["pages.jsonl", "-o", "m", "--recipe", "r.toml"]).exits(1).says(said);
    }
    train(&bench, &["pages.jsonl", "-o", "m", "--recipe", "none"]).exits(1).says("none: No such");
    train(&bench, &["pages.jsonl", "-o", "m", "--data", "none"]).exits(1).says("none: No such");
}

#[test]
fn a_bad_page_stops_the_training_unless_it_may_be_skipped() {
    let bench = bench();
    let text = String::from_utf8(bench.read("pages.jsonl")).unwrap();
    bench.write("bad.jsonl", format!("{text}{{\"lines\": 1}}\n"));
    let out = train(&bench, &["bad.jsonl", "-o", "m", "-q"]);
    out.exits(1).says("bad.jsonl:41: ").says("1 bad page: nothing was trained");
    assert_eq!(bench.names(), ["bad.jsonl", "pages.jsonl"]);
    let out = train(&bench, &["bad.jsonl", "-o", "m", "-q", "--skip-bad"]);
    out.exits(1).says("bad.jsonl:41: ");
    run(&bench, &["model", "check", "m"]).exits(0);
}

#[test]
fn outputs_are_safe_and_quiet_is_quiet() {
    let bench = bench();
    let before = bench.read("pages.jsonl");
    train(&bench, &["pages.jsonl", "-o", "pages.jsonl"]).exits(2).says("is also an input");
    train(&bench, &["pages.jsonl", "--cross-validate=./pages.jsonl"])
        .exits(2)
        .says("is also an input");
    assert!(bench.read("pages.jsonl") == before);
    train(&bench, &["pages.jsonl", "-o", "no/m"]).exits(1).says("no/m: No such file");
    let out = train(&bench, &["pages.jsonl", "-o", "m", "--quiet"]);
    out.exits(0).prints("").check(out.stderr.is_empty(), "nothing on stderr");
    let twice = train(&bench, &["pages.jsonl", ".", "-o", "twice"]);
    twice.exits(0).says("pages.jsonl is named twice");
    assert!(bench.read("m") == bench.read("twice"));
}

#[test]
fn pages_of_one_line_and_fasttext_files_train_and_evaluate() {
    let bench = Bench::new();
    let mut dice = Dice(3);
    let (mut pages, mut lines) = (String::new(), String::new());
    for number in 0..60 {
        let (label, text) = match number % 2 {
            0 => ("article", article(&mut dice)),
            _ => ("junk", farm(&mut dice)),
        };
        let page = json!({"lines": [{"text": text, "label": label}]});
        let _ = writeln!(pages, "{page}");
        let _ = writeln!(lines, "__label__{label} {text}");
    }
    bench.write("pages.jsonl", pages).write("lines.txt", lines);
    for file in ["pages.jsonl", "lines.txt"] {
        train(&bench, &[file, "-o", "m"]).exits(0).says("60 pages of 60 sites");
        let out = run(&bench, &["evaluate", "-m", "m", file, "--json"]);
        let got: Value = serde_json::from_slice(&out.exits(0).stdout).unwrap();
        let f1 = got.pointer("/pooled/junk/f1").and_then(Value::as_f64).unwrap();
        out.check(f1 > 0.95, &format!("junk F1 {f1}"));
        train(&bench, &[file, "--cross-validate", "--no-baseline", "-q"]).exits(0);
    }
}

#[test]
fn files_that_the_recipe_names_are_read_or_missed() {
    let bench = bench();
    let values = [("synth.composed", "5"), ("synth.prose", "[\"prose.txt\"]")];
    bench.write("r.toml", recipe(&values));
    let arguments = ["pages.jsonl", "--recipe", "r.toml", "-o"];
    let out = train(&bench, &[&arguments[..], &["without"]].concat());
    out.exits(0).says("note: no --data folder: pages are made without 1 file of");
    bench.write("empty/other.txt", "");
    let out = train(&bench, &[&arguments[..], &["missed", "--data", "empty"]].concat());
    out.exits(0).says("prose.txt not found: pages are made without it");
    assert!(bench.read("missed") == bench.read("without"));
    let mut dice = Dice(5);
    let prose: Vec<_> = (0..400).map(|_| article(&mut dice)).collect();
    bench.write("data/prose.txt", prose.join("\n"));
    let out = train(&bench, &[&arguments[..], &["with", "--data", "data"]].concat());
    out.exits(0).check(!out.stderr.contains("warning"), "nothing is missing");
    assert!(bench.read("with") != bench.read("without"));
}

/// The same pages as HTML: menus as lists of links, junk in a box, the article in another.
fn html(page: &Value) -> Value {
    let mut source = String::from("<html><head><title>页</title></head><body>");
    let mut gold = String::new();
    for line in page["lines"].as_array().unwrap() {
        let (text, kind) = (line["text"].as_str().unwrap(), line["kind"].as_str());
        let _ = match (line["label"].as_str(), kind) {
            (Some("article"), _) => write!(source, "<div class=\"story-body\"><p>{text}</p></div>"),
            (_, Some("nav")) => {
                write!(source, "<ul class=\"menu\"><li><a href=\"/\">{text}</a></ul>")
            }
            _ => write!(source, "<div class=\"side-box\"><a href=\"/x\">{text}</a></div>"),
        };
        if line["label"] == "article" {
            let _ = writeln!(gold, "{text}");
        }
    }
    json!({"id": page["id"], "site": page["site"], "html": source, "gold": gold})
}

#[test]
fn pages_of_html_train_a_head_of_their_own() {
    let bench = bench();
    let mut dice = Dice(7);
    let pages: String =
        (0..40).map(|id| format!("{}\n", html(&page(&mut dice, id, id % 8)))).collect();
    bench.write("html.jsonl", &pages).write("r.toml", recipe(&[("html.passes", "1")]));
    let out =
        train(&bench, &["pages.jsonl", "html.jsonl", "-o", "m.dechaff", "--recipe", "r.toml"]);
    out.exits(0).says("html (HTML): 40 pages of 8 sites").says("HTML, pass 1:");
    let prints = |out: &Outcome, part: &str| {
        out.check(String::from_utf8_lossy(&out.stdout).contains(part), part);
    };
    let info = run(&bench, &["model", "info", "m.dechaff"]);
    prints(info.exits(0), "HTML:          1 passes");
    // Text alone gives a model without the head, and the same first head.
    train(&bench, &["pages.jsonl", "-o", "t.dechaff", "--recipe", "r.toml"]).exits(0);
    let info = run(&bench, &["model", "info", "t.dechaff"]);
    prints(info.exits(0), "HTML:          judged by its text");

    // Each page has a level of its own, and the passes' mean counts, unless the recipe says otherwise.
    let plain = [("html.average", "false"), ("html.passes", "2")];
    let mut plain: toml::Table = recipe(&plain).parse().unwrap();
    let level = plain["html"].as_table_mut().unwrap().remove("level").unwrap();
    bench.write("plain.toml", toml::to_string(&plain).unwrap());
    let both = ["html.jsonl", "-o"];
    train(&bench, &[&both[..], &["plain.dechaff", "--recipe", "plain.toml"]].concat()).exits(0);
    bench.write("two.toml", recipe(&[("html.passes", "2")]));
    train(&bench, &[&both[..], &["two.dechaff", "--recipe", "two.toml"]].concat()).exits(0);
    let of = |file: &str| dechaff::Model::load(&bench.path(file)).unwrap().tree.unwrap();
    let (plain, two) = (of("plain.dechaff"), of("two.dechaff"));
    assert_eq!((plain.averages, plain.level, two.averages), (false, None, true));
    assert_eq!(
        f64::from(two.level.unwrap().slope) as f32,
        level["slope"].as_float().unwrap() as f32
    );
    assert!(plain.passes == two.passes && plain.calibration != two.calibration);
    let bad =
        recipe(&[("html.level", "{ slope = 0.0, offset = 0.0, lowest = 0.0, highest = 0.0 }")]);
    bench.write("bad.toml", bad);
    let out = train(&bench, &[&both[..], &["bad.dechaff", "--recipe", "bad.toml"]].concat());
    out.says("the level of pages makes no sense");

    // The same words twice: only the tree tells the one in the menu from the one in the story.
    let line = "清早，合唱队走到了桥头，大家都觉得值得。";
    let source = format!(
        "<ul class=menu><li><a href=/>{line}</a></ul><div class=story-body><p>{line}</p></div>"
    );
    bench.write("p.html", source);
    let out = run(&bench, &["score", "-m", "m.dechaff", "-q", "p.html"]);
    let scores: Value = serde_json::from_slice(&out.exits(0).stdout).unwrap();
    let p = |n: usize| scores["lines"][n]["p"].as_f64().unwrap();
    assert!(p(0) > p(1), "{scores}");
    let out = run(&bench, &["evaluate", "-m", "m.dechaff", "html.jsonl"]);
    prints(out.exits(0), "pages of HTML as texts");
}
