//! Carries one connection: both directions, the close rules, the outcome.
//!
//! One future drives both directions of a connection. It waits holding no
//! buffer; when bytes come it borrows one, moves what there is, gives it back.
//! Nothing that was received is thrown away: a connection that does not end
//! cleanly first delivers what came before, then is visibly aborted. The ferry
//! never decides who may come in, and never dials.

mod bytes;
mod carry;
mod clock;
mod cut;
mod flow;
mod grace;
mod inbox;
mod messages;
mod progress;
mod stillness;
mod stop;
mod transcode;
mod wind_up;

pub use bytes::ByteFlow;
pub use carry::{Crossing, Ended};
pub use clock::Limits;
pub use cut::Cut;
pub use flow::{Break, Flow, Moved};
pub use messages::MessageFlow;
pub use stop::Side;

#[cfg(all(test, unix))]
mod tests;
