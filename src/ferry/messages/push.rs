//! Delivering: whole messages from the inbox to a stream or as packets.

use std::io::IoSlice;
use std::task::{Context, Poll, ready};

use super::MessageFlow;
use super::tally::tally;
use crate::endpoint::{BATCH, Conn, PacketEnd, SendError, Stream};
use crate::ferry::flow::Break;
use crate::ferry::inbox::Inbox;
use crate::ferry::transcode::Transcoder;
use crate::frame::Scan;
use crate::telemetry::metrics::DirectionMeter;

impl MessageFlow {
    /// Delivers every complete message.
    pub(super) fn poll_push(
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
            Conn::Packet(end) => self.poll_push_packets(cx, end, &mut inbox),
        };
        let half_out = self.transcoder.as_ref().is_some_and(Transcoder::is_busy);
        self.inbox = Some(inbox).filter(|inbox| half_out || !inbox.is_empty());
        // A sink that takes no more for now, or for good, has what it took.
        self.count(meter);
        pushed
    }

    fn count(&mut self, meter: &DirectionMeter) {
        if !self.sizes.is_empty() {
            self.moved.bytes += self.sizes.bytes();
            self.moved.messages += self.sizes.messages();
            meter.bytes(self.sizes.bytes());
            meter.messages(&mut self.sizes);
        }
    }

    fn poll_push_stream(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Stream,
        inbox: &mut Inbox,
    ) -> Poll<Result<(), Break>> {
        let outer = self.outer.unwrap_or(self.inner);
        loop {
            let bytes = match &mut self.transcoder {
                None => inbox.undelivered(),
                Some(transcoder) => transcoder.next(inbox)?.unwrap_or_default(),
            };
            if bytes.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let written = ready!(sink.poll_write(cx, bytes)).map_err(Break::Write)?;
            self.part = tally(outer, self.part, bytes, written, &mut self.sizes);
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
        sink: &mut PacketEnd,
        inbox: &mut Inbox,
    ) -> Poll<Result<(), Break>> {
        while !inbox.undelivered().is_empty() {
            let mut packets = [IoSlice::new(&[]); BATCH];
            let mut ends = [0; BATCH];
            let mut scan = Scan::new(self.inner, usize::MAX, inbox.undelivered());
            let mut count = 0;
            for message in scan.by_ref().take(BATCH) {
                ends[count] = message.end;
                packets[count] = IoSlice::new(&inbox.undelivered()[message]);
                count += 1;
            }
            let first = packets[0].len();
            let sent = ready!(sink.poll_send(cx, &packets[..count]));
            let sent = sent.map_err(|error| match error {
                SendError::TooLong => Break::Unsendable { len: first },
                SendError::Io(error) => Break::Write(error),
            })?;
            self.moved.ticks += sent as u64;
            packets[..sent].iter().for_each(|packet| self.sizes.record(packet.len()));
            inbox.delivered(ends[sent - 1]);
        }
        Poll::Ready(Ok(()))
    }
}
