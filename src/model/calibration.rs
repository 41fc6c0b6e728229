//! From log odds to probabilities that mean what they say, with what a mistake costs already in
//! them: a junk line that stays is one line of junk, an article line that goes is all its characters.

use serde::{Deserialize, Serialize};

use crate::{features::facts::PageFacts, html::holds_hiding_tag};

/// What is known of a line when it is decided on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Log odds of junk after the last pass.
    pub log_odds: f32,
    /// Log odds that the line's own words were planted.
    pub planted: f32,
    /// How many characters of it a reader sees.
    pub characters: u32,
    /// Log odds, calibrated ones, that other pages of its site with the same line add; 0 where nothing is
    /// known of these.
    pub repeats: f32,
}

/// Log odds of being planted that a line has at least where it holds a tag that hides its content.
/// Nobody writes such a tag into an article, and labelled pages show too few to learn it from.
const HIDDEN: f32 = 4.0;

impl Evidence {
    /// Of line `i` of a page that was read, whose text is `text`: planted as far as the line model says
    /// so, and surely where the text holds a tag that hides.
    ///
    /// # Panics
    /// Where the page has no such line.
    pub fn of(text: &str, facts: &PageFacts, i: usize, log_odds: f32) -> Self {
        let planted = facts.margins[i].planted;
        let is_hidden = planted < HIDDEN && holds_hiding_tag(text);
        let planted = if is_hidden { HIDDEN } else { planted };
        Evidence { log_odds, planted, characters: facts.n_characters[i], repeats: 0.0 }
    }
}

/// A logistic curve over the last pass's log odds (Platt 1999), less what the line's length asks
/// for: by Bayes' rule a decision that costs k times as much needs ln k more evidence. One
/// threshold on the probability can then serve for lines of every length.
///
/// What other pages of its site say of a line comes on top, as log odds that are calibrated already.
///
/// A line whose own words say that it was planted is let off that cost in the measure of that
/// probability: a paragraph of betting words is no paragraph to be afraid for, and what stays of it
/// costs its length as well.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Multiplies the log odds; above 0.
    pub slope: f32,
    /// Is added to them.
    pub offset: f32,
    /// How much more evidence a long line needs: log odds for each e-fold of 1 + n / 20, n its
    /// characters. 0 for none, 1 where characters are what counts; not negative.
    pub length_cost: f32,
}

/// Up to about this many characters a line costs what any line costs.
const COMMON_LENGTH: f32 = 20.0;

impl Calibration {
    /// Log odds of junk, less what the line's length asks for.
    pub fn adjusted(length_cost: f32, line: Evidence) -> f32 {
        let natural = 1.0 / (1.0 + line.planted.exp());
        line.log_odds - length_cost * natural * (line.characters as f32 / COMMON_LENGTH).ln_1p()
    }

    /// The probability of junk, in `0..=1`.
    pub fn probability(&self, line: Evidence) -> f32 {
        let evidence = Self::adjusted(self.length_cost, line);
        1.0 / (1.0 + (-(self.slope * evidence + self.offset + line.repeats)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_need_more_evidence() {
        let plain = Calibration { slope: 2.0, offset: -1.0, length_cost: 0.0 };
        let line =
            |log_odds, characters| Evidence { log_odds, characters, planted: -9.0, repeats: 0.0 };
        assert_eq!(plain.probability(line(0.5, 10)), 0.5);
        assert_eq!(plain.probability(line(0.5, 10_000)), 0.5);
        let careful = Calibration { length_cost: 1.0, ..plain };
        // 20 (e - 1) characters cost one unit of log odds.
        assert!((careful.probability(line(1.5, 34)) - 0.5).abs() < 0.01);
        assert!(careful.probability(line(1.5, 1000)) < 0.01);
        // Not where the words themselves were planted; half where that is even.
        let planted = |planted| Evidence { planted, ..line(1.5, 34) };
        assert!(careful.probability(planted(9.0)) > 0.87);
        assert!((careful.probability(planted(0.0)) - 0.731).abs() < 0.01);
        // What is repeated on its site is more likely junk, whatever its length.
        let repeated = |line, repeats| careful.probability(Evidence { repeats, ..line });
        assert!((repeated(line(1.5, 34), 1.0) - 0.731).abs() < 0.01);
        assert_eq!(repeated(line(0.0, 0), 1.0), 0.5);
    }
}
