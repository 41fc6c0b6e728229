//! Names of files as text, in receipts and journal: JSON has no other, file systems do.

use std::path::Path;

/// The name of a path. What is no text gets a digest, for two such names may look alike.
pub fn name_of(path: &Path) -> String {
    path.to_str().map_or_else(
        || {
            let digest = crate::digest::of_bytes(path.as_os_str().as_encoded_bytes());
            format!("{}#{digest}", path.display())
        },
        str::to_owned,
    )
}
