//! From the socket to data: whole records out of what was read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use super::tls_error;
use crate::buffer::{Buffer, Size};
use crate::tls::record::{MOST_RECORD, Received, Records};

/// What was received and has not been taken.
#[derive(Debug)]
pub(super) struct Inbound {
    /// The start of a record whose rest has not come.
    rest: Held,
    /// Data that its reader had no room for.
    ready: Held,
    /// What stands behind the data that was opened before it.
    failure: Option<io::Error>,
    /// A failure was told: there is no way on.
    broken: bool,
    ended: bool,
    /// A plain FIN is taken for a clean end (`close_notify = "optional"`).
    fin_is_end: bool,
}

/// Some bytes in a borrowed buffer, or none and no buffer.
#[derive(Debug, Default)]
struct Held {
    buffer: Option<Buffer>,
    at: usize,
    end: usize,
}

impl Held {
    fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let mut buffer = Buffer::holding(bytes.len());
        buffer[..bytes.len()].copy_from_slice(bytes);
        Self { buffer: Some(buffer), at: 0, end: bytes.len() }
    }

    fn len(&self) -> usize {
        self.end - self.at
    }

    /// Moves as much as fits to `into`.
    fn take(&mut self, into: &mut [u8]) -> usize {
        let Some(buffer) = &self.buffer else { return 0 };
        let len = self.len().min(into.len());
        into[..len].copy_from_slice(&buffer[self.at..self.at + len]);
        self.at += len;
        if self.len() == 0 {
            *self = Self::default();
        }
        len
    }
}

impl Inbound {
    /// `came` stood behind the handshake.
    pub fn new(records: &mut Records, came: &mut [u8], fin_is_end: bool) -> Self {
        let mut inbound = Self {
            rest: Held::default(),
            ready: Held::default(),
            failure: None,
            broken: false,
            ended: false,
            fin_is_end,
        };
        let data = inbound.open_all(records, came);
        inbound.ready = Held::of(&came[..data]);
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
        self.ready = Held { buffer: Some(buffer).filter(|_| filled > 0), at: 0, end: filled };
        Poll::Ready(Ok(self.ready.take(into)))
    }

    /// Reads what there is, at least some data or the end; `into` holds a whole
    /// record.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        tcp: &mut TcpStream,
        records: &mut Records,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        while !self.ended {
            let have = self.rest.len();
            let mut unread = ReadBuf::new(&mut into[have..]);
            ready!(Pin::new(&mut *tcp).poll_read(cx, &mut unread))?;
            let got = unread.filled().len();
            if got == 0 {
                self.end_of_stream()?;
                break;
            }
            self.rest.take(into);
            match self.open_all(records, &mut into[..have + got]) {
                0 => self.check()?,
                data => return Poll::Ready(Ok(data)),
            }
        }
        Poll::Ready(Ok(0))
    }

    /// Tells what stands behind the data that was taken.
    fn check(&mut self) -> io::Result<()> {
        if let Some(failure) = self.failure.take() {
            self.broken = true;
            return Err(failure);
        }
        if self.broken { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// A record that was cut is no end, whatever a plain FIN stands for.
    fn end_of_stream(&mut self) -> io::Result<()> {
        if !self.fin_is_end || self.rest.len() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.ended = true;
        Ok(())
    }

    /// Opens every whole record in `bytes`; the data comes to stand at its
    /// start, and its length is returned.
    fn open_all(&mut self, records: &mut Records, bytes: &mut [u8]) -> usize {
        let (mut at, mut data) = (0, 0);
        while !self.ended && self.failure.is_none() {
            match self.open_one(records, &mut bytes[data..], at - data) {
                Ok(Some((len, next))) => (data, at) = (data + len, data + next),
                Ok(None) => break,
                Err(error) => self.failure = Some(tls_error(error)),
            }
        }
        if !self.ended && self.failure.is_none() {
            self.rest = Held::of(&bytes[at..]);
        }
        data
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
