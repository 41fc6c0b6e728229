//! `dechaff review` as a browser and an attacker meet it: the program is started on a free port and
//! talked to. What the page does is in `page.rs`, with a browser.

mod client;
#[path = "../common/mod.rs"]
mod common;
mod page;
mod webdriver;

#[cfg(unix)]
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use client::{Reviewing, exchange};
use common::Bench;
use serde_json::{Value, json};

const LABELS: &str = concat!(
    "{\"id\": \"p\", \"site\": \"a.cn\", \"lines\": [",
    "{\"n\": 1, \"text\": \"首页 魍\", \"label\": \"either\", \"confidence\": null}, ",
    "{\"n\": 2, \"text\": \"桥修好了，人们很高兴。\", \"label\": \"article\", \"confidence\": 0.93, ",
    "\"rules\": [\"prose\"], \"source\": \"rules\"}, ",
    "{\"n\": 3, \"text\": \"版权所有\", \"label\": \"junk\", \"kind\": \"ad\", \"mine\": 1.0}]}\r\n",
    "{\"id\":\"q\",\"lines\":[{\"text\":\"首頁 魍\",\"label\":\"junk\",\"kind\":\"nav\",\"source\":\"rules\"}]}\n",
);

/// The first line as it is once it was decided.
fn decided(text: &str, label: &str) -> String {
    let new = format!("{label}, \"source\": \"hand\"");
    text.replacen("\"label\": \"either\", \"confidence\": null", &new, 1)
}

const NAV: &str = "\"label\": \"junk\", \"kind\": \"nav\"";

fn labels() -> Bench {
    let bench = Bench::new();
    bench.write("x.jsonl", LABELS);
    bench
}

fn start(bench: &Bench) -> Reviewing {
    Reviewing::start(bench.command(&["review", "x.jsonl", "-m", "m.dechaff"]))
}

fn text(bench: &Bench) -> String {
    String::from_utf8(bench.read("x.jsonl")).unwrap()
}

fn nav() -> Value {
    json!({"label": "junk", "kind": "nav"})
}

#[test]
fn the_page_is_served_with_what_it_needs_and_nothing_else() {
    let bench = labels();
    let review = start(&bench);
    for (path, media, part) in [
        ("", "text/html", "<script src=\"review.js\" defer>"),
        ("review.css", "text/css", "color-scheme"),
        ("review.js", "text/javascript", "use strict"),
    ] {
        let answer = review.get(path);
        assert_eq!(answer.status, 200);
        assert!(answer.head.contains(&format!("Content-Type: {media}")), "{}", answer.head);
        assert!(answer.head.contains("default-src 'none'; script-src 'self'"), "{}", answer.head);
        assert!(String::from_utf8(answer.body).unwrap().contains(part));
    }
    for path in
        ["../x.jsonl", "..%2fx.jsonl", "x.jsonl", "/etc/passwd", "api", "api/", "review.js/"]
    {
        assert_eq!(review.get(path).status, 404, "{path}");
    }
    assert_eq!(review.get("api/decide").status, 405);
    assert_eq!(review.post("api/state", &json!({})).status, 405);
}

#[test]
fn what_decided_is_said_in_both_languages() {
    let bench = labels();
    // The model of the program: the one of the tests has no page model.
    let review = Reviewing::start(bench.command(&["review", "x.jsonl"]));
    let line = review.get("api/line?page=0&line=0").json();
    let columns = line["columns"].as_array().unwrap();
    assert!(columns.len() > 3, "{line}");
    for column in columns {
        let says = |language: &str| column["says"][language].as_str().unwrap().to_owned();
        assert!(!says("en").is_empty() && says("en") != says("zh"), "{column}");
    }
    review.kill();
}

