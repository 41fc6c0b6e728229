//! `dechaff profile` and `--site-profile`, as their users meet them.

mod common;

use common::{Bench, Outcome};
use dechaff::Model;
use serde_json::{Value, json};

/// A bench whose model is unsure of every line: its log odds are 0, all but, and the threshold is at 1.
fn unsure_bench() -> Bench {
    let bench = Bench::new();
    let path = bench.path("m.dechaff");
    let mut model = Model::load(&path).unwrap();
    model.calibration.slope = 1.0;
    model.policy.threshold = 0.73;
    model.save(&path).unwrap();
    bench
}

/// Pages of two sites and one of none. The first lines of a site are on all of its pages.
fn pages() -> String {
    let page = |site: &str, lines: &[&str]| {
        let mut page = json!({ "text": lines.join("\n") });
        if !site.is_empty() {
            page["url"] = json!(format!("https://{site}/{}", lines.len()));
        }
        format!("{page}\n")
    };
    [
        page("www.a.example", &["乙丙 丁", "河上的桥修好了。"]),
        page("a.example", &["乙丙 丁", "渡口关了。", "老人们说可惜。"]),
        page("b.example", &["乙丙 丁", "河上的桥修好了。"]),
        page("", &["乙丙 丁", "河上的桥修好了。"]),
    ]
    .concat()
}

/// The log odds of each line, page by page.
fn log_odds(out: &Outcome) -> Vec<Vec<f64>> {
    let pages = std::str::from_utf8(&out.stdout).unwrap().lines();
    let odds = |line: &Value| {
        let p = line["p"].as_f64().unwrap();
        (p / (1.0 - p)).ln()
    };
    let of_page = |page: &str| {
        let page: Value = serde_json::from_str(page).unwrap();
        page["lines"].as_array().unwrap().iter().map(odds).collect()
    };
    pages.map(of_page).collect()
}

/// What a profile adds to the log odds of each line, rounded.
fn added(bench: &Bench, input: &str, options: &[&str]) -> Vec<Vec<f64>> {
    let score = ["score", "-m", "m.dechaff", "-q", input];
    let without = bench.run(&score);
    without.exits(0);
    let with = bench.run(&[&score, options].concat());
    with.exits(0);
    let both = log_odds(&without).into_iter().zip(log_odds(&with));
    let differences = |(a, b): (Vec<f64>, Vec<f64>)| {
        a.iter().zip(&b).map(|(a, b)| ((b - a) * 10.0).round() / 10.0).collect()
    };
    both.map(differences).collect()
}

#[test]
fn a_line_of_several_pages_of_its_site_is_sooner_junk() {
    let bench = unsure_bench();
    bench.write("in/p.jsonl", pages());
    let profile = bench.run(&["profile", "in", "-o", "p.sites"]);
    profile.exits(0).says("3 pages of 2 sites, 1 with several pages; 1 line on several pages");
    profile.says("left out 1 page, for want of a `site` or a `url`");
    let of_sites = ["--site-profile", "p.sites"];
    let want = [vec![1.4, 0.0], vec![1.4, 0.0, 0.0], vec![0.0, 0.0], vec![0.0, 0.0]];
    assert_eq!(added(&bench, "in/p.jsonl", &of_sites), want);
    // A page without a site is of the one that is named.
    let named = [&of_sites[..], &["--site", "A.example"]].concat();
    assert_eq!(added(&bench, "in/p.jsonl", &named)[3], [1.4, 0.0]);
    // What goes out follows.
    let out = bench.filter(&["in/p.jsonl", "--site-profile", "p.sites"]);
    let texts = String::from_utf8(out.stdout.clone()).unwrap();
    let texts: Vec<Value> = texts.lines().map(|page| serde_json::from_str(page).unwrap()).collect();
    let got: Vec<_> = texts.iter().map(|page| page["text"].as_str().unwrap()).collect();
    let whole = "乙丙 丁\n河上的桥修好了。";
    assert_eq!(got, ["河上的桥修好了。", "渡口关了。\n老人们说可惜。", whole, whole]);
    bench.filter(&["in/p.jsonl"]).exits(0).prints(pages());
    out.says("knows the site of 2 of 4 pages").says("1 page did not say the site");
    out.says("2 lines removed only since other pages of the site have them");
    // And it is told why.
    let explained = bench.run(
        &[&["explain", "-m", "m.dechaff", "in/p.jsonl", "--line", "1"], &of_sites[..]].concat(),
    );
    let said = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert_eq!(said.matches("on other pages of the site").count(), 2, "{said}");
}

