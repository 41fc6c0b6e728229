//! An HTTP response as crawlers store it becomes the payload it carried: the head is read and taken
//! off, chunks are joined, gzip and deflate undone. Every byte is untrusted; what cannot be undone to
//! its end is kept as far as it goes, with the reason.

use std::io::{BufReader, Read};

use flate2::bufread::{DeflateDecoder, ZlibDecoder};

use super::compression::{Compression, Unpacking, is_zip_bomb};
use super::open::MAX_PAGE_BYTES;
use super::sniff::begins_with_tag;

/// What a payload is, as far as it can be a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// Plain text.
    Text,
    /// HTML or XHTML.
    Html,
}

/// The payload of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) bytes: Vec<u8>,
    pub(crate) media: Media,
    /// The encoding that the head names, not checked.
    pub(crate) charset: Option<String>,
    /// Why it is not whole.
    pub(crate) fault: Option<String>,
}

/// What a record with a response holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Response {
    /// A page.
    Page(Payload),
    /// Something else: another status, an image, a script.
    Other,
    /// Nothing that can be read.
    Broken(String),
}

/// Reads a response with its head. `identified` is the media type that the crawler found, for heads
/// that name none; where that is not known either, what begins as HTML is HTML.
pub(crate) fn read_response(message: Vec<u8>, identified: Option<&str>) -> Response {
    let Some((head, body_start)) = read_head(&message) else {
        return Response::Broken("holds no HTTP response".into());
    };
    if head.status != 200 {
        return Response::Other;
    }
    let kind = head.content_type.as_deref().or(identified);
    let named = kind.map(media_of);
    if named == Some(None) {
        return Response::Other;
    }
    let mut bytes = message;
    bytes.drain(..body_start);
    let mut fault = None;
    if head.is_chunked {
        fault = join_chunks(&mut bytes).err();
    }
    for coding in head.content_encoding.iter().rev() {
        match undo(coding, bytes) {
            Ok((plain, reason)) => {
                bytes = plain;
                fault = fault.or(reason);
            }
            // It may well be no page at all.
            Err(_) if named.is_none() => return Response::Other,
            Err(reason) => return Response::Broken(reason),
        }
    }
    let sniffed = || begins_with_tag(&bytes).then_some(Media::Html);
    let Some(media) = named.unwrap_or_else(sniffed) else { return Response::Other };
    Response::Page(Payload { bytes, media, charset: kind.and_then(charset_of), fault })
}

/// What a media type, with or without parameters, is as a page.
pub(crate) fn media_of(content_type: &str) -> Option<Media> {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("text/plain") {
        Some(Media::Text)
    } else if ["text/html", "application/xhtml+xml"].iter().any(|k| kind.eq_ignore_ascii_case(k)) {
        Some(Media::Html)
    } else {
        None
    }
}

/// The parameter `charset` of a media type.
pub(crate) fn charset_of(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.into())
    })
}

#[derive(Default)]
struct Head {
    status: u16,
    content_type: Option<String>,
    is_chunked: bool,
    /// As they were applied, the last one outermost.
    content_encoding: Vec<String>,
}

