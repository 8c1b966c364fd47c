//! Message framing: a length before each message.
//!
//! A frame is a head that says a length, then that many bytes; nothing else.
//! `docs/wire.md` shows it in hex. This layer looks at bytes that somebody else
//! has read: it never does I/O, never looks at a clock, never allocates and
//! never believes a length beyond the limit it is given. How much memory a
//! message may take is for its caller to say, by how much it has read.

mod error;
mod prefix;
mod scan;
mod varint;

#[doc(hidden)]
pub mod check;

pub use error::FrameError;
pub use prefix::{Head, Prefix};
pub use scan::{Rest, Scan};

#[cfg(test)]
mod tests;
