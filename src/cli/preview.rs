//! What `filter --dry-run` prints: what would go, by kind and by site, with samples.

use std::io::Write;

use super::say::count;
use crate::output::{Preview, Share};
use crate::text::visible::{start, visible};

/// Sites that are listed: those that would lose most.
const SITES: usize = 20;

/// Writes the kinds and the sites, those that would lose most first.
///
/// # Errors
/// Those of `out`.
pub fn write_preview(out: &mut impl Write, preview: &Preview) -> std::io::Result<()> {
    let kinds = preview.kinds();
    if kinds.is_empty() {
        return writeln!(out, "nothing would be removed");
    }
    writeln!(out, "would be removed, by kind:")?;
    for (kind, share) in kinds {
        let kind = kind.map_or("no kind", |kind| kind.name());
        let (lines, pages) = (count(share.lines, "line"), count(share.pages, "page"));
        let characters = count(share.characters, "character");
        writeln!(out, "  {kind}: {lines} of {pages}, {characters}")?;
        samples(out, share)?;
    }
    let sites = preview.sites();
    if sites.is_empty() {
        return Ok(());
    }
    writeln!(out, "by site:")?;
    for (site, share) in sites.iter().take(SITES) {
        let percent = 100.0 * share.characters as f64 / share.of_characters.max(1) as f64;
        let (lines, pages) = (count(share.lines, "line"), count(share.pages, "page"));
        let characters = count(share.characters, "character");
        writeln!(out, "  {}: {lines} of {pages}, {characters}, {percent:.1} %", visible(site))?;
        samples(out, share)?;
    }
    match sites.len().saturating_sub(SITES) {
        0 => Ok(()),
        more => writeln!(out, "  and {}", count(more as u64, "other site")),
    }
}

fn samples(out: &mut impl Write, share: &Share) -> std::io::Result<()> {
    for sample in share.samples() {
        writeln!(out, "      {}", start(sample, 70))?;
    }
    Ok(())
}
