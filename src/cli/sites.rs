//! `--site-profile` and `--site`, which several commands share: what is known of the pages' sites, and of
//! which site a page is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::say::{count, say};
use crate::Result;
use crate::filter::Filter;
use crate::input::InputPage;
use crate::sites::SiteProfile;
use crate::text::Site;

/// What is known of the pages' sites.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sites")]
pub struct SiteArgs {
    /// What `dechaff profile` wrote of the sites: a line that other pages of its site have, too, is more
    /// likely junk, unless the page is a copy. Pages say their site by `site` or `url`, WARC by the
    /// address. What is expected to be lost at a threshold was measured without a profile.
    #[arg(long, value_name = "FILE")]
    site_profile: Option<PathBuf>,
    /// The site of pages that do not say theirs, as it was named for `dechaff profile`.
    #[arg(long, value_name = "NAME", requires = "site_profile")]
    site: Option<String>,
}

impl SiteArgs {
    /// The profile, where one was named.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn load(&self) -> Result<Option<SiteProfile>> {
        self.site_profile.as_deref().map(SiteProfile::load).transpose()
    }

    /// What is to be expected of the model, with what that leaves out.
    pub fn remarked(&self, expectation: String) -> String {
        match self.site_profile {
            Some(_) => expectation + "; measured without a site profile",
            None => expectation,
        }
    }

    /// What names the sites of pages.
    pub fn sites(&self) -> Sites<'_> {
        Sites { unnamed: self.site.as_deref(), ..Sites::default() }
    }

    /// What of this decides about the output, by the names of the options.
    pub fn deciding(&self, profile: Option<&SiteProfile>) -> [(&'static str, Option<String>); 2] {
        [("--site-profile", profile.map(SiteProfile::digest)), ("--site", self.site.clone())]
    }
}

/// The site that a page names, or else the one for those that do not.
pub fn site_of(page: &InputPage, unnamed: Option<&str>) -> Option<Site> {
    let named = page.site();
    named.as_deref().or(unnamed).map(Site::named)
}

/// Names the sites of pages, where anything is known of sites.
#[derive(Debug, Default)]
pub struct Sites<'a> {
    /// The site of pages that do not say theirs.
    unnamed: Option<&'a str>,
    n_pages: AtomicU64,
    /// Pages of which the site is known by name …
    n_named: AtomicU64,
    /// … and those of them whose site the profile knows.
    n_known: AtomicU64,
}

impl Sites<'_> {
    /// The site of a page that `filter` is to judge; `None` where it knows nothing of sites, too.
    pub fn of(&self, page: &InputPage, filter: &Filter) -> Option<Site> {
        let sites = filter.sites()?;
        // Of a long text, each piece is asked for; only the first counts.
        let is_first = page.piece.as_ref().is_none_or(|piece| piece.is_first());
        let add = |counter: &AtomicU64| counter.fetch_add(is_first.into(), Ordering::Relaxed);
        add(&self.n_pages);
        let site = site_of(page, self.unnamed)?;
        add(&self.n_named);
        if sites.of_site(site).is_some() {
            add(&self.n_known);
        }
        Some(site)
    }

    /// Of how many of the pages that were judged the profile knows the site.
    pub fn tell(&self) {
        let n = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (pages, named, known) = (n(&self.n_pages), n(&self.n_named), n(&self.n_known));
        if pages == 0 {
            return;
        }
        say(format_args!("--site-profile: knows the site of {known} of {}", count(pages, "page")));
        if named < pages {
            say(format_args!(
                "--site-profile: {} did not say the site (`site`, or a `url`); --site NAME gives them one",
                count(pages - named, "page")
            ));
        }
    }
}
