//! `dechaff label` as its users meet it: raw pages in, labelled ones out that `train` reads; reports;
//! rules of their own; what to label next; disputes; and mistakes in what they hand over.

mod common;

use common::Bench;
use serde_json::{Value, json};

const PROSE: [&str; 3] = [
    "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手，用了两个月把它修好了。",
    "修桥的木料是从山上运来的，每一根都要四个人抬，路又窄又滑，一天只能走两趟。",
    "老人们说，这座桥他们小时候就有了，如今孙辈又能从上面走过去上学，心里很踏实。",
];

/// A page of a site: a menu, an article, a foot.
fn page(id: &str, site: &str) -> Value {
    let mut lines = vec!["首页 | 新闻 | 体育 | 财经", "您现在的位置：首页 > 新闻", "小镇"];
    lines.extend(PROSE);
    lines.extend(["上一篇：春雨", "分享到：微信 新浪微博", "版权所有 某某网 京ICP备00000000号"]);
    let lines: Vec<Value> = lines.iter().map(|text| json!({"text": text, "label": "x"})).collect();
    json!({"id": id, "site": site, "lang": "zh", "lines": lines})
}

fn corpus(sites: usize) -> String {
    (0..sites).map(|s| format!("{}\n", page(&format!("p{s}"), &format!("s{s}")))).collect()
}

/// The first page of labelled output, line by line.
fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let page: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    page["lines"].as_array().unwrap().clone()
}

#[test]
fn raw_pages_come_out_labelled_and_are_read_by_evaluate() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(3));
    let done = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("3 pages, 27 lines: 15 labelled junk, 9 article, 3 left either"),
        "{}",
        done.stderr
    );
    let got = lines(&bench.read("out.jsonl"));
    let said = |at: usize| (got[at]["label"].as_str().unwrap(), got[at]["kind"].as_str());
    assert_eq!(said(0), ("junk", Some("nav")));
    assert_eq!(said(2), ("either", None));
    assert_eq!(said(3), ("article", None));
    assert_eq!(said(6), ("junk", Some("nav")));
    assert_eq!(said(7), ("junk", Some("share")));
    assert_eq!(said(8), ("junk", Some("legal")));
    assert_eq!(got[2], json!({"n": 3, "text": "小镇", "label": "either", "confidence": null}));
    assert_eq!(got[8]["rules"], json!(["registration_number", "copyright", "off_topic"]));
    assert_eq!(got[8]["source"], "rules");
    assert!(got[8]["confidence"].as_f64().unwrap() >= 0.95);
    // The file is labelled pages as they are: fields that the reader does not know do not matter.
    let read = bench.run(&["evaluate", "out.jsonl", "-m", "m.dechaff", "--json"]);
    assert_eq!(read.status.code(), Some(0), "{}", read.stderr);

    // The same bytes at any number of threads, and in place of what the rules wrote before.
    let before = bench.read("out.jsonl");
    let again = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl", "-j", "1", "-q"]);
    assert_eq!((again.status.code(), again.stderr.as_str()), (Some(0), ""));
    assert_eq!(bench.read("out.jsonl"), before);
}

