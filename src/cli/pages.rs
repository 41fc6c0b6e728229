//! The run that `filter` and `score` share: sources in, each page judged and written into buffers in
//! parallel, the buffers handed on in order. What goes wrong with a page or a file is told, counted,
//! and does not stop the run.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::args::{Inputs, RunArgs};
use super::say::{Progress, count};
use super::visible::{start, visible};
use crate::filter::{Filter, Scratch};
use crate::input::{
    Compression, Format, InputPage, RawPage, RecordOptions, Source, SourceReader, read_source_with,
};
use crate::output::{Aside, Output, OutputFile, ReceiptsFile, Summary};
use crate::text::Kind;
use crate::{Error, Page, PageVerdict, pipeline};

/// Remarks on single pages that are printed before they are only counted.
const MAX_REMARKS: u64 = 20;

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

/// Forms of removed lines that the summary lists.
const MOST_FREQUENT: usize = 10;

/// What is to be done with each page.
pub struct Job<'a> {
    /// Judges.
    pub filter: &'a Filter,
    /// How JSON pages are read.
    pub records: RecordOptions<'a>,
    /// Whether all pages go into one stream that is text or JSON Lines as they are.
    pub is_one_stream: bool,
    /// Writes the page into the buffers.
    pub write: &'a (dyn Fn(&InputPage, &Page<'_>, &PageVerdict, &mut Buffers) + Sync),
}

/// What is written for one page.
#[derive(Debug, Default)]
pub struct Buffers {
    /// For the output.
    pub output: Vec<u8>,
    /// For the receipts.
    pub receipts: Vec<u8>,
    /// For the list of unsure lines.
    pub unsure: Vec<u8>,
}

/// Files beside the output, where they are wanted.
#[derive(Debug, Default)]
pub struct Lists {
    /// What is removed.
    pub receipts: Option<ReceiptsFile>,
    /// What is kept although unsure.
    pub unsure: Option<OutputFile>,
}

/// What the reading thread hands out.
enum Item {
    Begin {
        source: Arc<Source>,
        format: Format,
        compression: Compression,
    },
    Page(RawPage),
    Problem(Error),
    End {
        /// Records that are no pages.
        n_passed_over: u64,
    },
}

/// The same after the work on pages.
enum Done {
    Page {
        buffers: Buffers,
        summary: Summary,
        n_bytes: usize,
        path: Arc<Path>,
        line: u64,
        is_null: bool,
    },
    /// A line that holds no page, and why that is an error where it is one.
    Aside {
        line: RawPage,
        error: Option<Error>,
    },
    Other(Item),
}

thread_local! {
    static SCRATCH: RefCell<(Scratch, PageVerdict)> = RefCell::default();
}

