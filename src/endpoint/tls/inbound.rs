//! From the socket to data: whole records out of what was read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use super::held::Held;
use super::tls_error;
use crate::buffer::{Buffer, Size};
use crate::tls::record::{MOST_RECORD, Received, Records};

/// One read takes at most this: what came in is then still in the processor's
/// cache when it is opened.
const STEP: usize = 8 * MOST_RECORD;

/// What stands in the reader's buffer.
struct Batch {
    /// So many opened bytes at its start.
    data: usize,
    /// So many behind them that are the start of a record.
    rest: usize,
}

/// What was received and has not been taken.
#[derive(Debug)]
pub(super) struct Inbound {
    /// The start of a record whose rest has not come.
    rest: Held,
    /// Data that its reader had no room for.
    ready: Held,
    /// What stands behind the data that was opened before it.
    failure: Option<io::Error>,
    /// The failure that was told: there is no way on.
    broken: Option<io::ErrorKind>,
    ended: bool,
    /// A plain FIN is taken for a clean end (`close_notify = "optional"`).
    fin_is_end: bool,
}

impl Inbound {
    /// `came` stood behind the handshake.
    pub fn new(records: &mut Records, came: &mut [u8], fin_is_end: bool) -> Self {
        let mut inbound = Self {
            rest: Held::default(),
            ready: Held::default(),
            failure: None,
            broken: None,
            ended: false,
            fin_is_end,
        };
        let (data, at) = inbound.open_all(records, came);
        inbound.ready = Held::of(&came[..data]);
        inbound.keep(&came[at..]);
        inbound
    }

    /// Reads data; 0 is the clean end.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        tcp: &mut TcpStream,
        records: &mut Records,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let taken = self.ready.take(into);
        if taken > 0 {
            return Poll::Ready(Ok(taken));
        }
        self.check()?;
        if into.len() >= MOST_RECORD {
            return self.poll_fill(cx, tcp, records, into);
        }
        let mut buffer = Buffer::borrow(Size::Small);
        let filled = ready!(self.poll_fill(cx, tcp, records, &mut buffer))?;
        self.ready = Held::filled(buffer, filled);
        Poll::Ready(Ok(self.ready.take(into)))
    }

    /// Reads what there is, at least some data or the end; `into` holds a whole
    /// record. Reads go on as long as each fills its step: the peer goes on
    /// sending meanwhile, and what follows is done once for all of it.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        tcp: &mut TcpStream,
        records: &mut Records,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut batch = Batch { data: 0, rest: self.rest.len() };
        let mut waits = false;
        while !self.ended && self.failure.is_none() && !waits {
            match self.poll_step(cx, tcp, records, into, &mut batch) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => break,
                Poll::Pending => waits = true,
            }
        }
        if self.rest.is_empty() {
            self.keep(&into[batch.data..batch.data + batch.rest]);
        }
        if batch.data == 0 {
            self.check()?;
            if waits {
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(batch.data))
    }

    /// Reads once, behind what is there; whether to go on.
    fn poll_step(
        &mut self,
        cx: &mut Context<'_>,
        tcp: &mut TcpStream,
        records: &mut Records,
        into: &mut [u8],
        batch: &mut Batch,
    ) -> Poll<bool> {
        let from = batch.data + batch.rest;
        let step = (into.len() - from).min(STEP);
        let mut unread = ReadBuf::new(&mut into[from..from + step]);
        let read = ready!(Pin::new(tcp).poll_read(cx, &mut unread));
        let got = unread.filled().len();
        match read {
            Err(error) => self.failure = Some(error),
            Ok(()) if got == 0 => self.end_of_stream(batch.rest),
            Ok(()) => {
                // It stands in front of what was read, once.
                self.rest.take(&mut into[batch.data..]);
                let (opened, at) = self.open_all(records, &mut into[batch.data..from + got]);
                let unopened = batch.data + at..from + got;
                batch.rest = unopened.len();
                batch.data += opened;
                into.copy_within(unopened, batch.data);
            }
        }
        let room = into.len() - batch.data;
        Poll::Ready(batch.data == 0 || (got == step && room >= 2 * MOST_RECORD))
    }

    /// Keeps the start of a record, where more is to come.
    fn keep(&mut self, rest: &[u8]) {
        if !self.ended && self.failure.is_none() {
            self.rest = Held::of(rest);
        }
    }

    /// Tells what stands behind the data that was taken.
    fn check(&mut self) -> io::Result<()> {
        if let Some(failure) = self.failure.take() {
            self.broken = Some(failure.kind());
            return Err(failure);
        }
        self.broken.map_or(Ok(()), |kind| Err(kind.into()))
    }

    /// A record that was cut is no end, whatever a plain FIN stands for.
    fn end_of_stream(&mut self, rest: usize) {
        if self.fin_is_end && rest == 0 {
            self.ended = true;
        } else {
            self.failure = Some(io::ErrorKind::UnexpectedEof.into());
        }
    }

    /// Opens every whole record in `bytes`; the data comes to stand at its
    /// start. Gives its length, and where what was not opened begins.
    fn open_all(&mut self, records: &mut Records, bytes: &mut [u8]) -> (usize, usize) {
        let (mut at, mut data) = (0, 0);
        while !self.ended && self.failure.is_none() {
            match self.open_one(records, &mut bytes[data..], at - data) {
                Ok(Some((len, next))) => (data, at) = (data + len, data + next),
                Ok(None) => break,
                Err(error) => self.failure = Some(tls_error(error)),
            }
        }
        (data, at)
    }

    /// Opens the record at `at`: the length of its data, now at the start of
    /// `bytes`, and where the next record is. `None`: it is not all there.
    fn open_one(
        &mut self,
        records: &mut Records,
        bytes: &mut [u8],
        at: usize,
    ) -> Result<Option<(usize, usize)>, rustls::Error> {
        let Some(len) = records.next_len(&bytes[at..])? else { return Ok(None) };
        let end = at + len;
        if end > bytes.len() {
            return Ok(None);
        }
        let data = match records.open(bytes, at, end)? {
            Received::Data(len) => len,
            Received::Nothing => 0,
            Received::End => {
                self.ended = true;
                0
            }
        };
        Ok(Some((data, end)))
    }
}
