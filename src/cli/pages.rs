//! The run that `filter` and `score` share: sources in, each page judged and written into buffers in
//! parallel, the buffers handed on in order. What goes wrong with a page or a file is told, counted,
//! and does not stop the run.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::args::{Inputs, RunArgs};
use super::barrier::{failure, guarded};
use super::forms::Form;
use super::ledger::Lists;
use super::sink::Sink;
use super::sites::Sites;
use crate::filter::{Filter, Scratch};
use crate::input::{
    Compression, Format, InputPage, RawPage, RecordOptions, Source, SourceReader, read_source_with,
};
use crate::output::{Output, PageNote, Stamp, Summary};
use crate::text::Windows;
use crate::{Error, Page, PageVerdict, pipeline};

/// What is to be done with each page.
pub struct Job<'a> {
    /// Judges.
    pub filter: &'a Filter,
    /// Says of which site a page is.
    pub sites: &'a Sites<'a>,
    /// How JSON pages are read.
    pub records: RecordOptions<'a>,
    /// Whether all pages go into one stream that is text or JSON Lines as they are.
    pub is_one_stream: bool,
    /// The windows in which long texts are read, judged and written piece by piece; `None` where each
    /// page has to be at hand as a whole.
    pub pieces: Option<Windows>,
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
    /// For the report.
    pub note: Option<Box<PageNote>>,
}

/// What the reading thread hands out.
pub enum Item {
    /// An input was opened.
    Begin {
        /// Which.
        source: Arc<Source>,
        /// What it was like before.
        stamp: Stamp,
        /// How pages lie in it.
        format: Format,
        /// How it is compressed.
        compression: Compression,
    },
    /// An input cannot be read, nothing of it.
    Failed {
        /// Which.
        source: Arc<Source>,
        /// What it was like before.
        stamp: Stamp,
        /// Why.
        error: Error,
    },
    /// A page of the input that was opened last.
    Page(RawPage),
    /// Something of it that cannot be read.
    Problem(Error),
    /// Its end.
    End {
        /// Records that are no pages.
        n_passed_over: u64,
        /// It could not be read further: what comes after is not known.
        is_broken_off: bool,
    },
}

/// The same after the work on pages.
pub enum Done {
    /// A page, judged and written.
    Page {
        /// What was written.
        buffers: Buffers,
        /// Its figures.
        summary: Summary,
        /// Its size as it was read.
        n_bytes: usize,
        /// Its file.
        path: Arc<Path>,
        /// Its place there.
        line: u64,
        /// See [`About`](crate::input::About).
        is_null: bool,
        /// Why it was passed on as it is, where the program failed on it.
        error: Option<Error>,
        /// Which part of the page it is.
        part: Part,
    },
    /// A line that holds no page, and why that is an error where it is one.
    Aside {
        /// The line.
        line: RawPage,
        /// Why it is no page; `None` where it is blank.
        error: Option<Error>,
    },
    /// What was no work.
    Other(Item),
}

/// What part of a page was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// It is the page's first one, or all of it.
    pub is_first: bool,
    /// It is the page's last one, or all of it.
    pub is_last: bool,
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
    output: Output,
    lists: Lists,
    args: &RunArgs,
) -> Result<Summary> {
    let mut stream_form = None;
    let is_one_stream = job.is_one_stream;
    let is_stdout = output.is_stdout();
    let reading = Manner {
        text_field: job.records.text_field,
        is_receipted: lists.receipts.is_some(),
        is_journaled: lists.journal.is_some(),
        pieces: job.pieces,
        has_urls: job.filter.sites().is_some(),
    };
    let has_skeletons = !args.quiet || lists.report.is_some();
    let mut sink = Sink::new(output, lists, args.quiet);
    sink.begin(&inputs.sources);
    inputs.errors.iter().for_each(|error| sink.complain(error));
    let items = inputs.sources.into_iter().flat_map(move |source| {
        let stream = if is_one_stream { Some((&mut stream_form, is_stdout)) } else { None };
        items(source, reading, stream)
    });
    let is_receipted = reading.is_receipted;
    let work = |item| work(item, job, is_receipted, has_skeletons);
    pipeline::run(&args.pool()?, items, Item::weight, work, Done::weight, |done| sink.take(done))?;
    Ok(sink.finish()?)
}

