//! gzip, member by member. Crawlers write a member for each record of a WARC file, so that one that is
//! damaged need not cost those behind it: the next member that begins a record is looked for, and
//! reading goes on there, after an error that names both places. In other files none is found, and
//! the damage ends the stream.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::compression::{BadStream, fill_uninterrupted};

/// How a record begins.
const RECORD: &[u8] = b"WARC/";
/// How a member begins: two magic bytes and the one method there is.
const MEMBER: &[u8] = &[0x1f, 0x8b, 8];
/// Bytes of a member that are enough to see how its record begins.
const LOOK: usize = 4 << 10;
/// Of a member that is being read, so many bytes at least are kept: damaged data can be taken for sound
/// for a while, into the members behind it.
const KEPT: usize = 1 << 20;
/// Bytes that may be looked at twice, in one file.
const MAX_AGAIN: u64 = 256 << 20;
/// What looks like a member and is none; in other data three bytes in sixteen million are.
const MAX_TRIALS: u32 = 10_000;

/// The plain bytes of all members.
pub(super) struct Members<R: BufRead> {
    /// `None` once nothing more can be read.
    decoder: Option<GzDecoder<Packed<R>>>,
    /// Where the members end, or the reading did.
    n_in: u64,
    search: Search,
}

/// What looking for members may still cost.
struct Search {
    again: u64,
    trials: u32,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(reader: R) -> Self {
        let packed = Packed {
            reader,
            again: Vec::new(),
            again_at: 0,
            kept: Vec::new(),
            offset: 0,
            start: 0,
        };
        let search = Search { again: MAX_AGAIN, trials: MAX_TRIALS };
        Members { decoder: Some(GzDecoder::new(packed)), n_in: 0, search }
    }

    /// Compressed bytes that were read.
    pub(super) fn n_in(&self) -> u64 {
        self.decoder.as_ref().map_or(self.n_in, |decoder| decoder.get_ref().offset)
    }

    /// The next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(decoder) = self.decoder.take() else { return Ok(()) };
        let mut packed = decoder.into_inner();
        self.n_in = packed.offset;
        if !packed.fill_buf()?.is_empty() {
            packed.begin();
            self.decoder = Some(GzDecoder::new(packed));
        }
        Ok(())
    }

    /// Goes to the next member that begins a record. The error says what was wrong before it.
    fn recover(&mut self, error: io::Error) -> io::Error {
        // The system's own: the disk or the pipe, not the data.
        if error.raw_os_error().is_some() {
            return error;
        }
        let Some(decoder) = self.decoder.take() else { return error };
        let mut packed = decoder.into_inner();
        let damaged = packed.start;
        let found = packed.find_record(&mut self.search);
        self.n_in = packed.offset;
        match found {
            Ok(false) => error,
            Ok(true) => {
                let next = packed.start;
                self.decoder = Some(GzDecoder::new(packed));
                let what = match error.kind() {
                    ErrorKind::UnexpectedEof => "it ends too early".into(),
                    _ => error.to_string(),
                };
                BadStream::passed(format!(
                    "the gzip member at byte {damaged} is damaged ({what}); reading goes on with the \
                     one at byte {next}"
                ))
            }
            Err(error) => error,
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let (Some(decoder), false) = (&mut self.decoder, buffer.is_empty()) {
            match decoder.read(buffer) {
                Ok(0) => self.next_member()?,
                Ok(n) => return Ok(n),
                Err(error) => return Err(self.recover(error)),
            }
        }
        Ok(0)
    }
}

/// Compressed bytes with their place, of which those of the member that is being read can be read again.
struct Packed<R> {
    reader: R,
    /// To be read before the reader, from `again_at` on.
    again: Vec<u8>,
    again_at: usize,
    /// The last bytes that were read of the member.
    kept: Vec<u8>,
    /// Bytes read.
    offset: u64,
    /// Where the member begins.
    start: u64,
}

impl<R: BufRead> Packed<R> {
    /// A member begins here.
    fn begin(&mut self) {
        self.start = self.offset;
        self.kept.clear();
    }