/// The head, and where the body begins. Lines may end without a carriage return, and a head may end
/// with the message.
fn read_head(message: &[u8]) -> Option<(Head, usize)> {
    let mut lines = message.split_inclusive(|&b| b == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut at = first.len();
    let first = String::from_utf8_lossy(first);
    let mut words = first.split_ascii_whitespace();
    words.next().filter(|word| word.starts_with("HTTP/"))?;
    let status = words.next()?.parse().ok()?;
    let mut head = Head { status, ..Head::default() };
    for line in lines {
        at += line.len();
        let line = line.trim_ascii();
        if line.is_empty() {
            break;
        }
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("content-type") {
            head.content_type = Some(value.into()).filter(|_| !value.is_empty());
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            head.is_chunked |= value.to_ascii_lowercase().contains("chunked");
        } else if name.eq_ignore_ascii_case("content-encoding") {
            let codings = value.split(',').map(|coding| coding.trim().to_ascii_lowercase());
            head.content_encoding.extend(codings);
        }
    }
    Some((head, at))
}

/// Joins chunks in place. A body that does not begin with a chunk is left as it is: most crawlers join
/// them when they store a page, and leave the head as it came.
fn join_chunks(body: &mut Vec<u8>) -> Result<(), String> {
    let (mut from, mut to) = (0, 0);
    loop {
        let rest = body.get(from..).unwrap_or_default();
        let line_length = memchr::memchr(b'\n', rest).map(|at| at + 1);
        let line = rest.get(..line_length.unwrap_or(rest.len())).unwrap_or_default();
        let size = std::str::from_utf8(line).ok().and_then(|line| {
            let size = line.split(';').next().unwrap_or_default().trim();
            usize::from_str_radix(size, 16).ok().filter(|_| !size.starts_with('+'))
        });
        let (Some(line_length), Some(size)) = (line_length, size) else {
            if from == 0 {
                return Ok(());
            }
            body.truncate(to);
            return Err("its last chunk is missing".into());
        };
        let start = from + line_length;
        let end = start.saturating_add(size).min(body.len());
        body.copy_within(start..end, to);
        to += end - start;
        if size == 0 || end - start < size {
            body.truncate(to);
            return if size == 0 { Ok(()) } else { Err("its last chunk is cut off".into()) };
        }
        // The line feed after the chunk.
        let after = body.get(end..).unwrap_or_default();
        from = end + if after.starts_with(b"\r\n") { 2 } else { after.starts_with(b"\n").into() };
    }
}

/// Undoes one coding of the content; with the reason where it could be undone only in part. A body
/// that is not in that coding is left as it is: the crawler has undone it.
fn undo(coding: &str, bytes: Vec<u8>) -> Result<(Vec<u8>, Option<String>), String> {
    match coding {
        "" | "identity" => Ok((bytes, None)),
        "gzip" | "x-gzip" => {
            match Unpacking::new(bytes.as_slice(), Compression::from_magic(&bytes)) {
                Ok(Ok(reader)) => Ok(read_bounded(reader, |_| 0)),
                Ok(Err(_)) => Ok((bytes, None)),
                Err(error) => Err(error.to_string()),
            }
        }
        // Servers send both what the standard says, zlib, and what the name says.
        "deflate" => {
            if let [method, flags, ..] = *bytes
                && method & 0x0f == 8
                && (u16::from(method) << 8 | u16::from(flags)) % 31 == 0
            {
                let decoder = ZlibDecoder::new(BufReader::new(bytes.as_slice()));
                Ok(read_bounded(decoder, ZlibDecoder::total_in))
            } else {
                let decoder = DeflateDecoder::new(BufReader::new(bytes.as_slice()));
                let (plain, fault) = read_bounded(decoder, DeflateDecoder::total_in);
                // Nothing came out: it was no deflate.
                Ok(if plain.is_empty() { (bytes, None) } else { (plain, fault) })
            }
        }
        other => Err(format!("its Content-Encoding `{other}` is not read")),
    }
}

/// Reads to the end, or to an error, or to what no page is larger than.
fn read_bounded<R: Read>(mut reader: R, n_in: impl Fn(&R) -> u64) -> (Vec<u8>, Option<String>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return (bytes, None),
            Ok(n) => bytes.extend_from_slice(buffer.get(..n).unwrap_or_default()),
            Err(error) => return (bytes, Some(error.to_string())),
        }
        let (n_in, n_out) = (n_in(&reader), bytes.len() as u64);
        if n_out > MAX_PAGE_BYTES || (n_in > 0 && is_zip_bomb(n_in, n_out)) {
            return (bytes, Some("it expands to too much; is it a zip bomb?".into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn page(head: &str, body: &[u8]) -> (String, Option<String>) {
        let message = [head.as_bytes(), b"\r\n\r\n", body].concat();
        match read_response(message, None) {
            Response::Page(payload) => {
                (String::from_utf8_lossy(&payload.bytes).into_owned(), payload.fault)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn heads_tell_what_a_payload_is() {
        let read = |head: &str| read_response(format!("{head}\n\nbody").into(), None);
        let plain = |media, charset: Option<&str>| {
            let charset = charset.map(str::to_owned);
            Response::Page(Payload { bytes: b"body".to_vec(), media, charset, fault: None })
        };
        let gbk = "HTTP/1.1 200 OK\r\nserver: x\r\nCONTENT-type: Text/HTML; x=1; Charset=\"gbk\"";
        assert_eq!(read(gbk), plain(Media::Html, Some("gbk")));
        assert_eq!(read("HTTP/2 200\nContent-Type: text/plain"), plain(Media::Text, None));
        assert_eq!(read("HTTP/1.1 404 Gone\nContent-Type: text/plain"), Response::Other);
        assert_eq!(read("HTTP/1.1 200 OK\nContent-Type: image/png"), Response::Other);
        assert_eq!(read("HTTP/1.1 200 OK"), Response::Other);
        // Nobody says what it is, but it does.
        let (head, body) = (b"HTTP/1.1 200 OK\n\n", b"\n<!doctype html><p>body");
        let read_html = |identified| read_response([&head[..], body].concat(), identified);
        let (bytes, media) = (body.to_vec(), Media::Html);
        let page = Response::Page(Payload { bytes, media, charset: None, fault: None });
        assert_eq!(read_html(None), page);
        assert_eq!(read_html(Some("image/png")), Response::Other);
        let packed = b"HTTP/1.1 200 OK\nContent-Encoding: br\n\nbody".to_vec();
        assert_eq!(read_response(packed, None), Response::Other);
        let identified = read_response(b"HTTP/1.1 200 OK\n\nbody".to_vec(), Some("text/html"));
        assert_eq!(identified, plain(Media::Html, None));
        let broken = Response::Broken("holds no HTTP response".into());
        for head in ["", "<html>", "HTTP/1.1", "HTTP/1.1 x"] {
            assert_eq!(read_response(head.into(), None), broken, "{head}");
        }
    }

    #[test]
    fn chunks_are_joined_where_there_are_any() {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked";
        let cut = |what: &str| Some(format!("its last chunk is {what}"));
        for (body, text, fault) in [
            ("3\r\nabc\r\n0A;x=1\r\n0123456789\r\n0\r\n\r\n", "abc0123456789", None),
            ("no chunk\r\n", "no chunk\r\n", None),
            ("", "", None),
            ("3\r\nabc\r\n5\r\nab", "abcab", cut("cut off")),
            ("3\nabc\n", "abc", cut("missing")),
            ("3\nabc\nzz\nx", "abc", cut("missing")),
            ("ffffffffffffffff\r\nabc", "abc", cut("cut off")),
        ] {
            assert_eq!(page(head, body.as_bytes()), (text.into(), fault), "{body:?}");
        }
    }

    #[test]
    fn codings_are_undone() {
        let head = |coding: &str| {
            format!("HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Encoding: {coding}")
        };
        let text = "一二三".repeat(1000);
        let level = flate2::Compression::default;
        let mut gzip = flate2::write::GzEncoder::new(vec![], level());
        let mut zlib = flate2::write::ZlibEncoder::new(vec![], level());
        let mut raw = flate2::write::DeflateEncoder::new(vec![], level());
        gzip.write_all(text.as_bytes()).unwrap();
        zlib.write_all(text.as_bytes()).unwrap();
        raw.write_all(text.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        assert_eq!(page(&head("gzip"), &gzip), (text.clone(), None));
        assert_eq!(page(&head("deflate"), &zlib.finish().unwrap()), (text.clone(), None));
        assert_eq!(page(&head("deflate"), &raw.finish().unwrap()), (text.clone(), None));
        assert_eq!(page(&head("identity"), b"x"), ("x".into(), None));
        // Undone by the crawler.
        assert_eq!(page(&head("gzip"), b"plain"), ("plain".into(), None));
        assert_eq!(page(&head("deflate"), b"\xff\xff"), ("\u{fffd}\u{fffd}".into(), None));
        let (part, fault) = page(&head("gzip"), &gzip[..gzip.len() - 9]);
        assert!(text.starts_with(&part.replace('\u{fffd}', "")));
        assert_eq!(fault.unwrap(), "the gzip data ends too early; is it truncated?");
        let message = format!("{}\n\nx", head("br")).into_bytes();
        let broken = Response::Broken("its Content-Encoding `br` is not read".into());
        assert_eq!(read_response(message, None), broken);
    }
}
