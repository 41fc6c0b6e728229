//! Teasers: the beginnings of articles that stand elsewhere, as list pages and portals show them. Most
//! sites cut all of theirs in one way, which is how they are told from paragraphs.

use super::Rng;

/// Signs behind a teaser, and how often each is seen.
const ENDS: [(&str, usize); 6] =
    [("…", 4), ("...", 6), ("……", 2), ("[…]", 2), ("", 1), ("... ", 1)];

/// How the teasers of one page look.
#[derive(Debug, Clone, Copy)]
pub(super) struct TeaserStyle {
    /// Where they are cut, in characters: from and to.
    cut: (usize, usize),
    /// What stands behind them; `None` where each has a sign of its own.
    end: Option<&'static str>,
}

impl TeaserStyle {
    /// Draws a style; teasers in letters are cut where editors like it.
    pub(super) fn draw(letters: bool, rng: &mut Rng) -> TeaserStyle {
        if letters {
            return TeaserStyle { cut: (60, 240), end: None };
        }
        let (low, high) = (20, 130);
        let cut = if rng.chance(0.4) {
            // Behind so many characters, or the mark before.
            let fixed = rng.range(low, high);
            (fixed - rng.below(6), fixed)
        } else {
            (low, high)
        };
        TeaserStyle { cut, end: Some(rng.weighted(ENDS)) }
    }

    /// The teaser of an article that begins with this paragraph.
    pub(super) fn write(&self, paragraph: &str, rng: &mut Rng) -> String {
        let cut = rng.range(self.cut.0, self.cut.1);
        let text: String = paragraph.trim_start().chars().take(cut).collect();
        let end = self.end.unwrap_or_else(|| rng.pick(["…", "...", "……", "[…]", "... ", "", "。"]));
        format!("{}{end}", text.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Teasers of one page after another.
    fn pages(letters: bool) -> impl Iterator<Item = (TeaserStyle, Vec<String>)> {
        let paragraph = "渡口的老船工说水来得早。".repeat(30);
        (0..60).map(move |page| {
            let mut rng = Rng::derive(3, "teasers", page);
            let style = TeaserStyle::draw(letters, &mut rng);
            (style, (0..8).map(|_| style.write(&paragraph, &mut rng)).collect())
        })
    }

    #[test]
    fn the_teasers_of_a_chinese_page_are_cut_in_one_way() {
        let mut fixed = 0;
        for (style, teasers) in pages(false) {
            let lengths: Vec<usize> = teasers.iter().map(|t| t.chars().count()).collect();
            let (least, most) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
            fixed += usize::from(most - least <= 6);
            assert!(*least >= 14 && *most <= 134, "{least} {most}");
            assert!(teasers.iter().all(|t| t.ends_with(style.end.unwrap())), "{teasers:?}");
        }
        assert!((12..40).contains(&fixed), "{fixed}");
    }

    #[test]
    fn elsewhere_each_ends_in_its_own_way() {
        let differ = |teasers: &[String]| {
            teasers.iter().any(|t| t.ends_with('…')) && teasers.iter().any(|t| t.ends_with("..."))
        };
        let differing = pages(true).filter(|(_, teasers)| differ(teasers)).count();
        assert!(differing > 30, "{differing}");
    }
}
