//! Receiving: bytes or packets into the inbox, as whole messages.

use std::io;
use std::task::{Context, Poll, ready};

use super::MessageFlow;
use crate::endpoint::{Conn, PacketSocket, Stream};
use crate::ferry::buffer::Size;
use crate::ferry::flow::Break;
use crate::ferry::inbox::Inbox;
use crate::frame::{FrameError, Prefix, Scan};
use crate::sys::slots::{MOST_SLOTS, Slots};

/// Packets are gathered up to about this many bytes before they are written.
const ENOUGH: usize = 32 * 1024;

thread_local! {
    /// Address space to receive packets in; see [`Slots`].
    static SLOTS: std::cell::RefCell<Option<Slots>> = const { std::cell::RefCell::new(None) };
}

impl MessageFlow {
    /// Receives what is there, at least something or the end.
    pub(super) fn poll_pull(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Conn,
    ) -> Poll<io::Result<()>> {
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
}

/// This thread's slots, large enough for packets of `longest` bytes.
fn slots_of(slots: &mut Option<Slots>, longest: usize) -> io::Result<&mut Slots> {
    if slots.as_ref().is_none_or(|slots| slots.slot_len() < longest) {
        *slots = Some(Slots::map(longest)?);
    }
    slots.as_mut().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}
