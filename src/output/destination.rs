//! Where the output goes: one stream, one file, or a folder that mirrors the input's. All doubts (an
//! output that is an input, two outputs of one name) are settled before anything is written.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::file::OutputFile;
#[cfg(feature = "parquet")]
use super::parquet::ParquetFile;
use crate::input::{Compression, Format, Source};
use crate::{Error, Result};

/// What standard output is called in errors: `-` alone could be standard input as well.
const STDOUT: &str = "standard output";

/// Where the output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Nowhere: only the summary is wanted.
    Nowhere,
    /// Standard output, one page after the other.
    Stdout,
    /// One file, one page after the other; compressed if its name ends in `.gz` or `.zst`.
    File(PathBuf),
    /// A file for each source, of the same relative path and compression; `.txt` is put to the name of
    /// HTML, `.jsonl` takes the place of `.warc` and `.wet`.
    Folder(PathBuf),
}

impl Destination {
    /// The destination for `-o OUT`: a folder if `OUT` is one, ends in a slash, or an input is a
    /// folder.
    pub fn new(out: Option<&Path>, input_is_folder: bool) -> Destination {
        let Some(out) = out.filter(|out| *out != Path::new("-")) else {
            return Destination::Stdout;
        };
        let ends_in_slash = out.as_os_str().as_encoded_bytes().ends_with(b"/");
        if input_is_folder || ends_in_slash || out.is_dir() {
            Destination::Folder(out.into())
        } else {
            Destination::File(out.into())
        }
    }

    /// The file for a source, if there is one.
    pub fn file_for(&self, source: &Source) -> Option<PathBuf> {
        match self {
            Destination::Folder(root) if source.relative == Path::new("-") => {
                Some(root.join("stdin"))
            }
            Destination::Folder(root) => Some(root.join(written_name(source))),
            Destination::File(path) => Some(path.clone()),
            Destination::Nowhere | Destination::Stdout => None,
        }
    }

    /// Makes sure that no file is to be packed in a way that is not written, that no input will be
    /// overwritten, that no two sources go to one file of a folder, and that the output folder is none of the
    /// input folders nor inside of one. `lists` are further files to be written, with the options that
    /// name them; no two may be the same.
    ///
    /// # Errors
    /// [`Error::BadParameter`] with the path in question.
    pub fn check(
        &self,
        folders: &[PathBuf],
        sources: &[Source],
        lists: &[(&str, &Path)],
    ) -> Result<()> {
        let out = match self {
            Destination::File(path) => Some(("--output", path.as_path())),
            _ => None,
        };
        for (option, path) in out.iter().chain(lists) {
            if let Some(ending) = Compression::foreign(path) {
                let reason = format!("`.{ending}` is not written; .gz and .zst are");
                return Err(Error::parameter(*option, path.display(), reason));
            }
        }
        if let Destination::Folder(root) = self {
            let real = resolve(root);
            if let Some(folder) = folders.iter().find(|folder| real.starts_with(resolve(folder))) {
                let reason = format!("lies in the input folder {}", folder.display());
                return Err(Error::parameter("--output", root.display(), reason));
            }
        }
        let mut inputs: BTreeMap<PathBuf, &Source> = BTreeMap::new();
        for source in sources {
            inputs.insert(resolve(&source.path), source);
        }
        let mut outputs = BTreeMap::new();
        for source in sources {
            let Some(file) = self.file_for(source) else { break };
            let real = resolve(&file);
            if inputs.contains_key(&real) {
                return Err(Error::parameter("--output", file.display(), "is also an input"));
            }
            let other = outputs.insert(real, source);
            if let (Destination::Folder(_), Some(other)) = (self, other) {
                let (one, two) = (other.path.display(), source.path.display());
                let reason = format!("would be written for {one} and for {two}");
                return Err(Error::parameter("--output", file.display(), reason));
            }
        }
        for (number, &(option, path)) in lists.iter().enumerate() {
            let real = resolve(path);
            let mut before = lists.iter().take(number);
            let reason = if inputs.contains_key(&real) {
                "is also an input".into()
            } else if outputs.contains_key(&real) {
                "is also the output".into()
            } else if let Some((other, _)) = before.find(|(_, path)| resolve(path) == real) {
                format!("is also the file of {other}")
            } else {
                continue;
            };
            return Err(Error::parameter(option, path.display(), reason));
        }
        Ok(())
    }
}

