//! What a run would remove: by kind of junk and by site, with samples. Pages come in any order; what comes
//! out does not depend on it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::clean::is_removed;
use crate::input::InputPage;
use crate::{Page, PageVerdict, text::Kind};

/// Samples of a kind or a site.
const SAMPLES: usize = 3;
/// Characters of a sample.
const SAMPLE: usize = 80;

/// The figures so far.
#[derive(Debug, Default)]
pub struct Preview {
    kinds: BTreeMap<Option<Kind>, Share>,
    sites: BTreeMap<String, Share>,
}

/// What of a kind or of a site would go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// Pages of the site; pages that hold such a line.
    pub pages: u64,
    /// Lines removed.
    pub lines: u64,
    /// Characters removed.
    pub characters: u64,
    /// Characters of all lines.
    pub of_characters: u64,
    samples: BTreeMap<(Arc<Path>, u64, u32), String>,
}

impl Share {
    /// Some of the lines, the first ones in the order of paths.
    pub fn samples(&self) -> impl Iterator<Item = &str> {
        self.samples.values().map(String::as_str)
    }

    fn add(&mut self, place: (Arc<Path>, u64, u32), text: &str) {
        self.lines += 1;
        self.characters += text.chars().count() as u64;
        let is_early = self.samples.last_key_value().is_none_or(|(last, _)| place < *last);
        if is_early || self.samples.len() < SAMPLES {
            let known = self.samples.values().any(|sample| text.starts_with(sample.as_str()));
            if known && !is_early {
                return;
            }
            self.samples.insert(place, text.chars().take(SAMPLE).collect());
            if self.samples.len() > SAMPLES {
                self.samples.pop_last();
            }
        }
    }
}

impl Preview {
    /// Adds a page.
    pub fn add(&mut self, page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict) {
        let mut kinds: BTreeMap<Option<Kind>, u64> = BTreeMap::new();
        let mut of_site = page.site().map(|site| self.sites.entry(site).or_default());
        if let Some(site) = &mut of_site {
            site.pages += 1;
        }
        for (line, v) in lines.lines.iter().zip(&verdict.lines) {
            if let Some(site) = &mut of_site {
                site.of_characters += line.text.chars().count() as u64;
            }
            if !is_removed(Some(v)) {
                continue;
            }
            let place = (page.path.clone(), page.line, line.number);
            self.kinds.entry(v.kind).or_default().add(place.clone(), line.text);
            *kinds.entry(v.kind).or_default() += 1;
            if let Some(site) = &mut of_site {
                site.add(place, line.text);
            }
        }
        for kind in kinds.into_keys() {
            self.kinds.entry(kind).or_default().pages += 1;
        }
    }

    /// The kinds, those with most lines first; `None` is what has no kind.
    pub fn kinds(&self) -> Vec<(Option<Kind>, &Share)> {
        let mut kinds: Vec<_> = self.kinds.iter().map(|(kind, share)| (*kind, share)).collect();
        kinds.sort_by_key(|(kind, share)| (std::cmp::Reverse(share.lines), *kind));
        kinds
    }

    /// The sites, those that lose most characters first.
    pub fn sites(&self) -> Vec<(&str, &Share)> {
        let mut sites: Vec<_> = self.sites.iter().map(|(site, s)| (site.as_str(), s)).collect();
        sites.sort_by_key(|(site, share)| (std::cmp::Reverse(share.characters), *site));
        sites
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{page_at, verdicts};
    use super::*;
    use crate::input::Format;

    fn page(line: u64, json: &str) -> InputPage {
        page_at(line, Format::JsonLines, json)
    }

    #[test]
    fn what_would_go_is_told_by_kind_and_site() {
        let one = page(1, r#"{"site":"a","lines":["甲","乙乙","丙丙"]}"#);
        let two = page(2, r#"{"site":"b","lines":["丁丁丁丁","戊"]}"#);
        let three = page(3, r#"{"lines":["己","庚"]}"#);
        let mut preview = Preview::default();
        preview.add(&three, &three.lines(), &verdicts("jj"));
        preview.add(&two, &two.lines(), &verdicts("ja"));
        preview.add(&one, &one.lines(), &verdicts("jaj"));
        let kinds = preview.kinds();
        assert_eq!(kinds.len(), 1);
        let (kind, share) = kinds[0];
        assert_eq!((kind, share.pages, share.lines, share.characters), (Some(Kind::Nav), 3, 5, 9));
        assert_eq!(share.samples().collect::<Vec<_>>(), ["甲", "丙丙", "丁丁丁丁"]);
        let sites: Vec<_> = (preview.sites().into_iter())
            .map(|(site, s)| (site, s.pages, s.lines, s.characters, s.of_characters))
            .collect();
        assert_eq!(sites, [("b", 1, 1, 4, 5), ("a", 1, 2, 3, 5)]);
    }
}
