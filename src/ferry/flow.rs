//! One direction of a connection, whatever it carries.

use std::io;
use std::task::{Context, Poll};

use crate::endpoint::Conn;
use crate::frame::FrameError;
use crate::telemetry::metrics::DirectionMeter;

/// Why a direction did not end cleanly.
#[derive(Debug, thiserror::Error)]
pub enum Break {
    /// The end that was read from broke.
    #[error("{0}")]
    Read(io::Error),
    /// The end that was written to broke.
    #[error("{0}")]
    Write(io::Error),
    /// What came is no sequence of messages, or not one that may pass.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A message that is longer than one packet of the other end may be.
    #[error("a message of {len} bytes is more than the system sends as one packet")]
    Unsendable {
        /// The message.
        len: usize,
    },
    /// A message that the other end's framing has no way to say.
    #[error("a message of {len} bytes does not fit the other end, which takes at most {max}")]
    Unsayable {
        /// The message.
        len: usize,
        /// The other end's limit.
        max: usize,
    },
}

/// What a direction has carried so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes delivered, framing not counted.
    pub bytes: u64,
    /// Messages delivered.
    pub messages: u64,
    /// Grows with every byte read or written, delivered or not: what idle
    /// clocks look at.
    pub ticks: u64,
}

/// One direction: reads one end, writes the other.
///
/// The steady loop takes no lock, allocates nothing, and holds no buffer while
/// it waits for the first byte.
pub trait Flow {
    /// Goes on until it would wait. `Ok` once the source has ended and, if
    /// `tell`, the sink has been told. The end of a source that has broken
    /// otherwise must not be told: TCP says an error once, to whoever writes or
    /// reads first, and ends cleanly for the other.
    ///
    /// # Errors
    /// What broke. All that was received whole before can still be delivered
    /// by [`Flow::poll_deliver`].
    fn poll_carry(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Conn,
        sink: &mut Conn,
        meter: &DirectionMeter,
        tell: bool,
    ) -> Poll<Result<(), Break>>;

    /// Delivers what has been received, and reads no more.
    ///
    /// # Errors
    /// [`Break::Write`], [`Break::Unsendable`].
    fn poll_deliver(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Conn,
        meter: &DirectionMeter,
    ) -> Poll<Result<(), Break>>;

    /// Leaves the sink's stream torn where a close alone would look like a
    /// clean end, as soon as the sink has room for that; called after
    /// [`Flow::poll_deliver`], before an abort.
    fn poll_tear(&mut self, cx: &mut Context<'_>, sink: &mut Conn) -> Poll<()>;

    /// Whether nothing that was received waits to be delivered.
    fn is_idle(&self) -> bool;

    /// What has been carried.
    fn moved(&self) -> Moved;
}
