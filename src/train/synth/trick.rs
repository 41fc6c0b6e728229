//! The tricks by which spammers hide junk from filters, one at a time, for asking what each of them
//! does to a model: a text goes in, the same text in disguise comes out.

use super::Rng;
use super::garble::variants;
use super::noise::Noise;

/// A trick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// ASCII in full width.
    FullWidth,
    /// Signs inside words.
    Separators,
    /// Characters that look or sound like the one that is meant.
    LookAlikes,
    /// Characters that cannot be seen.
    ZeroWidth,
    /// Characters in their Traditional form.
    Traditional,
    /// The same, many of them followed by their reading in brackets.
    Readings,
}

/// Of 100 characters in their Traditional form, how many are read aloud.
const READINGS: usize = 40;

impl Trick {
    /// Every trick.
    pub const ALL: [Trick; 6] = [
        Trick::FullWidth,
        Trick::Separators,
        Trick::LookAlikes,
        Trick::ZeroWidth,
        Trick::Traditional,
        Trick::Readings,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Trick::FullWidth => "full width",
            Trick::Separators => "separators inside words",
            Trick::LookAlikes => "look-alike characters",
            Trick::ZeroWidth => "zero-width characters",
            Trick::Traditional => "Traditional characters",
            Trick::Readings => "readings in brackets",
        }
    }

    /// The text in this disguise; the text itself where there is nothing to disguise.
    pub fn apply(self, text: &str, rng: &mut Rng) -> String {
        let noise = match self {
            Trick::FullWidth => Noise::FullWidth,
            Trick::Separators => Noise::Signs(rng.pick(['.', '*', '-', '·', '_', '|', '+', '/'])),
            Trick::LookAlikes => Noise::LookAlike,
            Trick::ZeroWidth => Noise::Invisible(rng.pick(['\u{200b}', '\u{200d}', '\u{feff}'])),
            Trick::Traditional => return variants(text, 0),
            Trick::Readings => return variants(text, READINGS),
        };
        let mut out = String::with_capacity(2 * text.len());
        noise.write(text, rng, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trick_does_what_it_says() {
        let mut rng = Rng::derive(1, "tricks", 0);
        let mut apply = |trick: Trick, text: &str| trick.apply(text, &mut rng);
        assert_eq!(apply(Trick::FullWidth, "发a1"), "发ａ１");
        assert_eq!(apply(Trick::Traditional, "发展a"), "發展a");
        assert_eq!(apply(Trick::Traditional, "a"), "a");
        let long = "发展网络".repeat(20);
        // Always the same characters are read aloud.
        assert_eq!(apply(Trick::Readings, "发车a"), "發車(chē)a");
        let seen = |text: String, hidden: fn(char) -> bool| text.replace(hidden, "");
        let signs = apply(Trick::Separators, &long);
        assert!(signs != long && seen(signs, |c| c.is_ascii_punctuation() || c == '·') == long);
        let hidden = apply(Trick::ZeroWidth, &long);
        let is_hidden = |c| matches!(c, '\u{200b}' | '\u{200d}' | '\u{feff}');
        assert!(hidden != long && seen(hidden, is_hidden) == long);
        assert!(apply(Trick::LookAlikes, &long).contains('網'));
    }
}
