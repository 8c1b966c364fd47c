//! One direction of a byte bridge: a stream into a stream.

use std::io;
use std::task::{Context, Poll, ready};

use super::flow::{Break, Flow, Moved};
use crate::buffer::{Buffer, Size};
use crate::endpoint::{Conn, Stream};
use crate::telemetry::metrics::DirectionMeter;

/// Carries bytes; see [`Flow`].
#[derive(Debug)]
pub struct ByteFlow {
    /// What was read and not yet written: `pending[at..filled]`.
    pending: Option<Buffer>,
    at: usize,
    filled: usize,
    size: Size,
    unflushed: bool,
    source_ended: bool,
    moved: Moved,
}

impl Default for ByteFlow {
    fn default() -> Self {
        Self::new()
    }
}

impl ByteFlow {
    /// A direction that has carried nothing yet.
    pub fn new() -> Self {
        Self {
            pending: None,
            at: 0,
            filled: 0,
            size: Size::Small,
            unflushed: false,
            source_ended: false,
            moved: Moved::default(),
        }
    }

    /// Reads once; false at the source's end.
    fn poll_pull(&mut self, cx: &mut Context<'_>, source: &mut Stream) -> Poll<io::Result<bool>> {
        let mut buffer = Buffer::borrow(self.size);
        let got = ready!(source.poll_read(cx, &mut buffer))?;
        self.size = self.size.after(got);
        self.moved.ticks += got as u64;
        (self.at, self.filled) = (0, got);
        if got > 0 {
            self.pending = Some(buffer);
        }
        Poll::Ready(Ok(got > 0))
    }

    /// Writes all that is pending.
    fn poll_push(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Stream,
        meter: &DirectionMeter,
    ) -> Poll<io::Result<()>> {
        while let Some(buffer) = &self.pending {
            let written = if sink.writes() {
                ready!(sink.poll_write(cx, &buffer[self.at..self.filled]))?
            } else {
                // A one-way end takes nothing, and its party knows: what the
                // other side says must not block it.
                self.filled - self.at
            };
            self.count(written, sink, meter);
            if self.at == self.filled {
                self.pending = None;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn count(&mut self, written: usize, sink: &Stream, meter: &DirectionMeter) {
        self.at += written;
        self.moved.ticks += written as u64;
        if sink.writes() {
            self.unflushed = sink.buffers_writes();
            self.moved.bytes += written as u64;
            meter.bytes(written as u64);
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>, sink: &mut Stream) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(sink.poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl Flow for ByteFlow {
    fn poll_carry(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Conn,
        sink: &mut Conn,
        meter: &DirectionMeter,
        tell: bool,
    ) -> Poll<Result<(), Break>> {
        let source = source.stream().map_err(Break::Read)?;
        let sink = sink.stream().map_err(Break::Write)?;
        loop {
            ready!(self.poll_push(cx, sink, meter)).map_err(Break::Write)?;
            if self.source_ended {
                let told = if tell { sink.poll_end(cx) } else { Poll::Ready(Ok(())) };
                return told.map_err(Break::Write);
            }
            match self.poll_pull(cx, source).map_err(Break::Read)? {
                Poll::Ready(more) => self.source_ended = !more,
                Poll::Pending => {
                    ready!(self.poll_flush(cx, sink)).map_err(Break::Write)?;
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_deliver(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Conn,
        meter: &DirectionMeter,
    ) -> Poll<Result<(), Break>> {
        let sink = sink.stream().map_err(Break::Write)?;
        ready!(self.poll_push(cx, sink, meter)).map_err(Break::Write)?;
        self.poll_flush(cx, sink).map_err(Break::Write)
    }

    /// A bare stream has nothing to tear.
    fn poll_tear(&mut self, _: &mut Context<'_>, _: &mut Conn) -> Poll<()> {
        Poll::Ready(())
    }

    fn is_idle(&self) -> bool {
        self.pending.is_none()
    }

    fn moved(&self) -> Moved {
        self.moved
    }
}
