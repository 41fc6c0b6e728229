//! How a file is compressed, told by its first bytes or by its name, and the reader that undoes it.
//! Compressed bytes go in, plain bytes come out; a stream that is cut off, damaged, or made to blow up
//! ends in an error that says so, after what could be read.

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};
use std::path::Path;

use super::members::Members;

/// Up to here, a stream may expand as it likes …
const FREE_BYTES: u64 = 64 << 20;
/// … and from there on, no more than so many times its compressed size: deflate itself reaches 1032,
/// but only on what repeats itself throughout.
const MAX_RATIO: u64 = 1000;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, of one member or many.
    Gzip,
    /// Zstandard, of one frame or many.
    Zstd,
}

impl Compression {
    /// The compression that a file name stands for: `.gz` or `.zst`.
    pub fn from_name(path: &Path) -> Compression {
        match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("gz") => Compression::Gzip,
            Some(ending) if ending.eq_ignore_ascii_case("zst") => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// The ending of a file name that stands for a compression or an archive that is neither read nor
    /// written.
    pub(crate) fn foreign(path: &Path) -> Option<&str> {
        let ending = path.extension()?.to_str()?;
        let foreign = ["bz2", "xz", "zip", "7z", "rar", "lz4", "lzma", "br", "z", "tar", "tgz"];
        foreign.iter().any(|foreign| ending.eq_ignore_ascii_case(foreign)).then_some(ending)
    }

    /// The compression of a stream that begins with these bytes, four if there are as many.
    pub(crate) fn from_magic(head: &[u8]) -> Compression {
        match head {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Compression::Zstd,
            // A frame to be skipped; parallel writers and dictionaries begin with one.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// Its name in messages.
    fn name(self) -> &'static str {
        match self {
            Compression::None => "plain",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }
}

/// What is wrong with a stream of compressed data, as the error inside of an [`io::Error`].
#[derive(Debug)]
pub(crate) struct BadStream {
    reason: String,
    /// What is wrong was passed: the next read goes on behind it, where a WARC record begins.
    pub(crate) goes_on: bool,
}

impl fmt::Display for BadStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for BadStream {}

impl BadStream {
    fn error(reason: String) -> io::Error {
        io::Error::other(BadStream { reason, goes_on: false })
    }

    /// Something that was passed.
    pub(super) fn passed(reason: String) -> io::Error {
        io::Error::other(BadStream { reason, goes_on: true })
    }

    /// What is wrong with the data, if that is what an error says.
    pub(crate) fn of(error: &io::Error) -> Option<&BadStream> {
        error.get_ref()?.downcast_ref()
    }
}

/// Undoes a compression, counting what goes in and what comes out.
pub(crate) struct Unpacking<R: BufRead> {
    decoder: Decoder<R>,
    n_out: u64,
    free_bytes: u64,
}

enum Decoder<R: BufRead> {
    Gzip(Box<Members<R>>),
    Zstd(zstd::stream::read::Decoder<'static, Counted<R>>),
}

impl<R: BufRead> Unpacking<R> {
    /// `None` and the reader back where there is nothing to undo.
    ///
    /// # Errors
    /// If there is no memory for the decoder.
    pub(crate) fn new(packed: R, compression: Compression) -> io::Result<Result<Self, R>> {
        let counted = |reader| Counted { reader, n_bytes: 0 };
        let decoder = match compression {
            Compression::None => return Ok(Err(packed)),
            Compression::Gzip => Decoder::Gzip(Box::new(Members::new(packed))),
            // The decoder's own limit on the window, 128 MiB, stays: the file is not trusted.
            Compression::Zstd => {
                Decoder::Zstd(zstd::stream::read::Decoder::with_buffer(counted(packed))?)
            }
        };
        Ok(Ok(Unpacking { decoder, n_out: 0, free_bytes: FREE_BYTES }))
    }

    fn compression(&self) -> Compression {
        match self.decoder {
            Decoder::Gzip(_) => Compression::Gzip,
            Decoder::Zstd(_) => Compression::Zstd,
        }
    }

    fn n_in(&self) -> u64 {
        match &self.decoder {
            Decoder::Gzip(members) => members.n_in(),
            Decoder::Zstd(decoder) => decoder.get_ref().n_bytes,
        }
    }

    /// The same error in words for what it mostly means.
    fn explain(&self, error: io::Error) -> io::Error {
        let name = self.compression().name();
        match error.kind() {
            ErrorKind::Interrupted => error,
            // The system's own: the disk or the pipe, not the data.
            _ if error.raw_os_error().is_some() => error,
            _ if BadStream::of(&error).is_some() => error,
            ErrorKind::UnexpectedEof => {
                BadStream::error(format!("the {name} data ends too early; is it truncated?"))
            }
            // What the library says where the head of a frame asks for more than its limit.
            _ if error.to_string().contains("requires too much memory") => {
                BadStream::error(format!(
                    "the {name} data needs a window of more than 128 MiB, as `zstd --long` makes it; unpack \
                     it (zstd -d --long=31), or pack it without"
                ))
            }
            _ => BadStream::error(format!("the {name} data is damaged: {error}")),
        }
    }
}

impl<R: BufRead> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if is_bomb(self.n_in(), self.n_out, self.free_bytes) {
            return Err(BadStream::error(format!(
                "the {} data expands to more than {MAX_RATIO} times its size; is it a zip bomb? \
                 What follows is not read",
                self.compression().name()
            )));
        }
        let read = match &mut self.decoder {
            Decoder::Gzip(members) => members.read(buffer),
            Decoder::Zstd(decoder) => decoder.read(buffer),
        };
        let n = read.map_err(|error| self.explain(error))?;
        self.n_out += n as u64;
        Ok(n)
    }
}

/// Whether so much out of so much in is more than data ever gives.
fn is_bomb(n_in: u64, n_out: u64, free_bytes: u64) -> bool {
    n_out > free_bytes && n_out / MAX_RATIO > n_in
}

/// The same for a reader that counts for itself.
pub(crate) fn is_zip_bomb(n_in: u64, n_out: u64) -> bool {
    is_bomb(n_in, n_out, FREE_BYTES)
}

/// Counts the bytes that are taken out of a buffered reader.
struct Counted<R> {
    reader: R,
    n_bytes: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.n_bytes += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.n_bytes += n as u64;
        self.reader.consume(n);
    }
}

/// The next bytes of a stream, however often reading is interrupted.
pub(super) fn fill_uninterrupted(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        // Asked for twice, since a buffer that is returned stays borrowed on the way around a loop.
        match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    reader.fill_buf()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        match compression {
            Compression::None => bytes.to_vec(),
            Compression::Gzip => {
                let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
                gz.write_all(bytes).unwrap();
                gz.finish().unwrap()
            }
            Compression::Zstd => {
                let mut zst = zstd::Encoder::new(Vec::new(), 0).unwrap();
                // Without it, not all damage is noticed.
                zst.include_checksum(true).unwrap();
                zst.write_all(bytes).unwrap();
                zst.finish().unwrap()
            }
        }
    }

