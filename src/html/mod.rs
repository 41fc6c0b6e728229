//! 1b. An HTML page becomes lines, as a reader sees them, and what the tree knows of each.
//!
//! [`Document::parse`] is the way in. A [`Document`] gives the same [`crate::Page`] of lines that plain
//! text gives; its [`Outline`] holds the evidence that text alone has not.

mod align;
mod dom;
mod lines;
mod marks;
mod meta;
mod naming;
mod outline;
mod raw_text;
mod style;

pub use align::{AlignedLine, align};
pub use marks::{Cell, CodeLine, Marks, NO_LINK, Run, set};
pub use meta::Meta;
pub use naming::words_of_names;
pub use outline::{Element, Outline, TextLine, named, within};
pub use style::holds_hiding_tag;

use crate::text::{Line, Page};

/// An HTML page as its lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The lines, joined by LF; none is blank, and none holds an LF.
    pub text: String,
    /// What the tree knows of them.
    pub outline: Outline,
    /// What the page says of itself.
    pub meta: Meta,
    /// Emphasis, links, lists and tables, where they were asked for.
    pub marks: Option<Box<Marks>>,
}

impl Document {
    /// Parses a page. Never fails: what is no HTML is one line after the other of text.
    pub fn parse(html: &str) -> Document {
        lines::document(&dom::Dom::parse(html), false)
    }

    /// Parses a page and also collects its [`Marks`], for Markdown.
    pub fn parse_marked(html: &str) -> Document {
        lines::document(&dom::Dom::parse(html), true)
    }

    /// The lines, in reading order, numbered from 1.
    pub fn page(&self) -> Page<'_> {
        let mut start = 0;
        let lines = self.outline.lines.iter().enumerate().map(|(index, line)| {
            let text = self.text.get(line.bytes.clone()).unwrap_or_default();
            let line = Line { number: index as u32 + 1, start, text };
            start = start + text.len() + 1;
            line
        });
        Page { lines: lines.collect(), site: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        Document::parse(html).page().lines.iter().map(|l| l.text.to_owned()).collect()
    }

    #[test]
    fn formulas_are_text_of_their_line() {
        let math = "<math><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi></mrow>\
            <annotation encoding='application/x-tex'>E=m</annotation>\
            <annotation-xml><ci>E</ci></annotation-xml></semantics></math>";
        assert_eq!(lines(&format!("<p>甲 {math} 乙")), ["甲 E=m 乙"]);
        assert_eq!(lines("<math display=block><mtext>甲 乙</mtext><p>丙"), ["甲 乙", "丙"]);
        // Elsewhere the name means nothing.
        assert_eq!(lines("<p><annotation>甲<p>乙"), ["甲", "乙"]);
        // Copies of what is seen beside them.
        for copy in ["style='display:none'", "class=katex-mathml"] {
            assert_eq!(lines(&format!("<p>甲<span {copy}>{math}</span>E=m")), ["甲E=m"]);
        }
    }

    #[test]
    fn a_line_is_what_a_reader_sees_as_one() {
        assert_eq!(
            lines(
                "<body>one <b>two</b>\n three<p>four<br>five<ul><li>a<li>b</ul><div> &nbsp;</div>"
            ),
            ["one two three", "four", "five", "a", "b"]
        );
        assert_eq!(lines("<pre>a\n  b\n\n c</pre>"), ["a", "b", "c"]);
        assert_eq!(lines("plain\ntext"), ["plain text"]);
        assert_eq!(lines(""), [] as [&str; 0]);
        assert_eq!(
            lines("<script>x</script><style>y</style><!-- z --><title>t</title>"),
            [] as [&str; 0]
        );
        assert_eq!(lines("<p>　　段落<span>一</span>，\n完。　</p>"), ["段落一， 完。"]);
    }

    #[test]
    fn rows_of_short_cells_are_lines_and_laid_out_cells_are_not() {
        let table = "<table><tr><td>型号<td><p>A-1</p><tr><th>重量</th> <th>3 kg</th></table>";
        assert_eq!(lines(table), ["型号\tA-1", "重量\t3 kg"]);
        let laid_out = "<table><tr><td>首页<br>新闻<td><p>一</p><p>二</p></table>";
        assert_eq!(lines(laid_out), ["首页", "新闻", "一", "二"]);
    }