#[test]
fn of_copies_nothing_goes_for_being_repeated() {
    let bench = unsure_bench();
    let page = |lines: &[&str]| format!("{}\n", json!({"site": "s", "text": lines.join("\n")}));
    let article = ["首页 新闻", "河上的桥修好了。", "渡口从此关了，老人们说可惜。"];
    // The same article twice, with other lines around it, and a page that has its beginning.
    let pages = [
        page(&[&article[..], &["甲"]].concat()),
        page(&[&["乙"], &article[..]].concat()),
        page(&["首页 新闻", "河上的桥修好了。", "另外一件事情说来话长，下回再说不迟。"]),
    ];
    bench.write("p.jsonl", pages.concat());
    bench.run(&["profile", "p.jsonl", "-o", "p.sites"]).exits(0);
    let gained = added(&bench, "p.jsonl", &["--site-profile", "p.sites"]);
    assert_eq!(gained[..2], [[0.0; 4], [0.0; 4]]);
    assert!(gained[2][0] > 1.0 && gained[2][1] > 1.0 && gained[2][2] == 0.0, "{gained:?}");
    // Word for word the same page is one page.
    bench.write("q.jsonl", [&pages[0], &pages[0], &pages[2]].map(String::as_str).concat());
    let out = bench.run(&["profile", "q.jsonl", "-o", "q.sites"]);
    out.exits(0).says("3 pages of 1 site").says("1 page word for word as another one, not counted");
    out.says("2 lines on several pages");
}

#[test]
fn receipts_say_what_went_for_being_repeated() {
    let bench = unsure_bench();
    bench.write("p.jsonl", pages());
    bench.run(&["profile", "p.jsonl", "-o", "p.sites", "-q"]).exits(0);
    let options = ["p.jsonl", "-o", "o.jsonl", "--removed", "r.jsonl", "--site-profile", "p.sites"];
    bench.filter(&options).exits(0);
    let receipts = String::from_utf8(bench.read("r.jsonl")).unwrap();
    assert_eq!(receipts.matches("on_other_pages").count(), 2, "{receipts}");
    bench.run(&["restore", "o.jsonl", "--removed", "r.jsonl", "-q"]).exits(0).prints(pages());
}

#[test]
fn a_profile_is_the_same_at_any_number_of_threads_and_holds_no_text() {
    let bench = unsure_bench();
    let many: String = (0..300)
        .map(|i| {
            let text = format!("首页 | 新闻\n第{}页\n版权所有", "甲".repeat(i % 37 + 1));
            format!("{}\n", json!({"site": format!("s{}", i % 7), "text": text}))
        })
        .collect();
    bench.write("p.jsonl", &many);
    for (threads, name) in [("1", "one"), ("4", "four")] {
        bench.run(&["profile", "p.jsonl", "-o", name, "-j", threads, "-q"]).exits(0);
    }
    let one = bench.read("one");
    assert!(one == bench.read("four"));
    assert!(!one.windows(6).any(|part| part == "首页".as_bytes()));
    // With next to no memory, what is left out is told.
    let few: String = (0..26_000)
        .map(|i| format!("{}\n", "甲".repeat(i % 500) + &"乙".repeat(i / 500)))
        .collect();
    let page = |text: &str| format!("{}\n", json!({"site": "s", "text": text}));
    bench.write("q.jsonl", [page(&few), page("首页"), page("首页\n丙")].concat());
    let out = bench.run(&["profile", "q.jsonl", "-o", "few", "--memory", "1"]);
    out.exits(0).says("1 line on several pages").says("forgotten on the way for want of memory");
}

#[test]
fn pages_of_warc_say_their_site_by_their_address() {
    let bench = unsure_bench();
    let record = |url: &str, text: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {url}\r\nContent-Type: text/plain\r\n\
             Content-Length: {}\r\n\r\n{text}\r\n\r\n",
            text.len()
        )
    };
    let warc = record("http://a.example/1", "首页\n甲乙丙丁")
        + &record("http://a.example/2", "首页\n戊己庚辛");
    bench.write("p.wet", warc);
    let out = bench.run(&["profile", "p.wet", "-o", "p.sites"]);
    out.exits(0).says("2 pages of 1 site, 1 with several pages; 1 line");
    assert_eq!(added(&bench, "p.wet", &["--site-profile", "p.sites"]), [[1.4, 0.0], [1.4, 0.0]]);
}

