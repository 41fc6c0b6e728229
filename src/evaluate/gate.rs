//! The gate: figures that were measured and floors that were committed go in, a table of what holds
//! and what falls comes out. Figures are the JSON of `dechaff train --cross-validate=FILE` or of
//! `dechaff evaluate --json`; floors are a small TOML file that is only ever raised, unless somebody
//! gives a reason, which stays in the file.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::table::{Table, shown};
use crate::{Error, Result};

/// A band is this share of half the 95 % interval over sites. The pages are the same at every run:
/// what varies are the made pages and the fits, far less than other sites would.
const BAND: f64 = 0.25;
/// No band is narrower.
const LEAST_BAND: f64 = 0.002;
/// The band of a figure that has no interval.
const NO_INTERVAL: f64 = 0.005;
/// Columns of a set's name.
const NAME: usize = 32;

/// A figure that has a floor, or a ceiling where less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// F1 of the junk lines.
    JunkF1,
    /// Share of the article characters that are lost; less is better.
    ArticleLoss,
    /// Share of the planted lines that are found.
    PlantedRecall,
    /// Expected calibration error; less is better.
    CalibrationError,
    /// F1 of the 4-shingles kept of pages of HTML.
    TextF1,
    /// Share of the characters of junk inside article lines that go.
    SpansFound,
    /// Share of the other characters of kept article lines that are cut; less is better.
    WronglyCut,
}

impl Figure {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Figure::JunkF1 => "junk_f1",
            Figure::ArticleLoss => "article_loss",
            Figure::PlantedRecall => "planted_recall",
            Figure::CalibrationError => "calibration_error",
            Figure::TextF1 => "text_f1",
            Figure::SpansFound => "spans_found",
            Figure::WronglyCut => "wrongly_cut",
        }
    }

    fn less_is_better(self) -> bool {
        matches!(self, Figure::ArticleLoss | Figure::CalibrationError | Figure::WronglyCut)
    }

    /// How much worse `now` is than `bound`; negative where it is better.
    fn shortfall(self, bound: f64, now: f64) -> f64 {
        if self.less_is_better() { now - bound } else { bound - now }
    }

    /// To four digits, and never better than it is.
    fn rounded(self, value: f64) -> f64 {
        let digits = value * 1e4;
        (if self.less_is_better() { digits.ceil() } else { digits.floor() }) / 1e4
    }
}

/// A floor, or a ceiling, of one figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The set; `all` for all pages pooled, `mean over sets`, or `planted`.
    pub set: String,
    /// What is bounded.
    pub figure: Figure,
    /// What it must reach, or not exceed.
    pub bound: f64,
    /// How far it may miss that: what runs differ by without anything being wrong.
    pub band: f64,
}

/// A floor that was lowered, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowered {
    /// What the person who did it said.
    pub reason: String,
    /// `set figure: before to after`, one each.
    pub figures: Vec<String>,
}

/// The floors of one set of gold pages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// Digest of the pages and labels they were measured on.
    pub data: String,
    /// In the order of the evaluation.
    pub floors: Vec<Floor>,
    /// Every lowering so far.
    #[serde(default)]
    pub lowered: Vec<Lowered>,
}

/// What is known of a floor after a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Reached.
    Holds,
    /// Missed by no more than the band.
    InBand,
    /// Missed by more.
    Falls,
    /// Not measured at all.
    Missing,
}

/// A floor beside what was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The floor.
    pub floor: Floor,
    /// What was measured.
    pub now: Option<f64>,
    /// What follows.
    pub state: State,
}

/// The outcome: a line for each floor. Its [`Display`] is a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// In the order of the file.
    pub checked: Vec<Checked>,
    /// Whether the figures are of the pages that the floors were set on. Figures of other pages
    /// cannot be compared.
    pub same_data: bool,
}

impl Outcome {
    /// Whether everything holds, or is within its band, on the same pages.
    pub fn passes(&self) -> bool {
        let sound = |c: &Checked| matches!(c.state, State::Holds | State::InBand);
        self.same_data && self.checked.iter().all(sound)
    }
}

