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
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Number of the page among those that were judged.
    pub(super) page: usize,
    /// Number of the line among those of the page.
    pub(super) line: usize,
    /// Probability of what was said, which is wrong.
    confidence: f32,
    /// How many lines of this text were judged wrongly in this way.
    pub(super) times: u64,
    characters: u64,
}

impl Found {
    /// What the mistake weighs: its characters wherever they stand, by how sure the model was.
    fn weight(&self) -> f64 {
        f64::from(self.confidence) * self.characters as f64 * self.times as f64
    }
}

/// The lines that were judged wrongly in this way, one of each text: a menu that is on every page
/// would fill the list otherwise.
fn find<'a>(pages: &'a [Judged<'_>], wanted: Mistake) -> Vec<Found> {
    let mut found: BTreeMap<&'a str, Found> = BTreeMap::new();
    for (page, judged) in pages.iter().enumerate() {
        for (line, (gold, verdict)) in
            judged.page.lines.iter().zip(&judged.verdict.lines).enumerate()
        {
            let (mistake, confidence) = match (gold.label, verdict.verdict == Verdict::Junk) {
                (Label::Article, true) => (Mistake::ArticleRemoved, verdict.probability),
                (Label::Junk, false) => (Mistake::JunkKept, 1.0 - verdict.probability),
                _ => continue,
            };
            if mistake != wanted {
                continue;
            }
            let entry = found.entry(&gold.text).or_insert_with(|| {
                let characters = gold.text.chars().count() as u64;
                Found { page, line, confidence, times: 0, characters }
            });
            entry.times += 1;
            if confidence > entry.confidence {
                *entry = Found { page, line, confidence, ..*entry };
            }
        }
    }
    found.into_values().collect()
}

/// The `limit` worst errors of each sort, surest first; article lines that go come first.
pub(super) fn worst(pages: &[Judged<'_>], limit: usize) -> Vec<WorstError> {
    if limit == 0 {
        return Vec::new();
    }
    let mut errors = Vec::new();
    for mistake in [Mistake::ArticleRemoved, Mistake::JunkKept] {
        let mut of_sort = find(pages, mistake);
        of_sort.sort_by(|a, b| {
            let surest = b.confidence.total_cmp(&a.confidence);
            surest.then((a.page, a.line).cmp(&(b.page, b.line)))
        });
        let worst = of_sort.iter().take(limit);
        errors.extend(worst.filter_map(|found| describe(pages, mistake, found)));
    }
    errors
}

/// The `limit` heaviest errors of one sort, heaviest first, by their characters and by how sure the
/// model was of them; and how many there are in all.
pub(super) fn heaviest(
    pages: &[Judged<'_>],
    mistake: Mistake,
    limit: usize,
) -> (Vec<Found>, usize) {
    let mut found = find(pages, mistake);
    let all = found.len();
    found.sort_by(|a, b| {
        b.weight().total_cmp(&a.weight()).then((a.page, a.line).cmp(&(b.page, b.line)))
    });
    found.truncate(limit);
    (found, all)
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
    #[test]
    fn long_and_repeated_mistakes_weigh_more() {
        let first =
            page("one", &["j 登录登录登录登录", "j 首页首页首页", "j 首页首页首页", "a 正文"]);
        let second = page("two", &["j 首页首页首页", "a 天晴"]);
        let pages = [judged(&first, &[0.25, 0.4, 0.2, 0.5]), judged(&second, &[0.3, 0.1])];
        // 0.75 · 8 characters against 0.8 · 6 characters · 3 times; the surest of the three is shown.
        let (got, all) = heaviest(&pages, Mistake::JunkKept, 5);
        let brief: Vec<_> = got.iter().map(|f| (f.page, f.line, f.times)).collect();
        assert_eq!((brief, all), (vec![(0, 2, 3), (0, 0, 1)], 2));
        let (got, all) = heaviest(&pages, Mistake::JunkKept, 1);
        assert_eq!((got.len(), all), (1, 2));
        let (got, _) = heaviest(&pages, Mistake::ArticleRemoved, 5);
        assert_eq!((got[0].page, got[0].line), (0, 3));
    }
}