#[test]
fn texts_and_html_are_of_the_site_that_is_named() {
    let bench = unsure_bench();
    bench
        .write("in/1.txt", "首页\n甲乙丙丁\n")
        .write("in/2.html", "<p>首页<p>戊己庚辛")
        .write("in/3.txt", "丙");
    let nameless = bench.run(&["profile", "in", "-o", "p.sites"]);
    nameless.exits(1).says("no pages of which the site is known; left out 3 pages");
    assert_eq!(bench.names(), ["in/1.txt", "in/2.html", "in/3.txt"]);
    bench
        .run(&["profile", "in", "-o", "p.sites", "--site", "s"])
        .exits(0)
        .says("3 pages of 1 site");
    let options = ["--site-profile", "p.sites", "--site", "s"];
    let gained = added(&bench, "in", &options);
    assert_eq!(gained.iter().map(|page| page[0] > 0.5).collect::<Vec<_>>(), [true, true, false]);
    let out = bench.filter(&["in/1.txt", "--site-profile", "p.sites"]);
    out.exits(0).says("knows the site of 0 of 1 page").says("1 page did not say the site");
    bench.filter(&["in/1.txt", "--site", "s"]).exits(2).says("--site-profile");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_counted() {
    let bench = unsure_bench();
    bench.write("in/p.jsonl", pages() + "{\"broken\n").write("in/q.txt.gz", b"\x1f\x8bno");
    let out = bench.run(&["profile", "in", "gone.jsonl", "-o", "p.sites"]);
    out.exits(1)
        .says("in/p.jsonl:5: ")
        .says("q.txt.gz")
        .says("gone.jsonl")
        .says("3 pages of 2 sites");
    bench.write("bad.sites", &bench.read("p.sites")[..60]);
    bench
        .filter(&["in/p.jsonl", "--site-profile", "bad.sites"])
        .exits(1)
        .says("bad.sites: site profile: ");
    bench.filter(&["in/p.jsonl", "--site-profile", "m.dechaff"]).exits(1).says("no site profile");
    bench.filter(&["in/p.jsonl", "--site-profile", "none"]).exits(1).says("none: ");
    for (place, why) in
        [("in", "goes into a file"), ("-", "goes into a file"), ("in/p.jsonl", "is also an input")]
    {
        bench.run(&["profile", "in/p.jsonl", "-o", place]).exits(2).says(why);
    }
    assert_eq!(bench.read("in/p.jsonl"), (pages() + "{\"broken\n").as_bytes());
    bench.run(&["profile", "in/p.jsonl", "-o", "p", "--memory", "0"]).exits(2);
    bench.run(&["profile", "-o", "p"]).exits(1).says("no pages of which the site is known");
}

#[test]
fn a_run_with_another_profile_is_not_gone_on_with() {
    let bench = unsure_bench();
    bench.write("in/p.jsonl", pages());
    bench.run(&["profile", "in", "-o", "p.sites", "-q"]).exits(0);
    bench.filter(&["in", "-o", "out", "--site-profile", "p.sites", "-q"]).exits(0);
    let again = ["in", "-o", "out", "--resume"];
    bench.filter(&[&again[..], &["--site-profile", "p.sites"]].concat()).exits(0);
    bench.filter(&again).exits(1).says("--site-profile was").says("not given now");
    bench.write("q.jsonl", pages().replace("a.example", "c.example"));
    bench.run(&["profile", "q.jsonl", "-o", "q.sites", "-q"]).exits(0);
    let other = bench.filter(&[&again[..], &["--site-profile", "q.sites"]].concat());
    other.exits(1).says("--site-profile was");
}

#[test]
fn labelled_pages_are_measured_with_it() {
    let bench = unsure_bench();
    let page = |id: &str, own: &str| {
        let line = |text: &str, label: &str| json!({"text": text, "label": label});
        let lines = [line("乙丙 丁", "junk"), line(own, "article")];
        format!("{}\n", json!({"id": id, "site": "s", "lines": lines}))
    };
    bench.write("gold.jsonl", page("1", "河上的桥修好了。") + &page("2", "渡口关了。"));
    bench.run(&["profile", "gold.jsonl", "-o", "p.sites", "-q"]).exits(0);
    let evaluate = ["evaluate", "gold.jsonl", "-m", "m.dechaff", "--json", "-q"];
    let found = |options: &[&str]| {
        let out = bench.run(&[&evaluate[..], options].concat());
        out.exits(0);
        let figures: Value = serde_json::from_slice(&out.stdout).unwrap();
        (
            figures["pooled"]["confusion"]["junk_removed"].as_u64(),
            figures["site_profile"].is_string(),
        )
    };
    assert_eq!(found(&[]), (Some(0), false));
    assert_eq!(found(&["--site-profile", "p.sites"]), (Some(2), true));
}

#[cfg(feature = "parquet")]
#[test]
fn rows_of_parquet_say_their_site_by_a_column() {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    /// Two rows with `url` and `text`, and before them `id` or not.
    fn rows(has_ids: bool) -> Vec<u8> {
        let id = if has_ids { "required int64 id;" } else { "" };
        let columns = "required binary url (UTF8); required binary text (UTF8);";
        let schema = parse_message_type(&format!("message m {{ {id} {columns} }}")).unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(vec![], Arc::new(schema), properties).unwrap();
        let mut group = writer.next_row_group().unwrap();
        if has_ids {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&[1, 2], None, None).unwrap();
            column.close().unwrap();
        }
        for values in [
            ["http://a.example/1", "https://www.a.example/2"],
            ["首页\n甲乙丙丁", "首页\n戊己庚辛"],
        ] {
            let values = values.map(ByteArray::from);
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    let bench = unsure_bench();
    for (has_ids, first) in [(true, "1"), (false, "http://a.example/1")] {
        bench.write("p.parquet", rows(has_ids));
        bench.run(&["profile", "p.parquet", "-o", "p.sites"]).exits(0).says("2 pages of 1 site");
        let gained = added(&bench, "p.parquet", &["--site-profile", "p.sites"]);
        assert_eq!(gained, [[1.4, 0.0], [1.4, 0.0]]);
        let out = bench.run(&["score", "-m", "m.dechaff", "-q", "p.parquet"]);
        let page: Value =
            serde_json::from_slice(out.stdout.split(|&b| b == b'\n').next().unwrap()).unwrap();
        assert_eq!(page["id"], first);
    }
}
