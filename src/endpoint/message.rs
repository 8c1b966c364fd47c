//! What an end that keeps messages apart hands over, on every system.

use std::io;

/// A message as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It is longer than allowed: at least so many bytes.
    TooLong(usize),
}

/// Why messages did not go out.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The first one is longer than the system sends as one.
    #[error("the message is longer than the system sends as one")]
    TooLong,
    /// The system says no.
    #[error("{0}")]
    Io(io::Error),
}

/// The most messages that are worth handing over in one call.
pub const BATCH: usize = 32;