#[test]
fn text_empty_pages_and_standard_input_are_read() {
    let bench = Bench::new();
    let text = format!("版权所有 某某网\n\n{}\n", PROSE[0]);
    let done = bench.run_with(&["label", "-", "-o", "-"], text.as_bytes());
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    let got = lines(&done.stdout);
    assert_eq!((got.len(), &got[1]["n"]), (2, &json!(3)));
    bench.write(
        "e.jsonl",
        "{\"id\": \"e\", \"text\": \"\"}\n{\"id\": \"f\", \"lines\": []}\n{\"text\": 3}\n",
    );
    let done = bench.run(&["label", "e.jsonl", "-o", "-"]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(done.stdout, b"{\"id\":\"e\",\"lines\":[]}\n{\"id\":\"f\",\"lines\":[]}\n");
    assert!(done.stderr.contains("e.jsonl:3: "), "{}", done.stderr);
}

#[test]
fn a_page_of_a_hundred_thousand_lines_is_labelled() {
    let bench = Bench::new();
    let text: String =
        (0..100_000).map(|i| format!("产品 {} 型 | 报价 | 图片 | 厂家{}\n", i, i % 977)).collect();
    bench.write("long.txt", text);
    let start = std::time::Instant::now();
    let done = bench.run(&["label", "long.txt", "-o", "out.jsonl"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    assert_eq!(lines(&bench.read("out.jsonl")).len(), 100_000);
    assert!(start.elapsed().as_secs() < 120);
}

#[test]
fn siblings_share_a_label_and_say_whose() {
    let bench = Bench::new();
    bench.write(
        "mine.toml",
        "[[rule]]\nname = \"foot\"\npattern = \"本厂常年供应\"\nkind = \"ad\"\nlast = 1\n",
    );
    let line = "本厂常年供应各种轴承钢管木料水泵电缆欢迎新老客户";
    let page = |id: &str, first: &str, last: &str| {
        format!("{}\n", json!({"id": id, "text": format!("{first}\n桥\n{last}")}))
    };
    let [one, two] = [format!("{line}来信"), format!("{line}来函")];
    bench.write("raw.jsonl", page("a", &one, "河") + &page("b", "路", &two));
    let label = |more: &[&str]| {
        let mut arguments = vec!["label", "raw.jsonl", "-o", "-", "--rules", "mine.toml"];
        arguments.extend(more);
        lines(&bench.run(&arguments).stdout)[0].clone()
    };
    let got = label(&[]);
    assert_eq!((&got["label"], &got["kind"]), (&json!("junk"), &json!("ad")));
    assert_eq!(got["from"], "sibling of b:3");
    assert_eq!(label(&["--no-siblings"])["label"], "either");
}

#[test]
fn rules_with_mistakes_are_named() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(1));
    let said = |rules: &str| {
        bench.write("mine.toml", rules);
        let done = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl", "--rules", "mine.toml"]);
        assert_eq!(done.status.code(), Some(1));
        done.stderr
    };
    let bad = said("[[rule]]\nname = \"foot\"\npattern = \"某(某\"\n");
    assert!(bad.contains("mine.toml: rule \"foot\": pattern \"某(某\": unclosed group"), "{bad}");
    let bad = said("[[rule]]\nname = \"copyright\"\npattern = \"x\"\n");
    assert!(bad.contains("there is another rule of this name"), "{bad}");
    assert!(said("").contains("holds no [[rule]]"));
    assert_eq!(bench.names(), ["mine.toml", "raw.jsonl"]);
}

#[test]
fn the_report_measures_on_gold() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(2));
    let mut gold = page("p0", "s0");
    for (at, line) in gold["lines"].as_array_mut().unwrap().iter_mut().enumerate() {
        line["label"] = json!(if (3..6).contains(&at) { "article" } else { "junk" });
    }
    gold["lines"][8]["label"] = json!("article");
    bench.write("gold.jsonl", format!("{gold}\n"));
    let run = |report: &str| {
        let done =
            bench.run(&["label", "raw.jsonl", "--gold", "gold.jsonl", "--report", report, "-q"]);
        assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
        done.stdout
    };
    let table = String::from_utf8(run("-")).unwrap();
    assert!(
        table.contains("gold: 1 of the pages, 9 lines scored; 0 pages have changed since"),
        "{table}"
    );
    run("r.json");
    let report: Value = serde_json::from_slice(&bench.read("r.json")).unwrap();
    assert_eq!(report["gold"]["combined"]["junk"], 5);
    assert_eq!(report["gold"]["combined"]["junk_precision"], 0.8);
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["name"] == "copyright").unwrap();
    assert_eq!((&rule["votes"], &rule["precision"]), (&json!(2), &json!(0.0)));
    assert_eq!(rule["wrong"][0]["before"], "分享到：微信 新浪微博");
    run("r.html");
    let html = String::from_utf8(bench.read("r.html")).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("copyright"));

    bench.write("other.jsonl", "{\"id\": \"q\", \"lines\": []}\n");
    let done = bench.run(&["label", "raw.jsonl", "--gold", "other.jsonl", "--report", "-"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        done.stderr.contains("none of its pages has the id of a page of the corpus"),
        "{}",
        done.stderr
    );
}

