//! What a site calls the parts of its pages: classes and ids, in words of `training/forms/site.txt` joined
//! in its own way, in letters that say nothing, or not at all.

use super::{Rng, draw};
use crate::train::synth::lexicon::Lexicons;

/// The names of one site.
pub(super) struct Names<'a> {
    lexicons: &'a Lexicons,
    naming: Naming,
    /// What was drawn, by list: a site calls a thing by one name.
    known: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy)]
enum Naming {
    /// In words, joined by a sign or by capitals, behind a prefix of its own.
    Words { joint: Option<&'static str>, prefix: &'static str },
    /// In letters and digits, behind a prefix.
    Hashed(&'static str),
    /// Not at all.
    Bare,
}

impl<'a> Names<'a> {
    pub(super) fn draw(lexicons: &'a Lexicons, rng: &mut Rng) -> Self {
        let joint = rng.pick([Some("-"), Some("-"), Some("_"), Some(""), None]);
        let prefix = rng.pick(["", "", "", "", "m-", "c-", "mod_", "js-", "tpl-", "wp-", "x_"]);
        let naming = match rng.below(20) {
            0 | 1 => Naming::Bare,
            2..=4 => Naming::Hashed(rng.pick(["css-", "sc-", "_", "jsx-", ""])),
            _ => Naming::Words { joint, prefix },
        };
        Names { lexicons, naming, known: Vec::new() }
    }

    /// A class or id for an element, with the blank before it; empty for an element without.
    pub(super) fn attribute(&mut self, list: &'static str, rng: &mut Rng) -> String {
        let Some(name) = self.name(list, rng) else { return String::new() };
        let attribute = if rng.chance(0.2) { "id" } else { "class" };
        let more = match self.naming {
            Naming::Words { .. } if rng.chance(0.25) => {
                format!(" {}", draw(self.lexicons, "site.noise", rng))
            }
            _ => String::new(),
        };
        format!(" {attribute}=\"{name}{more}\"")
    }

    /// Mostly what the site called such a part before.
    fn name(&mut self, list: &'static str, rng: &mut Rng) -> Option<String> {
        if let Some((_, name)) = self.known.iter().find(|(of, _)| *of == list)
            && rng.chance(0.7)
        {
            return Some(name.clone());
        }
        let name = match self.naming {
            Naming::Bare => return None,
            Naming::Words { .. } if rng.chance(0.1) => return None,
            Naming::Hashed(prefix) => {
                const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
                let sign = |_| char::from(SIGNS[rng.below(SIGNS.len())]);
                (0..7)
                    .map(sign)
                    .fold(prefix.to_owned(), |name, sign| name + sign.encode_utf8(&mut [0; 4]))
            }
            Naming::Words { joint, prefix } => {
                let words = draw(self.lexicons, list, rng);
                let name =
                    joint.map_or_else(|| capitals(&words), |joint| words.replace('-', joint));
                format!("{prefix}{name}")
            }
        };
        self.known.push((list, name.clone()));
        Some(name)
    }
}

/// `post-body` as `postBody`.
fn capitals(words: &str) -> String {
    let mut parts = words.split('-');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_capitals() {
        assert_eq!(capitals("post-body"), "postBody");
        assert_eq!(capitals("you-may-like"), "youMayLike");
        assert_eq!(capitals("w1000"), "w1000");
    }

    #[test]
    fn a_site_names_in_one_way() {
        let lexicons = Lexicons::builtin();
        let (mut bare, mut said, mut again) = (0, 0, 0);
        for seed in 0..200 {
            let mut rng = Rng::derive(9, "names", seed);
            let mut names = Names::draw(&lexicons, &mut rng);
            let attributes: Vec<String> =
                (0..6).map(|_| names.attribute("site.nav", &mut rng)).collect();
            bare += usize::from(attributes.iter().all(String::is_empty));
            for attribute in attributes.iter().filter(|a| !a.is_empty()) {
                said += 1;
                let is_named =
                    attribute.starts_with(" class=\"") || attribute.starts_with(" id=\"");
                assert!(is_named && attribute.ends_with('"'), "{attribute}");
                assert_eq!(attribute.matches('"').count(), 2, "{attribute}");
            }
            again += usize::from(attributes.windows(2).any(|pair| pair[0] == pair[1]));
        }
        assert!((5..60).contains(&bare) && said > 700 && again > 120, "{bare} {said} {again}");
    }
}
