//! Labelled pages as they are written: the format of `training/LABELLING.md`, with confidence, rules
//! and origin beside each label. `train` reads the file as it is and passes over what it does not know.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::labeller::Labels;
use super::page::RulePage;
use super::rules::Rule;
use crate::text::{Kind, Label};

/// The `source` of a label that the rules made; a label made by hand has another one, or none.
pub const SOURCE: &str = "rules";

/// Whether the `source` of a label names somebody else than the rules.
pub fn is_made(source: Option<&Value>) -> bool {
    source.is_some_and(|source| !source.is_null() && source != SOURCE)
}

#[derive(Serialize)]
struct PageOut<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    site: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    #[serde(flatten)]
    about: &'a Map<String, Value>,
    lines: Vec<Out<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Out<'a> {
    /// As the input has it.
    ByHand(&'a RawValue),
    ByRules(LineOut<'a>),
}

#[derive(Serialize)]
struct LineOut<'a> {
    n: u32,
    text: &'a str,
    label: Label,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

/// Appends page `number` as a line of JSON to `out`: `id`, `site`, `lang`, what else the page says of itself, and of each line `n` (its
/// number), `text`, `label`, `kind`, `confidence` (the probability of the label, `null` for a line
/// that has none and is `either`), `rules` (those that voted), `source` (`rules`) and, where the label
/// is that of a near-identical line, `from`. A line that was labelled by hand stays as the input has it.
pub fn write_page(
    pages: &[RulePage],
    number: usize,
    rules: &[Rule],
    labels: &Labels,
    out: &mut Vec<u8>,
) {
    let Some(((page, lines), votes)) =
        pages.get(number).zip(labels.lines.get(number)).zip(labels.votes.get(number))
    else {
        return;
    };
    let name = |rule: u16| rules.get(usize::from(rule)).map(|rule| rule.name.as_str());
    let lines = page.lines.iter().zip(lines).enumerate();
    let lines = lines.map(|(index, (line, label))| match &line.by_hand {
        Some(made) => Out::ByHand(&made.raw),
        None => Out::ByRules(LineOut {
            n: line.number,
            text: &line.text,
            label: label.label,
            kind: label.kind,
            confidence: label.confidence.map(|c| (f64::from(c) * 1e4).round() / 1e4),
            rules: votes.of(index).iter().filter_map(|vote| name(vote.rule)).collect(),
            source: (label.label != Label::Either).then_some(SOURCE),
            from: label.from.and_then(|(page, line)| {
                let page = pages.get(page)?;
                Some(format!("sibling of {}:{}", page.id, page.lines.get(line)?.number))
            }),
        }),
    });
    let page = PageOut {
        id: &page.id,
        site: &page.site,
        lang: page.lang.as_deref(),
        about: &page.about,
        lines: lines.collect(),
    };
    // Writing into memory cannot fail.
    if serde_json::to_writer(&mut *out, &page).is_ok() {
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::labeller::{Labeller, Settings};
    use crate::text::Kind;

    #[test]
    fn a_line_is_written_with_its_votes_and_one_without_is_either() {
        let make = |id: &str, lines: &[&str]| {
            RulePage::new(id.into(), "a.cn".into(), None, (1..).zip(lines.iter().copied()))
        };
        let mut pages = [make("p", &["小桥", "版权所有 \"某某\""])];
        let settings = Settings { confidence: 0.5, ..Settings::default() };
        let labeller = Labeller::new(settings).unwrap();
        let mut labels = labeller.label(&mut pages);
        let mut out = Vec::new();
        write_page(&pages, 0, labeller.rules(), &labels, &mut out);
        let confidence = labels.lines[0][1].confidence.unwrap();
        let expected = format!(
            "{{\"id\":\"p\",\"site\":\"a.cn\",\"lines\":[\
             {{\"n\":1,\"text\":\"小桥\",\"label\":\"either\",\"confidence\":null}},\
             {{\"n\":2,\"text\":\"版权所有 \\\"某某\\\"\",\"label\":\"junk\",\"kind\":\"legal\",\"confidence\":{},\
             \"rules\":[\"copyright\"],\"source\":\"rules\"}}]}}\n",
            (f64::from(confidence) * 1e4).round() / 1e4
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);

        labels.lines[0][0].label = Label::Junk;
        labels.lines[0][0].kind = Some(Kind::Nav);
        labels.lines[0][0].from = Some((0, 1));
        let mut out = Vec::new();
        write_page(&pages, 0, labeller.rules(), &labels, &mut out);
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("\"source\":\"rules\",\"from\":\"sibling of p:2\"}"), "{out}");
    }
}
