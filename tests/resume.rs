//! Runs that are broken off and taken up again: whatever had been done when it happened, what comes out
//! in the end are the bytes of a run that nobody disturbed.

mod common;

use std::fs;
use std::time::{Duration, SystemTime};

use common::{Bench, Outcome, gunzip, gzip};

const JOURNAL: &str = ".dechaff-journal.jsonl";

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
            let told = format!("{n_kept} inputs that the run before");
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

#[test]
fn a_run_killed_in_earnest_goes_on() {
    let bench = Bench::new();
    for n in 0..600 {
        bench.write(&format!("in/{}/{n:03}.txt", n % 7), format!("{n}\n魍{n}\n\n末段"));
    }
    let arguments = |out| ["filter", "-m", "m.dechaff", "in", "-", "-o", out, "--removed", "r"];
    let last = "丁\n魍\n".as_bytes();
    bench.run_with(&arguments("whole"), last).exits(0).says("601 pages");
    let (whole, receipts) = (tree(&bench, "whole"), bench.read("r"));
    fs::remove_file(bench.path("r")).unwrap();
    // It waits for the last input, and is killed there.
    let mut command = bench.command(&arguments("out"));
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let n_done = || {
        let journal = fs::read(bench.path("out").join(JOURNAL)).unwrap_or_default();
        journal.iter().filter(|b| **b == b'\n').count()
    };
    let start = std::time::Instant::now();
    while n_done() < 500 && start.elapsed() < Duration::from_secs(100) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let n_done = n_done() - 1;
    assert!((499..601).contains(&n_done), "{n_done}");
    assert!(!bench.path("r").exists() && !bench.path("out/stdin").exists());
    let resumed = [&arguments("out")[..], &["--resume"]].concat();
    let again = bench.run_with(&resumed, last);
    again.exits(0).says("601 pages, 1802 lines; removed 601 lines");
    again.says(&format!("{n_done} inputs that the run before had finished"));
    assert!(tree(&bench, "out").iter().map(|(name, _)| name).eq(whole.iter().map(|(n, _)| n)));
    assert!(tree(&bench, "out") == whole, "the tree");
    assert!(bench.read("r") == receipts, "the receipts");
}

