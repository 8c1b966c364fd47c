//! One direction of a message bridge: whole messages, each as one message.
//!
//! A message goes on when all of it is there, never before: a client that stops
//! half-way, or a message that turns out too long, leaves nothing at the target
//! that looks like one. Many that are there at once go on together.

mod pull;
mod push;
mod tally;

use std::task::{Context, Poll, ready};

use self::tally::Part;
use super::flow::{Break, Flow, Moved};
use super::inbox::Inbox;
use super::transcode::Transcoder;
use crate::buffer::Size;
use crate::endpoint::{Conn, Stream};
use crate::frame::Prefix;
use crate::telemetry::metrics::{DirectionMeter, SizeBatch};

/// Reads after which a direction that never runs dry lets others have a turn,
/// some 10 ms. Whoever yields on an idle machine wakes a thread that finds
/// nothing to do, and is from then on woken by each packet.
const TURN: u32 = 512;

/// Carries messages; see [`Flow`].
#[derive(Debug)]
pub struct MessageFlow {
    /// The framing that the inbox holds.
    inner: Prefix,
    /// The sink's framing; `None`: it is a packet socket.
    outer: Option<Prefix>,
    max_message: usize,
    inbox: Option<Inbox>,
    transcoder: Option<Transcoder>,
    /// Delivered to the last byte and not yet counted.
    sizes: SizeBatch,
    /// The message that a stream has taken a part of.
    part: Option<Part>,
    size: Size,
    unflushed: bool,
    source_ended: bool,
    /// What stands behind the last good message; said when those are delivered.
    failure: Option<Break>,
    moved: Moved,
    /// [`TURN`], but in tests.
    turn: u32,
}

impl MessageFlow {
    /// A direction that has carried nothing yet. `None` for an end is a packet
    /// socket.
    pub fn new(source: Option<Prefix>, sink: Option<Prefix>, max_message: usize) -> Self {
        let inner = source.or(sink).unwrap_or(Prefix::U32Be);
        let transcoder =
            sink.filter(|outer| *outer != inner).map(|outer| Transcoder::new(inner, outer));
        Self {
            inner,
            outer: sink,
            max_message,
            inbox: None,
            transcoder,
            sizes: SizeBatch::new(),
            part: None,
            size: Size::Small,
            unflushed: false,
            source_ended: false,
            failure: None,
            moved: Moved::default(),
            turn: TURN,
        }
    }

    /// With a turn of so many reads.
    #[cfg(test)]
    pub fn with_turn(self, turn: u32) -> Self {
        Self { turn, ..self }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>, sink: &mut Conn) -> Poll<Result<(), Break>> {
        if let (true, Conn::Stream(stream)) = (self.unflushed, sink) {
            ready!(stream.poll_flush(cx)).map_err(Break::Write)?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl Flow for MessageFlow {
    fn poll_carry(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Conn,
        sink: &mut Conn,
        meter: &DirectionMeter,
        tell: bool,
    ) -> Poll<Result<(), Break>> {
        let mut left = self.turn;
        loop {
            ready!(self.poll_push(cx, sink, meter))?;
            if let Some(failure) = self.failure.take() {
                return Poll::Ready(Err(failure));
            }
            if self.source_ended {
                let told = if tell { sink.poll_end(cx) } else { Poll::Ready(Ok(())) };
                return told.map_err(Break::Write);
            }
            let pulled = if left == 0 {
                cx.waker().wake_by_ref();
                Poll::Pending
            } else {
                left -= 1;
                self.poll_pull(cx, source).map_err(Break::Read)?
            };
            if pulled.is_pending() {
                ready!(self.poll_flush(cx, sink))?;
                return Poll::Pending;
            }
        }
    }

    fn poll_deliver(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Conn,
        meter: &DirectionMeter,
    ) -> Poll<Result<(), Break>> {
        ready!(self.poll_push(cx, sink, meter))?;
        self.poll_flush(cx, sink)
    }

    /// Unix sockets, FIFOs and standard output have no reset: one byte of a
    /// head makes their end one inside a frame.
    fn poll_tear(&mut self, cx: &mut Context<'_>, sink: &mut Conn) -> Poll<()> {
        let (Some(outer), Conn::Stream(stream)) = (self.outer, sink) else {
            return Poll::Ready(());
        };
        if !matches!(stream, Stream::Tcp(_) | Stream::Tls(_)) && stream.writes() {
            // Whoever has gone needs no sign.
            let _ = ready!(stream.poll_write(cx, &[outer.torn()]));
            self.unflushed = stream.buffers_writes();
        }
        Poll::Ready(())
    }

    fn is_idle(&self) -> bool {
        let whole = self.inbox.as_ref().is_some_and(|inbox| !inbox.undelivered().is_empty());
        !whole && !self.transcoder.as_ref().is_some_and(Transcoder::is_busy)
    }

    fn moved(&self) -> Moved {
        self.moved
    }
}
