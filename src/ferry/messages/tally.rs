//! Which messages a stream has taken to their last byte.
//!
//! A stream takes what it has room for, which may end anywhere in a frame. What
//! counts as delivered is counted when it has been, so that the numbers are right
//! for a connection that breaks with half of a buffer written.

use crate::frame::Prefix;
use crate::telemetry::metrics::SizeBatch;

/// A message of which a part has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Its length.
    len: usize,
    /// Bytes of its frame that are still to come.
    left: usize,
}

/// Counts into `sizes` the messages that end within the first `written` of
/// `bytes`, which go on where `part` says; gives the part that is out after them.
pub(super) fn tally(
    prefix: Prefix,
    part: Option<Part>,
    bytes: &[u8],
    written: usize,
    sizes: &mut SizeBatch,
) -> Option<Part> {
    let mut at = 0;
    let mut next = part;
    loop {
        let Part { len, left } = match next.take() {
            Some(part) => part,
            None if at == written => return None,
            // Frames that were let through have heads that can be read.
            None => match prefix.read_head(&bytes[at..], usize::MAX) {
                Ok(Some((head, len))) => Part { len, left: head.saturating_add(len) },
                _ => return None,
            },
        };
        if left > written - at {
            return Some(Part { len, left: left - (written - at) });
        }
        sizes.record(len);
        at += left;
    }
}

#[cfg(test)]
mod tests;
