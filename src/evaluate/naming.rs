//! How well the kinds of junk are named: judged gold lines go in, precision, recall and F1 of each
//! kind come out. Counted are junk lines that are removed and whose gold kind is known: what stays
//! has no kind, and whether junk goes at all is measured elsewhere.

use serde::Serialize;

use super::Judged;
use super::metrics::{ClassFigures, share};
use crate::filter::Verdict;
use crate::text::{Kind, Label};

/// How well kinds are named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Naming {
    /// Removed junk lines whose gold kind is known.
    pub lines: u64,
    /// Share of them that is given its gold kind: F1 over all lines as one (micro), where every
    /// line is named.
    pub micro_f1: Option<f64>,
    /// Mean F1 over the kinds that have lines: each counts the same.
    pub macro_f1: Option<f64>,
    /// Kinds that lines have or are given, in the order of the labelling guide.
    pub kinds: Vec<NamedKind>,
}

/// How well one kind is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NamedKind {
    /// Its name in the labelling guide.
    pub name: &'static str,
    /// Lines of this gold kind.
    pub lines: u64,
    /// Lines that are given this kind.
    pub named: u64,
    /// Precision, recall and F1 of the name.
    #[serde(flatten)]
    pub figures: ClassFigures,
}

/// Counts of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    gold: u64,
    named: u64,
    both: u64,
}

impl Naming {
    /// Counts the lines of judged pages; `None` where no line is given a kind, because the model
    /// knows none or was not asked.
    pub fn of(pages: &[Judged<'_>]) -> Option<Self> {
        let mut counts = [Count::default(); Kind::ALL.len()];
        let count = |counts: &mut [Count], kind: Kind, add: fn(&mut Count)| {
            // The order of the enum is that of the list.
            counts.get_mut(kind as usize).into_iter().for_each(add);
        };
        let mut any_named = false;
        for judged in pages {
            for (gold, verdict) in judged.page().lines.iter().zip(&judged.verdict().lines) {
                any_named |= verdict.kind.is_some();
                let (Label::Junk, Verdict::Junk, Some(kind)) =
                    (gold.label, verdict.verdict, gold.kind)
                else {
                    continue;
                };
                count(&mut counts, kind, |c| c.gold += 1);
                if let Some(named) = verdict.kind {
                    count(&mut counts, named, |c| c.named += 1);
                }
                if verdict.kind == Some(kind) {
                    count(&mut counts, kind, |c| c.both += 1);
                }
            }
        }
        if !any_named {
            return None;
        }
        let kinds: Vec<NamedKind> = Kind::ALL
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| count.gold + count.named > 0)
            .map(|(kind, Count { gold, named, both })| NamedKind {
                name: kind.name(),
                lines: gold,
                named,
                figures: ClassFigures::of(both, named - both, gold - both),
            })
            .collect();
        let sum = |of: fn(&Count) -> u64| counts.iter().map(of).sum::<u64>();
        let (lines, right) = (sum(|c| c.gold), sum(|c| c.both));
        Some(Naming {
            lines,
            micro_f1: share(right, lines),
            macro_f1: super::bootstrap::mean(kinds.iter().map(|kind| kind.figures.f1)),
            kinds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};

    #[test]
    fn removed_junk_with_a_gold_kind_counts() {
        use Kind::{Legal, Nav, Share};
        // Right, right, wrong; then lines that do not count: kept, without gold kind, article.
        let mut gold = page("p", &["j 首页", "j 登录", "j 分享", "j 注册", "j 顶", "a 正文"]);
        let kinds = [Some(Nav), Some(Nav), Some(Share), Some(Nav), None, None];
        for (line, kind) in gold.lines.iter_mut().zip(kinds) {
            line.kind = kind;
        }
        let mut pages = [judged(&gold, &[0.9, 0.9, 0.9, 0.1, 0.9, 0.9])];
        assert_eq!(Naming::of(&pages), None);
        let named = [Some(Nav), Some(Nav), Some(Nav), None, Some(Legal), Some(Nav)];
        for (line, kind) in pages[0].verdict.lines.iter_mut().zip(named) {
            line.kind = kind;
        }
        let got = Naming::of(&pages).unwrap();
        let brief: Vec<_> = got
            .kinds
            .iter()
            .map(|k| (k.name, k.lines, k.named, k.figures.precision, k.figures.recall))
            .collect();
        assert_eq!(
            brief,
            [("nav", 2, 3, Some(2.0 / 3.0), Some(1.0)), ("share", 1, 0, None, Some(0.0))]
        );
        assert_eq!((got.lines, got.micro_f1), (3, Some(2.0 / 3.0)));
        // 2 · 2 / (2 · 2 + 1) and 0.
        assert_eq!(got.macro_f1, Some(0.4));
    }

    #[test]
    fn the_enum_is_in_the_order_of_the_list() {
        assert!(Kind::ALL.into_iter().enumerate().all(|(n, kind)| kind as usize == n));
    }
}
