//! The schema: every feature by name and in order, and a digest of it all. A model file carries the
//! digest, and a program refuses a model whose features it would compute otherwise.

use super::{context, edge, ngrams, position, stretch, tree};
use crate::{digest::Digest, html::words_of_names, text::fold};

/// Raised when a feature is computed otherwise under the same name.
const REVISION: u32 = 3;

/// The digest of fold table, n-gram families and dense columns.
pub fn digest() -> String {
    let mut digest = Digest::new();
    digest.field(REVISION.to_le_bytes()).field(fold::digest());
    for family in ngrams::FAMILIES {
        digest.field(family.name).field((family.max_order as u32).to_le_bytes());
    }
    for name in context::column_names() {
        digest.field(name);
    }
    digest.hex()
}

/// Raised when a feature of the tree is computed otherwise under the same name.
const TREE_REVISION: u32 = 1;

/// The digest of what the head for HTML adds, apart: a model without that head does not depend on it.
pub fn tree_digest() -> String {
    let mut digest = Digest::new();
    digest.field(TREE_REVISION.to_le_bytes());
    for name in tree::COLUMNS.into_iter().chain(words_of_names()) {
        digest.field(name);
    }
    digest.hex()
}

/// Raised when a feature of spans is computed otherwise under the same name.
const SPAN_REVISION: u32 = 1;

/// The digest of what the span model adds.
pub fn span_digest() -> String {
    let mut digest = Digest::new();
    digest.field(SPAN_REVISION.to_le_bytes());
    let lists: [&[&str]; 8] = [
        &position::SOURCES,
        &position::OF_SOURCE,
        &position::OF_TEXT,
        &edge::OF_SOURCE,
        &edge::SORTS,
        &edge::OF_TEXT,
        &stretch::OF_SOURCE,
        &stretch::OF_TEXT,
    ];
    for list in lists {
        digest.field((list.len() as u32).to_le_bytes());
        list.iter().for_each(|name| {
            digest.field(name);
        });
    }
    digest.hex()
}