impl Item {
    /// Bytes that it takes, about.
    fn weight(&self) -> usize {
        let Item::Page(page) = self else { return 0 };
        let around = page.about.piece.as_ref().map_or(0, |p| p.before.len() + p.after.len());
        page.n_bytes() + around
    }
}

impl Done {
    /// Bytes that it takes, about.
    fn weight(&self) -> usize {
        match self {
            Done::Page { buffers, .. } => {
                buffers.output.len() + buffers.receipts.len() + buffers.unsure.len()
            }
            Done::Aside { line, .. } => line.bytes.len(),
            Done::Other(_) => 0,
        }
    }
}

/// How sources are read.
#[derive(Debug, Clone, Copy)]
struct Manner<'a> {
    text_field: Option<&'a str>,
    /// With the blank lines, for there are to be receipts of them.
    is_receipted: bool,
    /// With a look at what they are like before.
    is_journaled: bool,
    pieces: Option<Windows>,
    /// With what says their site.
    has_urls: bool,
}

/// The items of one source. Where all sources go into one stream, the first one settles its form.
fn items(
    source: Source,
    manner: Manner<'_>,
    stream: Option<(&mut Option<Form>, bool)>,
) -> Box<dyn Iterator<Item = Item> + Send> {
    // Before it is opened: what changes while it is read is seen as changed.
    let stamp = if manner.is_journaled { Stamp::of(&source) } else { Stamp::Unsure };
    let source = Arc::new(source);
    let failed = |error| -> Box<dyn Iterator<Item = Item> + Send> {
        let (source, stamp) = (source.clone(), stamp.clone());
        Box::new(std::iter::once(Item::Failed { source, stamp, error }))
    };
    let reader = match read_source_with(&source, None, manner.text_field) {
        Ok(reader) => reader,
        Err(error) => return failed(error),
    };
    let form = Form::of(reader.format);
    if let Some((stream_form, is_stdout)) = stream {
        let is_first = stream_form.is_none();
        let settled = *stream_form.get_or_insert(form);
        // A file of parquet has one beginning and one end.
        if form == Form::Parquet && is_stdout {
            let path = source.path.to_path_buf();
            let reason = "is parquet, which cannot go to standard output: give a file with -o";
            return failed(Error::BadInput { path, reason: reason.into() });
        }
        if settled != form || form == Form::Parquet && !is_first {
            let (path, form) = (source.path.to_path_buf(), form.name());
            let settled = settled.name();
            let reason = format!(
                "{settled} and {form} cannot go into one output; this input is left out (give a folder with -o)"
            );
            return failed(Error::BadInput { path, reason });
        }
    }
    let (format, compression) = (reader.format, reader.compression);
    let begin = Item::Begin { source, stamp, format, compression };
    let reader = if manner.is_receipted { reader.with_blank_lines() } else { reader };
    let reader = if manner.has_urls { reader.with_urls() } else { reader };
    let reader = manner.pieces.into_iter().fold(reader, SourceReader::in_pieces);
    Box::new(std::iter::once(begin).chain(Reading { reader: Some(reader) }))
}

/// The pages and problems of a source, and its end.
struct Reading {
    reader: Option<SourceReader>,
}

impl Iterator for Reading {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let reader = self.reader.as_mut()?;
        let item = match reader.next() {
            Some(Ok(page)) => return Some(Item::Page(page)),
            Some(Err(error)) => return Some(Item::Problem(error)),
            None => {
                let is_broken_off = reader.is_broken_off();
                Item::End { n_passed_over: reader.n_passed_over(), is_broken_off }
            }
        };
        self.reader = None;
        Some(item)
    }
}

