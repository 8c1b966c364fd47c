//! What the outside sees: metric names, log lines, the record of a connection.
//!
//! Nothing in here decides anything, and nothing in here may ever make a
//! connection wait: counters are atomics, log lines go through a bounded queue
//! and are dropped, and counted, when it is full. No message's content, no key
//! and no password comes near this layer.

mod id;
pub mod log;
pub mod metrics;
mod outcome;
pub mod record;
mod rfc3339;

pub use id::ConnectionId;
pub use outcome::Outcome;
pub use record::{AccessRecord, Carried};
pub use rfc3339::rfc3339;
