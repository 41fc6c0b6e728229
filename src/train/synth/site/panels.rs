//! What pages of HTML have and crawls of text leave out: teasers of other articles, the beginnings of the
//! next ones, readers' comments in full, notices in whole sentences. Runs of a page in, the same with such
//! panels between them out.

use super::runs::{Role, Run, THREAD};
use super::{LONGEST_TITLE, Rng, draw, is_short};
use crate::input::{LabelledLine, LabelledPage};
use crate::text::{Kind, Label};
use crate::train::synth::hypertext::tidy;
use crate::train::synth::lexicon::Lexicons;

/// What panels are written from.
pub(super) struct Panels<'a> {
    pub(super) english: bool,
    /// Pages that teasers tell of.
    pub(super) others: &'a [&'a LabelledPage],
    pub(super) lexicons: &'a Lexicons,
}

impl Panels<'_> {
    /// Puts panels behind the article, and notices at either end of the page.
    pub(super) fn add(&self, runs: &mut Vec<Run>, rng: &mut Rng) {
        // Pages share paragraphs: what is article here, however it is laid out, is not junk further down.
        let own = runs.iter().flat_map(|run| &run.lines).filter(|l| l.label == Label::Article);
        let own: String = own.map(|line| tidy(&line.text)).collect();
        let last = runs.iter().rposition(|run| run.role == Role::Article);
        let behind = last.map_or(0, |last| last + 1);
        if rng.chance(0.3) {
            let at = if rng.chance(0.5) { behind } else { rng.range(behind, runs.len()) };
            insert(runs, at, Role::Teasers, Kind::Related, self.teasers(&own, rng));
        }
        if behind > 0 && rng.chance(0.12) {
            let at = rng.range(behind, runs.len());
            for _ in 0..rng.skewed(1, 4) {
                insert(runs, at, Role::Next, Kind::Related, self.next(&own, rng));
            }
        }
        // What readers say of no article would be one, and so it is on a board.
        let posts = runs.iter().filter(|run| run.role == Role::Article).count();
        if (1..THREAD).contains(&posts) && rng.chance(0.3) {
            let at = rng.range(behind, runs.len());
            insert(runs, at, Role::Comments, Kind::CommentUi, self.comments(&own, rng));
        }
        if rng.chance(0.4) {
            let at = rng.pick([0, runs.len(), runs.len(), behind]);
            let (list, count) = match rng.chance(0.15) {
                true => ("policy", rng.range(5, 30)),
                false => ("notice", rng.range(1, 3)),
            };
            // Its place tells a notice from an article, whatever it says.
            let is_prose = rng.chance(0.3);
            let mut notice = || match is_prose.then(|| self.said(&own, rng)).flatten() {
                Some(said) => said,
                None => self.draw(list, rng),
            };
            let texts = (0..count).map(|_| notice()).collect();
            insert(runs, at, Role::Notice, Kind::Legal, texts);
        }
    }

    /// Pairs of a name and what was said under it.
    fn comments(&self, own: &str, rng: &mut Rng) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..rng.skewed(1, 24) {
            texts.push(self.draw("site.who", rng));
            // Most say what an article could say: what tells them from it is their place.
            if rng.chance(0.7)
                && let Some(said) = self.said(own, rng)
            {
                texts.push(said);
                continue;
            }
            let list = match (self.english, rng.chance(0.5)) {
                (true, true) => "say.en.long",
                (true, false) => "say.en",
                (false, true) => "say.long",
                (false, false) => "say",
            };
            texts.push(draw(self.lexicons, list, rng));
        }
        texts
    }

    /// The beginning of a paragraph of another page, up to four signs that end sentences.
    fn said(&self, own: &str, rng: &mut Rng) -> Option<String> {
        let other = rng.choose(self.others)?;
        let texts: Vec<&LabelledLine> =
            article(other, own).filter(|line| !is_short(&line.text, LONGEST_TITLE)).collect();
        let text = &rng.choose(&texts)?.text;
        // A point within a number or a name ends nothing.
        let is_end = |at: usize, c: char| match c {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => text.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')),
            _ => false,
        };
        let ends: Vec<usize> = text
            .char_indices()
            .filter(|&(at, c)| is_end(at, c))
            .map(|(at, c)| at + c.len_utf8())
            .collect();
        let end = ends.get(rng.below(4)).copied().unwrap_or(text.len());
        text.get(..end).map(str::to_owned)
    }

    /// The headline of another page and what follows it.
    fn next(&self, own: &str, rng: &mut Rng) -> Vec<String> {
        let Some(other) = rng.choose(self.others) else { return Vec::new() };
        let article = article(other, own);
        let texts: Vec<String> = article.take(rng.range(2, 12)).map(|l| l.text.clone()).collect();
        match texts.first() {
            Some(title) if is_short(title, LONGEST_TITLE) && texts.len() > 1 => texts,
            _ => Vec::new(),
        }
    }

    /// Pairs of a headline and a piece of what stands under it.
    fn teasers(&self, own: &str, rng: &mut Rng) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..rng.range(2, 10) {
            let Some(other) = rng.choose(self.others) else { break };
            let article = article(other, own);
            let (titles, paragraphs): (Vec<&LabelledLine>, Vec<_>) =
                article.partition(|line| is_short(&line.text, LONGEST_TITLE));
            let Some((title, paragraph)) = titles.first().zip(rng.choose(&paragraphs)) else {
                continue;
            };
            let most = if self.english { rng.range(60, 260) } else { rng.range(30, 120) };
            let mut text: String = paragraph.text.chars().take(most).collect();
            if text.len() < paragraph.text.len() {
                text.push_str(rng.pick(["...", "…", "……", "", " [...]", "[详细]"]));
            }
            texts.extend([title.text.clone(), text]);
        }
        texts
    }

    /// One term of a list in the language of the page.
    fn draw(&self, list: &str, rng: &mut Rng) -> String {
        match self.english {
            true => draw(self.lexicons, &format!("{list}.en"), rng),
            false => draw(self.lexicons, list, rng),
        }
    }
}

