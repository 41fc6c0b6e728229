//! WARC and WET become pages, one record at a time: `conversion` and `resource` records, and the
//! payloads of `response` records, of plain text and of HTML. A broken record is an error with its
//! place, and the next one is looked for. Written here because the crate `warc` (0.4) stops at the
//! first broken record, knows no places, and builds each body by lines; what is needed of the format
//! is short. Where a member of gzip is damaged, the stream says so and goes on at the next one that
//! begins a record: what was read before of the record it held is a page, as if the file ended there.

use std::io::{self, BufRead, Read as _};
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::compression::{BadStream, fill_uninterrupted};
use super::http::{Media, Payload, Response, charset_of, media_of, read_response};
use super::lines::stream_error;
use super::open::{Format, MAX_PAGE_BYTES};
use super::page::{About, RawPage};
use crate::{Error, Result};

/// No line of a record's head may be longer …
const MAX_HEAD_LINE: usize = 64 << 10;
/// … and no head may have more lines.
const MAX_HEAD_LINES: usize = 10_000;

/// Bytes that may be looked at twice, in one file, where a record's length runs over the next record.
const MAX_AGAIN: u64 = 256 << 20;

/// The pages of a WARC file.
pub(crate) struct WarcPages {
    stream: Stream,
    path: Arc<Path>,
    /// Records begun.
    number: u64,
    n_passed_over: u64,
    /// Comes after the page that was given out last.
    pending: Option<Error>,
    /// The beginning of the next record is being looked for.
    is_lost: bool,
    is_done: bool,
    /// It ended inside of a record, or could not be read further: what comes there is not known.
    pub(crate) is_broken_off: bool,
    line: Vec<u8>,
}

/// What the head of a record says.
#[derive(Default)]
struct Head {
    kind: String,
    id: Option<String>,
    url: Option<String>,
    content_type: Option<String>,
    identified: Option<String>,
    length: Option<u64>,
    /// The crawler took only a part, and says so.
    is_truncated: bool,
}

impl WarcPages {
    pub(crate) fn new(reader: Box<dyn BufRead + Send>, path: Arc<Path>) -> Self {
        WarcPages {
            stream: Stream { reader, again: Vec::new(), again_at: 0, offset: 0, n_again: 0 },
            path,
            number: 0,
            n_passed_over: 0,
            pending: None,
            is_lost: false,
            is_done: false,
            is_broken_off: false,
            line: Vec::new(),
        }
    }

    /// Records that could have been pages and are not: other media types, other statuses.
    pub(crate) fn n_passed_over(&self) -> u64 {
        self.n_passed_over
    }

    fn bad(&self, start: u64, what: impl std::fmt::Display) -> Error {
        let reason = format!("record at byte {start}: {what}");
        Error::BadInput { path: self.path.to_path_buf(), reason }
    }

    fn break_off(&mut self) {
        (self.is_done, self.is_broken_off) = (true, true);
    }

    /// The stream broke off, for good or up to the next record.
    fn end_by(&mut self, error: io::Error) -> Error {
        if BadStream::of(&error).is_some_and(|bad| bad.goes_on) {
            self.is_lost = true;
        } else {
            self.break_off();
        }
        stream_error(&self.path, error)
    }

