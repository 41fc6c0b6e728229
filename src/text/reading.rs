//! Bracketed readings: scripts that mangle copied pages leave the sound of a Han character in
//! brackets behind it, as in `發(fā)布`, `進（jìn）行`, `他們(men)`.
//!
//! In: what follows an opening bracket. Out: how long the reading is, if it is one.

/// The most letters that a reading has.
const MOST_LETTERS: usize = 6;

/// Syllables without a tone mark that the scripts leave.
const NEUTRAL: [&str; 13] =
    ["men", "me", "ma", "le", "de", "zi", "ne", "ba", "zhe", "li", "la", "ge", "tou"];

/// The length in bytes of the reading and its closing bracket, if `rest`, which follows an opening
/// bracket, starts with one: one to six small letters, with a tone mark among them or on the list
/// of neutral syllables.
pub(super) fn find(rest: &str) -> Option<usize> {
    let mut letters = 0;
    let mut toned = false;
    for (at, c) in rest.char_indices() {
        match c {
            'a'..='z' | 'ɑ' | 'ɡ' => letters += 1,
            _ if is_toned(c) => {
                letters += 1;
                toned = true;
            }
            // Tone marks and the diaeresis as characters of their own, after their letter.
            '\u{300}' | '\u{301}' | '\u{304}' | '\u{306}' | '\u{308}' | '\u{30c}'
                if letters > 0 =>
            {
                toned = true;
            }
            ')' | '）' => {
                let is_reading = toned || NEUTRAL.contains(&rest.get(..at)?);
                return (letters > 0 && is_reading).then_some(at + c.len_utf8());
            }
            _ => return None,
        }
        if letters > MOST_LETTERS {
            return None;
        }
    }
    None
}

/// Letters of pinyin that carry a tone mark or the diaeresis; the breve is a common misprint for
/// the third tone.
fn is_toned(c: char) -> bool {
    matches!(
        c,
        'ā' | 'á'
            | 'ǎ'
            | 'ă'
            | 'à'
            | 'ē'
            | 'é'
            | 'ě'
            | 'ĕ'
            | 'è'
            | 'ī'
            | 'í'
            | 'ǐ'
            | 'ĭ'
            | 'ì'
            | 'ō'
            | 'ó'
            | 'ǒ'
            | 'ŏ'
            | 'ò'
            | 'ū'
            | 'ú'
            | 'ǔ'
            | 'ŭ'
            | 'ù'
            | 'ǖ'
            | 'ǘ'
            | 'ǚ'
            | 'ǜ'
            | 'ü'
            | 'ń'
            | 'ň'
            | 'ǹ'
            | 'ḿ'
    )
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn readings_have_a_tone_or_are_on_the_list() {
        let table: [(&str, Option<usize>); 22] = [
            ("fā)布", Some(4)),
            ("jìn）行", Some(7)),
            ("zhuāng)", Some(8)),
            ("men)", Some(4)),
            ("lü)", Some(4)),
            ("ń)", Some(3)),
            ("fa\u{304})", Some(5)),
            ("nu\u{308}\u{30c})", Some(7)),
            ("ɡuān)", Some(7)),
            ("hăo)", Some(5)),
            ("", None),
            (")", None),
            ("\u{304})", None),
            ("fā", None),
            ("fā]", None),
            ("fa)", None),
            ("who)", None),
            ("mens)", None),
            ("Fā)", None),
            ("f ā)", None),
            ("zhuāngs)", None),
            ("数)", None),
        ];
        for (rest, length) in table {
            assert_eq!(find(rest), length, "{rest:?}");
        }
    }
}