/// Judges and writes one page. Where the code fails on it, the page is passed on as it is, with an
/// error that names its place: a bug met on one page of a terabyte must neither end the run nor cost
/// the text of the page. If not even that can be done, the page counts as one that cannot be read.
fn work(item: Item, job: &Job<'_>, is_receipted: bool, has_skeletons: bool) -> Done {
    let Item::Page(raw) = item else { return Done::Other(item) };
    if raw.is_blank() {
        return Done::Aside { line: raw, error: None };
    }
    let (n_bytes, is_null) = (raw.n_bytes(), raw.about.is_null);
    // Of the formats, only this one has lines that are no pages.
    let is_line = raw.format == Format::JsonLines;
    let as_it_was = (is_receipted && is_line).then(|| raw.clone());
    let (path, line) = (raw.path.clone(), raw.line);
    let part = raw.about.piece.as_ref().map_or(Part { is_first: true, is_last: true }, |piece| {
        Part { is_first: piece.is_first(), is_last: piece.is_last }
    });
    let failure = |said: &str, what: &str| failure(&path, line, what, said);
    let unreadable = |error| match as_it_was {
        Some(line) => Done::Aside { line, error: Some(error) },
        None => Done::Other(Item::Problem(error)),
    };
    let parsed = guarded(|| raw.parse(job.records));
    let page = match parsed.unwrap_or_else(|said| Err(failure(&said, "left out"))) {
        Ok(page) => page,
        Err(error) => return unreadable(error),
    };
    let judged = guarded(|| judge(&page, job, has_skeletons));
    let passed = judged.map(|done| (done, None)).or_else(|said| {
        let done = guarded(|| pass_on(&page, job));
        done.map(|done| (done, Some(failure(&said, "kept as it is"))))
    });
    let ((buffers, summary), error) = match passed {
        Ok(done) => done,
        Err(said) => return unreadable(failure(&said, "left out")),
    };
    Done::Page { buffers, summary, n_bytes, path, line, is_null, error, part }
}

fn judge(page: &InputPage, job: &Job<'_>, has_skeletons: bool) -> (Buffers, Summary) {
    let site = job.sites.of(page, job.filter);
    let lines = page.lines().of_site(site);
    let mut buffers = Buffers::default();
    // Taken, not borrowed: while the windows of a long page are waited for, this thread may begin another.
    let (mut scratch, mut verdict) = SCRATCH.take();
    #[cfg(test)]
    tests::fail_where_asked(&lines);
    match (page.document(), &page.piece) {
        (Some(document), _) => {
            job.filter.judge_document_into(document, site, &mut scratch, &mut verdict);
        }
        (None, Some(piece)) => {
            let (window, own) = piece.window(&lines);
            job.filter.judge_part_into(&window, own, &mut scratch, &mut verdict);
        }
        (None, None) => job.filter.judge_into(&lines, &mut scratch, &mut verdict),
    }
    (job.write)(page, &lines, &verdict, &mut buffers);
    let mut summary = Summary::of_page(page, &lines, &verdict);
    if has_skeletons {
        summary = summary.with_skeletons(&lines, &verdict);
    }
    SCRATCH.set((scratch, verdict));
    (buffers, summary)
}

