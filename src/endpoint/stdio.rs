//! Our own standard input and output as one end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, Stdin, Stdout};

use crate::sys;

/// Standard input to read from, standard output to write to. One of them in a
/// process; the caller sees to that.
///
/// Who has stopped reading our output wants no more of us: from then on the
/// input is broken too, and is not waited for, which may never end.
#[derive(Debug)]
pub struct StdioConn<I = Stdin, O = Stdout> {
    input: I,
    output: O,
    ended: bool,
    /// Nobody reads the output any more.
    broken: bool,
    /// Who waits for input.
    reading: Option<Waker>,
}

impl StdioConn {
    /// Takes the process's standard streams.
    pub fn open() -> Self {
        Self::of(tokio::io::stdin(), tokio::io::stdout())
    }
}

impl<I, O> StdioConn<I, O> {
    fn of(input: I, output: O) -> Self {
        Self { input, output, ended: false, broken: false, reading: None }
    }

    fn look_for_break<T>(&mut self, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &polled
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.broken = true;
            if let Some(reading) = self.reading.take() {
                reading.wake();
            }
        }
        polled
    }
}

impl<I: AsyncRead + Unpin, O: Unpin> AsyncRead for StdioConn<I, O> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let polled = Pin::new(&mut self.input).poll_read(cx, into);
        self.reading = polled.is_pending().then(|| cx.waker().clone());
        polled
    }
}

impl<I: Unpin, O: AsyncWrite + Unpin> AsyncWrite for StdioConn<I, O> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.output).poll_write(cx, bytes);
        self.look_for_break(polled)
    }

    /// The output is written by another thread, so a failure is seen here, or
    /// at the next write.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.output).poll_flush(cx);
        self.look_for_break(polled)
    }

    /// Delivers all, then lets whoever reads our output see the end.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        if !self.ended {
            self.ended = true;
            sys::stdio::close_stdout()?;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
