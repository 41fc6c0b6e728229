//! Bad input of every kind: never a panic, never a silent loss. What can be read is read, what cannot
//! is named with its place, and the exit code says so.

mod common;

use std::io::Write as _;

use common::Bench;

const NEWS: &str =
    "市图书馆周六开放新馆，读者可凭身份证办理借阅手续。\n首页 魍 登录\n开馆首日举办了三场讲座。\n";
const CLEAN: &str =
    "市图书馆周六开放新馆，读者可凭身份证办理借阅手续。\n开馆首日举办了三场讲座。\n";

#[test]
fn other_encodings_come_out_as_utf8() {
    let bench = Bench::new();
    let (gbk, _, _) = encoding_rs::GBK.encode(NEWS);
    bench.write("p.txt", gbk);
    bench.filter(&["p.txt"]).exits(0).prints(CLEAN).says("1 page read as GBK");
    let utf16: Vec<u8> =
        format!("\u{feff}{NEWS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.write("p.txt", utf16);
    bench.filter(&["p.txt"]).exits(0).prints(CLEAN).says("1 page read as UTF-16LE");
    bench.write("p.txt", format!("\u{feff}{NEWS}"));
    let out = bench.filter(&["p.txt"]);
    out.exits(0).prints(CLEAN).check(!out.stderr.contains("read as"), "a mark is no remark");
}

#[test]
fn faults_in_utf8_are_replaced_alone_and_told() {
    let bench = Bench::new();
    bench.write("p.txt", [NEWS.as_bytes(), b"\xe5\xae\n\xff\n"].concat());
    let out = bench.filter(&["p.txt"]);
    out.exits(0).prints(format!("{CLEAN}\u{fffd}\n\u{fffd}\n"));
    out.says("p.txt:1: 2 faulty sequences replaced").says("in 1 page");
    bench.write(
        "p.jsonl",
        [b"{\"text\": \"", "甲乙\\n丙丁".as_bytes(), b"\xff\", \"n\": 1}\n"].concat(),
    );
    let out = bench.filter(&["p.jsonl"]);
    out.exits(0).prints("{\"text\": \"甲乙\\n丙丁\u{fffd}\", \"n\": 1}\n");
    out.says("p.jsonl:1: 1 faulty sequence replaced");
    // Half of a surrogate pair.
    bench.write("s.jsonl", r#"{"text": "甲\ud83d\n魍"}"#);
    bench
        .filter(&["s.jsonl"])
        .exits(0)
        .prints("{\"text\": \"甲\u{fffd}\\n\"}")
        .says("s.jsonl:1: 1 ");
}

#[test]
fn broken_pages_are_named_and_the_others_are_read() {
    let bench = Bench::new();
    let input = "{\"text\": \"甲\"}\n\n{\"text\": \n{\"txt\": \"x\"}\n[]\n{\"text\": 5}\n{\"text\": \"乙\"}\n";
    bench.write("p.jsonl", input);
    let out = bench.filter(&["p.jsonl"]);
    out.exits(1).prints("{\"text\": \"甲\"}\n{\"text\": \"乙\"}\n");
    out.says("dechaff: p.jsonl:3: EOF while parsing a value (column 9)\n");
    out.says("dechaff: p.jsonl:4: has none of `text`, `lines` and `html`\n");
    out.says("dechaff: p.jsonl:5: invalid type: sequence, expected a JSON object\n");
    out.says("dechaff: p.jsonl:6: `text` is not a string\n");
    out.says("2 pages").says("4 errors");
    // The same on standard input, and quiet is not silent.
    let out = bench.run_with(&["filter", "-m", "m.dechaff", "-q"], input.as_bytes());
    out.exits(1).says("dechaff: -:3: ").check(!out.stderr.contains("pages"), "no summary");
}

#[test]
fn missing_files_are_named_and_the_others_are_read() {
    let bench = Bench::new();
    bench.write("p.txt", "甲\n").write("empty/x.pdf", "");
    let out = bench.filter(&["no.txt", "p.txt", "empty"]);
    out.exits(1).prints("甲\n").says("dechaff: no.txt: No such file").says("2 errors");
    out.says("empty: holds no .txt, .html, .jsonl, .warc, .wet or .parquet files");
    bench.filter(&["no.txt", "-o", "out.txt"]).exits(1);
    assert_eq!(bench.names(), ["empty/x.pdf", "p.txt"]);
}

#[test]
fn truncated_gzip_is_read_up_to_its_end() {
    let bench = Bench::new();
    // Text that does not compress to nothing, so that half of the file holds half of it.
    let line = |n: u64| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let text: String = (0..20_000).map(line).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    gz.write_all(text.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    bench.write("p.txt.gz", &gz[..gz.len() / 2]);
    let out = bench.filter(&["p.txt.gz"]);
    out.exits(1).says("dechaff: p.txt.gz: the gzip data ends too early");
    out.check(out.stdout.len() > text.len() / 4, "what could be read");
    out.check(text.as_bytes().starts_with(&out.stdout), "nothing but what was there");
    bench.write("q.txt.gz", [&gz[..100], &[0xff; 64], &gz[164..]].concat());
    bench.filter(&["q.txt.gz"]).exits(1).says("q.txt.gz: the gzip data is damaged");
}

#[test]
fn no_input_is_ever_overwritten() {
    let bench = Bench::new();
    bench.write("in/p.txt", NEWS).write("in/q.txt", NEWS);
    for arguments in [
        &["in/p.txt", "-o", "in/p.txt"][..],
        &["in/p.txt", "in/q.txt", "-o", "in/../in/q.txt"],
        &["in", "-o", "in"],
        &["in", "-o", "in/out"],
        &["in/p.txt", "-o", "in/"],
        &["in/p.txt", "--removed", "in/p.txt"],
        &["in/p.txt", "-o", "out.txt", "--removed", "out.txt"],
        &["in", "./in", "-o", "out"],
    ] {
        let out = bench.filter(arguments);
        out.exits(1).check(!out.stderr.is_empty(), "a reason").prints("");
        assert_eq!(bench.names(), ["in/p.txt", "in/q.txt"], "{arguments:?}");
        assert_eq!(bench.read("in/p.txt"), NEWS.as_bytes());
    }
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing() {
    let bench = Bench::new();
    bench.write("p.txt", NEWS);
    bench.filter(&["p.txt", "-o", "no/out.txt"]).exits(1).says("no/out.txt");
    assert_eq!(bench.names(), ["p.txt"]);
}

#[test]
fn models_that_are_none_are_refused() {
    let bench = Bench::new();
    let model = bench.read("m.dechaff");
    bench.write("p.txt", NEWS);
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("foreign", NEWS.as_bytes()),
        ("truncated", &model[..model.len() / 2]),
    ] {
        bench.write(name, bytes);
        bench.run(&["filter", "-m", name, "p.txt"]).exits(1).prints("").says(name);
        bench.run(&["model", "check", name]).exits(1).prints("").says(name);
    }
    bench.run(&["filter", "-m", "no.dechaff", "p.txt"]).exits(1).says("no.dechaff");
}

#[test]
fn a_long_line_is_a_line() {
    let bench = Bench::new();
    let long = "甲乙丙丁戊，".repeat(300_000);
    bench.write("p.txt", format!("{long}\n魍\n{long}"));
    bench.filter(&["p.txt"]).exits(0).prints(format!("{long}\n{long}"));
    bench.write("p.jsonl", format!("{{\"text\": \"魍\\n{long}\"}}\n"));
    bench.filter(&["p.jsonl"]).exits(0).prints(format!("{{\"text\": \"{long}\"}}\n"));
}

#[test]
fn many_lines_are_a_page() {
    let bench = Bench::new();
    bench.write("p.txt", "甲乙\n魍\n".repeat(100_000));
    let out = bench.filter(&["p.txt"]);
    out.exits(0).prints("甲乙\n".repeat(100_000)).says("1 page, 200000 lines; removed 100000");
}

#[test]
fn deep_json_and_strange_names_do_no_harm() {
    let bench = Bench::new();
    let deep =
        format!("{{\"text\": \"甲\", \"x\": {}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    bench.write("名 字.jsonl", &deep);
    bench.filter(&["名 字.jsonl"]).exits(0).prints(&deep);
}
