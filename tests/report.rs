//! The pages that `evaluate --report` and `filter --report` write: whole, escaped, the same at any
//! number of threads, with the figures that `--json` prints; and, where there is a Chromium, as a browser
//! draws them.

mod common;

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Bench, Outcome};
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// As in tests/evaluate.rs: two junk lines, of which the model knows one; two article lines, of which it
/// takes one for junk; one line that is not scored. And what a page must not be able to do.
const GOLD: &str = r#"{"id": "1</title><script>alert(1)</script>", "site": "a.cn\"><img src=x onerror=alert(2)>", "lang": "zh", "lines": [{"text": "首页魍", "label": "junk", "kind": "nav"}, {"text": "登录 --></style><script>alert(3)</script>", "label": "junk", "kind": "nav"}, {"text": "春天\u202e来了\u001b[31m魍", "label": "article"}, {"text": "花开了，桥也修好了。", "label": "article", "spans": [[2, 4]]}, {"text": "魍", "label": "either"}]}
{"id": 2, "lines": [{"text": "The bridge is open again.", "label": "article"}, {"text": "魍 Login", "label": "junk"}]}"#;

/// A page of a file, parsed strictly: every tag is closed in its order, nothing is an error.
#[derive(Debug, Default)]
struct Parsed {
    open: RefCell<Vec<String>>,
    wrong: RefCell<Vec<String>>,
    elements: RefCell<Vec<String>>,
    /// Attributes that hold addresses or code.
    hooks: RefCell<Vec<String>>,
    /// What `data` elements name, their value, and what is shown.
    figures: RefCell<Vec<(String, String, String)>>,
    text: RefCell<String>,
}

impl TokenSink for &Parsed {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(&tag, line),
            Token::CharacterTokens(text) => {
                self.text.borrow_mut().push_str(&text);
                let inside = self.open.borrow();
                if let ("data", Some(figure)) =
                    (inside.last().map_or("", String::as_str), self.figures.borrow_mut().last_mut())
                {
                    figure.2.push_str(&text);
                }
            }
            Token::ParseError(error) => self.wrong.borrow_mut().push(format!("{line}: {error}")),
            Token::CommentToken(comment) => self.wrong.borrow_mut().push(comment.to_string()),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Parsed {
    fn of(html: &str) -> Parsed {
        let parsed = Parsed::default();
        let tokenizer = Tokenizer::new(
            &parsed,
            TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() },
        );
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        assert!(parsed.wrong.borrow().is_empty(), "{:?}", parsed.wrong.borrow());
        assert!(parsed.open.borrow().is_empty(), "{:?} not closed", parsed.open.borrow());
        parsed
    }

    fn tag(&self, tag: &Tag, line: u64) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        if tag.kind == TagKind::EndTag {
            let open = self.open.borrow_mut().pop();
            if open.as_ref() != Some(&name) {
                self.wrong.borrow_mut().push(format!("{line}: {open:?} closed by {name}"));
            }
            return TokenSinkResult::Continue;
        }
        let value = |wanted: &str| {
            let found = tag.attrs.iter().find(|a| &*a.name.local == wanted);
            found.map(|a| a.value.to_string())
        };
        for attribute in &tag.attrs {
            let attribute = attribute.name.local.to_string();
            if ["src", "href", "srcset", "action"].contains(&&*attribute)
                || attribute.starts_with("on")
            {
                self.hooks.borrow_mut().push(format!("{name} {attribute}"));
            }
        }
        if let Some(figure) = value("data-figure") {
            let value = value("value").unwrap_or_default();
            self.figures.borrow_mut().push((figure, value, String::new()));
        }
        self.elements.borrow_mut().push(name.clone());
        if name == "meta" || name == "br" {
            return TokenSinkResult::Continue;
        }
        let is_raw = name == "style";
        self.open.borrow_mut().push(name);
        match is_raw {
            true => TokenSinkResult::RawData(RawKind::Rawtext),
            false => TokenSinkResult::Continue,
        }
    }

    /// Nothing of a page became an element, and nothing is loaded or run.
    fn is_harmless(&self) {
        for element in self.elements.borrow().iter() {
            let bad = ["script", "img", "iframe", "link", "object", "a"].contains(&&**element);
            assert!(!bad, "a report holds <{element}>");
        }
        assert!(self.hooks.borrow().is_empty(), "{:?}", self.hooks.borrow());
    }

    fn count(&self, element: &str) -> usize {
        self.elements.borrow().iter().filter(|name| *name == element).count()
    }
}

