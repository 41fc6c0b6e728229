//! The journal of a review that did not end well is applied to the file as it is now. Lines are found
//! by page, number and text; what is found nowhere is kept aside and told.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::Change;
use super::journal::{Entry, Found, Place};
use super::label_file::{FileLine, LabelFile};
use super::session::{At, Session, origin};
use crate::Result;

/// What was found when a review was opened.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Decisions of an earlier review that are in the file now.
    pub decisions: usize,
    /// Whether the file was changed by another program since they were made.
    pub file_changed: bool,
    /// Lines of decisions that do not fit the file any more: `PAGE:LINE`.
    pub misfits: Vec<String>,
    /// Whether the last entry of the journal was cut short.
    pub was_torn: bool,
}

/// Applies the entries of a journal to the file of a session that has just been read. Entries with
/// lines that are not found go to `FILE.review.misfits.jsonl`.
///
/// # Errors
/// [`crate::Error::Io`] if that file cannot be written.
pub(super) fn replay(session: &mut Session, found: &Found) -> Result<Recovered> {
    let mut recovered = Recovered { was_torn: found.was_torn, ..Recovered::default() };
    let finder = Finder::new(&session.file);
    let (mut misfits, mut digests) = (Vec::new(), Vec::new());
    for entry in &found.entries {
        // The texts of lines do not change, so that places found now are good later on.
        let fits = match entry {
            Entry::Begin { sha256, .. } | Entry::Save { sha256 } => {
                digests.push(sha256);
                continue;
            }
            Entry::Decide { label, kind, lines, .. } => {
                recovered.decisions += 1;
                let from = lines.first().map(|p| origin(&p.page, p.line)).unwrap_or_default();
                let lines = lines.iter().enumerate().map(|(index, place)| {
                    let from = (index > 0).then_some(from.as_str());
                    let change = Change { label: *label, kind: *kind, from };
                    let at = finder.find(&session.file, place);
                    (place, at.is_some_and(|at| session.file.change(at, change)))
                });
                lines.collect::<Vec<_>>()
            }
            Entry::Undo { lines, .. } => {
                let lines = lines.iter().map(|(place, raw)| {
                    let at = finder.find(&session.file, place);
                    (place, at.is_some_and(|at| session.file.set(at, raw.clone())))
                });
                lines.collect()
            }
        };
        session.revision += 1;
        let misfit = fits.iter().filter(|(_, fits)| !fits);
        let before = recovered.misfits.len();
        recovered.misfits.extend(misfit.map(|(place, _)| format!("{}:{}", place.page, place.line)));
        if recovered.misfits.len() > before {
            misfits.push(entry);
        }
    }
    recovered.file_changed = recovered.decisions > 0 && !digests.contains(&&session.on_disk);
    recovered.misfits.sort();
    recovered.misfits.dedup();
    if !misfits.is_empty() {
        super::save::keep_misfits(&session.path, &misfits)?;
    }
    // Windows begin anew, and so do versions.
    session.file.pages.iter_mut().flat_map(|p| &mut p.lines).for_each(|line| line.version = 0);
    Ok(recovered)
}

/// Finds lines by their names.
struct Finder {
    /// By id: the first page of it.
    pages: BTreeMap<String, usize>,
    /// Ids that several pages have.
    ambiguous: BTreeSet<String>,
}

impl Finder {
    fn new(file: &LabelFile) -> Finder {
        let (mut pages, mut ambiguous) = (BTreeMap::new(), BTreeSet::new());
        for (at, page) in file.pages.iter().enumerate() {
            if pages.insert(page.id.clone(), at).is_some() {
                ambiguous.insert(page.id.clone());
            }
        }
        Finder { pages, ambiguous }
    }

    /// Where a line is: in its place, or elsewhere in the file where only one line can be meant.
    fn find(&self, file: &LabelFile, place: &Place) -> Option<At> {
        let is_it = |line: &FileLine| {
            Place::new(place.at, &place.page, line.number, &line.text).text == place.text
        };
        let in_place = file.pages.get(place.at).filter(|page| page.id == place.page);
        let (at, page) = match in_place {
            Some(page) => (place.at, page),
            None if self.ambiguous.contains(&place.page) => return None,
            None => {
                let &at = self.pages.get(&place.page)?;
                (at, file.pages.get(at)?)
            }
        };
        // Numbers ascend.
        if let Ok(index) = page.lines.binary_search_by_key(&place.line, |line| line.number)
            && page.lines.get(index).is_some_and(is_it)
        {
            return Some((at, index));
        }
        let mut same = (0..).zip(&page.lines).filter(|(_, line)| is_it(line));
        match (same.next(), same.next()) {
            (Some((index, _)), None) => Some((at, index)),
            _ => None,
        }
    }
}
