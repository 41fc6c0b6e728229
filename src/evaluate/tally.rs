//! Sums over lines: one gold line and its verdict go in, counts of lines and characters come out.
//! A [`Tally`] can be added to another, so a page, a site, a set and a bootstrap sample are all
//! the same thing.

use std::ops::Range;

use super::metrics::{Confusion, share};
use crate::filter::{LineVerdict, Verdict};
use crate::input::LabelledLine;
use crate::text::Label;

/// What happened to some lines. `either` lines are not in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Whole lines. A line that is kept with a cut in it counts as kept.
    pub confusion: Confusion,
    /// Characters of article lines, white space and gold spans included.
    pub article_characters: u64,
    /// Of these, what goes: all characters of a removed line, and of a cut those outside the gold
    /// spans.
    pub article_characters_lost: u64,
    /// Characters of junk lines, and of the gold spans inside article lines.
    pub junk_characters: u64,
    /// Of these, what stays.
    pub junk_characters_kept: u64,
    /// Characters of the gold spans inside article lines.
    pub span_characters: u64,
    /// Of these, what goes: with a cut, or with its whole line.
    pub span_characters_gone: u64,
    /// Characters outside the gold spans of the article lines that are kept.
    pub other_characters: u64,
    /// Of these, what is cut by mistake.
    pub other_characters_cut: u64,
}

impl Tally {
    /// Counts one line; gives its length in characters and whether it is junk, or `None` for an
    /// `either` line, which is not counted.
    pub fn line(&mut self, line: &LabelledLine, verdict: &LineVerdict) -> Option<(u32, bool)> {
        let is_removed = verdict.verdict == Verdict::Junk;
        let length = match line.label {
            Label::Either => return None,
            Label::Junk => {
                let overlap = Overlap::of(&line.text, &[], &verdict.cut);
                let gone = if is_removed { overlap.all } else { overlap.cut };
                self.junk_characters += overlap.all;
                self.junk_characters_kept += overlap.all - gone;
                *if is_removed {
                    &mut self.confusion.junk_removed
                } else {
                    &mut self.confusion.junk_kept
                } += 1;
                overlap.all
            }
            Label::Article => {
                let overlap = Overlap::of(&line.text, &line.spans, &verdict.cut);
                self.article_characters += overlap.all;
                self.junk_characters += overlap.span;
                self.span_characters += overlap.span;
                if is_removed {
                    self.confusion.article_removed += 1;
                    self.article_characters_lost += overlap.all;
                    self.span_characters_gone += overlap.span;
                } else {
                    let mistaken = overlap.cut - overlap.both;
                    self.confusion.article_kept += 1;
                    self.article_characters_lost += mistaken;
                    self.junk_characters_kept += overlap.span - overlap.both;
                    self.span_characters_gone += overlap.both;
                    self.other_characters += overlap.all - overlap.span;
                    self.other_characters_cut += mistaken;
                }
                overlap.all
            }
        };
        Some((u32::try_from(length).unwrap_or(u32::MAX), line.label == Label::Junk))
    }

    /// Adds the sums of other lines.
    pub fn add(&mut self, other: &Tally) {
        self.confusion.add(&other.confusion);
        self.article_characters += other.article_characters;
        self.article_characters_lost += other.article_characters_lost;
        self.junk_characters += other.junk_characters;
        self.junk_characters_kept += other.junk_characters_kept;
        self.span_characters += other.span_characters;
        self.span_characters_gone += other.span_characters_gone;
        self.other_characters += other.other_characters;
        self.other_characters_cut += other.other_characters_cut;
    }

    /// Share of the article characters that go; `None` without article lines.
    pub fn article_loss(&self) -> Option<f64> {
        share(self.article_characters_lost, self.article_characters)
    }

    /// Share of the junk characters that stay; `None` without any.
    pub fn junk_left(&self) -> Option<f64> {
        share(self.junk_characters_kept, self.junk_characters)
    }

    /// Share of the gold span characters that go; `None` without gold spans.
    pub fn spans_found(&self) -> Option<f64> {
        share(self.span_characters_gone, self.span_characters)
    }

    /// Share of the other characters of kept article lines that are cut by mistake; `None` where
    /// no article line is kept.
    pub fn wrongly_cut(&self) -> Option<f64> {
        share(self.other_characters_cut, self.other_characters)
    }
}

/// Characters of a line: all, those in a gold span, those in a cut, those in both.
#[derive(Debug, Default, PartialEq)]
struct Overlap {
    all: u64,
    span: u64,
    cut: u64,
    both: u64,
}

