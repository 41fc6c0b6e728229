//! What follows one another on a page and is of one role: a run becomes a block of the page of HTML.

use super::Rng;
use crate::input::LabelledLine;
use crate::text::{Kind, Label};

/// What a run of lines is to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Article,
    /// Bylines and the like, on which readers differ.
    Byline,
    Junk(Kind),
    /// Who said it, what was said, and so on.
    Comments,
    /// A headline, the beginning of its article, and so on.
    Teasers,
    /// Sentences of the site about itself.
    Notice,
    /// The article that comes next, whole or its beginning.
    Next,
}

impl Role {
    fn of(line: &LabelledLine) -> Role {
        match line.label {
            Label::Article => Role::Article,
            Label::Either => Role::Byline,
            Label::Junk => Role::Junk(line.kind.unwrap_or(Kind::Meta)),
        }
    }

    /// The list of names for its block.
    pub(super) fn names(self) -> &'static str {
        match self {
            Role::Article => "site.part",
            Role::Byline => "site.byline",
            Role::Junk(Kind::Nav) => "site.nav",
            Role::Junk(Kind::Related) | Role::Teasers => "site.related",
            Role::Junk(Kind::Share) => "site.share",
            Role::Junk(Kind::Legal) => "site.legal",
            Role::Junk(Kind::CommentUi) => "site.comment_ui",
            Role::Comments => "site.readers",
            Role::Junk(Kind::Meta) => "site.meta",
            Role::Junk(Kind::Ad) => "site.ad",
            Role::Junk(Kind::Download) => "site.download",
            Role::Junk(Kind::Ticker) => "site.ticker",
            Role::Junk(Kind::SpiderPool | Kind::Adult | Kind::Gambling) => "site.planted",
            Role::Junk(Kind::Markup | Kind::Debris) => "site.debris",
            Role::Notice => "site.notice",
            Role::Next => "site.next",
        }
    }

    /// How many of a hundred such blocks are links.
    pub(super) fn linked(self) -> usize {
        match self {
            Role::Article
            | Role::Byline
            | Role::Comments
            | Role::Teasers
            | Role::Notice
            | Role::Next => 0,
            Role::Junk(Kind::Related) => 92,
            Role::Junk(Kind::Nav) => 88,
            Role::Junk(Kind::SpiderPool | Kind::Adult | Kind::Gambling) => 65,
            Role::Junk(Kind::Share | Kind::Download) => 55,
            Role::Junk(Kind::Ad | Kind::Ticker | Kind::Meta) => 35,
            Role::Junk(Kind::Legal | Kind::CommentUi) => 22,
            Role::Junk(Kind::Markup | Kind::Debris) => 8,
        }
    }

    /// Whether it may stand in a footer.
    fn ends_pages(self) -> bool {
        matches!(
            self,
            Role::Notice
                | Role::Junk(Kind::Legal | Kind::Debris | Kind::Share | Kind::Nav | Kind::Markup)
        )
    }
}

/// A page with at least so many runs of article can be a thread.
pub(super) const THREAD: usize = 4;

/// Lines of one role that follow one another.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) role: Role,
    pub(super) lines: Vec<LabelledLine>,
}

/// The runs of a page, in its order.
pub(super) fn runs(lines: &[LabelledLine]) -> Vec<Run> {
    let runs = lines.chunk_by(|a, b| Role::of(a) == Role::of(b));
    let runs = runs.filter_map(|lines| Some((Role::of(lines.first()?), lines.to_vec())));
    runs.map(|(role, lines)| Run { role, lines }).collect()
}

/// The parts of a page: what stands above its main part, that part, what stands after or beside it, and
/// what ends the page.
pub(super) fn parts<'r>(runs: &'r [Run], rng: &mut Rng) -> [&'r [Run]; 4] {
    let is_article = |run: &Run| run.role == Role::Article;
    let main = match runs.iter().position(is_article).zip(runs.iter().rposition(is_article)) {
        Some((first, last)) => first..last + 1,
        // A page without article has a main part, too.
        None => {
            let first = rng.below(runs.len() / 2 + 1);
            first..first + rng.below(runs.len() + 1 - first)
        }
    };
    let (above, rest) = runs.split_at(main.start);
    let (main, rest) = rest.split_at(main.len());
    let footer = rest.iter().rev().take_while(|run| run.role.ends_pages()).count();
    let (beside, footer) = rest.split_at(rest.len() - footer);
    [above, main, beside, footer]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: Label, kind: Option<Kind>) -> LabelledLine {
        LabelledLine { text: "字".to_owned(), label, kind, spans: Vec::new() }
    }

    #[test]
    fn a_page_falls_into_runs_and_these_into_parts() {
        let junk = |kind| line(Label::Junk, Some(kind));
        let article = || line(Label::Article, None);
        let page = [
            junk(Kind::Nav),
            junk(Kind::Nav),
            article(),
            line(Label::Either, None),
            article(),
            article(),
            junk(Kind::Related),
            junk(Kind::Legal),
            junk(Kind::Nav),
        ];
        let runs = runs(&page);
        let roles: Vec<(Role, usize)> =
            runs.iter().map(|run| (run.role, run.lines.len())).collect();
        let (nav, related) = (Role::Junk(Kind::Nav), Role::Junk(Kind::Related));
        let legal = Role::Junk(Kind::Legal);
        let expected = [
            (nav, 2),
            (Role::Article, 1),
            (Role::Byline, 1),
            (Role::Article, 2),
            (related, 1),
            (legal, 1),
            (nav, 1),
        ];
        assert_eq!(roles, expected);
        let mut rng = Rng::derive(1, "parts", 0);
        assert_eq!(parts(&runs, &mut rng).map(<[Run]>::len), [1, 3, 1, 2]);
        // Nothing is lost where there is no article.
        let bare = [runs[0].clone(), runs[4].clone()];
        for _ in 0..20 {
            let lengths = parts(&bare, &mut rng).map(<[Run]>::len);
            assert_eq!(lengths.iter().sum::<usize>(), 2, "{lengths:?}");
        }
        assert_eq!(parts(&[], &mut rng).map(<[Run]>::len), [0; 4]);
    }
}