/// Everything in the JSON of an evaluation that can have a floor, each with the band that it would
/// get: `(digest of the pages, figures)`.
///
/// # Errors
/// [`Error::BadInput`] where the JSON is not an evaluation, `path` only being named.
pub fn measured(figures: &Value, path: &Path) -> Result<(String, Vec<Floor>)> {
    let evaluation = figures.get("evaluation").unwrap_or(figures);
    let foreign = || {
        Error::BadInput {
        path: path.into(),
        reason: "not what `dechaff train --cross-validate=FILE` or `dechaff evaluate --json` of this version writes".into(),
    }
    };
    let data = evaluation.get("data").and_then(Value::as_str).ok_or_else(foreign)?;
    let sets = evaluation.get("sets").and_then(Value::as_array).ok_or_else(foreign)?;
    let mut all = Vec::new();
    let mut add = |set: &str, figure: Figure, value: Option<&Value>, interval: Option<&Value>| {
        let Some(bound) = value.and_then(Value::as_f64) else { return };
        let end = |name| interval.and_then(|i| i.get(name)).and_then(Value::as_f64);
        let band = match end("high").zip(end("low")) {
            Some((high, low)) => (BAND * 0.5 * (high - low)).max(LEAST_BAND),
            // Of a share this small, so much of itself.
            None if figure == Figure::WronglyCut => BAND * bound,
            None => NO_INTERVAL,
        };
        all.push(Floor { set: set.into(), figure, bound, band });
    };
    for set in sets {
        let name = set.get("name").and_then(Value::as_str).ok_or_else(foreign)?;
        let interval = |name: &str| set.pointer(&format!("/site_intervals/{name}"));
        add(name, Figure::JunkF1, set.pointer("/junk/f1"), interval("junk_f1"));
        let lost = "article_characters_lost";
        add(name, Figure::ArticleLoss, set.get(lost), interval(lost));
        if evaluation.get("cut") == Some(&Value::Bool(true)) {
            add(name, Figure::SpansFound, set.get("span_characters_found"), None);
            add(name, Figure::WronglyCut, set.get("other_characters_cut"), None);
        }
    }
    let mean = |path: &str| evaluation.pointer(&format!("/mean_over_sets/{path}"));
    add("mean over sets", Figure::JunkF1, mean("junk/f1"), mean("intervals/junk_f1"));
    let planted = |path: &str| figures.pointer(&format!("/planted/{path}"));
    add("planted", Figure::PlantedRecall, planted("recall"), planted("recall_interval"));
    let error = evaluation.pointer("/pooled/calibration/expected_error");
    add("all", Figure::CalibrationError, error, None);
    let html = |path: &str| figures.pointer(&format!("/html/{path}"));
    for set in html("evaluation/texts").and_then(Value::as_array).into_iter().flatten() {
        let name = set.get("name").and_then(Value::as_str).ok_or_else(foreign)?;
        add(&format!("{name} (HTML)"), Figure::TextF1, set.get("f1"), None);
    }
    let planted = |path: &str| html(&format!("planted/{path}"));
    let interval = planted("recall_interval");
    add("planted (HTML)", Figure::PlantedRecall, planted("recall"), interval);
    Ok((data.to_owned(), all))
}

impl Floors {
    /// Reads a file of floors.
    ///
    /// # Errors
    /// [`Error::BadInput`] with what is wrong; `path` is only named.
    pub fn parse(text: &str, path: &Path) -> Result<Floors> {
        let bad = |reason: String| Error::BadInput { path: path.into(), reason };
        let floors: Floors =
            toml::from_str(text).map_err(|e| bad(e.to_string().trim_end().to_owned()))?;
        let sound = |f: &Floor| f.bound.is_finite() && f.band.is_finite() && f.band >= 0.0;
        match floors.floors.iter().find(|floor| !sound(floor)) {
            Some(floor) => {
                Err(bad(format!("{} {}: no sensible floor", floor.set, floor.figure.name())))
            }
            None => Ok(floors),
        }
    }