    /// Goes to the first member after the beginning of this one whose data begins as records do.
    fn find_record(&mut self, search: &mut Search) -> io::Result<bool> {
        let mut window = std::mem::take(&mut self.kept);
        // Where the window begins in the file, and what was looked at in it.
        let mut place = self.offset - window.len() as u64;
        let mut at = usize::from(place == self.start).min(window.len());
        match search.again.checked_sub(window.len() as u64) {
            Some(left) => search.again = left,
            None => at = window.len(),
        }
        loop {
            let found = memmem::find(window.get(at..).unwrap_or_default(), MEMBER);
            // A member may begin with the last bytes there are.
            let next = found.map_or(window.len().saturating_sub(MEMBER.len() - 1), |i| at + i);
            let next = next.max(at);
            window.drain(..next);
            place += next as u64;
            at = 0;
            let n_before = window.len();
            self.read_more(&mut window)?;
            if found.is_none() {
                if window.len() == n_before {
                    return Ok(false);
                }
                continue;
            }
            if begins_record(window.get(..LOOK).unwrap_or(&window)) {
                // What lies behind in what was put back before comes after it.
                let rest = self.again.get(self.again_at..).unwrap_or_default();
                let Some(left) = search.again.checked_sub(rest.len() as u64) else {
                    return Ok(false);
                };
                search.again = left;
                window.extend_from_slice(rest);
                (self.again, self.again_at, self.offset) = (window, 0, place);
                self.begin();
                return Ok(true);
            }
            search.trials = search.trials.saturating_sub(1);
            if search.trials == 0 {
                return Ok(false);
            }
            at = 1;
        }
    }

    /// Reads until there is enough to look at, or the end.
    fn read_more(&mut self, window: &mut Vec<u8>) -> io::Result<()> {
        while window.len() < LOOK {
            let buffer = self.fill_buf()?;
            let n = buffer.len();
            window.extend_from_slice(buffer);
            if n == 0 {
                break;
            }
            self.pass(n);
        }
        Ok(())
    }

    /// Goes on by so many bytes.
    fn pass(&mut self, n: usize) {
        self.offset += n as u64;
        if self.again_at < self.again.len() {
            self.again_at += n;
        } else {
            self.reader.consume(n);
        }
    }
}

/// Whether this is a member whose data begins as records do.
fn begins_record(packed: &[u8]) -> bool {
    let mut start = [0; RECORD.len()];
    GzDecoder::new(packed).read_exact(&mut start).is_ok() && start == RECORD
}

