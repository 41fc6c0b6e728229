//! Counting on how many pages of its site each line stands, in bounded memory: lossy counting (Manku and
//! Motwani 2002). Pages come in order, what comes out does not depend on anything else.

use std::collections::HashMap;

use super::SiteProfile;
use crate::text::{Page, Site, fnv, fold};

/// What takes the room of one line in memory: a key of 8 bytes, what is known of it, and the share of a
/// hash table that is empty while it grows.
const BYTES_A_LINE: usize = 40;

/// A page as it is counted: made in parallel, counted in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SitePage {
    /// The hash of its site.
    site: u64,
    /// The hashes of its lines, each once, in order of their size.
    lines: Vec<u64>,
    /// A hash of all of them.
    all: u32,
}

impl SitePage {
    /// The page with these lines.
    pub fn new(site: Site, page: &Page<'_>, codes: &mut Vec<u16>) -> Self {
        let mut lines = Vec::with_capacity(page.lines.len());
        for line in &page.lines {
            fold::fold_line(line.text, codes);
            if !codes.is_empty() {
                lines.push(site.line_key(codes));
            }
        }
        lines.sort_unstable();
        lines.dedup();
        let halves = lines.iter().flat_map(|&key| [key as u32, (key >> 32) as u32]);
        let all = fnv::hash_64(halves) as u32;
        SitePage { site: site.key(), lines, all }
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
    /// How often lines had been forgotten when it was seen last.
    age: u16,
    /// The hash of the page that had it last.
    last: u32,
}

/// What is known of a site.
#[derive(Debug, Clone, Copy)]
struct SeenSite {
    pages: u32,
    last: u32,
}

/// Counts pages by site and line.
#[derive(Debug)]
pub struct SiteCounter {
    lines: HashMap<u64, Seen>,
    sites: HashMap<u64, SeenSite>,
    /// Lines that are known at a time.
    most: usize,
    age: u16,
    n_pages: u64,
    n_forgotten: u64,
}

impl SiteCounter {
    /// A counter whose lines take about so many bytes of memory.
    pub fn new(bytes: usize) -> Self {
        SiteCounter {
            lines: HashMap::new(),
            sites: HashMap::new(),
            most: (bytes / BYTES_A_LINE).max(1),
            age: 0,
            n_pages: 0,
            n_forgotten: 0,
        }
    }

    /// Counts a page. One that says word for word what the last one with a line said, a page that was
    /// fetched twice, counts for that line once.
    pub fn add(&mut self, page: &SitePage) {
        self.n_pages += 1;
        let site = self.sites.entry(page.site).or_insert(SeenSite { pages: 0, last: !page.all });
        if site.last != page.all {
            site.pages = site.pages.saturating_add(1);
            site.last = page.all;
        }
        for &key in &page.lines {
            let new = Seen { pages: 0, age: 0, last: !page.all };
            let seen = self.lines.entry(key).or_insert(new);
            seen.age = self.age;
            if seen.last != page.all {
                seen.pages = seen.pages.saturating_add(1);
                seen.last = page.all;
            }
        }
        if self.lines.len() > self.most {
            self.forget();
        }
    }

    /// Makes room: lines go that were seen once and long ago, then all that were seen once, then those
    /// that were seen twice. What is forgotten is counted too low later, never too high.
    fn forget(&mut self) {
        let before = self.lines.len();
        let (age, most) = (self.age, self.most / 2);
        self.lines.retain(|_, seen| seen.pages > 1 || seen.age == age);
        let mut pages = 1;
        while self.lines.len() > most {
            self.lines.retain(|_, seen| seen.pages > pages);
            pages = pages.saturating_add(1);
            if pages == u16::MAX {
                self.lines.clear();
            }
        }
        self.n_forgotten += (before - self.lines.len()) as u64;
        self.age = self.age.wrapping_add(1);
    }

    /// Pages that were counted, those that were fetched twice included.
    pub fn n_pages(&self) -> u64 {
        self.n_pages
    }

    /// Sites of which there were pages.
    pub fn n_sites(&self) -> usize {
        self.sites.len()
    }

    /// Lines that were forgotten for want of memory.
    pub fn n_forgotten(&self) -> u64 {
        self.n_forgotten
    }

    /// What is repeated.
    pub fn finish(self) -> SiteProfile {
        let lines = self.lines.into_iter().filter(|(_, seen)| seen.pages > 1);
        let sites = self.sites.into_iter().filter(|(_, site)| site.pages > 1);
        SiteProfile::new(
            lines.map(|(key, seen)| (key, seen.pages)).collect(),
            sites.map(|(key, site)| (key, site.pages)).collect(),
        )
    }
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
        counter.finish()
    }

    fn of(profile: &SiteProfile, site: &str, line: &str) -> Option<(u32, u32)> {
        let repeats = profile.of_site(Site::named(site))?.repeats(line, &mut Vec::new());
        repeats.map(|Repeats { with, others }| (with, others))
    }

    #[test]
    fn pages_with_a_line_are_counted_by_site() {
        let pages = [
            page("a", &["首页 | 新闻", "木桥修好了", "木桥修好了", "版权所有 2024"]),
            page("a", &["首页 ｜ 新聞", "渡口关了", "版权所有 2025"]),
            page("b", &["首页 | 新闻", "木桥修好了"]),
            page("a", &["另一页"]),
        ];
        let profile = profile(&pages, 1 << 20);
        // As it is folded, numbers for each other.
        assert_eq!(of(&profile, "A", "首页 | 新闻"), Some((1, 2)));
        assert_eq!(of(&profile, "a", "版权所有 1999"), Some((1, 2)));
        assert_eq!(of(&profile, "a", "木桥修好了"), None);
        // Sites with one page, and unknown ones, say nothing.
        assert_eq!(of(&profile, "b", "首页 | 新闻"), None);
        assert_eq!(of(&profile, "c", "首页 | 新闻"), None);
    }

    #[test]
    fn a_page_that_was_fetched_twice_counts_once() {
        let (one, two) = (page("a", &["首页", "木桥"]), page("a", &["首页", "渡口"]));
        let profile = profile(&[one.clone(), one.clone(), two.clone(), two, one], 1 << 20);
        assert_eq!(of(&profile, "a", "木桥"), None);
        assert_eq!(of(&profile, "a", "渡口"), None);
        assert_eq!(of(&profile, "a", "首页"), Some((2, 2)));
    }

    #[test]
    fn what_is_forgotten_is_never_counted_too_high() {
        let names: Vec<String> = (0..400).map(|i| format!("第{}页", "甲".repeat(i + 1))).collect();
        let pages: Vec<_> = names.iter().map(|name| page("a", &["首页", name])).collect();
        let (all, few) = (profile(&pages, 1 << 20), profile(&pages, 40 * 50));
        assert_eq!(of(&all, "a", "首页"), Some((399, 399)));
        assert_eq!(of(&few, "a", "首页"), Some((399, 399)));
        assert_eq!(of(&few, "a", &names[3]), None);
        // With room for nothing, nothing is known, and nothing is endless.
        let none = profile(&pages, 0);
        assert_eq!(of(&none, "a", "首页"), None);
    }
}
