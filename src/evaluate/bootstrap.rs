//! Intervals: the tallies of pages go in, percentile intervals of the main figures come out.
//!
//! Pages are drawn, not lines: lines of a page share their fate. Pages of a site are alike too, so
//! where a set has few sites the true uncertainty is larger than these intervals.

use rayon::prelude::*;
use serde::Serialize;

use super::tally::Tally;
use crate::text::fnv;

/// SplitMix64: a random number generator of one word of state.
///
/// Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
#[derive(Debug, Clone)]
struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The generator of one of many independent streams.
    fn stream(seed: u64, number: u64) -> Self {
        let number = SplitMix64 { state: number }.next();
        SplitMix64 { state: SplitMix64 { state: seed ^ number }.next() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(Self::GAMMA);
        fnv::mix(self.state)
    }

    /// A number below `bound`. The high half of a product favours some numbers by at most one in
    /// 2⁶⁴ / `bound`, which no count of pages makes visible.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

/// The seed for the draws from a set. Sets must not share one: their pages would be drawn in step,
/// and a mean over sets would look more uncertain, or less, than it is.
pub fn seed_for(seed: u64, set: &str) -> u64 {
    set.bytes().fold(seed, |seed, byte| SplitMix64::stream(seed, u64::from(byte)).state)
}

/// Draws as many pages as there are, with replacement, `resamples` times, and adds each draw up.
/// Every resample has a stream of its own, so threads do not change the result.
pub fn resample(pages: &[Tally], resamples: u32, seed: u64) -> Vec<Tally> {
    (0..u64::from(resamples))
        .into_par_iter()
        .map(|number| {
            let mut random = SplitMix64::stream(seed, number);
            let mut sum = Tally::default();
            for _ in pages {
                if let Some(page) = pages.get(random.below(pages.len())) {
                    sum.add(page);
                }
            }
            sum
        })
        .collect()
}

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The 2.5th percentile of the resamples.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

impl Interval {
    /// Percentile interval of the values that resamples gave; `None` where fewer than half of them
    /// define the figure. Between two values the percentile is interpolated.
    ///
    /// Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    pub fn of(values: impl ExactSizeIterator<Item = Option<f64>>) -> Option<Self> {
        let drawn = values.len();
        let mut defined: Vec<f64> = values.flatten().collect();
        if defined.is_empty() || defined.len() * 2 < drawn {
            return None;
        }
        defined.sort_unstable_by(f64::total_cmp);
        Some(Interval { low: percentile(&defined, 0.025)?, high: percentile(&defined, 0.975)? })
    }
}

/// The value below which the share `q` of the sorted values lies.
fn percentile(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(place.floor() as usize)?;
    let high = sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}

/// Intervals of the figures that reports compare. `None` where a figure is undefined, and for
/// fewer than two pages, which say nothing of how much pages vary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Intervals {
    /// Of the junk class.
    pub junk_precision: Option<Interval>,
    /// Of the junk class.
    pub junk_recall: Option<Interval>,
    /// Of the junk class.
    pub junk_f1: Option<Interval>,
    /// Of the article class.
    pub article_f1: Option<Interval>,
    /// Share of the article characters that go.
    pub article_characters_lost: Option<Interval>,
    /// Share of the junk characters that stay.
    pub junk_characters_kept: Option<Interval>,
}

/// A figure of a tally, where it is defined.
pub(super) type Figure = fn(&Tally) -> Option<f64>;

impl Intervals {
    /// From the resampled sums of each set: the figures are averaged over the sets that define
    /// them, draw by draw. For one set, or for all pages pooled, give one list.
    pub fn of(sets: &[&[Tally]]) -> Self {
        let draws = sets.iter().map(|draws| draws.len()).min().unwrap_or(0);
        let interval = |figure: Figure| {
            Interval::of(
                (0..draws).map(|draw| mean(sets.iter().map(|set| set.get(draw).and_then(figure)))),
            )
        };
        Intervals {
            junk_precision: interval(|t| t.confusion.junk().precision),
            junk_recall: interval(|t| t.confusion.junk().recall),
            junk_f1: interval(|t| t.confusion.junk().f1),
            article_f1: interval(|t| t.confusion.article().f1),
            article_characters_lost: interval(Tally::article_loss),
            junk_characters_kept: interval(Tally::junk_left),
        }
    }
}

