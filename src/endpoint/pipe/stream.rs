//! A pipe whose bytes count: of byte type, or of message type in a byte bridge.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::open::OpenPipe;

/// The most that is written at once.
const LONGEST_WRITE: usize = 64 * 1024;

/// A pipe as a stream of bytes.
#[derive(Debug)]
pub struct PipeStream {
    pipe: OpenPipe,
}

impl PipeStream {
    /// Takes an open pipe. One of message type is in message read mode only if
    /// its empty messages mean something.
    pub fn new(pipe: OpenPipe) -> Self {
        Self { pipe }
    }

    /// See [`OpenPipe::reads`].
    pub fn reads(&self) -> bool {
        self.pipe.reads()
    }

    /// See [`OpenPipe::writes`].
    pub fn writes(&self) -> bool {
        self.pipe.writes()
    }

    /// See [`OpenPipe::is_closed_in_full`].
    pub fn is_closed_in_full(&self) -> bool {
        self.pipe.is_closed_in_full()
    }
}

impl AsyncRead for PipeStream {
    /// Message ends are of no meaning here, and an empty message is nothing,
    /// unless it is the end.
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let empty_is_end = self.pipe.empty_is_end();
        while let Some(piece) = ready!(self.pipe.poll_read(cx, into.remaining()))? {
            if !piece.bytes.is_empty() || empty_is_end {
                into.put_slice(piece.bytes);
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PipeStream {
    /// Ready when the system has the bytes for good; to be called with the same
    /// ones until then.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let bytes = &bytes[..bytes.len().min(LONGEST_WRITE)];
        ready!(self.pipe.poll_write(cx, bytes))?;
        Poll::Ready(Ok(bytes.len()))
    }

    /// A write is complete when it says so.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pipe.poll_end(cx)
    }
}