impl Overlap {
    /// `spans` count characters and `cuts` count bytes; both are sorted. What lies outside the
    /// line is not counted.
    fn of(text: &str, spans: &[Range<usize>], cuts: &[Range<usize>]) -> Self {
        if spans.is_empty() && cuts.is_empty() {
            return Overlap { all: text.chars().count() as u64, ..Overlap::default() };
        }
        let mut overlap = Overlap::default();
        let (mut spans, mut cuts) = (spans.iter().peekable(), cuts.iter().peekable());
        for (number, (byte, _)) in text.char_indices().enumerate() {
            while spans.next_if(|span| span.end <= number).is_some() {}
            while cuts.next_if(|cut| cut.end <= byte).is_some() {}
            let in_span = spans.peek().is_some_and(|span| span.contains(&number));
            let in_cut = cuts.peek().is_some_and(|cut| cut.contains(&byte));
            overlap.all += 1;
            overlap.span += u64::from(in_span);
            overlap.cut += u64::from(in_cut);
            overlap.both += u64::from(in_span && in_cut);
        }
        overlap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, label: Label, spans: &[Range<usize>]) -> LabelledLine {
        LabelledLine { text: text.to_owned(), label, kind: None, spans: spans.to_vec() }
    }

    fn verdict(verdict: Verdict, cut: &[Range<usize>]) -> LineVerdict {
        LineVerdict { probability: 0.5, verdict, cut: cut.to_vec(), kind: None }
    }

    fn only(range: Range<usize>) -> Vec<Range<usize>> {
        vec![range]
    }

    #[test]
    fn spans_count_characters_and_cuts_count_bytes() {
        // Characters 2..5 are the span (`ab丙`), bytes 7..11 the cut (`b丙`).
        let got = Overlap::of("甲乙ab丙丁", &only(2..5), &only(7..11));
        assert_eq!(got, Overlap { all: 6, span: 3, cut: 2, both: 2 });
        // Several of each, and what lies outside the line.
        let got = Overlap::of("abcdefgh", &[0..1, 3..5, 7..99], &[0..2, 4..6, 8..20]);
        assert_eq!(got, Overlap { all: 8, span: 4, cut: 4, both: 2 });
    }

    #[test]
    fn whole_lines_and_cuts_are_counted_by_what_goes() {
        let mut tally = Tally::default();
        let mut count = |l: LabelledLine, v: LineVerdict| tally.line(&l, &v);
        // Ten article characters go, four stay.
        count(line("春天的花都开了很好看", Label::Article, &[]), verdict(Verdict::Junk, &[]));
        count(line("花开了。", Label::Article, &[]), verdict(Verdict::Unsure, &[]));
        // Of eight characters, four are a span; three of these are cut, and one beside them.
        let with_span = line("text#ad!", Label::Article, &only(4..8));
        count(with_span.clone(), verdict(Verdict::Article, &only(3..7)));
        // The same line removed whole: its span is gone, all of it is lost.
        count(with_span, verdict(Verdict::Junk, &[]));
        // Junk: five characters go, of three one is cut, and two stay.
        count(line("login", Label::Junk, &[]), verdict(Verdict::Junk, &[]));
        count(line("top", Label::Junk, &[]), verdict(Verdict::Article, &only(0..1)));
        assert_eq!(
            tally,
            Tally {
                confusion: Confusion {
                    junk_removed: 1,
                    junk_kept: 1,
                    article_removed: 2,
                    article_kept: 2
                },
                article_characters: 10 + 4 + 8 + 8,
                article_characters_lost: 10 + 1 + 8,
                junk_characters: 4 + 4 + 5 + 3,
                junk_characters_kept: 1 + 2,
                span_characters: 8,
                span_characters_gone: 3 + 4,
                other_characters: 4 + 4,
                other_characters_cut: 1,
            }
        );
        assert_eq!(tally.article_loss(), Some(19.0 / 30.0));
        assert_eq!(tally.junk_left(), Some(3.0 / 16.0));
        assert_eq!(tally.spans_found(), Some(7.0 / 8.0));
        assert_eq!(tally.wrongly_cut(), Some(1.0 / 8.0));

        let mut twice = tally;
        twice.add(&tally);
        assert_eq!(twice.article_characters_lost, 38);
        assert_eq!((twice.confusion.lines(), twice.wrongly_cut()), (12, Some(2.0 / 16.0)));
    }

    #[test]
    fn either_lines_are_not_scored() {
        let mut tally = Tally::default();
        let either = line("by a reporter", Label::Either, &[]);
        assert_eq!(tally.line(&either, &verdict(Verdict::Junk, &[])), None);
        assert_eq!(tally, Tally::default());
        assert_eq!([tally.article_loss(), tally.junk_left(), tally.spans_found()], [None; 3]);
    }
}