/// Reads, judges and writes everything, and returns the figures.
///
/// # Errors
/// If the output cannot be written; problems of the inputs are only told and counted.
pub fn run(
    inputs: Inputs,
    job: &Job<'_>,
    mut output: Output,
    mut lists: Lists,
    args: &RunArgs,
) -> Result<Summary> {
    let mut total = Summary::default();
    let mut progress = Progress::new(args.quiet);
    for error in &inputs.errors {
        progress.say(error);
        total.errors += 1;
    }
    let mut n_remarks = 0;
    let mut remark = |progress: &Progress, path: &Path, line: u64, what: String| {
        n_remarks += 1;
        if args.quiet || n_remarks > MAX_REMARKS {
            return;
        }
        progress.say(format_args!("{}:{line}: {what}", path.display()));
        if n_remarks == MAX_REMARKS {
            progress.say("further remarks on single pages are left out");
        }
    };
    let mut stream_form = None;
    let is_one_stream = job.is_one_stream;
    let is_stdout = output.is_stdout();
    let text_field = job.records.text_field;
    let is_receipted = lists.receipts.is_some();
    let items = inputs.sources.into_iter().flat_map(move |source| {
        let stream = if is_one_stream { Some((&mut stream_form, is_stdout)) } else { None };
        items(source, text_field, is_receipted, stream)
    });
    let weigh = |item: &Item| if let Item::Page(page) = item { page.bytes.len() } else { 0 };
    let write = |done: Done| -> crate::Result<()> {
        match done {
            Done::Page { buffers, summary, n_bytes, path, line, is_null } => {
                output.row(line, &buffers.output, is_null)?;
                if let Some(receipts) = &mut lists.receipts {
                    receipts.page(&buffers.receipts)?;
                }
                if let Some(unsure) = &mut lists.unsure {
                    unsure.write(&buffers.unsure)?;
                }
                if summary.replaced > 0 {
                    let faults = count(summary.replaced, "faulty sequence");
                    remark(&progress, &path, line, format!("{faults} replaced by U+FFFD"));
                }
                if summary.guarded_pages > 0 {
                    let what =
                        "kept whole: more would go than is plausible (--no-guard removes it)";
                    remark(&progress, &path, line, what.into());
                }
                progress.page(n_bytes);
                total += summary;
            }
            Done::Aside { line, error } => {
                let what = if error.is_some() { Aside::Unreadable } else { Aside::Blank };
                if let Some(receipts) = &mut lists.receipts {
                    receipts.aside(what, &line)?;
                }
                if let Some(error) = error {
                    progress.say(error);
                    total.errors += 1;
                }
            }
            Done::Other(Item::Begin { source, format, compression }) => {
                if let Some(receipts) = &mut lists.receipts {
                    receipts.begin(&source);
                }
                output.begin(&source, format, compression)?;
            }
            Done::Other(Item::End { n_passed_over }) => {
                output.end()?;
                total.passed_over += n_passed_over;
            }
            Done::Other(Item::Problem(error)) => {
                progress.say(error);
                total.errors += 1;
            }
            // Pages come back as `Done::Page`.
            Done::Other(Item::Page(_)) => {}
        }
        Ok(())
    };
    args.pool()?.install(|| {
        pipeline::run(items, weigh, |item| work(item, job, is_receipted, !args.quiet), write)
    })?;
    output.finish()?;
    lists.receipts.map_or(Ok(()), ReceiptsFile::commit)?;
    lists.unsure.map_or(Ok(()), OutputFile::commit)?;
    Ok(total)
}

/// The items of one source, with its blank lines where there are to be receipts of them. Where all
/// sources go into one stream, the first one settles its form.
fn items(
    source: Source,
    text_field: Option<&str>,
    is_receipted: bool,
    stream: Option<(&mut Option<Form>, bool)>,
) -> Box<dyn Iterator<Item = Item> + Send> {
    let source = Arc::new(source);
    let reader = match read_source_with(&source, None, text_field) {
        Ok(reader) => reader,
        Err(error) => return Box::new(std::iter::once(Item::Problem(error))),
    };
    let form = Form::of(reader.format);
    if let Some((stream_form, is_stdout)) = stream {
        let is_first = stream_form.is_none();
        let settled = *stream_form.get_or_insert(form);
        // A file of parquet has one beginning and one end.
        if form == Form::Parquet && is_stdout {
            let path = source.path.to_path_buf();
            let reason = "is parquet, which cannot go to standard output: give a file with -o";
            let error = Error::BadInput { path, reason: reason.into() };
            return Box::new(std::iter::once(Item::Problem(error)));
        }
        if settled != form || form == Form::Parquet && !is_first {
            let (path, form) = (source.path.to_path_buf(), form.name());
            let settled = settled.name();
            let reason = format!(
                "{settled} and {form} cannot go into one output; this input is left out (give a folder with -o)"
            );
            return Box::new(std::iter::once(Item::Problem(Error::BadInput { path, reason })));
        }
    }
    let begin = Item::Begin { source, format: reader.format, compression: reader.compression };
    let reader = if is_receipted { reader.with_blank_lines() } else { reader };
    Box::new(std::iter::once(begin).chain(Reading(Some(reader))))
}

/// The pages and problems of a source, and its end.
struct Reading(Option<SourceReader>);

