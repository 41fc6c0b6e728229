//! `dechaff evaluate` as its users meet it: labelled pages in, figures out, and the exit code.

mod common;

use common::Bench;

/// Two junk lines, of which the model knows one; two article lines, of which it takes one for junk;
/// one line that is not scored.
const GOLD: &str = r#"{"id": "1", "site": "a.cn", "lang": "zh", "lines": [{"text": "首页魍", "label": "junk", "kind": "nav"}, {"text": "登录", "label": "junk", "kind": "nav"}, {"text": "春天来了魍", "label": "article"}, {"text": "花开了", "label": "article"}, {"text": "魍", "label": "either"}]}"#;

fn evaluate(bench: &Bench, arguments: &[&str]) -> common::Outcome {
    bench.run(&[&["evaluate", "-m", "m.dechaff"], arguments].concat())
}

fn json(out: &common::Outcome) -> serde_json::Value {
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn figures_of_a_small_page() {
    let bench = Bench::new();
    bench.write("gold.jsonl", GOLD);
    let out = evaluate(&bench, &["gold.jsonl", "--json"]);
    let got = json(out.exits(0));
    out.check(out.stderr.is_empty(), "nothing to say");
    for (path, value) in [
        ("/threshold", "0.5"),
        ("/pooled/lines", "4"),
        ("/pooled/confusion/article_removed", "1"),
        ("/pooled/junk/recall", "0.5"),
        ("/pooled/article_characters_lost", "0.625"),
        ("/pooled/junk_characters_kept", "0.4"),
        ("/pooled/span_characters_found", "null"),
        ("/sets/0/name", "\"gold\""),
        ("/sites/0/name", "\"a.cn\""),
        ("/kinds/0/recall", "0.5"),
        ("/curve/0/junk_precision", "0.5"),
    ] {
        let found = got.pointer(path).map(ToString::to_string);
        out.check(found.as_deref() == Some(value), &format!("{path} is {found:?}, not {value}"));
    }
    let text = evaluate(&bench, &["gold.jsonl", "--errors", "1", "--sites"]);
    let said = String::from_utf8_lossy(&text.exits(0).stdout).into_owned();
    text.check(said.contains("article removed, p 1.0000: gold, 1, line 3"), "the worst error");
    text.check(said.contains("  > 春天来了魍\n"), "its text");
    text.check(said.contains("\na.cn "), "the site");
}

#[test]
fn cuts_are_measured_where_they_are_asked_for() {
    let bench = Bench::new();
    let gold = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gate/inside.jsonl");
    let cut = |option: &str| {
        let out = bench.run(&["evaluate", gold, "--json", "-q", option]);
        let figures = json(out.exits(0));
        let share = |name: &str| figures["pooled"][name].as_f64().unwrap();
        [share("span_characters_found"), share("other_characters_cut")]
    };
    let [kept, none] = cut("--no-cut");
    let [found, others] = cut("--cut");
    assert!(found > kept + 0.1, "{found} {kept}");
    assert!(none == 0.0 && 0.0 < others && others < 0.01, "{none} {others}");
}

#[cfg(feature = "training")]
#[test]
fn tricks_are_played_on_junk_lines() {
    let bench = Bench::new();
    bench.write("gold.jsonl", GOLD.replace("登录", "发布 魍 a").replace("首页魍", "Login"));
    let out = evaluate(&bench, &["gold.jsonl", "--obfuscate", "--json"]);
    let got = json(out.exits(0));
    let tricks = got["obfuscated"]["tricks"].as_array().unwrap();
    assert_eq!(tricks.len(), 6);
    let figures = |n: usize| {
        let of = |name: &str| tricks[n][name].to_string();
        [of("name"), of("lines"), of("recall_before"), of("recall_after")]
    };
    // Both lines hold ASCII; one of them the character that the model knows.
    assert_eq!(figures(0), ["\"full width\"", "2", "0.5", "0.5"]);
    assert_eq!(figures(4), ["\"Traditional characters\"", "1", "1.0", "1.0"]);
    let text = evaluate(&bench, &["gold.jsonl", "--obfuscate"]);
    let shown = String::from_utf8_lossy(&text.exits(0).stdout).into_owned();
    text.check(shown.contains("\ntrick on junk lines "), "the table");
    text.check(shown.contains("\nzero-width characters "), "a row");
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let bench = Bench::new();
    let pages: Vec<_> = (0..40)
        .map(|n| GOLD.replace("\"1\"", &format!("\"{n}\"")).replace("登录", &"录".repeat(n + 1)))
        .collect();
    bench.write("gold.jsonl", pages.join("\n"));
    let run = |arguments: &[&str]| {
        let out = evaluate(&bench, &[&["gold.jsonl", "--json"], arguments].concat());
        out.exits(0).stdout.clone()
    };
    assert_eq!(run(&["-j", "1"]), run(&["-j", "4"]));
    assert_ne!(run(&[]), run(&["--seed", "2"]));
}

#[test]
fn bad_pages_are_told_and_left_out() {
    let bench = Bench::new();
    bench.write("gold.jsonl", format!("{GOLD}\n{{\"lines\": 1}}\n{GOLD}\n"));
    let out = evaluate(&bench, &["gold.jsonl", "--json", "-q"]);
    let got = json(out.exits(1).says("dechaff: gold.jsonl:2: "));
    assert_eq!(got.pointer("/pooled/pages"), Some(&2.into()));
}

#[test]
fn nothing_to_measure_is_an_error() {
    let bench = Bench::new();
    bench.write("empty.jsonl", "");
    evaluate(&bench, &["empty.jsonl"]).exits(1).prints("").says("no labelled pages");
    evaluate(&bench, &["none.jsonl"]).exits(1).prints("").says("none.jsonl: No such file");
    evaluate(&bench, &[]).exits(2);
}
