//! From what is written to what runs: everything that keys mean together.
//!
//! Each part notes its mistakes in the report and goes on with a stand-in;
//! [`super::report::Report::finish`] lets nothing out that was built so.

mod admin;
mod allow;
mod applies;
mod bridge;
mod control;
mod duplicates;
mod end;
mod fifo;
mod handed;
mod identity;
mod local;
mod log;
mod one_way;
mod paths;
mod pipe;
mod scope;
mod srv;
mod targets;
mod tcp;
mod tls;
mod top;
mod unix;

#[cfg(test)]
pub(crate) use applies::{APPLIES, NEEDS_WINDOWS};
pub(crate) use bridge::{Timing, bridge_between};
pub(crate) use control::places as control_places;
pub(crate) use identity::{good as good_identities, identities, identity};
pub(crate) use scope::{PipePath, Scope};
pub(crate) use top::config;

#[cfg(test)]
mod tests;
