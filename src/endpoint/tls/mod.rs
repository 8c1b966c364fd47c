//! TLS over TCP: a handshake by rustls, then records in the ferry's buffers.
//!
//! A read takes as many records as the socket has and the buffer holds, and
//! opens them in it; a write seals as many as a buffer takes and sends them in
//! one call. What has been opened is handed on before an error that came behind
//! it. A connection that waits holds no buffer, but for the start of a record
//! whose rest has not come.

mod handshake;
mod held;
mod inbound;
mod outbound;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

pub use self::handshake::{HandshakeError, Shaken, accept, connect};
use self::inbound::Inbound;
use self::outbound::Outbound;
use crate::tls::record::Records;

/// An established TLS connection.
#[derive(Debug)]
pub struct TlsConn {
    tcp: TcpStream,
    records: Records,
    inbound: Inbound,
    outbound: Outbound,
}

impl TlsConn {
    /// The socket below.
    pub fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// Whether something is sealed and not yet with the system.
    pub fn holds_writes(&self) -> bool {
        !self.outbound.is_empty() || !self.records.control().is_empty()
    }

    /// Sends what is sealed.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outbound.poll_drain(cx, &mut self.tcp, &mut self.records)
    }

    /// Sends answers to the peer's key updates, and alerts, without waiting. An
    /// error is the writing side's to find.
    fn push_control(&mut self, cx: &mut Context<'_>) {
        if !self.records.control().is_empty() {
            let _ = self.poll_drain(cx);
        }
    }
}

impl AsyncRead for TlsConn {
    /// 0 bytes only after a close_notify (RFC 8446, 6.1), or a FIN where that
    /// was allowed; else a cut stream is `UnexpectedEof`.
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.push_control(cx);
        let polled = this.inbound.poll_read(
            cx,
            &mut this.tcp,
            &mut this.records,
            into.initialize_unfilled(),
        );
        // Before we wait, or give up, the peer hears what it is to hear.
        this.push_control(cx);
        into.advance(ready!(polled)?);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TlsConn {
    /// Seals some of `bytes`; they may not all be with the system before a
    /// flush.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_drain(cx))?;
        let this = &mut *self;
        let taken = this.outbound.seal(&mut this.records, bytes)?;
        match this.poll_drain(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(taken)),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_drain(cx)
    }

    /// close_notify, then FIN.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.records.seal_end().map_err(tls_error)?;
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.tcp).poll_shutdown(cx)
    }
}

/// As tokio-rustls says it.
fn tls_error(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests;
