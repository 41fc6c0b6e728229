//! The rules: each looks at one line of a page and votes for one label, or abstains, as it does with
//! most lines. One idea a file; a file is a table of [`Rule`]s. Rules that need only the folded line
//! are patterns, the others are functions of the page.
//!
//! A rule is general knowledge of web pages: none is written for a site, and none needs to be right
//! alone, for [`super::combine`] learns how far each can be trusted.

mod bait;
mod comment;
mod debris;
mod download;
mod farm;
mod form;
mod late;
mod legal;
mod markup;
mod meta;
mod nav;
mod place;
mod prose;
mod related;
mod repeat;
mod share;
mod terms;
mod ticker;
mod topic;
mod user;

use regex::Regex;

use super::combine::Voter;
use super::page::RulePage;
use crate::text::{Kind, Label};
use crate::{Error, Result};

pub use user::parse as parse_user_rules;

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name in outputs and reports.
    pub name: String,
    /// What it looks for, in a few words.
    pub about: String,
    /// What it votes for.
    pub label: Label,
    /// The kind of junk it votes for, where it knows one.
    pub kind: Option<Kind>,
    test: Test,
}

/// What a rule is trusted with whose author has no doubts of a sort.
const SURE: f64 = 0.97;

/// Rules that are wrong on known occasions, with the share of their votes that is expected to be right,
/// and the families of rules that look at the same thing.
const DOUBTFUL: [(&str, &str, f64); 28] = [
    // Lists, tables, poems and code of an article are short lines in a row, too.
    ("short_run", "form", 0.8),
    ("title_run", "form", 0.65),
    ("form_run", "form", 0.7),
    ("page_repeat", "form", 0.7),
    ("spaced_words", "form", 0.6),
    // A page may be a board or a list with a foreword.
    ("before_article", "place", 0.8),
    ("after_article", "place", 0.7),
    ("between_junk", "between", 0.65),
    ("between_article", "between", 0.8),
    ("off_topic", "topic", 0.65),
    ("on_topic", "topic", 0.8),
    ("near_topic", "topic", 0.65),
    // Comments, disclaimers and teasers are prose, too.
    ("prose", "prose", 0.9),
    ("prose_sentence", "prose", 0.7),
    ("prose_beside", "prose", 0.8),
    // Between paragraphs such lines belong to them: stanzas, list numbers, tables.
    ("lone_marks", "debris", 0.75),
    ("lone_digits", "debris", 0.75),
    ("joined_menu", "", 0.8),
    ("joined_titles", "", 0.9),
    ("keyword_string", "", 0.9),
    ("dated_title", "", 0.7),
    ("sales_talk", "", 0.8),
    ("tag_line", "", 0.8),
    ("address", "", 0.85),
    ("comment_button", "", 0.85),
    // A page about markup or programs shows some.
    ("hidden_markup", "markup", 0.75),
    ("script", "markup", 0.75),
    ("model_junk", "", 0.9),
];

/// How a rule decides.
#[derive(Debug, Clone)]
enum Test {
    /// A pattern over the folded line, for lines of at most so many units that are not running text.
    Folded(Regex, f32),
    /// A function of the page and the index of the line.
    Page(fn(&RulePage, usize) -> bool),
    /// A function of the page, what the other rules made of its lines, and the index of the line.
    Late(fn(&RulePage, &[Option<f32>], usize) -> bool),
    /// A rule of the user's.
    User(user::UserTest),
    /// A model's verdict: the votes come from outside.
    Model,
}

/// A built-in rule as the tables have it: a pattern over folded lines.
struct Pattern {
    name: &'static str,
    about: &'static str,
    kind: Kind,
    /// Of lines with more units nothing is said.
    most_units: f32,
    /// In the syntax of the regex crate. Folded text is lower case, Simplified, half width; digits
    /// are `0`, bullets `·`, arrows `>` and `<`, dashes `-`, quotes `"`.
    pattern: String,
}

impl Pattern {
    fn rule(self) -> Result<Rule> {
        let regex = Regex::new(&self.pattern)
            .map_err(|e| Error::parameter(self.name, &self.pattern, e.to_string()))?;
        Ok(Rule {
            name: self.name.into(),
            about: self.about.into(),
            label: Label::Junk,
            kind: Some(self.kind),
            test: Test::Folded(regex, self.most_units),
        })
    }
}

/// A built-in rule that is a function of the page.
struct Form {
    name: &'static str,
    about: &'static str,
    label: Label,
    kind: Option<Kind>,
    judge: fn(&RulePage, usize) -> bool,
}

impl Form {
    fn rule(self) -> Rule {
        Rule {
            name: self.name.into(),
            about: self.about.into(),
            label: self.label,
            kind: self.kind,
            test: Test::Page(self.judge),
        }
    }
}

