//! FNV-1a (Fowler, Noll, Vo): a hash of short strings that is the same everywhere and forever. Models hold
//! what it gave with 32 bits.

/// What a hash begins with.
pub const SEED: u32 = 0x811C_9DC5;

/// The hash of `bytes` behind what `seed` has seen.
#[inline]
pub fn hash(seed: u32, bytes: impl IntoIterator<Item = u8>) -> u32 {
    bytes.into_iter().fold(seed, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The hash with 64 bits of bytes, or of larger units such as characters, each taken as one.
#[inline]
pub fn hash_64<T: Into<u32>>(units: impl IntoIterator<Item = T>) -> u64 {
    units.into_iter().fold(0xCBF2_9CE4_8422_2325, |h, unit| {
        (h ^ u64::from(unit.into())).wrapping_mul(0x0100_0000_01B3)
    })
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
        assert_eq!(hash_64(*b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(hash_64(*b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(hash_64(*b"foobar"), 0x8594_4171_F739_67E8);
        assert_eq!(hash_64("foobar".chars()), 0x8594_4171_F739_67E8);
    }
}
