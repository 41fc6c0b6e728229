//! The file of a site profile: safetensors, as the model is, so that any tool can open it. Sorted hashes and
//! numbers of pages are tensors, and one JSON text under the metadata key `dechaff-sites` says how lines
//! were folded and what the digest of all is. No text of any page is in it. Every byte is untrusted when
//! read.

use std::collections::HashMap;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::SiteProfile;
use crate::digest::Digest;
use crate::text::fold;
use crate::{Error, Result};

/// The metadata key of the header.
const KEY: &str = "dechaff-sites";
/// Raised when a reader of the old form could not read the new one.
const FORMAT: u32 = 1;

/// The tensors.
const NAMES: [(&str, Dtype); 4] = [
    ("lines.keys", Dtype::U64),
    ("lines.pages", Dtype::U16),
    ("sites.keys", Dtype::U64),
    ("sites.pages", Dtype::U32),
];

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    /// Of the tensors.
    digest: String,
    /// Of the table by which lines are folded: with another one the hashes are others.
    folding: String,
}

impl SiteProfile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be read, [`Error::BadInput`] where it is no profile, damaged, or
    /// made by a version that folds lines otherwise.
    pub fn load(path: &Path) -> Result<SiteProfile> {
        let bad = |reason: String| Error::BadInput { path: path.into(), reason };
        let metadata = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
        // A device may have no end.
        if !metadata.is_file() {
            return Err(bad("is not a file".into()));
        }
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        parse(&bytes).map_err(|reason| bad(format!("site profile: {reason}")))
    }

    /// The file's bytes; the same for the same profile.
    ///
    /// # Errors
    /// [`Error::BadInput`] where the library for the form refuses them.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = |e: safetensors::SafeTensorError| Error::BadInput {
            path: "site profile".into(),
            reason: e.to_string(),
        };
        let tensors = self.tensors();
        let digest = digest(tensors.each_ref().map(Vec::as_slice));
        let header = Header { format: FORMAT, digest, folding: fold::digest().to_owned() };
        // Of text and a number only, which always can be written.
        let header = serde_json::to_string(&header).unwrap_or_default();
        let named = NAMES.into_iter().zip(&tensors).map(|((name, dtype), bytes)| {
            let length = bytes.len() * 8 / dtype.bitsize();
            TensorView::new(dtype, vec![length], bytes).map(|view| (name, view))
        });
        let views: Vec<_> = named.collect::<Result<_, _>>().map_err(failed)?;
        serialize(views, Some(HashMap::from([(KEY.to_owned(), header)]))).map_err(failed)
    }

    /// Names what it says: the digest of its numbers.
    pub fn digest(&self) -> String {
        digest(self.tensors().each_ref().map(Vec::as_slice))
    }

    /// In the order of [`NAMES`].
    fn tensors(&self) -> [Vec<u8>; 4] {
        [
            self.lines.iter().flat_map(|n| n.to_le_bytes()).collect(),
            self.pages.iter().flat_map(|n| n.to_le_bytes()).collect(),
            self.sites.iter().flat_map(|n| n.to_le_bytes()).collect(),
            self.site_pages.iter().flat_map(|n| n.to_le_bytes()).collect(),
        ]
    }
}

fn digest(tensors: [&[u8]; 4]) -> String {
    let mut digest = Digest::new();
    for bytes in tensors {
        digest.field(bytes);
    }
    digest.hex()
}

fn parse(bytes: &[u8]) -> Result<SiteProfile, String> {
    let foreign = |e| format!("no site profile, or damaged: {e}");
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(foreign)?;
    let text = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let text =
        text.ok_or("a safetensors file, but no site profile; `dechaff profile` makes one")?;
    let header: Header =
        serde_json::from_str(text).map_err(|e| format!("the header cannot be read: {e}"))?;
    if header.format != FORMAT || header.folding != fold::digest() {
        return Err("made by another version of dechaff: make it anew".into());
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(foreign)?;
    let mut data: [&[u8]; 4] = Default::default();
    for ((name, dtype), data) in NAMES.into_iter().zip(&mut data) {
        let view = tensors.tensor(name).map_err(|_| format!("{name} is missing"))?;
        if view.dtype() != dtype || view.shape().len() != 1 {
            return Err(format!("{name} is of another form"));
        }
        *data = view.data();
    }
    if digest(data) != header.digest {
        return Err("damaged: its content is not what its digest says; make it anew".into());
    }
    let [lines, pages, sites, site_pages] = data;
    let lines = numbers(lines, u64::from_le_bytes);
    let pages = numbers(pages, u16::from_le_bytes);
    let sites = numbers(sites, u64::from_le_bytes);
    let site_pages = numbers(site_pages, u32::from_le_bytes);
    let is_rising = |keys: &[u64]| keys.is_sorted_by(|a, b| a < b);
    if lines.len() != pages.len()
        || sites.len() != site_pages.len()
        || !is_rising(&lines)
        || !is_rising(&sites)
    {
        return Err("its numbers are not those of a profile".into());
    }
    Ok(SiteProfile::of_columns(lines, pages, sites, site_pages))
}

fn numbers<T, const N: usize>(data: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> SiteProfile {
        SiteProfile::of_sorted(vec![(3, 7), (9, 2), (u64::MAX, 4)], vec![(5, 10)])
    }

    fn fault(bytes: &[u8]) -> String {
        parse(bytes).unwrap_err()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = profile().to_bytes().unwrap();
        assert_eq!(parse(&bytes), Ok(profile()));
        assert_eq!(profile().to_bytes().unwrap(), bytes);
        let nothing = SiteProfile::of_sorted(vec![], vec![]);
        assert_eq!(parse(&nothing.to_bytes().unwrap()), Ok(nothing.clone()));
        assert_ne!(nothing.digest(), profile().digest());
    }

    #[test]
    fn a_damaged_or_foreign_file_is_refused() {
        let bytes = profile().to_bytes().unwrap();
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x11;
            assert!(parse(&damaged).is_err(), "byte {place}");
            assert!(parse(&bytes[..place]).is_err(), "{place} bytes");
        }
        assert!(fault(b"").starts_with("no site profile, or damaged"));
        assert!(
            fault(&crate::Model::builtin().unwrap().to_bytes().unwrap())
                .contains("no site profile")
        );
    }

    #[test]
    fn keys_have_to_rise() {
        let of = |lines: &[u64]| {
            SiteProfile::of_columns(lines.to_vec(), vec![2; 2], vec![5], vec![10])
                .to_bytes()
                .unwrap()
        };
        assert!(parse(&of(&[1, 2])).is_ok());
        assert_eq!(fault(&of(&[2, 1])), "its numbers are not those of a profile");
        assert_eq!(fault(&of(&[2, 2])), "its numbers are not those of a profile");
    }

    #[test]
    fn what_is_no_file_is_no_profile() {
        let folder = tempfile::tempdir().unwrap();
        let error = SiteProfile::load(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("is not a file"), "{error}");
        assert!(matches!(SiteProfile::load(&folder.path().join("x")), Err(Error::Io { .. })));
    }
}
