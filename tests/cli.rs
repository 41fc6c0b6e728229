//! The program as its users meet it: what goes in, what comes out, what is said, and the exit code.
//! `tests/bad_input.rs` has what is broken.

mod common;

use std::io::Read as _;

use common::{Bench, gunzip, gzip};

const PAGE: &str = "\n标题在此\r\n首页 魍 登录\r\n\r\n第一段。\n魍\n末段没有行尾";
const CLEAN: &str = "\n标题在此\r\n第一段。\n末段没有行尾";

#[test]
fn text_goes_from_stdin_to_stdout() {
    let bench = Bench::new();
    let out = bench.run_with(&["filter", "-m", "m.dechaff"], PAGE.as_bytes());
    out.exits(0).prints(CLEAN).says("1 page, 5 lines; removed 2 lines");
    let out = bench.run_with(&["filter", "-m", "m.dechaff", "-", "-q"], PAGE.as_bytes());
    out.exits(0).prints(CLEAN).check(out.stderr.is_empty(), "quiet means quiet");
}

#[test]
fn nothing_removed_is_the_input_byte_for_byte() {
    let bench = Bench::new();
    for page in ["", "\n", " \n\t\r\n\u{3000}", "甲", "甲\r\n乙\n\n丙\r", "a\0b\n\0\n", "\u{85}\n"]
    {
        bench.write("p.txt", page);
        bench.filter(&["p.txt"]).exits(0).prints(page);
        bench.filter(&["p.txt", "-o", "out.txt"]).exits(0).prints("");
        assert_eq!(bench.read("out.txt"), page.as_bytes());
    }
    let records = "{\"text\" :\"a\\u00e9\\n\" }\r\n{\"lines\":[ \"x\" ,\"\"],\"n\":1e3}";
    bench.write("p.jsonl", records);
    bench.filter(&["p.jsonl"]).exits(0).prints(records);
}

#[test]
fn several_texts_follow_one_another_on_lines_of_their_own() {
    let bench = Bench::new();
    bench.write("a.txt", "甲").write("b.txt", "魍\n").write("c.txt", "丙\n").write("d.txt", "丁");
    bench.filter(&["a.txt", "b.txt", "c.txt", "d.txt"]).exits(0).prints("甲\n丙\n丁");
    bench.filter(&["d.txt", "a.txt", "-o", "all.txt"]).exits(0);
    assert_eq!(bench.read("all.txt"), "丁\n甲".as_bytes());
}

#[test]
fn fields_of_json_pages_pass_through() {
    let bench = Bench::new();
    let input = concat!(
        r#"{"z": 1.0, "id":"p1", "text": "甲\n魍乙\n丙", "a": [1,  2], "u": "\u7532"}"#,
        "\n\n",
        r#"{"lines": ["甲", {"text": "魍", "label": "junk"}, {"text": "丙", "label": "article"}], "k":null}"#,
        "\n",
        r#"{"text": "魍"}"#,
        "\n",
    );
    let output = concat!(
        r#"{"z": 1.0, "id":"p1", "text": "甲\n丙", "a": [1,  2], "u": "\u7532"}"#,
        "\n",
        r#"{"lines": ["甲", {"text": "丙", "label": "article"}], "k":null}"#,
        "\n",
        r#"{"text": ""}"#,
        "\n",
    );
    bench.write("p.jsonl", input).write("p.jsonl.gz", gzip(input.as_bytes()));
    bench
        .filter(&["p.jsonl"])
        .exits(0)
        .prints(output)
        .says("1 page with no article, removed whole");
    bench.filter(&["p.jsonl.gz", "-o", "out.jsonl.gz"]).exits(0);
    assert_eq!(gunzip(&bench.read("out.jsonl.gz")), output.as_bytes());
    // Recognised on standard input, and by order.
    bench.run_with(&["filter", "-m", "m.dechaff"], input.as_bytes()).exits(0).prints(output);
    let as_text = &["filter", "-m", "m.dechaff", "--format", "txt"];
    bench.run_with(as_text, b"{\"text\": \"\"}\n").exits(0).prints("{\"text\": \"\"}\n");
    bench.write("b.jsonl", "{\"text\": 1, \"body\": \"魍\\n甲\"}");
    let out = bench.filter(&["b.jsonl", "--text-field", "body"]);
    out.exits(0).prints("{\"text\": 1, \"body\": \"甲\"}");
}

