//! What only Windows has.
//!
//! As all of `sys`: thin and safe, no policy.

pub mod console;
pub mod descriptor;
pub mod event_log;
pub mod folder;
mod local_memory;
pub mod pipe;
pub mod service;
pub mod sid;
pub mod socket;
pub mod stdio;
pub mod token;
mod wide;

#[cfg(test)]
pub(crate) mod testing;