    /// Reads one record; `Ok(None)` if it is no page, or there are no more.
    fn record(&mut self) -> Result<Option<RawPage>> {
        let Some(start) = self.find_record()? else { return Ok(None) };
        self.number += 1;
        let head = self.head(start)?;
        let Some(length) = head.length else {
            self.is_lost = true;
            return Err(self.bad(start, "has no valid Content-Length"));
        };
        let media = media_of(head.content_type.as_deref().unwrap_or("text/plain"));
        let is_response = head.kind.eq_ignore_ascii_case("response");
        let is_text = ["conversion", "resource"].iter().any(|k| head.kind.eq_ignore_ascii_case(k));
        if !(is_response || is_text && media.is_some()) {
            let is_beside = ["warcinfo", "request", "metadata"];
            let is_beside = is_beside.iter().any(|k| head.kind.eq_ignore_ascii_case(k));
            self.n_passed_over += u64::from(!is_beside);
            self.skip(start, length)?;
            return Ok(None);
        }
        if length > MAX_PAGE_BYTES {
            self.skip(start, length)?;
            return Err(self.bad(start, "is larger than 2 GiB, too large for one page"));
        }
        let body = self.body(start, length);
        let payload = if is_response {
            match read_response(body, head.identified.as_deref()) {
                Response::Page(payload) => payload,
                Response::Other => {
                    self.n_passed_over += 1;
                    return Ok(None);
                }
                // Where the record itself is broken, that is the reason.
                Response::Broken(reason) if self.pending.is_none() => {
                    return Err(self.bad(start, reason));
                }
                Response::Broken(_) => return Ok(None),
            }
        } else {
            let charset = head.content_type.as_deref().and_then(charset_of);
            Payload { bytes: body, media: media.unwrap_or(Media::Text), charset, fault: None }
        };
        if let (Some(reason), false, None) = (&payload.fault, head.is_truncated, &self.pending) {
            self.pending = Some(self.bad(start, format_args!("is not whole: {reason}")));
        }
        let Payload { bytes, media, charset, .. } = payload;
        let (id, url) = (head.id, head.url);
        let about = About { id, url, charset, ..About::default() };
        let page = match media {
            Media::Text => self.page(Format::Warc, bytes, about),
            Media::Html => self.html_page(bytes, about),
        };
        Ok(Some(page))
    }

    /// The page of an HTML payload. Its name, of its own or by its place, is what tells it from a file
    /// of HTML: it goes out as a line of JSON.
    fn html_page(&self, payload: Vec<u8>, about: About) -> RawPage {
        let place = || format!("{}:{}", self.path.display(), self.number);
        let id = Some(about.id.unwrap_or_else(place));
        self.page(Format::Html, payload, About { id, ..about })
    }

    fn page(&self, format: Format, bytes: Vec<u8>, about: About) -> RawPage {
        RawPage { path: self.path.clone(), line: self.number, format, bytes, about }
    }

    /// Goes to the end of the next line that begins a record; returns where that line begins.
    fn find_record(&mut self) -> Result<Option<u64>> {
        loop {
            let start = self.stream.offset;
            let fits = match self.stream.read_line(&mut self.line, MAX_HEAD_LINE) {
                Ok(fits) => fits,
                Err(error) => return Err(self.end_by(error)),
            };
            let line = self.line.trim_ascii();
            if start == self.stream.offset {
                self.is_done = true;
                return Ok(None);
            } else if fits && is_version(line) {
                self.is_lost = false;
                return Ok(Some(start));
            } else if !(self.is_lost || fits && line.is_empty()) {
                self.is_lost = true;
                let reason = format!("byte {start}: no WARC record begins here");
                return Err(Error::BadInput { path: self.path.to_path_buf(), reason });
            }
        }
    }

    fn head(&mut self, start: u64) -> Result<Head> {
        let mut head = Head::default();
        let mut name = String::new();
        for _ in 0..MAX_HEAD_LINES {
            let before = self.stream.offset;
            let fits = match self.stream.read_line(&mut self.line, MAX_HEAD_LINE) {
                Ok(fits) => fits,
                Err(error) => return Err(self.end_by(error)),
            };
            if before == self.stream.offset {
                self.break_off();
                return Err(self.bad(start, "its head is cut off"));
            }
            let is_continued = self.line.starts_with(b" ") || self.line.starts_with(b"\t");
            let line = self.line.trim_ascii();
            if line.is_empty() {
                return Ok(head);
            }
            let line = String::from_utf8_lossy(line);
            if is_continued && !name.is_empty() {
                head.extend(&name, &line);
                continue;
            }
            let Some((field, value)) = line.split_once(':').filter(|_| fits) else { break };
            name = field.trim().to_ascii_lowercase();
            head.set(&name, value.trim());
        }
        self.is_lost = true;
        Err(self.bad(start, "its head is broken"))
    }

