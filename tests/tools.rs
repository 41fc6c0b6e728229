//! The commands for looking at what a model does, and for undoing what `filter` did, as their users
//! meet them.

mod common;

use common::{Bench, gunzip, gzip};

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
    // Compressed, whatever its name says.
    bench.write("in/z.txt", gzip(PAGE.as_bytes()));
    bench.write("in/all.txt", "魍\n").write("in/d.txt.gz", gzip(PAGE.as_bytes()));
    bench.filter(&["in", "-o", "out", "--removed", "r.jsonl.gz"]).exits(1).says("2 errors");
    let clean = String::from_utf8(bench.read("out/x.jsonl")).unwrap();
    assert!(clean.starts_with(r#"{"z": 1.0, "id":"p1", "text": "甲\n丙\u00e9\/", "a": [1,  2]}"#));
    let back = bench.run(&["restore", "out", "--removed", "r.jsonl.gz", "-o", "again"]);
    back.exits(0).says("8 files").says("lines that held no page");
    for name in ["b/c.txt", "c.txt", "b.txt", "x.jsonl", "all.txt"] {
        let (again, before) = (format!("again/{name}"), format!("in/{name}"));
        assert_eq!(bench.read(&again), bench.read(&before), "{name}");
    }
    assert_eq!(gunzip(&bench.read("again/y.jsonl.gz")), RECORDS.as_bytes());
    assert_eq!(gunzip(&bench.read("again/d.txt.gz")), PAGE.as_bytes());
    assert_eq!(gunzip(&bench.read("again/z.txt")), PAGE.as_bytes());
    // One file of the folder, though another one's name is the end of its name.
    bench.run(&["restore", "out/b/c.txt", "--removed", "r.jsonl.gz"]).exits(0).prints(PAGE);
    bench.run(&["restore", "out/c.txt", "--removed", "r.jsonl.gz"]).exits(0).prints("甲\n");
    bench.run(&["restore", "out", "--removed", "r.jsonl.gz"]).exits(2).says("give a folder");
    bench.run(&["restore", "out", "--removed", "r.jsonl.gz", "-o", "out"]).exits(2);
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
fn several_texts_in_one_output_are_not_guessed_apart() {
    let bench = Bench::new();
    let remark = "`restore` needs them in a folder (-o)";
    // Junk in both, in the first, in the second.
    for (one, two) in [("甲\n魍\n", "魍\n乙\n"), ("魍\n甲\n", "乙\n"), ("甲\n", "乙\n魍\n")]
    {
        bench.write("a.txt", one).write("b.txt", two);
        bench.filter(&["a.txt", "b.txt", "-o", "ab.txt", "--removed", "r"]).exits(0).says(remark);
        assert_eq!(bench.read("ab.txt"), "甲\n乙\n".as_bytes());
        let back = bench.run(&["restore", "ab.txt", "--removed", "r", "-o", "back.txt"]);
        back.exits(1).says("of several text files in one output nobody knows where they begin");
        assert!(!bench.path("back.txt").exists());
        let out = bench.filter(&["a.txt", "b.txt", "-o", "out/", "--removed", "r"]);
        out.exits(0).check(!out.stderr.contains(remark), "they are apart");
        bench.run(&["restore", "out", "--removed", "r", "-o", "again"]).exits(0);
        assert_eq!(bench.read("again/a.txt"), one.as_bytes());
        assert_eq!(bench.read("again/b.txt"), two.as_bytes());
    }
}

#[test]
fn what_no_folder_is_searched_for_comes_back_too() {
    let bench = Bench::new();
    bench.write(".hidden", "乙\n魍\n");
    let filter = ["filter", "-m", "m.dechaff", "-", ".hidden", "-o", "out/", "--removed", "r"];
    bench.run_with(&filter, "甲\n魍\n".as_bytes()).exits(0);
    bench.run(&["restore", "out", "--removed", "r", "-o", "again"]).exits(0);
    assert_eq!(bench.read("again/stdin"), "甲\n魍\n".as_bytes());
    assert_eq!(bench.read("again/.hidden"), "乙\n魍\n".as_bytes());
    // Names in receipts lead nowhere else.
    bench.write("x/aside", "丙\n");
    for name in ["../x/aside", "x/../../x/aside"] {
        bench.write(
            "r",
            format!("{{\"file\":{name:?},\"record\":1,\"what\":\"end\",\"receipts\":0}}\n"),
        );
        let back = bench.run(&["restore", "out", "--removed", "r", "-o", "back/y"]);
        back.exits(1).says("but the file is not there");
        assert!(!bench.path("back/x/aside").exists() && !bench.path("back/y/x/aside").exists());
    }
}

#[test]
fn a_byte_order_mark_is_not_written_and_comes_back() {
    let bench = Bench::new();
    let (text, records) =
        ("\u{feff}甲\n魍\n", "\u{feff}{\"text\": \"魍\\n甲\"}\n{\"text\": \"乙\"}\n");
    bench.write("in/a.txt", text).write("in/b.txt", "\u{feff}乙\n").write("in/c.jsonl", records);
    bench.write("in/d.jsonl", "\u{feff}{\"text\": \"乙\"}").write("in/e.txt", "\u{feff}");
    bench.write("in/f.jsonl", "\u{feff}{broken\n{\"text\": \"乙\"}\n");
    bench.write("in/g.jsonl", "\u{feff}\n{\"text\": \"乙\"}\n");
    bench.filter(&["in", "-o", "out", "--removed", "r"]).exits(1).says("1 error");
    for (name, want) in [
        ("g.jsonl", "{\"text\": \"乙\"}\n"),
        ("a.txt", "甲\n"),
        ("b.txt", "乙\n"),
        ("c.jsonl", "{\"text\": \"甲\"}\n{\"text\": \"乙\"}\n"),
        ("d.jsonl", "{\"text\": \"乙\"}"),
        ("e.txt", ""),
        ("f.jsonl", "{\"text\": \"乙\"}\n"),
    ] {
        assert_eq!(bench.read(&format!("out/{name}")), want.as_bytes(), "{name}");
    }
    bench.run(&["restore", "out", "--removed", "r", "-o", "again"]).exits(0);
    for name in ["a.txt", "b.txt", "c.jsonl", "d.jsonl", "e.txt", "f.jsonl", "g.jsonl"] {
        assert_eq!(
            bench.read(&format!("again/{name}")),
            bench.read(&format!("in/{name}")),
            "{name}"
        );
    }
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
    bench
        .run(&["restore", "out/a.txt", "--removed", "old.jsonl"])
        .exits(1)
        .says("of an earlier version");
}

#[test]
fn receipts_that_are_missing_are_told() {
    let bench = Bench::new();
    bench.write("in/a.txt", PAGE).write("in/b.txt", PAGE).write("in/c.txt", "甲\n");
    bench
        .write("in/d.jsonl", "{\"text\":\"魍\\n乙\"}\n{\"text\":\"魍\\n丙\"}\n{\"text\":\"丁\"}\n");
    bench.filter(&["in", "-o", "out", "--removed", "r"]).exits(0);
    let whole = String::from_utf8(bench.read("r")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 10, "each file has an end: {whole}");
    let back = || bench.run(&["restore", "out", "--removed", "r", "-o", "back"]);
    back().exits(0);
    // Cut at any line, also where the receipts of a file end, or of nothing.
    for n in 0..lines.len() {
        bench.write("r", lines[..n].concat());
        let told = back();
        let told = told.exits(1);
        for (end, name) in [(3, "a.txt"), (6, "b.txt"), (7, "c.txt"), (10, "d.jsonl")] {
            let is_named = told.stderr.contains(&format!("dechaff: out/{name}"));
            told.check(is_named == (n < end), &format!("{name} at {n}"));
        }
    }
    bench.write("r", lines[..6].concat());
    back().exits(1).says("out/c.txt: the receipts say nothing of it; it is passed on as it is");
    assert_eq!(bench.read("back/b.txt"), PAGE.as_bytes());
    bench.run(&["restore", "out/c.txt", "--removed", "r"]).exits(1).prints("甲\n");
    bench.write("r", lines[..9].concat());
    back().exits(1).says("out/d.jsonl: its receipts have no end: they were cut off, or are of");
    // A page's receipts are gone, or an output has lost a page of which there are none.
    bench.write("r", [&lines[..8], &lines[9..]].concat().concat());
    back().exits(1).says("out/d.jsonl: 2 receipts were written for it, and 1 are there");
    bench.write("r", &whole).write("out/d.jsonl", "{\"text\":\"乙\"}\n{\"text\":\"丙\"}\n");
    back().exits(1).says("out/d.jsonl: has 2 pages, and had 3 when it was written");
    // One output for all.
    let (one, two) = ("{\"text\":\"魍\\n乙\"}\n", "{\"text\":\"丙\"}\n");
    bench.write("1.jsonl", one).write("2.jsonl", two);
    bench.filter(&["1.jsonl", "2.jsonl", "-o", "o.jsonl", "--removed", "r"]).exits(0);
    let whole = String::from_utf8(bench.read("r")).unwrap();
    let back = || bench.run(&["restore", "o.jsonl", "--removed", "r"]);
    back().exits(0).prints([one, two].concat());
    bench.write("r", whole.split_inclusive('\n').next().unwrap());
    back().exits(1).prints([one, two].concat()).says("its receipts have no end");
    bench.write("r", "");
    back().exits(1).prints(bench.read("o.jsonl")).says("the receipts say nothing of it");
    // Of two runs into one file.
    bench.write("r", [&*whole, &whole].concat());
    back().exits(1).says("o.jsonl: has receipts of two runs");
}

#[test]
fn an_input_that_breaks_off_is_told_to_the_end() {
    let bench = Bench::new();
    // Of two members the second is cut.
    let (one, two) = ("{\"text\":\"魍\\n乙\"}\n", "{\"text\":\"丙\"}\n".repeat(9));
    let packed = [gzip(one), gzip(two)].concat();
    bench.write("in/a.jsonl.gz", &packed[..packed.len() - 9]).write("in/b.jsonl", one);
    let out = bench.filter(&["in", "-o", "out", "--removed", "r"]);
    out.exits(1).says("in/a.jsonl.gz: the gzip data ends too early");
    out.says("in/a.jsonl.gz: was not read to its end; what was read of it is in out/a.jsonl.gz");
    out.check(!out.stderr.contains("b.jsonl"), "the other one is whole");
    let receipts = String::from_utf8(bench.read("r")).unwrap();
    assert_eq!(receipts.matches("\"broken_off\":true").count(), 1);
    let back = bench.run(&["restore", "out", "--removed", "r", "-o", "back"]);
    back.exits(0).says("1 file had an input that was not read to its end: only what");
    assert!(gunzip(&bench.read("back/a.jsonl.gz")).starts_with(one.as_bytes()));
    let out = bench.filter(&["in", "-o", "out", "--log", "json"]);
    let is_told =
        |line: &str| line.contains("a.jsonl.gz\"") && line.contains("\"broken_off\":true");
    out.exits(1).check(out.stderr.lines().filter(|line| is_told(line)).count() == 1, "the event");
    let out = bench.filter(&["in/a.jsonl.gz", "in/b.jsonl", "-o", "all.jsonl", "--removed", "r"]);
    out.exits(1).says("was not read to its end; what was read of it is in the output");
    assert!(String::from_utf8(bench.read("r")).unwrap().contains("\"broken_off\":true"));
}

#[test]
fn an_input_whose_last_page_is_faulty_does_not_break_off() {
    let bench = Bench::new();
    let record = |kind: &str, length: &str, body: &str| {
        format!("WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}\r\n\r\n")
    };
    let one = record("conversion", "4", "text");
    for (last, is_broken_off) in [
        (record("response", "4", "junk"), false),
        (record("conversion", "no", "text"), false),
        (record("conversion", "2", "text"), false),
        ("no record\n".into(), false),
        (record("conversion", "40", "text"), true),
        (record("metadata", "40", "text"), true),
        ("WARC/1.0\r\nWARC-Type: conv".into(), true),
    ] {
        bench.write("p.warc", format!("{one}{last}"));
        let out = bench.filter(&["p.warc", "-o", "o.jsonl", "--removed", "r"]);
        out.exits(1).says("p.warc: ");
        let is_said = out.stderr.contains("was not read to its end");
        out.check(is_said == is_broken_off, &last);
        let receipts = String::from_utf8(bench.read("r")).unwrap();
        assert_eq!(receipts.contains("\"broken_off\":true"), is_broken_off, "{last}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_whose_names_are_no_text_come_back() {
    use std::os::unix::ffi::OsStrExt as _;
    let bench = Bench::new();
    // Alike once their names are shown.
    let names = [b"caf\xe9/a.txt".as_slice(), b"caf\xe8/a.txt", b"b/\xff/c.txt"];
    let path =
        |folder: &str, name: &[u8]| bench.path(folder).join(std::ffi::OsStr::from_bytes(name));
    for (n, name) in names.iter().enumerate() {
        std::fs::create_dir_all(path("in", name).parent().unwrap()).unwrap();
        std::fs::write(path("in", name), format!("{n}\n魍{n}\n")).unwrap();
    }
    bench.filter(&["in", "-o", "out", "--removed", "r"]).exits(0);
    bench.run(&["restore", "out", "--removed", "r", "-o", "back"]).exits(0).says("3 receipts");
    for (n, name) in names.iter().enumerate() {
        assert_eq!(std::fs::read(path("out", name)).unwrap(), format!("{n}\n").as_bytes());
        let want = format!("{n}\n魍{n}\n");
        assert_eq!(std::fs::read(path("back", name)).unwrap(), want.as_bytes());
        // One of them alone.
        let mut one = bench.command(&["restore", "--removed", "r"]);
        let one = one.arg(path("out", name)).output().unwrap();
        assert_eq!((one.status.code(), one.stdout), (Some(0), want.into_bytes()));
    }
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

/// A page of our own that has some of everything.
const MIXED: &str = "\
首页 | 新闻 | 体育 | 财经 | 登录 | 注册
当前位置：首页 > 新闻 > 正文

城南老桥修缮完工 两岸居民恢复通行
本报讯　昨天上午，停用了半年的城南老桥重新开放。桥面换上了新的石板，栏杆也按原来的样子补齐了。
工程从今年三月开始，先后更换了四根桥桩，加固了两处桥墩，总共花了一百八十多天。
“以前要绕到北边的大桥，来回多走四十分钟。”住在桥东的一位老人说，“现在送孙子上学方便多了。”

甲城轴承厂家|乙地水箱批发|丙市标牌制作|丁县水泥添加剂价格|戊州不锈钢管报价|己城轴承厂家
真人娱乐城,开户送彩金,时时彩平台,棋牌游戏下载,真人百家乐
相关阅读
· 东堤早市搬迁 新址设摊位一百二十个
进（jìn）行修缮的还有西門的牌樓，预计明年完工。
Copyright © 2020 城南新闻网 版权所有
OK
";

#[test]
fn the_parts_of_every_line_add_up() {
    use dechaff::{Filter, Model, Page, filter::Scratch};
    let model = Model::builtin().unwrap();
    let policy = *model.policy();
    let filter = Filter::new(model, policy);
    // Also with a page in windows.
    let long = "城南老桥修缮完工，两岸居民恢复通行。\n相关阅读\n".repeat(5_001);
    for (text, step) in [(MIXED, 1), (long.as_str(), 997)] {
        let page = Page::from_text(text);
        let mut scratch = Scratch::default();
        let verdict = filter.judge(&page, &mut scratch);
        let is_wanted = |n: u32| n.is_multiple_of(step);
        let explained = filter.explain(&page, &mut scratch, |line| is_wanted(line.number));
        let judged = page.lines.iter().zip(&verdict.lines);
        let judged: Vec<_> = judged.filter(|(line, _)| is_wanted(line.number)).collect();
        assert_eq!(judged.len(), explained.len());
        assert!(judged.len() >= 10);
        for ((line, v), e) in judged.into_iter().zip(&explained) {
            let close = |sum: f32, whole: f32, what: &str| {
                assert!((sum - whole).abs() < 1e-3, "{what} of {}: {sum} {whole}", line.text);
            };
            let l = &e.line;
            close(l.grams.iter().map(|g| g.adds).sum(), l.characters, "n-grams");
            close(
                l.word_grams.iter().map(|g| g.adds).sum::<f32>() + l.words_bias,
                l.words,
                "words",
            );
            close(l.bias + l.characters + l.form + l.words, l.margin, "line model");
            let page = e.page.as_ref().unwrap();
            let parts: f32 = page.parts.iter().map(|part| part.adds).sum();
            close(page.bias + parts, page.log_odds, "page model");
            let c = e.calibration;
            close(c.slope * (page.log_odds + c.length_cost) + c.offset, c.logit, "calibration");
            close(1.0 / (1.0 + (-c.logit).exp()), e.probability, "probability");
            assert_eq!(e.probability, v.probability, "{}", line.text);
            assert_eq!(l.words_asked, !l.word_grams.is_empty(), "{}", line.text);
        }
    }
}

#[test]
fn lines_are_explained_by_their_own_text() {
    let bench = Bench::new();
    bench.write("p.txt", MIXED);
    let out = bench.run(&["explain", "p.txt", "--line", "13", "--top", "300"]);
    let text = String::from_utf8_lossy(&out.exits(0).stdout).into_owned();
    assert!(text.starts_with("p.txt:13: "), "{text}");
    // As the line writes them, not as they are folded.
    for part in ["\"西門\"", "\"牌樓\"", "\"^进（jìn）\"", "page model, band", "calibration"]
    {
        out.check(text.contains(part), part);
    }
    out.check(!text.contains("other n-grams"), "all of them were asked for");
    let short = bench.run(&["explain", "p.txt", "--line", "13"]);
    let text = String::from_utf8_lossy(&short.exits(0).stdout).into_owned();
    short.check(text.contains(" other n-grams of characters "), "the sum of the rest");
    short.check(text.contains(" other columns "), "the sum of the rest");
    let belief = text.lines().find(|line| line.trim_start().starts_with("belief = ")).unwrap();
    assert!(belief.ends_with("  belief about the line itself"), "{belief}");
    let columns = bench.run(&["explain", "--columns"]);
    let columns = String::from_utf8_lossy(&columns.exits(0).stdout).into_owned();
    assert!(columns.lines().any(|l| l.starts_with("belief ") && l.ends_with("  对本行的看法")));
    let json = bench.run(&["explain", "p.txt", "--json"]);
    let lines: Vec<serde_json::Value> = String::from_utf8_lossy(&json.exits(0).stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(lines[12]["text"], "OK");
    assert_eq!(lines[12]["n"], 15);
    bench.run(&["explain", "p.txt", "--line", "3"]).exits(1).says("blank or not there");
    bench.run(&["explain", "p.txt", "--page", "q"]).exits(1).says("no page q");
    // A model without passes: the line's margin is all there is.
    let plain = bench.run(&["explain", "p.txt", "--line", "1", "-m", "m.dechaff"]);
    let text = String::from_utf8_lossy(&plain.exits(0).stdout).into_owned();
    plain.check(text.contains("line model") && !text.contains("page model"), "no pass");
}

#[test]
fn receipts_name_what_decided() {
    let bench = Bench::new();
    bench.write("p.txt", MIXED);
    bench.run(&["filter", "p.txt", "--removed", "r.jsonl", "-q"]).exits(0);
    let json = bench.run(&["explain", "p.txt", "--json"]);
    let read = |bytes: &[u8]| -> Vec<serde_json::Value> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let explained = read(&json.exits(0).stdout);
    let mut receipts = read(&bench.read("r.jsonl"));
    assert_eq!(receipts.pop().unwrap()["what"], "end");
    assert!(receipts.len() > 3);
    for receipt in receipts {
        let line = explained.iter().find(|line| line["n"] == receipt["n"]).unwrap();
        let parts = line["page_model"]["parts"].as_array().unwrap();
        let for_junk = parts.iter().filter(|part| part["adds"].as_f64().unwrap() > 0.0);
        let names: Vec<_> = for_junk.take(3).map(|part| part["name"].clone()).collect();
        let told: Vec<_> =
            receipt["parts"].as_array().unwrap().iter().map(|part| part[0].clone()).collect();
        assert_eq!(told, names, "{receipt}");
    }
}

#[test]
fn a_page_is_shown_with_marks_or_colours() {
    let bench = Bench::new();
    bench.write("p.txt", "\n\n\n标\u{1b}[2J题\n\n魍 登录\n末段");
    let shown = bench.run(&["show", "-m", "m.dechaff", "p.txt"]);
    let want = "p.txt\n\n\n  0.00 标␛[2J题\n\n- 1.00 魍 登录\n  0.00 末段\n\
                3 lines: 2 kept, 0 of them unsure; 1 removed; 36.4 % of 11 characters\n";
    let want = want.replace("36.4 % of 11", "33.3 % of 12");
    shown.exits(0).prints(want);
    let coloured = bench.run(&["show", "-m", "m.dechaff", "p.txt", "--color", "always"]);
    let text = String::from_utf8_lossy(&coloured.exits(0).stdout).into_owned();
    coloured.check(text.contains("\u{1b}[2m- 1.00 魍 登录\u{1b}[0m"), "dimmed");
    coloured.check(!text.contains("\u{1b}[2J"), "what is in the page stays in the page");
    let never = bench.run(&["show", "-m", "m.dechaff", "p.txt", "--color", "never"]);
    never.exits(0).prints(&shown.stdout);
    let builtin = bench.run_with(&["show", "--color", "always"], MIXED.as_bytes());
    let text = String::from_utf8_lossy(&builtin.exits(0).stdout).into_owned();
    builtin.check(text.contains("\u{1b}[2m\u{1b}[31m- "), "planted lines are red");
}

#[test]
fn two_models_are_compared() {
    let bench = Bench::new();
    let mut model = dechaff::Model::load(&bench.path("m.dechaff")).unwrap();
    // Keeps everything.
    model.policy.threshold = 1.0;
    model.calibration.slope = 0.001;
    model.save(&bench.path("meek.dechaff")).unwrap();
    bench
        .write("c/p.txt", "首页 | 魍 | 登录\n第一段。\n魍\n")
        .write("c/q.txt", "魍 | 甲乙丙丁戊\n");
    let pair = ["diff", "-m", "m.dechaff", "-m", "meek.dechaff", "c"];
    let out = bench.run(&pair);
    let want = "3 lines of 4 differ, in 2 pages of 2: A removes and B keeps 3 (21 characters), \
                B removes and A keeps 0 (0 characters)\n\n\
                文|文   only A removes 2 lines, 20 characters\n    \
                c/p.txt:1: 首页 | 魍 | 登录\n    c/q.txt:1: 魍 | 甲乙丙丁戊\n\n\
                文   only A removes 1 line, 1 character\n    c/p.txt:3: 魍\n";
    out.exits(0).prints(want);
    let json = bench.run(&[&pair[..], &["--json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&json.exits(0).stdout).unwrap();
    assert_eq!(report["groups"][0]["removed_by"], "A");
    assert_eq!(report["only_a"]["lines"], 3);
    let same = bench.run(&["diff", "-m", "m.dechaff", "-m", "m.dechaff", "c"]);
    same.exits(0).check(same.stdout.starts_with(b"0 lines of 4 differ"), "the same");
    bench.run(&["diff", "-m", "m.dechaff", "c"]).exits(0);
    bench.run(&["diff", "c"]).exits(2);
}

#[test]
fn the_outcome_has_many_forms() {
    let bench = Bench::new();
    bench.write("in/a.txt", PAGE).write("in/b.jsonl", "{\"id\":7,\"text\":\"甲\\n魍\\n\"}\n");
    bench.write("in/c.txt", "魍").write("in/d.txt.gz", gzip("丁".as_bytes()));
    let emit = |form: &str| bench.filter(&["in", "--emit", form]);
    emit("text").exits(0).prints("标题在此\r\n第一段。\n末段没有行尾\n\n甲\n\n丁\n");
    let jsonl = concat!(
        r#"{"id":"in/a.txt","text":"\n标题在此\r\n第一段。\n末段没有行尾"}"#,
        "\n",
        r#"{"id":7,"text":"甲\n"}"#,
        "\n",
        r#"{"id":"in/c.txt","text":""}"#,
        "\n",
        r#"{"id":"in/d.txt.gz","text":"丁"}"#,
        "\n"
    );
    emit("jsonl").exits(0).prints(jsonl);
    let dolma = concat!(
        r#"{"id":"in/a.txt","attributes":{"dechaff":[[7,18,1.0],[23,25,1.0]]}}"#,
        "\n",
        r#"{"id":"7","attributes":{"dechaff":[[2,4,1.0]]}}"#,
        "\n",
        r#"{"id":"in/c.txt","attributes":{"dechaff":[[0,1,1.0]]}}"#,
        "\n",
        r#"{"id":"in/d.txt.gz","attributes":{"dechaff":[]}}"#,
        "\n"
    );
    emit("dolma").exits(0).prints(dolma);
    // Cut out what the ranges say, and the kept text is left.
    let chars: Vec<char> = PAGE.chars().collect();
    let kept: String = [&chars[..7], &chars[18..23], &chars[25..]].concat().iter().collect();
    assert_eq!(kept, "\n标题在此\r\n第一段。\n末段没有行尾");
    let scores = bench.run(&["score", "-m", "m.dechaff", "in"]);
    emit("scores").exits(0).prints(&scores.stdout);
    let labelled = emit("fasttext");
    let text = String::from_utf8_lossy(&labelled.exits(0).stdout).into_owned();
    assert_eq!(text.lines().count(), 9);
    assert!(text.contains("\n__label__junk 首页 魍 登录\n"), "{text}");
    bench.filter(&["in", "--emit", "dolma", "-o", "out"]).exits(0);
    let names: Vec<_> = bench.names().into_iter().filter(|n| n.starts_with("out")).collect();
    assert_eq!(names[1..], ["out/a.jsonl", "out/b.jsonl", "out/c.jsonl", "out/d.jsonl.gz"]);
    bench.filter(&["in", "--emit", "parquet"]).exits(2);
    bench.filter(&["in", "--emit", "text", "--dry-run"]).exits(2);
}

#[test]
fn a_dry_run_tells_what_would_go_and_where() {
    let bench = Bench::new();
    let page = |site: &str, text: &str| format!("{{{site}\"text\":\"{text}\"}}\n");
    let pages = [
        page("\"site\":\"a.example\",", "魍 甲\\n乙"),
        page("\"url\":\"http://b.example/x\",", "魍魍魍 | 丙\\n魍 | 丁\\n魍 | 戊\\n魍 | 己"),
        page("", "魍"),
    ];
    bench.write("p.jsonl", pages.concat());
    let out = bench.filter(&["p.jsonl", "--dry-run"]);
    let want = "would be removed, by kind:\n  no kind: 6 lines of 3 pages, 26 characters\n      \
                魍 甲\n      魍魍魍 | 丙\n      魍 | 丁\nby site:\n  \
                b.example: 4 lines of 1 page, 22 characters, 100.0 %\n      \
                魍魍魍 | 丙\n      魍 | 丁\n      魍 | 戊\n  \
                a.example: 1 line of 1 page, 3 characters, 75.0 %\n      魍 甲\n";
    out.exits(0).prints(want);
    out.says("removed most often, by form").says("  4  文|文  such as: 魍魍魍 | 丙\n");
    bench.write("q.txt", "甲\n");
    bench.filter(&["q.txt", "--dry-run"]).exits(0).prints("nothing would be removed\n");
}

#[test]
fn shells_and_manuals_know_every_command() {
    let bench = Bench::new();
    let man = bench.run(&["man"]);
    let manual = String::from_utf8_lossy(&man.exits(0).stdout).into_owned();
    for command in ["filter", "score", "restore", "show", "explain", "diff", "evaluate", "model"] {
        let help = bench.run(&[command, "--help"]);
        let text = String::from_utf8_lossy(&help.exits(0).stdout).into_owned();
        help.check(text.contains("Examples:\n") && text.contains("\n  dechaff "), "examples");
        man.check(manual.contains(&format!("DECHAFF {}", command.to_uppercase())), command);
        man.check(manual.contains(".SS SYNOPSIS") && !manual.contains("dechaff\\-filter(1)"), "");
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let script = bench.run(&["completions", shell]);
            let text = String::from_utf8_lossy(&script.exits(0).stdout).into_owned();
            script.check(text.contains(command) && text.contains("max-article-loss"), shell);
        }
    }
    bench.run(&["completions", "dos"]).exits(2);
}
