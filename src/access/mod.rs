//! Who is there, and whether it may come in.

mod peer;

pub use peer::*;