impl Iterator for Reading {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let reader = self.0.as_mut()?;
        let item = match reader.next() {
            Some(Ok(page)) => return Some(Item::Page(page)),
            Some(Err(error)) => return Some(Item::Problem(error)),
            None => Item::End { n_passed_over: reader.n_passed_over() },
        };
        self.0 = None;
        Some(item)
    }
}

fn work(item: Item, job: &Job<'_>, is_receipted: bool, has_skeletons: bool) -> Done {
    let Item::Page(raw) = item else { return Done::Other(item) };
    if raw.is_blank() {
        return Done::Aside { line: raw, error: None };
    }
    let (n_bytes, is_null) = (raw.bytes.len(), raw.about.is_null);
    // Of the formats, only this one has lines that are no pages.
    let is_line = raw.format == Format::JsonLines;
    let as_it_was = (is_receipted && is_line).then(|| raw.clone());
    let page = match raw.parse(job.records) {
        Ok(page) => page,
        Err(error) => {
            return match as_it_was {
                Some(line) => Done::Aside { line, error: Some(error) },
                None => Done::Other(Item::Problem(error)),
            };
        }
    };
    let lines = page.lines();
    let mut buffers = Buffers::default();
    let summary = SCRATCH.with_borrow_mut(|(scratch, verdict)| {
        match page.document() {
            Some(document) => job.filter.judge_document_into(document, scratch, verdict),
            None => job.filter.judge_into(&lines, scratch, verdict),
        }
        (job.write)(&page, &lines, verdict, &mut buffers);
        let summary = Summary::of_page(&page, &lines, verdict);
        if has_skeletons { summary.with_skeletons(&lines, verdict) } else { summary }
    });
    Done::Page { buffers, summary, n_bytes, path: page.path.clone(), line: page.line, is_null }
}

/// The figures of a run in words, a line each.
pub fn report(summary: &Summary, n_skipped: usize) -> Vec<String> {
    let s = summary;
    let mut lines = vec![format!(
        "{}, {}; removed {} and {}, {:.1} % of {}",
        count(s.pages, "page"),
        count(s.lines, "line"),
        count(s.removed_lines, "line"),
        count(s.cut_spans, "span"),
        100.0 * s.removed_share(),
        count(s.chars, "character")
    )];
    if !s.kinds.is_empty() {
        let mut kinds: Vec<(Kind, u64)> = s.kinds.iter().map(|(&kind, &n)| (kind, n)).collect();
        kinds.sort_by_key(|&(kind, n)| (std::cmp::Reverse(n), kind));
        let kinds: Vec<_> = kinds.iter().map(|(kind, n)| format!("{} {n}", kind.name())).collect();
        lines.push(format!("removed by kind: {}", kinds.join(", ")));
    }
    let mut tell = |n: u64, noun: &str, what: &str| {
        if n > 0 {
            lines.push(format!("{} {what}", count(n, noun)));
        }
    };
    tell(s.unsure_lines, "line", "kept although unsure");
    tell(s.empty_pages, "page", "with no article, removed whole");
    tell(s.guarded_pages, "page", "kept whole: more would have gone than is plausible");
    for (encoding, pages) in &s.encodings {
        tell(*pages, "page", &format!("read as {encoding}"));
    }
    let where_replaced = format!("replaced by U+FFFD, in {}", count(s.mended_pages, "page"));
    tell(s.replaced, "faulty sequence", &where_replaced);
    let why = "passed over: of another status or media type than pages of text or HTML";
    tell(s.passed_over, "WARC record", why);
    tell(n_skipped as u64, "file", "passed over: no known ending");
    tell(s.errors, "error", "told above");
    let top = s.skeletons.top(MOST_FREQUENT);
    // What is there once or twice is not frequent.
    if top.first().is_some_and(|(_, lines, _)| *lines > 2) {
        lines.push("removed most often, by form (文 Han, A letters, 0 digits):".into());
        let width = top.first().map_or(0, |(_, lines, _)| lines.to_string().len());
        lines.extend(top.iter().filter(|(_, lines, _)| *lines > 1).map(|(form, lines, sample)| {
            format!("  {lines:>width$}  {}  such as: {}", visible(form), start(sample, 40))
        }));
    }
    lines
}
