//! The `dechaff` program: parse, dispatch, map the outcome to an exit code. All work is elsewhere.

fn main() -> std::process::ExitCode {
    dechaff::cli::run()
}
