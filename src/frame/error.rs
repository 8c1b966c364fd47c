//! What can be wrong with a frame.

use thiserror::Error;

/// What is wrong with a frame, or with a length that shall become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The length is beyond the limit: `max_message` when reading, what the
    /// framing can say when writing. The outcome `oversize`.
    #[error(
        "a message of {len} bytes is longer than the {max} that are allowed here; \
         raise max_message, or check that both sides use the same framing"
    )]
    Oversize {
        /// The length that was announced or asked for, in bytes.
        len: u64,
        /// The limit in bytes.
        max: usize,
    },
    /// The head is no length at all: a varint that does not fit into 32 bits
    /// (a fifth byte above 0x0f). The outcome `bad_frame`.
    #[error(
        "a frame begins with {head:02x?}, which is no varint of at most 32 bits; \
         check that both sides use the same framing"
    )]
    BadLength {
        /// The five bytes.
        head: [u8; 5],
    },
    /// The stream ended inside a frame. The outcome `bad_frame`.
    #[error(
        "the stream ended inside a frame, {have} bytes after its start{}; \
         the sender broke off", Wanted(*want)
    )]
    Cut {
        /// How many bytes of the frame are there, its head included.
        have: usize,
        /// How many the whole frame has, its head included; `None` where even
        /// the head is cut.
        want: Option<usize>,
    },
}

/// The second half of the sentence about a cut frame.
struct Wanted(Option<usize>);

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(want) => write!(f, " of {want}"),
            None => f.write_str(", before its length was complete"),
        }
    }
}
