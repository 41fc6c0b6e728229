//! How near an output text is to the gold text of its page, as the article-extraction benchmark
//! scores: in, two texts; out, counts of 4-shingles for the page, and means over pages.
//!
//! Source: Scrapinghub 2020, "Article extraction benchmark"; other than there, a Han character or
//! kana is a token by itself. `benches/peers` scores other programs by the same rules.

use std::collections::{HashMap, HashSet};

/// Tokens in a shingle.
const SHINGLE: usize = 4;

/// The shingles of a page: of its output, of its gold text, of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shingles {
    /// In the output and in the gold text, as often as in that which has fewer.
    pub both: u64,
    /// In the output only.
    pub output_only: u64,
    /// In the gold text only.
    pub gold_only: u64,
}

impl Shingles {
    /// Compares an output text with the gold text.
    ///
    /// Tokens are single Han characters and kana, and the runs between them of letters (with what
    /// else Unicode counts to the alphabet), numbers and the low line; case counts. Shingles are the
    /// runs of four tokens, as a multiset; of a text with one to three tokens the whole text is the
    /// only shingle, and a text without tokens has none.
    pub fn of(gold: &str, output: &str) -> Self {
        let (gold, output) = (tokens(gold), tokens(output));
        let mut in_gold: HashMap<&[&str], u64> = HashMap::new();
        let mut counts = Shingles::default();
        for shingle in shingles(&gold) {
            *in_gold.entry(shingle).or_default() += 1;
            counts.gold_only += 1;
        }
        for shingle in shingles(&output) {
            match in_gold.get_mut(shingle) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    counts.both += 1;
                    counts.gold_only -= 1;
                }
                _ => counts.output_only += 1,
            }
        }
        counts
    }

    /// Share of the output's shingles that are in the gold text. `None` for an empty output: what
    /// was not written cannot be wrong.
    pub fn precision(&self) -> Option<f64> {
        share(self.both, self.output_only)
    }

    /// Share of the gold text's shingles that are in the output. `None` where there is no gold text.
    pub fn recall(&self) -> Option<f64> {
        share(self.both, self.gold_only)
    }
}

fn share(both: u64, rest: u64) -> Option<f64> {
    let all = both + rest;
    (all > 0).then(|| both as f64 / all as f64)
}

/// Means over pages, each page the same weight whatever its length.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MeanShingles {
    /// Mean of [`Shingles::precision`] over the pages that have one.
    pub precision: Option<f64>,
    /// Mean of [`Shingles::recall`] over the pages that have one.
    pub recall: Option<f64>,
    /// Harmonic mean of these two; 0 where both are 0.
    pub f1: Option<f64>,
}

impl MeanShingles {
    /// Of some pages, in any order. A page with gold text and no output thus counts 0 for recall and
    /// not at all for precision; one with output and no gold text 0 for precision and not at all for
    /// recall; one with neither does not count.
    pub fn of<'a>(pages: impl IntoIterator<Item = &'a Shingles>) -> Self {
        let (mut precision, mut recall) = (Mean::default(), Mean::default());
        for page in pages {
            precision.add(page.precision());
            recall.add(page.recall());
        }
        let (precision, recall) = (precision.value(), recall.value());
        let f1 = precision
            .zip(recall)
            .map(|(p, r)| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 });
        MeanShingles { precision, recall, f1 }
    }
}

/// A mean of what is defined.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// A text without the lines that repeat the title of its page: those equal to one of `headings`
/// (the texts of its `<h1>` elements) and those that stand somewhere in `title` (the text of
/// `<title>`), white space collapsed on both sides. Gold sets disagree whether a title belongs to
/// the text; this takes it out of both the gold text and the output.
///
/// Lines end at LF. Blank lines stand in every title, so they go as well.
pub fn without_titles(headings: &[&str], title: &str, text: &str) -> String {
    let headings: HashSet<String> = headings.iter().map(|heading| collapsed(heading)).collect();
    let title = collapsed(title);
    let mut kept = String::with_capacity(text.len());
    for line in text.split('\n') {
        let plain = collapsed(line);
        if title.contains(&plain) || headings.contains(&plain) {
            continue;
        }
        if !kept.is_empty() {
            kept.push('\n');
        }
        kept.push_str(line);
    }
    kept
}

/// The words of a line, one space between them.
fn collapsed(line: &str) -> String {
    let mut words = line.split_whitespace();
    let mut collapsed = String::with_capacity(line.len());
    collapsed.push_str(words.next().unwrap_or_default());
    for word in words {
        collapsed.push(' ');
        collapsed.push_str(word);
    }
    collapsed
}

