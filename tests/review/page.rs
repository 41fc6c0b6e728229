//! The page in headless Chromium, by typing and clicking. Where there is no chromedriver, these tests
//! say so and pass.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::Reviewing;
use super::common::Bench;
use super::webdriver::{Browser, DOWN, ENTER, ESCAPE, LEFT};

/// The text of the line in question, once the page waits for a key.
const CURRENT: &str = "return document.getElementById('lines').getAttribute('aria-busy') === 'false' \
    && document.querySelector('[aria-selected=true] .text')?.firstChild.textContent";
const MESSAGE: &str = "return document.getElementById('message').textContent";
const DONE: &str = "return document.getElementById('done').textContent";

/// Which line is in question, by its number in the page.
const NUMBER: &str = "return document.getElementById('lines').getAttribute('aria-busy') === 'false' \
    && document.querySelector('[aria-selected=true] .n')?.textContent";

fn line(text: &str) -> Value {
    json!({"text": text, "label": "either", "confidence": null})
}

/// Two pages. The forms on the first lines of the first page are the most frequent ones.
fn corpus() -> String {
    let menu = ["首页 新闻 政务", "上一篇 下一篇", "分享到朋友圈"];
    let prose = [
        "去年冬天，镇上的木桥被大水冲走了一半。",
        "今年春天，村民们自己动手，用了两个月把它修好了。",
    ];
    let first: Vec<Value> = menu.iter().chain(&prose).map(|text| line(text)).collect();
    let second = [menu[0], menu[0], menu[0], menu[1], menu[1], menu[2], "河边的柳树又绿了。"];
    let second: Vec<Value> = second.iter().map(|text| line(text)).collect();
    format!(
        "{}\n{}\n",
        json!({"id": "桥", "site": "a.example", "lines": first}),
        json!({"id": "河", "site": "b.example", "lines": second})
    )
}

fn lines(bench: &Bench) -> Vec<Value> {
    let text = String::from_utf8(bench.read("x.jsonl")).unwrap();
    let pages = text.lines().map(|page| serde_json::from_str::<Value>(page).unwrap());
    pages.flat_map(|page| page["lines"].as_array().unwrap().clone()).collect()
}

fn n_decisions(bench: &Bench) -> usize {
    let journal = String::from_utf8(bench.read("x.jsonl.review.jsonl")).unwrap();
    journal.matches("\"entry\":\"decide\"").count()
}

fn start(language: &str) -> Option<(Bench, Reviewing, Browser)> {
    let browser = Browser::start(language)?;
    let bench = Bench::new();
    bench.write("x.jsonl", corpus());
    let review = Reviewing::start(bench.command(&["review", "x.jsonl", "-m", "m.dechaff"]));
    browser.open(&review.address());
    Some((bench, review, browser))
}

#[test]
fn a_review_by_keyboard_alone() {
    let Some((bench, review, browser)) = start("en") else { return };
    // Four, three and two lines alike come before the rest.
    browser.wait(CURRENT, "首页 新闻 政务");
    browser.wait(DONE, "0 of 6 groups decided · 0 of 12 lines by hand");
    browser.screenshot("light");
    browser.shift("n");
    browser.wait(CURRENT, "上一篇 下一篇");
    assert_eq!(n_decisions(&bench), 1);
    browser.wait(MESSAGE, "junk · nav, 4 lines. On disk.");
    browser.wait(DONE, "1 of 6 groups decided · 4 of 12 lines by hand");
    // Wrong, taken back, and right.
    browser.keys(&["a"]);
    browser.wait(CURRENT, "分享到朋友圈");
    browser.keys(&["u"]);
    browser.wait(CURRENT, "上一篇 下一篇");
    browser.wait(MESSAGE, "Taken back.");
    browser.shift("n");
    browser.wait(CURRENT, "分享到朋友圈");
    browser.keys(&[" "]);
    browser.wait(CURRENT, "去年冬天，镇上的木桥被大水冲走了一半。");
    browser.keys(&["a"]);
    browser.wait(CURRENT, "今年春天，村民们自己动手，用了两个月把它修好了。");
    browser.keys(&["e"]);
    browser.wait(CURRENT, "河边的柳树又绿了。");
    // Back, and further up within the page.
    browser.keys(&[LEFT]);
    browser.wait(NUMBER, "5");
    browser.keys(&[DOWN]);
    browser.wait(NUMBER, "5");
    browser.keys(&["a"]);
    browser.wait(CURRENT, "河边的柳树又绿了。");
    // Found, and as it is.
    browser.keys(&["/"]);
    browser.wait("return document.activeElement.id", "words");
    browser.keys(&["柳", "树", "n"]);
    browser.wait("return document.getElementById('found').textContent", "None found.");
    browser.keys(&["\u{e003}"]);
    browser.wait("return document.getElementById('found').textContent", "1 found. ↓ ↑ and Enter.");
    browser.screenshot("search");
    browser.keys(&[DOWN, ENTER]);
    browser.wait("return document.querySelector('dialog[open]')", Value::Null);
    browser.wait(CURRENT, "河边的柳树又绿了。");
    browser.keys(&[ENTER]);
    // What was skipped is what is left.
    browser.wait(CURRENT, "分享到朋友圈");
    browser.wait(DONE, "5 of 6 groups decided · 10 of 12 lines by hand");
    browser.shift("h");
    browser.wait(MESSAGE, "No open question is left. Any line can still be changed; F to finish.");
    browser.keys(&["f", ESCAPE]);
    browser.wait("return document.querySelector('dialog[open]')", Value::Null);
    browser.keys(&["f", "f"]);
    browser
        .wait(MESSAGE, "The review has ended and the file is written. This window can be closed.");
    let (status, said) = review.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(bench.names(), ["x.jsonl"]);
    let lines = lines(&bench);
    let nav = json!({"text": "首页 新闻 政务", "label": "junk", "kind": "nav", "source": "hand"});
    assert_eq!(lines[0], nav);
    assert_eq!(lines[5]["from"], "sibling of 桥:1");
    let labels: Vec<_> = lines.iter().map(|line| line["label"].as_str().unwrap()).collect();
    let (j, a, e) = ("junk", "article", "either");
    assert_eq!(labels, [j, j, j, a, a, j, j, j, j, j, j, e]);
    assert_eq!(lines[10]["kind"], "share");
    assert!(lines.iter().all(|line| line["source"] == "hand"));
}

