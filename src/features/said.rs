//! What the names of elements say of a line: an outline in, and what is believed of its lines; flags for
//! what the names around a line say, and what they mean on this page, out. Readers' comments are junk under
//! an article and the article of a board, and which of the two a page is stands in its names as well.

use super::sums::flag;
use crate::html::{Outline, named, within};

/// Columns of a line: what is said around it of [`named`] but the last, then what that means here.
pub const WIDTH: usize = SAID + 6;
/// How many of the bits of [`named`] are columns; a board is told of the page.
const SAID: usize = named::COUNT - 1;
/// An element with more than this share of a page's characters is its frame, whatever it is called, unless that is
/// comments; so is what holds the headline.
const FRAME: f64 = 0.7;
/// What is said of a part and not of a frame.
const OF_PARTS: u16 =
    named::COMMENTS | named::RELATED | named::NOTICE | named::SIDE | named::SHARE | named::TUCKED;

/// What the names of a page say.
#[derive(Debug, Default)]
pub struct Said {
    /// For each element, what is said of it and of those around it.
    around: Vec<u16>,
    /// For each line, how many bodies ended before it.
    bodies: Vec<u32>,
    /// ln(1 + n) of the n elements that are called as boards call them.
    board: f32,
    /// Share of the believed article that stands in bodies.
    in_bodies: f32,
}

impl Said {
    /// Looks over the names of a page. `headline` is its line if there is one, `characters` are sums: one more than
    /// lines.
    pub fn settle(&mut self, outline: &Outline, headline: Option<usize>, characters: &[f64]) {
        let n = outline.lines.len();
        let until = |line: u32| characters[(line as usize).min(n)];
        self.around.clear();
        self.bodies.clear();
        self.bodies.resize(n, 0);
        let mut board = 0u32;
        for element in &outline.elements {
            let lines = &element.lines;
            let mut own = element.named;
            let around = self.around.get(element.parent as usize).copied().unwrap_or_default();
            // Blogs count the floors of their comments, and call them threads.
            let is_board = own & named::BOARD != 0 && (own | around) & named::COMMENTS == 0;
            board += u32::from(is_board);
            if element.within & within::ARTICLE != 0 {
                own |= named::BODY;
            }
            if element.depth < 2 {
                // Root and body are called after what is somewhere in them.
                own = 0;
            }
            if headline.is_some_and(|line| lines.contains(&(line as u32))) {
                own &= !OF_PARTS;
            } else if until(lines.end) - until(lines.start) > FRAME * characters[n] {
                // Readers may say more than the article above them.
                own &= !OF_PARTS | if headline.is_some() { named::COMMENTS } else { 0 };
            }
            let ends = self.bodies.get_mut(lines.end as usize);
            if let Some(ended) =
                ends.filter(|_| own & !around & named::BODY != 0 && !lines.is_empty())
            {
                *ended += 1;
            }
            self.around.push(around | own);
        }
        let mut ended = 0;
        for bodies in &mut self.bodies {
            ended += *bodies;
            *bodies = ended;
        }
        self.board = (board as f32).ln_1p();
    }

    /// Looks where the article is believed to be; `article` are sums of its characters.
    pub fn believe(&mut self, outline: &Outline, article: &[f64]) {
        let in_bodies: f64 = article
            .windows(2)
            .enumerate()
            .filter(|(line, _)| self.of(outline, *line) & named::BODY != 0)
            .map(|(_, ends)| ends[1] - ends[0])
            .sum();
        self.in_bodies = (in_bodies / article.last().copied().unwrap_or_default().max(1.0)) as f32;
    }

