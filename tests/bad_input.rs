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
fn a_wrong_name_of_the_encoding_costs_no_text() {
    let bench = Bench::new();
    let page = |charset: &str, text: &str| format!("<meta charset={charset}>\n<p>{text}");
    let gone = NEWS.replace('\n', "<p>");
    let gbk = |charset| encoding_rs::GBK.encode(&page(charset, &gone)).0.into_owned();
    // A character cut in half at the end, in a page that calls itself GBK.
    let cut = [page("gbk", &gone).as_bytes(), b"\xe5\xae"].concat();
    bench.write("cut.html", cut);
    let out = bench.filter(&["cut.html"]);
    out.exits(0).prints(format!("{CLEAN}\u{fffd}\n")).says("1 faulty sequence");
    bench.write("latin.html", gbk("iso-8859-1"));
    bench.filter(&["latin.html"]).exits(0).prints(CLEAN).says("1 page read as GBK");
    let french = page("windows-1252", "L’été dernier, l’école était fermée : « déjà ! »");
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&french);
    bench.write("french.html", bytes);
    let out = bench.filter(&["french.html"]);
    out.exits(0).prints("L’été dernier, l’école était fermée : « déjà ! »\n");
    out.says("1 page read as windows-1252");
    bench.write("quotes.txt", b"\x93It\x92s closed,\x94 she said.\n");
    bench.filter(&["quotes.txt"]).exits(0).prints("“It’s closed,” she said.\n");
    let bytes: Vec<u8> =
        "Plain words.\n甲乙丙\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.write("wide.txt", bytes);
    bench.filter(&["wide.txt"]).exits(0).prints("Plain words.\n甲乙丙\n").says("UTF-16LE");
    let bytes: Vec<u8> = "\u{feff}甲".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    bench.write("wider.txt", bytes);
    bench
        .filter(&["wider.txt"])
        .exits(1)
        .says("wider.txt: holds text in UTF-32, which is not read");
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
    out.says("dechaff: p.jsonl:5: an array, where one object a line is wanted (");
    out.says("dechaff: p.jsonl:6: `text` is not a string\n");
    out.says("2 pages").says("4 errors");
    // The same on standard input, and quiet is not silent.
    let out = bench.run_with(&["filter", "-m", "m.dechaff", "-q"], input.as_bytes());
    out.exits(1).says("dechaff: -:3: ").check(!out.stderr.contains("pages"), "no summary");
}

#[test]
fn a_text_that_is_null_is_a_page_without_text() {
    let bench = Bench::new();
    let input = "{\"id\": 1, \"text\": null}\n{\"text\": \"甲\\n魍\"}\n";
    bench.write("p.jsonl", input);
    let out = bench.filter(&["p.jsonl", "-o", "out.jsonl", "--removed", "r"]);
    out.exits(0).says("2 pages");
    let kept = "{\"id\": 1, \"text\": null}\n{\"text\": \"甲\\n\"}\n";
    assert_eq!(bench.read("out.jsonl"), kept.as_bytes());
    bench.run(&["restore", "out.jsonl", "--removed", "r"]).exits(0).prints(input);
    let out = bench.run(&["score", "-m", "m.dechaff", "p.jsonl"]);
    out.exits(0).check(out.stdout.starts_with(b"{\"id\":\"1\""), "a score of no line");
}