#[test]
fn decisions_are_on_disk_at_once_and_in_the_file_at_the_end() {
    let bench = labels();
    let review = start(&bench);
    // The model is all but sure of the line with the mark, so that it comes last.
    assert_eq!(review.get("api/next").json(), json!({"position": 0, "page": 0, "line": 1}));
    assert_eq!(review.get("api/next?after=1").json(), json!({"position": 2, "page": 0, "line": 0}));
    let state = review.get("api/state").json();
    assert_eq!(state["lines"], 4);
    assert_eq!((&state["questions"], &state["questions_left"]), (&json!(3), &json!(3)));
    let line = review.get("api/line?page=0&line=0").json();
    assert_eq!(
        (&line["p"], &line["verdict"], &line["siblings"]),
        (&json!(1.0), &json!("junk"), &json!(2))
    );
    assert_eq!(line["alike"], json!([{"page": "q", "n": 1, "text": "首頁 魍", "label": "junk"}]));
    assert!(line["grams"][0]["text"].as_str().unwrap().contains('魍'), "{line}");

    let done = review.decide(0, 0, 0, nav());
    assert_eq!(done.status, 200);
    let done = done.json();
    assert_eq!((&done["changed"], &done["line"]["version"]), (&json!(1), &json!(1)));
    assert_eq!(done["state"]["questions_left"], 2);
    let journal = String::from_utf8(bench.read("x.jsonl.review.jsonl")).unwrap();
    let (begin, entry) = journal.trim_end().split_once('\n').unwrap();
    assert!(begin.starts_with("{\"entry\":\"begin\",\"file\":\"x.jsonl\""), "{journal}");
    let start = "{\"entry\":\"decide\",\"number\":1,\"label\":\"junk\",\"kind\":\"nav\",\"lines\":[{\"at\":0,";
    assert!(entry.starts_with(start) && entry.ends_with("\"}]}"), "{journal}");
    assert_eq!(review.get("api/next?after=1").json(), json!({"position": 0, "page": 0, "line": 1}));

    assert_eq!(review.decide(0, 2, 0, json!({"label": "article", "kind": "nav"})).status, 422);
    assert_eq!(review.decide(0, 3, 0, nav()).status, 404);
    assert_eq!(review.decide(0, 2, 0, json!({"label": "ham"})).status, 400);
    assert_eq!(review.decide(0, 2, 0, json!({"label": "junk", "x": 1})).status, 400);
    assert_eq!(review.post("api/finish", &json!({})).json(), json!({"ended": true}));
    let (status, said) = review.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("x.jsonl has every decision"), "{said}");
    assert_eq!(text(&bench), decided(LABELS, NAV));
    assert_eq!(bench.names(), ["x.jsonl"]);
}

#[test]
fn siblings_undo_and_search() {
    let bench = labels();
    let review = start(&bench);
    let done =
        review.decide(0, 0, 0, json!({"label": "junk", "kind": "nav", "siblings": true})).json();
    assert_eq!((&done["changed"], &done["left"]), (&json!(2), &json!(0)));
    let other = review.get("api/line?page=1&line=0").json();
    assert_eq!((&other["from"], &other["by_hand"]), (&json!("sibling of p:1"), &json!(true)));
    let found = review.get("api/search?q=%E9%A6%96").json();
    assert_eq!((&found["found"], &found["lines"][1]["id"]), (&json!(2), &json!("q")));
    assert_eq!(review.get("api/search?q=").json()["found"], 0);
    assert_eq!(review.post("api/undo", &json!({"window": "v"})).json()["error"], "nothing_to_undo");
    assert_eq!(review.post("api/undo", &json!({"window": "w"})).json()["changed"], 2);
    review.post("api/finish", &json!({}));
    review.end();
    assert_eq!(text(&bench), LABELS);
}

#[test]
fn a_window_that_saw_an_older_label_overwrites_nothing() {
    let bench = labels();
    let review = start(&bench);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    let late = json!({"window": "v", "page": 0, "line": 0, "version": 0, "label": "article"});
    let answer = review.post("api/decide", &late);
    assert_eq!(answer.status, 409);
    let answer = answer.json();
    assert_eq!((&answer["error"], &answer["line"]["kind"]), (&json!("conflict"), &json!("nav")));
    assert_eq!(review.get("api/line?page=0&line=0").json()["label"], "junk");
}