fn shingles<'a, 't>(tokens: &'a [&'t str]) -> impl Iterator<Item = &'a [&'t str]> {
    // `windows` panics on 0 and gives nothing where there are too few tokens.
    tokens.windows(SHINGLE.min(tokens.len()).max(1))
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut word = None; // where the run that is being read began
    for (place, c) in text.char_indices() {
        let single = stands_alone(c);
        if !single && (c.is_alphanumeric() || c == '_') {
            word.get_or_insert(place);
            continue;
        }
        tokens.extend(word.take().and_then(|start| text.get(start..place)));
        if single {
            tokens.extend(text.get(place..place + c.len_utf8()));
        }
    }
    tokens.extend(word.and_then(|start| text.get(start..)));
    tokens
}

/// Whether it is a Han character (ideographs, radicals, `々`, `〇`, Hangzhou numerals) or kana.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3038}'..='\u{303B}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}'
        | '\u{1AFF0}'..='\u{1B16F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(both: u64, output_only: u64, gold_only: u64) -> Shingles {
        Shingles { both, output_only, gold_only }
    }

    #[test]
    fn tokens_are_words_and_single_characters_of_chinese_and_japanese() {
        assert_eq!(tokens("Hello, wörld_1 (x2)!"), ["Hello", "wörld_1", "x2"]);
        assert_eq!(tokens("don't A.B"), ["don", "t", "A", "B"]);
        assert_eq!(
            tokens("买iPhone15了、か・なｶﾅ々"),
            ["买", "iPhone15", "了", "か", "な", "ｶ", "ﾅ", "々"]
        );
        assert_eq!(tokens("한국어 слово ٣٤"), ["한국어", "слово", "٣٤"]);
        assert_eq!(tokens("。，—\u{3000}\n"), [""; 0]);
        assert_eq!(tokens(""), [""; 0]);
    }

    #[test]
    fn shingles_are_compared_as_multisets() {
        // abcd and bcde in the gold text; bcde and cdef in the output.
        assert_eq!(Shingles::of("a b c d e", "b c d e f"), counts(1, 1, 1));
        assert_eq!(Shingles::of("a b c d e", "a b c d e"), counts(2, 0, 0));
        // Three times xxxx, of which the output has one; then the other way round.
        assert_eq!(Shingles::of("x x x x x x", "x x x x"), counts(1, 0, 2));
        assert_eq!(Shingles::of("x x x x", "x x x x x x"), counts(1, 2, 0));
        // One token a character, wherever the line breaks are.
        assert_eq!(Shingles::of("渡口重新开通", "渡口\n重新开放"), counts(2, 1, 1));
    }

    #[test]
    fn a_short_text_is_one_shingle_and_a_text_without_tokens_none() {
        assert_eq!(Shingles::of("a b", "a, b"), counts(1, 0, 0));
        assert_eq!(Shingles::of("a b", "a b c"), counts(0, 1, 1));
        assert_eq!(Shingles::of("", "a"), counts(0, 1, 0));
        assert_eq!(Shingles::of("a", "…"), counts(0, 0, 1));
        assert_eq!(Shingles::of("", "\n"), counts(0, 0, 0));
    }

    #[test]
    fn means_leave_out_the_pages_that_do_not_define_them() {
        let of = |pages: &[Shingles]| {
            let mean = MeanShingles::of(pages);
            (mean.precision, mean.recall, mean.f1)
        };
        // Precision 1/2 and 1, recall 1 and 3/4.
        let got = of(&[counts(1, 1, 0), counts(3, 0, 1)]);
        assert_eq!(got, (Some(0.75), Some(0.875), Some(2.0 * 0.75 * 0.875 / 1.625)));
        // The second has no output: recall 0, no precision.
        let got = of(&[counts(1, 0, 1), counts(0, 0, 5)]);
        assert_eq!(got, (Some(1.0), Some(0.25), Some(0.4)));
        // The second has no gold text: precision 0, no recall.
        let got = of(&[counts(1, 0, 0), counts(0, 7, 0)]);
        assert_eq!(got, (Some(0.5), Some(1.0), Some(2.0 / 3.0)));
        assert_eq!(of(&[counts(0, 0, 0)]), (None, None, None));
        assert_eq!(of(&[counts(0, 1, 1)]), (Some(0.0), Some(0.0), Some(0.0)));
        assert_eq!(of(&[]), (None, None, None));
    }

    #[test]
    fn lines_that_repeat_the_title_go() {
        let text = "The  bridge\nThe bridge is open.\n\n the town \nBody";
        let headings = ["  The \n bridge ", ""];
        let got = without_titles(&headings, "The bridge | the town", text);
        assert_eq!(got, "The bridge is open.\nBody");
        // An `<h1>` must be the whole line, a `<title>` may be longer than the line.
        assert_eq!(
            without_titles(&["The bridge"], "", text),
            "The bridge is open.\n the town \nBody"
        );
        assert_eq!(without_titles(&[], "", "a\n\nb"), "a\nb");
        assert_eq!(without_titles(&["b"], "", "a\r\nb\r\nc"), "a\r\nc");
        assert_eq!(without_titles(&["a"], "a", "a"), "");
    }
}
