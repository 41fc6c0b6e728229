//! As much of HTTP/1.1 as the review page needs: one request a connection, its head, body and time
//! bounded; one response, then the end.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Bytes of a request's first line and headers.
const MAX_HEAD: usize = 16 << 10;
/// Bytes of a request's body. The longest that the page sends is a search of a few words.
pub const MAX_BODY: usize = 64 << 10;
const MAX_HEADERS: usize = 64;
/// A request must be there by then.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a refused client may still send before it is cut off: it reads the answer only after that.
const MAX_DRAINED: usize = 1 << 20;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// The path, without the query, as it was sent.
    pub path: String,
    /// What follows `?`.
    pub query: String,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Media type.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response of words.
    pub fn text(status: u16, text: &str) -> Response {
        Response { status, media: "text/plain; charset=utf-8", body: text.as_bytes().to_vec() }
    }
}

impl Request {
    /// The one value of a header; `None` if it is not there, or there twice.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// A value of the query, decoded.
    pub fn value(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(key, _)| *key == name);
        percent_decoded(values.next()?.1)
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.value(name)?.parse().ok()
    }
}

/// `%E6%A1%A5` to `桥`; `None` where that is no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(16 * high + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

/// Reads a request.
///
/// # Errors
/// The response to a request that is too large, too slow or none at all; `None` inside where nobody is
/// left to read one.
pub fn read(stream: &mut TcpStream) -> Result<Request, Option<Response>> {
    let deadline = Instant::now() + PATIENCE;
    let mut next = |buffer: &mut [u8]| -> Result<usize, Option<Response>> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Err(None);
        }
        stream.read(buffer).map_err(|_| None)
    };
    read_from(&mut next)
}

fn read_from(
    next: &mut impl FnMut(&mut [u8]) -> Result<usize, Option<Response>>,
) -> Result<Request, Option<Response>> {
    let refuse = |status, text| Some(Response::text(status, text));
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let (mut request, head) = loop {
        let n = next(&mut buffer)?;
        if n == 0 {
            return Err(None);
        }
        bytes.extend_from_slice(buffer.get(..n).unwrap_or_default());
        let parsed = parse(&bytes).map_err(|()| refuse(400, "no HTTP request"))?;
        if parsed.as_ref().map_or(bytes.len(), |(_, head)| *head) > MAX_HEAD {
            return Err(refuse(431, "the head of the request is too long"));
        }
        if let Some(complete) = parsed {
            break complete;
        }
    };
    if request.headers.iter().any(|(name, _)| name == "transfer-encoding") {
        return Err(refuse(411, "the request needs a Content-Length"));
    }
    let has_length = request.headers.iter().any(|(name, _)| name == "content-length");
    let length = match request.header("content-length").map(str::parse::<usize>) {
        None if !has_length => 0,
        Some(Ok(length)) => length,
        _ => return Err(refuse(400, "the Content-Length is no number")),
    };
    if length > MAX_BODY {
        return Err(refuse(413, "the request is too large"));
    }
    request.body = bytes.split_off(head.min(bytes.len()));
    while request.body.len() < length {
        let n = next(&mut buffer)?;
        if n == 0 {
            return Err(None);
        }
        request.body.extend_from_slice(buffer.get(..n).unwrap_or_default());
    }
    request.body.truncate(length);
    Ok(request)
}

/// The head of a request and its length in bytes; `None` while it is not complete.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(()),
    };
    let target = parsed.path.ok_or(())?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |header: &httparse::Header<'_>| -> Result<(String, String), ()> {
        let value = std::str::from_utf8(header.value).map_err(|_| ())?;
        Ok((header.name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let request = Request {
        method: parsed.method.ok_or(())?.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: parsed.headers.iter().map(header).collect::<Result<_, ()>>()?,
        body: Vec::new(),
    };
    Ok(Some((request, head)))
}

/// Sends a response and closes the connection. The headers forbid everything that the page does not
/// need: other origins, frames, caches, scripts in its text.
///
/// # Errors
/// If the client has gone.
pub fn send(stream: &mut TcpStream, response: &Response) -> io::Result<()> {
    let Response { status, media, body } = response;
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n\
         Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
         connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'\r\n\r\n",
        reason(*status),
        body.len()
    );
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.shutdown(Shutdown::Write)?;
    // A connection that is closed with bytes unread is reset, and the answer lost with it.
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let (mut buffer, mut drained) = ([0; 4096], 0);
    while drained < MAX_DRAINED {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(n) => drained += n,
        }
    }
    Ok(())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request that comes in pieces of so many bytes.
    fn request(bytes: &[u8], piece: usize) -> Result<Request, Option<u16>> {
        let mut rest = bytes;
        let mut next = |buffer: &mut [u8]| {
            let n = rest.len().min(piece).min(buffer.len());
            buffer[..n].copy_from_slice(&rest[..n]);
            rest = &rest[n..];
            Ok(n)
        };
        read_from(&mut next).map_err(|response| response.map(|response| response.status))
    }

    #[test]
    fn a_request_is_read_however_it_comes() {
        let bytes =
            b"POST /x/y?q=%E6%A1%A5+a%26b&n=7 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcd";
        for piece in [1, 7, 4096] {
            let got = request(bytes, piece).unwrap();
            assert_eq!((got.method.as_str(), got.path.as_str()), ("POST", "/x/y"));
            assert_eq!(got.value("q").as_deref(), Some("桥 a&b"));
            assert_eq!((got.number("n"), got.number("q"), got.value("z")), (Some(7), None, None));
            assert_eq!((got.header("host"), got.body.as_slice()), (Some("a"), &b"abc"[..]));
        }
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let with = |headers: &str| format!("GET / HTTP/1.1\r\n{headers}\r\n\r\n");
        let said = |text: String| request(text.as_bytes(), 4096).unwrap_err();
        assert_eq!(said(with(&format!("A: {}", "x".repeat(MAX_HEAD)))), Some(431));
        assert_eq!(said(with(&"A: b\r\n".repeat(MAX_HEADERS + 1))), Some(400));
        assert_eq!(said(with(&format!("Content-Length: {}", MAX_BODY + 1))), Some(413));
        assert_eq!(said(with("Content-Length: -1")), Some(400));
        assert_eq!(said(with("Content-Length: 1\r\nContent-Length: 2")), Some(400));
        assert_eq!(said(with("Transfer-Encoding: chunked")), Some(411));
        assert_eq!(said("\x16\x03\x01".into()), Some(400));
        assert_eq!(said("GET / HTTP/1.1\r\nHost".into()), None);
        assert_eq!(percent_decoded("%e6%a1"), None);
        assert_eq!(percent_decoded("%zz"), None);
    }
}
