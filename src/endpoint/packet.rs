//! A connected SOCK_SEQPACKET Unix socket: each packet is one message.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;

use super::message::{Message, SendError};
use crate::sys;
use crate::sys::seqpacket::{self, Received};
use crate::sys::slots::{MOST_SLOTS, Slots};

thread_local! {
    /// Address space to receive packets in; see [`Slots`].
    static SLOTS: RefCell<Option<Slots>> = const { RefCell::new(None) };
}

/// A packet socket, registered with the runtime.
#[derive(Debug)]
pub struct PacketSocket {
    socket: AsyncFd<OwnedFd>,
}

impl PacketSocket {
    /// Takes a connected, non-blocking SEQPACKET socket.
    ///
    /// # Errors
    /// The system's.
    pub fn new(socket: OwnedFd) -> io::Result<Self> {
        seqpacket::mark_packets(&socket)?;
        Ok(Self { socket: sys::socket::register(socket)? })
    }

    /// Receives what is there, at least one packet or the end, and gives each
    /// packet to `take`; true once the end has come. One longer than `limit`
    /// is too long.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(Message<'_>),
    ) -> Poll<io::Result<bool>> {
        ready!(tokio::task::coop::poll_proceed(cx)).made_progress();
        SLOTS.with_borrow_mut(|slots| {
            let slots = slots_of(slots, limit.saturating_add(1))?;
            let mut lengths = [0; MOST_SLOTS];
            let received = ready!(self.poll_batch(cx, slots, &mut lengths))?;
            for (index, len) in lengths[..received.packets].iter().copied().enumerate() {
                take(match len > limit {
                    true => Message::TooLong(len),
                    false => Message::Whole(slots.bytes(index, len)),
                });
                slots.release(index, len.min(slots.slot_len()));
            }
            Poll::Ready(Ok(received.end))
        })
    }

    /// Receives once.
    fn poll_batch(
        &self,
        cx: &mut Context<'_>,
        slots: &mut Slots,
        lengths: &mut [usize; MOST_SLOTS],
    ) -> Poll<io::Result<Received>> {
        loop {
            let mut guard = ready!(self.socket.poll_read_ready(cx))?;
            match guard.try_io(|fd| seqpacket::receive(fd, slots, lengths)) {
                Ok(result) => return Poll::Ready(result),
                Err(_would_block) => {}
            }
        }
    }

    /// Sends packets, each slice one; says how many went, at least one.
    ///
    /// # Errors
    /// The system's; [`SendError::TooLong`] when the first is longer than the
    /// system sends as one packet, even with the send buffer raised.
    pub fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        packets: &[IoSlice<'_>],
    ) -> Poll<Result<usize, SendError>> {
        ready!(tokio::task::coop::poll_proceed(cx)).made_progress();
        loop {
            let mut guard = ready!(self.socket.poll_write_ready(cx)).map_err(SendError::Io)?;
            match guard.try_io(|fd| seqpacket::send(fd, packets)) {
                Ok(Err(error)) if error.raw_os_error() == Some(libc::EMSGSIZE) => {
                    let wanted = packets.first().map_or(0, |packet| packet.len());
                    if !self.raise_send_buffer(wanted).map_err(SendError::Io)? {
                        return Poll::Ready(Err(SendError::TooLong));
                    }
                }
                Ok(result) => return Poll::Ready(result.map_err(send_error)),
                Err(_would_block) => {}
            }
        }
    }

    /// Makes room for a packet of `wanted` bytes; false if the system's limit
    /// (net.core.wmem_max) is in the way.
    fn raise_send_buffer(&self, wanted: usize) -> io::Result<bool> {
        let socket = socket2::SockRef::from(&self.socket);
        let before = socket.send_buffer_size()?;
        // The kernel counts its own overhead against the buffer.
        let room = wanted.saturating_add(wanted / 8).saturating_add(4096);
        if rustix::net::sockopt::set_socket_send_buffer_size_force(&self.socket, room).is_err() {
            socket.set_send_buffer_size(room)?;
        }
        Ok(socket.send_buffer_size()? > before)
    }

    /// Whether the peer has closed both ways.
    pub fn is_closed_in_full(&self) -> bool {
        sys::socket::has_hung_up(&self.socket)
    }

    /// Bytes in the system's send queue, with what it needs to keep them.
    pub fn in_queue(&self) -> usize {
        sys::socket::unacknowledged(&self.socket).unwrap_or(0)
    }

    /// Tells the peer that no more will come; receiving goes on.
    ///
    /// # Errors
    /// The system's; a peer that has left already is none.
    pub fn poll_end(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(
            match socket2::SockRef::from(&self.socket).shutdown(std::net::Shutdown::Write) {
                Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
                _ => Ok(()),
            },
        )
    }

    /// Whether anything can come from this end: it is never one-way.
    pub fn reads(&self) -> bool {
        true
    }

    /// Whether anything can go to this end: it is never one-way.
    pub fn writes(&self) -> bool {
        true
    }
}

/// EMSGSIZE is the send buffer's limit, ENOBUFS the kernel's own for one packet.
fn send_error(error: io::Error) -> SendError {
    match error.raw_os_error() {
        Some(libc::EMSGSIZE | libc::ENOBUFS) => SendError::TooLong,
        _ => SendError::Io(error),
    }
}

/// This thread's slots, large enough for packets of `longest` bytes.
fn slots_of(slots: &mut Option<Slots>, longest: usize) -> io::Result<&mut Slots> {
    if slots.as_ref().is_none_or(|slots| slots.slot_len() < longest) {
        *slots = Some(Slots::map(longest)?);
    }
    slots.as_mut().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}
