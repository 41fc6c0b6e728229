//! Deals sites into folds: all pages of a site on one side of every split, whatever set they are in.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Error, Result, input::LabelledPage};

/// The fold of each page. `pages` gives set, site and number of lines of each.
///
/// Every set is spread evenly by itself: its sites go, largest first, to the fold that has the
/// fewest lines of the set. Where there are fewer sites than folds, each has a fold of its own.
///
/// # Errors
/// [`Error::Untrainable`] for a single site: nothing could be held out.
pub fn by_site<'a>(
    pages: impl Iterator<Item = (&'a str, &'a str, usize)> + Clone,
    folds: usize,
) -> Result<Vec<usize>> {
    let mut sets: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (set, site, lines) in pages.clone() {
        *sets.entry(set).or_default().entry(site).or_default() += lines;
    }
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut total = vec![0usize; folds];
    for sites in sets.values() {
        let mut of_set = vec![0usize; folds];
        let mut open = Vec::new();
        for (&site, &lines) in sites {
            match fold_of.get(site) {
                Some(&fold) => of_set[fold] += lines,
                None => open.push((lines, site)),
            }
        }
        open.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        for (lines, site) in open {
            let fold = (0..folds).min_by_key(|&f| (of_set[f], total[f], f)).unwrap_or(0);
            fold_of.insert(site, fold);
            of_set[fold] += lines;
            total[fold] += lines;
        }
    }
    if fold_of.len() < 2 {
        return Err(Error::Untrainable(format!(
            "all pages are of {} site; thresholds need sites that were held out, so give pages of at least two (field `site`)",
            fold_of.len()
        )));
    }
    Ok(pages.map(|(_, site, _)| fold_of[site]).collect())
}

/// The folds of pages of text and of HTML: as [`by_site`] deals the text, then the sites of HTML that
/// have no text, so that pages of HTML change nothing for the others.
///
/// # Errors
/// As [`by_site`].
pub fn pages(pages: &[&LabelledPage], folds: usize) -> Result<Vec<usize>> {
    let text = || pages.iter().filter(|page| page.html.is_none());
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    if text().next().is_some() {
        let facts = text().map(|p| (p.set.as_str(), p.site.as_str(), p.lines.len()));
        let dealt = by_site(facts, folds)?;
        fold_of.extend(text().map(|page| page.site.as_str()).zip(dealt));
    }
    let open = pages.iter().filter(|page| !fold_of.contains_key(page.site.as_str()));
    let rest: Vec<_> = open.map(|page| ("html", page.site.as_str(), page.lines.len())).collect();
    let mut n_sites = rest.iter().map(|(_, site, _)| site).collect::<BTreeSet<_>>().len();
    if n_sites == 1 && !fold_of.is_empty() {
        // A single site more goes anywhere.
        n_sites = 0;
        fold_of.extend(rest.iter().map(|&(_, site, _)| (site, 0)));
    }
    if n_sites > 0 || fold_of.is_empty() {
        let dealt = by_site(rest.iter().copied(), folds)?;
        let sites: Vec<&str> = rest.iter().map(|&(_, site, _)| site).collect();
        fold_of.extend(sites.into_iter().zip(dealt));
    }
    Ok(pages.iter().map(|page| fold_of[page.site.as_str()]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_on_one_side_whatever_set_it_is_in() {
        let pages = [
            ("a", "x", 10),
            ("a", "y", 1),
            ("b", "x", 3),
            ("b", "z", 2),
            ("a", "x", 5),
            ("b", "w", 2),
        ];
        let folds = by_site(pages.iter().copied(), 2).unwrap();
        assert_eq!(folds[0], folds[2]);
        assert_eq!(folds[0], folds[4]);
        assert_ne!(folds[0], folds[1]);
        // Set b has three lines of x already, so both of its own sites balance them.
        assert_eq!((folds[3], folds[5]), (folds[1], folds[1]));
    }

    #[test]
    fn one_site_cannot_be_split() {
        let message = by_site([("a", "x", 1), ("b", "x", 1)].into_iter(), 5).unwrap_err();
        assert!(message.to_string().contains("1 site"), "{message}");
    }
}
