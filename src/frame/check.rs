//! What must hold for the codec on any bytes whatever: the one entry point of
//! the fuzz target `frame` and of the test that replays its corpus.
//!
//! It panics where a promise is broken. Nothing else in the crate calls it.

use super::{FrameError, Prefix, Scan};

/// The limits that the second byte of an input chooses from.
const LIMITS: [usize; 7] = [0, 1, 16, 255, 4096, 65_535, usize::MAX];

/// Reads `data` as framing, limit and chunk size (a byte each), then a stream,
/// and checks that reading it is total, keeps its limits, gives the same
/// whether it comes at once or in pieces, and can be written again.
pub fn check_total(data: &[u8]) {
    let [framing, limit, step, stream @ ..] = data else { return };
    let prefix = Prefix::ALL[usize::from(*framing) % Prefix::ALL.len()];
    let limit = LIMITS[usize::from(*limit) % LIMITS.len()];

    let whole = Reading::at_once(prefix, limit, stream);
    let pieces = Reading::in_pieces(prefix, limit, stream, usize::from(*step) + 1);
    assert_eq!(whole, pieces, "{prefix:?}: chunks change what is read");
    assert!(whole.frames.iter().all(|frame| frame.len() <= limit));
    check_end(&whole, prefix);
    check_written_again(&whole, prefix, limit, stream);
}

/// All that can be read from a stream.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    frames: Vec<Vec<u8>>,
    consumed: usize,
    total: usize,
    end: Result<(), FrameError>,
}

impl Reading {
    fn at_once(prefix: Prefix, limit: usize, stream: &[u8]) -> Self {
        let mut scan = Scan::new(prefix, limit, stream);
        let frames = scan.by_ref().map(|at| stream[at].to_vec()).collect();
        let consumed = scan.consumed();
        Self { frames, consumed, total: stream.len(), end: scan.end_of_stream() }
    }

    /// As the reader of a socket does it: append, scan, drop what is done.
    fn in_pieces(prefix: Prefix, limit: usize, stream: &[u8], step: usize) -> Self {
        let mut this = Self { frames: vec![], consumed: 0, total: stream.len(), end: Ok(()) };
        let mut buffer = Vec::new();
        for piece in stream.chunks(step) {
            buffer.extend_from_slice(piece);
            let mut scan = Scan::new(prefix, limit, &buffer);
            this.frames.extend(scan.by_ref().map(|at| buffer[at].to_vec()));
            let (consumed, rest) = (scan.consumed(), scan.rest());
            this.consumed += consumed;
            if let Err(error) = rest {
                this.end = Err(error);
                return this;
            }
            buffer.drain(..consumed);
        }
        this.end = Scan::new(prefix, limit, &buffer).end_of_stream();
        this
    }
}

/// What is left over agrees with what is said about it.
fn check_end(reading: &Reading, prefix: Prefix) {
    let left = reading.total - reading.consumed;
    match reading.end {
        Ok(()) => assert_eq!(left, 0),
        Err(FrameError::Cut { have, want }) => {
            assert_eq!(have, left);
            assert!(have > 0 && want.is_none_or(|want| want > have));
        }
        Err(FrameError::Oversize { len, max }) => assert!(left > 0 && len > max as u64),
        Err(FrameError::BadLength { .. }) => assert!(left >= 5 && prefix == Prefix::Varint),
    }
}

/// Frames that were read can be written, and read again as the same.
fn check_written_again(reading: &Reading, prefix: Prefix, limit: usize, stream: &[u8]) {
    let mut written = Vec::with_capacity(reading.consumed);
    for frame in &reading.frames {
        let head = prefix.head(frame.len());
        written.extend_from_slice(head.as_ref().map(|head| head.as_slice()).unwrap_or_default());
        written.extend_from_slice(frame);
    }
    if prefix == Prefix::Varint {
        assert!(written.len() <= reading.consumed, "a varint was not written in its shortest form");
    } else {
        assert_eq!(written, &stream[..reading.consumed]);
    }
    let again = Reading::at_once(prefix, limit, &written);
    assert_eq!((again.frames, again.end), (reading.frames.clone(), Ok(())));
}