/// The name below an output folder: that of the source, but for what comes out in another format. HTML
/// becomes text, `a/x.html.gz` gives `a/x.html.txt.gz`; WARC and WET become JSON Lines,
/// `a/x.warc.wet.gz` gives `a/x.jsonl.gz`.
pub(super) fn written_name(source: &Source) -> PathBuf {
    // The name comes first: it may have been changed for another form of output.
    let format = Format::from_name(&source.relative).or(source.format);
    let name = source.relative.file_name().map(Path::new);
    let (Some(format @ (Format::Html | Format::Warc)), Some(name)) = (format, name) else {
        return source.relative.clone();
    };
    // A name need not be text: it is taken apart and put together, not written anew.
    let is = |name: &Path, ending: &str| {
        name.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
    };
    let without = |name: &Path| PathBuf::from(name.file_stem().unwrap_or_default());
    let packed = name.extension().filter(|_| is(name, "gz") || is(name, "zst"));
    let plain = packed.map_or_else(|| name.to_path_buf(), |_| without(name));
    // Markdown has its name already.
    if is(&plain, "md") {
        return source.relative.clone();
    }
    let (stem, ending) = if format == Format::Html {
        (plain, ".txt")
    } else {
        let stem = if is(&plain, "wet") { without(&plain) } else { plain };
        (if is(&stem, "warc") { without(&stem) } else { stem }, ".jsonl")
    };
    let mut written = stem.into_os_string();
    written.push(ending);
    if let Some(packed) = packed {
        written.push(".");
        written.push(packed);
    }
    source.relative.with_file_name(written)
}

