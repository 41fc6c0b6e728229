//! 0. Files become pages: paths, compression, encodings, formats.
//!
//! [`discover()`] turns what the user names into sources, [`read_source`] turns a source into raw
//! pages, and [`RawPage::parse`] (made to run in parallel) decodes one of them. Labelled pages, for
//! training and evaluation, have a reader of their own: [`read_labelled`].

mod compression;
mod decode;
mod discover;
mod http;
pub(crate) mod json;
mod labelled;
mod lines;
mod members;
mod named;
mod open;
mod page;
mod page_digest;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
mod pieces;
mod prose;
mod quotes;
mod record;
mod site;
mod sniff;
mod source;
mod stream;
#[cfg(test)]
pub(crate) mod testing;
mod warc;
mod wide;

pub use compression::Compression;
pub use decode::{Decoded, decode, decode_html};
pub use discover::{Found, PassedOver, Source, discover};
pub use labelled::{LabelledHtml, LabelledLine, LabelledPage, LabelledReader, read_labelled};
pub use open::{Format, MAX_PAGE_BYTES};
pub use page::{About, Body, InputPage, RawPage};
pub use page_digest::page_digest;
pub use pieces::Piece;
pub(crate) use pieces::copy as copy_sum;
pub use prose::read_lines;
pub use record::{Content, Element, Record, RecordOptions};
pub use source::{SourceReader, read_source, read_source_with};
