//! What every column of the page model says, in words, for those who read why a line was judged as it
//! was. The name of a column in, a sentence in English and in Chinese out.

/// A column in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The name in the schema.
    pub name: &'static str,
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

const fn of(name: &'static str, en: &'static str, zh: &'static str) -> Meaning {
    Meaning { name, en, zh }
}

/// Every column, in the order of the schema. Lengths and distances are logarithms; a belief is the log odds of
/// junk that the pass before left, above 0 for junk.
pub const GLOSSARY: [Meaning; super::context::WIDTH] = [
    of("characters_margin", "what its characters say", "本行字符的判断"),
    of("form_margin", "what its form says, whatever its words are", "本行形式的判断，不看用词"),
    of("words_margin", "what its words say", "本行词语的判断"),
    of("words_asked", "whether its words were looked at", "是否看了词语"),
    of("planted_margin", "how far its words look planted", "用词像不像植入的"),
    of("ln_characters", "length in characters", "字符数"),
    of("ln_units", "length in Han characters and words", "汉字加单词的数量"),
    of("han_share", "share of Han characters", "汉字所占比例"),
    of("latin_share", "share of Latin letters", "拉丁字母所占比例"),
    of("digit_share", "share of digits", "数字所占比例"),
    of("space_share", "share of white space", "空白所占比例"),
    of("separator_share", "share of bars, dashes, arrows", "竖线、横线、箭头所占比例"),
    of("punctuation_share", "share of commas, colons, end marks", "逗号、冒号、句末标点所占比例"),
    of("symbol_share", "share of symbols and emoji", "符号和表情所占比例"),
    of("ln_sentence_ends", "end marks in the line", "句末标点的数量"),
    of("ln_commas", "commas in the line", "逗号的数量"),
    of("ends_sentence", "ends as a sentence does", "像句子那样结尾"),
    of("ends_open", "ends in a colon or comma", "以冒号或逗号结尾"),
    of("ends_mid_word", "ends in a letter, a Han character or a digit", "以字母、汉字或数字结尾"),
    of("ends_ellipsis", "ends in an ellipsis", "以省略号结尾"),
    of("starts_with_mark", "begins with a bar, bullet or symbol", "以竖线、圆点或符号开头"),
    of("starts_with_digit", "begins with a digit", "以数字开头"),
    of("starts_with_bracket", "begins with a bracket or quotation mark", "以括号或引号开头"),
    of("starts_lower", "begins with a small letter", "以小写字母开头"),
    of("function_share", "share of function words", "虚词所占比例"),
    of("repetition", "share of what the line says twice", "行内重复的比例"),
    of("ln_longest_run", "longest stretch without any mark", "最长的无标点连续段"),
    of(
        "ln_items",
        "parts that bars, commas and spaces cut it into",
        "被竖线、逗号、空白隔成的段数",
    ),
    of(
        "ln_item_length",
        "length of the parts between bars, commas, spaces",
        "竖线、逗号、空白之间各段的长度",
    ),
    of("item_evenness", "parts between marks are of one length", "标点之间各段是否一样长"),
    of("ln_words", "words of letters", "字母单词的数量"),
    of("word_length", "length of its words", "单词的长度"),
    of("capitalised_share", "share of words with a capital", "首字母大写的单词比例"),
    of("upper_share", "share of capitals among its letters", "字母中大写的比例"),
    of("url", "holds an address of the web", "含有网址"),
    of("markup", "tags and template variables left in it", "残留的标签和模板变量"),
    of("long_number", "holds a number of seven digits or more", "含有七位以上的数字"),
    of("date", "holds a date", "含有日期"),
    of("time", "holds a time of day", "含有时刻"),
    of("contact", "holds a mail address or telephone number", "含有邮箱或电话"),
    of("early_colon", "a colon near its beginning", "开头不远有冒号"),
    of("ends_bracket", "ends in a bracket", "以括号结尾"),
    of("quotes", "quotation marks", "引号的数量"),
    of("rights_mark", "a mark of copyright or trade", "含有版权或商标符号"),
    of("question", "holds a question mark", "含有问号"),
    of("unreadable_share", "share of damaged characters", "损坏字符所占比例"),
    of("belief", "belief about the line itself", "对本行的看法"),
    of("belief_3_above", "belief about the line 3 above", "对上面第 3 行的看法"),
    of("belief_2_above", "belief about the line 2 above", "对上面第 2 行的看法"),
    of("belief_1_above", "belief about the line above", "对上一行的看法"),
    of("belief_1_below", "belief about the line below", "对下一行的看法"),
    of("belief_2_below", "belief about the line 2 below", "对下面第 2 行的看法"),
    of("belief_3_below", "belief about the line 3 below", "对下面第 3 行的看法"),
    of("length_2_above", "length of the line 2 above", "上面第 2 行的长度"),
    of("length_1_above", "length of the line above", "上一行的长度"),
    of("length_1_below", "length of the line below", "下一行的长度"),
    of("length_2_below", "length of the line 2 below", "下面第 2 行的长度"),
    of("sentence_1_above", "the line above ends as a sentence does", "上一行像句子那样结尾"),
    of("sentence_1_below", "the line below ends as a sentence does", "下一行像句子那样结尾"),
    of("junk_within_1", "junk among the lines above and below", "上下相邻两行中的垃圾"),
    of("junk_within_2", "junk within 2 lines", "前后 2 行内的垃圾"),
    of("junk_within_5", "junk within 5 lines", "前后 5 行内的垃圾"),
    of("junk_within_12", "junk within 12 lines", "前后 12 行内的垃圾"),
    of("junk_within_30", "junk within 30 lines", "前后 30 行内的垃圾"),
    of("junk_5_above", "junk among the 5 lines above", "上面 5 行中的垃圾"),
    of("junk_5_below", "junk among the 5 lines below", "下面 5 行中的垃圾"),
    of("sentences_within_3", "sentences within 3 lines", "前后 3 行内的句子"),
    of("length_within_3", "length of the lines within 3", "前后 3 行的长度"),
    of("longest_within_3", "length of the longest other line within 3", "前后 3 行中最长的另一行"),
    of("article_10_above", "article among the 10 lines above", "上面 10 行中的正文"),
    of("article_10_below", "article among the 10 lines below", "下面 10 行中的正文"),
    of("article_share_above", "share of the article that lies above", "正文有多少在上面"),
    of("article_in_page", "article in the whole page", "全页的正文"),
    of("article_share_of_page", "share of the page that is article", "正文占全页的比例"),
    of(
        "sure_article_above",
        "how far above the next sure article line is",
        "上面最近的可靠正文行有多远",
    ),
    of(
        "sure_article_below",
        "how far below the next sure article line is",
        "下面最近的可靠正文行有多远",
    ),
    of("sure_junk_above", "how far above the next sure junk line is", "上面最近的确定垃圾行有多远"),
    of("sure_junk_below", "how far below the next sure junk line is", "下面最近的确定垃圾行有多远"),
    of("in_block", "lies in the block that holds most article", "在正文最多的块里"),
    of("above_block", "how far above the block with most article", "在正文最多的块之上多远"),
    of("below_block", "how far below the block with most article", "在正文最多的块之下多远"),
    of(
        "block_share",
        "share of the page in the block with most article",
        "正文最多的块占全页行数的比例",
    ),
    of("form_run_length", "length of the run of lines of its form", "同形式连续行的长度"),
    of("form_run_junk", "junk in the run of lines of its form", "同形式连续行中的垃圾"),
    of("form_run_place", "its place in the run of lines of its form", "在同形式连续行中的位置"),
    of("short_run_length", "length of the run of short lines it is in", "所在连续短行的长度"),
    of("short_run_junk", "junk in the run of short lines it is in", "所在连续短行中的垃圾"),
    of("short_run_place", "its place in the run of short lines", "在所在连续短行中的位置"),
    of("same_text", "how often the page says it again", "全页还有几行与它相同"),
    of("seen_before", "the page has said it before", "前面已出现过"),
    of("form_share", "share of the page's lines that have its form", "同形式的行占全页的比例"),
    of("form_junk", "junk among the other lines of its form", "其他同形式的行中的垃圾"),
    of("similarity", "words it shares with the sure article lines", "与可靠正文行共有的词"),
    of(
        "place",
        "its place in the page, 0 at the top, 1 at the end",
        "在页面中的位置：0 为开头，1 为结尾",
    ),
    of("lines_above", "lines above it", "上面的行数"),
    of("lines_below", "lines below it", "下面的行数"),
    of("lines_in_page", "lines in the page", "全页的行数"),
    of("junk_in_page", "junk in the whole page", "全页的垃圾"),
    of("length_in_page", "length of the page's lines", "全页各行的长度"),
    of("sentences_in_page", "sentences in the page", "全页的句子"),
    of("first_line_similarity", "words it shares with the first line", "与首行共有的词"),
    of("longest_line_share", "its length beside the page's longest line", "与全页最长行的长度之比"),
    of("planted_within_2", "planted words within 2 lines", "前后 2 行内的植入用词"),
    of("planted_within_12", "planted words within 12 lines", "前后 12 行内的植入用词"),
    of("planted_in_page", "planted words in the whole page", "全页的植入用词"),
    of(
        "ellipses_within_5",
        "lines within 5 that end in an ellipsis",
        "前后 5 行内以省略号结尾的行",
    ),
    of("begins_as_above", "begins as one of the 2 lines above", "与上面 2 行之一开头相同"),
    of("begins_as_below", "begins as one of the 2 lines below", "与下面 2 行之一开头相同"),
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
