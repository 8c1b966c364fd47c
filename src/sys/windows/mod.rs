//! Windows: what no safe crate offers of it.

pub mod pipe;
