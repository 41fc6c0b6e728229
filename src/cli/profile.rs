//! `dechaff profile`: pages in, what the pages of each site have in common out.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use indicatif::HumanBytes;

use super::args::{InputArgs, Inputs, RunArgs};
use super::barrier::{failure, guarded};
use super::closing::files_passed_over;
use super::say::{count, say, spinner};
use super::sites::site_of;
use super::told::{Telling, Told};
use super::usage::{refuse, senseless};
use crate::input::{Compression, RawPage, RecordOptions, SourceReader, read_source_with};
use crate::output::{Destination, OutputFile};
use crate::sites::{SiteCounter, SitePage};
use crate::{Error, pipeline};

/// Find what the pages of each site have in common, for --site-profile of `filter`.
///
/// Counts on how many pages of its site each line stands. The menus, footers and planted links that a
/// site puts on its pages are the same on many of them, and articles are not: with the profile, `filter`
/// takes a line that other pages of its site have, too, for junk sooner, unless the page as a whole is a
/// copy. Lines are the same if they differ in case, width or script only. Two pages of a site are enough
/// to gain by it. A page says its site by `site` or the host of its `url` (in JSON Lines and parquet), WARC
/// by the address; without one it is left out, or is of the site that --site names. The profile holds
/// hashes and numbers, no text.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff profile crawl/ -o crawl.sites
  dechaff filter crawl/ -o clean/ --site-profile crawl.sites
  dechaff profile CC-MAIN-*.warc.gz -o cc.sites --memory 8000
  dechaff profile mirror/news.example/ --site news.example -o news.sites")]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// File to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The site of pages that do not say theirs.
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// Memory for what is counted, in megabytes, beside the pages in work. With 2,000, lines are forgotten
    /// that stand on one page among some 15 million different ones; if another page has them later, they
    /// are counted too low. Pages of a site that come one after the other lose least.
    #[arg(long, value_name = "MB", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    memory: u32,
    #[command(flatten)]
    run: RunArgs,
}

/// What becomes of a page.
enum Done {
    Counted { page: SitePage, n_bytes: usize },
    Unnamed,
    Problem(Error),
}

thread_local! {
    static CODES: RefCell<Vec<u16>> = RefCell::default();
}

/// Runs the command. What cannot be read is told and left out, and makes the exit code 1.
///
/// # Errors
/// If the output cannot be written, or no page says its site.
pub fn run(args: &Args) -> Result<ExitCode> {
    if args.output.is_dir() || args.output.as_os_str() == "-" {
        refuse!("--output {}: a profile goes into a file", args.output.display());
    }
    let Inputs { sources, errors, passed_over, folders } = args.input.find();
    let destination = Destination::File(args.output.clone());
    destination.check(&folders, &sources, &[]).map_err(senseless)?;
    // What cannot be written is told before the work begins.
    let mut file = OutputFile::create(&args.output, Compression::None)?;
    let bar = spinner(args.run.quiet);
    let (start, mut told) = (Instant::now(), Told::default());
    let mut counter = SiteCounter::new((args.memory as usize).saturating_mul(1_000_000));
    let (mut n_errors, mut n_unnamed, mut bytes) = (0u64, 0u64, 0u64);
    let records = args.input.records();
    let found = sources.iter().flat_map(|source| {
        let pages = read_source_with(source, None, records.text_field);
        let pages = pages.map(SourceReader::with_urls);
        let (pages, error) = match pages {
            Ok(pages) => (Some(pages), None),
            Err(error) => (None, Some(Err(error))),
        };
        pages.into_iter().flatten().chain(error)
    });
    let items = errors.into_iter().map(Err).chain(found);
    let weight = |item: &crate::Result<RawPage>| item.as_ref().map_or(0, RawPage::n_bytes);
    let work = |item: crate::Result<RawPage>| {
        item.map_or_else(Done::Problem, |raw| read(raw, records, args.site.as_deref()))
    };
    let size = |done: &Done| match done {
        Done::Counted { page, .. } => page.n_bytes(),
        Done::Unnamed | Done::Problem(_) => 0,
    };
    pipeline::run(&args.run.pool()?, items, weight, work, size, |done| -> Result<()> {
        match done {
            Done::Counted { page, n_bytes } => {
                counter.add(&page);
                bytes += n_bytes as u64;
                if counter.n_pages().is_multiple_of(64) && !bar.is_hidden() {
                    let speed = bytes as f64 / start.elapsed().as_secs_f64().max(0.001);
                    let (pages, bytes) = (counter.n_pages(), HumanBytes(bytes));
                    let speed = HumanBytes(speed as u64);
                    bar.set_message(format!("{pages} pages, {bytes} at {speed}/s"));
                }
            }
            Done::Unnamed => n_unnamed += 1,
            Done::Problem(error) => {
                n_errors += 1;
                let telling = told.tell(&error);
                if telling != Telling::Counted {
                    bar.suspend(|| say(error));
                }
                if telling == Telling::Last {
                    bar.suspend(|| say("further errors like this one are only counted"));
                }
            }
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    let unnamed = match n_unnamed {
        0 => String::new(),
        n => format!(
            "; left out {}, for want of a `site` or a `url` (--site NAME gives them one)",
            count(n, "page")
        ),
    };
    if counter.n_pages() == 0 {
        anyhow::bail!("no pages of which the site is known{unnamed}");
    }
    let (n_pages, n_copies) = (counter.n_pages(), counter.n_copies());
    let (n_forgotten, n_dropped) = (counter.n_forgotten(), counter.n_dropped());
    let (n_sites, profile) = counter.finish();
    file.write(&profile.to_bytes()?)?;
    file.commit()?;
    if !args.run.quiet {
        say(format_args!(
            "{} of {}, {} with several pages; {} on several pages of their site{unnamed}",
            count(n_pages, "page"),
            count(n_sites as u64, "site"),
            profile.n_sites(),
            count(profile.n_lines() as u64, "line"),
        ));
        if n_copies > 0 {
            say(format_args!(
                "{} word for word as another one, not counted",
                count(n_copies, "page")
            ));
        }
        files_passed_over(&passed_over).for_each(say);
        for (n, what) in [(n_forgotten, "one page"), (n_dropped, "few pages")] {
            if n > 0 {
                say(format_args!(
                    "{} of {what} forgotten on the way for want of memory (--memory)",
                    count(n, "line")
                ));
            }
        }
    }
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes of a page what is counted.
fn read(raw: RawPage, records: RecordOptions<'_>, unnamed: Option<&str>) -> Done {
    let (path, line, n_bytes) = (raw.path.clone(), raw.line, raw.n_bytes());
    let read = guarded(|| {
        let page = raw.parse(records)?;
        let Some(site) = site_of(&page, unnamed) else { return Ok(Done::Unnamed) };
        let mut codes = CODES.take();
        let page = SitePage::new(site, &page.lines(), &mut codes);
        CODES.set(codes);
        Ok(Done::Counted { page, n_bytes })
    });
    let failed = |said: String| Err(failure(&path, line, "left out", &said));
    read.unwrap_or_else(failed).unwrap_or_else(Done::Problem)
}
