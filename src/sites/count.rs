//! Counting on how many pages of its site each line stands, in bounded memory. What was not met for long is
//! settled: lines of several pages, and sites, go into a compact list, to whose numbers what comes later is
//! added, and lines of one page are forgotten, as lossy counting does (Manku and Motwani 2002). Pages come in
//! order, and what comes out depends on nothing else.

use std::collections::{HashMap, HashSet};

use super::SiteProfile;
use crate::text::{Page, Site, fnv, fold};

/// What one entry of a hash table takes, with the share of the table that is empty and what is held twice
/// while it grows.
const BYTES_AN_ENTRY: usize = 64;
/// What one settled line or site takes, with what is held twice while the list is sorted.
const BYTES_A_SETTLED: usize = 32;

/// A page as it is counted: made in parallel, counted in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SitePage {
    /// The hash of its site.
    site: u64,
    /// The hashes of its lines, each once, in order of their size.
    lines: Vec<u64>,
    /// A hash of site and lines.
    all: u64,
}

impl SitePage {
    /// The page with these lines.
    pub fn new(site: Site, page: &Page<'_>, codes: &mut Vec<u16>) -> Self {
        let mut lines = Vec::with_capacity(page.lines.len());
        for line in &page.lines {
            fold::fold_line(line.text, codes);
            if !codes.is_empty() {
                lines.push(site.line_key(line.text, codes));
            }
        }
        lines.sort_unstable();
        lines.dedup();
        // The keys of lines hold the site.
        let halves = lines.iter().flat_map(|&key| [key as u32, (key >> 32) as u32]);
        SitePage { site: site.key(), all: fnv::hash_64(halves), lines }
    }

    /// Bytes that it takes, about.
    pub fn n_bytes(&self) -> usize {
        self.lines.len() * size_of::<u64>()
    }
}

/// What is known of a line.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Pages with it.
    pages: u16,
    /// The age in which it was met first.
    age: u16,
}

/// Counts pages by site and line.
#[derive(Debug, Default)]
pub struct SiteCounter {
    lines: HashMap<u64, Seen>,
    sites: HashMap<u64, u32>,
    /// The pages that were counted.
    pages: HashSet<u64>,
    settled_lines: Vec<(u64, u16)>,
    settled_sites: Vec<(u64, u32)>,
    /// Entries of the tables.
    most: usize,
    /// Entries of each settled list.
    most_settled: usize,
    /// Counts on with every quarter of the room that is taken by new lines.
    age: u16,
    n_new: usize,
    n_pages: u64,
    n_copies: u64,
    n_forgotten: u64,
    n_dropped: u64,
}

impl SiteCounter {
    /// A counter that takes about so many bytes of memory, one half for what is met now and one for what is
    /// settled.
    pub fn new(bytes: usize) -> Self {
        SiteCounter {
            most: (bytes / 2 / BYTES_AN_ENTRY).max(1),
            most_settled: (bytes / 4 / BYTES_A_SETTLED).max(1),
            ..SiteCounter::default()
        }
    }

    /// Counts a page, but for one that says word for word what another one of its site said.
    pub fn add(&mut self, page: &SitePage) {
        self.n_pages += 1;
        // They must not take all the room: beyond that, copies that lie far apart count again.
        if self.pages.len() >= (self.most / 4).max(2) {
            self.pages.clear();
        }
        if !self.pages.insert(page.all) {
            self.n_copies += 1;
            return;
        }
        let of_site = self.sites.entry(page.site).or_default();
        *of_site = of_site.saturating_add(1);
        for &key in &page.lines {
            let new = Seen { pages: 0, age: self.age };
            let seen = self.lines.entry(key).or_insert(new);
            seen.pages = seen.pages.saturating_add(1);
            if seen.pages == 1 {
                self.n_new += 1;
                if self.n_new >= self.most / 4 {
                    (self.n_new, self.age) = (0, self.age.wrapping_add(1));
                }
            }
            if self.lines.len() + self.sites.len() >= self.most {
                self.make_room();
            }
        }
    }