/// The real path of a file that may not exist yet.
fn resolve(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    // Links on the way count; what does not exist has none.
    let mut missing = Vec::new();
    for above in absolute.ancestors() {
        if let Ok(real) = fs::canonicalize(above) {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        missing.extend(above.file_name());
    }
    absolute
}

/// Where rows of parquet go.
#[cfg(feature = "parquet")]
#[derive(Debug, Default)]
struct Rows {
    is_wanted: bool,
    text_field: Option<String>,
    file: Option<ParquetFile>,
}

/// Takes cleaned pages in order and writes them to their destination.
#[derive(Debug)]
pub struct Output {
    destination: Destination,
    file: Option<OutputFile>,
    #[cfg(feature = "parquet")]
    rows: Rows,
    /// What was written last did not end its line.
    is_mid_line: bool,
    /// Something of the page that was begun last was written.
    is_in_page: bool,
    /// Whether pages are parted by a blank line …
    parts_pages: bool,
    /// … and one was written.
    has_page: bool,
}

impl Output {
    /// Nothing is created before the first page comes.
    pub fn new(destination: Destination) -> Self {
        Output {
            destination,
            file: None,
            #[cfg(feature = "parquet")]
            rows: Rows::default(),
            is_mid_line: false,
            is_in_page: false,
            parts_pages: false,
            has_page: false,
        }
    }

    /// Parts pages by a blank line.
    #[must_use]
    pub fn with_blank_lines(self) -> Self {
        Output { parts_pages: true, ..self }
    }

    /// Writes rows of parquet as parquet, with their texts in the column `text_field`; without this,
    /// they are pages like any others.
    #[cfg(feature = "parquet")]
    #[must_use]
    pub fn with_parquet(mut self, text_field: Option<&str>) -> Self {
        self.rows = Rows { is_wanted: true, text_field: text_field.map(str::to_owned), file: None };
        self
    }

    /// Where the output goes.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Whether everything goes to standard output.
    pub fn is_stdout(&self) -> bool {
        self.destination == Destination::Stdout
    }

    /// Starts a source, which was found to be in this format and compression; its file in an output
    /// folder is compressed as it is itself.
    ///
    /// # Errors
    /// [`Error::Io`] if its file cannot be created.
    pub fn begin(
        &mut self,
        source: &Source,
        format: Format,
        compression: Compression,
    ) -> Result<()> {
        let Some(path) = self.destination.file_for(source) else { return Ok(()) };
        #[cfg(feature = "parquet")]
        if self.rows.is_wanted && format == Format::Parquet {
            if let (Destination::Folder(_), Some(folder)) = (&self.destination, path.parent()) {
                fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
            }
            let text_field = self.rows.text_field.as_deref();
            self.rows.file = Some(ParquetFile::create(&path, &source.path, text_field)?);
            return Ok(());
        }
        #[cfg(not(feature = "parquet"))]
        let _ = format;
        if let Destination::File(_) = self.destination {
            if self.file.is_none() {
                self.file = Some(OutputFile::create(&path, Compression::from_name(&path))?);
            }
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
        }
        self.file = Some(OutputFile::create(&path, compression)?);
        (self.is_mid_line, self.has_page) = (false, false);
        Ok(())
    }

    /// Writes one page. A page that does not end its line gets a line feed once another one follows:
    /// a page alone stays as it is, byte for byte.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; for a closed pipe, of the kind `BrokenPipe`.
    pub fn page(&mut self, bytes: &[u8]) -> Result<()> {
        self.is_in_page = false;
        self.piece(bytes)
    }

    /// Writes the next piece of the page that was begun last: as if it had been one page.
    ///
    /// # Errors
    /// As [`Output::page`].
    pub fn piece(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(&last) = bytes.last() else { return Ok(()) };
        if !self.is_in_page {
            if self.is_mid_line {
                self.write(b"\n")?;
            }
            if self.parts_pages && self.has_page {
                self.write(b"\n")?;
            }
        }
        (self.is_mid_line, self.has_page, self.is_in_page) = (last != b'\n', true, true);
        self.write(bytes)
    }

    /// Writes a page that is the row of this 1-based number in a parquet file. Where rows stay rows, a
    /// null stays null, whatever `bytes` are.
    ///
    /// # Errors
    /// As [`Output::page`].
    pub fn row(&mut self, row: u64, bytes: &[u8], is_null: bool) -> Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(file) = &mut self.rows.file {
            return file.row(row, (!is_null).then_some(bytes));
        }
        let _ = (row, is_null);
        self.page(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match (&mut self.file, &self.destination) {
            (Some(file), _) => file.write(bytes),
            (None, Destination::Stdout) => {
                std::io::stdout().write_all(bytes).map_err(|e| Error::io(STDOUT, e))
            }
            (None, _) => Ok(()),
        }
    }

    /// Ends a source.
    ///
    /// # Errors
    /// [`Error::Io`] if its file cannot be finished.
    pub fn end(&mut self) -> Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(file) = self.rows.file.take() {
            return file.commit();
        }
        match self.destination {
            Destination::Folder(_) => self.file.take().map_or(Ok(()), OutputFile::commit),
            _ => Ok(()),
        }
    }

    /// Gives up the source that was begun: its file is not written.
    pub fn give_up(&mut self) {
        if let Destination::Folder(_) = self.destination {
            self.file = None;
        }
    }

    /// Ends the output. Without this call no file is left.
    ///
    /// # Errors
    /// [`Error::Io`] if the last bytes cannot be written.
    pub fn finish(mut self) -> Result<()> {
        if let Destination::Stdout = self.destination {
            std::io::stdout().flush().map_err(|e| Error::io(STDOUT, e))?;
        }
        self.file.take().map_or(Ok(()), OutputFile::commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::discover;

    #[test]
    fn outputs_that_are_inputs_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        for name in ["in/a/x.txt", "in2/a/x.txt", "y.txt"] {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), "").unwrap();
        }
        let check = |inputs: &[&str], out: &Path, lists: &[(&str, &Path)]| {
            let found: Vec<_> = inputs.iter().map(|i| discover(&path(i)).unwrap()).collect();
            let is_folder = found.iter().any(|f| f.is_folder);
            let sources: Vec<_> = found.into_iter().flat_map(|f| f.sources).collect();
            let folders: Vec<_> = inputs.iter().map(|i| path(i)).filter(|p| p.is_dir()).collect();
            Destination::new(Some(out), is_folder).check(&folders, &sources, lists).is_ok()
        };
        assert!(check(&["in"], &path("out"), &[]));
        assert!(!check(&["in"], &path("in"), &[]));
        assert!(!check(&["in"], &path("in/clean"), &[]));
        assert!(!check(&["in"], &path("in2/../in/clean"), &[]));
        assert!(!check(&["in", "in2"], &path("out"), &[]));
        assert!(check(&["in", "y.txt"], &path("out"), &[]));
        // A folder named twice, and a file into its own folder.
        assert!(!check(&["in", "in"], &path("out"), &[]));
        assert!(!check(&["y.txt"], root.path(), &[]));
        assert!(!check(&["y.txt"], &path("in/../y.txt"), &[]));
        let beside = |names: &[&str]| {
            let paths: Vec<_> = names.iter().map(|name| path(name)).collect();
            let lists: Vec<_> = paths.iter().map(|path| ("--list", path.as_path())).collect();
            check(&["y.txt"], &path("z.txt"), &lists)
        };
        assert!(beside(&["r.jsonl", "u.jsonl"]));
        assert!(!beside(&["z.txt"]));
        assert!(!beside(&["r.jsonl", "y.txt"]));
        assert!(!beside(&["r.jsonl", "in/../r.jsonl"]));
        // Several files may go to one.
        assert!(check(&["y.txt", "in/a/x.txt"], &path("z.txt"), &[]));
    }

    #[test]
    fn html_is_mirrored_as_text_and_warc_as_json_lines() {
        let name = |relative: &str| {
            let format = Format::from_name(Path::new(relative));
            let source = Source { path: Path::new("x").into(), relative: relative.into(), format };
            written_name(&source).to_str().unwrap().to_owned()
        };
        for (from, to) in [
            ("a/b.warc.wet.gz", "a/b.jsonl.gz"),
            ("b.WARC.zst", "b.jsonl.zst"),
            ("甲.wet", "甲.jsonl"),
            (".wet", ".wet.jsonl"),
            ("b.wet.x.txt.gz", "b.wet.x.txt.gz"),
            ("b.parquet", "b.parquet"),
            ("a/甲.html", "a/甲.html.txt"),
            ("b.HTM.gz", "b.HTM.txt.gz"),
            ("b.html.zst", "b.html.txt.zst"),
            ("b.jsonl.zst", "b.jsonl.zst"),
        ] {
            assert_eq!(name(from), to);
        }
    }

    #[test]
    fn pages_in_one_file_are_kept_apart() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out.txt");
        let source = &discover(Path::new("-")).unwrap().sources[0];
        let mut output = Output::new(Destination::File(path.clone()));
        for page in ["a", "", "b\n", "c"] {
            output.begin(source, Format::Text, Compression::None).unwrap();
            output.page(page.as_bytes()).unwrap();
            output.end().unwrap();
        }
        assert!(!path.exists());
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a\nb\nc");
    }
}
