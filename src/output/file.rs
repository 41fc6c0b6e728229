//! One output file. It is written aside, in the folder where it will stand, and takes its name only
//! when it is whole: whoever sees the name sees all of it. It is compressed as the caller says.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::encoder::Encoder;
use super::unfinished::Unfinished;
use crate::input::Compression;
use crate::{Error, Result};

/// A file that is being written. Dropped without [`OutputFile::commit`], it leaves nothing behind.
pub struct OutputFile {
    path: PathBuf,
    encoder: Encoder<BufWriter<Target>>,
}

#[derive(Debug)]
enum Target {
    Aside(Unfinished, PathBuf),
    /// A device or a pipe, which a rename would replace.
    Direct(File),
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl OutputFile {
    /// Opens a file for writing; what stands at `path` stays until the file is committed. Links are
    /// followed.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder does not exist or cannot be written.
    pub fn create(path: &Path, compression: Compression) -> Result<Self> {
        let at = |e| Error::io(path, e);
        let writer = BufWriter::with_capacity(256 << 10, Target::open(path).map_err(at)?);
        let encoder = Encoder::new(writer, compression).map_err(at)?;
        Ok(OutputFile { path: path.into(), encoder })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(|e| Error::io(&self.path, e))
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`] if the last bytes cannot be written or the name cannot be given.
    pub fn commit(self) -> Result<()> {
        let OutputFile { path, encoder } = self;
        let finish = || {
            let writer = encoder.finish()?;
            match writer.into_inner().map_err(io::IntoInnerError::into_error)? {
                Target::Aside(aside, path) => aside.persist(&path),
                Target::Direct(mut file) => file.flush(),
            }
        };
        finish().map_err(|e| Error::io(path, e))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

impl Target {
    fn open(path: &Path) -> io::Result<Target> {
        if let Ok(metadata) = fs::metadata(path)
            && !metadata.is_file()
        {
            if metadata.is_dir() {
                let what = "is a folder, and a file is to be written here: give another name, or move it away";
                return Err(io::Error::new(io::ErrorKind::IsADirectory, what));
            }
            return Ok(Target::Direct(File::options().write(true).open(path)?));
        }
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dechaff-");
        #[cfg(unix)]
        {
            // As any program's files: the user's umask decides, not the privacy of a temporary file.
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        Ok(Target::Aside(Unfinished::new(|| builder.tempfile_in(folder))?, path))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Aside(aside, _) => aside.file.write(bytes),
            Target::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Aside(aside, _) => aside.file.flush(),
            Target::Direct(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt.gz");
        let mut file = OutputFile::create(&path, Compression::Gzip).unwrap();
        file.write("甲".as_bytes()).unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        let mut text = String::new();
        let gz = File::open(&path).unwrap();
        flate2::read::MultiGzDecoder::new(gz).read_to_string(&mut text).unwrap();
        assert_eq!(text, "甲");
    }

    #[test]
    fn zstd_is_written_with_a_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt.zst");
        let mut file = OutputFile::create(&path, Compression::Zstd).unwrap();
        file.write("甲乙丙".as_bytes()).unwrap();
        file.commit().unwrap();
        let mut packed = fs::read(&path).unwrap();
        assert_eq!(zstd::decode_all(packed.as_slice()).unwrap(), "甲乙丙".as_bytes());
        *packed.last_mut().unwrap() ^= 1;
        assert!(zstd::decode_all(packed.as_slice()).is_err());
    }

    #[test]
    fn a_file_given_up_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let mut file = OutputFile::create(&path, Compression::None).unwrap();
        file.write(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(OutputFile::create(&folder.path().join("no/a.txt"), Compression::None).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        let mut file = OutputFile::create(&link, Compression::None).unwrap();
        file.write(b"x").unwrap();
        file.commit().unwrap();
        assert!(!fs::metadata(&link).unwrap().is_file());
    }
}
