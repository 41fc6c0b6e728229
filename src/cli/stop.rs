//! When the program is stopped from outside, by Ctrl-C or by a service that ends it: what is half written
//! under a name of its own goes. What `--resume` goes on with stays.

use crate::output::remove_unfinished;

/// What shells say of a program that Ctrl-C ended.
const STOPPED: i32 = 130;

/// Listens, unless one of the signals is ignored already: what `nohup` or a script put into the
/// background is to go on. Then nothing changes, and where such a run is killed its files stay.
pub fn install() {
    let _ = ctrlc::try_set_handler(|| {
        let _none_is_begun = remove_unfinished();
        std::process::exit(STOPPED);
    });
}