    #[test]
    fn what_the_tree_knows_of_a_line() {
        let html = "<body><nav><a href=/>首页</a> <a href=/n>新闻</a></nav>\
            <div style='display:none'><p>藏</p></div>\
            <div id=main class='post-body'><p>他说：<b>走</b></p></div>";
        let document = Document::parse(html);
        let Outline { lines, elements, .. } = &document.outline;
        let facts: Vec<_> =
            lines.iter().map(|l| (l.characters, l.in_links, l.links, l.in_bold)).collect();
        assert_eq!(facts, [(4, 4, 2, 0), (1, 0, 0, 0), (4, 0, 0, 1)]);
        assert_ne!(lines[0].within & within::NAV, 0);
        assert_eq!(lines[1].within, within::HIDDEN | within::PARAGRAPH);
        assert_eq!(lines[2].within, within::PARAGRAPH);
        assert_eq!(document.outline.path(2), "html/body/div#main/p");
        let main = elements.iter().find(|e| &*e.id == "main").unwrap();
        assert_eq!((main.lines.clone(), main.tokens.len()), (2..3, 4));
        assert_eq!(elements[0].lines, 0..3);
        assert_eq!(elements[0].end as usize, elements.len());
    }

    #[test]
    fn a_line_is_read_as_browsers_show_it() {
        assert_eq!(lines("<p>甲 <span style='display:block'>乙</span> 丙"), ["甲", "乙", "丙"]);
        assert_eq!(
            lines("<li style='display: inline'>a</li> <li style='display:inline'>b"),
            ["a b"]
        );
        assert_eq!(lines("<p style='white-space: pre-wrap'>a\n b"), ["a", "b"]);
        assert_eq!(lines("<p>er sagt <q>ja </q>, <q></q>oft"), ["er sagt “ja”, oft"]);
        assert_eq!(
            lines("<ruby>漢<rp>（</rp><rt>かん</rt><rp>）</rp>字<rt>じ</rt>体<rt> </rt></ruby>"),
            ["漢（かん）字(じ)体"]
        );
        // Of the choices a reader sees one, and what may be edited is no text yet.
        assert_eq!(
            lines("甲<select><option>乙<option>丙</select>丁<textarea>戊</textarea>"),
            ["甲 丁"]
        );
        // A film nobody closed takes no article along, nor does what stands for a plug-in.
        assert_eq!(lines("<p>甲<video><a href=v>乙</a></video>丙"), ["甲丙"]);
        for tag in ["video", "audio", "canvas", "object", "applet"] {
            assert_eq!(lines(&format!("<{tag}><p>甲<p>乙")), ["甲", "乙"], "{tag}");
        }
        assert_eq!(lines("<object><param name=x><embed>甲</object>"), ["甲"]);
        assert_eq!(lines("<object><object><video>甲</video></object></object>"), ["甲"]);
        assert_eq!(lines("<p>甲<object><param name=x></object>乙"), ["甲乙"]);
        let out =
            "<iframe>甲</iframe><noframes>甲</noframes><noembed>甲</noembed><svg><text>甲</svg>乙";
        assert_eq!(lines(out), ["乙"]);
        assert_eq!(lines("<select><option>甲<input><option>乙<option>丙"), ["乙 丙"]);
        // A menu that nobody closed holds the rest of the page.
        assert_eq!(lines("<div><select><option>甲</div><h1>乙</h1><p>丙"), ["甲", "乙", "丙"]);
        assert_eq!(lines("<td><select><option>甲<td>乙<br>丙"), ["甲乙", "丙"]);
        let long = "乙".repeat(150);
        assert_eq!(lines(&format!("<select><option>甲</option>{long}")), [format!("甲{long}")]);
        // What shows nothing makes no line.
        assert_eq!(lines("<p>\u{200b}</p><p>\u{feff} \u{202a}</p><p>\u{200b}甲"), ["甲"]);
        assert_eq!(lines("<td><div><div><div><div><div>a</div></div></div></div></div>"), ["a"]);
        let deep = "<table><tr><td><i><b><u><s><p>a</p></s></u></b></i><td>b</table>";
        assert_eq!(lines(deep), ["a\tb"]);
    }

    #[test]
    fn what_is_hidden_in_a_line_comes_after_it() {
        let html = "<p>他<span style='display:none'>彩票<b>网</b></span>走<b hidden>贷款</b>了<br>完\
            <span aria-hidden=true>→</span><p>丁<dialog>戊</dialog><table><tr><td>己\
            <td style='display:none'>庚<td>辛</table><span hidden><p>壬</span>";
        let document = Document::parse(html);
        let told: Vec<_> = document
            .page()
            .lines
            .iter()
            .zip(&document.outline.lines)
            .map(|(line, facts)| (line.text.to_owned(), facts.within & within::HIDDEN != 0))
            .collect();
        let told: Vec<_> = told.iter().map(|(text, hidden)| (text.as_str(), *hidden)).collect();
        assert_eq!(
            told,
            [
                ("他走了", false),
                ("彩票网", true),
                ("贷款", true),
                ("完→", false),
                ("丁", false),
                ("戊", true),
                ("己\t辛", false),
                ("庚", true),
                ("壬", true),
            ]
        );
    }

