//! Words, by jieba-rs: the one file that names it.
//!
//! In: a folded line as text (Simplified, lower case). Out: its words in order, without white space
//! and punctuation. The dictionary is read when the first line is cut, which takes some tenths of a
//! second, and is then shared by all threads.

use std::sync::LazyLock;

use jieba_rs::Jieba;

use super::script::Class;
#[cfg(test)]
use crate::digest::Digest;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Calls `each` for every word of `text` that has a letter or a digit. New words are not guessed
/// (jieba's hidden Markov model is off), so unknown Han come one by one.
///
/// ```
/// use dechaff::text::words::for_each_word;
/// let mut words = Vec::new();
/// for_each_word("北京大学, 0000年|abc def", |word| words.push(word.to_owned()));
/// assert_eq!(words, ["北京大学", "0000", "年", "abc", "def"]);
/// ```
pub fn for_each_word<'a>(text: &'a str, mut each: impl FnMut(&'a str)) {
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at_checked(piece_length(rest)).unwrap_or((rest, ""));
        for token in JIEBA.cut(piece, false) {
            if token.word.chars().any(is_of_words) {
                each(token.word);
            }
        }
        rest = after;
    }
}

/// How many bytes are cut at once: all of an ordinary line. jieba needs many times the
/// memory of its text, and one line may be the whole input.
const PIECE: usize = 1 << 16;

fn piece_length(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    // Before a space if there is one, so that no word is split.
    let space = text.as_bytes().get(..PIECE).and_then(|head| memchr::memrchr(b' ', head));
    let length = space.filter(|&at| at > 0).unwrap_or(PIECE);
    (length..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

fn is_of_words(c: char) -> bool {
    let class = Class::of(c);
    class.is_letter() || class == Class::Digit
}

/// The digest of the dictionary as far as it can be seen from outside, as hex: of how sentences
/// written for this purpose are cut.
///
/// It is written down here, since reading the dictionary takes longer than all else that a start
/// needs: Cargo.toml pins the version that holds the dictionary, and a test compares.
pub fn dictionary_digest() -> &'static str {
    "a3192455a0263bab607f90cc77014b20659a90d2943a49486938410989a5c210"
}

/// Sentences whose cut depends on the frequencies of overlapping words.
#[cfg(test)]
const PROBES: [&str; 6] = [
    "他从小学起就喜欢研究生命的起源和进化",
    "这家公司的主要产品和服务都在网站上介绍",
    "请把手机放在桌子上以后再拍照片发给老师",
    "市场上的商品价格因为天气变化而上下波动",
    "中国人民银行昨天公布了新的利率和汇率政策",
    "欢迎光临本店如有需要请联系在线客服",
];

#[cfg(test)]
fn digest_of(sentences: &[&str]) -> String {
    let mut digest = Digest::new();
    for sentence in sentences {
        for token in JIEBA.cut(sentence, false) {
            digest.field(token.word);
        }
    }
    digest.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        for_each_word(text, |word| words.push(word));
        words
    }

    #[test]
    fn lines_are_cut_into_words_without_punctuation() {
        let table: [(&str, &[&str]); 6] = [
            ("", &[]),
            (" -|·... ", &[]),
            ("我们在学校门口等你.", &["我们", "在", "学校", "门口", "等", "你"]),
            ("首页>新闻|体育", &["首页", "新闻", "体育"]),
            ("hello, world 00", &["hello", "world", "00"]),
            ("用 rust 写程序", &["用", "rust", "写", "程序"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn long_lines_are_cut_in_pieces_at_characters_and_better_at_spaces() {
        let spaced = "长城 ".repeat(PIECE);
        assert!(words(&spaced).iter().all(|&word| word == "长城"));
        assert_eq!(words(&spaced).len(), PIECE);
        let dense = "长城".repeat(PIECE);
        assert_eq!(words(&dense).concat(), dense);
        // PIECE is no multiple of 3, so every piece but the last ends in the middle of a character
        // and is lengthened to its end.
        assert_eq!(piece_length(&dense), PIECE + 2);
    }

    #[test]
    fn the_digest_sees_how_sentences_are_cut() {
        assert_eq!(dictionary_digest(), digest_of(&PROBES));
        assert_ne!(dictionary_digest(), digest_of(&PROBES[1..]));
    }
}