    /// The file, a floor a line.
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut out = String::from(
            "# What the model must reach on held-out sites, and what it may miss that by. Written by\n\
             # `dechaff model gate FIGURES --floors THIS --set-floors`; floors are only raised, unless a\n\
             # reason is given with --lower.\n\n",
        );
        out += &format!("data = {}\n\nfloors = [\n", quoted(&self.data));
        for Floor { set, figure, bound, band } in &self.floors {
            let (set, figure) = (quoted(set), figure.name());
            out += &format!(
                "  {{ set = {set}, figure = \"{figure}\", bound = {bound:.4}, band = {band:.4} }},\n"
            );
        }
        out += "]\n";
        for Lowered { reason, figures } in &self.lowered {
            let figures: Vec<_> =
                figures.iter().map(|text| format!("  {},\n", quoted(text))).collect();
            out += &format!(
                "\n[[lowered]]\nreason = {}\nfigures = [\n{}]\n",
                quoted(reason),
                figures.concat()
            );
        }
        out
    }

    /// Compares figures with the floors.
    ///
    /// # Errors
    /// As [`measured`].
    pub fn check(&self, figures: &Value, path: &Path) -> Result<Outcome> {
        let (data, now) = measured(figures, path)?;
        let check = |floor: &Floor| {
            let now = now.iter().find(|n| n.set == floor.set && n.figure == floor.figure);
            let now = now.map(|now| now.bound);
            let state = match now.map(|now| floor.figure.shortfall(floor.bound, now)) {
                None => State::Missing,
                Some(short) if short <= 0.0 => State::Holds,
                Some(short) if short <= floor.band => State::InBand,
                Some(_) => State::Falls,
            };
            Checked { floor: floor.clone(), now, state }
        };
        let checked = self.floors.iter().map(check).collect();
        Ok(Outcome { checked, same_data: data == self.data })
    }

    /// The floors that these figures set. A floor that is missed by no more than its band stays; one
    /// that is missed by more, or not measured, is lowered or dropped only with a reason.
    ///
    /// # Errors
    /// As [`measured`], and [`Error::BadInput`] with the floors that would be lowered, where no
    /// reason is given.
    pub fn raised(&self, figures: &Value, path: &Path, reason: Option<&str>) -> Result<Floors> {
        let outcome = self.check(figures, path)?;
        let (data, now) = measured(figures, path)?;
        let mut lowered = Vec::new();
        for Checked { floor, now, state } in &outcome.checked {
            let after = now.map_or("not measured".into(), |now| format!("{now:.4}"));
            if matches!(state, State::Falls | State::Missing) {
                let (set, figure) = (&floor.set, floor.figure.name());
                lowered.push(format!("{set} {figure}: {:.4} to {after}", floor.bound));
            }
        }
        let floors = now.into_iter().map(|new| {
            let kept = outcome.checked.iter().find(|c| {
                c.state == State::InBand && c.floor.set == new.set && c.floor.figure == new.figure
            });
            let bound = new.figure.rounded(new.bound);
            let band = (new.band * 1e4).round() / 1e4;
            kept.map_or(Floor { bound, band, ..new }, |kept| kept.floor.clone())
        });
        let mut raised = Floors { data, floors: floors.collect(), lowered: self.lowered.clone() };
        match reason {
            Some(reason) if !lowered.is_empty() => {
                raised.lowered.push(Lowered { reason: reason.into(), figures: lowered });
            }
            None if !lowered.is_empty() => {
                let reason = format!(
                    "these floors would be lowered, which needs a reason (--lower REASON): {}",
                    lowered.join("; ")
                );
                return Err(Error::BadInput { path: path.into(), reason });
            }
            _ => {}
        }
        Ok(raised)
    }
}

