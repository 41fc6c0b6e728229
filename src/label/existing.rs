//! What stands where labels are to be written: a file of labels may hold hours of work by hand.

use std::path::Path;

use serde::Deserialize;

use super::write::{SOURCE, is_made};
use crate::input::{Format, Source, read_labelled, read_source};
use crate::{Error, Result};

#[derive(Deserialize)]
struct PageOrigin {
    #[serde(default)]
    lines: Vec<LineOrigin>,
    #[serde(default)]
    html: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct LineOrigin {
    #[serde(default)]
    text: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    source: Option<serde_json::Value>,
}

impl LineOrigin {
    fn is_by_hand(&self) -> bool {
        let is_unsigned = self.source.is_none() && self.label.as_deref() != Some("either");
        is_unsigned || is_made(self.source.as_ref())
    }

    fn is_by_rules(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source == SOURCE)
    }
}

/// Where the labels of a file come from, page by page; `None` for a page that does not say, as fastText's.
fn origins(path: &Path) -> Result<impl Iterator<Item = Result<Option<PageOrigin>>>> {
    let format = Some(Format::JsonLines);
    let source = Source { path: path.into(), relative: path.into(), format };
    let pages = read_source(&source, format)?;
    Ok(pages.map(|page| page.map(|page| serde_json::from_slice(&page.bytes).ok())))
}

/// Makes sure that nothing is lost if a file is overwritten: there is none, it is empty, or every
/// label in it was made by rules.
///
/// # Errors
/// [`Error::BadInput`] where labels were made by hand, [`Error::BadPage`] where the file is no file of
/// labels or has a mistake in it, and [`Error::Io`].
pub fn check(path: &Path) -> Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    for page in read_labelled(path)? {
        page.map_err(|error| match error {
            Error::BadPage { path, line, reason } => {
                let reason = format!("{reason}; nothing was overwritten (--overwrite does it)");
                Error::BadPage { path, line, reason }
            }
            other => other,
        })?;
    }
    let mut by_hand = 0;
    for page in origins(path)? {
        // Lines as fastText writes them name no source: each is a label by hand.
        by_hand += page?.map_or(1, |page| page.lines.iter().filter(|l| l.is_by_hand()).count());
    }
    if by_hand > 0 {
        let s = if by_hand == 1 { "" } else { "s" };
        let reason = format!(
            "holds {by_hand} label{s} made by hand; write to another file, or give --overwrite"
        );
        return Err(Error::BadInput { path: path.into(), reason });
    }
    Ok(())
}

/// Which labels of a file rules made: by page, and by its lines that are not blank. Labels without a source,
/// and those of a page of HTML, count as made with care.
///
/// # Errors
/// [`Error::Io`] and [`Error::BadInput`] where the file cannot be read; its mistakes are for
/// [`read_labelled`] to tell.
pub fn machine_made(path: &Path) -> Result<Vec<Vec<bool>>> {
    origins(path)?.map(|page| page.map(machine_made_of)).collect()
}

/// The same of one page, as a file has it.
pub fn machine_made_in(page: &[u8]) -> Vec<bool> {
    machine_made_of(serde_json::from_slice(page).ok())
}

fn machine_made_of(page: Option<PageOrigin>) -> Vec<bool> {
    let lines = page.filter(|page| page.html.is_none()).map(|page| page.lines);
    let lines = lines.unwrap_or_default().into_iter();
    let lines = lines.filter(|line| !line.text.chars().all(char::is_whitespace));
    lines.map(|line| line.is_by_rules()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_the_rules_are_told_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        let line = |text: &str, source: &str| {
            format!("{{\"text\": \"{text}\", \"label\": \"junk\", \"source\": \"{source}\"}}")
        };
        let (one, blank, two) = (line("a", "rules"), line(" ", "rules"), line("b", "hand"));
        let page = format!("{{\"lines\": [{one}, {blank}, {two}]}}\n");
        let html = format!("{{\"html\": \"<p>a\", \"lines\": [{one}]}}\n");
        std::fs::write(&path, format!("{page}\n__label__junk a\n{html}{page}")).unwrap();
        let expected = [vec![true, false], vec![], vec![], vec![true, false]];
        assert_eq!(machine_made(&path).unwrap(), expected);
        // As many pages as are read for training.
        assert_eq!(read_labelled(&path).unwrap().count(), expected.len());
    }

    fn said(content: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, content).unwrap();
        let here = format!("{}/", folder.path().display());
        check(&path).err().map(|error| error.to_string().replace(&here, ""))
    }

    #[test]
    fn only_labels_of_the_rules_may_go() {
        let line = |rest: &str| format!("{{\"lines\": [{{\"text\": \"a\", {rest}}}]}}\n");
        assert_eq!(said(""), None);
        assert_eq!(said(&line("\"label\": \"junk\", \"source\": \"rules\"")), None);
        assert_eq!(said(&line("\"label\": \"either\"")), None);
        let by_hand =
            "x.jsonl: holds 1 label made by hand; write to another file, or give --overwrite";
        assert_eq!(said(&line("\"label\": \"junk\"")).as_deref(), Some(by_hand));
        assert_eq!(
            said(&line("\"label\": \"either\", \"source\": \"hand\"")).as_deref(),
            Some(by_hand)
        );
        assert_eq!(said("__label__junk a\n").as_deref(), Some(by_hand));
        let mistake =
            said(&(line("\"label\": \"either\"") + &line("\"label\": \"jnuk\""))).unwrap();
        assert!(mistake.starts_with("x.jsonl:2: lines[0]: unknown label \"jnuk\""), "{mistake}");
        assert!(mistake.contains("nothing was overwritten"));
        assert_eq!(check(Path::new("not/there.jsonl")).ok(), Some(()));
    }
}
