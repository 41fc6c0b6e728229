//! The commands for looking at what a model does, and for undoing what `filter` did, as their users
//! meet them.

mod common;

use std::io::{Read as _, Write as _};

use common::Bench;

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

const PAGE: &str = "\n标题在此\r\n首页 魍 登录\r\n\r\n第一段。\n魍\n末段没有行尾";
const RECORDS: &str = concat!(
    r#"{"z": 1.0, "id":"p1", "text": "甲\n魍\u4E59\r\n\n丙\u00e9\/", "a": [1,  2]}"#,
    "\n\n  \n",
    r#"{"text": "没有"}"#,
    "\r\n",
    r#"{"broken": 1}"#,
    "\n",
    r#"{"lines": [ "", {"text": "魍", "label": "junk"},  {"label": "article","text": "丙"}], "k":null}"#,
    "\n",
    r#"{"text": "魍"}"#,
    "\n\n",
);

#[test]
fn a_mirrored_folder_comes_back_byte_for_byte() {
    let bench = Bench::new();
    bench.write("in/b/c.txt", PAGE).write("in/c.txt", "甲\n").write("in/b.txt", "魍\n乙\n魍");
    bench.write("in/x.jsonl", RECORDS).write("in/y.jsonl.gz", gzip(RECORDS.as_bytes()));
    bench.write("in/all.txt", "魍\n").write("in/d.txt.gz", gzip(PAGE.as_bytes()));
    bench.filter(&["in", "-o", "out", "--removed", "r.jsonl.gz"]).exits(1).says("2 errors");
    let clean = String::from_utf8(bench.read("out/x.jsonl")).unwrap();
    assert!(clean.starts_with(r#"{"z": 1.0, "id":"p1", "text": "甲\n丙\u00e9\/", "a": [1,  2]}"#));
    let back = bench.run(&["restore", "out", "--removed", "r.jsonl.gz", "-o", "again"]);
    back.exits(0).says("7 files").says("lines that held no page");
    for name in ["b/c.txt", "c.txt", "b.txt", "x.jsonl", "all.txt"] {
        let (again, before) = (format!("again/{name}"), format!("in/{name}"));
        assert_eq!(bench.read(&again), bench.read(&before), "{name}");
    }
    assert_eq!(gunzip(&bench.read("again/y.jsonl.gz")), RECORDS.as_bytes());
    assert_eq!(gunzip(&bench.read("again/d.txt.gz")), PAGE.as_bytes());
    // One file of the folder, though another one's name is the end of its name.
    bench.run(&["restore", "out/b/c.txt", "--removed", "r.jsonl.gz"]).exits(0).prints(PAGE);
    bench.run(&["restore", "out/c.txt", "--removed", "r.jsonl.gz"]).exits(0).prints("甲\n");
    bench.run(&["restore", "out", "--removed", "r.jsonl.gz"]).exits(1).says("give a folder");
    bench.run(&["restore", "out", "--removed", "r.jsonl.gz", "-o", "out"]).exits(1);
}

#[test]
fn one_file_comes_back_and_several_in_one_stream() {
    let bench = Bench::new();
    bench.write("p.txt", PAGE).write("p.jsonl", RECORDS).write("q.jsonl", "{\"text\":\"魍\\n乙\"}");
    bench.filter(&["p.txt", "-o", "o.txt", "--removed", "r.jsonl"]).exits(0);
    bench.run(&["restore", "o.txt", "--removed", "r.jsonl", "-q"]).exits(0).prints(PAGE);
    let clean = bench.read("o.txt");
    bench
        .run_with(&["restore", "-", "--removed", "r.jsonl", "-o", "again.txt.gz"], &clean)
        .exits(0);
    assert_eq!(gunzip(&bench.read("again.txt.gz")), PAGE.as_bytes());
    let files = ["q.jsonl", "p.jsonl", "-o", "all.jsonl", "--removed", "all.r"];
    bench.filter(&files).exits(1);
    let back = bench.run(&["restore", "all.jsonl", "--removed", "all.r"]);
    back.exits(0).prints(format!("{{\"text\":\"魍\\n乙\"}}\n{RECORDS}"));
}

#[test]
fn what_does_not_belong_together_is_told_and_nothing_is_written() {
    let bench = Bench::new();
    bench.write("in/a.txt", PAGE).write("in/b.txt", PAGE).write("in/c.txt", PAGE);
    bench.filter(&["in", "-o", "out", "--removed", "r.jsonl"]).exits(0);
    let spoilt = String::from_utf8(bench.read("out/b.txt")).unwrap().replace("第一", "第二");
    bench.write("out/b.txt", spoilt).write("again/b.txt", "precious");
    std::fs::remove_file(bench.path("out/c.txt")).unwrap();
    let back = bench.run(&["restore", "out", "--removed", "r.jsonl", "-o", "again"]);
    back.exits(1).says("out/b.txt:1: page in/b.txt, line 6: this is not what");
    back.says("out/c.txt: there are receipts of it, but the file is not there");
    assert_eq!(bench.read("again/a.txt"), PAGE.as_bytes());
    assert_eq!(bench.read("again/b.txt"), b"precious");
    let one = ["restore", "out/b.txt", "--removed", "r.jsonl", "-o", "again/b.txt"];
    bench.run(&one).exits(1).says("line 6");
    assert_eq!(bench.read("again/b.txt"), b"precious");
    bench.run(&["restore", "out/a.txt", "--removed", "in/a.txt"]).exits(1).says("no receipt");
    bench.run(&["restore", "out/a.txt", "--removed", "no.jsonl"]).exits(1).says("no.jsonl");
    bench.run(&["restore", "out/a.txt"]).exits(2);
    bench.write("old.jsonl", "{\"page\":\"p\",\"what\":\"line\",\"text\":\"x\"}\n");
    bench.run(&["restore", "out/a.txt", "--removed", "old.jsonl"]).exits(1).says("before 0.2");
}

#[test]
fn of_other_encodings_the_text_comes_back() {
    let bench = Bench::new();
    let news = "市图书馆周六开放新馆，读者可凭身份证办理借阅手续。\n首页 魍 登录\n末段。";
    bench.write("p.txt", encoding_rs::GBK.encode(news).0);
    bench.filter(&["p.txt", "-o", "o.txt", "--removed", "r.jsonl"]).exits(0);
    let back = bench.run(&["restore", "o.txt", "--removed", "r.jsonl"]);
    back.exits(0).prints(news).says("1 page had been in GBK: their text came back, in UTF-8");
    bench.write("p.txt", [b"a\xff\n".as_slice(), news.as_bytes()].concat());
    bench.filter(&["p.txt", "-o", "o.txt", "--removed", "r.jsonl"]).exits(0);
    let back = bench.run(&["restore", "o.txt", "--removed", "r.jsonl"]);
    back.exits(0).prints(format!("a\u{fffd}\n{news}")).says("1 page had faulty bytes");
}