/// Mean of the values that are defined; `None` where none is.
pub(super) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values.flatten().fold((0.0, 0u32), |(sum, n), value| (sum + value, n + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::metrics::Confusion;

    /// Pages of ten junk lines, of which some are found.
    fn pages() -> Vec<Tally> {
        (0..40)
            .map(|page| Tally {
                confusion: Confusion {
                    junk_removed: page % 11,
                    junk_kept: 10 - page % 11,
                    article_removed: page % 3,
                    article_kept: 5,
                },
                article_characters: 100,
                article_characters_lost: page % 7,
                ..Tally::default()
            })
            .collect()
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first numbers of the reference program in C (Vigna 2015) for this seed.
        let mut random = SplitMix64 { state: 1_234_567 };
        let got = [random.next(), random.next(), random.next()];
        let expected = [6457827717110365317, 3203168211198807973, 9817491932198370423];
        assert_eq!(got, expected);
    }

    #[test]
    fn every_page_is_drawn_about_once_a_resample() {
        let pages: Vec<Tally> =
            (0..4).map(|n| Tally { junk_characters: 1 << (16 * n), ..Tally::default() }).collect();
        let mut drawn = [0u64; 4];
        for sum in resample(&pages, 1000, 7) {
            for (n, count) in drawn.iter_mut().enumerate() {
                *count += (sum.junk_characters >> (16 * n)) & 0xffff;
            }
        }
        assert_eq!(drawn.iter().sum::<u64>(), 4000);
        assert!(drawn.iter().all(|count| (900..1100).contains(count)), "{drawn:?}");
    }

    #[test]
    fn threads_do_not_change_the_draws_and_the_seed_does() {
        let run = |threads, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| resample(&pages(), 200, seed))
        };
        assert_eq!(run(1, 1), run(4, 1));
        assert_ne!(run(1, 1), run(1, 2));
    }

    #[test]
    fn the_interval_covers_the_figure_and_narrows_with_more_pages() {
        let width = |pages: &[Tally]| {
            let mut sum = Tally::default();
            pages.iter().for_each(|page| sum.add(page));
            let got = Intervals::of(&[&resample(pages, 500, 1)]).junk_recall.unwrap();
            let recall = sum.confusion.junk().recall.unwrap();
            assert!(got.low < recall && recall < got.high, "{recall} in {got:?}");
            got.high - got.low
        };
        let few = pages();
        let many: Vec<_> = (0..16).flat_map(|_| pages()).collect();
        // Sixteen times the pages, a quarter of the width.
        let ratio = width(&few) / width(&many);
        assert!((3.0..5.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn percentiles_by_hand() {
        let values = (0..=40).rev().map(|n| Some(f64::from(n)));
        let values: Vec<_> = values.collect();
        assert_eq!(Interval::of(values.into_iter()), Some(Interval { low: 1.0, high: 39.0 }));
        let two = [Some(1.0), Some(0.0)];
        assert_eq!(Interval::of(two.into_iter()), Some(Interval { low: 0.025, high: 0.975 }));
        assert_eq!(Interval::of([Some(1.0), None, None].into_iter()), None);
        assert_eq!(Interval::of([].into_iter()), None);
    }

    #[test]
    fn a_mean_over_sets_leaves_out_the_sets_that_do_not_define_a_figure() {
        assert_eq!(mean([Some(0.5), None, Some(1.0)].into_iter()), Some(0.75));
        assert_eq!(mean([None].into_iter()), None);
        let found = |removed| Tally {
            confusion: Confusion {
                junk_removed: removed,
                junk_kept: 4 - removed,
                ..Confusion::default()
            },
            ..Tally::default()
        };
        let got = Intervals::of(&[&[found(1)], &[found(3)], &[Tally::default()]]);
        assert_eq!(got.junk_recall, Some(Interval { low: 0.5, high: 0.5 }));
        assert_eq!(got.article_characters_lost, None);
    }
}
