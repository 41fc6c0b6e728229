//! What spammers' tricks do to a filter: gold pages go in, and for each trick the share of the junk
//! lines that is still found when they are disguised by it comes out, beside what is found as they are.
//! Article lines stay as they are; what is lost of them shows whether the disguise next to them harms.

use std::fmt::{self, Display, Formatter};

use rayon::prelude::*;
use serde::Serialize;

use super::{random::Rng, synth::Trick};
use crate::{
    Filter, Result,
    evaluate::{Judged, Tally},
    filter::Scratch,
    input::{LabelledLine, LabelledPage},
    text::Label,
};

/// The tricks, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// Seed of the choices that the tricks draw.
    pub seed: u64,
    /// One entry a trick.
    pub tricks: Vec<TrickFigures>,
}

/// What one trick does. Counted are the junk lines that it changes; the losses are of all article
/// lines of the pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrickFigures {
    /// Its name.
    pub name: &'static str,
    /// Junk lines that look otherwise after it.
    pub lines: u64,
    /// Share of these that goes as they are.
    pub recall_before: Option<f64>,
    /// Share that goes in their disguise.
    pub recall_after: Option<f64>,
    /// Share of the article characters lost without the disguise.
    pub article_characters_lost_before: Option<f64>,
    /// With it.
    pub article_characters_lost_after: Option<f64>,
}

/// Plays every trick on the junk lines of the pages. `judged` are the filter's verdicts on them as
/// they are.
///
/// # Errors
/// As [`Judged::by`].
pub fn measure(judged: &[Judged<'_>], filter: &Filter, seed: u64) -> Result<Robustness> {
    let tricks = Trick::ALL.into_iter().map(|trick| play(trick, judged, filter, seed));
    Ok(Robustness { seed, tricks: tricks.collect::<Result<_>>()? })
}

/// Sums before and after: of changed junk lines, and of article lines.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    junk: [Tally; 2],
    article: [Tally; 2],
}

fn play(trick: Trick, judged: &[Judged<'_>], filter: &Filter, seed: u64) -> Result<TrickFigures> {
    let of_page = |scratch: &mut Scratch, (number, before): (usize, &Judged<'_>)| -> Result<Sums> {
        let page = before.page();
        let mut rng = Rng::derive(seed, &page.id, number as u64);
        let disguised = disguise(trick, page, &mut rng);
        let after = Judged::by(filter, &disguised, scratch)?;
        let mut sums = Sums::default();
        for (side, judged) in [before, &after].into_iter().enumerate() {
            let lines = page.lines.iter().zip(&disguised.lines);
            let own = judged.page().lines.iter().zip(&judged.verdict().lines);
            for ((plain, disguised), (line, verdict)) in lines.zip(own) {
                let tally = match plain.label {
                    Label::Article => &mut sums.article[side],
                    Label::Junk if plain.text != disguised.text => &mut sums.junk[side],
                    _ => continue,
                };
                tally.line(line, verdict);
            }
        }
        Ok(sums)
    };
    let parts: Vec<Sums> =
        judged.par_iter().enumerate().map_init(Scratch::default, of_page).collect::<Result<_>>()?;
    let mut all = Sums::default();
    for part in &parts {
        for side in 0..2 {
            all.junk[side].add(&part.junk[side]);
            all.article[side].add(&part.article[side]);
        }
    }
    let recall = |tally: &Tally| tally.confusion.junk().recall;
    Ok(TrickFigures {
        name: trick.name(),
        lines: all.junk[0].confusion.lines(),
        recall_before: recall(&all.junk[0]),
        recall_after: recall(&all.junk[1]),
        article_characters_lost_before: all.article[0].article_loss(),
        article_characters_lost_after: all.article[1].article_loss(),
    })
}

/// The page with its junk lines in disguise. A line that would become blank stays as it is.
fn disguise(trick: Trick, page: &LabelledPage, rng: &mut Rng) -> LabelledPage {
    let mut page = page.clone();
    for line in page.lines.iter_mut().filter(|line| line.label == Label::Junk) {
        let text = trick.apply(&line.text, rng);
        if !text.chars().all(char::is_whitespace) {
            *line = LabelledLine { text, ..line.clone() };
        }
    }
    page
}

impl Display for Robustness {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let percent =
            |share: Option<f64>| share.map_or("–".into(), |s| format!("{:.2}%", 100.0 * s));
        let ratio = |share: Option<f64>| share.map_or("–".into(), |s| format!("{s:.3}"));
        writeln!(
            out,
            "{:<24} {:>8} {:>8} {:>8} {:>13} {:>8}",
            "trick on junk lines", "lines", "R before", "R after", "article lost", "after"
        )?;
        for trick in &self.tricks {
            writeln!(
                out,
                "{:<24} {:>8} {:>8} {:>8} {:>13} {:>8}",
                trick.name,
                trick.lines,
                ratio(trick.recall_before),
                ratio(trick.recall_after),
                percent(trick.article_characters_lost_before),
                percent(trick.article_characters_lost_after),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PageVerdict,
        model::{Calibration, Card, LineModel, Model, OperatingCurve, Policy, Table},
    };

    /// A model that calls every line junk.
    fn filter() -> Filter {
        let line = LineModel {
            table: Table::empty(),
            form: false,
            biases: [1.0; 2],
            words: Table::empty(),
            words_bias: 0.0,
            gate: 0.0,
        };
        let policy = Policy { threshold: 0.5, unsure: 0.5, guard: false, cut: false };
        let model = Model {
            line,
            passes: Vec::new(),
            span: None,
            kinds: None,
            tree: None,
            calibration: Calibration { slope: 1.0, offset: 0.0, length_cost: 0.0 },
            policy,
            operating: OperatingCurve { points: Vec::new(), article_lines: 0 },
            card: Card::default(),
            trained_on: Vec::new(),
        };
        Filter::new(model, policy)
    }

    #[test]
    fn only_junk_lines_that_change_are_counted() {
        let line = |text: &str, label| LabelledLine {
            text: text.into(),
            label,
            kind: None,
            spans: Vec::new(),
        };
        let page = LabelledPage {
            id: "p".into(),
            site: "p".into(),
            lang: None,
            set: "s".into(),
            // Full width changes the second line and nothing else.
            lines: vec![
                line("首页", Label::Junk),
                line("Home | Login", Label::Junk),
                line("The bridge was built again.", Label::Article),
                line("end", Label::Either),
            ],
            html: None,
        };
        let filter = filter();
        let judged = [Judged::by(&filter, &page, &mut Scratch::default()).unwrap()];
        let got = play(Trick::FullWidth, &judged, &filter, 1).unwrap();
        assert_eq!((got.lines, got.recall_before, got.recall_after), (1, Some(1.0), Some(1.0)));
        assert_eq!(got.article_characters_lost_after, Some(1.0));
        // The side before is what was judged before.
        let mut kept = PageVerdict::clone(judged[0].verdict());
        kept.lines.iter_mut().for_each(|line| line.verdict = crate::Verdict::Article);
        let judged = [Judged::new(&page, kept).unwrap()];
        let got = play(Trick::FullWidth, &judged, &filter, 1).unwrap();
        assert_eq!((got.recall_before, got.recall_after), (Some(0.0), Some(1.0)));
        assert_eq!(got.article_characters_lost_before, Some(0.0));
        let all = measure(&judged, &filter, 1).unwrap();
        assert_eq!(all.tricks.len(), 6);
        assert_eq!(all.to_string().lines().count(), 7);
        assert_eq!(all, measure(&judged, &filter, 1).unwrap());
    }
}
