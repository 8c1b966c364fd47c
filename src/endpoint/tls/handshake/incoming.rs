//! What a peer has sent during its handshake, and what of it rustls was shown.
//!
//! rustls is shown one record at a time. So it never sees what the peer sent
//! behind the handshake in the same segment: an answer of rustls' to a key
//! update there would get lost when the keys are handed over.

use std::io;

use rustls::Error;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::buffer::{Buffer, Size};
use crate::endpoint::tls::tls_error;
use crate::tls::record::record_len;

/// What a peer may send before it is through: the longest flight that rustls
/// takes, with room for its records' heads.
const MOST_RECEIVED: usize = 128 * 1024;

/// `buffer[..filled]` came and is not processed; of it, rustls was shown
/// `buffer[..shown]` and keeps that for a message that goes on.
pub(super) struct Incoming {
    buffer: Buffer,
    filled: usize,
    shown: usize,
}

impl Incoming {
    pub fn new() -> Self {
        Self { buffer: Buffer::borrow(Size::Small), filled: 0, shown: 0 }
    }

    /// What rustls was shown and has not processed.
    pub fn shown(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.shown]
    }

    /// Whether rustls has processed all that it was shown.
    pub fn is_processed(&self) -> bool {
        self.shown == 0
    }

    /// All that is not processed.
    pub fn all(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.filled]
    }

    /// The first `len` bytes of what was shown are processed.
    pub fn discard(&mut self, len: usize) {
        if len > 0 {
            self.buffer.copy_within(len..self.filled, 0);
        }
        self.filled -= len;
        self.shown -= len;
    }

    /// Shows rustls the next record; `false` while that is not all there.
    pub fn show_next(&mut self) -> bool {
        let next = &self.buffer[self.shown..self.filled];
        let more = match record_len(next) {
            Ok(Some(len)) if len <= next.len() => len,
            Ok(_) => 0,
            // rustls tells the peer what is wrong with it.
            Err(_) => next.len(),
        };
        self.shown += more;
        more > 0
    }

    /// Reads once from the socket.
    ///
    /// # Errors
    /// The socket's; `UnexpectedEof` for its end, and a refusal of more than
    /// [`MOST_RECEIVED`].
    pub async fn receive(&mut self, tcp: &mut TcpStream) -> io::Result<()> {
        if self.filled == self.room() {
            self.grow()?;
        }
        let room = self.room();
        match tcp.read(&mut self.buffer[self.filled..room]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            got => {
                self.filled += got;
                Ok(())
            }
        }
    }

    /// What of the buffer may be filled.
    fn room(&self) -> usize {
        self.buffer.len().min(MOST_RECEIVED)
    }

    fn grow(&mut self) -> io::Result<()> {
        if self.filled >= MOST_RECEIVED {
            return Err(tls_error(Error::PeerSentOversizedRecord));
        }
        let mut larger = Buffer::holding((self.filled * 2).min(MOST_RECEIVED));
        larger[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
        self.buffer = larger;
        Ok(())
    }
}
