//! The codec against tokio-util's, against the rules, and against every cut.
#![allow(clippy::unwrap_used)]

mod boundaries;
mod oracle;
mod scan;
mod varint;

use super::{Prefix, Scan};

/// The frame of a message.
pub(super) fn framed(prefix: Prefix, message: &[u8]) -> Vec<u8> {
    let mut frame = prefix.head(message.len()).unwrap().as_slice().to_vec();
    frame.extend_from_slice(message);
    frame
}

/// The complete messages at the start of a buffer.
pub(super) fn messages(prefix: Prefix, max: usize, input: &[u8]) -> Vec<Vec<u8>> {
    Scan::new(prefix, max, input).map(|at| input[at].to_vec()).collect()
}