fn report(bench: &Bench, folder: &str) -> String {
    String::from_utf8(bench.read(&format!("{folder}/index.html"))).unwrap()
}

fn evaluate(bench: &Bench, arguments: &[&str]) -> Outcome {
    bench.run(&[&["evaluate", "-m", "m.dechaff", "gold.jsonl"], arguments].concat())
}

#[test]
fn an_evaluation_is_drawn_with_the_figures_of_its_json() {
    let bench = Bench::new();
    bench.write("gold.jsonl", GOLD);
    let out = evaluate(&bench, &["--json", "--report", "a/report"]);
    let json: serde_json::Value = serde_json::from_slice(&out.exits(0).stdout).unwrap();
    let html = report(&bench, "a/report");
    let page = Parsed::of(&html);
    page.is_harmless();
    let figures = page.figures.borrow();
    for (place, value, shown) in figures.iter() {
        let wanted = json.pointer(place).unwrap_or_else(|| panic!("no {place} in the JSON"));
        match value.as_str() {
            "null" => assert!(wanted.is_null() && shown == "–", "{place}: {shown}"),
            value => {
                assert_eq!(value.parse::<f64>().ok(), wanted.as_f64(), "{place}");
                let digits: String = shown.chars().filter(|c| *c != ',' && *c != '%').collect();
                let shown: f64 = digits.parse().unwrap_or_else(|_| panic!("{place}: {shown}"));
                let value: f64 = value.parse().unwrap();
                let near = |shown: f64| (shown - value).abs() <= 0.0005;
                assert!(near(shown) || near(shown / 100.0), "{place}: {shown} for {value}");
            }
        }
    }
    for place in [
        "/pooled/article_characters_lost",
        "/pooled/junk/f1",
        "/sets/0/junk/recall",
        "/kinds/0/recall",
        "/line_lengths/0/junk/f1",
        "/page_lengths/0/pages",
        "/languages/1/lines",
        "/sites/1/junk_characters_kept",
        "/pooled/calibration/bins/0/lines",
    ] {
        assert!(figures.iter().any(|figure| figure.0 == place), "{place} is not shown");
    }
    assert_eq!(page.count("svg"), 3);
    // The article line that goes and the junk line that stays, once each; every error has a context.
    assert_eq!(html.matches("class=\"line lost focus\"").count(), 1);
    assert_eq!(html.matches("class=\"line left focus\"").count(), 1);
    assert!(html.contains("\">了，</mark>桥也修好了。"), "the span is marked");
    let text = page.text.borrow();
    assert!(text.contains("春天<U+202E>来了␛[31m魍"), "what hides is shown");
    assert!(text.contains("登录 --></style><script>alert(3)</script>"), "the page's own words");
}

