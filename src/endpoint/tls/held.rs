//! Bytes that wait in a borrowed buffer; without bytes there is no buffer.

use crate::buffer::Buffer;

/// Some bytes, taken from their start on, or none.
#[derive(Debug, Default)]
pub(super) struct Held {
    buffer: Option<Buffer>,
    at: usize,
    end: usize,
}

impl Held {
    /// A copy of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let mut buffer = Buffer::holding(bytes.len());
        buffer[..bytes.len()].copy_from_slice(bytes);
        Self::filled(buffer, bytes.len())
    }

    /// The first `len` bytes of `buffer`, which goes back if that is none.
    pub fn filled(buffer: Buffer, len: usize) -> Self {
        Self { buffer: (len > 0).then_some(buffer), at: 0, end: len }
    }

    pub fn is_empty(&self) -> bool {
        self.buffer.is_none()
    }

    pub fn len(&self) -> usize {
        self.end - self.at
    }

    /// All that is left.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.as_ref().map_or(&[], |buffer| &buffer[self.at..self.end])
    }

    /// The first `len` bytes are done with.
    pub fn advance(&mut self, len: usize) {
        self.at += len;
        if self.at == self.end {
            *self = Self::default();
        }
    }

    /// Moves as much as fits to `into`.
    pub fn take(&mut self, into: &mut [u8]) -> usize {
        if self.is_empty() {
            return 0;
        }
        let len = self.len().min(into.len());
        into[..len].copy_from_slice(&self.bytes()[..len]);
        self.advance(len);
        len
    }
}
