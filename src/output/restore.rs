//! The way back: what [`super::clean()`] wrote and its receipts go in, the page as it was comes out, byte
//! for byte as far as it was UTF-8. Every receipt is held against a sum of the page up to its place: an
//! output that is not the one the receipts were written for is told, with page and line.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::receipts::{as_json_inside, hex};
use super::receipts_reader::{PageReceipts, Receipt};
use crate::input::{Format, Source, read_source};
use crate::{Error, Result};
use flate2::Crc;

/// What was put back together. Values add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Pages that something was put back into.
    pub pages: u64,
    /// Lines and spans put back.
    pub receipts: u64,
    /// Lines that were no pages, put back.
    pub asides: u64,
    /// Pages that had been in other encodings: what came back is their text in UTF-8.
    pub encodings: BTreeMap<String, u64>,
    /// JSON pages with `html`, of which only their text was written: they stay as they are.
    pub left_pages: u64,
    /// Pages in which faulty sequences had been replaced by U+FFFD, which is what came back.
    pub mended_pages: u64,
    /// Output files whose input could not be read to its end: what came back ends there, too.
    pub broken_off: u64,
    /// Output files of which the receipts say nothing, not even that nothing was removed.
    pub unknown: u64,
    /// Output files whose receipts have no end: some may be gone.
    pub unended: u64,
}

