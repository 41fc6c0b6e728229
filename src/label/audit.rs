//! Labels to look at again: those that a model disputes which did not see their site. Labelled pages
//! come in, disputed lines go out, the most disputed first.
//!
//! Every stage of a model is fitted on all folds of sites but one and asked about that one, as in
//! training; a label is disputed where the log odds speak against it. Ranking by how little a held-out
//! model believes the given label is that of confident learning (Northcutt, Jiang, Chuang 2021).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::input::LabelledPage;
use crate::text::{Kind, Label};
use crate::train::corpus::Corpus;
use crate::train::{out_of_fold, recipe::Recipe};
use crate::{Error, Result};

/// Lines of context on either side.
const CONTEXT: usize = 2;

/// A line whose label is disputed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dispute {
    /// The file's name without its endings.
    pub set: String,
    /// Id of its page.
    pub page: String,
    /// 1-based place among the page's lines that are not blank.
    pub line: usize,
    /// The lines above it.
    pub before: Vec<String>,
    /// The line.
    pub text: String,
    /// The lines below it.
    pub after: Vec<String>,
    /// Its label.
    pub label: Label,
    /// Its kind, where it has one.
    pub kind: Option<Kind>,
    /// Whether rules made the label, as the file says.
    pub by_rules: bool,
    /// Whether it stands on a page of HTML: its label then follows from the page's `gold` text, and is mended
    /// there.
    pub is_html: bool,
    /// What the held-out models make of the label: its log odds, below 0.
    pub margin: f64,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Lines that have a label, `either` left out.
    pub lines: usize,
    /// Folds of sites.
    pub folds: usize,
    /// The disputed ones, most disputed first.
    pub disputes: Vec<Dispute>,
}

/// Cross-validates labels. Pages of HTML are judged as the text that a reader sees. Nothing is made up for
/// training here: the labels are judged by each other. `by_rules` says which labels rules made, page by page
/// and line by line, as [`super::existing::machine_made`] does; where it says nothing, none. `progress` is
/// told what is being done.
///
/// # Errors
/// [`Error::Untrainable`] where a class is missing, there is one site only or a fold has one class
/// only, and [`Error::NotConverged`].
pub fn audit(
    pages: Vec<LabelledPage>,
    by_rules: &[Vec<bool>],
    recipe: &Recipe,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Audit> {
    // All others are here as their HTML is read; a page that comes both ways is here as text.
    let text = pages.iter().enumerate().filter(|(_, page)| page.html.is_none());
    let text: BTreeMap<(String, String), &[bool]> = text
        .map(|(number, page)| {
            let by_rules = by_rules.get(number).map_or(&[][..], Vec::as_slice);
            ((page.set.clone(), page.id.clone()), by_rules)
        })
        .collect();
    let corpus = Corpus::assemble(pages, recipe, |_, _, _| Ok(Vec::new())).map_err(told)?;
    let stages = out_of_fold::fit(&corpus, recipe, progress).map_err(told)?;
    let mut audit = Audit { lines: 0, folds: corpus.folds, disputes: Vec::new() };
    for (page, beliefs) in corpus.pages.iter().map(|page| &page.page).zip(&stages.belief) {
        let by_rules = text.get(&(page.set.clone(), page.id.clone()));
        for (index, (line, &belief)) in page.lines.iter().zip(beliefs).enumerate() {
            let margin = match line.label {
                Label::Junk => belief,
                Label::Article => -belief,
                Label::Either => continue,
            };
            audit.lines += 1;
            if margin >= 0.0 {
                continue;
            }
            let texts = |from: usize, to: usize| -> Vec<String> {
                let lines = page.lines.get(from..to.min(page.lines.len())).unwrap_or(&[]);
                lines.iter().map(|line| line.text.clone()).collect()
            };
            audit.disputes.push(Dispute {
                set: page.set.clone(),
                page: page.id.clone(),
                line: index + 1,
                before: texts(index.saturating_sub(CONTEXT), index),
                text: line.text.clone(),
                after: texts(index + 1, index + 1 + CONTEXT),
                label: line.label,
                kind: line.kind,
                by_rules: by_rules.is_some_and(|lines| lines.get(index).is_some_and(|&by| by)),
                is_html: by_rules.is_none(),
                margin: (f64::from(margin) * 1e4).round() / 1e4,
            });
        }
    }
    // Stable: among equals the order of the pages.
    audit.disputes.sort_by(|a, b| a.margin.total_cmp(&b.margin));
    Ok(audit)
}

fn told(error: Error) -> Error {
    match error {
        Error::Untrainable(reason) => Error::Untrainable(format!("labels to audit: {reason}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::LabelledLine;
    use crate::train::recipe;

    #[test]
    fn a_label_that_is_turned_round_is_disputed_most() {
        let who = ["渔民们", "老人", "校长", "修表匠", "合唱队", "村长"];
        let what = ["把旧船拖上了岸", "数了数种子", "修好了水车", "在院子里晒书", "写了一封信"];
        let line = |text: String, label| LabelledLine { text, label, kind: None, spans: vec![] };
        let mut pages: Vec<LabelledPage> = (0..12)
            .map(|p| {
                let mut lines: Vec<_> = ["首页", "新闻中心", "联系我们", "登录", "下一页"]
                    .map(|text| line(text.into(), Label::Junk))
                    .into();
                lines.extend((0..8).map(|i| {
                    let (who, what) = (who[(p + i) % 6], what[(p * 3 + i) % 5]);
                    line(format!("清早，{who}{what}，谁也没有多说什么。"), Label::Article)
                }));
                LabelledPage {
                    id: format!("p{p}"),
                    site: format!("s{p}"),
                    lang: None,
                    set: "made".into(),
                    lines,
                    html: None,
                }
            })
            .collect();
        pages[4].lines[7].label = Label::Junk;
        let recipe = Recipe::parse(recipe::DEFAULT).unwrap();
        let mut by_rules = vec![vec![]; 5];
        by_rules[4] = (0..13).map(|line| line == 7).collect();
        let audit = audit(pages, &by_rules, &recipe, &|_| ()).unwrap();
        assert_eq!((audit.lines, audit.folds), (12 * 13, 5));
        let first = &audit.disputes[0];
        assert_eq!((first.page.as_str(), first.line, first.label), ("p4", 8, Label::Junk));
        assert!(first.by_rules && audit.disputes[1..].iter().all(|d| !d.by_rules));
        assert!(first.margin < -0.5 && first.before.len() == 2 && first.after.len() == 2);
    }
}
