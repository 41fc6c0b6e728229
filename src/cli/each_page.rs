//! Pages one after the other, for commands that show pages: what cannot be read is told and counted.

use anyhow::Result;

use super::args::PageArgs;
use super::say::say;
use crate::input::{InputPage, read_source_with};

/// Calls `each` for every page of the inputs in order, and returns how many errors there were. `id`
/// leaves out all pages but those of that name.
///
/// # Errors
/// Those of `each`.
pub fn each_page(
    args: &PageArgs,
    id: Option<&str>,
    mut each: impl FnMut(InputPage) -> Result<()>,
) -> Result<u64> {
    let inputs = args.find();
    let mut n_errors = 0;
    let mut complain = |error: crate::Error| {
        n_errors += 1;
        say(error);
    };
    let mut n_pages = 0u64;
    inputs.errors.into_iter().for_each(&mut complain);
    for source in &inputs.sources {
        let pages = match read_source_with(source, None, args.records().text_field) {
            Ok(pages) => pages,
            Err(error) => {
                complain(error);
                continue;
            }
        };
        for page in pages.with_urls() {
            match page.and_then(|page| page.parse(args.records())) {
                Err(error) => complain(error),
                Ok(page) if id.is_none_or(|id| id == page.id) => {
                    n_pages += 1;
                    each(page)?;
                }
                Ok(_) => {}
            }
        }
    }
    if let (Some(id), 0) = (id, n_pages) {
        n_errors += 1;
        say(format_args!("no page {id} in the input"));
    }
    Ok(n_errors)
}
