//! FNV-1a with 32 bits (Fowler, Noll, Vo): a hash of short byte strings that is the same everywhere
//! and forever, since models hold what it gave.

/// What a hash begins with.
pub const SEED: u32 = 0x811C_9DC5;

/// The hash of `bytes` behind what `seed` has seen.
#[inline]
pub fn hash(seed: u32, bytes: impl IntoIterator<Item = u8>) -> u32 {
    bytes.into_iter().fold(seed, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_reference() {
        assert_eq!(hash(SEED, *b""), 0x811C_9DC5);
        assert_eq!(hash(SEED, *b"a"), 0xE40C_292C);
        assert_eq!(hash(SEED, *b"foobar"), 0xBF9C_F968);
        assert_eq!(hash(hash(SEED, *b"foo"), *b"bar"), 0xBF9C_F968);
    }
}
