//! The word lists and forms that junk is composed from: the built-in ones and lists given by path.
//! In come text files, one term a line; out go drawn terms, with their slots filled.

use std::collections::BTreeMap;
use std::path::Path;

use super::Rng;
use super::builtin;
use super::grammar::{self, Part};
use super::share::TermShare;
use crate::{Error, Result};

/// Lists shorter than this are closed classes (unit names, weekdays) and never divided.
const SMALLEST_SHARED: usize = 24;

/// A list of which fewer terms than this would be left is left whole.
const FEWEST_LEFT: usize = 4;

/// How deep slots are filled within slots. A list that names itself ends here.
const MAX_DEPTH: usize = 12;

/// Terms that no list given by path may bring in: nothing that touches minors is ever written.
const REFUSED: [&str; 32] = [
    "幼",
    "童",
    "萝莉",
    "蘿莉",
    "未成年",
    "学生",
    "學生",
    "小学",
    "中学",
    "初中",
    "高中",
    "女高",
    "校服",
    "校园",
    "校花",
    "学妹",
    "学姐",
    "小妹",
    "少女",
    "女孩",
    "男孩",
    "正太",
    "女儿",
    "儿子",
    "乱伦",
    "母子",
    "父女",
    "loli",
    "teen",
    "school",
    "child",
    "jk",
];

/// One list.
#[derive(Debug, Clone, Default)]
struct List {
    name: String,
    terms: Vec<Term>,
    /// Whether it is one of [`WAYS`].
    is_way: bool,
}

/// Lists of ways of writing a thing: a page or feed that writes dates in one way writes them all in
/// that way, so that the first draw in a scope settles the term (not what fills its slots). Lists
/// whose names begin with `way.` are of this sort, too.
const WAYS: [&str; 9] =
    ["date", "date.en", "phone", "url", "masked", "ago", "icp", "debris.sign", "h.tag"];

#[derive(Debug, Clone)]
struct Term {
    raw: String,
    parts: Vec<Part>,
}

impl Term {
    /// The list that it stands for, where it is nothing but a draw from one.
    fn stands_for(&self) -> Option<usize> {
        match self.parts[..] {
            [Part::Draw { list, .. }] => Some(list),
            _ => None,
        }
    }
}

/// Named lists of terms, ready to draw from.
#[derive(Debug, Clone, Default)]
pub struct Lexicons {
    lists: Vec<List>,
    numbers: BTreeMap<String, usize>,
}

/// What stays the same while one block of junk is written: terms drawn once and repeated, and
/// headlines of real pages, where there are any.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    kept: Vec<(usize, String)>,
    /// Lists of which only some terms are used, with the numbers of these terms.
    pinned: Vec<(usize, Vec<usize>)>,
    /// Used for most draws from the list `headline`.
    pub(super) headlines: &'a [&'a str],
}

impl<'a> Scope<'a> {
    /// A scope in which headlines are taken from `headlines` where it is not empty.
    pub(super) fn with_headlines(headlines: &'a [&'a str]) -> Self {
        Scope { headlines, ..Scope::default() }
    }

    /// Forgets the terms that were kept; ways of writing stay.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }

    /// Lets one term of a list stand for all of it until [`Scope::unpin`]; gives what that needs.
    pub(super) fn pin_once(&mut self, lexicons: &Lexicons, name: &str, rng: &mut Rng) -> usize {
        let before = self.pinned.len();
        lexicons.pin(name, 1, rng, self);
        // The first pin of a list is the one that counts: the new one goes before all others.
        let count = self.pinned.len() - before;
        self.pinned.rotate_right(count);
        count
    }

    /// Takes back the last [`Scope::pin_once`] that is still in force.
    pub(super) fn unpin(&mut self, count: usize) {
        self.pinned.drain(..count.min(self.pinned.len()));
    }
}

impl Lexicons {
    /// The lists that come with the program.
    pub fn builtin() -> Self {
        let mut lexicons = Lexicons::default();
        for (name, text) in builtin::FILES {
            // A test reads every built-in file; one that is broken never leaves the house.
            let read = lexicons.add_text(text);
            debug_assert!(read.is_ok(), "{name}: {read:?}");
        }
        lexicons
    }

