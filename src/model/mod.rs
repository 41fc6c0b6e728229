//! 3. Features become probabilities: the fitted models, their file, and the policy.

mod policy;

use std::path::Path;

pub use policy::Policy;

use crate::Result;

/// A fitted model, ready to run.
#[derive(Debug, Clone)]
pub struct Model {
    policy: Policy,
}

impl Model {
    /// The model inside the binary.
    pub fn builtin() -> Result<Model> {
        todo!()
    }

    /// Reads a model file.
    pub fn load(_path: &Path) -> Result<Model> {
        todo!()
    }

    /// The default operating point.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Model {
    /// The operating point that loses at most `share` of the article characters on the model's
    /// held-out sites.
    pub fn policy_for_loss(&self, _share: f64) -> Result<Policy> {
        todo!()
    }
}
