//! The user's own rules, from a TOML file:
//!
//! ```toml
//! [[rule]]
//! name = "my_footer"        # letters, digits, `_`, `-`
//! pattern = "某某網|Example News"
//! label = "junk"            # junk unless told; or article
//! kind = "legal"            # one of LABELLING.md, for junk only; none unless told
//! where = "anywhere"        # anywhere, start, or line: the whole line
//! last = 10                 # only in the last ten lines of a page; likewise `first`
//! folded = false            # true: the line in lower case, Simplified, half width, digits as 0
//! ```

use std::path::Path;

use regex::RegexBuilder;
use serde::Deserialize;

use super::{Rule, Test};
use crate::label::page::RulePage;
use crate::text::{Kind, Label};
use crate::{Error, Result};

/// A compiled pattern may take so many bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// What a user's rule looks at.
#[derive(Debug, Clone)]
pub(super) struct UserTest {
    regex: regex::Regex,
    folded: bool,
    first: Option<usize>,
    last: Option<usize>,
}

impl UserTest {
    pub(super) fn fires(&self, page: &RulePage, index: usize) -> bool {
        let from_end = page.lines.len().saturating_sub(index);
        let in_place = match (self.first, self.last) {
            (None, None) => true,
            (first, last) => {
                first.is_some_and(|n| index < n) || last.is_some_and(|n| from_end <= n)
            }
        };
        in_place
            && page.lines.get(index).is_some_and(|line| {
                self.regex.is_match(if self.folded { &line.folded } else { &line.text })
            })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    pattern: String,
    #[serde(default = "junk")]
    label: Label,
    kind: Option<Kind>,
    #[serde(default, rename = "where")]
    place: Place,
    first: Option<usize>,
    last: Option<usize>,
    #[serde(default)]
    folded: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Place {
    #[default]
    Anywhere,
    Start,
    Line,
}

fn junk() -> Label {
    Label::Junk
}

/// Reads the rules of a file. Their names must differ from each other and from those of `taken`.
///
/// # Errors
/// [`Error::BadInput`] that names the rule and says what is wrong with it, or the line of the file
/// where it is no TOML.
pub fn parse(text: &str, path: &Path, taken: &[Rule]) -> Result<Vec<Rule>> {
    let bad = |reason: String| Error::BadInput { path: path.to_path_buf(), reason };
    let file: File = toml::from_str(text).map_err(|e| {
        let line = e.span().and_then(|span| text.get(..span.start));
        let line = line.map_or(1, |before| before.matches('\n').count() + 1);
        bad(format!("line {line}: {}", e.message()))
    })?;
    let mut rules: Vec<Rule> = Vec::new();
    for entry in file.rule {
        let name = entry.name.clone();
        let rule = rule(entry).map_err(|reason| bad(format!("rule {name:?}: {reason}")))?;
        if taken.iter().chain(&rules).any(|other| other.name == rule.name) {
            return Err(bad(format!("rule {name:?}: there is another rule of this name")));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn rule(entry: Entry) -> Result<Rule, String> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if entry.name.is_empty() || !entry.name.chars().all(is_plain) {
        return Err("a name is made of letters, digits, `_` and `-`".into());
    }
    if entry.label == Label::Either {
        return Err("a rule votes for junk or for article, or abstains".into());
    }
    if entry.label == Label::Article && entry.kind.is_some() {
        return Err("only junk has a kind".into());
    }
    if entry.first.is_some_and(|n| n == 0) || entry.last.is_some_and(|n| n == 0) {
        return Err("no line is among the first or last 0".into());
    }
    if entry.pattern.is_empty() {
        return Err("the pattern is empty".into());
    }
    let pattern = match entry.place {
        Place::Anywhere => entry.pattern.clone(),
        Place::Start => format!("^(?:{})", entry.pattern),
        Place::Line => format!("^(?:{})$", entry.pattern),
    };
    // Compiled by itself first, so that what is wrong is told about the pattern as it was written.
    let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build();
    let regex = compile(&entry.pattern)
        .and_then(|_| compile(&pattern))
        .map_err(|e| format!("pattern {:?}: {}", entry.pattern, reason(&e)))?;
    Ok(Rule {
        about: format!("pattern {}", entry.pattern),
        name: entry.name,
        label: entry.label,
        kind: entry.kind,
        test: Test::User(UserTest {
            regex,
            folded: entry.folded,
            first: entry.first,
            last: entry.last,
        }),
    })
}

/// The last line of what the regex crate says; the lines before draw the pattern.
fn reason(error: &regex::Error) -> String {
    let said = error.to_string();
    let last = said.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::page::tests::page;

    fn read(text: &str) -> Result<Vec<Rule>, String> {
        parse(text, Path::new("r.toml"), &[]).map_err(|e| e.to_string())
    }

    #[test]
    fn rules_apply_where_they_say() {
        let rules = read(
            "[[rule]]\nname = \"a\"\npattern = \"桥\"\n[[rule]]\nname = \"b\"\npattern = \"桥\"\nwhere = \"start\"\nlabel = \"article\"\n\
             [[rule]]\nname = \"c\"\npattern = \"桥|河\"\nwhere = \"line\"\nkind = \"nav\"\n[[rule]]\nname = \"d\"\npattern = \"发布\"\nfolded = true\nfirst = 1\nlast = 1",
        )
        .unwrap();
        let page = page(&["發佈", "桥", "桥上", "小桥發佈", "發佈"]);
        let fired = |at: usize| -> String {
            rules.iter().filter(|r| r.fires(&page, at)).map(|r| r.name.as_str()).collect()
        };
        assert_eq!([0, 1, 2, 3, 4].map(fired), ["d", "abc", "ab", "a", "d"]);
        assert_eq!((rules[1].label, rules[2].kind), (Label::Article, Some(Kind::Nav)));
    }

    #[test]
    fn what_is_wrong_is_told_with_the_rule() {
        let one = |rest: &str| read(&format!("[[rule]]\nname = \"a\"\n{rest}")).unwrap_err();
        assert_eq!(one("pattern = \"(x\""), "r.toml: rule \"a\": pattern \"(x\": unclosed group");
        assert_eq!(one("pattern = \"\""), "r.toml: rule \"a\": the pattern is empty");
        assert!(one("pattern = \"x\"\nlast = 0").ends_with("among the first or last 0"));
        assert_eq!(
            one("pattern = \"x\"\nlabel = \"article\"\nkind = \"nav\""),
            "r.toml: rule \"a\": only junk has a kind"
        );
        assert_eq!(
            one("pattern = \"x\"\n[[rule]]\nname = \"a\"\npattern = \"y\""),
            "r.toml: rule \"a\": there is another rule of this name"
        );
        assert!(
            one("pattern = \"x\"\nkind = \"menu\"").starts_with("r.toml: line 4: unknown variant")
        );
        assert!(one("patern = \"x\"").starts_with("r.toml: line 3: unknown field"));
        assert!(one("pattern = \"x\"\nlabel = \"either\"").contains("or abstains"));
        assert!(one("pattern = \"\\\\w{9999}{9999}\"").contains("rule \"a\": pattern"));
    }
}
