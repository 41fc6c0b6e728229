//! `--site-profile` and `--site`, which several commands share: what is known of the pages' sites, and of
//! which site a page is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::say::say;
use crate::Result;
use crate::input::InputPage;
use crate::sites::SiteProfile;
use crate::text::Site;

/// What is known of the pages' sites.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sites")]
pub struct SiteArgs {
    /// What `dechaff profile` wrote of the sites: a line that other pages of its site have, too, is more
    /// likely junk. Pages say their site by `site` or `url`, WARC by the address.
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

    /// What names the sites of pages.
    pub fn sites(&self) -> Sites<'_> {
        let is_asked = self.site_profile.is_some();
        Sites { is_asked, unnamed: self.site.as_deref(), is_known: AtomicBool::new(false) }
    }

    /// What of this decides about the output, by the names of the options.
    pub fn deciding(&self, profile: Option<&SiteProfile>) -> [(&'static str, Option<String>); 2] {
        [("--site-profile", profile.map(SiteProfile::digest)), ("--site", self.site.clone())]
    }
}

/// Names the sites of pages, where anything is known of sites.
#[derive(Debug, Default)]
pub struct Sites<'a> {
    is_asked: bool,
    /// The site of pages that do not say theirs.
    unnamed: Option<&'a str>,
    /// Whether a page had one.
    is_known: AtomicBool,
}

impl Sites<'_> {
    /// The site of a page.
    pub fn of(&self, page: &InputPage) -> Option<Site> {
        if !self.is_asked {
            return None;
        }
        let named = page.site();
        let site = Site::named(named.as_deref().or(self.unnamed)?);
        self.is_known.store(true, Ordering::Relaxed);
        Some(site)
    }

    /// Tells that the profile was of no use, where of `n_pages` pages none had a site.
    pub fn tell(&self, n_pages: u64) {
        if self.is_asked && n_pages > 0 && !self.is_known.load(Ordering::Relaxed) {
            say(
                "--site-profile: made no difference, for no page says its site (`site`, or a `url`); \
                 --site NAME gives them one",
            );
        }
    }
}
