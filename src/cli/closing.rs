//! The end of a run in words: what came in, what was removed, what to look at.

use super::say::count;
use crate::input::PassedOver;
use crate::output::Summary;
use crate::text::Kind;
use crate::text::visible::{start, visible};

/// Forms of removed lines that the summary lists.
const MOST_FREQUENT: usize = 10;

/// The figures of a run in words, a line each.
pub fn report(summary: &Summary, passed_over: &PassedOver) -> Vec<String> {
    let s = summary;
    let mut lines = vec![format!(
        "{}, {}; removed {} and {}, {:.1} % of {}",
        count(s.pages, "page"),
        count(s.lines, "line"),
        count(s.removed_lines, "line"),
        count(s.cut_spans, "span"),
        100.0 * s.removed_share(),
        count(s.chars, "character")
    )];
    if !s.kinds.is_empty() {
        let mut kinds: Vec<(Kind, u64)> = s.kinds.iter().map(|(&kind, &n)| (kind, n)).collect();
        kinds.sort_by_key(|&(kind, n)| (std::cmp::Reverse(n), kind));
        let kinds: Vec<_> = kinds.iter().map(|(kind, n)| format!("{} {n}", kind.name())).collect();
        lines.push(format!("removed by kind: {}", kinds.join(", ")));
    }
    let mut tell = |n, noun, what: &str| lines.extend(some(n, noun, what));
    tell(s.repeated_lines, "line", "removed only since other pages of the site have them");
    tell(s.unsure_lines, "line", "kept although unsure");
    tell(s.empty_pages, "page", "with no article, removed whole");
    tell(s.guarded_pages, "page", "kept whole: more would have gone than is plausible");
    for (encoding, pages) in &s.encodings {
        tell(*pages, "page", &format!("read as {encoding}"));
    }
    let where_replaced = format!("replaced by U+FFFD, in {}", count(s.mended_pages, "page"));
    tell(s.replaced, "faulty sequence", &where_replaced);
    let why = "passed over: of another status or media type than pages of text or HTML";
    tell(s.passed_over, "WARC record", why);
    lines.extend(files_passed_over(passed_over));
    lines.extend(some(s.errors, "error", "told above"));
    let top = s.skeletons.top(MOST_FREQUENT);
    // What is there once or twice is not frequent.
    if top.first().is_some_and(|(_, lines, _)| *lines > 2) {
        lines.push("removed most often, by form (文 Han, A letters, 0 digits):".into());
        let width = top.first().map_or(0, |(_, lines, _)| lines.to_string().len());
        lines.extend(top.iter().filter(|(_, lines, _)| *lines > 1).map(|(form, lines, sample)| {
            format!("  {lines:>width$}  {}  such as: {}", visible(form), start(sample, 40))
        }));
    }
    lines
}

/// The files in folders that were not read, in words.
pub fn files_passed_over(passed_over: &PassedOver) -> impl Iterator<Item = String> {
    let unknown = "passed over: no known ending (.txt, .html, .jsonl, .warc, .wet, .parquet; also .gz and .zst)";
    let packed = format!("passed over: {}", passed_over.why_packed());
    let unknown = some(passed_over.n_unknown as u64, "file", unknown);
    unknown.into_iter().chain(some(passed_over.n_packed() as u64, "file", &packed))
}

/// How many of something there are, where there are any.
fn some(n: u64, noun: &str, what: &str) -> Option<String> {
    (n > 0).then(|| format!("{} {what}", count(n, noun)))
}
