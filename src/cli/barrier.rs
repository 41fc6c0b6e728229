//! The barrier around one page: where the code fails on it (a panic), that page is lost to the filter
//! but nothing else is. What panicked, and where in the code, comes back as words for the user.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::Error;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does the work; where it panics, returns what was said and where. Whatever the work had in its hands
/// may be half done then, and must be thrown away by the caller. Running out of stack or memory ends
/// the program all the same: nothing can be caught there.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(before);
    done.map_err(|payload| {
        let said = SAID.take();
        // Empty where nobody installed the hook.
        if said.is_empty() { words(&*payload).to_owned() } else { said }
    })
}

/// The error of a page on which the code failed: `said` is what [`guarded`] returned, `what` became of the page.
pub fn failure(path: &Path, line: u64, what: &str, said: &str) -> Error {
    let reason = format!("{what}, for dechaff failed on it; please report this: {said}");
    Error::BadPage { path: path.to_path_buf(), line, reason }
}

/// What was said with a panic.
fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason")
}

/// Panics that become errors of their page or file are not told twice; all others are told as ever.
pub fn install() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if IS_GUARDED.get() {
            let what = words(panic.payload());
            let place = panic.location().map_or(String::new(), |at| format!(", at {at}"));
            SAID.set(format!("{what}{place}"));
            return;
        }
        #[cfg(feature = "parquet")]
        if crate::input::parquet::is_guarded() {
            return;
        }
        tell(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_words() {
        assert_eq!(guarded(|| 1), Ok(1));
        let nested = guarded(|| guarded(|| -> u8 { panic!("inner") }));
        assert!(matches!(nested, Ok(Err(said)) if said.starts_with("inner")));
        assert!(!IS_GUARDED.get());
    }
}
