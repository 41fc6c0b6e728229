//! Takes the chaff out of web scrapes: reads pages as lines, tells article lines from junk lines,
//! and keeps the article.
//!
//! The modules follow the way of the data, and imports point one way:
//! [`text`] ← [`features`] ← [`model`] ← [`filter`] ← ([`train`], [`evaluate`]) ← [`label`] ←
//! `review` ← command line. Beside features and model stands [`sites`], what pages of one site have in
//! common.
//! [`input`] and [`output`] are the two ends: files to pages, verdicts to files. [`report`] is what pages
//! for a browser are drawn with; it knows [`text`] only.

#[cfg(feature = "cli")]
pub mod cli;
mod copies;
pub mod digest;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod filter;
pub mod html;
pub mod input;
#[cfg(feature = "training")]
pub mod label;
pub mod model;
pub mod output;
pub mod pipeline;
pub mod report;
#[cfg(all(feature = "cli", feature = "training"))]
pub mod review;
pub mod sites;
pub mod span;
pub mod text;
#[cfg(feature = "training")]
pub mod train;

/// The example in README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::{Error, Result};
pub use filter::{Filter, LineVerdict, PageVerdict, Verdict};
pub use model::Model;
pub use text::{Line, Page};
