//! The model inside the binary.

use std::path::Path;

use super::Model;
use crate::Result;

static BYTES: &[u8] = include_bytes!("../../models/default.dechaff");

impl Model {
    /// The model inside the binary, for Chinese and English pages.
    ///
    /// # Errors
    /// [`crate::Error::BadModel`] where the library computes features otherwise than the model
    /// expects, which a test of this crate rules out.
    pub fn builtin() -> Result<Model> {
        Model::from_bytes(BYTES, Path::new("built-in"))
    }
}
