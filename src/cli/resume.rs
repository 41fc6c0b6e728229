//! `--resume`: what a run that was killed has finished, held against what is there now. The journal and
//! the inputs go in, what is still to be done comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::say::count;
use super::usage::refuse;
use crate::input::Source;
use crate::output::{
    Destination, Finished, GrowingFile, JOURNAL, Journal, RunFacts, Stamp, name_of,
};

/// What a run begins with.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is finished, in the order of the journal.
    pub finished: Vec<Finished>,
    /// How far the lists go with it.
    pub ends: Vec<u64>,
    /// Nothing is left to do, not even to name the lists.
    pub is_ended: bool,
    /// What the user should know.
    pub remarks: Vec<String>,
}

/// The plan of a run that begins anew.
///
/// # Errors
/// None: a journal that cannot be read is replaced.
pub fn anew(folder: &Path) -> Plan {
    let mut plan = Plan::default();
    if let Ok(Some(journal)) = Journal::read(folder)
        && !journal.is_ended
        && !journal.finished.is_empty()
    {
        plan.remarks.push(format!(
            "{}: a run that was broken off had finished {} here; this one begins anew (--resume goes on with it)",
            folder.display(),
            count(journal.finished.len() as u64, "input")
        ));
    }
    plan
}

/// The plan of a run that goes on with the one before; what is finished is taken out of `sources`.
/// `lists` are the files that grow through the run.
///
/// An input is finished if it has not changed since and its output is there. Lists hold their inputs
/// one after the other: there, what follows on one that changed is done again, too.
///
/// # Errors
/// If the journal cannot be read, or is of a run with another outcome.
pub fn resumed(
    folder: &Path,
    facts: &RunFacts,
    sources: &mut Vec<Source>,
    lists: &[&Path],
) -> Result<Plan> {
    let mut plan = Plan::default();
    if let Some(list) = lists.iter().find(|list| fs::metadata(list).is_ok_and(|m| !m.is_file())) {
        refuse!("--resume: {} is no file that could be gone on with", list.display());
    }
    let Some(journal) = Journal::read(folder)? else {
        let folder = folder.display();
        plan.remarks.push(format!("--resume: {folder} has no journal; the run begins"));
        return Ok(plan);
    };
    if let Some(difference) = journal.facts.difference(facts) {
        bail!(
            "--resume: the run in {} was another one: {difference}; run without --resume to begin anew, \
             or into another folder",
            folder.display()
        );
    }
    let there: Vec<u64> =
        lists.iter().map(|list| GrowingFile::n_there(list, journal.is_ended)).collect();
    // The last word on an input counts.
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in journal.finished.iter().enumerate() {
        last.insert(&file.input, index);
    }
    let names: BTreeMap<String, &Source> =
        sources.iter().map(|source| (name_of(&source.path), source)).collect();
    let outputs = Destination::Folder(folder.into());
    let mut changed: Option<&str> = None;
    let mut n_gone = 0;
    // With lists, what came since the last seal counts only once they are sealed again.
    let mut n_sealed = 0;
    for (index, file) in journal.finished.iter().enumerate() {
        if last.get(file.input.as_str()) != Some(&index) {
            continue;
        }
        let source = names.get(&file.input);
        let is_same = source.is_none_or(|source| {
            let now = Stamp::of(source);
            now == file.stamp && now != Stamp::Unsure
        });
        let is_there = file.output.as_ref().is_none_or(|output| {
            // A name that is no text stands there otherwise than it is.
            let own = source.and_then(|source| outputs.file_for(source));
            let own =
                own.filter(|own| own.strip_prefix(folder).is_ok_and(|o| name_of(o) == *output));
            let metadata = fs::metadata(own.unwrap_or_else(|| folder.join(output)));
            metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() == file.output_bytes)
        });
        let is_listed = file.lists.iter().zip(&there).all(|(end, there)| end <= there);
        if is_same && is_there && is_listed {
            n_gone += u64::from(source.is_none());
            plan.finished.push(file.clone());
            if !lists.is_empty() && file.lists.len() == lists.len() {
                n_sealed = plan.finished.len();
                plan.ends.clone_from(&file.lists);
            }
            continue;
        }
        changed = changed.or(Some(&file.input));
        if !lists.is_empty() {
            break;
        }
    }
    if lists.is_empty() {
        n_sealed = plan.finished.len();
    } else {
        plan.ends.resize(lists.len(), 0);
    }
    plan.finished.truncate(n_sealed);
    let left_out = journal.finished.iter().skip(plan.finished.len());
    if let Some(other) = left_out.into_iter().find(|file| !names.contains_key(&file.input))
        && !lists.is_empty()
    {
        // Its output would be left without its receipts.
        bail!(
            "--resume: the receipts of {} would have to be written again, and it is not among the \
             inputs now: name all inputs of the run in {}",
            other.input,
            folder.display()
        );
    }
    let n_again = (journal.finished.len() - plan.finished.len()) as u64;
    if let Some(changed) = changed {
        let why = if n_again > 1 && !lists.is_empty() {
            " and what follows it in the receipts are"
        } else {
            " is"
        };
        plan.remarks.push(format!(
            "{changed} has changed, or its output has: it{why} done again ({})",
            count(n_again, "input")
        ));
    }
    if n_gone > 0 {
        let inputs = count(n_gone, "finished input");
        plan.remarks.push(format!("{inputs} not among the inputs now; the output stays"));
    }
    for file in plan.finished.iter().filter(|file| file.counts.errors > 0) {
        let errors = count(file.counts.errors, "error");
        plan.remarks.push(format!("{}: {errors}, told in the run before", file.input));
    }
    let finished: BTreeSet<&str> = plan.finished.iter().map(|file| file.input.as_str()).collect();
    sources.retain(|source| !finished.contains(name_of(&source.path).as_str()));
    plan.is_ended = journal.is_ended && sources.is_empty() && n_again == 0;
    Ok(plan)
}

/// Removes what a killed run left half written beside the outputs that are to be written now.
pub fn sweep(destination: &Destination, sources: &[Source]) {
    let outputs = sources.iter().filter_map(|source| destination.file_for(source));
    let folders: BTreeSet<_> =
        outputs.filter_map(|output| output.parent().map(Path::to_path_buf)).collect();
    for folder in folders {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            if is_half_written(&entry.file_name().to_string_lossy()) {
                // Where it cannot be removed it does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Whether a name is one of those that `OutputFile` gives to what is not whole.
fn is_half_written(name: &str) -> bool {
    let random = name.strip_prefix(".dechaff-").filter(|_| name != JOURNAL);
    random.is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()))
}
