//! SOCK_SEQPACKET as a program uses it.
//!
//! An empty packet and the end both read as 0 bytes; with SO_PASSCRED only the
//! packet carries its sender's credentials, which tells them apart.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg, sockopt};
use socket2::{Domain, SockAddr, Socket, Type};

use super::PATIENCE;

/// A connected packet socket.
pub struct Packets {
    socket: Socket,
}

impl AsFd for Packets {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// As large as a packet may be here: a packet must fit into the send buffer.
const BUFFER: usize = 4 << 20;

impl Packets {
    pub fn dial(path: impl AsRef<Path>) -> Self {
        let socket = Socket::new(Domain::UNIX, Type::SEQPACKET, None).unwrap();
        socket.connect(&SockAddr::unix(path).unwrap()).unwrap();
        Self::of(socket)
    }

    pub fn of(socket: Socket) -> Self {
        socket.set_nonblocking(false).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        if sockopt::set_socket_send_buffer_size_force(&socket, BUFFER).is_err() {
            socket.set_send_buffer_size(BUFFER).unwrap();
        }
        sockopt::set_socket_passcred(&socket, true).unwrap();
        Self { socket }
    }

    pub fn listen(path: impl AsRef<Path>) -> Socket {
        let socket = Socket::new(Domain::UNIX, Type::SEQPACKET, None).unwrap();
        socket.bind(&SockAddr::unix(path).unwrap()).unwrap();
        socket.listen(64).unwrap();
        // Inherited by what is accepted, so that the first packet has them too.
        sockopt::set_socket_passcred(&socket, true).unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    }

    pub fn send(&self, message: &[u8]) -> io::Result<()> {
        let sent = self.socket.send(message)?;
        assert_eq!(sent, message.len(), "a packet goes whole or not at all");
        Ok(())
    }

    pub fn recv(&self) -> io::Result<Option<Vec<u8>>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut message = vec![0; BUFFER];
        let mut slices = [io::IoSliceMut::new(&mut message)];
        let got = recvmsg(&self.socket, &mut slices, &mut control, RecvFlags::empty())?;
        let known =
            control.drain().any(|part| matches!(part, RecvAncillaryMessage::ScmCredentials(_)));
        message.truncate(got.bytes);
        Ok((got.bytes > 0 || known).then_some(message))
    }

    pub fn finish(&self) {
        self.socket.shutdown(std::net::Shutdown::Write).unwrap();
    }
}
