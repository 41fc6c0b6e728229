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
mod level;
mod line;
mod page;
mod policy;
mod span;
mod tree;

pub use calibration::{Calibration, Evidence};
pub use card::{Card, SetFacts};
pub use curves::{AdditiveCurves, Curves, CurvesScratch, RowCurves};
pub use explain::{
    CalibrationParts, ColumnPart, DECIDING, DecidingPart, Explanation, GramPart, LineParts,
    PageParts, Part, column_name, deciding, for_each_part,
};
pub use kinds::{ColumnScale, KindModel, KindScratch};
pub use level::Level;
pub use line::{
    HEADS, JUNK, LineModel, LineScratch, PLANTED, PairedTable, Sequences, Table, observe, to_bytes,
    word_codes,
};
pub use page::{Additive, Basis, Cross, Knots, PageModel};
pub use policy::{Dial, OperatingCurve, OperatingPoint, Point, Policy};
pub use span::SpanModel;
pub use tree::{TreeModel, TreeScratch, mean_of_passes, token_margins};

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
    /// The head for HTML; a model without one judges the text of HTML pages.
    pub tree: Option<TreeModel>,
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

    /// The policy for text at an operating point.
    ///
    /// # Errors
    /// See [`Point::of`].
    pub fn policy_at(&self, point: Point) -> Result<Policy> {
        point.of(self.policy, &self.operating)
    }

    /// The policy for pages of HTML at an operating point; that for text where the model has no head
    /// for HTML.
    ///
    /// # Errors
    /// See [`Point::of`].
    pub fn html_policy_at(&self, point: Point) -> Result<Policy> {
        match &self.tree {
            Some(tree) => point.of(tree.policy, &tree.operating),
            None => self.policy_at(point),
        }
    }

    /// Whether a page with that digest was among the training pages: figures measured on it would
    /// flatter.
    pub fn was_trained_on(&self, page_digest: u64) -> bool {
        self.trained_on.binary_search(&page_digest).is_ok()
    }
}