#[cfg(unix)]
#[test]
fn two_runs_do_not_write_into_one_folder() {
    let bench = Bench::new();
    bench.write("in/a.txt", "甲\n魍\n");
    let mut command = bench.command(&["filter", "-m", "m.dechaff", "in", "-", "-o", "out"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let start = std::time::Instant::now();
    while !bench.path("out").join(JOURNAL).exists() && start.elapsed() < Duration::from_secs(100) {
        std::thread::sleep(Duration::from_millis(10));
    }
    for more in [&[][..], &["--resume"]] {
        run(&bench, "out", more).exits(1).says("out: another run is writing into this folder");
    }
    run(&bench, "other", &[]).exits(0);
    // However it ends, the folder is free.
    child.kill().unwrap();
    child.wait().unwrap();
    run(&bench, "out", &[]).exits(0);
}

/// Whether a signal that ends the program is ignored where the tests run, as under `nohup`: it stays so.
#[cfg(target_os = "linux")]
fn is_a_signal_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
    // HUP, INT and TERM.
    ignored & (1 | 1 << 1 | 1 << 14) != 0
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_stopped_leaves_nothing_half_written() {
    if is_a_signal_ignored() {
        return;
    }
    for (signal, out) in [("-INT", "o.jsonl"), ("-TERM", "out/")] {
        let bench = Bench::new();
        let record = "{\"text\": \"甲\\n魍\"}\n";
        bench.write("a.jsonl", record);
        let mut command = bench.command(&["filter", "-m", "m.dechaff", "a.jsonl", "-", "-o", out]);
        command.args(["--removed", "r"]);
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let is_half = |name: &String| {
            let name = name.rsplit('/').next().unwrap_or_default();
            name.starts_with(".dechaff-") && name != JOURNAL
        };
        // More than is judged at a time, so that the output of what comes by standard input is open.
        let start = std::time::Instant::now();
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, record.repeat(40_000).as_bytes()).unwrap();
        while !bench.names().iter().any(is_half) && start.elapsed() < Duration::from_secs(100) {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(bench.names().iter().any(is_half), "{:?}", bench.names());
        let pid = child.id().to_string();
        std::process::Command::new("kill").args([signal, &pid]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        drop(input);
        assert!(!bench.names().iter().any(is_half), "{:?}", bench.names());
        // What a later run goes on with stays.
        assert_eq!(bench.path(".r.part").exists(), out == "out/");
    }
}

#[test]
fn compressed_receipts_are_sealed_and_gone_on_with() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        let lines = (0..20_000).map(|n| format!("魍{name}{n}\n")).collect::<String>();
        bench.write(&format!("in/{name}.txt"), lines);
    }
    bench.write("in/d.txt", "丁\n魍\n");
    for removed in ["r.gz", "r.zst"] {
        let out = ["-o", "out", "--removed", removed];
        bench.filter(&[&["in"], &out[..]].concat()).exits(0);
        let (whole, receipts) = (tree(&bench, "out"), bench.read(removed));
        let journal = String::from_utf8(bench.read(&format!("out/{JOURNAL}"))).unwrap();
        let lines: Vec<&str> = journal.split_inclusive('\n').collect();
        // The first two go together or not at all, or each alone: as the sizes of their receipts say.
        let sealed: Vec<usize> =
            (0..lines.len()).filter(|n| lines[*n].contains("\"lists\"")).collect();
        assert!(sealed.len() > 1 && sealed[0] < 4, "{sealed:?}");
        for n_lines in 1..lines.len() {
            bench.write(&format!("out/{JOURNAL}"), lines[..n_lines].concat());
            bench.write(&format!(".{removed}.part"), &receipts);
            fs::write(bench.path(removed), "older").unwrap();
            let again = bench.filter(&[&["in", "--resume"], &out[..]].concat());
            again.exits(0);
            assert!(tree(&bench, "out") == whole && bench.read(removed) == receipts, "{n_lines}");
            let n_kept = sealed.iter().rev().find(|n| **n < n_lines).copied().unwrap_or(0);
            let told = again.stderr.contains("that the run before had finished");
            again.check(told == (n_kept > 0), "what was sealed is kept");
        }
        fs::remove_dir_all(bench.path("out")).unwrap();
    }
}

#[test]
fn what_changed_is_done_again_and_nothing_else() {
    let bench = Bench::new();
    for name in ["a", "b", "c", "d"] {
        bench.write(&format!("in/{name}.txt"), format!("{name}\n魍\n"));
    }
    let names = ["a", "b", "c", "d"];
    let texts = |bench: &Bench| names.map(|n| bench.read(&format!("out/{n}.txt"))).concat();
    run(&bench, "out", &["--resume"]).exits(0).says("out has no journal; the run begins");
    assert_eq!(texts(&bench), b"a\nb\nc\nd\n");
    // Of the same size: whether a file was written again is seen by this.
    let mark = |bench: &Bench| {
        for name in names {
            bench.write(&format!("out/{name}.txt"), "X\n");
        }
    };
    mark(&bench);
    let none = run(&bench, "out", &["--resume"]);
    none.exits(0).says("4 pages, 8 lines; removed 4 lines").says("4 inputs that the run before");
    assert_eq!(texts(&bench), b"X\nX\nX\nX\n");
    // An input that changed, one that was only touched, an output cut short, one that is gone.
    bench.write("in/a.txt", "甲\n");
    let touched = fs::File::options().append(true).open(bench.path("in/b.txt")).unwrap();
    touched.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
    bench.write("out/c.txt", "");
    let some = run(&bench, "out", &["--resume"]);
    some.exits(0).says("in/a.txt has changed, or its output has: it is done again (3 inputs)");
    assert_eq!(texts(&bench), "甲\nb\nc\nX\n".as_bytes());
    fs::remove_file(bench.path("out/d.txt")).unwrap();
    bench.write("in/e.txt", "戊\n魍\n");
    run(&bench, "out", &["--resume"]).exits(0).says("5 pages");
    assert_eq!(texts(&bench), "甲\nb\nc\nd\n".as_bytes());
    assert_eq!(bench.read("out/e.txt"), "戊\n".as_bytes());
    // An input that is gone keeps its output and its figures.
    fs::remove_file(bench.path("in/e.txt")).unwrap();
    let gone = run(&bench, "out", &["--resume"]);
    gone.exits(0).says("1 finished input not among the inputs now; the output stays");
    gone.says("5 pages");
    // Without the option, everything is done.
    mark(&bench);
    run(&bench, "out", &[]).exits(0);
    assert_eq!(texts(&bench), "甲\nb\nc\nd\n".as_bytes());
}

#[test]
fn receipts_follow_what_is_done_again() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.write(&format!("in/{name}.txt"), format!("{name}\n魍{name}\n"));
    }
    let options = ["--removed", "r", "--list-unsure", "u.gz", "--resume"];
    run(&bench, "out", &options).exits(0);
    bench.write("in/b.txt", "乙\n魍乙乙\n");
    let again = run(&bench, "out", &options);
    again.exits(0).says("in/b.txt has changed, or its output has: it and what follows it");
    let receipts = String::from_utf8(bench.read("r")).unwrap();
    let texts: Vec<_> =
        receipts.lines().filter_map(|line| line.find("魍").map(|at| &line[at..])).collect();
    let texts: Vec<_> = texts.iter().map(|text| text.split('"').next().unwrap()).collect();
    assert_eq!(texts, ["魍a", "魍乙乙", "魍c"]);
    bench.run(&["restore", "out", "--removed", "r", "-o", "again", "-q"]).exits(0);
    assert_eq!(bench.read("again/b.txt"), bench.read("in/b.txt"));
    assert_eq!(bench.read("again/c.txt"), bench.read("in/c.txt"));
    // Receipts that are gone, or not as long as the journal says, are written again.
    for is_gone in [true, false] {
        let whole = bench.read("r");
        let half = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
        if is_gone {
            fs::remove_file(bench.path("r")).unwrap();
        } else {
            bench.write("r", &whole[..half]);
        }
        let again = run(&bench, "out", &options);
        again.exits(0).check(!again.stderr.contains("the run before had"), "nothing is left out");
        assert_eq!(bench.read("r"), receipts.as_bytes());
    }
    // What nobody names any more would lose its receipts.
    bench.write("in/a.txt", "甲\n");
    let files = ["in/a.txt", "in/b.txt", "-o", "out"];
    let part = bench.filter(&[&files[..], &options].concat());
    part.exits(1).says("--resume: the receipts of in/c.txt would have to be written again");
    assert_eq!(bench.read("r"), receipts.as_bytes());
}

