//! Judged pages of HTML as texts: what was kept of each against its gold text, by shingles, set by
//! set. Lines that only repeat the title are taken out of both sides.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{
    Judged,
    shingles::{MeanShingles, Shingles, without_titles},
};
use crate::filter::Verdict;

/// How near the kept texts of a set are to their gold texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextFigures {
    /// The name of the set.
    pub name: String,
    /// Its pages of HTML.
    pub pages: u64,
    /// Mean share of the kept 4-shingles that are in the gold text.
    pub precision: Option<f64>,
    /// Mean share of the gold text's 4-shingles that are kept.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
}

/// The figures of every set that has pages of HTML with gold text, by name.
pub(super) fn by_set(pages: &[Judged<'_>]) -> Vec<TextFigures> {
    let scored: Vec<(&str, Shingles)> = pages
        .par_iter()
        .filter_map(|judged| Some((judged.page().set.as_str(), of_page(judged)?)))
        .collect();
    let mut sets: BTreeMap<&str, Vec<Shingles>> = BTreeMap::new();
    for (set, shingles) in scored {
        sets.entry(set).or_default().push(shingles);
    }
    sets.into_iter()
        .map(|(name, pages)| {
            let MeanShingles { precision, recall, f1 } = MeanShingles::of(&pages);
            let (name, pages) = (name.to_owned(), pages.len() as u64);
            TextFigures { name, pages, precision, recall, f1 }
        })
        .collect()
}

fn of_page(judged: &Judged<'_>) -> Option<Shingles> {
    let page = judged.page();
    let html = page.html.as_deref()?;
    let mut output = String::new();
    for (line, verdict) in page.lines.iter().zip(&judged.verdict().lines) {
        if verdict.verdict != Verdict::Junk {
            output.extend(verdict.kept_parts(&line.text));
            output.push('\n');
        }
    }
    let meta = &html.document.meta;
    let headings: Vec<&str> = meta.headings.iter().map(String::as_str).collect();
    let title = meta.title.as_deref().unwrap_or_default();
    let side = |text: &str| without_titles(&headings, title, text);
    Some(Shingles::of(&side(&html.gold), &side(&output)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{
        super::testing::{judged, page},
        *,
    };
    use crate::{html::Document, input::LabelledHtml};

    #[test]
    fn what_is_cut_out_of_a_line_is_not_in_the_text() {
        const GOLD: &str = "木匠们重新做了横梁。";
        let source = format!("<p>首页<p>{GOLD}彩票开奖");
        let mut page = page("h", &["j 首页", &format!("a {GOLD}彩票开奖")]);
        let document = Document::parse(&source);
        page.html = Some(Arc::new(LabelledHtml { source, gold: GOLD.into(), document }));
        let mut judged = judged(&page, &[0.9, 0.1]);
        // Six shingles of nine characters; with the planted ones four more.
        let figures = &by_set(std::slice::from_ref(&judged))[0];
        assert_eq!((figures.precision, figures.recall), (Some(0.6), Some(1.0)));
        judged.verdict.lines[1].cut.push(GOLD.len()..GOLD.len() + "彩票开奖".len());
        let figures = &by_set(&[judged])[0];
        assert_eq!((figures.pages, figures.f1), (1, Some(1.0)));
    }
}
