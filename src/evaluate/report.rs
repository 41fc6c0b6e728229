//! An evaluation as text for a terminal: tables of sets, kinds, lengths, languages and sites, the
//! confusion matrix, and the worst errors with the lines around them.

use std::fmt::{self, Display, Formatter};

use super::bootstrap::{Interval, Intervals};
use super::errors::{Mistake, WorstError};
use super::metrics::ClassFigures;
use super::slices::{Figures, Slice};
use super::table::{Table, shown};
use super::{Evaluation, MeanOverSets, NamedKind, Naming, TextFigures};
use crate::report::number::{count, dash, percent, ratio};

/// Columns of a name in a table.
const NAME: usize = 32;
/// Columns of a line in the list of errors.
const LINE: usize = 110;

/// What the text shows besides the tables that are always there.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportOptions {
    /// How many sites to list, most wrong lines first.
    pub sites: usize,
}

impl Evaluation {
    /// The evaluation as text. Names and lines from the pages are shown without control characters.
    pub fn report(&self, options: ReportOptions) -> impl Display {
        Report { evaluation: self, options }
    }
}

struct Report<'a> {
    evaluation: &'a Evaluation,
    options: ReportOptions,
}

impl Display for Report<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let evaluation = self.evaluation;
        header(evaluation, out)?;
        writeln!(out)?;
        sets(evaluation).write(out)?;
        writeln!(out)?;
        totals(&evaluation.pooled.figures, out)?;
        kinds(evaluation, out)?;
        texts(&evaluation.texts, out)?;
        naming(evaluation.naming.as_ref(), out)?;
        slices("length of line (characters)", &evaluation.line_lengths, usize::MAX, out)?;
        slices("length of page (lines)", &evaluation.page_lengths, usize::MAX, out)?;
        slices("language", &evaluation.languages, usize::MAX, out)?;
        slices("site, most wrong lines first", &evaluation.sites, self.options.sites, out)?;
        errors(&evaluation.errors, out)
    }
}

fn header(evaluation: &Evaluation, out: &mut Formatter<'_>) -> fmt::Result {
    let figures = &evaluation.pooled.figures;
    let (pages, lines) = (count(figures.pages), count(figures.lines));
    writeln!(out, "threshold {}: {pages} pages, {lines} scored lines", evaluation.threshold)?;
    if evaluation.resamples > 0 {
        let (resamples, seed) = (count(evaluation.resamples.into()), evaluation.seed);
        writeln!(out, "[95 %]: bootstrap over pages, {resamples} resamples, seed {seed}")?;
    }
    if evaluation.trained_on_pages > 0 {
        let known = count(evaluation.trained_on_pages);
        writeln!(out, "the model was trained on {known} of these pages: the figures flatter")?;
    }
    if evaluation.guarded_pages > 0 {
        let guarded = count(evaluation.guarded_pages);
        writeln!(out, "{guarded} pages kept whole by the guard")?;
    }
    Ok(())
}

fn texts(sets: &[TextFigures], out: &mut Formatter<'_>) -> fmt::Result {
    if sets.is_empty() {
        return Ok(());
    }
    writeln!(out, "\npages of HTML as texts: 4-shingles, means over pages")?;
    let mut table = Table::new(["set", "pages", "P", "R", "F1"]);
    for set in sets {
        let figures = [set.precision, set.recall, set.f1]
            .map(|figure| figure.map_or_else(|| "–".to_owned(), |f| format!("{f:.3}")));
        let first = [set.name.clone(), count(set.pages)];
        table.row(first.into_iter().chain(figures));
    }
    table.write(out)
}

fn sets(evaluation: &Evaluation) -> Table {
    let mut table = Table::new([
        "set",
        "pages",
        "lines",
        "junk P",
        "R",
        "F1",
        "[95 %]",
        "article F1",
        "[95 %]",
        "article lost",
        "[95 %]",
        "junk kept",
        "PR area",
        "ECE",
    ]);
    for set in &evaluation.sets {
        table.row(set_row(&shown(&set.name, NAME), &set.figures, &set.intervals));
    }
    // With one set the rows below would say the same again.
    if evaluation.sets.len() != 1 {
        let pooled = &evaluation.pooled;
        table.row(set_row("all pooled", &pooled.figures, &pooled.intervals));
        table.row(mean_row(&evaluation.mean_over_sets));
    }
    table
}

fn set_row(name: &str, figures: &Figures, intervals: &Intervals) -> Vec<String> {
    let mut row = vec![name.to_owned(), count(figures.pages), count(figures.lines)];
    row.extend(measures(
        [&figures.junk, &figures.article],
        [figures.article_characters_lost, figures.junk_characters_kept],
        [figures.pr_area, figures.calibration.expected_error],
        intervals,
    ));
    row
}