/// Writes a page of which nothing is removed.
fn pass_on(page: &InputPage, job: &Job<'_>) -> (Buffers, Summary) {
    let (lines, nothing) = (page.lines(), PageVerdict::default());
    let mut buffers = Buffers::default();
    (job.write)(page, &lines, &nothing, &mut buffers);
    (buffers, Summary::of_page(page, &lines, &nothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;
    use crate::output::{
        Destination, OutputFile, ReceiptsFile, ReceiptsReader, clean, receipts, restore, unsure,
    };

    /// The judge fails on a page with this line: the bug that nobody has found yet.
    const FAILS: &str = "the judge fails here";

    pub(super) fn fail_where_asked(lines: &Page<'_>) {
        if lines.lines.iter().any(|line| line.text == FAILS) {
            panic!("no such thing");
        }
    }

    fn filtered(input: &str, write: &(dyn Fn(&InputPage, &PageVerdict) + Sync)) -> (String, u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.jsonl");
        std::fs::write(&path, input).unwrap();
        let sources = crate::input::discover(&path).unwrap().sources;
        let model = Model::builtin().unwrap();
        let policy = model.policy().with_threshold(0.0).unwrap();
        let filter = Filter::new(model, policy);
        let out = folder.path().join("o.jsonl");
        let job = Job {
            filter: &filter,
            sites: &Sites::default(),
            records: RecordOptions::default(),
            is_one_stream: true,
            pieces: None,
            write: &|page, lines, verdict, buffers| {
                clean(page, lines, verdict, &mut buffers.output);
                write(page, verdict);
            },
        };
        let inputs = Inputs { sources, ..Inputs::default() };
        let output = Output::new(Destination::File(out.clone()));
        let args = RunArgs { quiet: true, ..RunArgs::default() };
        let summary = run(inputs, &job, output, Lists::default(), &args).unwrap();
        (std::fs::read_to_string(out).unwrap(), summary.errors)
    }

    #[test]
    fn a_page_on_which_the_code_fails_is_passed_on_and_the_others_are_judged() {
        let page = |line: &str| format!("{{\"text\": \"{line}\\n甲\\n\", \"n\": 1}}\n");
        let input = [page("乙"), page(FAILS), page("丙")].concat();
        let emptied = "{\"text\": \"\", \"n\": 1}\n".to_owned();
        let want = [emptied.clone(), page(FAILS), emptied.clone()].concat();
        assert_eq!(filtered(&input, &|_, _| ()), (want, 1));
        // While the page is written, half of which is in the buffer by then.
        let fails = |page: &InputPage, verdict: &PageVerdict| {
            assert!(page.line != 3 || verdict.lines.is_empty(), "failed in writing");
        };
        let want = [emptied.clone(), page(FAILS), page("丙")].concat();
        assert_eq!(filtered(&input, &fails), (want, 2));
        // And where it can be written in no way, it is left out like a page that cannot be read.
        let fails = |page: &InputPage, _: &PageVerdict| assert!(page.line != 1);
        let want = [page(FAILS), emptied].concat();
        assert_eq!(filtered(&input, &fails), (want, 2));
    }

    #[test]
    fn the_place_and_the_reason_are_told() {
        let raw = RawPage {
            path: Path::new("f.txt").into(),
            line: 1,
            format: Format::Text,
            bytes: FAILS.into(),
            about: Default::default(),
        };
        let model = Model::builtin().unwrap();
        let policy = *model.policy();
        let filter = Filter::new(model, policy);
        let write = |page: &InputPage, lines: &Page<'_>, verdict: &PageVerdict, b: &mut Buffers| {
            clean(page, lines, verdict, &mut b.output);
        };
        let records = RecordOptions::default();
        let (filter, sites) = (&filter, &Sites::default());
        let job = Job { filter, sites, records, is_one_stream: true, pieces: None, write: &write };
        let Done::Page { buffers, error: Some(error), .. } =
            work(Item::Page(raw), &job, true, true)
        else {
            panic!("no page with an error");
        };
        assert_eq!(buffers.output, FAILS.as_bytes());
        let said = "f.txt:1: kept as it is, for dechaff failed on it; please report this: no such";
        assert!(error.to_string().starts_with(said), "{error}");
    }

    const LIMITS: Windows =
        Windows { long_bytes: 300, lines: 9, overlap_lines: 2, bytes: 700, overlap_bytes: 300 };

    /// Filters a file in pieces: the output, the receipts and the lines that are unsure.
    fn in_pieces(bytes: &[u8], n_threads: usize, folder: &Path) -> ([Vec<u8>; 3], Summary) {
        let path = |name: &str| folder.join(name);
        std::fs::write(path("p.txt"), bytes).unwrap();
        let create = |name| OutputFile::create(&path(name), Compression::None).unwrap();
        let filter = in_windows();
        let job = Job {
            filter: &filter,
            sites: &Sites::default(),
            records: RecordOptions::default(),
            is_one_stream: true,
            pieces: Some(LIMITS),
            write: &|page, lines, verdict, buffers| {
                clean(page, lines, verdict, &mut buffers.output);
                receipts(page, lines, verdict, &mut buffers.receipts);
                unsure(page, lines, verdict, &mut buffers.unsure);
            },
        };
        let sources = crate::input::discover(&path("p.txt")).unwrap().sources;
        let inputs = Inputs { sources, ..Inputs::default() };
        let lists = Lists {
            receipts: Some(ReceiptsFile::new(create("r.jsonl"), false)),
            unsure: Some(create("u.jsonl").into()),
            ..Lists::default()
        };
        let args = RunArgs { quiet: true, threads: n_threads };
        let output = Output::new(Destination::File(path("o.txt")));
        let summary = run(inputs, &job, output, lists, &args).unwrap();
        let written = ["o.txt", "r.jsonl", "u.jsonl"];
        (written.map(|name| std::fs::read(path(name)).unwrap()), summary)
    }

    fn in_windows() -> Filter {
        let model = Model::builtin().unwrap();
        let policy = model.policy().with_threshold(0.6).unwrap();
        Filter::new(model, policy).with_windows(LIMITS).with_parts()
    }

    /// Receipts without what tells of their page.
    fn told(receipts: &[u8]) -> Vec<serde_json::Value> {
        let receipts = receipts.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let mut told = Vec::new();
        for receipt in receipts {
            let mut receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
            if receipt["n"] == 0 || receipt["what"] == "end" {
                continue;
            }
            let fields = receipt.as_object_mut().unwrap();
            for of_page in ["record", "page_bytes", "page_sum", "encoding", "replaced", "mark"] {
                fields.remove(of_page);
            }
            told.push(receipt);
        }
        told
    }

    #[test]
    fn a_long_text_in_pieces_is_what_it_is_as_a_whole_and_comes_back() {
        let text = "镇上的木桥去年冬天被大水冲走了，今年春天村民们自己动手把它修好。\r\n\
            首页 | 新闻 | 体育\r\n\r\n渡口的老人说，他从来没有见过这么大的水。\r\n\
            版权所有 联系我们 网站地图\r\n更多>>\r\nThe old bridge was built again.\r\n"
            .repeat(15);
        let wide: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let all = [
            (text.clone().into_bytes(), "UTF-8"),
            (text.replace("\r\n", "\r").into_bytes(), "UTF-8"),
            (format!("\u{feff}{text}").into_bytes(), "UTF-8"),
            (encoding_rs::GBK.encode(&text).0.into_owned(), "GBK"),
            (wide, "UTF-16LE"),
            ([text.as_bytes(), b"\xff\n", text.trim_end().as_bytes()].concat(), "UTF-8"),
        ];
        for (bytes, encoding) in all {
            let folder = tempfile::tempdir().unwrap();
            let (written, summary) = in_pieces(&bytes, 1, folder.path());
            for n_threads in [2, 5] {
                assert_eq!(
                    in_pieces(&bytes, n_threads, folder.path()),
                    (written.clone(), summary.clone())
                );
            }
            // The same as a whole.
            let path: Arc<Path> = folder.path().join("p.txt").into();
            let raw = RawPage {
                path: path.clone(),
                line: 1,
                format: Format::Text,
                bytes,
                about: Default::default(),
            };
            let page = raw.parse(RecordOptions::default()).unwrap();
            let (lines, filter) = (page.lines(), in_windows());
            let verdict = filter.judge(&lines, &mut Scratch::default());
            let mut whole = [vec![], vec![], vec![]];
            clean(&page, &lines, &verdict, &mut whole[0]);
            receipts(&page, &lines, &verdict, &mut whole[1]);
            unsure(&page, &lines, &verdict, &mut whole[2]);
            assert_eq!(written[0], whole[0]);
            assert_eq!(told(&written[1]), told(&whole[1]));
            assert!(told(&whole[1]).len() > 20);
            assert_eq!(written[2], whole[2]);
            let figures = Summary::of_page(&page, &lines, &verdict);
            assert_eq!(summary, figures);
            assert_eq!((summary.pages, summary.replaced), (1, page.replaced as u64));
            assert_eq!(
                (page.encoding, summary.encodings.len()),
                (encoding, usize::from(encoding != "UTF-8"))
            );
            // And back.
            let mut came_back = Vec::new();
            let source = |name: &str| {
                crate::input::discover(&folder.path().join(name)).unwrap().sources.remove(0)
            };
            let mut of_pages =
                ReceiptsReader::open(&folder.path().join("r.jsonl")).unwrap().peekable();
            let restored = restore(&source("o.txt"), None, &mut of_pages, &mut |bytes| {
                came_back.extend_from_slice(bytes);
                Ok(())
            })
            .unwrap();
            let mark = if page.has_mark { "\u{feff}" } else { "" };
            let crate::input::Body::Text(text) = &page.body else { panic!() };
            assert!(came_back == format!("{mark}{text}").as_bytes());
            assert_eq!((restored.pages, restored.encodings.len()), (1, summary.encodings.len()));
        }
    }
}
