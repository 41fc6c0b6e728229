//! What every column of the page model says, in words, for those who read why a line was judged as it
//! was. The name of a column in, a sentence in English and in Chinese out.

use serde::Serialize;

/// What the number of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Log odds, of junk unless it is said of what; above 0 for it.
    LogOdds,
    /// ln(1 + n) of a number n; of several, the mean of that.
    Count,
    /// A share or a probability, 0 to 1.
    Share,
    /// 1 for yes, 0 for no.
    YesNo,
    /// A number as it is.
    Number,
}

impl Unit {
    /// As it is told beside a value.
    pub fn name(self) -> &'static str {
        match self {
            Unit::LogOdds => "log odds",
            Unit::Count => "ln(1 + n)",
            Unit::Share => "share",
            Unit::YesNo => "yes or no",
            Unit::Number => "number",
        }
    }
}

use Unit::{Count, LogOdds, Number, Share, YesNo};

/// A column in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The name in the schema.
    pub name: &'static str,
    /// What its number is.
    pub unit: Unit,
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// What a column says; `None` for a name that the schema does not have.
pub fn meaning(name: &str) -> Option<Meaning> {
    GLOSSARY.iter().copied().find(|meaning| meaning.name == name)
}

/// The same of a column, or of a pair whose names are joined by ` × `, in the language that `say` picks; empty
/// where the schema does not have it.
pub fn in_words(name: &str, say: impl Fn(Meaning) -> &'static str) -> String {
    let parts: Option<Vec<&str>> = name.split(" × ").map(|one| meaning(one).map(&say)).collect();
    parts.unwrap_or_default().join(" × ")
}

const fn of(name: &'static str, unit: Unit, en: &'static str, zh: &'static str) -> Meaning {
    Meaning { name, unit, en, zh }
}