impl Rule {
    /// The vote of a model's verdict, for `label`.
    pub(super) fn of_model(label: Label) -> Rule {
        let (name, about) = match label {
            Label::Junk => ("model_junk", "the model is sure that it is junk"),
            _ => ("model_article", "the model is sure that it is article"),
        };
        Rule { name: name.into(), about: about.into(), label, kind: None, test: Test::Model }
    }

    /// What the combination of votes is to know of the rule; `number` is its index among the rules.
    pub(super) fn voter(&self, number: u16) -> Voter {
        let listed = DOUBTFUL.iter().position(|(name, ..)| *name == self.name);
        let Some((_, family, trust)) = listed.and_then(|at| DOUBTFUL.get(at)) else {
            return Voter { label: self.label, family: number, trust: SURE };
        };
        // A family's number is that of its first member, above those of rules without one.
        let first = DOUBTFUL.iter().position(|(_, other, _)| !family.is_empty() && other == family);
        let family = first.map_or(number, |first| u16::MAX - first as u16);
        Voter { label: self.label, family, trust: *trust }
    }

    /// Whether the rule votes on a line, judged by the line and its page alone.
    pub fn fires(&self, page: &RulePage, index: usize) -> bool {
        match &self.test {
            Test::Folded(regex, most_units) => page.lines.get(index).is_some_and(|line| {
                line.units <= *most_units && !line.is_prose && regex.is_match(&line.folded)
            }),
            Test::Page(judge) => judge(page, index),
            Test::User(test) => test.fires(page, index),
            Test::Late(_) | Test::Model => false,
        }
    }

    /// Whether the rule votes on a line, given the probability of junk of every line that other rules
    /// voted on.
    pub fn fires_late(&self, page: &RulePage, beliefs: &[Option<f32>], index: usize) -> bool {
        match &self.test {
            Test::Late(judge) => judge(page, beliefs, index),
            _ => false,
        }
    }
}

/// Every built-in rule, in a fixed order: those that look at a line, at its page, at its neighbours'
/// votes.
///
/// # Errors
/// [`Error::BadParameter`] if a built-in pattern does not compile, which a test rules out.
pub fn builtin() -> Result<Vec<Rule>> {
    let patterns = [
        legal::patterns(),
        share::patterns(),
        nav::patterns(),
        related::patterns(),
        download::patterns(),
        ticker::patterns(),
        comment::patterns(),
        meta::patterns(),
        bait::patterns(),
        markup::patterns(),
        debris::patterns(),
    ];
    let mut rules =
        patterns.into_iter().flatten().map(Pattern::rule).collect::<Result<Vec<Rule>>>()?;
    let forms = [
        farm::forms(),
        terms::forms(),
        form::forms(),
        repeat::forms(),
        place::forms(),
        topic::forms(),
        prose::forms(),
    ];
    rules.extend(forms.into_iter().flatten().map(Form::rule));
    rules.extend(late::rules());
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::page;

    /// The built-in rules that vote on the last of these lines, without those that go by its place.
    pub(super) fn voting(lines: &[&str]) -> Vec<String> {
        let page = page(lines);
        let rules = builtin().unwrap();
        let last = page.lines.len() - 1;
        rules.into_iter().filter(|rule| rule.fires(&page, last)).map(|rule| rule.name).collect()
    }

    /// Checks that the rule of a name votes on each of the first lines and on none of the others.
    pub(super) fn check(name: &str, yes: &[&str], no: &[&str]) {
        for line in yes {
            assert!(voting(&[line]).iter().any(|n| n == name), "{name} is silent on {line}");
        }
        for line in no {
            assert!(voting(&[line]).iter().all(|n| n != name), "{name} votes on {line}");
        }
    }

    #[test]
    fn built_in_rules_compile_and_have_names_of_their_own() {
        let rules = builtin().unwrap();
        let names: std::collections::BTreeSet<_> = rules.iter().map(|r| &r.name).collect();
        assert_eq!(names.len(), rules.len());
        assert!(rules.iter().all(|r| r.about.len() > 10 && r.label != Label::Either));
    }

    #[test]
    fn families_share_a_number_and_doubts_have_a_rule() {
        let rules = builtin().unwrap();
        let voter = |name: &str| {
            let at = rules.iter().position(|rule| rule.name == name).unwrap();
            rules[at].voter(at as u16)
        };
        assert_eq!(voter("short_run").family, voter("title_run").family);
        assert_ne!(voter("short_run").family, voter("before_article").family);
        assert_ne!(voter("dated_title").family, voter("sales_talk").family);
        assert_eq!((voter("copyright").trust, voter("title_run").trust), (SURE, 0.65));
        let known = |name: &str| name.starts_with("model_") || rules.iter().any(|r| r.name == name);
        assert!(DOUBTFUL.iter().all(|(name, ..)| known(name)));
    }

    #[test]
    fn most_rules_abstain_from_an_article() {
        let said = voting(&["桥修好以后，村民们又能到对岸的田里去了，孩子们上学也不必再绕路。"]);
        assert_eq!(said, ["prose"]);
    }
}