#[test]
fn labels_by_hand_in_the_input_stay() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(1));
    let label = |input: &str, output: &str| bench.run(&["label", input, "-o", output]);
    assert_eq!(label("raw.jsonl", "first.jsonl").status.code(), Some(0));
    let first = String::from_utf8(bench.read("first.jsonl")).unwrap();
    let mut page: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    let line = page["lines"][8].as_object_mut().unwrap();
    assert_eq!(line["label"], "junk");
    // With whatever else was said of the line.
    for (key, value) in [("label", "article"), ("source", "hand"), ("note", "ours")] {
        line.insert(key.into(), value.into());
    }
    line.remove("kind");
    let made = serde_json::to_string(&page["lines"][8]).unwrap();
    bench.write("reviewed.jsonl", format!("{page}\n"));
    let done = label("reviewed.jsonl", "second.jsonl");
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("1 of them by hand"), "{}", done.stderr);
    let second = String::from_utf8(bench.read("second.jsonl")).unwrap();
    assert!(second.contains(&made), "{second}");
    // All else is as the rules had it.
    let rest = first.lines().next().unwrap().split("{\"n\":9").next().unwrap();
    assert!(second.starts_with(rest), "{second}");

    // Labels that do not say whose they are are not kept, and that is told.
    bench.write("unsigned.jsonl", format!("{page}\n").replace(",\"source\":\"hand\"", ""));
    let done = label("unsigned.jsonl", "third.jsonl");
    assert!(done.stderr.contains("; 1 had a label that names no `source`"), "{}", done.stderr);

    bench.write("mistake.jsonl", format!("{page}\n").replace("\"article\"", "\"atricle\""));
    let done = label("mistake.jsonl", "third.jsonl");
    assert_eq!(done.status.code(), Some(1));
    assert!(done.stderr.contains("mistake.jsonl:1: lines["), "{}", done.stderr);
    assert!(done.stderr.contains("atricle"), "{}", done.stderr);
    // No page was read: what stood there still does.
    let third = String::from_utf8(bench.read("third.jsonl")).unwrap();
    assert!(third.contains("\"source\":\"rules\""), "{third}");

    // Hand labels on lines that are not those of the text.
    page["text"] = json!("桥修好了。");
    bench.write("both.jsonl", format!("{page}\n"));
    let done = label("both.jsonl", "fourth.jsonl");
    assert_eq!(done.status.code(), Some(1));
    assert!(
        done.stderr.contains("both.jsonl:1: holds labels made by hand beside"),
        "{}",
        done.stderr
    );
}

#[test]
fn what_a_page_says_of_itself_and_the_numbers_of_its_lines_stay() {
    let bench = Bench::new();
    let text = "首页 | 新闻 | 体育\n\n版权所有 某某网\n小桥";
    let page = json!({"id": 7, "site": 17, "url": "https://b.example/x", "content": text, "seen": [1.50, null]});
    bench.write("raw.jsonl", format!("{page}\n"));
    let label = |more: &[&str], input: &str, output: &str| {
        let done = bench.run(&[&["label", input, "-o", output], more].concat());
        assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
        serde_json::from_slice::<Value>(&bench.read(output)).unwrap()
    };
    let mut first = label(&["--text-field", "content"], "raw.jsonl", "first.jsonl");
    for (name, expected) in [
        ("id", json!("7")),
        ("site", json!("17")),
        ("url", page["url"].clone()),
        ("seen", page["seen"].clone()),
    ] {
        assert_eq!(first[name], expected, "{name}");
    }
    assert!(first.get("content").is_none(), "{first}");
    // In their order.
    let names: Vec<_> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "site", "url", "seen", "lines"]);
    let numbers = |page: &Value| -> Vec<u64> {
        page["lines"].as_array().unwrap().iter().map(|line| line["n"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&first), [1, 3, 4]);
    first["lines"][1]["source"] = json!("hand");
    bench.write("first.jsonl", format!("{first}\n"));
    let second = label(&[], "first.jsonl", "second.jsonl");
    assert_eq!(numbers(&second), [1, 3, 4]);
    assert_eq!((&second["lines"][1], &second["seen"]), (&first["lines"][1], &first["seen"]));
}

