//! Pages of HTML as a stranger brings them, seen from outside: files, records, streams, encodings,
//! broken and hostile pages, Markdown. What stands in 魍 is junk here; see `common`.

mod common;

use common::{Bench, gzip};
use dechaff::html::{Document, within};
use dechaff::output::markdown;
use dechaff::{LineVerdict, PageVerdict, Verdict};
use proptest::prelude::*;

/// A page as small newspapers have it.
const PAGE: &str = r##"<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>渡口新桥通车 - 江边日报</title>
<meta property="og:title" content="渡口新桥通车">
<meta name="author" content="周舟">
<meta property="article:published_time" content="2024-03-09T08:00:00+08:00">
<script>var menu = "<p>不是正文</p>";</script>
<style>p { color: #333 }</style>
</head>
<body>
<nav><a href="/">首页魍</a> <a href="/news">新闻魍</a></nav>
<article>
<h1>渡口新桥通车</h1>
<p>九日清晨，<b>渡口新桥</b>正式通车，<a href="/bridge?a=1&amp;b=2">桥长</a>四百米。</p>
<p>The old ferry <em>will stay</em> for visitors.<br>It runs twice a day.</p>
<ol><li>步行：十分钟<li>骑车：三分钟<ul><li>桥上有车道</ul></ol>
<table><tr><th>车型<th>收费<tr><td>客车<td>免费<tr><td>货车<td>十元|次</table>
<blockquote><p>等了二十年。</p></blockquote>
<pre><code>for x in bridge:
    cross(x)
</code></pre>
<p>用 <code>a|b</code> 表示 1 * 2 * 3，见 [附注]。</p>
<p>彩票魍网址</p>
</article>
<footer>版权魍所有</footer>
</body>
</html>
"##;

const TEXT: &str = "渡口新桥通车\n九日清晨，渡口新桥正式通车，桥长四百米。\n\
    The old ferry will stay for visitors.\nIt runs twice a day.\n\
    步行：十分钟\n骑车：三分钟\n桥上有车道\n车型\t收费\n客车\t免费\n货车\t十元|次\n等了二十年。\n\
    for x in bridge:\ncross(x)\n用 a|b 表示 1 * 2 * 3，见 [附注]。\n";

const MARKDOWN: &str = "# 渡口新桥通车\n\n\
    九日清晨，**渡口新桥**正式通车，[桥长](/bridge?a=1&b=2)四百米。\n\n\
    The old ferry *will stay* for visitors.\n\nIt runs twice a day.\n\n\
    1. 步行：十分钟\n2. 骑车：三分钟\n   - 桥上有车道\n\n\
    | 车型 | 收费 |\n| --- | --- |\n| 客车 | 免费 |\n| 货车 | 十元\\|次 |\n\n\
    > 等了二十年。\n\n\
    ```\nfor x in bridge:\n    cross(x)\n```\n\n\
    用 `a|b` 表示 1 \\* 2 \\* 3，见 \\[附注\\]。\n";

/// The JSON of a string.
fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_page_comes_in_every_wrapping() {
    let bench = Bench::new();
    bench.write("p.html", PAGE).write("q.html.gz", gzip(PAGE.as_bytes())).write("odd.name", PAGE);
    bench.filter(&["p.html"]).exits(0).prints(TEXT);
    bench.filter(&["q.html.gz"]).exits(0).prints(TEXT);
    bench.filter(&["--format", "html", "odd.name"]).exits(0).prints(TEXT);
    let stdin = ["filter", "-m", "m.dechaff", "--format", "html"];
    bench.run_with(&stdin, PAGE.as_bytes()).exits(0).prints(TEXT);
}

#[test]
fn a_record_says_what_its_page_says() {
    let bench = Bench::new();
    let record = format!(r#"{{"id":7,"html":{},"site":"x"}}"#, json(PAGE)) + "\n";
    bench.write("p.jsonl", &record);
    let said = r#""title":"渡口新桥通车","author":"周舟","date":"2024-03-09T08:00:00+08:00","language":"zh-CN""#;
    let text = json(TEXT.trim_end());
    let want = format!(r#"{{"id":7,"text":{text},{said},"site":"x"}}"#) + "\n";
    bench.filter(&["p.jsonl"]).exits(0).prints(&want);
    let want = format!(r#"{{"id":7,"html":{},"text":{text},{said},"site":"x"}}"#, json(PAGE));
    bench.filter(&["--keep-html", "p.jsonl"]).exits(0).prints(want + "\n");
    // What the record says itself stays, and a text is the page where there is one.
    bench.write("own.jsonl", r#"{"html":"<title>甲</title><html lang=en><p>乙","title":"丙"}"#);
    let want = "{\"text\":\"乙\",\"language\":\"en\",\"title\":\"丙\"}\n";
    bench.filter(&["own.jsonl"]).exits(0).prints(want.trim_end());
    // Of two fields of one name readers take the last: there is one.
    for (page, want) in [
        (r#"{"html":"<p>乙","id":1,"text":null}"#, r#"{"html":null,"id":1,"text":"乙"}"#),
        (r#"{"text": null, "html": "<p>乙"}"#, r#"{"text": "乙", "html": null}"#),
    ] {
        bench.write("null.jsonl", page);
        bench.filter(&["null.jsonl"]).exits(0).prints(want);
    }
    bench.write("null.jsonl", r#"{"html":"<p>乙","text":null}"#);
    let kept = r#"{"html":"<p>乙","text":"乙"}"#;
    bench.filter(&["null.jsonl", "--keep-html"]).exits(0).prints(kept);
    let both = r#"{"text":"甲\n魍","html":"<p>乙"}"#;
    bench.write("both.jsonl", both);
    bench.filter(&["both.jsonl"]).exits(0).prints(r#"{"text":"甲\n","html":"<p>乙"}"#);
}

#[test]
fn markdown_keeps_what_the_page_sets_apart() {
    let bench = Bench::new();
    bench
        .write("in/p.html", PAGE)
        .write("in/t.txt", "甲*\n魍\n乙")
        .write("in/q.html.gz", gzip(PAGE.as_bytes()));
    bench.filter(&["--emit", "markdown", "in/p.html"]).exits(0).prints(MARKDOWN);
    bench.filter(&["--emit", "markdown", "in/", "-o", "out/"]).exits(0);
    let names: Vec<_> = bench.names().into_iter().filter(|n| n.starts_with("out/")).collect();
    assert_eq!(names[1..], ["out/p.md", "out/q.md.gz", "out/t.txt"]);
    assert_eq!(bench.read("out/p.md"), MARKDOWN.as_bytes());
    // Text has no marks to keep: it comes out as it is.
    assert_eq!(bench.read("out/t.txt"), "甲*\n乙".as_bytes());
    bench.write(
        "p.jsonl",
        r#"{"html":"<h2>甲</h2><p>乙_","k":1}"#.to_owned() + "\n" + r##"{"text":"# 丙"}"##,
    );
    let want = "{\"text\":\"## 甲\\n\\n乙\\\\_\",\"k\":1}\n{\"text\":\"# 丙\"}";
    bench.filter(&["--emit", "markdown", "p.jsonl"]).exits(0).prints(want);
}

/// The Markdown of a page of which the lines with a 魍 go.
fn marked(html: &str) -> String {
    let document = Document::parse_marked(html);
    let lines = document.page().lines.into_iter().map(|line| LineVerdict {
        probability: 0.5,
        verdict: if line.text.contains('魍') { Verdict::Junk } else { Verdict::Article },
        cut: vec![],
        kind: None,
    });
    markdown(&document, &PageVerdict { lines: lines.collect(), ..PageVerdict::default() })
}

#[test]
fn markdown_reads_as_the_text() {
    for (html, want) in [
        // What would be a mark at the start of a line, and inside it.
        (
            "<p># a<p>- b<p>+ c<p>1. d<p>2024) e<p>&gt; f<p>---<p>-1",
            "\\# a\n\n\\- b\n\n\\+ c\n\n1\\. d\n\n2024\\) e\n\n\\> f\n\n\\---\n\n-1\n",
        ),
        (
            "<p>a_b _c_ *d* `e` [f](g) ~h~ \\ &amp;amp; R&amp;D &lt;b> 1 &lt; 2 a|b",
            "a_b \\_c\\_ \\*d\\* \\`e\\` \\[f\\](g) \\~h\\~ \\\\ \\&amp; R&D \\<b> 1 < 2 a|b\n",
        ),
        // Emphasis starts and ends at letters, and inside links if it goes on there.
        ("<p>说<b>“走”</b>了", "说“**走**”了\n"),
        ("<p><b>一 <i>二</i> 三</b><i> 四</i>", "**一 *二* 三** *四*\n"),
        ("<p><b>a</b><i>b</i>", "**a**b\n"),
        ("<p><b>见 <a href=x>此 处</a>！</b>", "**见** [**此 处**](x)！\n"),
        ("<p><b>——</b>a<b> </b>b", "——a b\n"),
        ("<h2><b>甲</b> <em>乙</em> #</h2>", "## 甲 *乙* \\#\n"),
        // What goes on longer is the outer one, and nothing ends after a space.
        ("<p><em>a</em><strong><em>b</em></strong>", "*a**b***\n"),
        ("<p><em>甲 </em><strong><em>乙</em></strong>", "*甲 **乙***\n"),
        ("<p><em>a<strong>b</strong>c</em>d", "*a**b**c*d\n"),
        ("<p><em><strong>甲</strong>，乙</em>丙", "***甲**，乙*丙\n"),
        ("<p><strong>a<em>b</em></strong>c", "**a*b***c\n"),
        ("<p><b>一 <i>二 </i></b><i>四</i>", "**一 *二*** 四\n"),
        // Links that lead nowhere are text.
        (
            "<p>a!<a href='/p q(1)'>b</a> <a href=''>c</a> <a href=' JaVa\nscript:d'>d</a> <a href='#'>e</a> <a>f</a>",
            "a\\![b](/p%20q%281%29) c d e f\n",
        ),
        (
            "<p><code>a`b</code> <code>`</code> <a href=x><code>c*</code></a>",
            "``a`b`` `` ` `` [`c*`](x)\n",
        ),
        // Lists inside lists, inside quotes, after each other; items that lose their first line.
        (
            "<ul><li>a<ol start=9><li>b<li>c</ol><li>d<p>e</ul><ul><li>f</ul>",
            "- a\n  9. b\n  10. c\n- d\n\n  e\n\n- f\n",
        ),
        (
            "<blockquote><p>a<ul><li>b<li>c</ul><blockquote>d</blockquote></blockquote>e",
            "> a\n>\n> - b\n> - c\n>\n> > d\n\ne\n",
        ),
        ("<ol><li>魍一<p>二<li>魍<li>三</ol>", "1. 二\n3. 三\n"),
        // Two numbered lists on end are two.
        (
            "<ol><li>a<li>b</ol><ol><li>c<ol><li>d</ol><li>e</ol><ol><li>f</ol><p>g<ol><li>h</ol>",
            "1. a\n2. b\n\n1) c\n   1. d\n2) e\n\n1. f\n\ng\n\n1. h\n",
        ),
        // Code is as it was; its fence is longer than any in it.
        ("<pre>a\n\n  b *\n```\n</pre>", "````\na\n\n  b *\n```\n````\n"),
        ("<ul><li><pre>a\n b</pre>c</ul>", "- ```\n  a\n   b\n  ```\n\n  c\n"),
        // Tables: empty cells count, rows that go leave no gap, one column is no table.
        (
            "<table><tr><th>a<th>b<tr><td>魍<td>x<tr><td><td><b>c</b></table>",
            "| a | b |\n| --- | --- |\n| | **c** |\n",
        ),
        ("<table><tr><td>a<tr><td>b</table>", "a\n\nb\n"),
        (
            "<table><tr><td rowspan=2>a<td>b<tr><td>c</table><table><tr><td>d<td>e</table>",
            "| a | b |\n| --- | --- |\n| | c |\n\n| d | e |\n| --- | --- |\n",
        ),
        // A cell of several lines stays in its row, whatever parts them, without those that go.
        (
            "<table><tr><th>a<th>b<tr><td>c<br>d|e<td>f<tr><td><p>g</p><p>魍</p><p>h</p><td>\
             <ul><li>i<li>j</ul><tr><td>k<td>l</table>",
            "| a | b |\n| --- | --- |\n| c d\\|e | f |\n| g h | i j |\n| k | l |\n",
        ),
        (
            "<table><tr><td>a<td>b<tr><td>魍<br>魍<td>c<tr><td>魍<br>魍<td>魍<tr><td>d<hr>e<td>f</table>",
            "| a | b |\n| --- | --- |\n| | c |\n| d e | f |\n",
        ),
        (
            "<ul><li>x<table><tr><td>a<br><b>b</b><td>c</table></ul>",
            "- x\n\n  | a **b** | c |\n  | --- | --- |\n",
        ),
        // One column of them is what it is without its table, and so is one beside empty cells.
        ("<table><tr><td><ul><li>a<li>b</ul></table>", "- a\n- b\n"),
        ("<table><tr><td><td>a<br>b</table>", "a\n\nb\n"),
        ("<table><tr><td>魍<br>魍<td>a<br>魍<tr><td><td>b</table>", "a\n\nb\n"),
        ("<table><tr><td>a<td><pre>b</pre></table>", "a\n\n```\nb\n```\n"),
        ("", ""),
        ("<p>魍", ""),
    ] {
        assert_eq!(marked(html), want, "{html}");
    }
}

#[test]
fn cuts_are_made_in_markdown_too() {
    let document = Document::parse_marked("<p>甲<b>乙丙</b>丁");
    let line = LineVerdict {
        probability: 0.1,
        verdict: Verdict::Article,
        cut: std::iter::once(3..6).collect(),
        kind: None,
    };
    let verdict = PageVerdict { lines: vec![line], ..PageVerdict::default() };
    assert_eq!(markdown(&document, &verdict), "甲**丙**丁\n");
}

#[test]
fn pages_are_read_whatever_they_say_they_are() {
    let bench = Bench::new();
    let page = |charset: &str, text: &str| format!("<html><meta charset={charset}><p>{text}</p>");
    let simplified = "渡口新桥今晨通车，两岸居民步行过江";
    let traditional = "渡口新橋今晨通車，兩岸居民步行過江";
    let gbk = encoding_rs::GBK.encode(&page("gb2312", simplified)).0.into_owned();
    let http =
        format!("<meta http-equiv=Content-Type content='text/html; charset=big5'><p>{traditional}");
    let big5 = encoding_rs::BIG5.encode(&http).0.into_owned();
    let marked: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(page("gbk", simplified).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for (name, bytes, text) in [
        ("gbk.html", gbk, simplified),
        ("big5.htm", big5, traditional),
        ("utf16.html", marked, simplified),
        // UTF-8 that says it is something else, and nothing said at all.
        ("wrong.html", page("big5", simplified).into_bytes(), simplified),
        (
            "silent.html",
            encoding_rs::GB18030.encode(&simplified.repeat(9)).0.into_owned(),
            &simplified.repeat(9),
        ),
        ("unknown.html", page("x-nothing", simplified).into_bytes(), simplified),
    ] {
        bench.write(name, bytes);
        bench.filter(&[name]).exits(0).prints(format!("{text}\n"));
    }
    // GBK that says it is UTF-8.
    bench.write("liar.html", encoding_rs::GBK.encode(&page("utf-8", &simplified.repeat(9))).0);
    bench.filter(&["liar.html"]).exits(0).prints(format!("{}\n", simplified.repeat(9)));
}

#[test]
fn broken_pages_give_what_they_have() {
    let bench = Bench::new();
    for (name, html, text) in [
        ("empty.html", &b""[..], ""),
        ("blank.html", b" \n\t", ""),
        (
            "no_text.html",
            b"<!DOCTYPE html><html><head><title>t</title></head><body><img src=x></body>",
            "",
        ),
        ("comment.html", b"<p>a<!-- <p>b", "a\n"),
        ("script.html", b"<p>a<script>if (1 < 2) document.write('<p>b", "a\n"),
        ("style.html", b"<p>a<style>p { content: '<p>b'", "a\n"),
        ("tag.html", b"<p>a</p><p class=\"b", "a\n"),
        ("nul.html", b"<p>a\0b</p>\0<p\0>c", "ab\nc\n"),
        ("half.html", b"<p>\xe4\xb8\xad\xe6\x96\x87\xe4\xb8", "中文\u{fffd}\n"),
        ("text.html", "没有标签".as_bytes(), "没有标签\n"),
    ] {
        bench.write(name, html);
        bench.filter(&[name]).exits(0).prints(text);
    }
    // Every place at which a download may break off.
    for end in (0..PAGE.len()).filter(|&end| PAGE.is_char_boundary(end)) {
        let document = Document::parse_marked(&PAGE[..end]);
        let whole = TEXT.replace('\n', "");
        for line in document.page().lines.iter().filter(|line| !line.text.contains('魍')) {
            // A tag that has only just begun is text.
            let line = line.text.trim_end_matches(['<', '/']);
            let stands = whole.contains(line)
                || TEXT.contains(line)
                || "首页魍 新闻魍彩票魍网址版权魍所有".contains(line);
            assert!(stands, "{end}: {line}");
        }
    }
}

#[test]
fn hostile_pages_give_a_result() {
    let bench = Bench::new();
    bench.write("deep.html", "<div>".repeat(100_000) + "<p>text");
    bench.filter(&["deep.html"]).exits(0).prints("text\n");
    bench.filter(&["--emit", "markdown", "deep.html"]).exits(0).prints("text\n");
    bench.write("empty.html", "<i></i>".repeat(1_000_000) + "text");
    bench.filter(&["empty.html"]).exits(0).prints("text\n");
    let long = "text ".repeat(10 << 20);
    bench.write("long.html", format!("<p>{long}"));
    bench.filter(&["long.html"]).exits(0).prints(format!("{}\n", long.trim_end()));
    let nested = "<ul><li><blockquote>".repeat(50_000) + "text";
    assert!(marked(&nested).ends_with("text\n"));
}

/// Four times the page may take many times as long on a busy machine, but not sixteen times and more.
#[test]
fn time_grows_with_the_page() {
    let time = |html: &str| {
        let start = std::time::Instant::now();
        let document = Document::parse_marked(html);
        let verdict = PageVerdict::default();
        let written = markdown(&document, &verdict);
        (start.elapsed().as_secs_f64(), written.len())
    };
    let many =
        |n: usize, tag: &str| (0..n).map(|i| tag.replace('#', &i.to_string())).collect::<String>();
    type Many<'a> = &'a dyn Fn(usize, &str) -> String;
    let pages: [fn(Many<'_>, usize) -> String; 8] = [
        |many, n| many(n, "<html a#=1>") + "x",
        |many, n| many(400, "<font a=#>") + &many(n, "<p>y"),
        |many, n| many(n, "<a href=#><div>y"),
        |many, n| many(n, "<ol><li>y"),
        |many, n| many(n, "<p>a<span hidden>b</span><b>c</b>"),
        |many, n| "<table>".to_owned() + &many(n, "<tr><td>a<td rowspan=9>b#"),
        |many, n| "<pre>".to_owned() + &many(n, "a#\n"),
        |many, n| "<p>".to_owned() + &many(n, "a <b>#</b> <i>c</i> * "),
    ];
    for (number, page) in pages.into_iter().enumerate() {
        let (n, four_n) = (page(&many, 20_000), page(&many, 80_000));
        // The best of a few, and a floor for what is too short to be timed.
        let best = |html: &str| (0..3).map(|_| time(html).0).fold(f64::INFINITY, f64::min);
        let (short, long) = (best(&n).max(0.02), best(&four_n));
        assert!(long < 14.0 * short, "page {number}: {short} s, four times as much {long} s");
    }
}

/// What must hold of every page.
fn is_sound(html: &str) -> Result<(), TestCaseError> {
    let document = Document::parse_marked(html);
    let Document { outline, .. } = &document;
    let (n_lines, n_elements) = (outline.lines.len() as u32, outline.elements.len() as u32);
    let page = document.page();
    prop_assert_eq!(page.lines.len(), outline.lines.len());
    let joined: String = page.lines.iter().flat_map(|line| [line.text, "\n"]).collect();
    prop_assert_eq!(&joined, &document.text);
    for (line, facts) in page.lines.iter().zip(&outline.lines) {
        prop_assert!(!line.text.trim().is_empty() && !line.text.contains('\n'), "{:?}", line);
        prop_assert!(facts.element < n_elements);
        prop_assert!(facts.in_links <= facts.characters && facts.in_bold <= facts.characters);
        prop_assert_eq!(facts.within >> within::COUNT, 0);
    }
    let mut token = 0;
    for (index, element) in outline.elements.iter().enumerate() {
        let index = index as u32;
        let own_parent = element.parent == index;
        prop_assert!(element.parent < index || own_parent && index == 0, "{}", index);
        prop_assert!(index < element.end && element.end <= n_elements);
        prop_assert!(element.lines.start <= element.lines.end && element.lines.end <= n_lines);
        prop_assert_eq!(element.tokens.start, token);
        token = element.tokens.end;
        let parent = &outline.elements[element.parent as usize];
        prop_assert!(own_parent || parent.depth + 1 == element.depth);
        prop_assert!(element.end <= parent.end);
        prop_assert!(parent.lines.start <= element.lines.start);
        prop_assert!(element.lines.end <= parent.lines.end);
    }
    prop_assert_eq!(token as usize, outline.tokens.len());
    // Parsing with marks gives the same lines, and the Markdown holds their letters.
    let plain = Document::parse(html);
    prop_assert_eq!(&plain.text, &document.text);
    prop_assert_eq!(&plain.outline, &document.outline);
    let written = markdown(&document, &PageVerdict::default());
    let mut letters = written.chars().filter(|c| c.is_alphabetic());
    for c in document.text.chars().filter(|c| c.is_alphabetic()) {
        prop_assert!(letters.any(|other| other == c), "{:?} of {:?}", c, written);
    }
    Ok(())
}

const PIECES: [&str; 71] = [
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<textarea>",
    "</textarea>",
    "<input>",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<br>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=x>",
    "</a>",
    "<ul>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<td rowspan=3>",
    "<td colspan=2>",
    "</td>",
    "<th>",
    "<caption>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<h1>",
    "</h1>",
    "<blockquote>",
    "</blockquote>",
    "<select>",
    "<option>",
    "</select>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<span hidden>",
    "</span>",
    "<span style='display:block'>",
    "<div style='display:inline'>",
    "<p style='white-space:pre'>",
    "<ruby>",
    "<rt>",
    "</ruby>",
    "<q>",
    "</q>",
    "<svg>",
    "</svg>",
    "<button>",
    "<form>",
    "<!-- x -->",
    "甲",
    " b ",
    "\n",
    "&nbsp;",
    "丙*_",
    "<body>",
    "<font c=1>",
    "</table",
];

proptest! {
    #[test]
    fn any_text_is_a_page(html in "\\PC{0,200}|[<>a-z/=\"' \n\t&#;0-9!-]{0,200}") {
        is_sound(&html)?;
    }

    #[test]
    fn any_tags_are_a_page(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        is_sound(&pieces.into_iter().map(|n| PIECES[n]).collect::<String>())?;
    }
}
