//! Receiving: bytes or packets into the inbox, as whole messages.

use std::io;
use std::task::{Context, Poll, ready};

use super::MessageFlow;
use crate::buffer::Size;
use crate::endpoint::{Conn, Message, PacketEnd, Stream};
use crate::ferry::flow::Break;
use crate::ferry::inbox::Inbox;
use crate::frame::{FrameError, Prefix, Scan};

/// Packets are gathered up to about this many bytes before they are written.
const ENOUGH: usize = 32 * 1024;

impl MessageFlow {
    /// Receives what is there, at least something or the end.
    pub(super) fn poll_pull(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Conn,
    ) -> Poll<io::Result<()>> {
        match source {
            Conn::Stream(stream) => self.poll_pull_stream(cx, stream),
            Conn::Packet(end) => self.poll_pull_packets(cx, end),
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
        source: &mut PacketEnd,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_batch(cx, source))?;
        // What is there already goes on together.
        while self.inbox.as_ref().is_some_and(|inbox| inbox.undelivered().len() < ENOUGH)
            && self.failure.is_none()
            && !self.source_ended
            && self.poll_batch(cx, source)?.is_ready()
        {}
        Poll::Ready(Ok(()))
    }

    /// Receives once.
    fn poll_batch(&mut self, cx: &mut Context<'_>, source: &mut PacketEnd) -> Poll<io::Result<()>> {
        let limit = self.max_message;
        let ended = ready!(source.poll_receive(cx, limit, |message| self.take(message)))?;
        self.source_ended = ended;
        Poll::Ready(Ok(()))
    }

    /// Takes in a message, unless one before it may not pass.
    fn take(&mut self, message: Message<'_>) {
        if self.failure.is_some() {
            return;
        }
        self.moved.ticks += 1;
        let message = match message {
            Message::Whole(message) => message,
            Message::TooLong(len) => {
                let oversize = FrameError::Oversize { len: len as u64, max: self.max_message };
                self.failure = Some(Break::Frame(oversize));
                return;
            }
        };
        let inbox = self.inbox.get_or_insert_with(|| Inbox::new(Size::Small));
        if inbox.push(self.inner, message).is_err() {
            let (len, max) = (message.len(), self.inner.longest());
            self.failure = Some(Break::Unsayable { len, max });
        }
    }
}
