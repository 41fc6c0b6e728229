//! What the names of an element say that it is: hashed words of its class or id in, bits of
//! [`named`] out. A few hundred labelled pages show the names of few sites; these are what sites commonly
//! call their parts, and a model can weigh them on sites it never saw.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{lines::hash_of_name, outline::named};

/// Words that say it by themselves.
const WORDS: [(u16, &str); named::COUNT] = [
    (
        named::COMMENTS,
        "comment comments commentlist commentbox commenting disqus livefyre respond responses reply replies reviews \
         reactions feedback guestbook cmt pinglun plun liuyan changyan duoshuo",
    ),
    (
        named::RELATED,
        "related relateds relate relatednews recommend recommended recommends recommendation recommendations recirc \
         recirculation suggest suggested suggestions guess also more most readmore morestories upnext popular \
         mostpopular mostread trending hot latest headlines spotlight carousel teaser teasers promo promos sponsored \
         outbrain taboola rank ranking xiangguan tuijian paihang",
    ),
    (
        named::NOTICE,
        "cookie cookies consent gdpr ccpa cmp onetrust optanon privacy modal popup popups overlay lightbox tooltip \
         toast dialog alert newsletter newsletters subscribe subscription paywall premium membership login signin \
         signup register advertisement adblock disclaimer copyright mianze banquan",
    ),
    (
        named::SIDE,
        "sidebar side sider aside rail widget widgets secondary complementary footer foot nav navbar navigation menu \
         menus dropdown toolbar breadcrumb breadcrumbs crumbs pagination pager daohang mbx",
    ),
    (
        named::SHARE,
        "share shares sharing sharethis social sns follow addthis addtoany bdshare jiathis bshare fenxiang tags \
         taglist biaoqian",
    ),
    (
        named::BODY,
        "articlebody articlecontent articletext artibody arttext artcontent storybody postbody postcontent newstext \
         newscontent maintext zhengwen wenzhang caas",
    ),
    (
        named::TUCKED,
        "hide hidden invisible visuallyhidden none collapse collapsed offscreen sr srt",
    ),
    (
        named::BOARD,
        "forum forums bbs topic thread threads discussion discussions question questions answer answers qa postlist \
         floor bbcode phpbb discuz discourse flarum vbulletin xenforo tieba wenda louceng louzhu",
    ),
];
/// Two words of one name, one of these …
const WHOLES: [&str; 9] =
    ["article", "entry", "post", "story", "news", "detail", "art", "blog", "page"];
/// … and one of these, say that it holds the text of the article.
const PARTS: [&str; 9] =
    ["body", "content", "contents", "text", "con", "cont", "txt", "copy", "inner"];
const IS_WHOLE: u16 = 1 << 14;
const IS_PART: u16 = 1 << 15;

/// What words say, by their hashes, which rise.
static KNOWN: LazyLock<Vec<(u32, u16)>> = LazyLock::new(|| {
    let mut known: BTreeMap<u32, u16> = BTreeMap::new();
    let mut add = |word: &str, bits: u16| *known.entry(hash_of_name(word)).or_default() |= bits;
    for (bits, words) in WORDS {
        words.split_ascii_whitespace().for_each(|word| add(word, bits));
    }
    WHOLES.iter().for_each(|word| add(word, IS_WHOLE));
    PARTS.iter().for_each(|word| add(word, IS_PART));
    known.into_iter().collect()
});

/// All words that say something, list by list.
pub fn words_of_names() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(_, words)| *words).chain(WHOLES).chain(PARTS)
}

/// What the words of one name say, given by their hashes.
pub(super) fn said_by(words: &[u32]) -> u16 {
    let known = |word: &u32| KNOWN.binary_search_by_key(word, |&(hash, _)| hash);
    let known = words.iter().filter_map(|word| known(word).ok());
    let bits = known.fold(0, |all, at| all | KNOWN[at].1);
    let body = match bits & IS_WHOLE != 0 && bits & IS_PART != 0 {
        true => named::BODY,
        false => 0,
    };
    bits & !(IS_WHOLE | IS_PART) | body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_part_is() {
        let said = |words: &[&str]| {
            said_by(&words.iter().map(|word| hash_of_name(word)).collect::<Vec<_>>())
        };
        assert_eq!(said(&["comment", "list"]), named::COMMENTS);
        assert_eq!(said(&["Related", "stories"]), named::RELATED);
        assert_eq!(said(&["thread", "replies"]), named::BOARD | named::COMMENTS);
        assert_eq!(said(&["article", "body"]), named::BODY);
        assert_eq!(said(&["content", "post"]), named::BODY);
        assert_eq!(said(&["article"]), 0);
        assert_eq!(said(&["content"]), 0);
        assert_eq!(said(&["wrapper"]), 0);
        assert_eq!(said(&[]), 0);
    }

    #[test]
    fn every_word_is_in_lower_case_and_there_once() {
        let all: Vec<&str> = WORDS.iter().flat_map(|(_, words)| words.split(' ')).collect();
        for word in &all {
            assert!(word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            assert_eq!(all.iter().filter(|other| *other == word).count(), 1, "{word}");
        }
        let bits = WORDS.map(|(bits, _)| bits);
        assert_eq!(bits.map(u16::count_ones), [1; named::COUNT]);
        assert_eq!(bits.iter().fold(0, |all, bits| all | bits).count_ones(), named::COUNT as u32);
    }
}
