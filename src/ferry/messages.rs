//! One direction of a message bridge: whole messages, each as one message.
//!
//! A message goes on when all of it is there, never before: a client that stops
//! half-way, or a message that turns out too long, leaves nothing at the target
//! that looks like one. Many that are there at once go on together.

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use super::buffer::Size;
use super::flow::{Break, Flow, Moved};
use super::inbox::Inbox;
use super::transcode::Transcoder;
use crate::endpoint::{Conn, PacketSocket, Stream};
use crate::frame::{FrameError, Prefix, Scan};
use crate::sys::slots::{MOST_SLOTS, Slots};
use crate::telemetry::metrics::{DirectionMeter, SizeBatch};

/// Packets are gathered up to about this many bytes before they are written.
const ENOUGH: usize = 32 * 1024;

thread_local! {
    /// Address space to receive packets in; see [`Slots`].
    static SLOTS: std::cell::RefCell<Option<Slots>> = const { std::cell::RefCell::new(None) };
}

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
    sizes: SizeBatch,
    size: Size,
    unflushed: bool,
    source_ended: bool,
    /// What stands behind the last good message; said when those are delivered.
    failure: Option<Break>,
    moved: Moved,
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
            size: Size::Small,
            unflushed: false,
            source_ended: false,
            failure: None,
            moved: Moved::default(),
        }
    }

    fn poll_pull(&mut self, cx: &mut Context<'_>, source: &mut Conn) -> Poll<io::Result<()>> {
        match source {
            Conn::Stream(stream) => self.poll_pull_stream(cx, stream),
            Conn::Packet(socket) => self.poll_pull_packets(cx, socket),
        }
    }

    fn poll_pull_stream(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Stream,
    ) -> Poll<io::Result<()>> {
        let mut inbox = self.inbox.take().unwrap_or_else(|| Inbox::new(self.size));
        let polled = source.poll_read(cx, inbox.room(self.size));
        let Poll::Ready(got) = polled else {
            inbox.shrink();
            self.inbox = Some(inbox).filter(|inbox| !inbox.is_empty());
            return Poll::Pending;
        };
        let got = got?;
        inbox.received(got);
        self.moved.ticks += got as u64;
        self.size = self.size.after(got);
        self.sort(&mut inbox);
        if got == 0 {
            self.source_ended = true;
            let rest = Scan::new(self.inner, self.max_message, inbox.unfinished());
            self.failure = self.failure.take().or(rest.end_of_stream().err().map(Break::Frame));
        }
        self.inbox = Some(inbox).filter(|inbox| !inbox.is_empty());
        Poll::Ready(Ok(()))
    }

    /// Tells complete frames from the rest, up to one that may not pass.
    fn sort(&mut self, inbox: &mut Inbox) {
        let longest = self.outer.map_or(usize::MAX, Prefix::longest);
        let mut scan = Scan::new(self.inner, self.max_message, inbox.unfinished());
        let mut good = 0;
        while let Some(message) = scan.next() {
            if message.len() > longest {
                self.failure = Some(Break::Unsayable { len: message.len(), max: longest });
                return inbox.complete(good, None);
            }
            self.sizes.record(message.len());
            good = scan.consumed();
        }
        match scan.rest() {
            Ok(rest) => inbox.complete(good, rest.wanted),
            Err(error) => {
                self.failure = Some(Break::Frame(error));
                inbox.complete(good, None);
            }
        }
    }

    fn poll_pull_packets(
        &mut self,
        cx: &mut Context<'_>,
        source: &PacketSocket,
    ) -> Poll<io::Result<()>> {
        SLOTS.with(|slots| {
            let mut slots = slots.borrow_mut();
            let slots = slots_of(&mut slots, self.max_message.saturating_add(1))?;
            ready!(self.poll_batch(cx, source, slots))?;
            // What is there already goes on together.
            while self.inbox.as_ref().is_some_and(|inbox| inbox.undelivered().len() < ENOUGH)
                && self.failure.is_none()
                && !self.source_ended
                && self.poll_batch(cx, source, slots)?.is_ready()
            {}
            Poll::Ready(Ok(()))
        })
    }

    /// Receives once.
    fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        source: &PacketSocket,
        slots: &mut Slots,
    ) -> Poll<io::Result<()>> {
        let mut lengths = [0; MOST_SLOTS];
        let received = ready!(source.poll_receive(cx, slots, &mut lengths))?;
        self.source_ended = received.end;
        for (index, len) in lengths[..received.packets].iter().enumerate() {
            if self.failure.is_none() {
                self.take_packet(slots, index, *len);
            }
            slots.release(index, (*len).min(slots.slot_len()));
        }
        Poll::Ready(Ok(()))
    }

    fn take_packet(&mut self, slots: &Slots, index: usize, len: usize) {
        self.moved.ticks += 1;
        if len > self.max_message {
            let oversize = FrameError::Oversize { len: len as u64, max: self.max_message };
            self.failure = Some(Break::Frame(oversize));
            return;
        }
        let inbox = self.inbox.get_or_insert_with(|| Inbox::new(Size::Small));
        match inbox.push(self.inner, slots.bytes(index, len)) {
            Ok(()) => self.sizes.record(len),
            Err(_) => {
                let max = self.inner.longest();
                self.failure = Some(Break::Unsayable { len, max });
            }
        }
    }

    /// Delivers every complete message.
    fn poll_push(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Conn,
        meter: &DirectionMeter,
    ) -> Poll<Result<(), Break>> {
        let Some(mut inbox) = self.inbox.take() else { return Poll::Ready(Ok(())) };
        let pushed = match sink {
            _ if !sink.writes() => {
                // As in a byte bridge: what nobody can take must block nobody.
                inbox.delivered(inbox.undelivered().len());
                Poll::Ready(Ok(()))
            }
            Conn::Stream(stream) => self.poll_push_stream(cx, stream, &mut inbox),
            Conn::Packet(socket) => self.poll_push_packets(cx, socket, &mut inbox),
        };
        let half_out = self.transcoder.as_ref().is_some_and(Transcoder::is_busy);
        self.inbox = Some(inbox).filter(|inbox| half_out || !inbox.is_empty());
        ready!(pushed)?;
        self.count(sink.writes(), meter);
        Poll::Ready(Ok(()))
    }

    fn count(&mut self, delivered: bool, meter: &DirectionMeter) {
        if delivered {
            self.moved.bytes += self.sizes.bytes();
            self.moved.messages += self.sizes.messages();
            meter.bytes(self.sizes.bytes());
            meter.messages(&mut self.sizes);
        } else {
            self.sizes = SizeBatch::new();
        }
    }

    fn poll_push_stream(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Stream,
        inbox: &mut Inbox,
    ) -> Poll<Result<(), Break>> {
        loop {
            let bytes = match &mut self.transcoder {
                None => inbox.undelivered(),
                Some(transcoder) => transcoder.next(inbox)?.unwrap_or_default(),
            };
            if bytes.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let written = ready!(sink.poll_write(cx, bytes)).map_err(Break::Write)?;
            match &mut self.transcoder {
                None => inbox.delivered(written),
                Some(transcoder) => transcoder.written(written),
            }
            self.moved.ticks += written as u64;
            self.unflushed = sink.buffers_writes();
        }
    }

    fn poll_push_packets(
        &mut self,
        cx: &mut Context<'_>,
        sink: &PacketSocket,
        inbox: &mut Inbox,
    ) -> Poll<Result<(), Break>> {
        while !inbox.undelivered().is_empty() {
            let mut packets = [IoSlice::new(&[]); MOST_SLOTS];
            let mut ends = [0; MOST_SLOTS];
            let mut scan = Scan::new(self.inner, usize::MAX, inbox.undelivered());
            let mut count = 0;
            for message in scan.by_ref().take(MOST_SLOTS) {
                ends[count] = message.end;
                packets[count] = IoSlice::new(&inbox.undelivered()[message]);
                count += 1;
            }
            let first = packets[0].len();
            let sent = ready!(sink.poll_send(cx, &packets[..count]));
            let sent = sent.map_err(|error| unsendable(error, first))?;
            self.moved.ticks += sent as u64;
            inbox.delivered(ends[sent - 1]);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>, sink: &mut Conn) -> Poll<Result<(), Break>> {
        if let (true, Conn::Stream(stream)) = (self.unflushed, sink) {
            ready!(stream.poll_flush(cx)).map_err(Break::Write)?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

/// This thread's slots, large enough for packets of `longest` bytes.
fn slots_of(slots: &mut Option<Slots>, longest: usize) -> io::Result<&mut Slots> {
    if slots.as_ref().is_none_or(|slots| slots.slot_len() < longest) {
        *slots = Some(Slots::map(longest)?);
    }
    slots.as_mut().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

/// EMSGSIZE is the send buffer's limit, ENOBUFS the kernel's own for one packet.
fn unsendable(error: io::Error, len: usize) -> Break {
    match error.raw_os_error() {
        Some(libc::EMSGSIZE | libc::ENOBUFS) => Break::Unsendable { len },
        _ => Break::Write(error),
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
        loop {
            ready!(self.poll_push(cx, sink, meter))?;
            if let Some(failure) = self.failure.take() {
                return Poll::Ready(Err(failure));
            }
            if self.source_ended {
                let told = if tell { poll_end(cx, sink) } else { Poll::Ready(Ok(())) };
                return told.map_err(Break::Write);
            }
            match self.poll_pull(cx, source).map_err(Break::Read)? {
                Poll::Ready(()) => {}
                Poll::Pending => {
                    ready!(self.poll_flush(cx, sink))?;
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
        ready!(self.poll_push(cx, sink, meter))?;
        self.poll_flush(cx, sink)
    }

    /// Unix sockets, FIFOs and standard output have no reset: one byte of a
    /// head makes their end one inside a frame.
    fn tear(&mut self, cx: &mut Context<'_>, sink: &mut Conn) {
        let (Some(outer), Conn::Stream(stream)) = (self.outer, sink) else { return };
        if !matches!(stream, Stream::Tcp(_) | Stream::Tls(_)) && stream.writes() {
            // A sink too full to take a byte is cut as it is.
            let _ = stream.poll_write(cx, &[outer.torn()]);
            self.unflushed = stream.buffers_writes();
        }
    }

    fn is_idle(&self) -> bool {
        let whole = self.inbox.as_ref().is_some_and(|inbox| !inbox.undelivered().is_empty());
        !whole && !self.transcoder.as_ref().is_some_and(Transcoder::is_busy)
    }

    fn moved(&self) -> Moved {
        self.moved
    }
}

fn poll_end(cx: &mut Context<'_>, sink: &mut Conn) -> Poll<io::Result<()>> {
    match sink {
        Conn::Stream(stream) => stream.poll_end(cx),
        Conn::Packet(socket) => Poll::Ready(socket.end()),
    }
}
