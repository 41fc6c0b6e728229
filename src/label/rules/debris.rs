//! What says nothing: lone marks, runs of digits, characters that did not survive decoding.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "lone_marks",
            about: "marks without a letter or a digit",
            kind: Kind::Debris,
            most_units: 1.0,
            pattern: "^[^\\p{L}0]+$".into(),
        },
        Pattern {
            name: "lone_digits",
            about: "a number by itself, or a long string of digits",
            kind: Kind::Debris,
            most_units: 2.0,
            pattern: "^[^\\p{L}0]*0{1,4}[^\\p{L}0]*$|^[^\\p{L}]*0{9,}[^\\p{L}]*$".into(),
        },
        Pattern {
            name: "mojibake",
            about: "characters that did not survive decoding",
            kind: Kind::Debris,
            most_units: 400.0,
            pattern: "\u{fffd}.*\u{fffd}|锟斤拷|烫烫烫|(ã.){3}|(鈥|銆|鐨|锛).*(鈥|銆|鐨|锛)".into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn marks_digits_and_mojibake() {
        check("lone_marks", &["|", "★★★", "-----", "> >"], &["A", "3"]);
        check("lone_digits", &["12", "(3)", "1234567890123"], &["3 eggs", "三", "2019-03-04"]);
        check("mojibake", &["锟斤拷锟斤拷", "a\u{fffd}b\u{fffd}"], &["锟钢", "桥"]);
    }
}