#[test]
fn a_folder_is_mirrored() {
    let bench = Bench::new();
    bench.write("in/b/c.txt", PAGE).write("in/a.jsonl", "{\"text\": \"魍\\n甲\"}\n");
    bench.write("in/d.txt.gz", gzip(PAGE.as_bytes())).write("in/e.pdf", "").write("in/.f.txt", "");
    let out = bench.filter(&["in", "-o", "out"]);
    out.exits(0).says("3 pages").says("1 file passed over");
    let names: Vec<_> = bench.names().into_iter().filter(|n| n.starts_with("out")).collect();
    let journal = "out/.dechaff-journal.jsonl";
    assert_eq!(names, [journal, "out/a.jsonl", "out/b/c.txt", "out/d.txt.gz"]);
    assert_eq!(bench.read("out/b/c.txt"), CLEAN.as_bytes());
    assert_eq!(bench.read("out/a.jsonl"), "{\"text\": \"甲\"}\n".as_bytes());
    assert_eq!(gunzip(&bench.read("out/d.txt.gz")), CLEAN.as_bytes());
    // Without a folder to write to, text and JSON Lines have no common form.
    bench.filter(&["in"]).exits(2).says("in/a.jsonl is JSON Lines and in/b/c.txt is text");
}

#[test]
fn what_is_removed_leaves_a_receipt() {
    let bench = Bench::new();
    bench.write("p.txt", PAGE);
    bench.filter(&["p.txt", "--removed", "r.jsonl"]).exits(0).prints(CLEAN);
    let want = concat!(
        r#"{"record":1,"page":"p.txt","n":3,"start":15,"end":32,"p":1.0,"what":"line","text":"首页 魍 登录","after":"\r\n\r\n","sum":"0b0a2c3b","page_bytes":71,"page_sum":"55761c57"}"#,
        "\n",
        r#"{"page":"p.txt","n":6,"start":49,"end":52,"p":1.0,"what":"line","text":"魍","after":"\n","sum":"228885e9"}"#,
        "\n",
        r#"{"record":1,"what":"end","receipts":2}"#,
        "\n",
    );
    assert_eq!(String::from_utf8(bench.read("r.jsonl")).unwrap(), want);
    bench.filter(&["p.txt", "--removed", "r.jsonl.gz", "-o", "o.txt"]).exits(0);
    assert_eq!(gunzip(&bench.read("r.jsonl.gz")), want.as_bytes());
}