impl<R: BufRead> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let n = from.len().min(buffer.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..n), from.get(..n)) else { return Ok(0) };
        to.copy_from_slice(from);
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.again_at < self.again.len() {
            return Ok(self.again.get(self.again_at..).unwrap_or_default());
        }
        (self.again, self.again_at) = (Vec::new(), 0);
        // A decoder that is interrupted while it reads a header does not come back to it.
        fill_uninterrupted(&mut self.reader)
    }

    fn consume(&mut self, n: usize) {
        if self.kept.len() + n > 2 * KEPT {
            self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        }
        match self.again.get(self.again_at..self.again_at + n) {
            Some(taken) => self.kept.extend_from_slice(taken),
            // What was given out before is still there.
            None => {
                if let Ok(buffer) = self.reader.fill_buf() {
                    self.kept.extend_from_slice(buffer.get(..n).unwrap_or_default());
                }
            }
        }
        self.pass(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Write as _};

    fn member(text: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        gz.write_all(text).unwrap();
        gz.finish().unwrap()
    }

    /// All that can be read, and what was said on the way.
    fn read(bytes: &[u8]) -> (Vec<u8>, Vec<String>) {
        let mut members = Members::new(BufReader::with_capacity(100, bytes));
        let (mut text, mut said) = (Vec::new(), Vec::new());
        let mut buffer = [0; 64];
        loop {
            match members.read(&mut buffer) {
                Ok(0) => {
                    assert!(members.n_in() == bytes.len() as u64 || !said.is_empty());
                    return (text, said);
                }
                Ok(n) => text.extend_from_slice(&buffer[..n]),
                Err(error) => {
                    said.push(error.to_string());
                    assert!(said.len() < 10);
                    if BadStream::of(&error).is_none_or(|bad| !bad.goes_on) {
                        assert_eq!(members.read(&mut buffer).unwrap(), 0);
                        return (text, said);
                    }
                }
            }
        }
    }

    /// Bytes that do not compress.
    fn noise(n: u64) -> Vec<u8> {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn any_damage_costs_one_member() {
        let records =
            ["WARC/1.0\r\none\r\n", "WARC/1.0\r\ntwo and more\r\n", "WARC/1.0\r\nthree\r\n"];
        let [one, two, three] = records.map(|record| member(record.as_bytes()));
        let whole = [&one[..], &two, &three].concat();
        assert_eq!(read(&whole), (records.concat().into_bytes(), vec![]));
        assert_eq!(
            read(&[&one[..], &member(b""), &two].concat()).0.len(),
            records[..2].concat().len()
        );
        let (begin, end) = (one.len(), one.len() + two.len());
        for at in begin..end {
            for other in [0, 0xff, whole[at] ^ 1, whole[at] ^ 0x10] {
                let mut bytes = whole.clone();
                bytes[at] = other;
                let (text, said) = read(&bytes);
                assert!(text.starts_with(records[0].as_bytes()), "{at} {other}");
                assert!(text.ends_with(records[2].as_bytes()), "{at} {other} {said:?}");
                if let [said] = said.as_slice() {
                    let start = format!("the gzip member at byte {begin} is damaged (");
                    assert!(said.starts_with(&start), "{said}");
                    let end = format!("; reading goes on with the one at byte {end}");
                    assert!(said.ends_with(&end), "{said}");
                } else {
                    // What a header says beside its method changes nothing.
                    assert!(
                        said.is_empty() && text == records.concat().as_bytes(),
                        "{at} {said:?}"
                    );
                }
            }
            // Cut off there, or so far in front.
            for bytes in [[&whole[..at], &three].concat(), [&one[..], &whole[at..]].concat()] {
                let text = read(&bytes).0;
                assert!(
                    text.starts_with(records[0].as_bytes())
                        && text.ends_with(records[2].as_bytes())
                );
            }
        }
    }

    #[test]
    fn what_is_no_record_is_not_gone_on_with() {
        let (one, two) = (member(b"one\n"), member(b"two\n"));
        let mut bytes = [&one[..], &two].concat();
        bytes[12] ^= 0xff;
        let (text, said) = read(&bytes);
        assert!(text.len() < 5 && said.len() == 1, "{said:?}");
        assert_eq!(read(&[&one[..], b"rubbish and more"].concat()).1, ["invalid gzip header"]);
        assert_eq!(read(&[&one[..], &two[..9]].concat()).1, ["unexpected end of file"]);
        assert_eq!(read(b"").1, ["unexpected end of file"]);
    }

    #[test]
    fn members_larger_than_what_is_kept_are_passed_too() {
        let record = b"WARC/1.0\r\nend\r\n";
        let n = 3 * KEPT as u64;
        let mut bytes = member(&noise(n));
        let length = bytes.len();
        bytes.extend_from_slice(&member(record));
        for damage in [length - 8, length / 2, 11] {
            bytes[damage] ^= 1;
            let (text, said) = read(&bytes);
            assert!(text.ends_with(record) && said.len() == 1, "{damage} {said:?}");
            assert!(said[0].ends_with(&format!("at byte {length}")), "{said:?}");
            bytes[damage] ^= 1;
        }
        // Places that look like members are tried so often and no more.
        let mut bytes = member(b"WARC/1.0 one\r\n");
        bytes[14] ^= 0xff;
        bytes.extend(MEMBER.repeat(2 * MAX_TRIALS as usize));
        bytes.extend_from_slice(&member(record));
        assert!(!read(&bytes).0.ends_with(record));
    }
}