/// The article lines of another page that this one has not.
fn article<'a>(other: &'a LabelledPage, own: &'a str) -> impl Iterator<Item = &'a LabelledLine> {
    other.lines.iter().filter(|l| l.label == Label::Article && !own.contains(&tidy(&l.text)))
}

fn insert(runs: &mut Vec<Run>, at: usize, role: Role, kind: Kind, texts: Vec<String>) {
    let line = |text: String| LabelledLine {
        text: text.replace('\n', " "),
        label: Label::Junk,
        kind: Some(kind),
        spans: Vec::new(),
    };
    if !texts.is_empty() {
        runs.insert(at, Run { role, lines: texts.into_iter().map(line).collect() });
    }
}

#[cfg(test)]
mod tests {
    use super::super::runs::runs;
    use super::*;
    use crate::input::testing::{self, line};

    #[test]
    fn panels_are_junk_and_stand_outside_the_article() {
        let lexicons = Lexicons::builtin();
        let other = testing::page([
            line("桥修好了", Label::Article),
            line("桥修了三年，今年春天通了车。两岸的人都来看。", Label::Article),
        ]);
        let own = testing::page([
            line("麦子收完了", Label::Article),
            line("今年的麦子比去年早收五天，村里人都说天气好。", Label::Article),
        ]);
        // The same paragraph, indented, on another page.
        let alike = testing::page([
            line("麦子收完了", Label::Article),
            line("　　今年的麦子比去年早收五天，", Label::Article),
        ]);
        for english in [false, true] {
            let (mut roles, mut teased, mut said) = (Vec::new(), 0, 0);
            for seed in 0..80 {
                let mut rng = Rng::derive(2, "panels", seed);
                let mut runs = runs(&own.lines);
                let panels =
                    Panels { english, others: &[&other, &own, &alike], lexicons: &lexicons };
                panels.add(&mut runs, &mut rng);
                for run in runs.iter().filter(|run| run.role != Role::Article) {
                    roles.push(run.role);
                    for line in &run.lines {
                        assert!(line.label == Label::Junk && line.kind.is_some(), "{line:?}");
                        assert!(!line.text.is_empty() && !line.text.contains('\n'), "{line:?}");
                        assert!(own.lines.iter().all(|l| !l.text.starts_with(line.text.trim())));
                    }
                    if run.role == Role::Teasers {
                        teased += run.lines.len();
                        assert_eq!(run.lines[0].text, "桥修好了");
                        assert!(run.lines[1].text.starts_with("桥修了三年"));
                    }
                    if run.role == Role::Next {
                        let texts: Vec<&str> = run.lines.iter().map(|l| l.text.as_str()).collect();
                        assert_eq!(texts, ["桥修好了", other.lines[1].text.as_str()]);
                    }
                    if run.role == Role::Comments {
                        said += run.lines.iter().filter(|l| l.text.starts_with("桥修了")).count();
                    }
                    let pairs = matches!(run.role, Role::Teasers | Role::Comments);
                    assert!(!pairs || run.lines.len() % 2 == 0);
                }
                let first = runs.iter().position(|run| run.role == Role::Article);
                assert!(first.is_some_and(|first| first < 2), "only a notice stands above");
            }
            for role in [Role::Teasers, Role::Comments, Role::Notice, Role::Next] {
                assert!(roles.iter().filter(|of| **of == role).count() > 5, "{role:?}");
            }
            assert!(teased > 60 && said > 20, "{teased} {said}");
        }
    }
}
