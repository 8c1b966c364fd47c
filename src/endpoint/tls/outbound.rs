//! From data to the socket: records sealed, and not yet sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::net::TcpStream;

use super::held::Held;
use super::tls_error;
use crate::buffer::Buffer;
use crate::tls::record::{MOST_RECORD, Records};

/// More is not sealed before it is sent: what was sealed still lies in the
/// processor's cache then.
const MOST_SEALED: usize = 8 * MOST_RECORD;

/// Sealed records.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    sealed: Held,
}

impl Outbound {
    /// Whether all that was sealed is with the system.
    pub fn is_empty(&self) -> bool {
        self.sealed.is_empty()
    }

    /// Seals some of `bytes`, where nothing waits to be sent; so many of them.
    pub fn seal(&mut self, records: &mut Records, bytes: &[u8]) -> io::Result<usize> {
        if records.is_over() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut buffer = Buffer::holding(records.sealed_len(bytes.len()).min(MOST_SEALED));
        let (taken, sealed) = records.seal(bytes, &mut buffer).map_err(tls_error)?;
        self.sealed = Held::filled(buffer, sealed);
        Ok(taken)
    }

    /// Sends all that is sealed, data first: it was sealed first.
    pub fn poll_drain(
        &mut self,
        cx: &mut Context<'_>,
        tcp: &mut TcpStream,
        records: &mut Records,
    ) -> Poll<io::Result<()>> {
        while !self.sealed.is_empty() {
            let sent = ready!(poll_send(cx, tcp, self.sealed.bytes()))?;
            self.sealed.advance(sent);
        }
        while !records.control().is_empty() {
            let sent = ready!(poll_send(cx, tcp, records.control()))?;
            records.control_sent(sent);
        }
        Poll::Ready(Ok(()))
    }
}

fn poll_send(cx: &mut Context<'_>, tcp: &mut TcpStream, bytes: &[u8]) -> Poll<io::Result<usize>> {
    match ready!(Pin::new(tcp).poll_write(cx, bytes))? {
        0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        sent => Poll::Ready(Ok(sent)),
    }
}
