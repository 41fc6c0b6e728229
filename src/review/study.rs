//! What there is to know of a file's lines before anybody decides: what the model says of each, which
//! are near-identical, and in which order they are worth a look. Made once; labels are not in it.

use std::sync::Arc;

use rayon::prelude::*;

use super::label_file::LabelFile;
use super::session::At;
use crate::filter::{Filter, LineVerdict, Scratch};
use crate::label::RulePage;
use crate::label::next::{Guess, next};
use crate::label::siblings::{Groups, group};
use crate::model::Explanation;
use crate::{Line, Page};

/// A file, studied.
#[derive(Debug)]
pub struct Study {
    filter: Filter,
    /// By page and line: what the model says.
    pub verdicts: Vec<Vec<LineVerdict>>,
    /// Near-identical lines.
    pub groups: Groups,
    /// One line of every group, that most worth a look first.
    pub queue: Vec<At>,
}

impl Study {
    /// Judges every page; takes the time of a `dechaff score`.
    pub fn new(file: &LabelFile, filter: Filter) -> Study {
        let (pages, verdicts): (Vec<RulePage>, Vec<Vec<LineVerdict>>) = file
            .pages
            .par_iter()
            .enumerate()
            .map_init(Scratch::default, |scratch, (number, page)| {
                let lines = || page.lines.iter().map(|line| (line.number, &*line.text));
                // Not by its id, which others may have too.
                let rule_page = RulePage::new(number.to_string(), page.site.clone(), None, lines());
                (rule_page, filter.judge(&as_page(lines()), scratch).lines)
            })
            .unzip();
        let groups = group(&pages);
        let guesses: Vec<Vec<Guess>> = verdicts.iter().zip(&file.pages).map(guesses).collect();
        let questions = next(&pages, &groups, &guesses, groups.members.len());
        let queue = questions.iter().filter_map(|question| {
            let page: usize = question.page.parse().ok()?;
            let lines = &file.pages.get(page)?.lines;
            let line = lines.binary_search_by_key(&question.line, |line| line.number).ok()?;
            Some((page, line))
        });
        Study { queue: queue.collect(), verdicts, groups, filter }
    }

    /// What judged.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The lines that are near-identical to a line, itself among them.
    pub fn siblings(&self, (page, line): At) -> &[At] {
        let group = self.groups.of.get(page).and_then(|of| of.get(line));
        group.and_then(|&group| self.groups.members.get(group as usize)).map_or(&[], Vec::as_slice)
    }

    /// What the model says of a line.
    pub fn verdict(&self, (page, line): At) -> Option<&LineVerdict> {
        self.verdicts.get(page)?.get(line)
    }

    /// Why the model says it, of a page as [`texts`] gives it. On a page of many lines this takes a moment.
    pub fn explain(&self, page: &[(u32, Arc<str>)], line: usize) -> Option<Explanation> {
        let number = page.get(line)?.0;
        let is_wanted = |line: &Line<'_>| line.number == number;
        let lines = page.iter().map(|(number, text)| (*number, &**text));
        let explained = self.filter.explain(&as_page(lines), &mut Scratch::default(), is_wanted);
        explained.into_iter().next()
    }
}

/// The lines of a page with their numbers, to be looked at without the session.
pub fn texts(file: &LabelFile, page: usize) -> Vec<(u32, Arc<str>)> {
    let lines = file.pages.get(page).map_or(&[][..], |page| page.lines.as_slice());
    lines.iter().map(|line| (line.number, line.text.clone())).collect()
}

fn guesses((verdicts, page): (&Vec<LineVerdict>, &super::label_file::FilePage)) -> Vec<Guess> {
    let lines = verdicts.iter().zip(&page.lines);
    let guess = lines.map(|(verdict, line)| Guess {
        probability: verdict.probability,
        kind: verdict.kind.or(line.state.kind),
    });
    guess.collect()
}

/// A page as the filter takes it, with the numbers that its lines have in the file.
fn as_page<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Page<'a> {
    let mut start = 0;
    let lines = lines.map(|(number, text)| {
        let this = Line { number, start, text };
        start += text.len() + 1;
        this
    });
    Page { lines: lines.collect(), site: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;
    use crate::review::label_file::tests::file;

    #[test]
    fn lines_are_studied_whatever_their_pages_are_called() {
        let line = |text: &str| format!("{{\"text\":\"{text}\",\"label\":\"either\"}}");
        let page = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|text| line(text)).collect();
            format!("{{\"id\":\"same\",\"lines\":[{}]}}\n", lines.join(","))
        };
        let source = page(&["首页", " ", "桥修好了，人们很高兴。"]) + &page(&[]) + &page(&["首頁"]);
        let file = file(&source);
        let model = Model::builtin().unwrap();
        let policy = *model.policy();
        let study = Study::new(&file, Filter::new(model, policy));
        assert_eq!(study.siblings((0, 0)), [(0, 0), (2, 0)]);
        assert_eq!(study.siblings((0, 1)), [(0, 1)]);
        assert!(study.siblings((1, 0)).is_empty() && study.siblings((9, 9)).is_empty());
        let mut queue = study.queue.clone();
        queue.sort_unstable();
        assert_eq!(queue.len(), 2);
        // One of the two that are alike, and the other line.
        assert!(queue == [(0, 0), (0, 1)] || queue == [(0, 1), (2, 0)], "{queue:?}");
        for at in [(0, 0), (0, 1), (2, 0)] {
            let why = study.explain(&texts(&file, at.0), at.1).unwrap();
            assert_eq!(Some(why.probability), study.verdict(at).map(|v| v.probability));
        }
        assert!(study.explain(&texts(&file, 0), 2).is_none());
    }
}
