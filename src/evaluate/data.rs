//! A name for what is measured on: judged gold pages go in, a digest of everything that decides their
//! figures comes out, so that figures of other pages, or of other labels, are never compared.

use super::Judged;
use crate::digest::Digest;
use crate::input::LabelledPage;
use crate::text::Kind;

/// The digest of some gold pages: sets, sites, texts, labels, kinds and spans. Their order does not
/// matter, nor their ids.
pub(super) fn digest(pages: &[Judged<'_>]) -> String {
    let mut digests: Vec<String> = pages.iter().map(|judged| of_page(judged.page())).collect();
    digests.sort_unstable();
    let mut whole = Digest::new();
    for digest in &digests {
        whole.field(digest);
    }
    whole.hex()
}

fn of_page(page: &LabelledPage) -> String {
    let mut digest = Digest::new();
    digest.field(&page.set).field(&page.site);
    for line in &page.lines {
        digest.field(&line.text).field([line.label as u8]);
        digest.field(line.kind.map_or("", Kind::name));
        for span in &line.spans {
            digest.field((span.start as u64).to_le_bytes());
            digest.field((span.end as u64).to_le_bytes());
        }
    }
    digest.hex()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};

    #[test]
    fn labels_matter_and_order_and_ids_do_not() {
        let one = page("1", &["j 首页", "a 正文"]);
        let two = page("2", &["a 首页", "a 正文"]);
        let mut renamed = page("3", &["j 首页", "a 正文"]);
        renamed.site = one.site.clone();
        let of = |pages: &[&LabelledPage]| {
            let pages: Vec<_> = pages.iter().map(|page| judged(page, &[0.5, 0.5])).collect();
            digest(&pages)
        };
        assert_eq!(of(&[&one, &two]), of(&[&two, &renamed]));
        assert_ne!(of(&[&one]), of(&[&two]));
        assert_ne!(of(&[&one]), of(&[&one, &one]));
        let mut kind = one.clone();
        kind.lines[0].kind = Some(Kind::Nav);
        assert_ne!(of(&[&one]), of(&[&kind]));
    }
}