/// Puts one output file and its receipts back together. Takes from `receipts` those whose file is
/// `name`; a file without receipts is passed on as it is, and counted, and so is one whose receipts do
/// not come to their end: what was removed from it may be missing. Every part that is passed to `write`
/// is whole: a page, or a line that was no page.
///
/// # Errors
/// [`Error::BadPage`] where the output and the receipts do not belong together, errors of reading, and
/// those of `write`. What came before was written.
pub fn restore<I: Iterator<Item = Result<PageReceipts>>>(
    output: &Source,
    name: Option<&str>,
    receipts: &mut Peekable<I>,
    write: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<Restored> {
    let mut restored = Restored::default();
    refuse(output, output.format)?;
    let format = match receipts.peek() {
        Some(Ok(next)) if next.file.as_deref() == name && next.end().is_none() => {
            Some(if next.is_record() { Format::JsonLines } else { Format::Text })
        }
        _ => None,
    };
    let pages = read_source(output, format)?;
    let format = pages.format;
    refuse(output, Some(format))?;
    let (mut record, mut n_lines) = (0, 0);
    for page in pages {
        let page = page?;
        record += 1;
        n_lines += asides(receipts, name, record, write, &mut restored)?;
        let is_of_page = |next: &PageReceipts| next.record == record && next.end().is_none();
        let Some(of_page) = next_of(receipts, name, is_of_page)? else {
            write(&page.bytes)?;
            continue;
        };
        n_lines += of_page.receipts.len() as u64;
        if of_page.was_html_record() {
            write(&page.bytes)?;
            restored.left_pages += 1;
            continue;
        }
        let bad = |line: u32, reason: &str| Error::BadPage {
            path: output.path.to_path_buf(),
            line: page.line,
            reason: match of_page.receipts.first() {
                Some(first) => format!("page {}, line {line}: {reason}", first.page),
                None => reason.to_owned(),
            },
        };
        let text = std::str::from_utf8(&page.bytes).map_err(|_| bad(1, "is not UTF-8"))?;
        let is_text = format == Format::Text;
        let whole = if is_text { text } else { text.trim_end_matches(['\r', '\n']) };
        let mut bytes = put_back(whole, &of_page).map_err(|wrong| {
            let hint = if is_text && wrong.is_longer { SEVERAL } else { "" };
            bad(wrong.line, &format!("{MISMATCH}{hint}"))
        })?;
        if of_page.whole().is_some_and(|whole| whole.mark) {
            bytes.insert(0, '\u{feff}');
        }
        bytes.push_str(text.get(whole.len()..).unwrap_or_default());
        write(bytes.as_bytes())?;
        restored.count(&of_page);
    }
    n_lines += asides(receipts, name, record + 1, write, &mut restored)?;
    let bad = |reason| Error::BadInput { path: output.path.to_path_buf(), reason };
    let Some(next) = next_of(receipts, name, |_| true)? else {
        if n_lines == 0 {
            restored.unknown = 1;
        } else {
            restored.unended = 1;
        }
        return Ok(restored);
    };
    let Some(n_written) = next.end() else {
        let page = next.receipts.first().map_or("", |first| &first.page);
        let hint = if format == Format::Text { SEVERAL } else { "" };
        let of = next.record;
        return Err(bad(format!(
            "has {record} pages, and there are receipts of page {of}, {page}{hint}"
        )));
    };
    // A text is one page, whatever was written into it.
    if format == Format::JsonLines && next.record != record {
        return Err(bad(format!(
            "has {record} pages, and had {} when it was written",
            next.record
        )));
    }
    if n_written != n_lines {
        return Err(bad(format!(
            "{n_written} receipts were written for it, and {n_lines} are there"
        )));
    }
    restored.broken_off = u64::from(next.receipts.iter().any(|end| end.broken_off));
    if next_of(receipts, name, |_| true)?.is_some() {
        return Err(bad("has receipts of two runs".into()));
    }
    Ok(restored)
}

/// Formats of which there is no way back.
fn refuse(output: &Source, format: Option<Format>) -> Result<()> {
    let reason = match format {
        Some(Format::Parquet) => {
            "is parquet, into which nothing can be put back; its input is whole"
        }
        Some(Format::Warc) => {
            "is WARC, which `filter` does not write; give the JSON Lines it wrote"
        }
        _ => return Ok(()),
    };
    Err(Error::BadInput { path: output.path.to_path_buf(), reason: reason.into() })
}

const MISMATCH: &str =
    "this is not what the receipts were written for; nothing is put back into this page";

/// Why texts in one output cannot be put back.
const SEVERAL: &str =
    "; of several text files in one output nobody knows where they begin: filter into a folder";

/// The next receipts, if they are of this file and as asked for.
fn next_of<I: Iterator<Item = Result<PageReceipts>>>(
    receipts: &mut Peekable<I>,
    name: Option<&str>,
    is_wanted: impl Fn(&PageReceipts) -> bool,
) -> Result<Option<PageReceipts>> {
    let next = receipts.next_if(|next| match next {
        Ok(next) => next.file.as_deref() == name && is_wanted(next),
        Err(_) => true,
    });
    next.transpose()
}

/// Writes the lines that stood before a page and were none, and returns their number.
fn asides<I: Iterator<Item = Result<PageReceipts>>>(
    receipts: &mut Peekable<I>,
    name: Option<&str>,
    record: u64,
    write: &mut dyn FnMut(&[u8]) -> Result<()>,
    restored: &mut Restored,
) -> Result<u64> {
    let before = restored.asides;
    while let Some(aside) = next_of(receipts, name, |r| r.is_aside() && r.record == record)? {
        for receipt in &aside.receipts {
            write(receipt.text.as_bytes())?;
            restored.asides += 1;
        }
    }
    Ok(restored.asides - before)
}

impl Restored {
    fn count(&mut self, page: &PageReceipts) {
        self.pages += 1;
        let is_removal = |r: &&Receipt| matches!(r.what.as_str(), "line" | "span");
        self.receipts += page.receipts.iter().filter(is_removal).count() as u64;
        let Some(whole) = page.whole() else { return };
        if let Some(encoding) = &whole.encoding {
            *self.encodings.entry(encoding.clone()).or_default() += 1;
        }
        self.mended_pages += u64::from(whole.replaced > 0);
    }
}

impl std::ops::AddAssign for Restored {
    fn add_assign(&mut self, other: Restored) {
        self.pages += other.pages;
        self.receipts += other.receipts;
        self.asides += other.asides;
        self.left_pages += other.left_pages;
        for (encoding, pages) in other.encodings {
            *self.encodings.entry(encoding).or_default() += pages;
        }
        self.mended_pages += other.mended_pages;
        self.broken_off += other.broken_off;
        self.unknown += other.unknown;
        self.unended += other.unended;
    }
}

/// Why a page cannot be put back.
struct Wrong {
    /// The line that shows it.
    line: u32,
    /// The receipts all fit, but there is more of the page than there was.
    is_longer: bool,
}

/// The page as it was.
fn put_back(kept: &str, page: &PageReceipts) -> Result<String, Wrong> {
    let (Some(facts), Some(last)) = (page.whole(), page.receipts.last()) else {
        return Ok(kept.to_owned());
    };
    // Its size is only believed once it has come true.
    let mut out = String::with_capacity(kept.len());
    let mut rest = kept;
    let (mut crc, mut summed) = (Crc::new(), 0);
    let mut written = Vec::new();
    for receipt in &page.receipts {
        let wrong = || Wrong { line: receipt.n, is_longer: false };
        let at = match receipt.at {
            Some(at) => at,
            None => receipt.start.checked_sub(receipt.before.len()).ok_or_else(wrong)?,
        };
        let n_kept = at.checked_sub(out.len()).ok_or_else(wrong)?;
        let (before, after) = rest.split_at_checked(n_kept).ok_or_else(wrong)?;
        out.push_str(before);
        rest = after.strip_prefix(receipt.put.as_str()).ok_or_else(wrong)?;
        let parts = [receipt.before.as_str(), &receipt.text, &receipt.after];
        match &receipt.raw {
            Some(raw) => out.push_str(raw),
            None if receipt.at.is_some() => {
                written.clear();
                as_json_inside(&parts, &mut written);
                out.push_str(std::str::from_utf8(&written).map_err(|_| wrong())?);
            }
            None => parts.iter().for_each(|part| out.push_str(part)),
        }
        crc.update(out.get(summed..).unwrap_or_default().as_bytes());
        summed = out.len();
        if hex(&crc) != receipt.sum {
            return Err(wrong());
        }
    }
    out.push_str(rest);
    crc.update(rest.as_bytes());
    if out.len() != facts.page_bytes || hex(&crc) != facts.page_sum {
        return Err(Wrong { line: last.n, is_longer: out.len() > facts.page_bytes });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdicts;
    use super::super::{OutputFile, ReceiptsFile, ReceiptsReader, clean, receipts};
    use super::*;
    use crate::input::{Compression, RawPage};
    use proptest::prelude::*;
    use std::path::Path;

    /// Writes pages as `filter` does, with one letter a line for verdicts, and puts them back.
    fn there_and_back(
        format: Format,
        pages: &[(&str, &str)],
        spoil: impl Fn(String) -> String,
    ) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let file = OutputFile::create(&path("r.jsonl"), Compression::None)?;
        let mut list = ReceiptsFile::new(file, false);
        let mut kept = Vec::new();
        for (number, (bytes, letters)) in pages.iter().enumerate() {
            let (line, bytes) = (number as u64 + 1, bytes.as_bytes().to_vec());
            let raw = RawPage {
                path: Path::new("f").into(),
                line,
                format,
                about: Default::default(),
                bytes,
            };
            if raw.is_blank() {
                list.aside(super::super::Aside::Blank, &raw)?;
                continue;
            }
            let page = raw.parse(Default::default())?;
            let mut of_page = Vec::new();
            clean(&page, &page.lines(), &verdicts(letters), &mut kept);
            receipts(&page, &page.lines(), &verdicts(letters), &mut of_page);
            list.page(&of_page)?;
        }
        list.commit()?;
        std::fs::write(path("o"), spoil(String::from_utf8(kept).unwrap())).unwrap();
        let output = Source { path: path("o").into(), relative: "o".into(), format: Some(format) };
        let mut receipts = ReceiptsReader::open(&path("r.jsonl"))?.peekable();
        let mut back = Vec::new();
        let mut write = |bytes: &[u8]| {
            back.extend_from_slice(bytes);
            Ok(())
        };
        restore(&output, None, &mut receipts, &mut write)?;
        Ok(String::from_utf8(back).unwrap())
    }

    /// A string as JSON, some of its characters escaped.
    fn as_json(text: &str, escaped: &[bool]) -> String {
        let mut out = String::from("\"");
        for (c, &escaped) in text.chars().zip(escaped.iter().cycle()) {
            match c {
                // Stands for half a character.
                '半' => out.push_str("\\ud83d"),
                '\n' if !escaped => out.push_str("\\n"),
                c if escaped || c < ' ' || c == '"' || c == '\\' => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        out.push_str(&format!("\\u{unit:04X}"));
                    }
                }
                c => out.push(c),
            }
        }
        out + "\""
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "[甲乙a\r\n \u{3000}]{0,40}", letters in "[aujc]{40}") {
            let back = there_and_back(Format::Text, &[(&text, &letters)], |kept| kept).unwrap();
            prop_assert_eq!(back, text);
        }

        #[test]
        fn json_pages_come_back(
            texts in proptest::collection::vec(("[甲乙a半😀/\"\\\\\r\n\u{7f}\u{1} ]{0,30}", "[aujc]{30}"), 1..6),
            escaped in proptest::collection::vec(any::<bool>(), 1..9),
            forms in proptest::collection::vec(0..4, 6),
            ends in "[\r ]{0,2}",
        ) {
            let mut pages = vec![];
            for ((text, letters), form) in texts.iter().zip(&forms) {
                let json = |text: &str| as_json(text, &escaped);
                let lines = |object: bool| text.split(' ').map(|line| match object {
                    true => format!("{{\"label\":\"junk\", \"text\":{} }}", json(line)),
                    false => json(line),
                }).collect::<Vec<_>>().join(" ,  ");
                let page = match form {
                    0 => format!("{{\"id\":1, \"text\" : {},\"z\":[]}}\n", json(text)),
                    1 => format!("{{\"lines\" : [ {}],\"z\":[]}}{ends}\n", lines(false)),
                    2 => format!("{{\"z\":[],\"lines\":[{} ] }}\n", lines(true)),
                    _ => format!("{ends}\n"),
                };
                pages.push((page, letters.as_str()));
            }
            let whole: String = pages.iter().map(|(page, _)| page.as_str()).collect();
            let pages: Vec<_> = pages.iter().map(|(page, letters)| (page.as_str(), *letters)).collect();
            let back = there_and_back(Format::JsonLines, &pages, |kept| kept).unwrap();
            prop_assert_eq!(back, whole);
        }
    }

    #[test]
    fn what_does_not_belong_together_is_named() {
        let text = "甲\n乙\n丙\n丁\n";
        let fault = |from: &'static str, to: &str| {
            let spoil = |kept: String| kept.replacen(from, to, 1);
            let error = there_and_back(Format::Text, &[(text, "ajaj")], spoil).unwrap_err();
            error.to_string().rsplit_once("/o:").unwrap().1.to_owned()
        };
        assert!(there_and_back(Format::Text, &[(text, "ajaj")], |kept| kept).is_ok());
        assert_eq!(fault("甲", "戊"), format!("1: page f, line 2: {MISMATCH}"));
        assert_eq!(fault("丙", "戊"), format!("1: page f, line 4: {MISMATCH}"));
        assert_eq!(fault("丙\n", ""), format!("1: page f, line 4: {MISMATCH}"));
        // What comes after the page may be another one.
        assert_eq!(fault("丙\n", "丙\n己\n"), format!("1: page f, line 4: {MISMATCH}{SEVERAL}"));
        let pages = [("{\"text\":\"甲\"}\n", "a"), ("{\"text\":\"甲\\n乙\"}\n", "aj")];
        let lost = |kept: String| kept.split_once('\n').unwrap().1.to_owned();
        let error = there_and_back(Format::JsonLines, &pages, lost).unwrap_err().to_string();
        assert!(error.ends_with("has 1 pages, and there are receipts of page 2, f:2"), "{error}");
        let pages = [("甲\n", "a"), ("乙\n", "j")];
        let error = there_and_back(Format::Text, &pages, |kept| kept).unwrap_err().to_string();
        assert!(error.contains("filter into a folder"), "{error}");
    }
}