    /// Adds a list given by path to the list `family`: one term a line, `#` comments, UTF-8,
    /// optionally gzip. Terms are taken literally. Terms of one character, of more than 60, and such
    /// as touch minors are left out. Returns how many were added.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::BadInput`] if it is not UTF-8,
    /// [`Error::BadParameter`] if there is no list of that name.
    pub fn add_file(&mut self, family: &str, path: &Path) -> Result<usize> {
        let Some(list) = self.numbers.get(family).and_then(|n| self.lists.get_mut(*n)) else {
            return Err(Error::parameter("family", family, "there is no word list of that name"));
        };
        let mut bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            let mut stream = flate2::read::MultiGzDecoder::new(bytes.as_slice());
            std::io::Read::read_to_end(&mut stream, &mut text).map_err(|e| Error::io(path, e))?;
            bytes = text;
        }
        let text = std::str::from_utf8(&bytes).map_err(|e| Error::BadInput {
            path: path.to_path_buf(),
            reason: format!("a word list must be UTF-8: {e}"),
        })?;
        let before = list.terms.len();
        for line in text.lines() {
            let term = line.trim().trim_end_matches([',', '，', '、', '|']);
            let length = term.chars().count();
            if line.starts_with('#') || !(2..=60).contains(&length) || is_refused(term) {
                continue;
            }
            let parts = vec![Part::Text(term.to_string())];
            list.terms.push(Term { raw: term.to_string(), parts });
        }
        Ok(list.terms.len() - before)
    }

    /// The list that a word list is for, judged by its file name without endings.
    pub fn family_of(path: &Path) -> Option<&'static str> {
        let name = path.file_name()?.to_str()?;
        let stem = name.split('.').next()?;
        Some(match stem {
            "ad_words" => "ad.words",
            "adult_words" => "adult.words",
            "company_names" => "company.names",
            "polluted_tokens" => "mixed.words",
            "product_words" => "product",
            "spam_page_titles" => "site.titles",
            _ => return None,
        })
    }

    /// Only the terms that belong to a fold; short lists stay whole, and so do terms that only stand
    /// for another list: they have no words of their own.
    pub fn share(&self, share: TermShare) -> Lexicons {
        self.retain(|term| share.holds(term))
    }

    /// All terms but those that belong to a fold; short lists stay whole.
    pub fn without(&self, share: TermShare) -> Lexicons {
        self.retain(|term| !share.holds(term))
    }

    fn retain(&self, keep: impl Fn(&str) -> bool) -> Lexicons {
        let mut lexicons = self.clone();
        for list in &mut lexicons.lists {
            let own = list.terms.iter().filter(|term| term.stands_for().is_none());
            let left = own.filter(|term| keep(&term.raw)).count();
            if list.terms.len() >= SMALLEST_SHARED && left >= FEWEST_LEFT {
                list.terms.retain(|term| term.stands_for().is_some() || keep(&term.raw));
            }
        }
        lexicons
    }

    /// The names of all lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.numbers.keys().map(String::as_str)
    }

    /// The terms of a list as they were written; none where there is no such list.
    pub fn terms(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.numbers.get(name).and_then(|n| self.lists.get(*n));
        list.into_iter().flat_map(|l| l.terms.iter().map(|t| t.raw.as_str()))
    }

    /// Whether a list exists and has a term.
    pub(super) fn has(&self, name: &str) -> bool {
        self.terms(name).next().is_some()
    }

    /// Draws a term and fills its slots; empty where there is no such list.
    pub fn draw(&self, name: &str, rng: &mut Rng) -> String {
        let mut out = String::new();
        self.draw_into(name, rng, &mut Scope::default(), &mut out);
        out
    }

    /// Draws a term within a scope and appends it.
    pub(super) fn draw_into(&self, name: &str, rng: &mut Rng, scope: &mut Scope, out: &mut String) {
        if let Some(list) = self.numbers.get(name) {
            self.fill(*list, rng, scope, out, 0);
        }
    }

    /// Lets a scope draw only a few terms from a list, chosen now; where one stands for another list, so
    /// it is with that.
    pub(super) fn pin(&self, name: &str, count: usize, rng: &mut Rng, scope: &mut Scope) {
        if let Some(number) = self.numbers.get(name) {
            self.pin_number(*number, count, rng, scope, 0);
        }
    }

    fn pin_number(
        &self,
        number: usize,
        count: usize,
        rng: &mut Rng,
        scope: &mut Scope,
        depth: usize,
    ) {
        let Some(list) = self.lists.get(number).filter(|_| depth < MAX_DEPTH) else { return };
        let terms: Vec<usize> = (0..count).map(|_| rng.below(list.terms.len())).collect();
        let others = terms.iter().filter_map(|term| list.terms.get(*term)?.stands_for());
        let others: Vec<usize> = others.collect();
        scope.pinned.push((number, terms));
        for other in others {
            if scope.pinned.iter().all(|(pinned, _)| *pinned != other) {
                self.pin_number(other, count, rng, scope, depth + 1);
            }
        }
    }

    fn fill(
        &self,
        number: usize,
        rng: &mut Rng,
        scope: &mut Scope,
        out: &mut String,
        depth: usize,
    ) {
        let Some(list) = self.lists.get(number).filter(|_| depth < MAX_DEPTH) else { return };
        if let Some((_, terms)) = scope.pinned.iter().find(|(n, _)| *n == number) {
            let term = rng.choose(terms).and_then(|n| list.terms.get(*n));
            if let Some(term) = term {
                self.write(&term.parts, rng, scope, out, depth);
            }
        } else if list.is_way {
            let term = rng.below(list.terms.len());
            scope.pinned.push((number, vec![term]));
            if let Some(term) = list.terms.get(term) {
                self.write(&term.parts, rng, scope, out, depth);
            }
        } else if list.name == "headline" && !scope.headlines.is_empty() && rng.chance(0.7) {
            out.push_str(rng.choose(scope.headlines).copied().unwrap_or_default());
        } else if let Some(term) = rng.choose(&list.terms) {
            self.write(&term.parts, rng, scope, out, depth);
        }
    }

    fn write(
        &self,
        parts: &[Part],
        rng: &mut Rng,
        scope: &mut Scope,
        out: &mut String,
        depth: usize,
    ) {
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Draw { list, keep: false } => self.fill(*list, rng, scope, out, depth + 1),
                Part::Draw { list, keep: true } => {
                    if let Some((_, term)) = scope.kept.iter().find(|(n, _)| n == list) {
                        out.push_str(term);
                    } else {
                        let start = out.len();
                        self.fill(*list, rng, scope, out, depth + 1);
                        scope.kept.push((*list, out[start..].to_string()));
                    }
                }
                Part::Repeat { list, times: (low, high), joint } => {
                    for turn in 0..rng.range(*low, *high) {
                        if turn > 0 {
                            out.push_str(joint);
                        }
                        self.fill(*list, rng, scope, out, depth + 1);
                    }
                }
                Part::Choice(branches) => {
                    if let Some(branch) = rng.choose(branches) {
                        self.write(branch, rng, scope, out, depth + 1);
                    }
                }
                Part::Digits(low, high) => {
                    for _ in 0..rng.range(*low, *high) {
                        out.push((b'0' + rng.below(10) as u8) as char);
                    }
                }
                Part::Letters(low, high) => {
                    for _ in 0..rng.range(*low, *high) {
                        let n = rng.below(36) as u8;
                        out.push(if n < 10 { b'0' + n } else { b'a' + n - 10 } as char);
                    }
                }
                Part::Number(low, high) => out.push_str(&rng.range(*low, *high).to_string()),
            }
        }
    }

    /// Reads a file in the built-in form.
    fn add_text(&mut self, text: &str) -> Result<(), String> {
        let mut current = None;
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with("# ")) {
            if let Some(name) = list_name(line) {
                current = Some(self.number_of(name));
                continue;
            }
            let parts = grammar::parse(line, &mut |name| self.number_of(name))?;
            let list =
                current.and_then(|n| self.lists.get_mut(n)).ok_or("a term before any list")?;
            list.terms.push(Term { raw: line.to_string(), parts });
        }
        Ok(())
    }

    fn number_of(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.lists.len();
        let is_way = WAYS.contains(&name) || name.starts_with("way.");
        self.lists.push(List { name: name.to_string(), terms: Vec::new(), is_way });
        self.numbers.insert(name.to_string(), number);
        number
    }
}