    /// The columns of a line; `belief` is its log odds of junk.
    pub fn row(&self, outline: &Outline, line: usize, belief: f32) -> [f32; WIDTH] {
        let said = self.of(outline, line);
        let mut row = [0.0; WIDTH];
        let (flags, rest) = row.split_at_mut(SAID);
        flags.iter_mut().enumerate().for_each(|(bit, column)| *column = flag(said & 1 << bit != 0));
        let is_comment = said & named::COMMENTS != 0;
        let bodies = (self.bodies[line] as f32).ln_1p();
        rest.copy_from_slice(&[
            self.board,
            // 0 elsewhere, so that a curve can tell comments on a board from comments and from boards.
            if is_comment { 1.0 + self.board } else { 0.0 },
            // What its text says for a line counts for little here, as long as nothing says board.
            if is_comment { (-belief).max(0.0) * (-self.board).exp() } else { 0.0 },
            if said & named::BODY == 0 { self.in_bodies } else { 0.0 },
            bodies,
            bodies * self.board,
        ]);
        row
    }

    fn of(&self, outline: &Outline, line: usize) -> u16 {
        let element = outline.lines[line].element as usize;
        self.around.get(element).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    /// Rows of a page; its first line is the headline, lines marked with * are believed to be article.
    fn rows(html: &str) -> Vec<[f32; WIDTH]> {
        let document = Document::parse(html);
        let outline = &document.outline;
        let lines = document.page().lines;
        let sums = |value: &dyn Fn(usize) -> f64| {
            let mut sums = vec![0.0];
            (0..lines.len()).for_each(|line| sums.push(sums[line] + value(line)));
            sums
        };
        let is_article = |line: usize| lines[line].text.starts_with('*');
        let mut said = Said::default();
        said.settle(outline, Some(0), &sums(&|line| f64::from(outline.lines[line].characters)));
        said.believe(outline, &sums(&|line| f64::from(u8::from(is_article(line)))));
        let belief = |line: usize| if is_article(line) { -3.0 } else { 2.0 };
        (0..lines.len()).map(|line| said.row(outline, line, belief(line))).collect()
    }

    #[test]
    fn comments_are_told_from_what_stands_above_them() {
        let rows = rows(
            "<body class='single-post post-content'><div class='comments-open'><h1>题</h1><div class=article-body><p>*甲<p>*乙</div>\
             <div id=comments class='post-meta text-muted'><p>*丙<p>丁</div><div class='related list'><p>戊</div></div>",
        );
        let flags: Vec<&[f32]> = rows.iter().map(|row| &row[..SAID]).collect();
        // What holds the headline is the page's frame, whatever it is called.
        assert_eq!(flags[0], [0.0; SAID]);
        assert_eq!(flags[1], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(flags[3], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(flags[5], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        // Two of three lines of the article stand in the body.
        let (share, one) = (2.0 / 3.0, 2f32.ln());
        assert_eq!(rows[1][SAID..], [0.0; 6]);
        assert_eq!(rows[3][SAID..], [0.0, 1.0, 3.0, share, one, 0.0]);
        assert_eq!(rows[4][SAID..], [0.0, 1.0, 0.0, share, one, 0.0]);
        assert_eq!(rows[5][SAID..], [0.0, 0.0, 0.0, share, one, 0.0]);
    }

    #[test]
    fn readers_may_say_more_than_the_article() {
        let said = "很好".repeat(50);
        let rows = rows(&format!(
            "<h1>题</h1><div class=side><p>甲</div><div class='side comments'><p>*{said}</div>"
        ));
        let flags = |row: &[f32; WIDTH]| [row[0], row[3]];
        // It is no side, though: most of the page stands there.
        assert_eq!(
            rows.iter().map(flags).collect::<Vec<_>>(),
            [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
        );
    }

    #[test]
    fn a_board_is_told_by_its_names() {
        let rows = rows(
            "<body><h1>题</h1><div class=thread><div class=reply><p>*甲</div><div class=reply><p>*乙</div>\
             </div><ul class='thread comments'><li class=floor>丙</ul>",
        );
        let board = 2f32.ln();
        for row in &rows {
            assert_eq!(row[SAID], board);
        }
        assert_eq!(rows[1][SAID + 1..SAID + 3], [1.0 + board, 3.0 * (-board).exp()]);
    }
}
