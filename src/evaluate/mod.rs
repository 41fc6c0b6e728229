//! 8. A model and gold pages give numbers.

pub mod curve;
pub mod metrics;
