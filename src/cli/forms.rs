//! What goes out: which forms can share one stream, which are refused before anything is read, and how
//! the files of an output folder are called.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::args::Inputs;
use super::usage::refuse;
use crate::input::Format;
use crate::output::{Destination, Emit};

/// What goes out: pages of one form can go into one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text as it is.
    Text,
    /// JSON Lines.
    JsonLines,
    /// Parquet.
    Parquet,
}

impl Form {
    /// The form in which pages of a format go out.
    pub fn of(format: Format) -> Form {
        match format {
            Format::Text | Format::Html => Form::Text,
            Format::JsonLines | Format::Warc => Form::JsonLines,
            Format::Parquet => Form::Parquet,
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::JsonLines => "JSON Lines",
            Form::Parquet => "parquet",
        }
    }
}

/// The name of the file in a folder for what is emitted: with the ending of its form.
pub fn renamed(relative: &Path, form: Emit) -> PathBuf {
    let is = |path: &Path, ending| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    let packed = relative.extension().filter(|_| is(relative, "gz") || is(relative, "zst"));
    let plain = packed.map_or_else(|| relative.to_path_buf(), |_| relative.with_extension(""));
    let (ending, own) = match form {
        Emit::Markdown => ("md", &["md", "jsonl"][..]),
        form if form.is_json() => ("jsonl", &["jsonl", "ndjson", "json", "jsonlines"][..]),
        _ => ("txt", &["txt"][..]),
    };
    let is_own = |e: &std::ffi::OsStr| own.iter().any(|own| e.eq_ignore_ascii_case(own));
    if relative == Path::new("-") || plain.extension().is_none_or(is_own) {
        return relative.into();
    }
    // `x.warc.wet` is one ending.
    let inner = plain.with_extension("");
    let stem = if is(&plain, "wet") && is(&inner, "warc") { inner } else { plain };
    let mut renamed = stem.with_extension(ending).into_os_string();
    if let Some(packed) = packed {
        renamed.push(".");
        renamed.push(packed);
    }
    renamed.into()
}

/// Text, JSON Lines and parquet cannot go into one stream, and parquet needs a file of its own.
pub fn check_formats(destination: &Destination, inputs: &Inputs) -> Result<()> {
    let known = || inputs.sources.iter().filter_map(|s| Some((s, Form::of(s.format?))));
    let (Destination::Stdout | Destination::File(_)) = destination else { return Ok(()) };
    let Some((first, form)) = known().next() else { return Ok(()) };
    let (first, name) = (first.path.display(), form.name());
    if let Some((other, other_form)) = known().find(|(_, f)| *f != form) {
        refuse!(
            "{first} is {name} and {} is {}: give a folder with -o, or filter them apart",
            other.path.display(),
            other_form.name()
        );
    }
    if form == Form::Parquet && *destination == Destination::Stdout {
        refuse!("{first} is parquet, which cannot go to standard output: give a file with -o");
    }
    if form == Form::Parquet && known().count() > 1 {
        refuse!("several parquet files cannot go into one file: give a folder with -o");
    }
    let is_parquet = |path: &Path| Format::from_name(path) == Some(Format::Parquet);
    if let Destination::File(path) = destination
        && is_parquet(path)
        && form != Form::Parquet
    {
        refuse!("--output {}: {first} is {name}, which does not become parquet", path.display());
    }
    Ok(())
}
