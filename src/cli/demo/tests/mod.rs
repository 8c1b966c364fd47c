//! The demo's parts, and how it fails. `tests/demo.rs` runs the whole of it.

#![allow(clippy::unwrap_used)]

mod configurations;
mod counters;
mod echo;
#[cfg(unix)]
mod failing;
mod folders;
#[cfg(unix)]
mod framing;
mod printing;
