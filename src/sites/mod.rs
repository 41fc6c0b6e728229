//! What the pages of a site have in common, from counting to evidence: a first pass over a crawl counts on
//! how many pages of its site each line stands ([`SiteCounter`]), a [`SiteProfile`] holds the lines that
//! stand on several, and with it the filter adds to a line's log odds what its [`Repeats`] say.

mod count;
mod evidence;
mod file;

pub use count::{SiteCounter, SitePage};
pub use evidence::{Repeats, is_copy};

use std::fmt::{self, Formatter};

use crate::text::{Site, fold};

/// Bits of a key by which it is looked up.
const BITS: u32 = 16;

/// The lines that stand on several pages of their site.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteProfile {
    /// The keys of lines, rising.
    lines: Vec<u64>,
    /// On how many pages each stands, 2 or more; `u16::MAX` for that many or more.
    pages: Vec<u16>,
    /// Where in `lines` those begin that have the same first bits, and where the last of them end.
    starts: Vec<usize>,
    /// The keys of sites with several pages, rising.
    sites: Vec<u64>,
    /// How many pages each has.
    site_pages: Vec<u32>,
}

/// How much it is, and none of it: it may be gigabytes.
impl fmt::Debug for SiteProfile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SiteProfile of {} lines, {} sites", self.n_lines(), self.n_sites())
    }
}

impl SiteProfile {
    /// Of lines and sites with their numbers of pages, in the order of their keys.
    fn of_sorted(lines: Vec<(u64, u16)>, sites: Vec<(u64, u32)>) -> Self {
        let (lines, pages) = lines.into_iter().unzip();
        let (sites, site_pages) = sites.into_iter().unzip();
        SiteProfile::of_columns(lines, pages, sites, site_pages)
    }

    /// The same by column.
    fn of_columns(lines: Vec<u64>, pages: Vec<u16>, sites: Vec<u64>, site_pages: Vec<u32>) -> Self {
        let first = |bits: u64| lines.partition_point(|key| key >> (64 - BITS) < bits);
        let starts = (0..=1 << BITS).map(first).collect();
        SiteProfile { lines, pages, starts, sites, site_pages }
    }

    /// How many lines it knows.
    pub fn n_lines(&self) -> usize {
        self.lines.len()
    }

    /// How many sites it knows.
    pub fn n_sites(&self) -> usize {
        self.sites.len()
    }

    /// What it knows of a site; `None` for one of which it has not seen several pages.
    pub fn of_site(&self, site: Site) -> Option<SiteLines<'_>> {
        let place = self.sites.binary_search(&site.key()).ok()?;
        Some(SiteLines { profile: self, site, n_pages: *self.site_pages.get(place)? })
    }
}

/// The lines of one site.
#[derive(Debug, Clone, Copy)]
pub struct SiteLines<'a> {
    profile: &'a SiteProfile,
    site: Site,
    n_pages: u32,
}

impl SiteLines<'_> {
    /// How many other pages have this line of a page that was counted with them; `None` for a line that
    /// no other page has. For a page that was not counted it is one too few: of two mistakes the one that
    /// keeps text. `codes` is a buffer.
    pub fn repeats(&self, line: &str, codes: &mut Vec<u16>) -> Option<Repeats> {
        fold::fold_line(line, codes);
        let (key, profile) = (self.site.line_key(line, codes), self.profile);
        let bits = (key >> (64 - BITS)) as usize;
        let (start, end) = (*profile.starts.get(bits)?, *profile.starts.get(bits + 1)?);
        let place = start + profile.lines.get(start..end)?.binary_search(&key).ok()?;
        let with = u32::from(*profile.pages.get(place)?).saturating_sub(1);
        let others = self.n_pages.saturating_sub(1);
        Some(Repeats { with: with.min(others), others })
    }
}
