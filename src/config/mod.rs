//! The configuration: text -> raw -> resolved, and what is wrong with it.
//!
//! [`load`] reads a file, [`from_addresses`] a command line; both end in the
//! same resolved [`Config`], or in [`Diagnostics`] with every mistake. Nothing
//! in here opens a socket or a certificate.

mod address;
mod command_line;
mod diagnostics;
mod load;
mod machine;
mod model;
mod options;
mod raw;
mod read;
mod render;
mod report;
mod resolve;
mod rules;
mod schema;
mod secrets;
mod suggest;
mod summary;
mod surroundings;
mod tree;
mod values;

#[doc(hidden)]
pub mod check;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use address::parse_local_pipe;
pub use command_line::{CommandLine, IdentityFlags, from_addresses, from_addresses_on};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use load::{ConfigError, can_be_read_again, control_places, load, load_on, parse, parse_on};
pub use machine::{AccountUse, FileFault, Machine, Unasked};
pub use model::*;
pub use report::Fault;
pub use rules::*;
pub use schema::schema;
pub use summary::summary;
pub use surroundings::{Surroundings, System, find};
pub use values::durations::parse_duration;
pub use values::pins::parse_pin;
pub use values::sizes::parse_size;
