//! A connected SOCK_SEQPACKET Unix socket: each packet is one message.

use std::io::{self, IoSlice};
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;

use crate::sys;
use crate::sys::seqpacket::{self, Received};
use crate::sys::slots::{MOST_SLOTS, Slots};

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

    /// Receives the packets that are there, at least one or the end.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_receive(
        &self,
        cx: &mut Context<'_>,
        slots: &mut Slots,
        lengths: &mut [usize; MOST_SLOTS],
    ) -> Poll<io::Result<Received>> {
        ready!(tokio::task::coop::poll_proceed(cx)).made_progress();
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
    /// The system's; EMSGSIZE when the first is longer than the send buffer
    /// allows, even after [`PacketSocket::raise_send_buffer`].
    pub fn poll_send(
        &self,
        cx: &mut Context<'_>,
        packets: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(tokio::task::coop::poll_proceed(cx)).made_progress();
        loop {
            let mut guard = ready!(self.socket.poll_write_ready(cx))?;
            match guard.try_io(|fd| seqpacket::send(fd, packets)) {
                Ok(Err(error)) if error.raw_os_error() == Some(libc::EMSGSIZE) => {
                    let wanted = packets.first().map_or(0, |packet| packet.len());
                    if !self.raise_send_buffer(wanted)? {
                        return Poll::Ready(Err(error));
                    }
                }
                Ok(result) => return Poll::Ready(result),
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

    /// Tells the peer that no more will come; receiving goes on.
    ///
    /// # Errors
    /// The system's; a peer that has left already is none.
    pub fn end(&self) -> io::Result<()> {
        match socket2::SockRef::from(&self.socket).shutdown(std::net::Shutdown::Write) {
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
            _ => Ok(()),
        }
    }
}
