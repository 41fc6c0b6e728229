//! How much a page of HTML asks of its lines. One threshold for all pages loses whole articles where
//! the head is sure of nothing, and keeps teasers and comments where it is sure of much. So each page
//! has a level: the log odds of junk at which the kept text is expected to be nearest the article.
//! Beliefs about the lines of a page in, their level out; it is then taken off every one of them.

use serde::{Deserialize, Serialize};

/// How a level is found.
///
/// With line i of cᵢ characters being article with probability qᵢ, and the lines kept in the order of
/// their beliefs, precision is expected to be near Σqc/Σc over the kept lines, and recall near Σqc
/// over the kept lines/Σqc over all; the level lies where the sum of the two is greatest. Both are means over
/// pages in the figures of the model card, so their sum is what counts there. (For F1 of single items the
/// same is done by Lewis 1995.)
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// qᵢ is 1/(1 + exp(slope · belief + offset)). Flatter than the calibration of single lines: the
    /// lines of a page are wrong together.
    pub slope: f32,
    /// See `slope`.
    pub offset: f32,
    /// No level is below this, …
    pub lowest: f32,
    /// … or above this.
    pub highest: f32,
}

impl Level {
    /// Takes the level of a page off its beliefs, log odds of junk, one a line; `characters` tells how
    /// many a line has, and `order` is a buffer.
    pub fn take_off(
        &self,
        belief: &mut [f32],
        characters: impl Fn(usize) -> u32,
        order: &mut Vec<u32>,
    ) {
        let level = self.of(belief, characters, order);
        belief.iter_mut().for_each(|belief| *belief -= level);
    }

    /// The level of a page; 0 for one without lines.
    pub fn of(
        &self,
        belief: &[f32],
        characters: impl Fn(usize) -> u32,
        order: &mut Vec<u32>,
    ) -> f32 {
        if belief.is_empty() {
            return 0.0;
        }
        order.clear();
        order.extend(0..belief.len() as u32);
        order.sort_unstable_by(|&a, &b| {
            belief[a as usize].total_cmp(&belief[b as usize]).then(a.cmp(&b))
        });
        let length = |line: u32| f64::from(characters(line as usize).max(1));
        let article = |line: u32| {
            let odds = f64::from(self.slope * belief[line as usize] + self.offset).exp();
            length(line) / (1.0 + odds)
        };
        let whole: f64 = order.iter().map(|&line| article(line)).sum();
        let (mut right, mut kept) = (0.0, 0.0);
        let mut best = (f64::NEG_INFINITY, 0.0);
        for (place, &line) in order.iter().enumerate() {
            right += article(line);
            kept += length(line);
            let value = right / kept + right / whole.max(f64::MIN_POSITIVE);
            let here = belief[line as usize];
            let next = order.get(place + 1).map(|&next| belief[next as usize]);
            // Lines that are believed alike are kept or dropped together.
            if next != Some(here) && value > best.0 {
                // Half way to the next line, which is not kept, but not far from the last one that is.
                let gap = next.map_or(1.0, |next| (next - here).min(1.0));
                best = (value, here + 0.5 * gap);
            }
        }
        best.1.clamp(self.lowest, self.highest)
    }

    /// Whether it can be used: `Err` says what is wrong.
    ///
    /// # Errors
    /// A sentence for people, where a number is not finite, the slope is not positive, or `lowest` is
    /// above `highest`.
    pub fn check(&self) -> Result<(), String> {
        let Level { slope, offset, lowest, highest } = *self;
        if [slope, offset, lowest, highest].iter().any(|v| !v.is_finite()) {
            return Err(format!("the level of pages holds a number that is not finite: {self:?}"));
        }
        if slope <= 0.0 || lowest > highest {
            return Err(format!("the level of pages makes no sense: {self:?}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(belief: &[f32], characters: &[u32]) -> f32 {
        let plain = Level { slope: 1.0, offset: 0.0, lowest: -3.0, highest: 3.0 };
        plain.of(belief, |line| characters[line], &mut Vec::new())
    }

    #[test]
    fn a_page_whose_best_lines_are_doubtful_keeps_them() {
        // The one paragraph that could be the article stands out from the menu.
        assert_eq!(level(&[5.0, 1.0, 6.0, 5.0], &[4, 300, 4, 4]), 1.5);
        // The same paragraph below an article that is sure goes.
        assert_eq!(level(&[-6.0, 1.0, 6.0, -6.0], &[300, 300, 4, 300]), -3.0);
    }

    #[test]
    fn the_level_lies_in_the_gap_and_within_its_bounds() {
        // Far from the next line: half a unit above the last that is kept.
        assert_eq!(level(&[-2.0, 9.0], &[50, 50]), -1.5);
        // Near it: half way.
        let steep = Level { slope: 4.0, offset: 0.0, lowest: -3.0, highest: 3.0 };
        let lengths = [100, 150];
        assert_eq!(steep.of(&[-0.5, 0.25], |line| lengths[line], &mut Vec::new()), -0.125);
        assert_eq!(level(&[9.0, 9.0], &[5, 5]), 3.0);
        assert_eq!(level(&[], &[]), 0.0);
    }

    #[test]
    fn lines_believed_alike_go_together_and_order_does_not_matter() {
        let mut belief = [0.5, -4.0, 0.5, 4.0];
        assert_eq!(
            level(&belief, &[10, 40, 90, 7]),
            level(&[0.5, 0.5, 4.0, -4.0], &[90, 10, 7, 40])
        );
        let plain = Level { slope: 1.0, offset: 0.0, lowest: 0.25, highest: 0.25 };
        plain.take_off(&mut belief, |line| [10, 40, 90, 7][line], &mut Vec::new());
        assert_eq!(belief, [0.25, -4.25, 0.25, 3.75]);
    }

    #[test]
    fn nonsense_is_told() {
        let sound = Level { slope: 0.65, offset: 0.6, lowest: -1.0, highest: 2.0 };
        assert_eq!(sound.check(), Ok(()));
        for bad in [
            Level { slope: 0.0, ..sound },
            Level { offset: f32::NAN, ..sound },
            Level { lowest: 3.0, ..sound },
        ] {
            assert!(bad.check().is_err());
        }
    }
}