    /// Settles what is known of several pages, and of sites, and forgets lines of one page but the last
    /// ones: half of the room at most is taken then.
    fn make_room(&mut self) {
        self.settled_sites.extend(self.sites.drain());
        let settled = self.lines.extract_if(|_, seen| seen.pages > 1);
        self.settled_lines.extend(settled.map(|(key, seen)| (key, seen.pages)));
        let (age, before) = (self.age, self.lines.len());
        self.lines.retain(|_, seen| age.wrapping_sub(seen.age) <= 1);
        if self.lines.len() >= self.most {
            self.lines.clear();
        }
        self.n_forgotten += (before - self.lines.len()) as u64;
        if self.settled_lines.len() > self.most_settled {
            let before = add_up(&mut self.settled_lines, |a, b| a.saturating_add(b));
            // Half of the room at least is won, lest it be sorted over and over.
            self.n_dropped += keep(&mut self.settled_lines, self.most_settled / 2, before);
        }
        if self.settled_sites.len() > self.most_settled {
            let before = add_up(&mut self.settled_sites, |a, b| a.saturating_add(b));
            keep(&mut self.settled_sites, self.most_settled / 2, before);
        }
    }

    /// Pages that were counted, copies included.
    pub fn n_pages(&self) -> u64 {
        self.n_pages
    }

    /// Pages that were copies word for word, and so not counted.
    pub fn n_copies(&self) -> u64 {
        self.n_copies
    }

    /// How often lines of one page were forgotten for want of memory. If another page has such a line later,
    /// its number is too low by one.
    pub fn n_forgotten(&self) -> u64 {
        self.n_forgotten
    }

    /// Lines of several pages that were forgotten.
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    /// How many sites there were, and what is repeated on them.
    pub fn finish(mut self) -> (usize, SiteProfile) {
        self.settled_sites.extend(self.sites.drain());
        self.settled_lines.extend(self.lines.drain().map(|(key, seen)| (key, seen.pages)));
        add_up(&mut self.settled_lines, |a, b| a.saturating_add(b));
        add_up(&mut self.settled_sites, |a, b| a.saturating_add(b));
        let n_sites = self.settled_sites.len();
        self.settled_lines.retain(|&(_, pages)| pages > 1);
        self.settled_sites.retain(|&(_, pages)| pages > 1);
        (n_sites, SiteProfile::of_sorted(self.settled_lines, self.settled_sites))
    }
}

/// Sorts by key and adds up the numbers of each; returns how many keys there are.
fn add_up<N: Copy + Ord>(list: &mut Vec<(u64, N)>, add: impl Fn(N, N) -> N) -> usize {
    list.sort_unstable();
    list.dedup_by(|later, first| {
        let is_same = later.0 == first.0;
        if is_same {
            first.1 = add(first.1, later.1);
        }
        is_same
    });
    list.len()
}