#[test]
fn a_killed_review_is_taken_up_where_it_was() {
    let bench = labels();
    let review = start(&bench);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    review.kill();
    // The power went while the next one was being written.
    let mut journal = bench.read("x.jsonl.review.jsonl");
    journal.extend_from_slice(b"{\"entry\":\"decide\",\"number\":2,");
    bench.write("x.jsonl.review.jsonl", journal);
    let review = start(&bench);
    assert_eq!(text(&bench), decided(LABELS, NAV));
    assert_eq!(review.get("api/state").json()["by_hand"], 1);
    review.post("api/finish", &json!({}));
    let (_, said) = review.end();
    assert!(said.contains("took up 1 decision of a review that did not end well"), "{said}");
    assert!(said.contains("a decision that was being written then did not count"), "{said}");
    assert_eq!(bench.names(), ["x.jsonl"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_the_file() {
    let bench = labels();
    let review = start(&bench);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    let id = review.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let (status, said) = review.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(text(&bench), decided(LABELS, NAV));
    assert_eq!(bench.names(), ["x.jsonl"]);
}

#[test]
fn the_file_is_written_when_the_windows_are_quiet() {
    let bench = labels();
    let review = start(&bench);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    let deadline = Instant::now() + Duration::from_secs(20);
    while review.get("api/state").json()["is_saved"] != true {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(text(&bench), decided(LABELS, NAV));
}

#[test]
fn what_is_not_meant_for_the_page_is_refused() {
    let bench = labels();
    let review = start(&bench);
    let (host, port) = (review.host(), review.port);
    let path = format!("/{}/api/decide", review.token);
    let body =
        json!({"window": "w", "page": 0, "line": 0, "version": 0, "label": "junk"}).to_string();
    let json = ("Content-Type", "application/json");
    let own = ("Host", host.as_str());
    let status = |headers: &[(&str, &str)]| review.send("POST", &path, headers, &body).status;
    // A name that was made to point here; none; two.
    assert_eq!(status(&[("Host", &format!("evil.example:{port}")), json]), 403);
    assert_eq!(status(&[("Host", "127.0.0.1"), json]), 403);
    assert_eq!(status(&[json]), 403);
    assert_eq!(status(&[own, own, json]), 403);
    for origin in ["http://evil.example", "null", "https://127.0.0.1:1", "", "http://127.0.0.1"] {
        assert_eq!(status(&[own, json, ("Origin", origin)]), 403, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(status(&[own, json, ("Sec-Fetch-Site", site)]), 403, "{site}");
    }
    // As forms send it, without asking first.
    assert_eq!(status(&[own, ("Content-Type", "text/plain")]), 415);
    assert_eq!(status(&[own]), 415);
    let wrong = "0".repeat(review.token.len());
    for path in
        ["/", "/api/state", "//api/state", &format!("/{wrong}/"), &format!("/{}", review.token)]
    {
        assert_eq!(review.send("GET", path, &[own], "").status, 403, "{path}");
    }
    let long = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(exchange(port, long.as_bytes()).status, 413);
    let deep = format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(exchange(port, deep.as_bytes()).status, 431);
    assert_eq!(exchange(port, b"\x16\x03\x01\x02\x00\r\n\r\n").status, 400);
    let nested = "[".repeat(60_000);
    assert_eq!(review.send("POST", &path, &[own, json], &nested).status, 400);
    // Nothing of all that came to anything; from the page itself it does.
    assert_eq!(review.get("api/state").json()["by_hand"], 0);
    let local = format!("localhost:{port}");
    let origin = format!("http://{local}");
    let meant =
        [("Host", local.as_str()), ("Origin", &origin), ("Sec-Fetch-Site", "same-origin"), json];
    assert_eq!(status(&meant), 200);
}

/// How the training ended.
fn trained(review: &Reviewing) -> Value {
    let deadline = Instant::now() + Duration::from_secs(180);
    loop {
        let told = review.get("api/train").json();
        if told["state"] != "running" {
            break told;
        }
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_new_model_is_compared_and_kept_beside_the_labels() {
    let bench = Bench::new();
    // One of five lines of the menu is what the model in use calls junk.
    let labels = page::labelled().replace("登录", "登录 魍");
    bench
        .write("x.jsonl", &labels)
        .write("x.dechaff", "another file")
        .write("small.toml", page::small_recipe());
    // At this point every line goes; it is for the questions.
    let point = ["--threshold", "0", "--recipe", "small.toml"];
    let mut command =
        bench.command(&[&["review", "x.jsonl", "-m", "m.dechaff"], &point[..]].concat());
    command.env_remove("DECHAFF_DATA");
    let review = Reviewing::start(command);
    assert_eq!(review.get("api/line?page=0&line=5").json()["verdict"], "junk");
    assert_eq!(review.post("api/train", &json!({})).status, 200);
    let told = trained(&review);
    assert_eq!((&told["state"], &told["kept"]), (&json!("done"), &Value::Null), "{told}");
    let missing = &told["missing"];
    assert_eq!(missing["has_folder"], false);
    assert!(
        missing["names"].as_array().unwrap().contains(&json!("prose/zh_wiki.txt.gz")),
        "{told}"
    );
    let comparison = &told["comparison"];
    assert_eq!((&comparison["folds"], &comparison["outcome"]), (&json!(5), &json!("better")));
    let pair = &comparison["sets"][0];
    assert_eq!(
        (&pair["name"], &pair["pages"], &pair["lines"]),
        (&json!("x"), &json!(24), &json!(312))
    );
    // The model in use is judged at its own point: 24 of 120 found, and no article lost.
    assert_eq!(pair["current"]["article_characters_lost"], 0.0, "{pair}");
    let f1 = pair["current"]["junk_f1"].as_f64().unwrap();
    assert!((f1 - 1.0 / 3.0).abs() < 1e-9, "{pair}");
    let names = ["small.toml", "x.dechaff", "x.jsonl", "x.jsonl.review.jsonl"];
    assert_eq!(bench.names(), names);
    for _ in 0..2 {
        assert_eq!(review.post("api/keep", &json!({})).json()["kept"], "x-2.dechaff");
    }
    assert_eq!(bench.read("x.dechaff"), b"another file");
    assert_eq!(review.post("api/finish", &json!({})).status, 200);
    review.end();
    assert_eq!(bench.names(), ["small.toml", "x-2.dechaff", "x.dechaff", "x.jsonl"]);
    assert_eq!(text(&bench), labels);
    bench.run(&["model", "check", "x-2.dechaff"]).exits(0);
}

#[test]
fn a_data_folder_of_the_environment_is_looked_for_when_somebody_trains() {
    let bench = labels();
    let arguments = ["review", "x.jsonl", "-m", "m.dechaff"];
    let mut command = bench.command(&arguments);
    command.env("DECHAFF_DATA", "gone");
    let review = Reviewing::start(command);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    assert_eq!(review.post("api/train", &json!({})).status, 200);
    let told = trained(&review);
    assert_eq!(told["state"], "failed");
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.starts_with("--data or DECHAFF_DATA = gone: "), "{told}");
    assert_eq!(review.post("api/finish", &json!({})).status, 200);
    review.end();
    assert_eq!(text(&bench), decided(LABELS, NAV));
    // Where it was named, it is a slip.
    bench.run(&[&arguments[..], &["--data", "gone"]].concat()).exits(1).says("gone: ");
}

#[test]
fn what_cannot_be_trained_is_said_and_nothing_is_written() {
    let bench = labels();
    let mut command = bench.command(&["review", "x.jsonl", "-m", "m.dechaff"]);
    command.env_remove("DECHAFF_DATA");
    let review = Reviewing::start(command);
    assert_eq!(review.get("api/train").json(), json!({"state": "none"}));
    assert_eq!(review.post("api/keep", &json!({})).json()["error"], "no_model");
    assert_eq!(review.post("api/train", &json!({})).status, 200);
    let told = trained(&review);
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.contains("holds out sites and needs at least 3; there are 2"), "{told}");
    assert_eq!(review.post("api/keep", &json!({})).status, 409);
    assert_eq!(review.get("api/keep").status, 405);
    assert_eq!(text(&bench), LABELS);
}

#[test]
fn a_port_in_use_and_a_file_under_review_are_told() {
    let bench = labels();
    let review = start(&bench);
    bench.write("y.jsonl", LABELS);
    let port = review.port.to_string();
    bench
        .run(&["review", "y.jsonl", "-m", "m.dechaff", "--port", &port])
        .exits(1)
        .says(&format!("--port = {port}: is in use by another program"));
    bench
        .run(&["review", "x.jsonl", "-m", "m.dechaff"])
        .exits(1)
        .says("another `dechaff review` of this file is running");
    assert_eq!(review.get("api/state").status, 200);
}

#[test]
fn a_file_with_mistakes_is_told_and_left() {
    let bench = Bench::new();
    let broken = LABELS.replace("\"article\"", "\"artcle\"") + "{\"lines\": [\n__label__junk x\n";
    bench.write("x.jsonl", &broken);
    bench
        .run(&["review", "x.jsonl"])
        .exits(1)
        .says("x.jsonl:1: lines[1]: unknown label \"artcle\", expected article, junk or either")
        .says("x.jsonl:3: EOF while parsing a list (column 11)")
        .says("2 mistakes: nothing was overwritten");
    assert_eq!(text(&bench), broken);
    assert_eq!(bench.names(), ["x.jsonl"]);
    bench.write("x.jsonl", "__label__junk x\n");
    bench.run(&["review", "x.jsonl"]).exits(1).says("x.jsonl:1: lines as fastText has them");
    let html = "{\"html\": \"<p>a\", \"gold\": \"a\"}\n";
    bench.write("x.jsonl", html);
    bench
        .run(&["review", "x.jsonl"])
        .exits(1)
        .says("their labels come from `gold`, and are mended there");
    bench.write("x.jsonl", b"\x1f\x8b\x08");
    bench.run(&["review", "x.jsonl"]).exits(1).says("is compressed; unpack it to review it");
    bench.run(&["review", "no.jsonl"]).exits(1).says("no.jsonl: No such file");
}

#[test]
fn a_page_of_a_hundred_thousand_lines_goes_out_in_windows() {
    let bench = Bench::new();
    let lines: Vec<String> = (0..100_000)
        .map(|n| {
            let text: String = (0..6)
                .map(|k| char::from_u32(0x4e00 + (n * 7 + k * 997) % 20_000).unwrap())
                .collect();
            format!("{{\"text\":\"{text}\",\"label\":\"article\"}}")
        })
        .collect();
    let long = "长".repeat(300_000);
    let page =
        format!("{{\"lines\":[{},{{\"text\":\"{long}\",\"label\":\"junk\"}}]}}\n", lines.join(","));
    bench.write("x.jsonl", page);
    let review = start(&bench);
    let answer = review.get("api/lines?page=0&from=99900&count=100000000");
    assert!(answer.body.len() < 100_000, "{}", answer.body.len());
    let answer = answer.json();
    assert_eq!((&answer["n_lines"], &answer["from"]), (&json!(100_001), &json!(99_900)));
    assert_eq!(answer["lines"].as_array().unwrap().len(), 101);
    assert_eq!(
        (&answer["lines"][100]["n"], &answer["lines"][100]["more"]),
        (&json!(100_001), &json!(299_000))
    );
    assert_eq!(review.get("api/lines?page=0").json()["lines"].as_array().unwrap().len(), 200);
    assert_eq!(review.get("api/lines?page=0&from=18446744073709551615").json()["lines"], json!([]));
    assert_eq!(review.get("api/line?page=0&line=100000").json()["more"], 280_000);
    assert_eq!(review.get("api/line?page=0&line=100001").status, 404);
    assert!(review.get("api/search?q=%E4%B8%80").body.len() < 50_000);
    assert_eq!(review.decide(0, 50_000, 0, nav()).status, 200);
}

/// Where files that grow beyond a kilobyte fail, as on a disk that is full.
#[cfg(unix)]
fn start_on_a_full_disk(bench: &Bench) -> Reviewing {
    let command = bench.command(&[]);
    let mut shell = Command::new("sh");
    // Two blocks of 512 bytes, and an error instead of a signal.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" review x.jsonl -m m.dechaff"]);
    shell.arg(command.get_program()).current_dir(command.get_current_dir().unwrap());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Reviewing::start(shell)
}

#[cfg(unix)]
#[test]
fn on_a_full_disk_a_decision_does_not_count() {
    let bench = labels();
    let review = start_on_a_full_disk(&bench);
    let mut version = 0;
    let refused = loop {
        let answer = review.decide(0, 0, version, nav());
        if answer.status != 200 {
            break answer;
        }
        version += 1;
        assert!(version < 30, "the disk did not fill up");
    };
    assert!(version > 2);
    assert_eq!(refused.status, 507);
    assert_eq!(refused.json()["error"], "disk");
    let line = review.get("api/line?page=0&line=0").json();
    assert_eq!(line["version"], version);
    let journal = String::from_utf8(bench.read("x.jsonl.review.jsonl")).unwrap();
    assert!(journal.ends_with("}\n"), "{journal}");
    assert_eq!(journal.matches("\"entry\":\"decide\"").count(), version as usize);
    review.kill();
    let review = start(&bench);
    assert_eq!(review.get("api/state").json()["by_hand"], 1);
    assert_eq!(text(&bench), decided(LABELS, NAV));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_stays_and_the_journal_has_it_all() {
    let bench = Bench::new();
    let labels = LABELS.replace("1.0", &format!("\"{}\"", "x".repeat(2000)));
    bench.write("x.jsonl", &labels);
    let review = start_on_a_full_disk(&bench);
    assert_eq!(review.decide(0, 0, 0, nav()).status, 200);
    let refused = review.post("api/finish", &json!({}));
    assert_eq!((refused.status, &refused.json()["error"]), (507, &json!("disk")));
    assert!(review.get("api/state").json()["trouble"].as_str().unwrap().contains("x.jsonl"));
    assert_eq!(text(&bench), labels);
    assert_eq!(bench.names(), ["x.jsonl", "x.jsonl.review.jsonl"]);
    assert!(
        Command::new("kill").args(["-INT", &review.id().to_string()]).status().unwrap().success()
    );
    let (status, said) = review.end();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("not all is in x.jsonl, but in x.jsonl.review.jsonl"), "{said}");
    let review = start(&bench);
    assert_eq!(text(&bench), decided(&labels, NAV));
    drop(review);
}
