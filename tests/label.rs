//! `dechaff label` as its users meet it.

mod common;
