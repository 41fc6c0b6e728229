//! Sub-headings between paragraphs, in words of the paragraph that follows; and the look-alikes
//! that sites put at the same places: pointers to other pages in the same dress.

use super::Rng;
use super::lexicon::{Lexicons, Scope};

/// How the sub-headings of one page look: a sign or a number before, a sign behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadStyle {
    before: Before,
    open: &'static str,
    close: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Before {
    Nothing,
    /// `一、` or `（一）`: what stands around the numeral.
    Numeral(&'static str, &'static str),
    /// `1.` or `Part 1 `: what stands around the number.
    Number(&'static str, &'static str),
}

const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

impl HeadStyle {
    pub(super) fn draw(rng: &mut Rng) -> HeadStyle {
        let before = rng.pick([
            Before::Nothing,
            Before::Nothing,
            Before::Nothing,
            Before::Nothing,
            Before::Numeral("", "、"),
            Before::Numeral("（", "）"),
            Before::Numeral("之", "："),
            Before::Number("", "."),
            Before::Number("", "、"),
            Before::Number("0", " "),
            Before::Number("Part ", " "),
            Before::Number("NO.", " "),
            Before::Number("Step ", ": "),
        ]);
        let (open, close) = rng.pick([
            ("", ""),
            ("", ""),
            ("", ""),
            ("", "："),
            ("", ":"),
            ("【", "】"),
            ("▌", ""),
            ("▍", ""),
            ("# ", ""),
            ("## ", ""),
            ("■ ", ""),
            ("◆", ""),
            ("▶ ", ""),
            ("● ", ""),
            ("〈", "〉"),
            ("「", "」"),
            ("-", "-"),
            ("**", "**"),
            ("☆", "☆"),
            ("▼", ""),
            ("⭐", ""),
        ]);
        HeadStyle { before, open, close }
    }

    /// The sub-heading with these words, as the so-manyth of the page, counted from 0.
    pub(super) fn dress(self, words: &str, count: usize) -> String {
        let number = match self.before {
            Before::Nothing => String::new(),
            Before::Numeral(open, close) => {
                format!("{open}{}{close}", NUMERALS[count % NUMERALS.len()])
            }
            Before::Number(open, close) => format!("{open}{}{close}", count + 1),
        };
        format!("{}{number}{words}{}", self.open, self.close)
    }

    /// Pointers to other pages, some dressed as sub-headings; none is blank.
    pub(super) fn decoy(
        self,
        lexicons: &Lexicons,
        english: bool,
        scope: &mut Scope,
        rng: &mut Rng,
    ) -> Vec<String> {
        let list = if english { "heads.decoy.en" } else { "heads.decoy" };
        let mut text = String::new();
        lexicons.draw_into(list, rng, scope, &mut text);
        let lines = text.split('\n').filter(|l| !l.chars().all(char::is_whitespace));
        let dressed = rng.chance(0.5);
        let plain = HeadStyle { before: Before::Nothing, ..self };
        let dress = |(index, line): (usize, &str)| match index {
            0 if dressed => plain.dress(line, 0),
            _ => line.to_string(),
        };
        lines.enumerate().map(dress).collect()
    }
}

/// Words of a paragraph that could stand above it: one of its clauses that is short, without marks.
pub(super) fn words(paragraph: &str, rng: &mut Rng) -> Option<String> {
    let is_mark =
        |c: char| !c.is_alphanumeric() && !matches!(c, ' ' | '-' | '\'' | '’' | '·' | '%');
    let spaced = paragraph.split(' ').count() > 8;
    let clauses: Vec<&str> = paragraph.split(is_mark).map(str::trim).collect();
    if spaced {
        // The first words of a clause, as English headings are.
        let clause = rng.choose(&clauses)?;
        let some: Vec<&str> = clause.split_whitespace().take(rng.range(1, 6)).collect();
        return (some.concat().len() > 3).then(|| some.join(" "));
    }
    let fits = |clause: &&&str| (2..=12).contains(&clause.chars().count());
    let short: Vec<&&str> = clauses.iter().filter(fits).take(12).collect();
    rng.choose(&short).map(|clause| clause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_use_words_of_the_paragraph() {
        let mut rng = Rng::derive(1, "heads", 0);
        let text = "前年冬天下了很大的一场雪以后，老桥塌了，大家都很着急。";
        for _ in 0..20 {
            let head = words(text, &mut rng);
            assert!(matches!(head.as_deref(), Some("老桥塌了" | "大家都很着急")), "{head:?}");
        }
        assert_eq!(words("没有哪一个分句是短到可以放在段落上面当作标题的", &mut rng), None);
        let english = "The old bridge fell in the winter of that year and nobody minded.";
        let seen = (0..40).any(|_| words(english, &mut rng).as_deref() == Some("The old bridge"));
        assert!(seen);
    }

    #[test]
    fn heads_are_numbered_and_dressed() {
        let style = HeadStyle { before: Before::Numeral("", "、"), open: "【", close: "】" };
        assert_eq!(style.dress("老桥", 1), "【二、老桥】");
        let style = HeadStyle { before: Before::Number("Part ", " "), open: "", close: "：" };
        assert_eq!(style.dress("老桥", 0), "Part 1 老桥：");
    }
}
