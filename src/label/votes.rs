//! The votes on the lines of a page: which rules spoke, and what kind of junk they named.

use crate::text::Kind;

/// One vote. What it is for is the rule's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Index among the rules.
    pub rule: u16,
    /// The kind that was named, which for a model differs from line to line.
    pub kind: Option<Kind>,
}

/// The votes on a page, line by line.
#[derive(Debug, Clone, Default)]
pub struct PageVotes {
    votes: Vec<Vote>,
    ends: Vec<usize>,
}

impl PageVotes {
    /// Adds a line with its votes, in the order of the rules.
    pub fn push(&mut self, votes: impl IntoIterator<Item = Vote>) {
        self.votes.extend(votes);
        self.ends.push(self.votes.len());
    }

    /// The votes on a line; none for a line that is not there.
    pub fn of(&self, line: usize) -> &[Vote] {
        let start = line.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(line).copied().unwrap_or(0);
        self.votes.get(start.unwrap_or(0)..end).unwrap_or(&[])
    }

    /// The votes of every line, in order.
    pub fn lines(&self) -> impl Iterator<Item = &[Vote]> {
        (0..self.ends.len()).map(|line| self.of(line))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_come_back_line_by_line() {
        let vote = |rule| Vote { rule, kind: None };
        let mut page = PageVotes::default();
        page.push([vote(3), vote(1)]);
        page.push([]);
        page.push([vote(2)]);
        assert_eq!(page.of(0), [vote(3), vote(1)]);
        assert_eq!(page.of(1), []);
        assert_eq!(page.of(2), [vote(2)]);
        assert_eq!(page.of(3), []);
        assert_eq!(page.lines().count(), 3);
    }
}