/// Every column, in the order of the schema.
pub const GLOSSARY: [Meaning; super::context::WIDTH] = [
    of("characters_margin", LogOdds, "what its characters say", "本行字符的判断"),
    of(
        "form_margin",
        LogOdds,
        "what its form says, whatever its words are",
        "本行形式的判断，不看用词",
    ),
    of("words_margin", LogOdds, "what its words say", "本行词语的判断"),
    of("words_asked", YesNo, "its words were looked at", "看了词语"),
    of("planted_margin", LogOdds, "what its words say of being planted", "用词像不像植入的"),
    of("ln_characters", Count, "characters in the line", "本行的字符数"),
    of("ln_units", Count, "Han characters and words, a word as 1.7", "汉字数加单词数，一词算 1.7"),
    of("han_share", Share, "share of Han characters", "汉字所占比例"),
    of("latin_share", Share, "share of Latin letters", "拉丁字母所占比例"),
    of("digit_share", Share, "share of digits", "数字所占比例"),
    of("space_share", Share, "share of white space", "空白所占比例"),
    of("separator_share", Share, "share of bars, dashes, arrows", "竖线、横线、箭头所占比例"),
    of(
        "punctuation_share",
        Share,
        "share of commas, colons, end marks",
        "逗号、冒号、句末标点所占比例",
    ),
    of("symbol_share", Share, "share of symbols and emoji", "符号和表情所占比例"),
    of("ln_sentence_ends", Count, "end marks in the line", "本行的句末标点数"),
    of("ln_commas", Count, "commas in the line", "本行的逗号数"),
    of("ends_sentence", YesNo, "ends as a sentence does", "像句子那样结尾"),
    of("ends_open", YesNo, "ends in a colon or comma", "以冒号或逗号结尾"),
    of(
        "ends_mid_word",
        YesNo,
        "ends in a Latin letter, Han character or digit",
        "以拉丁字母、汉字或数字结尾",
    ),
    of("ends_ellipsis", YesNo, "ends in an ellipsis", "以省略号结尾"),
    of("starts_with_mark", YesNo, "begins with a bar, bullet or symbol", "以竖线、圆点或符号开头"),
    of("starts_with_digit", YesNo, "begins with a digit", "以数字开头"),
    of("starts_with_bracket", YesNo, "begins with a bracket or quotation mark", "以括号或引号开头"),
    of("starts_lower", YesNo, "begins with a small letter", "以小写字母开头"),
    of("function_share", Share, "share of function words", "虚词所占比例"),
    of("repetition", Share, "share of what the line says again", "行内重复的比例"),
    of(
        "ln_longest_run",
        Count,
        "Han characters and words of its longest stretch",
        "最长一段连续文字的字词数",
    ),
    of(
        "ln_items",
        Count,
        "parts that bars, commas and spaces cut it into",
        "被竖线、逗号、空白隔成的段数",
    ),
    of(
        "ln_item_length",
        Count,
        "length of the parts between bars, commas, spaces",
        "竖线、逗号、空白之间各段的长度",
    ),
    of(
        "item_evenness",
        Share,
        "mean part between bars beside the longest one",
        "竖线等隔成的各段，平均与最长之比",
    ),
    of("ln_words", Count, "words of letters", "字母单词数"),
    of("word_length", Number, "letters of a word, on average", "单词的平均字母数"),
    of("capitalised_share", Share, "share of words with a capital", "首字母大写的单词比例"),
    of("upper_share", Share, "share of capitals among its letters", "字母中大写的比例"),
    of("url", YesNo, "holds an address of the web", "含有网址"),
    of(
        "markup",
        Number,
        "tags and template variables left in it, 1 for many",
        "残留的标签和模板变量，1 为很多",
    ),
    of("long_number", YesNo, "holds a number of seven digits or more", "含有七位以上的数字"),
    of("date", YesNo, "holds a date", "含有日期"),
    of("time", YesNo, "holds a time of day", "含有时刻"),
    of(
        "contact",
        YesNo,
        "holds @, or a colon and a number of five digits",
        "含有 @，或冒号加五位以上数字",
    ),
    of("early_colon", YesNo, "a colon among its first eight characters", "前八个字符中有冒号"),
    of("ends_bracket", YesNo, "ends in a bracket", "以括号结尾"),
    of("quotes", Count, "quotation marks and apostrophes", "引号和撇号数"),
    of("rights_mark", YesNo, "holds a mark of copyright or trade", "含有版权或商标符号"),
    of("question", YesNo, "holds a question mark", "含有问号"),
    of("unreadable_share", Share, "share of damaged characters", "损坏字符所占比例"),
    of("belief", LogOdds, "belief about the line itself", "对本行的看法"),
    of("belief_3_above", LogOdds, "belief about the line 3 above", "对上面第 3 行的看法"),
    of("belief_2_above", LogOdds, "belief about the line 2 above", "对上面第 2 行的看法"),
    of("belief_1_above", LogOdds, "belief about the line above", "对上一行的看法"),
    of("belief_1_below", LogOdds, "belief about the line below", "对下一行的看法"),
    of("belief_2_below", LogOdds, "belief about the line 2 below", "对下面第 2 行的看法"),
    of("belief_3_below", LogOdds, "belief about the line 3 below", "对下面第 3 行的看法"),
    of("length_2_above", Count, "characters of the line 2 above", "上面第 2 行的字符数"),
    of("length_1_above", Count, "characters of the line above", "上一行的字符数"),
    of("length_1_below", Count, "characters of the line below", "下一行的字符数"),
    of("length_2_below", Count, "characters of the line 2 below", "下面第 2 行的字符数"),
    of("sentence_1_above", YesNo, "the line above ends as a sentence does", "上一行像句子那样结尾"),
    of("sentence_1_below", YesNo, "the line below ends as a sentence does", "下一行像句子那样结尾"),
    of(
        "junk_within_1",
        Share,
        "how far the two lines beside it look like junk",
        "相邻两行像垃圾的程度",
    ),
    of(
        "junk_within_2",
        Share,
        "how far the lines within 2 look like junk",
        "前后 2 行像垃圾的程度",
    ),
    of(
        "junk_within_5",
        Share,
        "how far the lines within 5 look like junk",
        "前后 5 行像垃圾的程度",
    ),
    of(
        "junk_within_12",
        Share,
        "how far the lines within 12 look like junk",
        "前后 12 行像垃圾的程度",
    ),
    of(
        "junk_within_30",
        Share,
        "how far the lines within 30 look like junk",
        "前后 30 行像垃圾的程度",
    ),
    of("junk_5_above", Share, "how far the 5 lines above look like junk", "上面 5 行像垃圾的程度"),
    of("junk_5_below", Share, "how far the 5 lines below look like junk", "下面 5 行像垃圾的程度"),
    of(
        "sentences_within_3",
        Share,
        "share of sentences among the lines within 3",
        "前后 3 行内句子所占比例",
    ),
    of(
        "length_within_3",
        Count,
        "characters of the lines within 3, on average",
        "前后 3 行的平均字符数",
    ),
    of(
        "longest_within_3",
        Count,
        "characters of the longest other line within 3",
        "前后 3 行中最长另一行的字符数",
    ),
    of(
        "article_10_above",
        Count,
        "characters of article in the 10 lines above",
        "上面 10 行中正文的字符数",
    ),
    of(
        "article_10_below",
        Count,
        "characters of article in the 10 lines below",
        "下面 10 行中正文的字符数",
    ),
    of("article_share_above", Share, "share of the article that lies above", "正文在上面的比例"),
    of("article_in_page", Count, "characters of article in the page", "全页正文的字符数"),
    of("article_share_of_page", Share, "share of the page that is article", "正文占全页的比例"),
    of(
        "sure_article_above",
        Count,
        "lines up to the next sure article line, 200 for none",
        "距上面最近的可靠正文行几行，200 为没有",
    ),
    of(
        "sure_article_below",
        Count,
        "lines down to the next sure article line",
        "距下面最近的可靠正文行几行",
    ),
    of(
        "sure_junk_above",
        Count,
        "lines up to the next sure junk line",
        "距上面最近的可靠垃圾行几行",
    ),
    of(
        "sure_junk_below",
        Count,
        "lines down to the next sure junk line",
        "距下面最近的可靠垃圾行几行",
    ),
    of("in_block", YesNo, "lies in the block that holds most article", "在正文最多的块里"),
    of("above_block", Count, "lines down to the block with most article", "距下面正文最多的块几行"),
    of("below_block", Count, "lines up to the block with most article", "距上面正文最多的块几行"),
    of(
        "block_share",
        Share,
        "share of the page in the block with most article",
        "正文最多的块占全页行数的比例",
    ),
    of(
        "form_run_length",
        Count,
        "other lines in the run of lines of its form",
        "同形式连续行中其他行的数量",
    ),
    of(
        "form_run_junk",
        Share,
        "how far the run of lines of its form looks like junk",
        "同形式连续行像垃圾的程度",
    ),
    of(
        "form_run_place",
        Number,
        "its place in that run of its form, 0 first, 1 last",
        "在同形式连续行中的位置：0 为首，1 为末",
    ),
    of(
        "short_run_length",
        Count,
        "other lines in the run of short lines around it",
        "所在连续短行中其他行的数量",
    ),
    of(
        "short_run_junk",
        Share,
        "how far the run of short lines looks like junk",
        "所在连续短行像垃圾的程度",
    ),
    of(
        "short_run_place",
        Number,
        "its place in the run of short lines, 0 first, 1 last",
        "在连续短行中的位置：0 为首，1 为末",
    ),
    of("same_text", Count, "other lines of the page with the same text", "全页与它相同的其他行数"),
    of("seen_before", YesNo, "the page has said it before", "前面已出现过"),
    of(
        "form_share",
        Share,
        "share of the page's lines that have its form",
        "同形式的行占全页的比例",
    ),
    of(
        "form_junk",
        Share,
        "how far the other lines of its form look like junk",
        "其他同形式的行像垃圾的程度",
    ),
    of(
        "similarity",
        Share,
        "share of its words that sure article lines have",
        "用词见于可靠正文行的比例",
    ),
    of(
        "place",
        Number,
        "its place in the page, 0 at the top, 1 at the end",
        "在页面中的位置：0 为开头，1 为结尾",
    ),
    of("lines_above", Count, "lines above it, 200 at most", "上面的行数，至多 200"),
    of("lines_below", Count, "lines below it, 200 at most", "下面的行数，至多 200"),
    of("lines_in_page", Count, "lines in the page", "全页的行数"),
    of("junk_in_page", Share, "how far the whole page looks like junk", "全页像垃圾的程度"),
    of(
        "length_in_page",
        Count,
        "characters of the page's lines, on average",
        "全页各行的平均字符数",
    ),
    of("sentences_in_page", Share, "share of sentences among the page's lines", "全页句子所占比例"),
    of(
        "first_line_similarity",
        Share,
        "share of its words that the first line has",
        "用词见于首行的比例",
    ),
    of(
        "longest_line_share",
        Share,
        "its length beside the page's longest line",
        "与全页最长行的长度之比",
    ),
    of(
        "planted_within_2",
        Share,
        "how far the lines within 2 look planted",
        "前后 2 行像植入的程度",
    ),
    of(
        "planted_within_12",
        Share,
        "how far the lines within 12 look planted",
        "前后 12 行像植入的程度",
    ),
    of("planted_in_page", Share, "how far the whole page looks planted", "全页像植入的程度"),
    of(
        "ellipses_within_5",
        Share,
        "share of lines within 5 that end in an ellipsis",
        "前后 5 行以省略号结尾的比例",
    ),
    of(
        "begins_as_above",
        YesNo,
        "begins as one of the 2 lines above does",
        "与上面 2 行之一开头相同",
    ),
    of(
        "begins_as_below",
        YesNo,
        "begins as one of the 2 lines below does",
        "与下面 2 行之一开头相同",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::context::column_names;

    #[test]
    fn every_column_has_words_of_its_own_in_both_languages() {
        assert!(GLOSSARY.iter().map(|meaning| meaning.name).eq(column_names()));
        let mut said: Vec<&str> = GLOSSARY.iter().flat_map(|m| [m.en, m.zh]).collect();
        said.sort_unstable();
        assert!(said.windows(2).all(|pair| pair[0] != pair[1]));
        let is_han = |text: &str| text.chars().any(|c| ('一'..='鿿').contains(&c));
        assert!(GLOSSARY.iter().all(|m| !m.en.is_empty() && !is_han(m.en) && is_han(m.zh)));
        assert_eq!(meaning("belief").map(|m| m.en), Some("belief about the line itself"));
        assert_eq!(meaning("believe"), None);
        assert_eq!(
            in_words("place × belief", |m| m.zh),
            "在页面中的位置：0 为开头，1 为结尾 × 对本行的看法"
        );
        assert_eq!(in_words("place × believe", |m| m.en), "");
    }
}
