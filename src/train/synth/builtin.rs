//! The word lists and forms of `training/`, built into the program.

macro_rules! files {
    ($($path:literal)*) => {
        [$(($path, include_str!(concat!("../../../training/", $path)))),*]
    };
}

/// The built-in files. `[name]` on a line of its own starts the list of that name; `#` starts a
/// comment.
pub(super) const FILES: [(&str, &str); 19] = files! {
    "lexicons/adult.txt"
    "lexicons/betting.txt"
    "lexicons/companies.txt"
    "lexicons/places.txt"
    "lexicons/products.txt"
    "lexicons/titles.txt"
    "forms/ad.txt"
    "forms/adult.txt"
    "forms/common.txt"
    "forms/doorway.txt"
    "forms/farm.txt"
    "forms/footer.txt"
    "forms/gambling.txt"
    "forms/markup.txt"
    "forms/mirror.txt"
    "forms/nav.txt"
    "forms/negatives.txt"
    "forms/related.txt"
    "forms/ticker.txt"
};
