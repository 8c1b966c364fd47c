//! The parties of a connection: as little work of their own as can be.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use pipeferry::sys::socket::register;
use rustix::net::{RecvFlags, SendFlags};
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpListener;

use super::parcel::{Form, Parcel};

thread_local! {
    /// What all parties receive into: they are to make nothing of their own.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 * 1024]);
}

/// A connected party, whatever its socket.
pub struct Party {
    socket: AsyncFd<OwnedFd>,
}

impl Party {
    fn new(socket: OwnedFd) -> Self {
        rustix::io::ioctl_fionbio(&socket, true).unwrap();
        Self { socket: register(socket).unwrap() }
    }

    /// A client of the socket at `path`, which takes connections at once.
    pub fn connect(path: &Path, form: Form) -> Self {
        let socket = unix_socket(form);
        socket.connect(&SockAddr::unix(path).unwrap()).unwrap();
        Self::new(socket.into())
    }

    /// Sends all of it, a packet at a time where it has packets.
    pub async fn send(&mut self, parcel: &Parcel) {
        let mut left = &parcel.wire[..];
        while !left.is_empty() {
            let most = parcel.packet.unwrap_or(left.len());
            let sent = self.try_io(Interest::WRITABLE, |fd| {
                rustix::net::send(fd, &left[..most], SendFlags::NOSIGNAL)
            });
            left = &left[sent.await..];
        }
    }

    /// Receives as many bytes as the parcel has.
    pub async fn receive(&mut self, parcel: &Parcel) {
        let mut left = parcel.wire.len();
        while left > 0 {
            let got = self.receive_some().await;
            assert!(got > 0, "the connection ended");
            assert!(parcel.packet.is_none_or(|size| size == got), "not the packet that was sent");
            left -= got;
        }
    }

    /// As [`Party::receive`], and looks at every byte.
    pub async fn receive_exactly(&mut self, parcel: &Parcel) {
        let mut left = &parcel.wire[..];
        while !left.is_empty() {
            let got = self.receive_some().await;
            let same = BUFFER.with_borrow(|buffer| buffer[..got] == left[..got]);
            assert!(same, "not the bytes that were sent");
            left = &left[got..];
        }
    }

    /// Waits for the end of what comes.
    pub async fn receive_end(&mut self) {
        assert_eq!(self.receive_some().await, 0, "more came");
    }

    async fn receive_some(&mut self) -> usize {
        self.try_io(Interest::READABLE, |fd| {
            BUFFER.with_borrow_mut(|buffer| {
                rustix::net::recv(fd, buffer, RecvFlags::empty()).map(|(_, got)| got)
            })
        })
        .await
    }

    async fn try_io(
        &mut self,
        interest: Interest,
        mut call: impl FnMut(&OwnedFd) -> rustix::io::Result<usize>,
    ) -> usize {
        self.socket.async_io(interest, |fd| call(fd).map_err(io::Error::from)).await.unwrap()
    }
}

/// What stands behind the bridges.
pub enum Service {
    Unix(AsyncFd<OwnedFd>, String),
    Tcp(TcpListener),
}

impl Service {
    pub fn on_unix(path: &Path, form: Form) -> Self {
        let socket = unix_socket(form);
        socket.bind(&SockAddr::unix(path).unwrap()).unwrap();
        socket.listen(64).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self::Unix(register(socket.into()).unwrap(), format!("unix:{}", path.display()))
    }

    pub async fn on_tcp() -> Self {
        Self::Tcp(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    /// As a configuration names it.
    pub fn address(&self) -> String {
        match self {
            Self::Unix(_, address) => address.clone(),
            Self::Tcp(listener) => format!("tcp:{}", listener.local_addr().unwrap()),
        }
    }

    /// The next connection that a bridge has made.
    pub async fn accept(&self) -> Party {
        match self {
            Self::Unix(listener, _) => {
                let accepted = listener.async_io(Interest::READABLE, |socket| {
                    rustix::net::accept(socket).map_err(io::Error::from)
                });
                Party::new(accepted.await.unwrap())
            }
            Self::Tcp(listener) => {
                let stream = listener.accept().await.unwrap().0.into_std().unwrap();
                Party::new(stream.into())
            }
        }
    }
}

fn unix_socket(form: Form) -> Socket {
    let kind = if form == Form::Packets { Type::SEQPACKET } else { Type::STREAM };
    Socket::new(Domain::UNIX, kind, None).unwrap()
}
