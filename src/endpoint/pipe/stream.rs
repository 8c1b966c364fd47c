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
    /// How much of the caller's bytes is being written.
    writing: Option<usize>,
    /// What was read and did not fit, from `taken` on.
    rest: Vec<u8>,
    taken: usize,
}

impl PipeStream {
    /// Takes an open pipe; one of message type is in message read mode.
    pub fn new(pipe: OpenPipe) -> Self {
        Self { pipe, writing: None, rest: Vec::new(), taken: 0 }
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
        let Self { pipe, rest, taken, .. } = &mut *self;
        if *taken < rest.len() {
            *taken += put(&rest[*taken..], into);
            return Poll::Ready(Ok(()));
        }
        let empty_is_end = pipe.empty_is_end();
        while let Some(piece) = ready!(pipe.poll_read(cx, into.remaining()))? {
            if !piece.bytes.is_empty() || empty_is_end {
                // More than fits only if the caller came with less room than
                // when the read was begun.
                let fits = put(piece.bytes, into);
                (*rest, *taken) = (piece.bytes[fits..].to_vec(), 0);
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
        let len = *self.writing.get_or_insert(bytes.len().min(LONGEST_WRITE));
        let written = ready!(self.pipe.poll_write(cx, &bytes[..len.min(bytes.len())]));
        self.writing = None;
        Poll::Ready(written.map(|()| len))
    }

    /// A write is complete when it says so.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pipe.poll_end(cx)
    }
}

/// As much of `bytes` as there is room for.
fn put(bytes: &[u8], into: &mut ReadBuf<'_>) -> usize {
    let fits = bytes.len().min(into.remaining());
    into.put_slice(&bytes[..fits]);
    fits
}
