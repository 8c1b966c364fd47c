//! What a message bridge has received and not yet delivered.
//!
//! Only whole messages go on: an inbox holds complete frames up to `ready`, of
//! which those before `at` are delivered, then at most one that is not complete.
//! Memory follows what has arrived: a buffer at most doubles when it is full,
//! whatever length a head announces.

use crate::buffer::{Buffer, Size};
use crate::frame::{FrameError, Prefix};

/// Received frames.
#[derive(Debug)]
pub struct Inbox {
    buffer: Buffer,
    at: usize,
    ready: usize,
    filled: usize,
    /// The unfinished frame's length with its head, once that is known.
    wanted: Option<usize>,
}

impl Inbox {
    /// An empty one.
    pub fn new(size: Size) -> Self {
        Self { buffer: Buffer::borrow(size), at: 0, ready: 0, filled: 0, wanted: None }
    }

    /// Whether nothing at all is in it.
    pub fn is_empty(&self) -> bool {
        self.at == self.filled
    }

    /// Complete frames that are not delivered yet.
    pub fn undelivered(&self) -> &[u8] {
        &self.buffer[self.at..self.ready]
    }

    /// Marks the next `bytes` of [`Inbox::undelivered`] as delivered.
    pub fn delivered(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// What came after the last complete frame.
    pub fn unfinished(&self) -> &[u8] {
        &self.buffer[self.ready..self.filled]
    }

    /// The next `bytes` of [`Inbox::unfinished`] are complete frames.
    pub fn complete(&mut self, bytes: usize, wanted: Option<usize>) {
        self.ready += bytes;
        self.wanted = wanted;
    }

    /// Room to read into: at least one byte, as much as a read of `size` takes
    /// where that is already there.
    pub fn room(&mut self, size: Size) -> &mut [u8] {
        self.compact();
        if self.filled == self.buffer.len() {
            let doubled = self.buffer.len() * 2;
            let wanted = self.wanted.unwrap_or(doubled).max(self.filled + 1);
            self.move_to(doubled.min(wanted).max(size.bytes()));
        } else if self.buffer.len() < size.bytes() {
            self.move_to(size.bytes());
        }
        &mut self.buffer[self.filled..]
    }

    /// `bytes` were read into [`Inbox::room`].
    pub fn received(&mut self, bytes: usize) {
        self.filled += bytes;
    }

    /// Adds a whole message, which counts as a complete frame.
    ///
    /// # Errors
    /// If `prefix` cannot say its length.
    pub fn push(&mut self, prefix: Prefix, message: &[u8]) -> Result<(), FrameError> {
        let head = prefix.head(message.len())?;
        let end = self.filled + head.as_slice().len() + message.len();
        if end > self.buffer.len() {
            self.move_to(end.max(self.buffer.len() * 2));
        }
        let body = self.filled + head.as_slice().len();
        self.buffer[self.filled..body].copy_from_slice(head.as_slice());
        self.buffer[body..end].copy_from_slice(message);
        (self.filled, self.ready) = (end, end);
        Ok(())
    }

    /// Moves what is left into the smallest buffer that holds it: nothing more
    /// is there to read for now.
    pub fn shrink(&mut self) {
        self.compact();
        if self.buffer.len() > Size::Small.bytes() && self.filled < Size::Small.bytes() {
            self.move_to(Size::Small.bytes());
        }
    }

    /// Moves what is not delivered to the front.
    fn compact(&mut self) {
        if self.at > 0 {
            self.buffer.copy_within(self.at..self.filled, 0);
            self.ready -= self.at;
            self.filled -= self.at;
            self.at = 0;
        }
    }

    fn move_to(&mut self, bytes: usize) {
        let mut buffer = Buffer::holding(bytes);
        let held = self.at..self.filled;
        buffer[..held.len()].copy_from_slice(&self.buffer[held]);
        self.buffer = buffer;
        self.ready -= self.at;
        self.filled -= self.at;
        self.at = 0;
    }
}
