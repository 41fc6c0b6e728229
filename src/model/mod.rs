//! 3. Features become probabilities: the fitted models, their file, and the policy.
//!
//! [`Model`] is the stored form; [`crate::Filter`] is the one that runs.

mod builtin;
mod calibration;
mod card;
mod curves;
mod explain;
mod file;
mod kinds;
mod line;
mod page;
mod policy;
mod span;

pub use calibration::{Calibration, Evidence};
pub use card::{Card, SetFacts};
pub use curves::{Curves, CurvesScratch};
pub use explain::{
    CalibrationParts, ColumnPart, DECIDING, DecidingPart, Explanation, GramPart, LineParts,
    PageParts, Part, column_name, deciding, for_each_part,
};
pub use kinds::{ColumnScale, KindModel, KindScratch};
pub use line::{
    HEADS, JUNK, LineModel, LineScratch, PLANTED, Table, observe, to_bytes, word_codes,
};
pub use page::{Additive, Basis, Cross, Knots, PageModel};
pub use policy::{Dial, OperatingCurve, OperatingPoint, Policy};
pub use span::{SpanLinear, SpanModel};

use crate::Result;

/// A fitted model, with what is known of its making.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Lines by themselves.
    pub line: LineModel,
    /// Lines among their neighbours: each pass sees the answers of the one before it.
    pub passes: Vec<PageModel>,
    /// Junk inside lines that are kept; a model without one cuts nothing out of a line.
    pub span: Option<SpanModel>,
    /// Names the kind of junk lines; a model without one names none.
    pub kinds: Option<KindModel>,
    /// Log odds of the last pass to probabilities.
    pub calibration: Calibration,
    /// The default operating point.
    pub policy: Policy,
    /// What other thresholds did on held-out sites.
    pub operating: OperatingCurve,
    /// How it was made.
    pub card: Card,
    /// Digests of the pages it was trained on, sorted; see [`Model::was_trained_on`].
    pub trained_on: Vec<u64>,
}

impl Model {
    /// The default operating point.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The operating point that loses at most `share` of the article characters on the held-out
    /// sites of the model's training.
    ///
    /// # Errors
    /// See [`OperatingCurve::for_loss`].
    pub fn policy_for_loss(&self, share: f64) -> Result<Policy> {
        self.policy.with_threshold(self.operating.for_loss(share)?.threshold)
    }

    /// An operating point by its name.
    ///
    /// # Errors
    /// See [`OperatingCurve::for_loss`].
    pub fn policy_at(&self, dial: Dial) -> Result<Policy> {
        let threshold = self.operating.for_loss(dial.budget())?.threshold;
        let default = self.policy.threshold;
        self.policy.with_threshold(match dial {
            Dial::Careful => threshold.max(default),
            Dial::Strict => threshold.min(default),
        })
    }

    /// Whether a page with that digest was among the training pages: figures measured on it would
    /// flatter.
    pub fn was_trained_on(&self, page_digest: u64) -> bool {
        self.trained_on.binary_search(&page_digest).is_ok()
    }
}
