//! What Windows alone has: named pipes of our own making.
//!
//! As all of `sys`: thin and safe, no policy.

pub mod pipe;