impl Display for Outcome {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["set", "figure", "floor", "band", "now", "verdict"]);
        for Checked { floor, now, state } in &self.checked {
            table.row([
                shown(&floor.set, NAME),
                floor.figure.name().to_owned(),
                format!("{:.4}", floor.bound),
                format!("{:.4}", floor.band),
                now.map_or("–".into(), |now| format!("{now:.4}")),
                match state {
                    State::Holds => "holds",
                    State::InBand => "within the band",
                    State::Falls => "FALLS",
                    State::Missing => "NOT MEASURED",
                }
                .to_owned(),
            ]);
        }
        table.write(out)?;
        if !self.same_data {
            writeln!(out, "the floors were set on other pages or labels: set them anew")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figures(f1: f64, loss: f64) -> Value {
        let interval = json!({"junk_f1": {"low": 0.7, "high": 0.86}});
        json!({"evaluation": {
            "data": "d1",
            "sets": [{"name": "a", "junk": {"f1": f1}, "article_characters_lost": loss, "site_intervals": interval}],
            "mean_over_sets": {"junk": {"f1": null}},
            "pooled": {"calibration": {"expected_error": 0.01}},
        }, "planted": {"recall": 0.9}})
    }

    fn set(f1: f64, loss: f64) -> Floors {
        Floors::default().raised(&figures(f1, loss), Path::new("f"), None).unwrap()
    }

    fn states(floors: &Floors, f1: f64, loss: f64) -> Vec<State> {
        let outcome = floors.check(&figures(f1, loss), Path::new("f")).unwrap();
        outcome.checked.iter().map(|checked| checked.state).collect()
    }

    #[test]
    fn floors_are_what_was_measured_and_hold_for_it() {
        let floors = set(0.80009, 0.01001);
        let brief: Vec<_> =
            floors.floors.iter().map(|f| (&*f.set, f.figure.name(), f.bound, f.band)).collect();
        assert_eq!(
            brief,
            [
                ("a", "junk_f1", 0.8, 0.02),
                ("a", "article_loss", 0.0101, 0.005),
                ("planted", "planted_recall", 0.9, 0.005),
                ("all", "calibration_error", 0.01, 0.005),
            ]
        );
        let outcome = floors.check(&figures(0.80009, 0.01001), Path::new("f")).unwrap();
        assert!(outcome.passes());
        let again = Floors::parse(&floors.to_toml(), Path::new("f")).unwrap();
        assert_eq!(again, floors);
    }

    #[test]
    fn a_figure_may_fall_by_its_band_and_no_further() {
        use State::{Falls, Holds, InBand};
        let floors = set(0.8, 0.01);
        assert_eq!(states(&floors, 0.9, 0.0)[..2], [Holds, Holds]);
        assert_eq!(states(&floors, 0.785, 0.0145)[..2], [InBand, InBand]);
        assert_eq!(states(&floors, 0.775, 0.0155)[..2], [Falls, Falls]);
        let outcome = floors.check(&figures(0.775, 0.01), Path::new("f")).unwrap();
        assert!(!outcome.passes());
        let shown = outcome.to_string();
        assert!(
            shown.contains("a                  junk_f1  0.8000  0.0200  0.7750    FALLS\n"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_not_measured_or_of_other_pages_does_not_pass() {
        let floors = set(0.8, 0.01);
        let mut other = figures(0.8, 0.01);
        other["planted"] = Value::Null;
        let outcome = floors.check(&other, Path::new("f")).unwrap();
        assert!(!outcome.passes() && outcome.checked[2].state == State::Missing);
        let mut other = figures(0.8, 0.01);
        other["evaluation"]["data"] = json!("d2");
        let outcome = floors.check(&other, Path::new("f")).unwrap();
        assert!(!outcome.passes() && outcome.to_string().contains("other pages"));
        let message = floors.check(&json!({}), Path::new("f")).unwrap_err().to_string();
        assert!(message.starts_with("f: not what"), "{message}");
    }

    #[test]
    fn floors_are_raised_silently_and_lowered_only_with_a_reason() {
        let floors = set(0.8, 0.01);
        let raise = |f1, loss, reason| floors.raised(&figures(f1, loss), Path::new("f"), reason);
        assert_eq!(raise(0.85, 0.01, None).unwrap().floors[0].bound, 0.85);
        // Within the band the floor stays where it is.
        assert_eq!(raise(0.79, 0.01, None).unwrap().floors[0].bound, 0.8);
        let message = raise(0.7, 0.02, None).unwrap_err().to_string();
        assert!(
            message.ends_with("a junk_f1: 0.8000 to 0.7000; a article_loss: 0.0100 to 0.0200"),
            "{message}"
        );
        let lowered = raise(0.7, 0.01, Some("labels of \"a\" were mended")).unwrap();
        assert_eq!(lowered.floors[0].bound, 0.7);
        assert_eq!(lowered.lowered[0].figures, ["a junk_f1: 0.8000 to 0.7000"]);
        let again = Floors::parse(&lowered.to_toml(), Path::new("f")).unwrap();
        assert_eq!(again, lowered);
        // The record stays when floors are raised again.
        let raised = again.raised(&figures(0.9, 0.0), Path::new("f"), None).unwrap();
        assert_eq!(raised.lowered, lowered.lowered);
    }

    #[test]
    fn files_that_are_no_floors_are_refused() {
        let bad = |text: &str| Floors::parse(text, Path::new("x.toml")).unwrap_err().to_string();
        assert!(bad("floors = 1").starts_with("x.toml: "));
        let nan =
            "data = \"\"\nfloors = [{ set = \"a\", figure = \"junk_f1\", bound = nan, band = 0 }]";
        assert!(bad(nan).contains("a junk_f1: no sensible floor"), "{}", bad(nan));
    }
}