#[test]
fn a_reader_that_goes_does_not_take_the_receipts_along_in_silence() {
    let bench = Bench::new();
    bench.write("p.txt", "甲乙丙丁\n魍\n".repeat(200_000));
    let go = |options: &[&str]| {
        let mut child = bench.command(&[&["filter", "-m", "m.dechaff", "p.txt"], options].concat());
        let mut child = child.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    // Who only wants the beginning has it.
    assert_eq!(go(&["-q"]), (Some(0), String::new()));
    let (code, said) = go(&["-q", "--removed", "r", "--list-unsure", "u"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("dechaff: standard output: "), "{said}");
    assert!(said.ends_with("; the run ended there, without --removed r and --list-unsure u\n"));
    assert_eq!(bench.names(), ["p.txt"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = Bench::new();
    bench.write("p.txt", PAGE);
    let out = bench.filter(&["p.txt", "--dry-run"]);
    out.exits(0).says("removed 2 lines");
    out.check(out.stdout.starts_with(b"would be removed"), "what would go");
    assert_eq!(bench.names(), ["p.txt"]);
    bench.filter(&["p.txt", "--dry-run", "-o", "x"]).exits(2);
}

#[test]
fn thresholds_reach_from_nothing_to_everything() {
    let bench = Bench::new();
    bench.write("p.txt", "甲\n乙\n");
    bench.filter(&["p.txt", "--threshold", "1"]).exits(0).prints("甲\n乙\n");
    bench.filter(&["p.txt", "--threshold", "0"]).exits(0).prints("");
    bench.filter(&["p.txt", "--threshold", "1.5"]).exits(2).says("between 0 and 1");
    for other in [&["--max-article-loss", "0.1"][..], &["--careful"], &["--strict"]] {
        bench.filter(&[&["p.txt", "--threshold", "1"], other].concat()).exits(2);
    }
    bench.filter(&["p.txt", "--careful", "--strict"]).exits(2);
    bench.filter(&["p.txt", "--careful"]).exits(1).says("measured on 0 article lines");
    bench.filter(&["p.txt", "--max-article-loss", "nan"]).exits(2).says("between 0 and 1");
    bench.filter(&["p.txt", "--threshold", "1", "--max-article-loss", "0.1"]).exits(2);
}

#[test]
fn the_dial_has_names_and_says_what_to_expect() {
    use dechaff::model::{OperatingCurve, OperatingPoint};
    let bench = Bench::new();
    bench.write("p.txt", "甲\n乙\n");
    let mut model = dechaff::Model::load(&bench.path("m.dechaff")).unwrap();
    let point = |threshold, junk_f1, article_loss, loss_interval| OperatingPoint {
        threshold,
        junk_f1,
        article_loss,
        loss_interval,
    };
    model.operating = OperatingCurve {
        points: vec![
            point(0.9, 0.5, 0.0005, Some([0.0, 0.0025])),
            point(0.6, 0.8, 0.01, Some([0.005, 0.02])),
            point(0.3, 0.9, 0.04, None),
        ],
        article_lines: 10_000,
    };
    (model.policy.threshold, model.policy.unsure) = (0.6, 0.3);
    model.save(&bench.path("curve.dechaff")).unwrap();
    let careful = "threshold 0.9000; on held-out sites it lost 0.05 % of article characters \
                   (95 % interval over sites: 0.00 % to 0.25 %), at junk F1 0.500";
    let default = "threshold 0.6000; on held-out sites it lost 1.00 % of article characters \
                   (95 % interval over sites: 0.50 % to 2.00 %), at junk F1 0.800";
    let strict = "threshold 0.3000; on held-out sites it lost 4.00 % of article characters, at \
                  junk F1 0.900";
    let between = "threshold 0.7500; on held-out sites it lost at most 1.00 % of article";
    let told =
        |arguments: &[&str]| bench.run(&[arguments, &["-m", "curve.dechaff", "p.txt"]].concat());
    told(&["filter", "--careful"]).exits(0).says(careful);
    told(&["score"]).exits(0).says(default);
    told(&["filter", "--strict"]).exits(0).says(strict);
    told(&["filter", "--threshold", "0.75"]).exits(0).says(between);
    let below = told(&["filter", "--threshold", "0.1"]);
    below.exits(0).check(!below.stderr.contains("held-out"), "nothing was measured there");
    let quiet = told(&["filter", "-q"]);
    quiet.exits(0).check(quiet.stderr.is_empty(), "quiet");
    let info = bench.run(&["model", "info", "curve.dechaff"]);
    let text = String::from_utf8_lossy(&info.exits(0).stdout).into_owned();
    for line in [careful, default, strict] {
        info.check(text.contains(line), line);
    }
}

#[test]
fn removed_lines_have_kinds_where_the_model_knows_them() {
    use dechaff::{features::context::WIDTH, model, text::Kind};
    let bench = Bench::new();
    bench.write("p.txt", PAGE);
    let mut known = dechaff::Model::load(&bench.path("m.dechaff")).unwrap();
    let mut grams = vec![];
    model::KindScratch::default().hashes("登录", |hash| grams.push(hash));
    grams.sort_unstable();
    grams.dedup();
    // Whatever shares an n-gram with 登录 is a menu, the rest is debris.
    known.kinds = Some(model::KindModel {
        kinds: vec![Kind::Nav, Kind::Debris],
        scales: vec![model::ColumnScale { mean: 0.0, inverse: 0.0 }; WIDTH],
        weights: vec![0.0; 2 * WIDTH],
        bias: vec![0.0, 0.5],
        table: [100, 0].repeat(grams.len()),
        grams,
        scale: 1.0,
    });
    known.save(&bench.path("kinds.dechaff")).unwrap();
    let run =
        |arguments: &[&str]| bench.run(&[arguments, &["-m", "kinds.dechaff", "p.txt"]].concat());
    let score = run(&["score", "-q"]);
    let text = String::from_utf8_lossy(&score.exits(0).stdout).into_owned();
    let kind = |line: &str| text.split(line).nth(1).unwrap().split('}').next().unwrap().to_owned();
    assert!(kind("登录").ends_with(r#""verdict":"junk","kind":"nav""#), "{text}");
    assert!(kind("\"魍\"").ends_with(r#""verdict":"junk","kind":"debris""#), "{text}");
    assert!(kind("第一段").ends_with(r#""verdict":"article""#), "{text}");
    let told = "removed by kind: nav 1, debris 1";
    run(&["filter", "--kinds"]).exits(0).prints(CLEAN).says(told);
    run(&["filter", "--dry-run"]).exits(0).says(told);
    let plain = run(&["filter"]);
    plain.exits(0).check(!plain.stderr.contains("by kind"), "nobody asked");
    run(&["filter", "-q", "--removed", "r.jsonl"]).exits(0);
    let receipts = String::from_utf8(bench.read("r.jsonl")).unwrap();
    assert!(receipts.contains(r#""what":"line","kind":"nav","text":"首页 魍 登录""#), "{receipts}");
    // A model without kinds names none, however much it is asked.
    let none = bench.filter(&["p.txt", "--kinds"]);
    none.exits(0).check(!none.stderr.contains("by kind"), "it knows none");
}

#[test]
fn unsure_lines_are_kept_and_listed() {
    let bench = Bench::new();
    bench.write("p.txt", PAGE);
    // Where the model of the tests is certain, this one is not.
    let mut model = dechaff::Model::load(&bench.path("m.dechaff")).unwrap();
    model.calibration.slope = 0.01;
    model.save(&bench.path("doubt.dechaff")).unwrap();
    let doubt = ["filter", "-m", "doubt.dechaff", "p.txt", "--threshold", "0.9"];
    let out = bench.run(&[&doubt[..], &["--list-unsure", "u.jsonl"]].concat());
    out.exits(0).prints(PAGE).says("2 lines kept although unsure");
    let listed = String::from_utf8(bench.read("u.jsonl")).unwrap();
    let places: Vec<_> = listed.lines().map(|line| line.split(",\"p\"").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            r#"{"page":"p.txt","n":3,"start":15,"end":32"#,
            r#"{"page":"p.txt","n":6,"start":49,"end":52"#
        ]
    );
    assert!(listed.ends_with("\"text\":\"魍\"}\n"), "{listed}");
    bench.run(&[&doubt[..4], &["--list-unsure", "u.jsonl.gz", "-q"]].concat()).exits(0);
    assert_eq!(gunzip(&bench.read("u.jsonl.gz")), b"");
    for (options, said) in [
        (["--list-unsure", "p.txt"], "--list-unsure = p.txt: is also an input"),
        (["--list-unsure", "r.jsonl"], "is also the file of --removed"),
    ] {
        let all = [&["p.txt", "--removed", "r.jsonl"], &options[..]].concat();
        bench.filter(&all).exits(2).says(said);
    }
}

#[test]
fn scores_are_one_object_a_page() {
    let bench = Bench::new();
    bench
        .write("d/p.txt", "\n甲\n魍\n")
        .write("d/q.jsonl", "{\"id\":7,\"lines\":[\"\",\"魍\"]}\n{\"text\":\"\"}");
    let want = concat!(
        r#"{"id":"d/p.txt","verdict":"article","lines":[{"n":2,"text":"甲","p":0.0,"verdict":"article"},{"n":3,"text":"魍","p":1.0,"verdict":"junk"}]}"#,
        "\n",
        r#"{"id":"7","verdict":"junk","lines":[{"n":2,"text":"魍","p":1.0,"verdict":"junk"}]}"#,
        "\n",
        r#"{"id":"d/q.jsonl:2","lines":[]}"#,
        "\n",
    );
    let got = bench.run(&["score", "-m", "m.dechaff", "d"]);
    got.exits(0).prints(want);
    bench.run(&["score", "-m", "m.dechaff", "d", "-o", "s.jsonl"]).exits(0).prints("");
    assert_eq!(bench.read("s.jsonl"), want.as_bytes());
}

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads() {
    let bench = Bench::new();
    let mut input = String::new();
    for n in 0..3000 {
        let lines = ["甲", "魍", "乙丙"].repeat(n % 7).join("\\n");
        input += &format!("{{\"n\": {n}, \"text\": \"{lines}\"}}\n");
        if n % 500 == 250 {
            input += "{broken\n";
        }
    }
    bench.write("p.jsonl", input);
    let one = bench.filter(&["p.jsonl", "-j", "1", "--removed", "r1.jsonl"]);
    let four = bench.filter(&["p.jsonl", "-j", "4", "--removed", "r4.jsonl"]);
    one.exits(1);
    four.exits(1).prints(&one.stdout).check(one.stderr == four.stderr, "same words too");
    assert_eq!(one.stdout.split(|&b| b == b'\n').count(), 3001);
    assert_eq!(bench.read("r1.jsonl"), bench.read("r4.jsonl"));
}

#[test]
fn a_reader_who_has_enough_is_no_error() {
    let bench = Bench::new();
    bench.write("p.txt", "甲乙丙丁\n".repeat(300_000));
    let mut child = bench.command(&["filter", "-m", "m.dechaff", "p.txt"]).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*said), (Some(0), ""));
}

#[test]
fn models_are_described_and_checked() {
    let bench = Bench::new();
    bench.run(&["model", "check", "m.dechaff"]).exits(0).prints("m.dechaff: ok\n");
    let info = bench.run(&["model", "info", "m.dechaff"]);
    let text = String::from_utf8_lossy(&info.stdout).into_owned();
    info.exits(0).check(text.contains("2^18 n-gram weights"), "the size of the table");
    let json = bench.run(&["model", "info", "m.dechaff", "--json"]);
    json.exits(0).check(serde_json::from_slice::<serde_json::Value>(&json.stdout).is_ok(), "JSON");
}

#[test]
fn a_command_line_without_sense_exits_with_2() {
    let bench = Bench::new();
    bench.run(&[]).exits(2);
    bench.run(&["filter", "--no-such-option"]).exits(2).says("--no-such-option");
    bench.run(&["--help"]).exits(0);
    bench.run(&["filter", "--help"]).exits(0);
}
