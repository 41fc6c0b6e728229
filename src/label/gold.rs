//! Labels made with care, laid beside raw pages of the same ids: what reports measure rules on.

use std::collections::BTreeMap;

use super::page::RulePage;
use crate::input::{LabelledLine, LabelledPage};
use crate::text::{Kind, Label};

/// Labelled pages by id.
#[derive(Debug, Default)]
pub struct Gold {
    pages: BTreeMap<String, Vec<LabelledPage>>,
}

/// Label and kind of a line.
pub type GoldLine = (Label, Option<Kind>);

/// Gold, line by line, for the pages of a corpus.
#[derive(Debug, Default)]
pub struct Aligned {
    /// By page and line: the label and kind, where the gold has the line.
    pub lines: Vec<Vec<Option<GoldLine>>>,
    /// Pages that the gold has.
    pub pages: usize,
    /// Of these, pages whose lines are not the same as in the gold; lines that are were taken.
    pub changed: usize,
}

impl Gold {
    /// Takes labelled pages. Several may have one id: the one with the same lines is used.
    pub fn new(pages: impl IntoIterator<Item = LabelledPage>) -> Gold {
        let mut gold = Gold::default();
        for page in pages {
            gold.pages.entry(page.id.clone()).or_default().push(page);
        }
        gold
    }

    /// Lays the gold beside pages.
    pub fn align(&self, pages: &[RulePage]) -> Aligned {
        let mut aligned = Aligned::default();
        for page in pages {
            let candidates = self.pages.get(&page.id).map_or(&[][..], Vec::as_slice);
            let exact = candidates.iter().find(|gold| is_same(page, gold));
            let lines = match exact.or(candidates.first()) {
                Some(gold) => {
                    aligned.pages += 1;
                    aligned.changed += usize::from(exact.is_none());
                    follow(page, &gold.lines)
                }
                None => vec![None; page.lines.len()],
            };
            aligned.lines.push(lines);
        }
        aligned
    }
}

fn is_same(page: &RulePage, gold: &LabelledPage) -> bool {
    page.lines.iter().map(|l| &l.text).eq(gold.lines.iter().map(|l| &l.text))
}

/// The gold of each line: the next one of the same text, in order. What was put in or taken out since
/// is passed over.
fn follow(page: &RulePage, gold: &[LabelledLine]) -> Vec<Option<GoldLine>> {
    // By text, the indices of the gold lines, last first.
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, line) in gold.iter().enumerate().rev() {
        places.entry(&line.text).or_default().push(index);
    }
    let mut from = 0;
    let take = |line: &super::page::RuleLine| {
        let places = places.get_mut(line.text.as_str())?;
        while places.last().is_some_and(|&index| index < from) {
            places.pop();
        }
        let index = places.pop()?;
        from = index + 1;
        gold.get(index).map(|line| (line.label, line.kind))
    };
    page.lines.iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing;
    use crate::label::page::tests::page;

    fn gold(lines: &[(&str, Label)]) -> LabelledPage {
        testing::page(lines.iter().map(|&(text, label)| testing::line(text, label)))
    }

    #[test]
    fn lines_are_found_by_their_text_in_order() {
        use Label::{Article, Junk};
        let gold = Gold::new([gold(&[("甲", Junk), ("乙", Article), ("甲", Article)])]);
        let labels = |lines: &[&str]| -> Vec<Option<Label>> {
            let aligned = gold.align(&[page(lines)]);
            aligned.lines[0].iter().map(|line| line.map(|(label, _)| label)).collect()
        };
        assert_eq!(labels(&["甲", "乙", "甲"]), [Some(Junk), Some(Article), Some(Article)]);
        assert_eq!(labels(&["丙", "乙", "甲", "甲"]), [None, Some(Article), Some(Article), None]);
        let aligned = gold.align(&[page(&["甲", "乙", "甲"]), page(&["乙"])]);
        assert_eq!((aligned.pages, aligned.changed), (2, 1));
    }
}
