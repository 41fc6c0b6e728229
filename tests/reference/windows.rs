//! A long page, judged slowly: for each line its window is found by walking the page, and judged as a page
//! of its own. In: a text and where windows end; out: probabilities.

use dechaff::filter::Scratch;
use dechaff::model::Policy;
use dechaff::text::Windows;
use dechaff::{Filter, Page};

use super::MODEL;

/// The probabilities of all lines.
pub fn probabilities(text: &str, limits: Windows) -> Vec<f32> {
    let page = Page::from_text(text);
    let lines = &page.lines;
    let n = lines.len();
    let bytes =
        |first: usize, last: usize| lines[last].start + lines[last].text.len() - lines[first].start;
    let policy = Policy { guard: false, ..MODEL.policy };
    let filter = Filter::new(MODEL.clone(), policy);
    let mut probabilities = Vec::new();
    while probabilities.len() < n {
        let own = probabilities.len();
        let sees = |l: &usize| {
            own - l <= limits.overlap_lines
                && lines[own].start - lines[*l].start <= limits.overlap_bytes
        };
        let first = (0..=own).find(sees).unwrap_or(own);
        let fits = |l: &usize| l - first < limits.lines && bytes(first, *l) <= limits.bytes;
        let last = (own..n).take_while(|l| *l == own || fits(l)).last().unwrap();
        let end = lines[last].start + lines[last].text.len();
        let is_edge = last + 1 == n || lines[last + 1].start - end > limits.overlap_bytes;
        let is_after = |l: &usize| {
            !is_edge && last - l < limits.overlap_lines && bytes(*l, last) <= limits.overlap_bytes
        };
        let last_own = (own..=last).find(|l| *l == last || is_after(&(l + 1))).unwrap();
        let window = Page { lines: lines[first..=last].to_vec(), site: None };
        let verdict = filter.judge(&window, &mut Scratch::default());
        probabilities.extend((own..=last_own).map(|l| verdict.lines[l - first].probability));
    }
    probabilities
}