    /// The body. What is wrong with it comes as `pending`, after what there is.
    fn body(&mut self, start: u64, length: u64) -> Vec<u8> {
        let mut body = Vec::new();
        let mut read = self.stream.read_exactly(length, |part| body.extend_from_slice(part));
        // The line end after the body: without it, the length is wrong.
        let is_whole = body.len() as u64 == length;
        if read.is_ok() && is_whole {
            match self.stream.fill() {
                Ok([] | [b'\r' | b'\n', ..]) => return body,
                Ok(_) => {}
                Err(error) => read = Err(error),
            }
        }
        if let Some(at) = memmem::find(&body, b"\r\n\r\nWARC/1.")
            && self.stream.put_back(body.get(at..).unwrap_or_default())
        {
            body.truncate(at);
            self.pending = Some(self.bad(start, "its length runs over the next record"));
            if let Err(error) = read {
                // It comes again when the bytes that were put back are read, and what follows after it.
                let rest = std::mem::replace(&mut self.stream.reader, Box::new(io::empty()));
                let failing = io::BufReader::new(super::open::Failing(Some(error)));
                self.stream.reader = Box::new(failing.chain(rest));
            }
            return body;
        }
        self.pending = Some(match read {
            Err(error) => self.end_by(error),
            Ok(()) if is_whole => self.bad(start, "does not end where its length says"),
            Ok(()) => {
                self.break_off();
                let n = body.len();
                self.bad(start, format_args!("is cut off after {n} of {length} bytes"))
            }
        });
        // The error that says that no record begins after this one would say the same once more.
        self.is_lost = true;
        body
    }

    fn skip(&mut self, start: u64, length: u64) -> Result<()> {
        let before = self.stream.offset;
        if let Err(error) = self.stream.read_exactly(length, |_| ()) {
            return Err(self.end_by(error));
        }
        let n = self.stream.offset - before;
        if n < length {
            self.break_off();
            return Err(self.bad(start, format_args!("is cut off after {n} of {length} bytes")));
        }
        Ok(())
    }
}

impl Iterator for WarcPages {
    type Item = Result<RawPage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.pending.take() {
                return Some(Err(error));
            }
            if self.is_done {
                return None;
            }
            if let Some(item) = self.record().transpose() {
                return Some(item);
            }
        }
    }
}

/// `WARC/1.0`, `WARC/1.1`, and whatever may follow these.
fn is_version(line: &[u8]) -> bool {
    let minor = line.strip_prefix(b"WARC/1.").unwrap_or_default();
    (1..=2).contains(&minor.len()) && minor.iter().all(u8::is_ascii_digit)
}

impl Head {
    fn set(&mut self, name: &str, value: &str) {
        let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "warc-type" => self.kind = value.into(),
            "warc-record-id" => self.id = some(),
            // Some writers put it in brackets.
            "warc-target-uri" => {
                let inner = value.strip_prefix('<').and_then(|value| value.strip_suffix('>'));
                self.url = inner.map(str::to_owned).or_else(some);
            }
            "content-type" => self.content_type = some(),
            "warc-identified-payload-type" => self.identified = some(),
            "content-length" => self.length = value.parse().ok(),
            "warc-truncated" => self.is_truncated = true,
            _ => {}
        }
    }

    /// A line that goes on with the value before.
    fn extend(&mut self, name: &str, more: &str) {
        let value = match name {
            "warc-record-id" => &mut self.id,
            "warc-target-uri" => &mut self.url,
            "content-type" => &mut self.content_type,
            _ => return,
        };
        let value = value.get_or_insert_default();
        if value.len() < MAX_HEAD_LINE {
            value.push(' ');
            value.push_str(more);
        }
    }
}

/// Bytes with their place, some of which may be read once more.
struct Stream {
    reader: Box<dyn BufRead + Send>,
    /// To be read before the reader, from `again_at` on.
    again: Vec<u8>,
    again_at: usize,
    /// In the data without its compression.
    offset: u64,
    n_again: u64,
}