/// The name on a line such as `[farm.en.items]`; terms in brackets have other characters in them.
fn list_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.strip_suffix(']')?;
    let fits = |c: char| c.is_ascii_lowercase() || c == '.';
    (!name.is_empty() && name.chars().all(fits)).then_some(name)
}

fn is_refused(term: &str) -> bool {
    let lower = term.to_lowercase();
    REFUSED.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_lists_are_well_formed() {
        for (name, text) in builtin::FILES {
            assert_eq!(Lexicons::default().add_text(text), Ok(()), "{name}");
            assert!(text.starts_with("# "), "{name} has no head");
        }
        let lexicons = Lexicons::builtin();
        for list in &lexicons.lists {
            assert!(!list.terms.is_empty(), "a slot names {}, which has no terms", list.name);
        }
    }

    #[test]
    fn no_two_builtin_lists_share_a_name() {
        let mut names = std::collections::BTreeSet::new();
        for (file, text) in builtin::FILES {
            for name in text.lines().filter_map(list_name) {
                assert!(names.insert(name), "{file} opens {name} a second time");
            }
        }
        assert!(names.len() > 300, "{}", names.len());
    }

    #[test]
    fn no_builtin_adult_term_touches_minors() {
        let lexicons = Lexicons::builtin();
        let mut checked = 0;
        let adult = ["a.", "adult.", "dk.a.", "ge.adult.", "ge.x", "ab."];
        for name in lexicons.names().filter(|name| adult.iter().any(|with| name.starts_with(with)))
        {
            for term in lexicons.terms(name) {
                assert!(!is_refused(term), "{name}: {term}");
                checked += 1;
            }
        }
        assert!(checked > 200, "{checked}");
    }

    #[test]
    fn shares_keep_terms_apart() {
        let all = Lexicons::builtin();
        let share = TermShare { fold: 1, folds: 5 };
        let (held_out, rest) = (all.share(share), all.without(share));
        let mut divided = 0;
        for name in all.names() {
            let (total, inside) = (all.terms(name).count(), held_out.terms(name).count());
            if inside == total {
                continue;
            }
            divided += 1;
            // A slot alone has no words of its own.
            let is_slot = |t: &&str| {
                let name = t.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
                let fits = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '=');
                name.is_some_and(|name| name.chars().all(fits))
            };
            let slots = all.terms(name).filter(is_slot).count();
            let mut own = held_out.terms(name).filter(|t| !is_slot(t));
            assert!(own.all(|t| !rest.terms(name).any(|r| r == t)), "{name}");
            assert_eq!(inside + rest.terms(name).count(), total + slots, "{name}");
        }
        assert!(divided > 60, "only {divided} lists are divided");
        for name in ["city", "product", "g.game", "a.noun", "leads", "farm.items", "nav.word"] {
            assert!(held_out.terms(name).count() < rest.terms(name).count(), "{name}");
        }
    }

    #[test]
    fn slots_are_filled_and_kept_terms_repeat() {
        let mut lexicons = Lexicons::default();
        let text =
            "[x]\n{=word}-{=word}{#2}{1-1}{ab|ab}\\n{word*2-2:、}\n[word]\n[z]q\n{&1}{&1}{&1}\n";
        assert_eq!(lexicons.add_text(text), Ok(()));
        let drawn = lexicons.draw("x", &mut Rng::derive(1, "x", 0));
        let (head, tail) = drawn.split_once('\n').unwrap_or_default();
        let (left, right) = head.split_once('-').unwrap_or_default();
        assert!(right.starts_with(left) && right.ends_with("1ab"), "{drawn}");
        assert_eq!(right.len(), left.len() + 5, "{drawn}");
        assert_eq!(tail.matches('、').count(), 1, "{drawn}");
        assert_eq!(lexicons.draw("nothing", &mut Rng::derive(1, "x", 0)), "");
    }

    #[test]
    fn lists_given_by_path_are_taken_literally() -> Result<()> {
        let mut lexicons = Lexicons::builtin();
        let folder = tempfile::tempdir().map_err(|e| Error::io("-", e))?;
        let path = folder.path().join("product_words.txt");
        std::fs::write(&path, "# 头\n{城}阀,\n单\n小学用品\n新式水阀\n")
            .map_err(|e| Error::io(&path, e))?;
        assert_eq!(Lexicons::family_of(&path), Some("product"));
        let before = lexicons.terms("product").count();
        assert_eq!(lexicons.add_file("product", &path)?, 2);
        let added: Vec<_> = lexicons.terms("product").skip(before).collect();
        assert_eq!(added, ["{城}阀", "新式水阀"]);
        assert!(matches!(lexicons.add_file("no such", &path), Err(Error::BadParameter { .. })));
        assert!(matches!(
            lexicons.add_file("product", &folder.path().join("missing")),
            Err(Error::Io { .. })
        ));
        Ok(())
    }
}
