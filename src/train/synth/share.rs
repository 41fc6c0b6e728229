//! Terms that training may use and terms that are held out: which side a term is on follows from the
//! term alone.

use crate::text::fnv;

/// Which share of the terms: term `t` belongs to fold `hash(t) % folds`. Pages that are held out
/// are planted with terms that are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermShare {
    /// The fold, below `folds`.
    pub fold: usize,
    /// How many folds there are; at least 2 for a share to mean anything.
    pub folds: usize,
}

impl TermShare {
    /// Whether a term belongs to this fold. It depends on the term's text alone, so that a term
    /// that stands in two lists is on one side in both.
    pub fn holds(self, term: &str) -> bool {
        // FNV-1a, then the finaliser of MurmurHash3, since the low bits of FNV alone are uneven.
        let mut hash = fnv::hash_64(term.bytes());
        hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        (hash ^ hash >> 33) % self.folds.max(1) as u64 == self.fold as u64
    }
}