/// Keeps the entries with the greatest numbers, `most` at most; returns how many of the `n` go.
fn keep<N: Copy + Ord>(list: &mut Vec<(u64, N)>, most: usize, n: usize) -> u64 {
    let mut numbers: Vec<N> = list.iter().map(|&(_, number)| number).collect();
    if numbers.len() > most {
        let place = numbers.len() - most - 1;
        let (_, &mut last, _) = numbers.select_nth_unstable(place);
        // Entries with the same number are kept or go together: which of them goes would be chance.
        list.retain(|&(_, number)| number > last);
    }
    (n - list.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::super::Repeats;
    use super::*;

    fn page(site: &str, lines: &[&str]) -> SitePage {
        let page = Page::from_lines(lines.iter().copied());
        SitePage::new(Site::named(site), &page, &mut Vec::new())
    }

    fn profile(pages: &[SitePage], bytes: usize) -> SiteProfile {
        let mut counter = SiteCounter::new(bytes);
        pages.iter().for_each(|page| counter.add(page));
        counter.finish().1
    }

    fn of(profile: &SiteProfile, site: &str, line: &str) -> Option<(u32, u32)> {
        let repeats = profile.of_site(Site::named(site))?.repeats(line, &mut Vec::new());
        repeats.map(|Repeats { with, others }| (with, others))
    }

    #[test]
    fn pages_with_a_line_are_counted_by_site() {
        let pages = [
            page("a", &["首页 | 新闻", "木桥修好了", "木桥修好了", "第1页 共9页"]),
            page("a", &["首页 ｜ 新聞", "渡口关了", "第1页 共9页"]),
            page("b", &["首页 | 新闻", "木桥修好了"]),
            page("a", &["另一页"]),
        ];
        let profile = profile(&pages, 1 << 20);
        // In any script and width, but with its own digits.
        assert_eq!(of(&profile, "A", "首页 | 新闻"), Some((1, 2)));
        assert_eq!(of(&profile, "a", "第1页 共9页"), Some((1, 2)));
        assert_eq!(of(&profile, "a", "第2页 共9页"), None);
        assert_eq!(of(&profile, "a", "木桥修好了"), None);
        // Sites with one page, and unknown ones, say nothing.
        assert_eq!(of(&profile, "b", "首页 | 新闻"), None);
        assert_eq!(of(&profile, "c", "首页 | 新闻"), None);
    }

    #[test]
    fn a_page_that_was_fetched_twice_counts_once() {
        let (one, two) = (page("a", &["首页", "木桥"]), page("a", &["首页", "渡口"]));
        let pages = [&one, &one, &two, &two, &one].map(Clone::clone);
        let profile = profile(&pages, 1 << 20);
        assert_eq!(of(&profile, "a", "木桥"), None);
        assert_eq!(of(&profile, "a", "渡口"), None);
        assert_eq!(of(&profile, "a", "首页"), Some((1, 1)));
        // In any order.
        assert_eq!(super::tests::profile(&[one.clone(), two, one], 1 << 20), profile);
    }

    #[test]
    fn with_little_memory_lines_are_forgotten_but_those_of_several_pages() {
        let names: Vec<String> = (0..400).map(|i| "甲".repeat(i + 1)).collect();
        // Two pages of eight in turn have a line in common.
        let pages: Vec<_> = (0..400)
            .map(|i| {
                page(
                    "a",
                    &[
                        "首页",
                        &names[i],
                        &format!("乙{}", if i % 8 < 2 { i / 8 } else { 1000 + i }),
                    ],
                )
            })
            .collect();
        let all = profile(&pages, 1 << 20);
        let few = profile(&pages, 64 * 2 * 100);
        assert_eq!(of(&all, "a", "首页"), Some((399, 399)));
        assert_eq!(few, all);
        // Where the pairs lie apart, they are forgotten, and what all pages have is counted too low.
        let apart: Vec<_> =
            pages.iter().step_by(2).chain(pages.iter().skip(1).step_by(2)).cloned().collect();
        assert_eq!(profile(&apart, 1 << 20), all);
        let few = profile(&apart, 64 * 2 * 100);
        assert_eq!(of(&all, "a", "乙0"), Some((1, 399)));
        assert_eq!(of(&few, "a", "乙0"), None);
        let (with, others) = of(&few, "a", "首页").unwrap();
        assert!((300..=399).contains(&with) && others == 399, "{with} of {others}");
        // With room for next to nothing, little is known, and nothing is endless.
        for bytes in [0, 64, 640] {
            let little = profile(&pages, bytes);
            assert!(little.n_lines() < 100, "{bytes}");
        }
    }

    #[test]
    fn of_settled_lines_those_of_most_pages_are_kept() {
        let mut list = vec![(7, 2), (3, 2), (7, 3), (9, 4), (1, 2)];
        assert_eq!(add_up(&mut list, |a: u16, b| a.saturating_add(b)), 4);
        assert_eq!(list, [(1, 2), (3, 2), (7, 5), (9, 4)]);
        assert_eq!(keep(&mut list, 3, 4), 2);
        assert_eq!(list, [(7, 5), (9, 4)]);
        assert_eq!(keep(&mut list, 2, 2), 0);
    }
}
