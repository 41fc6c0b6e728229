//! What `filter` does before the first page: opens what is written beside the output, and, with
//! `--resume`, finds out what is still to be done.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::args::{Inputs, Policies};
use super::filter::Args;
use super::ledger::{Ledger, Lists};
use super::resume::{Plan, anew, resumed, sweep};
use super::say::say;
use super::usage::refuse;
use crate::digest;
use crate::input::Compression;
use crate::model::Model;
use crate::output::{
    Destination, FolderLock, GrowingFile, JournalFile, ListFile, OutputFile, ReceiptsFile, RunFacts,
};
use crate::sites::SiteProfile;

/// What decides about the output of a run; only a run into a folder has to know.
///
/// # Errors
/// If the model makes no sense.
pub fn run_facts(
    args: &Args,
    model: &Model,
    policies: &Policies,
    profile: Option<&SiteProfile>,
    destination: &Destination,
) -> Result<RunFacts> {
    let is_folder = matches!(destination, Destination::Folder(_));
    let digest = if is_folder { digest::of_bytes(&model.to_bytes()?) } else { String::new() };
    let mut options = deciding(args, policies);
    let of_sites = args.sites.deciding(profile.filter(|_| is_folder)).into_iter();
    options.extend(of_sites.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(RunFacts::new(digest, options))
}

/// What decides about the output beside model and inputs, by the names of the options.
fn deciding(args: &Args, policies: &Policies) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut set = |name: &str, value: Option<String>| {
        options.extend(value.map(|value| (name.to_owned(), value)));
    };
    for (head, policy) in [("", policies.text), (" for HTML", policies.html)] {
        set(&format!("the threshold{head}"), Some(policy.threshold.to_string()));
        set(&format!("the threshold of unsure lines{head}"), Some(policy.unsure.to_string()));
        set(&format!("--cut{head}"), Some(policy.cut.to_string()));
        set(&format!("the guard of pages{head}"), Some(policy.guard.to_string()));
    }
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    set("--removed", path(&args.removed));
    set("--list-unsure", path(&args.list_unsure));
    set("--emit", args.emit.map(|form| format!("{form:?}").to_lowercase()));
    args.pages.deciding().into_iter().for_each(|(name, value)| set(name, value));
    options
}

/// Opens what is written beside the output; for a folder with a journal, and with `--resume` leaving
/// out of the inputs what a run before has finished, of which it returns the number.
///
/// # Errors
/// If there is nothing to go on with, or a file cannot be opened.
pub fn prepare(
    args: &Args,
    facts: RunFacts,
    destination: &Destination,
    inputs: &mut Inputs,
) -> Result<(Lists, u64)> {
    let folder = match destination {
        Destination::Folder(folder) => Some(folder),
        _ if args.resume => refuse!(
            "--resume: only a run into a folder can be taken up again; give one with -o, ending in /"
        ),
        _ => None,
    };
    if inputs.sources.is_empty() {
        return Ok((Lists::default(), 0));
    }
    // Before anything in it is looked at or swept.
    let lock = folder.map(|folder| FolderLock::take(folder)).transpose()?;
    let paths: Vec<&Path> =
        [&args.removed, &args.list_unsure].into_iter().filter_map(|path| path.as_deref()).collect();
    let plan = match folder {
        Some(folder) if args.resume => {
            let plan = resumed(folder, &facts, &mut inputs.sources, &paths)?;
            sweep(destination, &inputs.sources);
            plan
        }
        Some(folder) => anew(folder),
        None => Plan::default(),
    };
    if !args.run.quiet {
        plan.remarks.iter().for_each(say);
    }
    let mut ends = plan.ends.iter();
    let mut open = |path: &Option<PathBuf>| -> crate::Result<Option<ListFile>> {
        let Some(path) = path.as_deref().filter(|_| !plan.is_ended) else { return Ok(None) };
        let compression = Compression::from_name(path);
        // Only a file can be gone on with.
        let is_special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        if folder.is_none() || is_special {
            return OutputFile::create(path, compression).map(|file| Some(file.into()));
        }
        let end = ends.next().copied().unwrap_or(0);
        GrowingFile::open(path, compression, end).map(|file| Some(ListFile::Growing(file)))
    };
    let receipts = open(&args.removed)?.map(|file| ReceiptsFile::new(file, folder.is_some()));
    let unsure = open(&args.list_unsure)?;
    let journal = folder.map(|folder| -> crate::Result<Ledger> {
        let file = JournalFile::create(folder, &facts, &plan.finished)?;
        Ok(Ledger::new(file, &plan.finished))
    });
    let n_before = plan.finished.len() as u64;
    Ok((
        Lists { receipts, unsure, journal: journal.transpose()?, report: None, _lock: lock },
        n_before,
    ))
}
