//! The worst errors: judged pages go in, the lines that the model was most sure of and wrong about
//! come out, with the lines around them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Judged;
use crate::filter::Verdict;
use crate::text::{Kind, Label};

/// How many lines of context stand on each side.
const CONTEXT: usize = 2;

/// The two ways to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// An article line goes.
    ArticleRemoved,
    /// A junk line stays.
    JunkKept,
}

/// A line that was judged wrongly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorstError {
    /// In which way.
    pub mistake: Mistake,
    /// Probability of junk.
    pub probability: f32,
    /// How many lines of this very text were judged wrongly in this way; the surest is shown.
    pub times: u64,
    /// The page's set.
    pub set: String,
    /// The page's site.
    pub site: String,
    /// The page.
    pub id: String,
    /// 1-based number among the page's lines, blank ones left out.
    pub line: usize,
    /// What sort of junk it is, where known.
    pub kind: Option<Kind>,
    /// At most two lines before it.
    pub before: Vec<String>,
    /// The line.
    pub text: String,
    /// At most two lines after it.
    pub after: Vec<String>,
}

/// Where a wrong line stands; of equal texts the surest, and of these the first.
struct Found {
    page: usize,
    line: usize,
    confidence: f32,
    times: u64,
}

/// The `limit` worst errors of each sort, surest first; article lines that go come first.
pub(super) fn worst(pages: &[Judged<'_>], limit: usize) -> Vec<WorstError> {
    if limit == 0 {
        return Vec::new();
    }
    // One entry for each text: a menu that is on every page would fill the list otherwise.
    let mut found: BTreeMap<(Mistake, &str), Found> = BTreeMap::new();
    for (page, judged) in pages.iter().enumerate() {
        for (line, (gold, verdict)) in
            judged.page.lines.iter().zip(&judged.verdict.lines).enumerate()
        {
            let (mistake, confidence) = match (gold.label, verdict.verdict == Verdict::Junk) {
                (Label::Article, true) => (Mistake::ArticleRemoved, verdict.probability),
                (Label::Junk, false) => (Mistake::JunkKept, 1.0 - verdict.probability),
                _ => continue,
            };
            let entry = found.entry((mistake, &gold.text)).or_insert(Found {
                page,
                line,
                confidence,
                times: 0,
            });
            entry.times += 1;
            if confidence > entry.confidence {
                *entry = Found { page, line, confidence, times: entry.times };
            }
        }
    }
    let mut errors = Vec::new();
    for wanted in [Mistake::ArticleRemoved, Mistake::JunkKept] {
        let mut of_sort: Vec<&Found> =
            found.iter().filter(|((mistake, _), _)| *mistake == wanted).map(|(_, f)| f).collect();
        of_sort.sort_by(|a, b| {
            let surest = b.confidence.total_cmp(&a.confidence);
            surest.then((a.page, a.line).cmp(&(b.page, b.line)))
        });
        let worst = of_sort.into_iter().take(limit);
        errors.extend(worst.filter_map(|found| describe(pages, wanted, found)));
    }
    errors
}

fn describe(pages: &[Judged<'_>], mistake: Mistake, found: &Found) -> Option<WorstError> {
    let judged = pages.get(found.page)?;
    let page = judged.page;
    let gold = page.lines.get(found.line)?;
    let texts = |lines: std::ops::Range<usize>| {
        let lines = page.lines.get(lines).unwrap_or_default();
        lines.iter().map(|line| line.text.clone()).collect()
    };
    let next = found.line + 1;
    Some(WorstError {
        mistake,
        probability: judged.verdict.lines.get(found.line)?.probability,
        times: found.times,
        set: page.set.clone(),
        site: page.site.clone(),
        id: page.id.clone(),
        line: next,
        kind: gold.kind,
        before: texts(found.line.saturating_sub(CONTEXT)..found.line),
        text: gold.text.clone(),
        after: texts(next..(next + CONTEXT).min(page.lines.len())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};

    #[test]
    fn the_surest_mistakes_come_first_with_their_context() {
        let first = page(
            "one",
            &[
                "a 天气预报说明天晴",
                "j 首页",
                "a 第一段",
                "a 第二段",
                "j 登录",
                "a 第三段",
                "e 编辑",
            ],
        );
        let second = page("two", &["j 登录", "j 下一页", "a 第四段"]);
        let pages = [
            judged(&first, &[0.1, 0.9, 0.8, 0.95, 0.2, 0.3, 1.0]),
            judged(&second, &[0.1, 0.4, 0.85]),
        ];
        let got = worst(&pages, 2);
        let brief: Vec<_> =
            got.iter().map(|e| (e.mistake, e.text.as_str(), e.probability, e.times)).collect();
        assert_eq!(
            brief,
            [
                (Mistake::ArticleRemoved, "第二段", 0.95, 1),
                (Mistake::ArticleRemoved, "第四段", 0.85, 1),
                // Wrong on both pages; surest on the second.
                (Mistake::JunkKept, "登录", 0.1, 2),
                (Mistake::JunkKept, "下一页", 0.4, 1),
            ]
        );
        assert_eq!((got[0].line, got[0].id.as_str()), (4, "one"));
        assert_eq!(got[0].before, ["首页", "第一段"]);
        assert_eq!(got[0].after, ["登录", "第三段"]);
        assert_eq!((got[2].line, got[2].id.as_str()), (1, "two"));
        assert_eq!((got[2].before.len(), got[2].after.len()), (0, 2));
        assert!(worst(&pages, 0).is_empty());
    }
}