#[test]
fn another_run_is_not_gone_on_with() {
    let bench = Bench::new();
    bench.write("in/a.txt", "甲\n魍\n").write("in/b.txt", "乙\n");
    run(&bench, "out", &["--threshold", "0.5", "--removed", "r"]).exits(0);
    let journal = String::from_utf8(bench.read(&format!("out/{JOURNAL}"))).unwrap();
    let same = ["--threshold", "0.5", "--removed", "r", "--resume"];
    let mut model = dechaff::Model::load(&bench.path("m.dechaff")).unwrap();
    model.calibration.slope = 500.0;
    model.save(&bench.path("n.dechaff")).unwrap();
    let other = ["filter", "-m", "n.dechaff", "in", "-o", "out"];
    bench.run(&[&other[..], &same].concat()).exits(1).says("the model was ");
    for (options, said) in [
        (&["--threshold", "0.6", "--removed", "r"][..], "the threshold was 0.5, and is 0.6 now"),
        (&["--threshold", "0.5"], "--removed was r, and is not given now"),
        (&["--threshold", "0.5", "--removed", "q"], "--removed was r, and is q now"),
        (&["--threshold", "0.5", "--removed", "r", "--emit", "text"], "--emit was not given, and"),
        (&["--threshold", "0.5", "--removed", "r", "--text-field", "t"], "--text-field was not"),
        (&["--threshold", "0.5", "--removed", "r", "--cut"], "--cut was false, and is true now"),
    ] {
        let out = run(&bench, "out", &[options, &["--resume"]].concat());
        out.exits(1).says("--resume: the run in out was another one: ").says(said);
        assert_eq!(bench.read(&format!("out/{JOURNAL}")), journal.as_bytes(), "{options:?}");
    }
    let version = format!("\"dechaff\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(journal.contains(&version));
    bench.write(&format!("out/{JOURNAL}"), journal.replace(&version, "\"dechaff\":\"0.0.9\""));
    run(&bench, "out", &same).exits(1).says("the version of dechaff was 0.0.9, and is");
    bench.write(&format!("out/{JOURNAL}"), "{\"text\": \"\"}\n");
    run(&bench, "out", &same).exits(1).says("is not a journal of this version");
    // Only a folder has a journal, and only a file can be gone on with.
    bench
        .filter(&["in/a.txt", "-o", "x.txt", "--resume"])
        .exits(2)
        .says("only a run into a folder");
    bench.filter(&["in/a.txt", "--resume"]).exits(2);
    bench.filter(&["in", "--dry-run", "--resume"]).exits(2);
    #[cfg(unix)]
    {
        let device = ["--removed", "/dev/null", "--resume"];
        run(&bench, "out", &device).exits(2).says("--resume: /dev/null is no file");
    }
    // Who begins anew beside what was half done is told.
    let half = journal.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    bench.write(&format!("out/{JOURNAL}"), half);
    let anew = run(&bench, "out", &["--threshold", "0.5", "--removed", "r"]);
    anew.exits(0).says("out: a run that was broken off had finished 1 input here");
    assert_eq!(bench.read(&format!("out/{JOURNAL}")), journal.as_bytes());
}
