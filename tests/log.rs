//! `--log json`: every line on standard error is one JSON object, and together they tell the whole run.

mod common;

use common::{Bench, Outcome};
use serde_json::{Value, json};

fn events(outcome: &Outcome) -> Vec<Value> {
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n"));
    outcome.stderr.lines().map(parse).collect()
}

#[test]
fn a_run_is_told_as_json() {
    let bench = Bench::new();
    bench.write("in/a.txt", "甲\n魍\n").write("in/b.jsonl", "{\"text\": \"魍\"}\n{broken\n");
    bench.write("in/c.txt", b"\xffabc\n").write("in/d.parquet", "none");
    let run = ["in", "no.txt", "-o", "out", "--log", "json"];
    let out = bench.filter(&run);
    let mut told = events(out.exits(1));
    let seconds = told.last_mut().unwrap()["seconds"].take();
    assert!(seconds.as_f64().is_some_and(|seconds| seconds > 0.0));
    let version = env!("CARGO_PKG_VERSION");
    let error = |path: &str, line: Option<u64>, message: &str| {
        let mut event = json!({"event": "error", "path": path});
        if let Some(line) = line {
            event["line"] = line.into();
        }
        event["message"] = message.into();
        event
    };
    let want = [
        json!({"event": "start", "dechaff": version, "files": 4, "finished_before": 0}),
        error("no.txt", None, "no.txt: No such file or directory (os error 2)"),
        json!({"event": "file", "path": "in/a.txt", "output": "out/a.txt", "bytes": 8,
            "pages": 1, "lines": 2, "removed_lines": 1, "chars": 2, "removed_chars": 1}),
        error("in/b.jsonl", Some(2), "in/b.jsonl:2: key must be a string (column 2)"),
        json!({"event": "file", "path": "in/b.jsonl", "output": "out/b.jsonl", "bytes": 16,
            "pages": 1, "empty_pages": 1, "lines": 1, "removed_lines": 1, "chars": 1,
            "removed_chars": 1, "errors": 1}),
        json!({"event": "remark", "message": "in/c.txt:1: 1 faulty sequence replaced by U+FFFD"}),
        json!({"event": "file", "path": "in/c.txt", "output": "out/c.txt", "bytes": 5, "pages": 1,
            "lines": 1, "chars": 4, "mended_pages": 1, "replaced": 1}),
        error(
            "in/d.parquet",
            None,
            "in/d.parquet: is not a parquet file: it does not begin with PAR1",
        ),
        json!({"event": "file", "path": "in/d.parquet", "bytes": 0, "pages": 0, "lines": 0,
            "chars": 0, "errors": 1}),
        json!({"event": "end", "exit": 1, "seconds": null, "pages": 3, "empty_pages": 1,
            "lines": 4, "removed_lines": 2, "chars": 7, "removed_chars": 2, "mended_pages": 1,
            "replaced": 1, "errors": 3}),
    ];
    for (told, want) in told.iter().zip(&want) {
        assert_eq!(told, want);
    }
    assert_eq!(told.len(), want.len());
    // Quiet leaves the errors.
    let quiet = bench.filter(&[&run[..], &["-q"]].concat());
    let told = events(quiet.exits(1));
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|event| event["event"] == "error"));
    // What another run has finished.
    std::fs::remove_file(bench.path("in/d.parquet")).unwrap();
    let again = bench.filter(&[&run[..], &["--resume"]].concat());
    let told = events(again.exits(1));
    let start = told.iter().find(|event| event["event"] == "start").unwrap();
    assert_eq!((&start["files"], &start["finished_before"]), (&json!(0), &json!(4)));
}

#[test]
fn what_ends_a_run_is_told_as_json_too() {
    let bench = Bench::new();
    bench.write("p.txt", "甲\n魍\n");
    let out = bench.filter(&["p.txt", "-o", "p.txt", "--log", "json"]);
    let told = events(out.exits(2));
    let message = "--output = p.txt: is also an input";
    assert_eq!(told, [json!({"event": "error", "message": message})]);
    let score = bench.run(&["score", "-m", "m.dechaff", "p.txt", "--log", "json"]);
    let kinds: Vec<_> = events(score.exits(0)).iter().map(|e| e["event"].clone()).collect();
    assert_eq!(kinds, ["start", "file", "end"]);
    bench.filter(&["p.txt", "--log", "xml"]).exits(2);
}
