//! The library's one error type. A variant is a way in which something can be wrong, and carries
//! what a user needs to find the place: path, line, numbers. The binary adds context with anyhow.

use std::path::{Path, PathBuf};

/// `Result` with the library's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or stream could not be opened, read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file, or `-` for a standard stream.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// One page of an input could not be read; the pages around it can.
    #[error("{path}:{line}: {reason}")]
    BadPage {
        /// The file, or `-` for a standard stream.
        path: PathBuf,
        /// 1-based line in that file.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An input as a whole is not what it should be.
    #[error("{path}: {reason}")]
    BadInput {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A model file is damaged, foreign, or made for another version.
    #[error("model {path}: {reason}")]
    BadModel {
        /// The file, or `built-in`.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A parameter of a recipe or an option has no sensible meaning.
    #[error("{name} = {value}: {reason}")]
    BadParameter {
        /// Its name as the user writes it.
        name: String,
        /// Its value as given.
        value: String,
        /// What it should be.
        reason: String,
    },
    /// The labelled pages cannot be learned from.
    #[error("cannot train: {0}")]
    Untrainable(String),
    /// A solver stopped before the minimum.
    #[error("{solver} did not converge: {detail}")]
    NotConverged {
        /// Which fit it was.
        solver: String,
        /// The figures that show it.
        detail: String,
    },
}

impl Error {
    /// An [`Error::Io`] at `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Error::Io { path: path.as_ref().to_path_buf(), source }
    }

    /// An [`Error::BadModel`] for the model at `path`.
    pub fn model(path: impl AsRef<Path>, reason: impl Into<String>) -> Self {
        Error::BadModel { path: path.as_ref().to_path_buf(), reason: reason.into() }
    }

    /// An [`Error::BadParameter`].
    pub fn parameter(
        name: impl Into<String>,
        value: impl std::fmt::Display,
        reason: impl Into<String>,
    ) -> Self {
        Error::BadParameter { name: name.into(), value: value.to_string(), reason: reason.into() }
    }
}
