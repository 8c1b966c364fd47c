//! The promises of the product, each tried from outside on the real binary.
//!
//! One binary for all scenes. None of them links the library: what a scene
//! knows is what a user knows, from the documentation and the wire.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod harness;

mod access_tls;
mod access_unix;
mod activating;
mod admin_listener;
mod carrying;
mod certificates;
mod closing;
mod commands;
mod configuring;
mod controlling;
mod crowding;
mod demonstrating;
mod fifo;
mod following;
mod handing_over;
mod hostile;
mod journal;
mod junk;
mod limits;
mod logging;
mod notifying;
mod observing;
mod oddities;
mod operating;
mod page;
mod proxying;
mod real_programs;
mod reloading;
mod resilience;
mod resolving;
mod sandboxing;
mod secrets;
mod stopping;
mod supervised;
mod targets;
mod trusting;
mod upgrading;
mod watching;
