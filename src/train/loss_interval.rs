//! How sure the loss at each threshold is: held-out article lines go in, a 95 % interval of the share
//! of their characters that would go comes out for each threshold, by bootstrap over sites (Efron and
//! Tibshirani 1993, chapter 13). Sites are drawn and not lines, because the lines of a site are lost
//! together: an interval from single lines (Clopper and Pearson 1934) would be far too narrow.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::random::Rng;
use crate::evaluate::bootstrap::Interval;

/// Draws of all sites.
const RESAMPLES: usize = 1000;

/// A held-out article line.
#[derive(Debug, Clone, Copy)]
pub struct LostLine<'a> {
    /// Where it comes from.
    pub site: &'a str,
    /// Probability of junk.
    pub probability: f32,
    /// Its length.
    pub characters: u32,
}

/// What a site has, and what it loses at each threshold, in characters.
struct Site {
    all: u64,
    lost: Vec<u64>,
}

/// The interval at each of the thresholds, which fall. `None` where there are fewer than two sites:
/// one says nothing of how much sites vary.
pub fn intervals(lines: &[LostLine<'_>], thresholds: &[f32], seed: u64) -> Vec<Option<[f64; 2]>> {
    let sites = gather(lines, thresholds);
    if sites.len() < 2 {
        return vec![None; thresholds.len()];
    }
    let draws: Vec<Vec<f64>> = (0..RESAMPLES)
        .into_par_iter()
        .map(|number| {
            let mut random = Rng::derive(seed, "sites of a draw", number as u64);
            let (mut all, mut lost) = (0u64, vec![0u64; thresholds.len()]);
            for _ in &sites {
                let site = &sites[random.below(sites.len())];
                all += site.all;
                lost.iter_mut().zip(&site.lost).for_each(|(sum, lost)| *sum += lost);
            }
            lost.iter().map(|&lost| lost as f64 / all.max(1) as f64).collect()
        })
        .collect();
    (0..thresholds.len())
        .map(|point| {
            let values = draws.iter().map(|draw| draw.get(point).copied());
            Interval::of(values).map(|i| [i.low, i.high])
        })
        .collect()
}

fn gather(lines: &[LostLine<'_>], thresholds: &[f32]) -> Vec<Site> {
    let mut sites: BTreeMap<&str, Site> = BTreeMap::new();
    for line in lines {
        let site = sites
            .entry(line.site)
            .or_insert_with(|| Site { all: 0, lost: vec![0; thresholds.len()] });
        site.all += u64::from(line.characters);
        // Lost from the first threshold on that is not above it.
        let first = thresholds.partition_point(|&threshold| threshold > line.probability);
        if let Some(lost) = site.lost.get_mut(first) {
            *lost += u64::from(line.characters);
        }
    }
    let mut sites: Vec<Site> = sites.into_values().collect();
    for site in &mut sites {
        let mut sum = 0;
        for lost in &mut site.lost {
            sum += *lost;
            *lost = sum;
        }
    }
    sites
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(site: &str, probability: f32, characters: u32) -> LostLine<'_> {
        LostLine { site, probability, characters }
    }

    #[test]
    fn a_line_is_lost_from_its_own_probability_down() {
        let lines = [line("a", 0.5, 10), line("b", 0.3, 4), line("a", 0.1, 1)];
        let sites = gather(&lines, &[0.6, 0.5, 0.2]);
        let got: Vec<_> = sites.iter().map(|s| (s.all, s.lost.clone())).collect();
        assert_eq!(got, [(11, vec![0, 10, 10]), (4, vec![0, 0, 4])]);
    }

    #[test]
    fn intervals_are_those_of_sites() {
        // Every site loses all or nothing, whatever its lines: half of the sites at 0.5.
        let names: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
        let lines: Vec<_> = names
            .iter()
            .enumerate()
            .flat_map(|(n, name)| [line(name, if n % 2 == 0 { 0.7 } else { 0.1 }, 50); 20])
            .collect();
        let got = intervals(&lines, &[0.9, 0.5, 0.0], 1);
        assert_eq!((got[0], got[2]), (Some([0.0, 0.0]), Some([1.0, 1.0])));
        // A binomial share of 40: 0.5 ± 1.96 · √(0.25 / 40).
        let [low, high] = got[1].unwrap();
        assert!((low - 0.345).abs() < 0.03 && (high - 0.655).abs() < 0.03, "{low} {high}");
        assert_eq!(intervals(&lines[..20], &[0.5], 1), [None]);
    }
}