fn mean_row(mean: &MeanOverSets) -> Vec<String> {
    let mut row = vec!["mean over sets".to_owned(), String::new(), String::new()];
    row.extend(measures(
        [&mean.junk, &mean.article],
        [mean.article_characters_lost, mean.junk_characters_kept],
        [mean.pr_area, mean.expected_calibration_error],
        &mean.intervals,
    ));
    row
}

fn measures(
    [junk, article]: [&ClassFigures; 2],
    [lost, kept]: [Option<f64>; 2],
    [pr_area, calibration]: [Option<f64>; 2],
    intervals: &Intervals,
) -> [String; 11] {
    [
        ratio(junk.precision),
        ratio(junk.recall),
        ratio(junk.f1),
        interval(intervals.junk_f1, ratio),
        ratio(article.f1),
        interval(intervals.article_f1, ratio),
        percent(lost),
        interval(intervals.article_characters_lost, percent),
        percent(kept),
        ratio(pr_area),
        ratio(calibration),
    ]
}

/// The confusion matrix of all lines and the figures that have no column in the tables.
fn totals(figures: &Figures, out: &mut Formatter<'_>) -> fmt::Result {
    let confusion = figures.confusion;
    let mut table = Table::new(["all lines", "removed", "kept"]);
    table.row(["junk".to_owned(), count(confusion.junk_removed), count(confusion.junk_kept)]);
    table.row([
        "article".to_owned(),
        count(confusion.article_removed),
        count(confusion.article_kept),
    ]);
    table.write(out)?;
    writeln!(
        out,
        "accuracy {}, Matthews correlation {}, Brier score {}, log loss {}",
        ratio(figures.accuracy),
        ratio(figures.matthews),
        ratio(figures.calibration.brier),
        ratio(figures.calibration.log_loss),
    )?;
    writeln!(
        out,
        "junk inside article lines: {} of its characters go, {} of the other characters are cut",
        percent(figures.span_characters_found),
        percent(figures.other_characters_cut),
    )
}

fn kinds(evaluation: &Evaluation, out: &mut Formatter<'_>) -> fmt::Result {
    let mut table = Table::new(["kind of junk", "lines", "R", "characters", "kept"]);
    for kind in &evaluation.kinds {
        table.row([
            kind.name.to_owned(),
            count(kind.lines),
            ratio(kind.recall),
            count(kind.characters),
            percent(kind.characters_kept),
        ]);
    }
    write_unless_empty(&table, out)
}

fn naming(naming: Option<&Naming>, out: &mut Formatter<'_>) -> fmt::Result {
    let Some(naming) = naming else { return Ok(()) };
    let mut table = Table::new(["kind named, of removed lines", "lines", "named", "P", "R", "F1"]);
    for NamedKind { name, lines, named, figures } in &naming.kinds {
        let [precision, recall, f1] = [figures.precision, figures.recall, figures.f1].map(ratio);
        table.row([(*name).to_owned(), count(*lines), count(*named), precision, recall, f1]);
    }
    for (name, f1) in [("all lines (micro)", naming.micro_f1), ("mean (macro)", naming.macro_f1)] {
        let [no, lines] = [String::new(), count(naming.lines)];
        table.row([name.to_owned(), lines, no.clone(), no.clone(), no, ratio(f1)]);
    }
    write_unless_empty(&table, out)
}

fn slices(heading: &str, slices: &[Slice], limit: usize, out: &mut Formatter<'_>) -> fmt::Result {
    let mut table = Table::new([
        heading,
        "pages",
        "lines",
        "junk P",
        "R",
        "F1",
        "article F1",
        "article lost",
        "junk kept",
        "PR area",
        "wrong",
    ]);
    for slice in slices.iter().take(limit) {
        let figures = &slice.figures;
        table.row([
            shown(&slice.name, NAME),
            count(figures.pages),
            count(figures.lines),
            ratio(figures.junk.precision),
            ratio(figures.junk.recall),
            ratio(figures.junk.f1),
            ratio(figures.article.f1),
            percent(figures.article_characters_lost),
            percent(figures.junk_characters_kept),
            ratio(figures.pr_area),
            count(figures.confusion.article_removed + figures.confusion.junk_kept),
        ]);
    }
    write_unless_empty(&table, out)
}

fn write_unless_empty(table: &Table, out: &mut Formatter<'_>) -> fmt::Result {
    if table.len() == 0 {
        return Ok(());
    }
    writeln!(out)?;
    table.write(out)
}

