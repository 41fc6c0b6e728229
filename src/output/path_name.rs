//! The name of a file where only text can stand: in receipts and in the journal of a run.

use std::path::Path;

/// The path as text. What is no text gets a digest, for two such names may look alike.
pub fn name_of(path: &Path) -> String {
    path.to_str().map_or_else(
        || {
            let digest = crate::digest::of_bytes(path.as_os_str().as_encoded_bytes());
            format!("{}#{digest}", path.display())
        },
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_told_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let [one, two] =
            [&b"a/b\xff.txt"[..], b"a/b\xfe.txt"].map(|n| Path::new(OsStr::from_bytes(n)));
        assert_eq!(name_of(Path::new("a/\u{7532}.txt")), "a/\u{7532}.txt");
        assert_ne!(name_of(one), name_of(two));
    }
}