#[test]
fn a_review_by_mouse_in_two_windows_and_two_languages() {
    let Some((bench, review, browser)) = start("zh-CN") else { return };
    browser.wait(CURRENT, "首页 新闻 政务");
    browser.wait(DONE, "已定 0 / 6 组 · 人工标注 0 / 12 行");
    // Another window decides the same line first.
    let first = browser.new_window();
    browser.open(&review.address());
    browser.wait(CURRENT, "首页 新闻 政务");
    browser.click("[data-key=n]");
    browser.wait(CURRENT, "上一篇 下一篇");
    browser.turn_to(&first);
    // Whether this window has noticed by now or not: the decision was made on what it showed before.
    browser.click("[data-key=a]");
    browser.wait(
        MESSAGE,
        "另一个窗口刚把这一行标为：垃圾 · 导航。没有覆盖。要改就再按一次键，空格看下一个。",
    );
    browser.wait(CURRENT, "首页 新闻 政务");
    browser.wait("return document.getElementById('label').textContent", "垃圾 · 导航");
    assert_eq!(n_decisions(&bench), 1);
    // Seen, and decided otherwise.
    browser.click("[data-key=m]");
    browser.wait(MESSAGE, "垃圾 · 元信息。已存盘。");
    assert_eq!(n_decisions(&bench), 2);
    browser.wait(CURRENT, "上一篇 下一篇");
    browser.click(".line:nth-child(4)");
    browser.wait(NUMBER, "4");
    browser.click("[data-do=language]");
    browser.wait(DONE, "1 of 6 groups decided · 1 of 12 lines by hand");
    let dark = "return getComputedStyle(document.body).colorScheme";
    browser.click("[data-do=theme]");
    browser.wait(dark, "dark");
    browser.screenshot("dark");
    browser.resize(420, 800);
    browser.screenshot("narrow");
    browser.click("[data-do=finish]");
    browser.click("#finish-yes");
    browser
        .wait(MESSAGE, "The review has ended and the file is written. This window can be closed.");
    let (status, said) = review.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(lines(&bench)[0]["kind"], "meta");
}

/// Pages of eight sites with menus and sentences, all labelled.
pub fn labelled() -> String {
    let who = ["渔民们", "老人", "校长", "修表匠", "合唱队", "村长"];
    let what = ["把旧船拖上了岸", "数了数种子", "修好了水车", "在院子里晒书", "写了一封信"];
    let pages = (0..24).map(|p| {
        let menu = ["首页", "新闻中心", "联系我们", "登录", "下一页"];
        let mut lines: Vec<Value> =
            menu.iter().map(|text| json!({"text": text, "label": "junk", "kind": "nav"})).collect();
        lines.extend((0..8).map(|i| {
            let text =
                format!("清早，{}{}，谁也没有多说什么。", who[(p + i) % 6], what[(p * 3 + i) % 5]);
            json!({"text": text, "label": "article"})
        }));
        format!(
            "{}\n",
            json!({"id": format!("p{p}"), "site": format!("s{}", p % 8), "lines": lines})
        )
    });
    pages.collect()
}

