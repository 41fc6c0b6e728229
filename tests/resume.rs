//! Runs that are broken off and taken up again: whatever had been done when it happened, what comes out
//! in the end are the bytes of a run that nobody disturbed.

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::time::{Duration, SystemTime};

use common::{Bench, Outcome};

const JOURNAL: &str = ".dechaff-journal.jsonl";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

/// A folder of every format that is written without a footer; two of its files have faults.
fn write_crawl(bench: &Bench) {
    let page = "标题\n首页 魍 登录\n第一段。\n魍\n末段";
    let records = "{\"text\": \"魍\\n甲\"}\n\n{broken\n{\"id\": 7, \"lines\": [\"魍\", \"乙\"]}\n";
    bench.write("in/a.txt", page).write("in/b/c.txt.gz", gzip(page.as_bytes()));
    bench.write("in/b/d.jsonl", records);
    bench.write("in/e.jsonl.zst", zstd::encode_all(records.as_bytes(), 0).unwrap());
    bench.write("in/f.html", "<title>标题</title><p>第一段。</p><p>魍</p>");
    let wet = format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Target-URI: \
         http://a.example/\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{page}\r\n\r\n",
        page.len()
    );
    bench.write("in/g.warc.wet.gz", gzip(wet.as_bytes()));
    bench.write("in/h.parquet", "no parquet").write("in/i.txt", "丙\n魍\n");
}

const INPUTS: usize = 8;

/// What lies below a folder, with the journal but without what is only there while a run is on.
fn tree(bench: &Bench, folder: &str) -> Vec<(String, Vec<u8>)> {
    let names = bench.names().into_iter().filter(|name| name.starts_with(&format!("{folder}/")));
    names.map(|name| (name[folder.len() + 1..].to_owned(), bench.read(&name))).collect()
}

/// Puts the folder `out` and the list `removed` into the state in which a run was killed after
/// `n_done` inputs, in the midst of the next one.
fn kill_after(bench: &Bench, n_done: usize, removed: &str, whole: &[(String, Vec<u8>)]) {
    let journal = String::from_utf8(bench.read("whole/.dechaff-journal.jsonl")).unwrap();
    let lines: Vec<&str> = journal.split_inclusive('\n').collect();
    assert_eq!(lines.len(), INPUTS + 2, "a head, the inputs and an end");
    let done = lines[..=n_done].concat();
    let torn = &lines[n_done + 1][..lines[n_done + 1].len() / 2];
    bench.write(&format!("out/{JOURNAL}"), format!("{done}{torn}"));
    for (name, bytes) in whole.iter().filter(|(name, _)| name != JOURNAL) {
        if done.contains(&format!("\"output\":\"{name}\"")) {
            bench.write(&format!("out/{name}"), bytes);
        }
    }
    // Where the next output is being written.
    let half = match n_done {
        1 | 2 => "out/b/.dechaff-x9Y8z7",
        _ => "out/.dechaff-a1B2c3",
    };
    if n_done < INPUTS {
        bench.write(half, "half");
    }
    // What came after the last line of the journal may or may not be in the list.
    let list = bench.read(removed);
    bench.write(&format!(".{removed}.part"), [list.as_slice(), b"more"].concat());
    fs::remove_file(bench.path(removed)).unwrap();
}

fn run(bench: &Bench, out: &str, more: &[&str]) -> Outcome {
    bench.filter(&[&["in", "-o", out], more].concat())
}

#[test]
fn a_run_killed_after_any_input_ends_with_the_same_bytes() {
    for removed in ["r.jsonl", "r.jsonl.gz"] {
        let bench = Bench::new();
        write_crawl(&bench);
        let options = ["--removed", removed];
        run(&bench, "whole", &options).exits(1).says("3 errors");
        let (whole, receipts) = (tree(&bench, "whole"), bench.read(removed));
        assert_eq!(whole.len(), INPUTS, "one cannot be read, and a journal");
        for n_done in 0..=INPUTS {
            kill_after(&bench, n_done, removed, &whole);
            let again = run(&bench, "out", &["--removed", removed, "--resume"]);
            // The figures are those of the whole.
            again.exits(1).says("9 pages, 27 lines; removed 12 lines").says("3 errors told above");
            assert!(tree(&bench, "out") == whole, "{removed}, {n_done}: the tree");
            assert!(bench.read(removed) == receipts, "{removed}, {n_done}: the receipts");
            assert!(!bench.names().iter().any(|name| name.ends_with(".part")));
            // Compressed receipts are sealed only now and then: small runs are done again.
            let n_kept = if removed == "r.jsonl" { n_done } else { n_done / INPUTS * INPUTS };
            let told = format!("{n_kept} inputs of these finished");
            again.check(n_kept < 2 || again.stderr.contains(&told), &told);
            fs::remove_dir_all(bench.path("out")).unwrap();
        }
        let back = bench.run(&["restore", "whole", "--removed", removed, "-o", "again"]);
        back.exits(0);
        assert_eq!(bench.read("again/b/d.jsonl"), bench.read("in/b/d.jsonl"));
        let packed = gunzip(&bench.read("again/b/c.txt.gz"));
        assert_eq!(packed, bench.read("in/a.txt"));
    }
}