#[test]
fn labels_by_hand_and_files_with_mistakes_are_not_overwritten() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(1));
    let refuse = |content: &str, said: &str| {
        bench.write("out.jsonl", content);
        let done = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl"]);
        assert_eq!(done.status.code(), Some(1));
        assert!(done.stderr.contains(said), "{}", done.stderr);
        assert_eq!(bench.read("out.jsonl"), content.as_bytes());
    };
    let by_hand = "{\"lines\": [{\"text\": \"a\", \"label\": \"junk\", \"source\": \"hand\"}]}\n";
    refuse(by_hand, "out.jsonl: holds 1 label made by hand");
    let mistake = format!("{by_hand}{}", "{\"lines\": [{\"text\": \"a\", \"label\": \"jnuk\"}]}\n");
    refuse(
        &mistake,
        "out.jsonl:2: lines[0]: unknown label \"jnuk\", expected article, junk or either",
    );
    refuse("no labels\n", "nothing was overwritten");
    // A review that goes on has decisions that the file may not have yet.
    let begun = "{\"entry\":\"begin\",\"file\":\"out.jsonl\",\"sha256\":\"0\"}\n";
    let saved = format!("{begun}{}", "{\"entry\":\"save\",\"sha256\":\"1\"}\n");
    bench.write("out.jsonl.review.jsonl", &saved);
    refuse("", "out.jsonl: is under review");
    let done = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl", "--overwrite"]);
    assert!(done.stderr.contains("is under review"), "{}", done.stderr);
    bench.write("out.jsonl.review.jsonl", begun);
    let done = bench.run(&["label", "raw.jsonl", "-o", "out.jsonl", "--overwrite"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    let done = bench.run(&["label", "raw.jsonl", "-o", "raw.jsonl", "--overwrite"]);
    assert!(done.stderr.contains("is also an input"), "{}", done.stderr);
    // Gold and labels to audit: every mistake with its line.
    bench.write("bad.jsonl", &mistake);
    for arguments in [
        &["label", "raw.jsonl", "--gold", "bad.jsonl", "--report", "r.json"][..],
        &["label", "--audit", "bad.jsonl"],
    ] {
        let done = bench.run(arguments);
        assert_eq!(done.status.code(), Some(1));
        assert!(done.stderr.contains("bad.jsonl:2: lines[0]: unknown label"), "{}", done.stderr);
    }
    assert!(!bench.names().contains(&"r.json".to_owned()));
}

#[test]
fn next_asks_of_each_group_once_and_not_what_is_done() {
    let bench = Bench::new();
    // The model of the bench is sure of 魍 and of everything else alike.
    let lines = json!(["桥", "桥", "河", {"text": "路", "source": "hand", "label": "junk"}]);
    bench.write("raw.jsonl", format!("{}\n", json!({"id": "p", "lines": lines})));
    let done = bench.run(&["label", "raw.jsonl", "--next", "5", "--with-model=m.dechaff"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    let out = String::from_utf8(done.stdout).unwrap();
    let asked: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let what: Vec<_> = asked.iter().map(|q| (&q["text"], &q["line"], &q["group"])).collect();
    assert_eq!(what, [(&json!("桥"), &json!(1), &json!(2)), (&json!("河"), &json!(3), &json!(1))]);
    assert_eq!(asked[1]["before"], json!(["桥", "桥"]));
    assert_eq!(asked[1]["after"], json!(["路"]));
}

#[test]
fn a_model_votes_where_it_is_asked_to() {
    let bench = Bench::new();
    bench.write("raw.jsonl", "{\"id\": \"p\", \"lines\": [\"魍\"]}\n");
    let rules = |more: &[&str]| {
        let mut arguments = vec!["label", "raw.jsonl", "-o", "-", "-q"];
        arguments.extend(more);
        lines(&bench.run(&arguments).stdout)[0]["rules"].clone()
    };
    assert_eq!(rules(&[]), Value::Null);
    assert_eq!(rules(&["--with-model=m.dechaff"]), json!(["model_junk"]));
}

#[test]
fn audit_lists_the_label_that_was_turned_round() {
    let bench = Bench::new();
    let pages: String = (0..10)
        .map(|s| {
            let mut page = page(&format!("p{s}"), &format!("s{s}"));
            for (at, line) in page["lines"].as_array_mut().unwrap().iter_mut().enumerate() {
                let is_article = (3..6).contains(&at) && !(s == 3 && at == 4);
                line["label"] = json!(if is_article { "article" } else { "junk" });
                line["source"] = json!(if s == 3 { "rules" } else { "hand" });
            }
            format!("{page}\n")
        })
        .collect();
    bench.write("labelled.jsonl", pages);
    let done = bench.run(&["label", "--audit", "labelled.jsonl", "--top", "1"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.starts_with("labelled p3:5 junk, margin -"), "{out}");
    assert!(out.lines().next().unwrap().ends_with(" (by rules)"), "{out}");
    assert!(
        out.contains(&format!("\n    {}\n  > {}\n    {}\n", PROSE[0], PROSE[1], PROSE[2])),
        "{out}"
    );
    let done = bench.run(&["label", "--audit", "labelled.jsonl", "--top", "1", "--json"]);
    let dispute: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&dispute["page"], &dispute["line"], &dispute["label"]),
        (&json!("p3"), &json!(5), &json!("junk"))
    );
}

#[test]
fn audit_of_html_says_that_the_gold_is_to_be_mended() {
    let bench = Bench::new();
    let pages: String = (0..10)
        .map(|s| {
            let menu = ["首页", "新闻中心", "联系我们", "登录", "下一页"];
            let menu: String = menu.iter().map(|item| format!("<li><a href=/>{item}</a>")).collect();
            let text: String = PROSE.iter().map(|line| format!("<p>{line}")).collect();
            // Of one page a paragraph is missing in the gold.
            let gold: Vec<&str> = PROSE.into_iter().skip(usize::from(s == 3)).collect();
            let html = format!("<ul>{menu}</ul><div>{text}</div>");
            format!(
                "{}\n",
                json!({"id": format!("p{s}"), "site": format!("s{s}"), "html": html, "gold": gold.join("\n")})
            )
        })
        .collect();
    bench.write("labelled.jsonl", pages);
    let done = bench.run(&["label", "--audit", "labelled.jsonl", "--top", "1"]);
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.starts_with("labelled p3:6 junk, margin -"), "{out}");
    assert!(out.lines().next().unwrap().ends_with(" (HTML: mend `gold`)"), "{out}");
}

#[test]
fn command_lines_that_make_no_sense_are_refused() {
    let bench = Bench::new();
    bench.write("raw.jsonl", corpus(1));
    for arguments in [
        &["label"][..],
        &["label", "raw.jsonl"],
        &["label", "raw.jsonl", "-o", "x", "--confidence", "0.3"],
        &["label", "raw.jsonl", "--next", "3", "-o", "x"],
        &["label", "raw.jsonl", "--gold", "raw.jsonl", "-o", "x"],
        &["label", "raw.jsonl", "-o", "x", "--json"],
        &["label", "raw.jsonl", "--next", "3", "--recipe", "x.toml"],
        &["explain", "--columns", "--threshold", "0.4"],
    ] {
        assert_eq!(bench.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
