//! FNV-1a (Fowler, Noll, Vo): a hash of short strings that is the same everywhere and forever. Models hold
//! what it gave with 32 bits. And what spreads it, where every bit has to differ.

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

/// Spreads what differs in a few bits over all 64: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
#[inline]
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
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

    #[test]
    fn mixing_is_that_of_the_reference() {
        // The first two numbers of SplitMix64 with seed 0.
        const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        assert_eq!(mix(GAMMA), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(GAMMA.wrapping_mul(2)), 0x6E78_9E6A_A1B9_65F4);
    }
}
