//! Where the training data of the default model comes from: `training/sources.toml`, which is part of
//! the program, as a list.

use serde::Deserialize;

use crate::{Error, Result};

const TEXT: &str = include_str!("../../../training/sources.toml");

/// One file of training data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name of the set, the prose or the list.
    pub name: String,
    /// `pages`, `prose` or `words`.
    #[serde(rename = "use")]
    pub usage: String,
    /// Its place below the data folder.
    pub file: String,
    /// Repositories or collections it was taken from.
    pub origins: Vec<String>,
    /// Their licences.
    pub licence: String,
    /// What was taken.
    pub taken: String,
    /// How pages were labelled.
    #[serde(default)]
    pub labels: String,
    /// Pages, paragraphs or terms.
    pub units: u64,
    /// Labelled lines, for pages of text.
    #[serde(default)]
    pub lines: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// All sources, in the order of the file.
///
/// # Errors
/// [`Error::BadParameter`] where the table is not in its format.
pub fn sources() -> Result<Vec<Source>> {
    #[derive(Deserialize)]
    struct Sources {
        source: Vec<Source>,
    }
    let all: Sources =
        toml::from_str(TEXT).map_err(|e| Error::parameter("sources.toml", "", e.message()))?;
    Ok(all.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let sources = sources().unwrap();
        assert!(sources.iter().any(|s| s.name == "zh_crawl" && s.units == 69 && s.lines == 1313));
        for source in &sources {
            assert!(["pages", "prose", "words"].contains(&source.usage.as_str()), "{source:?}");
            assert!(source.units > 0 && !source.origins.is_empty(), "{source:?}");
            assert!(source.sha256.len() == 64 && !source.licence.is_empty(), "{source:?}");
            assert_eq!(source.usage == "pages", !source.labels.is_empty());
            // Lines of HTML are labelled when the pages are read.
            let has_lines = source.file.starts_with("pages/");
            assert_eq!(has_lines, source.lines > 0, "{source:?}");
        }
    }
}
