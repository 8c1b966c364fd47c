//! What only Windows has.
//!
//! As all of `sys`: thin and safe, no policy.

pub mod pipe;
pub mod socket;
pub mod stdio;