fn errors(errors: &[WorstError], out: &mut Formatter<'_>) -> fmt::Result {
    for error in errors {
        let what = match error.mistake {
            Mistake::ArticleRemoved => "article removed",
            Mistake::JunkKept => "junk kept",
        };
        let times = match error.times {
            1 => String::new(),
            times => format!(", {} times", count(times)),
        };
        let kind = error.kind.map(|kind| format!(" ({})", kind.name())).unwrap_or_default();
        let (p, line) = (error.probability, error.line);
        let (set, id) = (shown(&error.set, NAME), shown(&error.id, LINE));
        writeln!(out, "\n{what}{kind}, p {p:.4}{times}: {set}, {id}, line {line}")?;
        for text in &error.before {
            writeln!(out, "    {}", shown(text, LINE))?;
        }
        writeln!(out, "  > {}", shown(&error.text, LINE))?;
        for text in &error.after {
            writeln!(out, "    {}", shown(text, LINE))?;
        }
    }
    Ok(())
}

fn interval(value: Option<Interval>, form: fn(Option<f64>) -> String) -> String {
    value.map_or_else(dash, |i| format!("[{}, {}]", form(Some(i.low)), form(Some(i.high))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::{judged, page};
    use crate::evaluate::{Judged, Options};
    use crate::text::Kind;

    fn evaluation(pages: &[Judged<'_>]) -> Evaluation {
        Evaluation::of(pages, &Options { resamples: 0, errors: 1, ..Options::new(0.5) })
    }

    #[test]
    fn the_whole_report_of_one_small_page() {
        let mut gold = page("晨报网", &["j 首页", "a 春天来了", "a 花开了", "j 登录\u{7}"]);
        gold.lines[0].kind = Some(Kind::Nav);
        let report = evaluation(&[judged(&gold, &[0.25, 0.75, 0.25, 0.75])])
            .report(ReportOptions { sites: 10 })
            .to_string();
        let expected = "\
threshold 0.5: 1 pages, 4 scored lines

set  pages  lines  junk P      R     F1  [95 %]  article F1  [95 %]  article lost  [95 %]  junk kept  PR area    ECE
s        1      4   0.500  0.500  0.500       –       0.500       –        57.14%       –     40.00%    0.500  0.250

all lines  removed  kept
junk             1     1
article          1     1
accuracy 0.500, Matthews correlation 0.000, Brier score 0.312, log loss 0.837
junk inside article lines: – of its characters go, 0.00% of the other characters are cut

kind of junk  lines      R  characters     kept
nav               1  0.000           2  100.00%
unspecified       1  1.000           3    0.00%

length of line (characters)  pages  lines  junk P      R     F1  article F1  article lost  junk kept  PR area  wrong
1-4                              1      4   0.500  0.500  0.500       0.500        57.14%     40.00%    0.500      2

length of page (lines)  pages  lines  junk P      R     F1  article F1  article lost  junk kept  PR area  wrong
1-4                         1      4   0.500  0.500  0.500       0.500        57.14%     40.00%    0.500      2

language  pages  lines  junk P      R     F1  article F1  article lost  junk kept  PR area  wrong
unknown       1      4   0.500  0.500  0.500       0.500        57.14%     40.00%    0.500      2

site, most wrong lines first  pages  lines  junk P      R     F1  article F1  article lost  junk kept  PR area  wrong
晨报网                            1      4   0.500  0.500  0.500       0.500        57.14%     40.00%    0.500      2

article removed, p 0.7500: s, 晨报网, line 2
    首页
  > 春天来了
    花开了
    登录�

junk kept (nav), p 0.2500: s, 晨报网, line 1
  > 首页
    春天来了
    花开了
";
        assert_eq!(report, expected);
    }

    #[test]
    fn more_than_one_set_gets_a_sum_and_a_mean() {
        let first = page("1", &["j 首页"]);
        let mut second = page("2", &["j 首页", "j 登录"]);
        second.set = "t".to_owned();
        let pages = [judged(&first, &[0.9]), judged(&second, &[0.9, 0.1])];
        let report = evaluation(&pages).report(ReportOptions::default()).to_string();
        let recall = |name: &str| {
            let row = report.lines().find(|line| line.starts_with(name)).unwrap();
            row.split("  ").map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect()
        };
        let cells: Vec<String> = recall("all pooled");
        assert_eq!(cells[1..6], ["2", "3", "1.000", "0.667", "0.800"]);
        let cells: Vec<String> = recall("mean over sets");
        assert_eq!(cells[1..4], ["1.000", "0.750", "0.833"]);
        assert!(!report.contains("site"));
    }

    #[test]
    fn numbers_are_written_for_readers() {
        assert_eq!([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            (ratio(Some(0.98765)), percent(Some(0.00123))),
            ("0.988".into(), "0.12%".into())
        );
        let value = Some(Interval { low: 0.5, high: 0.75 });
        assert_eq!(interval(value, ratio), "[0.500, 0.750]");
        assert_eq!((ratio(None), interval(None, percent)), (dash(), dash()));
    }
}
