//! Our own standard input and output as one end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, Stdin, Stdout};

use crate::sys;

/// Standard input to read from, standard output to write to. One of them in a
/// process; the caller sees to that.
#[derive(Debug)]
pub struct StdioConn {
    input: Stdin,
    output: Stdout,
    ended: bool,
}

impl StdioConn {
    /// Takes the process's standard streams.
    pub fn open() -> Self {
        Self { input: tokio::io::stdin(), output: tokio::io::stdout(), ended: false }
    }
}

impl AsyncRead for StdioConn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_read(cx, into)
    }
}

impl AsyncWrite for StdioConn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.output).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_flush(cx)
    }

    /// Delivers all, then lets whoever reads our output see the end.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.output).poll_flush(cx))?;
        if !self.ended {
            self.ended = true;
            sys::stdio::close_stdout()?;
        }
        Poll::Ready(Ok(()))
    }
}
