//! What it says of a line that other pages of its site have it, too.
//!
//! Of m other pages, k have the line. Where it is a part of what the site puts on its pages, it does so on
//! a share of them of which nothing is known beforehand: every share has the weight that Jeffreys (1946)
//! gives it, and k follows the discrete arcsine law, the beta-binomial with both parameters ½. Where the
//! line belongs to its page, others have it by chance: a list that quotes it, a phrase; seldom one, and of
//! these half one more, a quarter two, however many pages there are. The evidence is the logarithm of the
//! ratio of both, taken down, since the model knows much of it from the page alone, and bounded on both
//! sides: repetition never speaks for the article, and never alone against it.
//!
//! Lines are not repeated one by one where a whole article is, by a copy of its page or a list that has
//! it in full: [`is_copy`] tells, and then nothing is said of any line.

/// How many other pages of its site have a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// Other pages with the line.
    pub with: u32,
    /// Other pages of the site.
    pub others: u32,
}

/// The chance that another page has a line of this page by chance. On labelled pages it was .02; there
/// are no lists of articles among these.
const CHANCE: f64 = 0.03;
/// However many pages a site has, others have no more than this share of a page's own lines by chance.
const MOST: f64 = 0.5;
/// Of the lines that some pages have by chance, the share that one more has.
const ONE_MORE: f64 = 0.5;
/// How much of the evidence is news to the model.
const NEWS: f64 = 0.5;
/// Log odds that repetition adds at most: what the model takes for article by more stays, however often
/// it is repeated.
const BOUND: f64 = 2.0;

impl Repeats {
    /// Log odds of junk that it adds to those of the model, calibrated ones; from 0 to 2.
    pub fn log_odds(self) -> f32 {
        let (k, m) = (self.with.min(self.others), self.others);
        if k == 0 {
            return 0.0;
        }
        let of_site = ln_central(k) + ln_central(m - k);
        let any = (1.0 - (1.0 - CHANCE).powi(m.min(1000) as i32)).min(MOST);
        // Geometric from 1 to m.
        let all = (1.0 - ONE_MORE.powi(m.min(1000) as i32)).ln();
        let by_chance = any.ln() + (1.0 - ONE_MORE).ln() + f64::from(k - 1) * ONE_MORE.ln() - all;
        (NEWS * (of_site - by_chance)).clamp(0.0, BOUND) as f32
    }
}

/// Characters from which a line is taken for running text.
const PROSE: u32 = 40;

/// Whether a page is a copy: at least half of what the model alone would keep of it, by characters, stands on
/// other pages, too. Only lines of 40 characters and more are asked, where there are any. `kept` lists
/// the characters of each line that would be kept, and whether it is repeated.
pub fn is_copy(kept: impl Iterator<Item = (u32, bool)> + Clone) -> bool {
    let share = |least: u32| {
        let lines = kept.clone().filter(move |&(characters, _)| characters >= least);
        let add = |(all, again): (u64, u64), (characters, is_repeated): (u32, bool)| {
            let n = u64::from(characters);
            (all + n, again + if is_repeated { n } else { 0 })
        };
        lines.fold((0, 0), add)
    };
    let (all, again) = match share(PROSE) {
        (0, _) => share(0),
        prose => prose,
    };
    all > 0 && again * 2 >= all
}

/// ln of C(2n, n) / 4ⁿ: exact for few, by Stirling's series for many.
fn ln_central(n: u32) -> f64 {
    if n < 20 {
        (1..=n).map(|i| (1.0 - 0.5 / f64::from(i)).ln()).sum()
    } else {
        let n = f64::from(n);
        -0.5 * (std::f64::consts::PI * n).ln() - 1.0 / (8.0 * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(with: u32, others: u32) -> f32 {
        Repeats { with, others }.log_odds()
    }

    #[test]
    fn the_law_of_a_site_adds_up_to_one() {
        for m in [1, 2, 7, 19, 20, 21, 300] {
            let sum: f64 = (0..=m).map(|k| (ln_central(k) + ln_central(m - k)).exp()).sum();
            assert!((sum - 1.0).abs() < 1e-6, "{m}: {sum}");
        }
    }

    #[test]
    fn more_pages_with_it_say_more_and_more_without_it_less() {
        for m in 1..200 {
            for k in 0..m {
                assert!(of(k + 1, m) >= of(k, m), "{k} of {m}");
                assert!(of(k, m + 1) <= of(k, m) + 1e-6, "{k} of {m}");
            }
        }
    }

    #[test]
    fn it_stays_within_its_bounds() {
        assert_eq!((of(0, 0), of(0, 9), of(5, 0)), (0.0, 0.0, 0.0));
        assert!((1.3..1.5).contains(&of(1, 1)), "{}", of(1, 1));
        // A line on one or a few of many pages may be quoted in a list.
        assert_eq!((of(1, 30), of(3, 100), of(5, 100_000)), (0.0, 0.0, 0.0));
        assert!((0.1..0.5).contains(&of(1, 5)), "{}", of(1, 5));
        for (k, m) in [(10, 10), (50, 1000), (u32::MAX, u32::MAX), (1 << 20, u32::MAX)] {
            assert_eq!(of(k, m), 2.0, "{k} of {m}");
        }
    }

    #[test]
    fn a_page_is_a_copy_where_most_of_its_article_is_repeated() {
        let copy = |kept: &[(u32, bool)]| is_copy(kept.iter().copied());
        assert!(!copy(&[]));
        assert!(!copy(&[(90, false), (90, false), (60, true)]));
        assert!(copy(&[(90, false), (60, true), (40, true)]));
        // Menus that would stay say nothing where there is running text, of which none is repeated …
        assert!(!copy(&[(90, false), (39, true), (39, true), (39, true)]));
        // … but are all there is where there is none.
        assert!(copy(&[(9, false), (5, true), (4, true)]));
        assert!(!copy(&[(9, false), (5, true)]));
    }
}
