//! Digests that name the exact form of a table, a corpus or a model: SHA-256 as lower-case hex.

use sha2::{Digest as _, Sha256};

/// A running digest over fields; each field is preceded by its length, so that no two sequences of
/// fields run together.
#[derive(Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// An empty digest.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one field.
    pub fn field(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The digest as 64 hexadecimal characters.
    pub fn hex(&self) -> String {
        hex(&self.0.clone().finalize())
    }
}

/// SHA-256 of some bytes, as 64 hexadecimal characters; what `sha256sum` prints.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_sha256_and_keeps_fields_apart() {
        assert_eq!(
            of_bytes(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let one = Digest::new().field("ab").field("c").hex();
        let two = Digest::new().field("a").field("bc").hex();
        assert_ne!(one, two);
    }
}