    #[test]
    fn text_in_the_colour_of_its_ground_is_unseen() {
        let html = "<div style='background:#fff'><p style='color:white'>a</p><p>b</p></div>";
        let unseen: Vec<_> = Document::parse(html)
            .outline
            .lines
            .iter()
            .map(|l| l.within & within::UNSEEN != 0)
            .collect();
        assert_eq!(unseen, [true, false]);
    }

    #[test]
    fn a_page_says_who_wrote_it() {
        let html = r#"<html lang="zh"><title> 新馆 - 报
            </title><meta property="og:title" content="新馆"><h1>新馆<br>开放</h1>
            <script type="application/ld+json">{"@graph": [{"datePublished": "2024-05-01",
            "author": [{"name": "李明"}]}]}</script>"#;
        let meta = Document::parse(html).meta;
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(meta.title, of("新馆 - 报"));
        assert_eq!((meta.headline, meta.author), (of("新馆"), of("李明")));
        assert_eq!((meta.date, meta.language), (of("2024-05-01"), of("zh")));
        assert_eq!(meta.headings, ["新馆", "开放"]);
    }

    #[test]
    fn hostile_pages_end_in_linear_time() {
        let deep = "<div>".repeat(100_000) + "text";
        assert_eq!(lines(&deep), ["text"]);
        let spans = "<b x=1><i x=2>".repeat(50_000) + &"<p>y".repeat(1000);
        assert_eq!(lines(&spans).len(), 1000);
        let mut fonts = String::new();
        (0..2000).for_each(|n| fonts += &format!("<font size={n}>"));
        fonts += &"<p>z".repeat(20_000);
        assert!(!lines(&fonts).is_empty());
        assert_eq!(lines(&"<p>".repeat(1_000_000)), [] as [&str; 0]);
        assert_eq!(lines("<p>a\0b<!-- never closed <p>c"), ["ab"]);
        assert_eq!(lines("<p>a</p><script>never closed <p>c"), ["a"]);
        assert_eq!(lines(&format!("<p>{}", "x ".repeat(1 << 20))).len(), 1);
        // In a drawing these tags hold tags.
        for tag in ["<textarea>", "<style>"] {
            let drawing = format!("<svg>{}{}", tag.repeat(50_000), "</x>".repeat(50_000));
            assert_eq!(
                lines(&format!("{drawing}</svg><p>a")).last().map(String::as_str),
                Some("a")
            );
        }
        let nested = "<table><tr><td>a".repeat(3000);
        assert!(!lines(&nested).is_empty());
        // Half a million attributes, with and without white space between them.
        let mut spaced = String::from("<p");
        let mut quoted = String::from("<p a");
        for n in 0..500_000 {
            spaced += &format!(" a{n}");
            quoted += &format!("=''b{n}");
        }
        for tag in [spaced, quoted] {
            assert_eq!(lines(&format!("{tag}>c d = e</p><p class=x>f / g")), ["c d = e", "f / g"]);
        }
    }

    #[test]
    fn long_values_comments_and_scripts_end_where_they_end() {
        let long = "a > b / c = d 中 -- ".repeat(3000);
        let text = "<p title=t>e = f</p>";
        for before in [
            format!("<i data-x=\"{long}\" class=y>"),
            format!("<i data-x='{long}'/>"),
            format!("<!-- {long} <p>g</p> -->"),
            format!("<script>'{long}' <p>g</p></script >"),
            format!("<style>{long}</style>"),
            format!("<textarea>{long} <p>g</p></textarea>"),
            format!("<svg><script>'{long}'</script></svg>"),
            format!("<!DOCTYPE html \"{}\">", "x ".repeat(20_000)),
        ] {
            assert_eq!(lines(&format!("{before}{text}")), ["e = f"], "{}", &before[..20]);
        }
        let read = lines(&format!("<pre>{long}</pre>{text}"));
        assert_eq!((read[0].as_str(), read.last().unwrap().as_str()), (long.trim(), "e = f"));
    }
}
