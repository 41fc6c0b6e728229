//! A first look at a line: where its n-grams let junk lie at all, so that what costs more is worked out
//! only there. In: folded codes and the weights of their n-grams; out: ranges of positions.

use std::ops::Range;

use super::{ngrams::CHARACTERS, position::for_each_gram};

/// Positions of a window.
pub const WINDOW: usize = 8;
/// Junk may begin and end this far from a hot window.
const REACH: usize = 16;

/// What the windows of one line weigh: a buffer that is refilled line by line.
#[derive(Debug, Default)]
pub struct Heat {
    /// Prefix sums of the weights of the n-grams that end at each position; one more than positions.
    sums: Vec<i64>,
}

impl Heat {
    /// Reads a line; `weight` is that of an n-gram with this hash.
    pub fn read(&mut self, codes: &[u16], weight: impl Fn(u32) -> i64) {
        self.sums.clear();
        self.sums.resize(codes.len() + 1, 0);
        for_each_gram(codes, CHARACTERS, |position, _, hash| {
            if let Some(sum) = self.sums.get_mut(position + 1) {
                *sum += weight(hash);
            }
        });
        let mut total = 0;
        for sum in &mut self.sums {
            total += *sum;
            *sum = total;
        }
    }

    /// The sum of each window; none where the line is shorter than one.
    pub fn windows(&self) -> impl Iterator<Item = i64> + '_ {
        let ends = self.sums.get(WINDOW..).unwrap_or_default();
        ends.iter().zip(&self.sums).map(|(end, start)| end - start)
    }

    /// The positions near windows whose sum reaches `level`: disjoint ranges in their order, which do
    /// not touch.
    pub fn near(&self, level: i64, out: &mut Vec<Range<usize>>) {
        out.clear();
        let n = self.sums.len().saturating_sub(1);
        for (start, _) in self.windows().enumerate().filter(|&(_, sum)| sum >= level) {
            let range = start.saturating_sub(REACH)..(start + WINDOW + REACH).min(n);
            match out.last_mut() {
                Some(last) if range.start <= last.end => last.end = range.end,
                _ => out.push(range),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_a_hot_window_is_looked_at() {
        let mut codes = vec![100; 120];
        codes[60] = 7;
        let hash_of_seven = {
            let mut hash = 0;
            for_each_gram(&[7], CHARACTERS, |_, _, h| {
                hash = h;
            });
            hash
        };
        let mut heat = Heat::default();
        heat.read(&codes, |hash| if hash == hash_of_seven { 3 } else { 0 });
        let sums: Vec<i64> = heat.windows().collect();
        assert_eq!(sums.len(), 120 - WINDOW + 1);
        let hot: Vec<usize> = (0..sums.len()).filter(|&k| sums[k] == 3).collect();
        assert_eq!(hot, (60 + 1 - WINDOW..=60).collect::<Vec<_>>());
        let mut ranges = Vec::new();
        heat.near(3, &mut ranges);
        assert_eq!((ranges.len(), &ranges[0]), (1, &(61 - WINDOW - REACH..60 + WINDOW + REACH)));
        heat.near(4, &mut ranges);
        assert!(ranges.is_empty());
        heat.near(0, &mut ranges);
        assert_eq!((ranges.len(), &ranges[0]), (1, &(0..120)));
        heat.read(&codes[..WINDOW - 1], |_| 1);
        assert_eq!(heat.windows().count(), 0);
        heat.read(&[], |_| 1);
        assert_eq!(heat.windows().count(), 0);
    }
}
