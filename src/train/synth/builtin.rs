//! The word lists and forms of `training/`, built into the program.

macro_rules! files {
    ($($path:literal)*) => {
        [$(($path, include_str!(concat!("../../../training/", $path)))),*]
    };
}

/// The built-in files. `[name]` on a line of its own starts the list of that name; `#` starts a
/// comment.
pub(super) const FILES: [(&str, &str); 50] = files! {
    "lexicons/adult.txt"
    "lexicons/betting.txt"
    "lexicons/companies.txt"
    "lexicons/places.txt"
    "lexicons/products.txt"
    "lexicons/titles.txt"
    "forms/abroad.txt"
    "forms/ad.txt"
    "forms/adult.txt"
    "forms/blocks.txt"
    "forms/blog.txt"
    "forms/common.txt"
    "forms/counter.txt"
    "forms/dark.txt"
    "forms/discussion-en.txt"
    "forms/discussion.txt"
    "forms/doorway-pages.txt"
    "forms/doorway.txt"
    "forms/encyclopedia.txt"
    "forms/farm.txt"
    "forms/firm.txt"
    "forms/footer.txt"
    "forms/foreign-asia.txt"
    "forms/foreign-europe.txt"
    "forms/foreign-lists.txt"
    "forms/foreign-more.txt"
    "forms/foreign-prose-asia.txt"
    "forms/foreign-prose-europe.txt"
    "forms/foreign.txt"
    "forms/gambling.txt"
    "forms/guide.txt"
    "forms/heads.txt"
    "forms/markup.txt"
    "forms/mirror.txt"
    "forms/nav.txt"
    "forms/negatives.txt"
    "forms/portal.txt"
    "forms/project.txt"
    "forms/reference.txt"
    "forms/related.txt"
    "forms/say.txt"
    "forms/site.txt"
    "forms/tables.txt"
    "forms/talk.txt"
    "forms/tech.txt"
    "forms/ticker.txt"
    "forms/trade-en.txt"
    "forms/trade-money.txt"
    "forms/trade-net.txt"
    "forms/trade.txt"
};
