//! A name for what a labelled page says, whatever file it is in: a model keeps the names of the
//! pages it was trained on, and `evaluate` asks for them.

use super::LabelledPage;
use crate::digest::Digest;

/// The first 64 bits of the digest over the texts of the page's lines, each as a field of its own.
/// Labels, id and site do not matter: a page that was labelled anew is the same page.
pub fn page_digest(page: &LabelledPage) -> u64 {
    let mut digest = Digest::new();
    for line in &page.lines {
        digest.field(&line.text);
    }
    // Sixteen hexadecimal digits are a u64; `hex` gives sixty-four.
    digest.hex().get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing;
    use crate::text::Label;

    fn page(id: &str, lines: &[&str], label: Label) -> LabelledPage {
        let page = testing::page(lines.iter().map(|text| testing::line(text, label)));
        LabelledPage { id: id.to_owned(), ..page }
    }

    #[test]
    fn only_the_texts_of_the_lines_matter_and_where_they_end() {
        let digest = page_digest(&page("a", &["正文", "end"], Label::Article));
        // printf '\6\0\0\0\0\0\0\0正文\3\0\0\0\0\0\0\0end' | sha256sum | cut -c-16
        assert_eq!(digest, 0xa127_e24d_2f4f_5cfc);
        assert_eq!(digest, page_digest(&page("b", &["正文", "end"], Label::Junk)));
        assert_ne!(digest, page_digest(&page("a", &["正文e", "nd"], Label::Article)));
    }
}
