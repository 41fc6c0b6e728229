//! What the user names becomes a list of sources: a file, every known file under a folder, or `-`
//! for standard input. Sorted, so that the order never depends on the file system.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::Compression;
use super::open::Format;
use crate::{Error, Result};

/// One file or stream of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is read from; `-` is standard input.
    pub path: Arc<Path>,
    /// Its path below the folder that was named; its file name where it was named itself.
    pub relative: PathBuf,
    /// What its name says about the format; `None` where the content has to.
    pub format: Option<Format>,
}

/// What was found under one input.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order in which they are read.
    pub sources: Vec<Source>,
    /// Folders and links that could not be followed; the others were.
    pub errors: Vec<Error>,
    /// Files that were passed over for their names.
    pub passed_over: PassedOver,
    /// Whether the input is a folder.
    pub is_folder: bool,
}

/// Files of folders whose names say that they are not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// How many have no known ending.
    pub n_unknown: usize,
    /// How many end as other compressions and archives do, by their endings.
    pub packed: BTreeMap<String, usize>,
}

impl PassedOver {
    fn count(&mut self, path: &Path) {
        match Compression::foreign(path) {
            Some(ending) => *self.packed.entry(ending.to_ascii_lowercase()).or_default() += 1,
            None => self.n_unknown += 1,
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: PassedOver) {
        self.n_unknown += other.n_unknown;
        for (ending, n) in other.packed {
            *self.packed.entry(ending).or_default() += n;
        }
    }

    /// How many are packed.
    pub fn n_packed(&self) -> usize {
        self.packed.values().sum()
    }

    /// Why these are passed over, by their endings, and what to do: `packed as .bz2, .xz, …`.
    pub fn why_packed(&self) -> String {
        let endings: Vec<String> = self.packed.keys().map(|ending| format!(".{ending}")).collect();
        let endings = endings.join(", ");
        format!("packed as {endings}, which is not read; unpack, or pack anew as .gz or .zst")
    }
}

/// Lists the sources of one input.
///
/// In a folder, files that end in `.txt`, `.html`, `.jsonl`, `.ndjson`, `.json`, `.warc`, `.wet` or
/// `.parquet`, each also with `.gz` or `.zst`, are taken; hidden files and folders are not. Links are
/// followed, but never into a folder that the path
/// already runs through.
///
/// # Errors
/// [`Error::Io`] if there is no such file or folder.
pub fn discover(input: &Path) -> Result<Found> {
    let mut found = Found::default();
    if input == Path::new("-") {
        found.sources.push(Source { path: input.into(), relative: input.into(), format: None });
        return Ok(found);
    }
    let metadata = fs::metadata(input).map_err(|e| Error::io(input, e))?;
    if metadata.is_dir() {
        found.is_folder = true;
        let mut above = Vec::new();
        walk(input, &PathBuf::new(), &mut above, &mut found)?;
        let bytes = |source: &Source| source.relative.as_os_str().as_encoded_bytes().to_vec();
        found.sources.sort_by_cached_key(bytes);
    } else {
        let relative = PathBuf::from(input.file_name().unwrap_or(input.as_os_str()));
        let format = Format::from_name(input);
        found.sources.push(Source { path: input.into(), relative, format });
    }
    Ok(found)
}

/// Adds what lies under `folder`; `above` holds the real paths of the folders on the way to it.
fn walk(folder: &Path, below: &Path, above: &mut Vec<PathBuf>, found: &mut Found) -> Result<()> {
    let at = |e| Error::io(folder, e);
    let real = fs::canonicalize(folder).map_err(at)?;
    if above.contains(&real) {
        // A link back to where we are; what is there is being read already.
        return Ok(());
    }
    above.push(real);
    for entry in fs::read_dir(folder).map_err(at)? {
        let name = match entry {
            Ok(entry) => entry.file_name(),
            Err(error) => {
                found.errors.push(at(error));
                continue;
            }
        };
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let (path, relative) = (folder.join(&name), below.join(&name));
        match fs::metadata(&path) {
            Err(error) => found.errors.push(Error::io(&path, error)),
            Ok(metadata) if metadata.is_dir() => {
                if let Err(error) = walk(&path, &relative, above, found) {
                    found.errors.push(error);
                }
            }
            Ok(metadata) => match Format::from_name(&path) {
                Some(format) if metadata.is_file() && !is_of_review(&path) => {
                    let format = Some(format);
                    found.sources.push(Source { path: path.into(), relative, format });
                }
                _ => found.passed_over.count(&path),
            },
        }
    }
    above.pop();
    Ok(())
}

/// Whether a file is what a review of labels left beside them (`FILE.review.jsonl` beside `FILE`): its
/// lines are decisions, not pages.
fn is_of_review(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    [".review.jsonl", ".review.misfits.jsonl"]
        .iter()
        .filter_map(|end| name.strip_suffix(end))
        .any(|labels| !labels.is_empty() && path.with_file_name(labels).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_known_files_sorted() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b/c")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        for name in [
            "b/c/x.jsonl.gz",
            "b.txt",
            "a.TXT",
            "z.pdf",
            "e.txt.bz2",
            "f.jsonl.XZ",
            "g.jsonl.xz",
            "c.htm",
            "d.warc.wet.gz",
            ".h.txt",
            ".git/y.txt",
            "b/film.review.jsonl",
            "b/c/x.jsonl.gz.review.jsonl",
            "b/c/x.jsonl.gz.review.misfits.jsonl",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        let found = discover(root).unwrap();
        let names: Vec<_> = found.sources.iter().map(|s| s.relative.to_str().unwrap()).collect();
        assert_eq!(
            names,
            ["a.TXT", "b.txt", "b/c/x.jsonl.gz", "b/film.review.jsonl", "c.htm", "d.warc.wet.gz"]
        );
        assert_eq!((found.passed_over.n_unknown, found.is_folder), (3, true));
        let packed = [("bz2", 1), ("xz", 2)].map(|(ending, n)| (ending.to_owned(), n));
        assert_eq!((found.passed_over.n_packed(), found.passed_over.packed), (3, packed.into()));
        assert!(found.errors.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_that_loop_end_and_broken_ones_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/x.txt"), "").unwrap();
        std::os::unix::fs::symlink(root, root.join("a/up")).unwrap();
        std::os::unix::fs::symlink(root.join("a"), root.join("b")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("c.txt")).unwrap();
        let found = discover(root).unwrap();
        let names: Vec<_> = found.sources.iter().map(|s| s.relative.to_str().unwrap()).collect();
        assert_eq!(names, ["a/x.txt", "b/x.txt"]);
        assert_eq!(found.errors.len(), 1);
    }

    #[test]
    fn a_file_is_taken_whatever_its_name_and_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "").unwrap();
        let found = discover(&path).unwrap();
        assert_eq!(found.sources.len(), 1);
        assert_eq!(found.sources[0].format, None);
        assert!(matches!(discover(&folder.path().join("no")), Err(Error::Io { .. })));
    }
}