#[test]
fn errors_of_one_kind_are_told_up_to_a_bound() {
    let bench = Bench::new();
    let lines = "{\"txt\": 1}\n".repeat(50);
    bench.write("p.jsonl", format!("{lines}{{\"text\": 5}}\n{{\"text\": \"甲\"}}\n"));
    bench.write("q.jsonl", "{\"txt\": 1}\n");
    let out = bench.filter(&["p.jsonl", "q.jsonl"]);
    out.exits(1).prints("{\"text\": \"甲\"}\n").says("52 errors");
    let reason = "has none of `text`, `lines` and `html`";
    let told = out.stderr.lines().filter(|line| line.ends_with(reason)).count();
    out.check(told == 20 + 1 + 1, "twenty, the other file's, and the sum");
    out.says("dechaff: p.jsonl: further errors like this one are only counted\n");
    out.says(&format!("dechaff: p.jsonl: 30 more errors: {reason}\n"));
    out.says("p.jsonl:51: `text` is not a string").says("q.jsonl:1: has none of");
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
        out.exits(2).check(!out.stderr.is_empty(), "a reason").prints("");
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
    // A folder where a file is to be.
    std::fs::create_dir_all(bench.path("out/p.txt")).unwrap();
    let said = "is a folder, and a file is to be written here: give another name, or move it away";
    bench.filter(&["p.txt", "-o", "out"]).exits(1).says(&format!("dechaff: out/p.txt: {said}"));
    bench.filter(&["p.txt", "--removed", "out"]).exits(1).says(&format!("dechaff: out: {said}"));
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
fn lines_of_old_files_end_at_cr() {
    let bench = Bench::new();
    let (old, clean) = (NEWS.replace('\n', "\r"), CLEAN.replace('\n', "\r"));
    bench.write("p.txt", &old);
    bench.filter(&["p.txt", "-o", "out.txt", "--removed", "r"]).exits(0).says("1 page, 3 lines");
    assert_eq!(bench.read("out.txt"), clean.as_bytes());
    bench.run(&["restore", "out.txt", "--removed", "r"]).exits(0).prints(&old);
    bench.write("p.jsonl", format!("{{\"text\": {}}}\n", serde_json::Value::from(old)));
    let clean = format!("{{\"text\": {}}}\n", serde_json::Value::from(clean));
    bench.filter(&["p.jsonl"]).exits(0).prints(clean);
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

#[test]
fn what_is_packed_otherwise_says_how_it_may_be() {
    let bench = Bench::new();
    bench.write("p.txt", NEWS).write("in/p.txt", NEWS).write("in/p.txt.bz2", "BZh91AY&SY");
    let out = bench.filter(&["in/p.txt.bz2"]);
    out.exits(1)
        .says("p.txt.bz2: holds bzip2 data, which is not read; unpack it, or pack it anew as .gz");
    bench.write("in/q.7Z", "").write("in/r.jsonl.bz2", "").write("in/s.pdf", "");
    let out = bench.filter(&["in", "-o", "out"]);
    out.exits(0).says("1 file passed over: no known ending (.txt,").says(
        "3 files passed over: packed as .7z, .bz2, which is not read; unpack, or pack anew as .gz \
         or .zst",
    );
    bench.write("only/p.txt.xz", "");
    let said = "nor any of these as .gz or .zst (1 file packed as .xz, which is not read; unpack, or pack anew";
    bench.filter(&["only", "-o", "out"]).exits(1).says(said);
    for arguments in
        [&["p.txt", "-o", "o.txt.bz2"][..], &["p.txt", "-o", "o.txt", "--removed", "o.txt.bz2"]]
    {
        let out = bench.filter(arguments);
        out.exits(2).says("o.txt.bz2: `.bz2` is not written; .gz and .zst are");
    }
    assert!(!bench.path("o.txt.bz2").exists() && !bench.path("o.txt").exists());
    bench.write("a.json", "[\n{\"text\": \"甲\"},\n{\"text\": \"乙\"}]\n");
    bench
        .filter(&["a.json"])
        .exits(1)
        .says("a.json:1: an array, where one object a line is wanted");
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_read_like_a_file() {
    let bench = Bench::new();
    for (name, bytes) in [("p.txt", NEWS), ("p.parquet", "PAR1 and more")] {
        let made = std::process::Command::new("mkfifo").arg(bench.path(name)).status();
        assert!(made.unwrap().success());
        let path = bench.path(name);
        let writer = std::thread::spawn(move || std::fs::write(path, bytes));
        let out = bench.filter(&[name, "-o", "out"]);
        // The reader may have left before everything was written.
        let _ = writer.join().unwrap();
        match name {
            "p.txt" => {
                out.exits(0);
                assert_eq!(bench.read("out"), CLEAN.as_bytes());
            }
            _ => {
                out.exits(1).says("p.parquet: parquet cannot be read from a stream");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let bench = Bench::new();
    let path = |folder: &str, name: &[u8]| bench.path(folder).join(OsStr::from_bytes(name));
    std::fs::create_dir(bench.path("in")).unwrap();
    // Two that look alike.
    std::fs::write(path("in", b"\xc4\xe3.txt"), NEWS).unwrap();
    std::fs::write(path("in", b"\xc4\xe4.txt"), format!("{NEWS}{NEWS}")).unwrap();
    let html = format!("<html lang=zh><p>{}", NEWS.replace('\n', "<p>"));
    std::fs::write(path("in", b"\xc4\xe5.html"), html).unwrap();
    std::fs::write(path("in", b"\xc4\xe6.wet.gz"), b"").unwrap();
    let arguments = ["in", "-o", "out", "--removed", "r.jsonl"];
    bench.filter(&arguments).exits(0).says("3 pages");
    let read = |folder: &str, name: &[u8]| std::fs::read(path(folder, name)).unwrap();
    assert_eq!(read("out", b"\xc4\xe3.txt"), CLEAN.as_bytes());
    assert_eq!(read("out", b"\xc4\xe5.html.txt"), CLEAN.as_bytes());
    assert!(path("out", b"\xc4\xe6.jsonl.gz").exists());
    // And back; what is finished is finished.
    bench.run(&["restore", "out", "--removed", "r.jsonl", "-o", "back"]).exits(0);
    assert_eq!(read("back", b"\xc4\xe3.txt"), NEWS.as_bytes());
    assert_eq!(read("back", b"\xc4\xe4.txt"), format!("{NEWS}{NEWS}").as_bytes());
    let again = bench.filter(&[&arguments[..], &["--resume"]].concat());
    again
        .exits(0)
        .says("4 inputs that the run before")
        .check(!again.stderr.contains("has changed"), "nothing is done again");
    let out = bench.filter(&["in", "--emit", "jsonl", "-o", "json"]);
    out.exits(0).check(path("json", b"\xc4\xe4.jsonl").exists(), "another form");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_leaves_nothing_that_looks_whole() {
    use std::os::unix::fs::symlink;
    let full = "No space left on device (os error 28)\n";
    let bench = Bench::new();
    bench.write("p.txt", NEWS).write("in/a.txt", NEWS).write("in/b.txt", NEWS);
    let to_full = |arguments: &[&str]| {
        let mut command = bench.command(arguments);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for command in ["filter", "score", "show"] {
        let (code, said) = to_full(&[command, "-m", "m.dechaff", "p.txt"]);
        assert_eq!(code, Some(1), "{command}");
        assert_eq!(said, format!("dechaff: standard output: {full}"), "{command}");
    }
    let (code, said) = to_full(&["filter", "-m", "m.dechaff", "p.txt", "--dry-run"]);
    assert_eq!((code, said), (Some(1), format!("dechaff: standard output: {full}")));
    let device = format!("dechaff: /dev/full: {full}");
    bench.filter(&["p.txt", "-o", "/dev/full"]).exits(1).says(&device);
    bench.filter(&["p.txt", "--list-unsure", "/dev/full", "--threshold", "1"]).exits(0);
    // No output without its receipts.
    bench.filter(&["p.txt", "-o", "o.txt", "--removed", "/dev/full"]).exits(1).says(&device);
    assert!(!bench.path("o.txt").exists());
    // A folder: what was finished before stays, and is gone on with when there is room.
    std::fs::create_dir(bench.path("out")).unwrap();
    symlink("/dev/full", bench.path("out/b.txt")).unwrap();
    let out = ["in", "-o", "out", "--removed", "r.jsonl"];
    bench.filter(&out).exits(1).says(&format!("dechaff: out/b.txt: {full}"));
    assert_eq!(bench.read("out/a.txt"), CLEAN.as_bytes());
    assert!(!bench.path("r.jsonl").exists());
    std::fs::remove_file(bench.path("out/b.txt")).unwrap();
    let again = bench.filter(&[&out[..], &["--resume"]].concat());
    again.exits(0).says("2 pages").says("1 input that the run before");
    assert_eq!(bench.read("out/b.txt"), CLEAN.as_bytes());
    let receipts = String::from_utf8(bench.read("r.jsonl")).unwrap();
    assert_eq!(receipts.matches("\"what\":\"line\"").count(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_does_not_give_is_named_and_tried_again() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let bench = Bench::new();
    bench.write("in/b.txt", NEWS).write("in/c.txt", NEWS);
    // It can be opened, but there is nothing to be read at its start.
    symlink("/proc/self/mem", bench.path("in/a.txt")).unwrap();
    let out = bench.filter(&["in", "-o", "out", "--removed", "r"]);
    out.exits(1).says("dechaff: in/a.txt: Input/output error (os error 5)\n");
    assert_eq!(bench.read("out/c.txt"), CLEAN.as_bytes());
    std::fs::remove_file(bench.path("in/a.txt")).unwrap();
    bench.write("in/a.txt", NEWS);
    bench.filter(&["in", "-o", "out", "--removed", "r", "--resume"]).exits(0).says("3 pages");
    assert_eq!(bench.read("out/a.txt"), CLEAN.as_bytes());
    // Who may read everything, as root does, has nothing to see here.
    let locked = bench.path("in/b.txt");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&locked).is_err() {
        let out = bench.filter(&["in", "-o", "locked"]);
        out.exits(1).says("dechaff: in/b.txt: Permission denied (os error 13)\n");
        assert_eq!(bench.read("locked/c.txt"), CLEAN.as_bytes());
        assert!(!bench.path("locked/b.txt").exists());
        std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o600)).unwrap();
        bench
            .filter(&["in", "-o", "locked", "--resume"])
            .exits(0)
            .says("2 inputs that the run before");
        assert_eq!(bench.read("locked/b.txt"), CLEAN.as_bytes());
    }
}

#[cfg(unix)]
#[test]
fn links_that_loop_are_told_or_left() {
    use std::os::unix::fs::symlink;
    let bench = Bench::new();
    bench.write("in/a/p.txt", NEWS);
    symlink("..", bench.path("in/a/up")).unwrap();
    bench.filter(&["in", "-o", "out"]).exits(0).says("1 page,");
    assert!(bench.path("out/a/p.txt").exists() && !bench.path("out/a/up").exists());
    symlink("q.txt", bench.path("in/q.txt")).unwrap();
    let out = bench.filter(&["in", "-o", "out"]);
    out.exits(1).says("dechaff: in/q.txt: Too many levels of symbolic links").says("1 page,");
    let out = bench.filter(&["in/q.txt", "in/a/p.txt"]);
    out.exits(1).prints(CLEAN).says("dechaff: in/q.txt: Too many levels of symbolic links");
    // An output that leads to the input.
    symlink("in/a/p.txt", bench.path("link.txt")).unwrap();
    bench.filter(&["in/a/p.txt", "-o", "link.txt"]).exits(2).says("link.txt: is also an input");
    std::fs::hard_link(bench.path("in/a/p.txt"), bench.path("hard.txt")).unwrap();
    bench.filter(&["in/a/p.txt", "-o", "hard.txt"]).exits(0);
    assert_eq!(bench.read("in/a/p.txt"), NEWS.as_bytes());
    assert_eq!(bench.read("hard.txt"), CLEAN.as_bytes());
}

#[test]
fn a_field_that_is_not_there_or_no_text_is_named() {
    let bench = Bench::new();
    bench.write("p.jsonl", "{\"body\": [\"甲\"]}\n{\"text\": \"甲\"}\n{\"body\": \"魍\\n乙\"}\n");
    let out = bench.filter(&["p.jsonl", "--text-field", "body"]);
    out.exits(1).prints("{\"body\": \"乙\"}\n");
    out.says("dechaff: p.jsonl:1: `body` is not a string\n");
    out.says("dechaff: p.jsonl:2: has no `body`\n");
}

#[test]
fn a_wrong_ending_loses_nothing() {
    let bench = Bench::new();
    let record = "{\"text\": \"甲\\n乙\"}\n";
    bench.write("text.jsonl", "第一行\n第二行\n").write("records.txt", record);
    bench.write("page.gz.txt", [&[0x1f, 0x8b][..], b"no gzip"].concat());
    // Lines that are no records are named, each of them, and the receipts have them.
    let out = bench.filter(&["text.jsonl", "--removed", "r"]);
    out.exits(1).prints("").says("dechaff: text.jsonl:1: ").says("text.jsonl:2: ");
    bench.write("empty.jsonl", "");
    let back = bench.run(&["restore", "empty.jsonl", "--removed", "r"]);
    back.exits(0).prints("第一行\n第二行\n");
    // Records that call themselves text are one page of text, whose lines they are.
    bench.filter(&["records.txt"]).exits(0).prints(record);
    let out = bench.filter(&["page.gz.txt"]);
    out.exits(1).says("dechaff: page.gz.txt: the gzip data ends too early");
}