#[test]
fn a_run_is_drawn_with_its_figures() {
    let bench = Bench::new();
    bench.write("in/a.txt", "春天来了\n<script>alert(1)</script>魍\n\u{202e}花开了\n");
    bench.write("in/b.jsonl", "{\"id\": \"<b>\", \"site\": \"s<i>\", \"text\": \"魍魍\\n魍 onerror=x\"}\n{\"text\": \"桥修好了\"}\n");
    let out = bench.filter(&["in", "-o", "out", "--report", "report", "-q"]);
    out.exits(0);
    out.check(out.stderr.is_empty(), "quiet");
    assert_eq!(bench.read("out/a.txt"), "春天来了\n\u{202e}花开了\n".as_bytes());
    let html = report(&bench, "report");
    let page = Parsed::of(&html);
    page.is_harmless();
    let text = page.text.borrow();
    for part in [
        "What was taken out",
        "3 pages, 6 lines, 51 characters; model m.dechaff at threshold 0.5000",
        // 26 + 2 + 11 characters of three lines.
        "76.47%",
        "39 of 51",
        "50.00%",
        "3 of 6",
        "<script>alert(1)</script>魍",
        "<U+202E>花开了",
        "in/a.txt: 1 of 3 lines removed",
        "<b>: 2 of 2 lines removed",
        "s<i>",
        "Pages with no article",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(html.contains("<title>nothing removed: 1 page</title>"));
    assert!(html.contains("<title>60 to 70% removed: 0 pages</title>"));
    assert!(html.contains("<title>70 to 80% removed: 1 page</title>"));
    assert!(html.contains("<title>everything removed: 1 page</title>"));
    // The model is sure of every line.
    assert!(!text.contains("Closest calls"));
    // A dry run says so, and draws the same page else.
    bench.filter(&["in", "--dry-run", "--report", "dry"]).exits(0);
    let dry = report(&bench, "dry").replace("What would be taken out", "What was taken out");
    assert_eq!(dry, html);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let bench = Bench::new();
    let gold: Vec<String> = (0..30).map(|n| GOLD.replace("花开", &"花".repeat(n + 1))).collect();
    bench.write("gold.jsonl", gold.join("\n"));
    let pages: String = (0..700)
        .map(|n| {
            format!("{{\"site\": \"s{}\", \"text\": \"魍{n}\\n桥 {n}\\n魍{}\"}}\n", n % 9, n % 50)
        })
        .collect();
    bench.write("in.jsonl", pages);
    for threads in ["1", "2"] {
        evaluate(&bench, &["-j", threads, "--report", &format!("e{threads}")]).exits(0);
        let report = format!("f{threads}");
        bench.filter(&["in.jsonl", "-o", "out.jsonl", "-j", threads, "--report", &report]).exits(0);
    }
    assert_eq!(report(&bench, "e1"), report(&bench, "e2"));
    assert_eq!(report(&bench, "f1"), report(&bench, "f2"));
    // Twelve pages are drawn, of however many there are.
    assert_eq!(report(&bench, "f1").matches(": 2 of 3 lines removed</summary>").count(), 12);
}

#[test]
fn a_report_is_written_anew_but_never_over_an_input() {
    let bench = Bench::new();
    bench.write("gold.jsonl", GOLD).write("in.txt", "春天来了\n");
    bench.write("r/index.html", "old").write("r/other.txt", "kept");
    evaluate(&bench, &["--report", "r"]).exits(0);
    assert!(report(&bench, "r").starts_with("<!doctype html>\n"));
    assert_eq!(bench.read("r/other.txt"), b"kept");
    bench.filter(&["in.txt", "--report", "r"]).exits(0).prints("春天来了\n");
    assert!(report(&bench, "r").contains("What was taken out"));
    // A page of the input stays what it is.
    bench.write("site/index.html", "<p>春天来了");
    let out = bench.filter(&["site", "-o", "out", "--report", "site"]);
    out.exits(2).says("--report").says("is also an input");
    assert_eq!(bench.read("site/index.html"), "<p>春天来了".as_bytes());
    // What cannot be written is told before the work, and what stood there stays.
    bench.filter(&["in.txt", "-o", "o.txt", "--report", "in.txt"]).exits(1).says("in.txt");
    evaluate(&bench, &["--report", "in.txt"]).exits(1).prints("").says("in.txt");
    assert_eq!(bench.read("in.txt"), "春天来了\n".as_bytes());
    assert!(!bench.names().contains(&"o.txt".to_owned()));
}

/// A browser, if there is one.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut all = std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
    all.find(|program| program.is_file())
}

