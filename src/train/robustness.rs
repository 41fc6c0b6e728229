//! What disguise and damage do to a filter. Gold pages go in. For each trick of spammers comes out the
//! share of the junk lines that is still found in that disguise, beside what is found as they are; for
//! each way in which honest text arrives damaged, the share of its characters that is then lost.

use std::fmt::{self, Display, Formatter};

use rayon::prelude::*;
use serde::Serialize;

use super::{
    random::Rng,
    synth::{LinesOf, Trick, garble},
};
use crate::{
    Filter, Result,
    evaluate::{Judged, Tally},
    filter::Scratch,
    input::{LabelledLine, LabelledPage},
    text::Label,
};

/// Tricks and damages, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// Seed of the choices that they draw.
    pub seed: u64,
    /// One entry a trick.
    pub tricks: Vec<TrickFigures>,
    /// One entry a damage.
    pub damages: Vec<DamageFigures>,
}

/// What one trick does. Counted are the junk lines that it changes; the losses are of all article
/// lines of the pages, which stay as they are: whether the disguise next to them harms.
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

/// What one damage does to the article lines that it changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DamageFigures {
    /// Its name.
    pub name: &'static str,
    /// Article lines that look otherwise after it.
    pub lines: u64,
    /// Share of their characters lost as they are.
    pub article_characters_lost_before: Option<f64>,
    /// Damaged.
    pub article_characters_lost_after: Option<f64>,
}

/// Plays every trick and every damage on the pages of text; a page of HTML is judged by its tree, which
/// stays as it is. `judged` are the filter's verdicts on them as they are.
///
/// # Errors
/// As [`Judged::by`].
pub fn measure(judged: &[Judged<'_>], filter: &Filter, seed: u64) -> Result<Robustness> {
    let mut played = Played::default();
    played.play(judged, filter, seed)?;
    Ok(played.figures(seed))
}

/// What is done to a page.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// A trick on its junk lines.
    Disguise(Trick),
    /// The same on all of its lines, as where a whole page is converted.
    Convert(Trick),
    /// What mangling scripts do to pages.
    Garble,
}

const CONVERSIONS: [Trick; 2] = [Trick::Traditional, Trick::Readings];

impl Change {
    fn all() -> impl Iterator<Item = Change> {
        let conversions = CONVERSIONS.into_iter().map(Change::Convert);
        Trick::ALL.into_iter().map(Change::Disguise).chain(conversions).chain([Change::Garble])
    }

    /// The page after it; no line is added or taken away.
    fn of(self, page: &LabelledPage, rng: &mut Rng) -> LabelledPage {
        match self {
            Change::Disguise(trick) => apply(trick, page, |line| line.label == Label::Junk, rng),
            // The places of spans would not move with their text.
            Change::Convert(trick) => apply(trick, page, |line| line.spans.is_empty(), rng),
            Change::Garble => garble(page, LinesOf::Copy, rng),
        }
    }
}

/// The page with some of its lines in disguise. A line that would become blank stays as it is.
fn apply(
    trick: Trick,
    page: &LabelledPage,
    is_meant: impl Fn(&LabelledLine) -> bool,
    rng: &mut Rng,
) -> LabelledPage {
    let mut page = page.clone();
    for line in page.lines.iter_mut().filter(|line| is_meant(line)) {
        let text = trick.apply(&line.text, rng);
        if !text.chars().all(char::is_whitespace) {
            *line = LabelledLine { text, ..line.clone() };
        }
    }
    page
}

/// Sums before and after: of changed junk lines, of changed article lines, and of all article lines.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    junk: [Tally; 2],
    changed: [Tally; 2],
    article: [Tally; 2],
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        for side in 0..2 {
            self.junk[side].add(&other.junk[side]);
            self.changed[side].add(&other.changed[side]);
            self.article[side].add(&other.article[side]);
        }
    }
}

/// Sums over the pages that every change was played on so far, by any number of filters.
#[derive(Debug, Default)]
pub struct Played(Vec<Sums>);

