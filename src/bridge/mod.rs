//! One bridge: accept, admit, dial, ferry, record.
//!
//! Each of those is a file here, and a connection goes through them in that
//! order, in one task of its own: a slow handshake delays nobody. A bridge
//! knows nothing of other bridges, of signals or of the admin page.

mod accept;
mod admit;
mod closing;
mod connection;
mod current;
mod dial;
mod ends;
mod judge;
mod live;
mod open;
mod places;
mod problem;
mod record;
mod running;
mod shared;
mod targets;
mod turns;

pub use self::live::Live;
pub use self::open::{Bridge, OpenBridge};
pub use self::places::Seats;
pub use self::problem::{OpenError, Problem};
pub use self::running::{Promised, RunningBridge};
use self::shared::Shared;
pub use self::targets::TargetState;
use crate::telemetry::Outcome;

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The word.
    pub outcome: Outcome,
    /// Why, where the word leaves a question.
    pub reason: Option<String>,
}