/// What the browser makes of a report in a window of 360 and of 1280 pixels: widths, charts, colours.
const LOOK: &str = r#"<!doctype html><meta charset="utf-8"><body><pre id="found"></pre>
<iframe id="f360" src="index.html" style="border:0;width:360px;height:640px"></iframe>
<iframe id="f1280" src="index.html" style="border:0;width:1280px;height:720px"></iframe>
<script>
addEventListener("load", () => {
  const found = {};
  for (const width of [360, 1280]) {
    const frame = document.getElementById("f" + width).contentWindow, page = frame.document;
    page.querySelectorAll("details").forEach(details => { details.open = true; });
    const drawn = [...page.querySelectorAll("svg .curve, svg .dot, svg .column")];
    const outside = [...page.querySelectorAll("svg text")].filter(text => {
      const box = text.getBoundingClientRect();
      return box.left < 0 || box.right > width;
    });
    found[width] = {
      inner: page.documentElement.clientWidth, scroll: page.documentElement.scrollWidth,
      svg: page.querySelectorAll("svg").length,
      drawn: drawn.filter(shape => shape.getBoundingClientRect().width > 0).length,
      outside: outside.map(text => text.textContent),
      small: Math.min(...[...page.querySelectorAll("svg text")].map(text => text.getBoundingClientRect().height)),
      ink: frame.getComputedStyle(page.body).color, back: frame.getComputedStyle(page.body).backgroundColor,
      scripts: page.scripts.length, title: page.title,
    };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
});
</script>"#;

/// Opens `look.html` of a folder and returns its document and what the console said.
fn open(program: &Path, folder: &Path, dark: bool) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = tempfile::tempdir().unwrap();
    let file = |name: &str| std::fs::File::create(output.path().join(name)).unwrap();
    let mut command = Command::new(program);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--allow-file-access-from-files"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 }))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", folder.join("look.html").display()))
        .stdin(Stdio::null())
        .stdout(file("dom"))
        .stderr(file("log"));
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(120) {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the browser did not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |name: &str| {
        let bytes = std::fs::read(output.path().join(name)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    (read("dom"), read("log"))
}

#[test]
fn a_browser_draws_them() {
    let Some(program) = chromium() else {
        let note = "note: there is no Chromium: the reports were not looked at in a browser";
        writeln!(std::io::stderr(), "{note}").unwrap();
        return;
    };
    let bench = Bench::new();
    let long = "no-break".repeat(80);
    bench.write("gold.jsonl", GOLD.replace("花开了", &format!("花开了{long}")));
    evaluate(&bench, &["--report", "evaluation"]).exits(0);
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/training/samples");
    bench.write("long.txt", format!("{long}\n魍{long}\n"));
    let out = bench.run(&["filter", samples, "long.txt", "-o", "out", "--cut", "--report", "run"]);
    out.exits(0);
    for (folder, charts, drawn) in [("evaluation", 3, 4), ("run", 1, 12)] {
        let mut colours = Vec::new();
        for dark in [false, true] {
            bench.write(&format!("{folder}/look.html"), LOOK);
            let (dom, log) = open(&program, &bench.path(folder), dark);
            let said: Vec<_> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
            assert!(said.is_empty(), "{folder}: the console says {said:?}");
            let found =
                dom.split_once("<pre id=\"found\">").and_then(|(_, rest)| rest.split_once('<'));
            let found = found.unwrap_or_else(|| panic!("{folder}: {dom}\n{log}")).0;
            let found: serde_json::Value = serde_json::from_str(found).unwrap_or_else(|error| {
                panic!("{folder}: {error}: {found}\n{log}");
            });
            for width in [360, 1280] {
                let page = &found[width.to_string()];
                assert_eq!(page["svg"], charts, "{folder} {width}: {page}");
                assert_eq!(page["scripts"], 0, "{folder} {width}: {page}");
                // No wider than the window.
                assert!(page["inner"].as_u64() <= Some(width), "{folder} {width}: {page}");
                assert_eq!(page["scroll"], page["inner"], "{folder} {width}: {page}");
                assert!(page["drawn"].as_u64() >= Some(drawn), "{folder} {width}: {page}");
                assert_eq!(page["outside"], serde_json::json!([]), "{folder} {width}: {page}");
                assert!(page["small"].as_f64() > Some(9.0), "{folder} {width}: {page}");
            }
            colours.push((found["360"]["ink"].clone(), found["360"]["back"].clone()));
        }
        let [(ink, back), (dark_ink, dark_back)] = &colours[..] else { panic!("{colours:?}") };
        assert!(ink != dark_ink && back != dark_back && ink != back, "{folder}: {colours:?}");
    }
}
