//! Deals sites into folds: all pages of a site on one side of every split, whatever set they are in.

use std::collections::BTreeMap;

use crate::{Error, Result};

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
