//! Random choices that are the same on every machine and with every version of the crates: ChaCha8
//! words in, choices out. A stream is named by a seed, a purpose and a number; everything beyond the
//! raw words is arithmetic written here, so that no change of a library changes a model.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

use crate::digest::Digest;

/// A stream of choices that is fixed by its name.
#[derive(Debug, Clone)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream for one purpose, such as one copy of one page: no two purposes or copies share
    /// one, and none depends on the order in which pages are worked on.
    pub fn derive(seed: u64, purpose: &str, copy: u64) -> Self {
        let (seed, copy) = (seed.to_le_bytes(), copy.to_le_bytes());
        let hex = Digest::new().field(seed).field(purpose).field(copy).hex();
        let mut key = [0u8; 32];
        for (byte, pair) in key.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let nibble = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
            *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
        }
        Rng(ChaCha8Rng::from_seed(key))
    }

    /// A number below `n`; 0 where `n` is 0 (Lemire 2019, without the rejection: the bias is below
    /// n / 2⁶⁴).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A count from `low` to `high` in which every doubling is as likely as the one before: mostly
    /// small, with a long tail. `low` counts as at least 1.
    pub fn skewed(&mut self, low: usize, high: usize) -> usize {
        let low = low.max(1);
        let high = high.max(low);
        let doublings = (high / low).ilog2() as usize;
        let from = low << self.below(doublings + 1);
        self.range(from, (from * 2 - 1).min(high))
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// How often something is drawn of which `expected` are: that many, rounded up or down by chance, so
    /// that it is right on average.
    pub fn times(&mut self, expected: f64) -> usize {
        expected.floor() as usize + usize::from(self.unit() < expected.fract())
    }

    /// True in a share `p` of all calls.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the items; `None` where there is none.
    pub fn choose<'s, T>(&mut self, items: &'s [T]) -> Option<&'s T> {
        items.get(self.below(items.len()))
    }

    /// One item of a fixed list.
    pub fn pick<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        const { assert!(N > 0) };
        items[self.below(N)]
    }

    /// One item of a fixed list, each as often as its weight says.
    pub fn weighted<T: Copy, const N: usize>(&mut self, items: [(T, usize); N]) -> T {
        const { assert!(N > 0) };
        let total = items.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(total);
        for (item, weight) in items {
            if left < weight {
                return item;
            }
            left -= weight;
        }
        items[N - 1].0
    }

    /// Puts the items into a random order (Fisher and Yates 1938; Durstenfeld 1964).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_change() {
        let mut rng = Rng::derive(7, "page", 0);
        let got: Vec<_> = (0..8).map(|_| rng.below(1000)).collect();
        assert_eq!(got, PINNED);
    }
    const PINNED: [usize; 8] = [715, 392, 64, 476, 180, 780, 613, 249];

    #[test]
    fn seed_page_and_copy_all_matter() {
        let first = |mut rng: Rng| rng.below(1 << 40);
        let base = first(Rng::derive(1, "a", 0));
        assert_ne!(base, first(Rng::derive(2, "a", 0)));
        assert_ne!(base, first(Rng::derive(1, "b", 0)));
        assert_ne!(base, first(Rng::derive(1, "a", 1)));
        assert_eq!(base, first(Rng::derive(1, "a", 0)));
    }

    #[test]
    fn counts_stay_in_range_and_lean_to_the_small() {
        let mut rng = Rng::derive(1, "counts", 0);
        let counts: Vec<_> = (0..4000).map(|_| rng.skewed(1, 50)).collect();
        assert_eq!(counts.iter().min(), Some(&1));
        assert_eq!(counts.iter().max(), Some(&50));
        assert!(counts.iter().filter(|n| **n < 8).count() > 1600);
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.skewed(0, 0), 1);
        assert_eq!(rng.choose::<u8>(&[]), None);
        assert!((0..4000).map(|_| rng.unit()).all(|u| (0.0..1.0).contains(&u)));
    }
}
