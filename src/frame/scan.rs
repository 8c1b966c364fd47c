//! Finds the frames in what has been read so far.

use std::ops::Range;

use super::{FrameError, Prefix};

/// Finds the complete frames at the start of a buffer.
///
/// Iterating yields where each message lies in the buffer, without its head.
/// It stops at the first frame that is not complete or not right; what stands
/// there, [`Scan::rest`] tells. The frames before a bad one are always yielded
/// first, so that nothing that was received is lost.
///
/// ```
/// use pipeferry::frame::{Prefix, Scan};
///
/// let read = b"\0\0\0\x02hi\0\0\0\x05wo";
/// let mut scan = Scan::new(Prefix::U32Be, 1024, read);
/// assert_eq!(scan.next(), Some(4..6));
/// assert_eq!(scan.next(), None);
/// let rest = scan.rest().unwrap();
/// assert_eq!((rest.consumed, rest.wanted), (6, Some(9)));
/// ```
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    prefix: Prefix,
    max_message: usize,
    input: &'a [u8],
    at: usize,
}

/// What lies behind the frames that a [`Scan`] has yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// How many bytes the yielded frames take, heads included.
    pub consumed: usize,
    /// How many bytes the next frame has in all, its head included; `None` if
    /// its head is not complete, or nothing of it is there.
    pub wanted: Option<usize>,
}

impl<'a> Scan<'a> {
    /// Looks at `input`, which must begin where a frame does. Messages of more
    /// than `max_message` bytes are an error.
    #[inline]
    pub fn new(prefix: Prefix, max_message: usize, input: &'a [u8]) -> Self {
        Self { prefix, max_message, input, at: 0 }
    }

    /// How many bytes the frames yielded so far take, heads included.
    #[inline]
    pub fn consumed(&self) -> usize {
        self.at
    }

    /// What stands behind the frames yielded so far.
    ///
    /// # Errors
    /// If the next head is too long a length, or none.
    #[inline]
    pub fn rest(&self) -> Result<Rest, FrameError> {
        let head = self.prefix.read_head(&self.input[self.at..], self.max_message)?;
        // Saturating: 5 and u32::MAX fit only into 64 bits.
        let wanted = head.map(|(head, len)| len.saturating_add(head));
        Ok(Rest { consumed: self.at, wanted })
    }

    /// Whether the stream may end where the buffer does.
    ///
    /// # Errors
    /// [`FrameError::Cut`] if it ends inside a frame, and whatever
    /// [`Scan::rest`] finds.
    pub fn end_of_stream(mut self) -> Result<(), FrameError> {
        self.by_ref().for_each(drop);
        match (self.rest()?.wanted, self.input.len() - self.at) {
            (None, 0) => Ok(()),
            (want, have) => Err(FrameError::Cut { have, want }),
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let left = &self.input[self.at..];
        let (head, len) = self.prefix.read_head(left, self.max_message).ok()??;
        if left.len() - head < len {
            return None;
        }
        let start = self.at + head;
        self.at = start + len;
        Some(start..self.at)
    }
}

impl std::iter::FusedIterator for Scan<'_> {}