impl Stream {
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.again_at < self.again.len() {
            return Ok(self.again.get(self.again_at..).unwrap_or_default());
        }
        self.again = Vec::new();
        self.again_at = 0;
        fill_uninterrupted(&mut self.reader)
    }

    fn consume(&mut self, n: usize) {
        self.offset += n as u64;
        if self.again_at < self.again.len() {
            self.again_at += n;
        } else {
            self.reader.consume(n);
        }
    }

    /// Up to and with the line feed; `false` if only the first `max` bytes of the line are there.
    fn read_line(&mut self, line: &mut Vec<u8>, max: usize) -> io::Result<bool> {
        line.clear();
        let mut fits = true;
        loop {
            let buffer = self.fill()?;
            let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            let length = part.len();
            let room = max - line.len();
            fits &= length <= room;
            line.extend_from_slice(part.get(..room.min(length)).unwrap_or_default());
            self.consume(length);
            if end.is_some() || length == 0 {
                return Ok(fits);
            }
        }
    }

    /// So many bytes, or as many as there are.
    fn read_exactly(&mut self, length: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            let buffer = self.fill()?;
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            if n == 0 {
                break;
            }
            take(buffer.get(..n).unwrap_or_default());
            self.consume(n);
            left -= n as u64;
        }
        Ok(())
    }

    /// Puts the bytes that were read last back; `false` where that was done too much already.
    fn put_back(&mut self, bytes: &[u8]) -> bool {
        let rest = self.again.get(self.again_at..).unwrap_or_default();
        let again = [bytes, rest].concat();
        self.n_again += again.len() as u64;
        if self.n_again > MAX_AGAIN {
            return false;
        }
        self.offset -= bytes.len() as u64;
        self.again = again;
        self.again_at = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A record; the length that its head names is that of the body, or the one given.
    fn record(kind: &str, fields: &str, body: &str, length: Option<usize>) -> String {
        let length = length.unwrap_or(body.len());
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\n{fields}Content-Length: {length}\r\n\r\n{body}\r\n\r\n"
        )
    }

    fn text(number: u32, body: &str) -> String {
        let fields = format!(
            "WARC-Record-ID: <urn:{number}>\r\nWARC-Target-URI: http://e.example/{number}\r\n"
        );
        record("conversion", &format!("{fields}Content-Type: text/plain\r\n"), body, None)
    }

    /// What is read: `number id body` of pages, and errors; then how many were passed over.
    fn read(bytes: impl Into<Vec<u8>>) -> (Vec<String>, u64) {
        let mut pages = WarcPages::new(Box::new(Cursor::new(bytes.into())), Path::new("f").into());
        let mut got = vec![];
        for page in pages.by_ref() {
            got.push(match page {
                Ok(page) => {
                    let id = page.about.id.unwrap_or_default();
                    format!("{} {id} {}", page.line, String::from_utf8_lossy(&page.bytes))
                }
                Err(error) => error.to_string(),
            });
            assert!(got.len() < 100);
        }
        (got, pages.n_passed_over())
    }

    #[test]
    fn records_of_text_are_pages_with_what_is_known_of_them() {
        let info =
            record("warcinfo", "Content-Type: application/warc-fields\r\n", "a: b\r\n", None);
        let odd = "warc-target-uri: <http://e.example/>\r\nWARC-Record-ID:\r\n <x>\r\n";
        let odd = record("Conversion", odd, "", None).replace("\r\n", "\n");
        let image = record("resource", "Content-Type: image/png\r\n", "...", None);
        let input = [info, text(1, "甲\r\n\r\nWARC/1.0 is a format\r\n"), odd, image].concat();
        let (got, n_passed_over) = read(input.clone());
        assert_eq!(got, ["2 <urn:1> 甲\r\n\r\nWARC/1.0 is a format\r\n", "3  <x> "]);
        assert_eq!(n_passed_over, 1);
        let mut pages = WarcPages::new(Box::new(Cursor::new(input)), Path::new("f").into());
        let urls: Vec<_> = pages.by_ref().map(|page| page.unwrap().about.url.unwrap()).collect();
        assert_eq!(urls, ["http://e.example/1", "http://e.example/"]);
    }

    #[test]
    fn responses_are_pages_if_they_are_text_or_html() {
        let response = |status: &str, kind: &str, body: &str| {
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n");
            let fields = "Content-Type: application/http; msgtype=response\r\n";
            record("response", fields, &[&head, body].concat(), None)
        };
        let input = [
            response("200 OK", "text/plain; charset=gbk", "text"),
            response("200 OK", "text/html", "<p>html"),
            response("404 Not Found", "text/plain", "no"),
            record("request", "", "GET / HTTP/1.1\r\n\r\n", None),
            record("response", "", "not http", None),
            record("revisit", "", "", None),
            text(2, "after"),
        ];
        let at: usize = input[..4].iter().map(String::len).sum();
        let broken = format!("f: record at byte {at}: holds no HTTP response");
        let (got, n_passed_over) = read(input.concat());
        assert_eq!(got, ["1  text", "2 f:2 <p>html", &broken, "7 <urn:2> after"]);
        assert_eq!(n_passed_over, 2);
    }

    #[test]
    fn after_a_broken_record_the_next_one_is_found() {
        let (one, two) = (text(1, "one"), text(2, "two"));
        let n = one.len();
        for (broken, error) in [
            ("rubbish\r\nmore\r\n\r\n".to_owned(), format!("byte {n}: no WARC record begins here")),
            (
                record("conversion", "", "x", None).replace("Length: 1", "Length: -1"),
                format!("record at byte {n}: has no valid Content-Length"),
            ),
            (
                record("conversion", "no colon\r\n", "x", None),
                format!("record at byte {n}: its head is broken"),
            ),
        ] {
            let got = read([one.as_str(), &broken, &two].concat()).0;
            assert_eq!(got[..2], ["1 <urn:1> one".to_owned(), format!("f: {error}")]);
            assert!(got.len() == 3 && got[2].ends_with(" <urn:2> two"), "{got:?}");
        }
    }

    #[test]
    fn wrong_lengths_lose_nothing_that_stands_in_another_record() {
        let two = text(2, "two");
        // Too long, ending in the next record or after the end of the file.
        for length in [40, 10_000] {
            let one = record("conversion", "", "one", Some(length));
            let got = read([&one, &two].map(String::as_str).concat()).0;
            let error = "f: record at byte 0: its length runs over the next record";
            assert_eq!(got, ["1  one", error, "2 <urn:2> two"], "{length}");
        }
        let one = record("conversion", "", "one two", Some(3));
        let got = read([one, two].concat()).0;
        let error = "f: record at byte 0: does not end where its length says";
        assert_eq!(got, ["1  one", error, "2 <urn:2> two"]);
    }

    #[test]
    fn a_file_cut_off_anywhere_gives_what_is_there_and_an_error() {
        let whole = [text(1, "one"), text(2, "two 甲")].concat();
        let second = text(1, "one").len();
        for length in 0..whole.len() {
            let (got, _) = read(&whole.as_bytes()[..length]);
            let n_errors = got.iter().filter(|item| item.starts_with("f: ")).count();
            let is_at_an_end =
                length == 0 || (second - 4..=second).contains(&length) || length > whole.len() - 5;
            assert_eq!(n_errors, usize::from(!is_at_an_end), "{length}: {got:?}");
            assert!(length < second - 4 || got[0] == "1 <urn:1> one", "{length}: {got:?}");
        }
        let (got, _) = read(&whole.as_bytes()[..whole.len() - 6]);
        let error = format!("f: record at byte {second}: is cut off after 5 of 7 bytes");
        assert_eq!(got[1..], ["2 <urn:2> two \u{fffd}".to_owned(), error]);
    }

    #[test]
    fn no_bytes_do_harm() {
        let whole = [text(1, "one"), text(2, "two")].concat().into_bytes();
        for at in 0..whole.len() {
            for byte in [0, b'\n', b':', b'9', 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = byte;
                read(bytes);
            }
        }
        let long = [b"WARC/1.0\r\nx: ".to_vec(), vec![b'y'; MAX_HEAD_LINE], whole].concat();
        let got = read(long).0;
        assert_eq!(got[0], "f: record at byte 0: its head is broken");
        assert!(got[1].ends_with("<urn:2> two"), "{got:?}");
    }
}