impl Played {
    /// Plays every change on pages and the verdicts of this filter on them.
    ///
    /// # Errors
    /// As [`Judged::by`].
    pub fn play(&mut self, judged: &[Judged<'_>], filter: &Filter, seed: u64) -> Result<()> {
        self.0.resize(Change::all().count(), Sums::default());
        for (change, sums) in Change::all().zip(&mut self.0) {
            sums.add(&play(change, judged, filter, seed)?);
        }
        Ok(())
    }

    /// What the sums say.
    pub fn figures(&self, seed: u64) -> Robustness {
        let mut robustness = Robustness { seed, tricks: Vec::new(), damages: Vec::new() };
        let recall = |tally: &Tally| tally.confusion.junk().recall;
        for (change, sums) in Change::all().zip(&self.0) {
            let damage = |name| DamageFigures {
                name,
                lines: sums.changed[0].confusion.lines(),
                article_characters_lost_before: sums.changed[0].article_loss(),
                article_characters_lost_after: sums.changed[1].article_loss(),
            };
            match change {
                Change::Disguise(trick) => robustness.tricks.push(TrickFigures {
                    name: trick.name(),
                    lines: sums.junk[0].confusion.lines(),
                    recall_before: recall(&sums.junk[0]),
                    recall_after: recall(&sums.junk[1]),
                    article_characters_lost_before: sums.article[0].article_loss(),
                    article_characters_lost_after: sums.article[1].article_loss(),
                }),
                Change::Convert(trick) => robustness.damages.push(damage(trick.name())),
                Change::Garble => robustness.damages.push(damage("garbled")),
            }
        }
        robustness
    }
}

fn play(change: Change, judged: &[Judged<'_>], filter: &Filter, seed: u64) -> Result<Sums> {
    let of_page = |scratch: &mut Scratch, (number, before): (usize, &Judged<'_>)| -> Result<Sums> {
        let page = before.page();
        let mut rng = Rng::derive(seed, &page.id, number as u64);
        let changed = change.of(page, &mut rng);
        let after = Judged::by(filter, &changed, scratch)?;
        let mut sums = Sums::default();
        for (side, judged) in [before, &after].into_iter().enumerate() {
            let lines = page.lines.iter().zip(&changed.lines);
            let own = judged.page().lines.iter().zip(&judged.verdict().lines);
            for ((plain, changed), (line, verdict)) in lines.zip(own) {
                let is_changed = plain.text != changed.text;
                match plain.label {
                    Label::Junk if is_changed => sums.junk[side].line(line, verdict),
                    Label::Article => {
                        if is_changed {
                            sums.changed[side].line(line, verdict);
                        }
                        sums.article[side].line(line, verdict)
                    }
                    _ => continue,
                };
            }
        }
        Ok(sums)
    };
    let parts: Vec<Sums> = judged
        .par_iter()
        .enumerate()
        .filter(|(_, judged)| judged.page().html.is_none())
        .map_init(Scratch::default, of_page)
        .collect::<Result<_>>()?;
    let mut all = Sums::default();
    parts.iter().for_each(|part| all.add(part));
    Ok(all)
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
        writeln!(
            out,
            "\n{:<24} {:>8} {:>8} {:>8} {:>13} {:>8}",
            "damage to article lines", "lines", "", "", "article lost", "after"
        )?;
        for damage in &self.damages {
            writeln!(
                out,
                "{:<24} {:>8} {:>8} {:>8} {:>13} {:>8}",
                damage.name,
                damage.lines,
                "",
                "",
                percent(damage.article_characters_lost_before),
                percent(damage.article_characters_lost_after),
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
        input::testing,
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

    fn page(lines: &[(&str, Label)]) -> LabelledPage {
        testing::page(lines.iter().map(|&(text, label)| testing::line(text, label)))
    }

    #[test]
    fn only_junk_lines_that_change_are_counted() {
        // Full width changes the second line and nothing else.
        let page = page(&[
            ("首页", Label::Junk),
            ("Home | Login", Label::Junk),
            ("The bridge was built again.", Label::Article),
            ("end", Label::Either),
        ]);
        let filter = filter();
        let judged = [Judged::by(&filter, &page, &mut Scratch::default()).unwrap()];
        let got = measure(&judged, &filter, 1).unwrap();
        let full_width = &got.tricks[0];
        assert_eq!((full_width.name, full_width.lines), ("full width", 1));
        assert_eq!((full_width.recall_before, full_width.recall_after), (Some(1.0), Some(1.0)));
        assert_eq!(full_width.article_characters_lost_after, Some(1.0));
        // The side before is what was judged before.
        let mut kept = PageVerdict::clone(judged[0].verdict());
        kept.lines.iter_mut().for_each(|line| line.verdict = crate::Verdict::Article);
        let judged = [Judged::new(&page, kept).unwrap()];
        let got = measure(&judged, &filter, 1).unwrap();
        let full_width = &got.tricks[0];
        assert_eq!((full_width.recall_before, full_width.recall_after), (Some(0.0), Some(1.0)));
        assert_eq!(full_width.article_characters_lost_before, Some(0.0));
        assert_eq!((got.tricks.len(), got.damages.len()), (6, 3));
        assert_eq!(got.to_string().lines().count(), 12);
        assert_eq!(got, measure(&judged, &filter, 1).unwrap());
    }

    #[test]
    fn only_article_lines_that_change_are_damaged_and_filters_add_up() {
        // Of the article lines only the first has characters with a Traditional form.
        let page = page(&[
            ("这里的门开着", Label::Article),
            ("山水", Label::Article),
            ("关门", Label::Junk),
        ]);
        let filter = filter();
        let mut kept =
            Judged::by(&filter, &page, &mut Scratch::default()).unwrap().verdict().clone();
        kept.lines.iter_mut().for_each(|line| line.verdict = crate::Verdict::Article);
        let judged = [Judged::new(&page, kept).unwrap()];
        let mut played = Played::default();
        played.play(&judged, &filter, 1).unwrap();
        played.play(&judged, &filter, 1).unwrap();
        let damage = &played.figures(1).damages[0];
        assert_eq!((damage.name, damage.lines), ("Traditional characters", 2));
        assert_eq!(damage.article_characters_lost_before, Some(0.0));
        assert_eq!(damage.article_characters_lost_after, Some(1.0));
    }
}
