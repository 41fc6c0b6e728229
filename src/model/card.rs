//! What a model file says of its own making; the header of the file, and the facts of the printed
//! card.

use serde::{Deserialize, Serialize};

/// How a model was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Card {
    /// Version of the crate that wrote it.
    pub crate_version: String,
    /// Digest of every feature's definition, [`crate::features::schema::digest`].
    pub schema: String,
    /// The segmenter and its dictionary, [`crate::text::words::dictionary_digest`].
    pub words: String,
    /// The recipe, word for word.
    pub recipe: String,
    /// Digest over all training pages in order.
    pub corpus: String,
    /// Digest of the word lists that planted junk was composed from.
    pub lexicons: String,
    /// The sets it was trained on.
    pub sets: Vec<SetFacts>,
    /// How the fits went, one line each.
    pub fits: Vec<String>,
}

/// What was learned from one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct SetFacts {
    /// The file's name without its endings.
    pub name: String,
    /// Digest of its pages in order.
    pub digest: String,
    /// Pages.
    pub pages: u64,
    /// Sites.
    pub sites: u64,
    /// Lines labelled article.
    pub article_lines: u64,
    /// Lines labelled junk.
    pub junk_lines: u64,
    /// Share of the training weight, all sets together 1.
    pub weight: f64,
}

impl SetFacts {
    /// Share of the labelled lines that are junk.
    pub fn prevalence(&self) -> f64 {
        self.junk_lines as f64 / (self.article_lines + self.junk_lines).max(1) as f64
    }
}
