//! A file that grows through a whole run: receipts, or lines kept although unsure. In a run that can be
//! taken up again it is written under a name of its own beside the final one, and sealed now and then:
//! what lies before a seal is a whole file, from where a later run goes on with the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use super::OutputFile;
use super::encoder::Encoder;
use crate::input::Compression;
use crate::{Error, Result};

/// A list, which may be one that a later run can go on with.
#[derive(Debug)]
pub enum ListFile {
    /// Written in one go.
    Whole(OutputFile),
    /// Written in parts.
    Growing(GrowingFile),
}

impl From<OutputFile> for ListFile {
    fn from(file: OutputFile) -> Self {
        ListFile::Whole(file)
    }
}

impl ListFile {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            ListFile::Whole(file) => file.write(bytes),
            ListFile::Growing(file) => file.write(bytes),
        }
    }

    /// Makes what was written until now a whole file, and returns its size in bytes.
    ///
    /// # Errors
    /// [`Error::Io`] if that is not possible.
    pub fn seal(&mut self) -> Result<u64> {
        match self {
            // Nobody will go on with it.
            ListFile::Whole(_) => Ok(0),
            ListFile::Growing(file) => file.seal(),
        }
    }

    /// Bytes, before compression, that came since the last seal, where sealing costs something.
    pub fn n_unsealed(&self) -> u64 {
        match self {
            ListFile::Growing(file) if file.compression != Compression::None => file.n_unsealed,
            ListFile::Growing(_) | ListFile::Whole(_) => 0,
        }
    }

    /// Whether it is compressed, so that seals should be rare.
    pub fn is_compressed(&self) -> bool {
        matches!(self, ListFile::Growing(file) if file.compression != Compression::None)
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`] if the last bytes cannot be written or the name cannot be given.
    pub fn commit(self) -> Result<()> {
        match self {
            ListFile::Whole(file) => file.commit(),
            ListFile::Growing(file) => file.commit(),
        }
    }
}

/// A file that is written in parts, each of them whole: members of gzip, frames of zstd.
#[derive(Debug)]
pub struct GrowingFile {
    path: PathBuf,
    part: PathBuf,
    compression: Compression,
    /// `None` only while it is being changed, and after an error. Plain between two parts.
    writer: Option<Encoder<BufWriter<File>>>,
    n_unsealed: u64,
    /// Where the last seal is.
    end: u64,
}

impl GrowingFile {
    /// Where the file lies until it is whole: hidden, beside its final place.
    pub fn part_of(path: &Path) -> PathBuf {
        // A link is followed, as for any output.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".part");
        path.with_file_name(name)
    }

    /// How many bytes are there to go on from; `is_ended` says that the file has got its name.
    pub fn n_there(path: &Path, is_ended: bool) -> u64 {
        let size = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.len());
        let whole = || if is_ended { size(path) } else { None };
        size(&GrowingFile::part_of(path)).or_else(whole).unwrap_or(0)
    }

    /// Opens the file to be written from byte `end` on, which is 0 or where a seal was; what follows it
    /// is dropped. What stands at `path` stays until [`ListFile::commit`], but is taken for the
    /// beginning where the parts have been given that name already.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn open(path: &Path, compression: Compression, end: u64) -> Result<Self> {
        let part = GrowingFile::part_of(path);
        let open = || -> io::Result<File> {
            if end > 0 && !part.exists() {
                let mut beginning = File::open(path)?.take(end);
                io::copy(&mut beginning, &mut File::create(&part)?)?;
            }
            let mut options = File::options();
            let mut file = options.write(true).create(true).truncate(false).open(&part)?;
            file.set_len(end)?;
            file.seek(io::SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(|e| Error::io(path, e))?;
        let writer = Encoder::Plain(BufWriter::with_capacity(256 << 10, file));
        let (path, writer, n_unsealed) = (path.into(), Some(writer), 0);
        Ok(GrowingFile { path, part, compression, writer, n_unsealed, end })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.n_unsealed += bytes.len() as u64;
        self.packer().and_then(|w| w.write_all(bytes)).map_err(|e| Error::io(&self.path, e))
    }

    /// Where bytes go: into the part that is open, or into a new one.
    fn packer(&mut self) -> io::Result<&mut Encoder<BufWriter<File>>> {
        let writer = match self.writer.take() {
            Some(Encoder::Plain(file)) => Encoder::new(file, self.compression)?,
            Some(open) => open,
            None => return Err(io::Error::other("could not be written before")),
        };
        Ok(self.writer.insert(writer))
    }

    fn seal(&mut self) -> Result<u64> {
        if self.n_unsealed > 0 {
            self.end = self.close_part().map_err(|e| Error::io(&self.path, e))?;
            self.n_unsealed = 0;
        }
        Ok(self.end)
    }

    /// Ends the part that is open, and returns the size of the file.
    fn close_part(&mut self) -> io::Result<u64> {
        let writer = self.writer.take();
        let writer = writer.ok_or_else(|| io::Error::other("could not be written before"))?;
        let mut file = writer.finish()?;
        file.flush()?;
        let end = file.stream_position()?;
        self.writer = Some(Encoder::Plain(file));
        Ok(end)
    }

    fn commit(mut self) -> Result<()> {
        let mut finish = || {
            if self.n_unsealed > 0 || (self.end == 0 && self.compression != Compression::None) {
                // A compressed file of nothing is a part, too.
                self.packer()?;
                self.close_part()?;
            }
            drop(self.writer.take());
            let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
            fs::rename(&self.part, path)
        };
        finish().map_err(|e| Error::io(&self.path, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &Path, compression: Compression, parts: &[&str]) -> Vec<u64> {
        let mut file = ListFile::Growing(GrowingFile::open(path, compression, 0).unwrap());
        let seal = |part: &&str| {
            file.write(part.as_bytes()).unwrap();
            file.seal().unwrap()
        };
        let ends = parts.iter().map(seal).collect();
        file.commit().unwrap();
        ends
    }

    #[test]
    fn a_list_goes_on_from_a_seal_with_the_same_bytes() {
        for (name, compression) in
            [("r", Compression::None), ("r.gz", Compression::Gzip), ("r.zst", Compression::Zstd)]
        {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            let ends = parts(&path, compression, &["甲\n", "", "乙\n"]);
            assert_eq!(ends[0], ends[1]);
            let whole = fs::read(&path).unwrap();
            assert_eq!(whole.len() as u64, ends[2]);
            // From what has its name, and from a part with something torn behind the seal.
            let part = GrowingFile::part_of(&path);
            for is_torn in [false, true] {
                if is_torn {
                    fs::write(&part, [&whole[..ends[0] as usize], b"torn"].concat()).unwrap();
                }
                assert!(GrowingFile::n_there(&path, true) > ends[0]);
                let mut file = GrowingFile::open(&path, compression, ends[1]).unwrap();
                file.write("乙\n".as_bytes()).unwrap();
                file.commit().unwrap();
                assert!(fs::read(&path).unwrap() == whole, "{name}");
            }
            assert_eq!(GrowingFile::n_there(&path, false), 0);
            // Nothing is a whole file, too.
            parts(&path, compression, &[]);
            let mut none = OutputFile::create(&folder.path().join("none"), compression).unwrap();
            none.write(b"").unwrap();
            none.commit().unwrap();
            assert_eq!(fs::read(&path).unwrap(), fs::read(folder.path().join("none")).unwrap());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        }
    }
}
