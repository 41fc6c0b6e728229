//! Command lines that make no sense, where that shows only once inputs and outputs are looked at: they
//! end as those that the parser of arguments refuses, before anything is read or written.

/// Why a command line makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Senseless(pub String);

/// An error of the library that is one of the command line.
pub fn senseless(error: crate::Error) -> Senseless {
    Senseless(error.to_string())
}

/// Ends the function as `bail!` does, with [`Senseless`].
macro_rules! refuse {
    ($($words:tt)*) => {
        return Err($crate::cli::usage::Senseless(format!($($words)*)).into())
    };
}
pub(super) use refuse;