/// Small, for a comparison trains six times.
pub fn small_recipe() -> String {
    let small = [
        ("folds = 5", "folds = 2"),
        ("passes = 2", "passes = 1"),
        ("composed = 1000", "composed = 0"),
    ];
    small.iter().fold(dechaff::train::recipe::DEFAULT.to_owned(), |recipe, (from, to)| {
        assert!(recipe.contains(from));
        recipe.replacen(from, to, 1)
    })
}

#[test]
fn a_new_model_is_trained_compared_and_kept_by_keyboard() {
    let Some(browser) = Browser::start("en") else { return };
    let bench = Bench::new();
    bench.write("x.jsonl", labelled()).write("x.dechaff", "another file");
    bench.write("small.toml", small_recipe());
    let mut command =
        bench.command(&["review", "x.jsonl", "-m", "m.dechaff", "--recipe", "small.toml"]);
    command.env_remove("DECHAFF_DATA");
    let review = Reviewing::start(command);
    browser.open(&review.address());
    let is_open = "return document.getElementById('train').open";
    let trained = "return document.getElementById('trained').textContent.slice(0, 27)";
    browser.wait(NUMBER, "1");
    browser.keys(&["p"]);
    browser.wait(is_open, true);
    browser.wait(trained, "Trains on every label of th");
    browser.keys(&["p"]);
    browser.wait("return document.getElementById('train-start').hidden", true);
    assert_eq!(review.post("api/train", &json!({})).status, 409);
    // One goes on meanwhile.
    browser.keys(&[ESCAPE]);
    browser.wait(is_open, false);
    browser.keys(&["n"]);
    browser.wait(DONE, "1 of 35 groups decided · 1 of 312 lines by hand");
    let deadline = Instant::now() + Duration::from_secs(180);
    while review.get("api/train").json()["state"] == "running" {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(100));
    }
    browser.wait(MESSAGE, "The training is done: P shows what changes.");
    assert_eq!(bench.names(), ["small.toml", "x.dechaff", "x.jsonl", "x.jsonl.review.jsonl"]);
    browser.keys(&["p"]);
    browser
        .wait("return document.getElementById('outcome').textContent", "The new model is better.");
    browser.wait(
        "return document.querySelector('#trained table tr:nth-child(2) th').textContent",
        "x",
    );
    browser.screenshot("trained");
    // A second P trains nothing anew, K keeps what there is.
    browser.keys(&["p", "k"]);
    browser.wait(
        "return document.getElementById('kept')?.textContent.slice(0, 24)",
        "Written as x-2.dechaff, ",
    );
    assert_eq!(bench.read("x.dechaff"), b"another file");
    browser.keys(&[ESCAPE, "f", "f"]);
    browser
        .wait(MESSAGE, "The review has ended and the file is written. This window can be closed.");
    review.end();
    bench.run(&["model", "check", "x-2.dechaff"]).exits(0);
}

#[test]
fn what_a_page_says_is_shown_and_never_run() {
    let Some(browser) = Browser::start("en") else { return };
    let bench = Bench::new();
    let evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    let page = json!({"id": evil, "site": evil, "lines": [
        {"text": evil, "label": "junk", "rules": [evil], "source": "rules", "from": evil}]});
    bench.write("x.jsonl", format!("{page}\n"));
    let review = Reviewing::start(bench.command(&["review", "x.jsonl", "-m", "m.dechaff"]));
    browser.open(&review.address());
    browser.wait(CURRENT, evil);
    assert_eq!(browser.ask("return document.title"), "dechaff review");
    assert_eq!(browser.ask("return document.querySelectorAll('main img, main script').length"), 0);
    assert_eq!(
        browser.ask("return document.getElementById('place').textContent.includes('<img')"),
        true
    );
}

#[test]
fn a_server_that_was_killed_is_told() {
    let Some((bench, review, browser)) = start("en") else { return };
    browser.wait(CURRENT, "首页 新闻 政务");
    browser.keys(&["n"]);
    browser.wait(CURRENT, "上一篇 下一篇");
    review.kill();
    browser.keys(&["n"]);
    browser.wait(
        MESSAGE,
        "The server does not answer. Nothing that was shown as decided is lost: run dechaff review again.",
    );
    browser.wait(CURRENT, "上一篇 下一篇");
    assert_eq!(n_decisions(&bench), 1);
    browser.keys(&["p"]);
    let warning = "return document.querySelector('#trained .warn')?.textContent.slice(0, 27)";
    browser.wait(warning, "The server does not answer.");
}