    fn unpacked(packed: &[u8], compression: Compression, free_bytes: u64) -> (Vec<u8>, String) {
        let mut reader = Unpacking::new(packed, compression).unwrap().ok().unwrap();
        reader.free_bytes = free_bytes;
        let mut bytes = Vec::new();
        let error = reader.read_to_end(&mut bytes).err();
        (bytes, error.map_or(String::new(), |error| error.to_string()))
    }

    #[test]
    fn several_members_or_frames_are_one_stream() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let two = [packed(compression, b"one\n"), packed(compression, b"two\n")].concat();
            assert_eq!(Compression::from_magic(&two[..4]), compression);
            let got = unpacked(&two, compression, FREE_BYTES);
            assert_eq!(got, (b"one\ntwo\n".to_vec(), String::new()));
        }
    }

    #[test]
    fn what_came_before_the_end_or_the_damage_is_read() {
        let line = |n: u64| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = (0..20_000).map(line).collect::<String>().into_bytes();
        for (compression, name) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
            let whole = packed(compression, &text);
            let half = &whole[..whole.len() / 2];
            let (bytes, error) = unpacked(half, compression, FREE_BYTES);
            assert_eq!(error, format!("the {name} data ends too early; is it truncated?"));
            assert!(bytes.len() > text.len() / 4 && text.starts_with(&bytes), "{}", bytes.len());
            let mut damaged = whole.clone();
            damaged[half.len()..half.len() + 64].fill(0xff);
            let (bytes, error) = unpacked(&damaged, compression, FREE_BYTES);
            assert!(error.starts_with(&format!("the {name} data is damaged: ")), "{error}");
            assert!(text[..1000] == bytes[..1000]);
        }
    }

    #[test]
    fn a_bomb_is_not_read_to_its_end() {
        let zeros = vec![0; 8 << 20];
        let bomb = packed(Compression::Zstd, &zeros);
        assert!(bomb.len() * 2000 < zeros.len());
        let (bytes, error) = unpacked(&bomb, Compression::Zstd, 1 << 20);
        assert!(error.contains("more than 1000 times its size; is it a zip bomb?"), "{error}");
        assert!((1 << 20..2 << 20).contains(&bytes.len()), "{}", bytes.len());
        let got = unpacked(&bomb, Compression::Zstd, FREE_BYTES);
        assert_eq!((got.0.len(), got.1.as_str()), (8 << 20, ""));
        // Deflate reaches the bound only just.
        let bomb = packed(Compression::Gzip, &zeros);
        assert!(unpacked(&bomb, Compression::Gzip, 1 << 20).1.contains("zip bomb"));
    }

    #[test]
    fn a_window_too_large_says_what_to_do() {
        // The head of a frame with a window of 2^28 bytes, and a block of two.
        let frame = b"\x28\xb5\x2f\xfd\x00\x90\x11\x00\x00a\n";
        let said = unpacked(frame, Compression::Zstd, FREE_BYTES).1;
        assert!(
            said.contains("a window of more than 128 MiB") && said.contains("--long=31"),
            "{said}"
        );
        let mut smaller = *frame;
        smaller[5] = 0x88;
        assert_eq!(unpacked(&smaller, Compression::Zstd, FREE_BYTES).0, b"a\n");
    }

    #[test]
    fn names_and_magic_bytes_tell() {
        let name = |name: &str| Compression::from_name(Path::new(name));
        assert_eq!(name("a.jsonl.GZ"), Compression::Gzip);
        assert_eq!(name("a.zst"), Compression::Zstd);
        assert_eq!(name("gz"), Compression::None);
        assert_eq!(Compression::foreign(Path::new("a.jsonl.BZ2")), Some("BZ2"));
        assert_eq!(Compression::foreign(Path::new("a.jsonl.gz")), None);
        assert_eq!(Compression::from_magic(b"\x1f"), Compression::None);
        assert_eq!(Compression::from_magic(b"\x51\x2a\x4d\x18"), Compression::Zstd);
    }
}
