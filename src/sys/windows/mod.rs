//! What only Windows has.

pub mod socket;
pub mod stdio;
