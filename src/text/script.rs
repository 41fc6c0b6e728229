//! Classes of characters, as the shape of a line and its skeleton see them. The class is that of
//! the character as it was written, before folding: `Ａ` is a capital, `＞` a separator.
//!
//! In: a `char`. Out: its [`Class`]. Which character has which class is written in
//! `fold_table.txt`, beside its folding, so that one lookup gives both; see [`super::fold`].

/// What sort of character one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Not seen by a reader: zero-width, format, combining and variation marks.
    Ignored,
    /// White space of any width.
    Space,
    /// Chinese characters, radicals, `々` and `〇`.
    Han,
    /// Hiragana and Katakana.
    Kana,
    /// Korean letters and syllables.
    Hangul,
    /// Small Latin letters, and Latin letters without case.
    LatinLower,
    /// Capital and title-case Latin letters.
    LatinUpper,
    /// Letters of every other script.
    OtherLetter,
    /// Decimal digits of every script, and circled or raised numbers.
    Digit,
    /// Marks that end a sentence, apart from the ASCII full stop: `。！？!?…`.
    SentenceEnd,
    /// The ASCII full stop, which as often stands in numbers and addresses, and its wide form.
    Dot,
    /// `，`, `,` and `、`.
    Comma,
    /// `：`, `:`, `；` and `;`.
    Colon,
    /// `(`, `（`, `[`, `【`, `「`, `《` and their like.
    OpenBracket,
    /// `)`, `）`, `]`, `】`, `」`, `》` and their like.
    CloseBracket,
    /// Quotation marks, primes and apostrophes.
    Quote,
    /// What lists and menus put between items: bars, dashes, slashes, bullets, arrows, rules.
    Separator,
    /// Currency, per cent, mathematical and other signs.
    Symbol,
    /// Pictographs.
    Emoji,
    /// Control characters, private use, and U+FFFD, where text was damaged.
    Control,
}

impl Class {
    /// The number of classes.
    pub const COUNT: usize = 20;

    /// Every class, in the order of its number.
    pub const ALL: [Class; Class::COUNT] = [
        Class::Ignored,
        Class::Space,
        Class::Han,
        Class::Kana,
        Class::Hangul,
        Class::LatinLower,
        Class::LatinUpper,
        Class::OtherLetter,
        Class::Digit,
        Class::SentenceEnd,
        Class::Dot,
        Class::Comma,
        Class::Colon,
        Class::OpenBracket,
        Class::CloseBracket,
        Class::Quote,
        Class::Separator,
        Class::Symbol,
        Class::Emoji,
        Class::Control,
    ];

    /// The class of a character.
    ///
    /// ```
    /// use dechaff::text::script::Class;
    /// let classes: Vec<_> = "第3章 Ａb。".chars().map(Class::of).collect();
    /// use Class::*;
    /// assert_eq!(classes, [Han, Digit, Han, Space, LatinUpper, LatinLower, SentenceEnd]);
    /// ```
    #[inline]
    pub fn of(c: char) -> Class {
        super::fold::fold_char(c).class
    }

    /// The class with this number; [`Class::Control`] where there is none.
    #[inline]
    pub fn from_bits(bits: u8) -> Class {
        // The array is padded to a power of two, so that the lookup needs no bounds check.
        const BY_BITS: [Class; 32] = {
            let mut all = [Class::Control; 32];
            let mut i = 0;
            while i < Class::COUNT {
                all[i] = Class::ALL[i];
                i += 1;
            }
            all
        };
        if bits < 32 { BY_BITS[(bits & 31) as usize] } else { Class::Control }
    }

    /// Its number, the inverse of [`Class::from_bits`].
    #[inline]
    pub fn bits(self) -> u8 {
        self as u8
    }

    /// The name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Class::Ignored => "ignored",
            Class::Space => "space",
            Class::Han => "han",
            Class::Kana => "kana",
            Class::Hangul => "hangul",
            Class::LatinLower => "latin_lower",
            Class::LatinUpper => "latin_upper",
            Class::OtherLetter => "other_letter",
            Class::Digit => "digit",
            Class::SentenceEnd => "sentence_end",
            Class::Dot => "dot",
            Class::Comma => "comma",
            Class::Colon => "colon",
            Class::OpenBracket => "open_bracket",
            Class::CloseBracket => "close_bracket",
            Class::Quote => "quote",
            Class::Separator => "separator",
            Class::Symbol => "symbol",
            Class::Emoji => "emoji",
            Class::Control => "control",
        }
    }

    /// The class of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it is a letter of some script: what words are made of, digits left out.
    #[inline]
    pub fn is_letter(self) -> bool {
        (Class::Han.bits()..=Class::OtherLetter.bits()).contains(&self.bits())
    }

    /// Whether it is a Latin letter.
    #[inline]
    pub fn is_latin(self) -> bool {
        matches!(self, Class::LatinLower | Class::LatinUpper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_names_go_round() {
        for (number, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class.bits() as usize, number);
            assert_eq!(Class::from_bits(class.bits()), class);
            assert_eq!(Class::from_name(class.name()), Some(class));
        }
        for bits in Class::COUNT as u8..=255 {
            assert_eq!(Class::from_bits(bits), Class::Control, "{bits}");
        }
        assert_eq!(Class::from_name("hans"), None);
    }

    #[test]
    fn characters_have_the_class_of_how_they_are_written() {
        let table: [(Class, &str); Class::COUNT] = [
            (Class::Ignored, "\u{200b}\u{200d}\u{feff}\u{ad}\u{301}\u{fe0f}\u{3164}\u{e0041}"),
            (Class::Space, " \t\n\u{a0}\u{3000}\u{2028}\u{85}"),
            (Class::Han, "中發々〇⼀㊀𠀀豈"),
            (Class::Kana, "あアーｱ㋐"),
            (Class::Hangul, "한ㅏᄀ"),
            (Class::LatinLower, "azéßɑａⓐ𝐚"),
            (Class::LatinUpper, "AZÉＡⒶ𝐀"),
            (Class::OtherLetter, "жΩعกㄅ𐌰"),
            (Class::Digit, "09７٣①⑴²❶𝟗"),
            (Class::SentenceEnd, "。！？!?…｡‼"),
            (Class::Dot, ".．"),
            (Class::Comma, "，,、､"),
            (Class::Colon, "：:；;"),
            (Class::OpenBracket, "([{（【〔［「『《〈"),
            (Class::CloseBracket, ")]}）】〕］」』》〉"),
            (Class::Quote, "\"'“”‘’`′＂"),
            (Class::Separator, "|_/\\·•-–—~><»→★=+*#^｜丨─┃●■＞"),
            (Class::Symbol, "$%&@€￥℃©±"),
            (Class::Emoji, "☺❤☎😀🚀"),
            (Class::Control, "\0\u{1b}\u{fffd}\u{e123}\u{f0000}\u{ffff}"),
        ];
        for (class, characters) in table {
            for c in characters.chars() {
                assert_eq!(Class::of(c), class, "{c:?} U+{:04X}", c as u32);
            }
        }
    }
}
