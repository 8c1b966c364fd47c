//! A byte stream of any kind, as a plain client or server sees it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::tls::TlsStream;
use super::{PATIENCE, eventually};

/// How a stream ended for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// FIN, shutdown(WR), close_notify.
    Clean,
    /// ECONNRESET or EPIPE.
    Reset,
    /// TLS: the TCP stream ended and no close_notify had come.
    Truncated,
}

pub enum Duplex {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream>),
}

impl Duplex {
    pub fn tcp(address: SocketAddr) -> Self {
        Self::Tcp(TcpStream::connect(address).unwrap()).patient()
    }

    pub fn unix(path: impl AsRef<Path>) -> Self {
        Self::Unix(UnixStream::connect(path).unwrap()).patient()
    }

    /// No read and no write hangs for ever.
    pub fn patient(self) -> Self {
        self.wait_at_most(PATIENCE)
    }

    pub fn wait_at_most(self, limit: Duration) -> Self {
        match &self {
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(limit)).unwrap();
                stream.set_write_timeout(Some(limit)).unwrap();
            }
            _ => {
                let stream = self.socket();
                stream.set_read_timeout(Some(limit)).unwrap();
                stream.set_write_timeout(Some(limit)).unwrap();
            }
        }
        self
    }

    /// The TCP socket below.
    pub fn socket(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => &stream.socket,
            Self::Unix(_) => panic!("a Unix socket has no TCP socket below"),
        }
    }

    /// Ends our direction; the other goes on.
    pub fn finish(&mut self) {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write).unwrap(),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write).unwrap(),
            Self::Tls(stream) => stream.finish(),
        }
    }

    /// Goes without a goodbye: TCP RST, TLS' TCP stream ended with a FIN and
    /// no close_notify.
    pub fn cut(self) {
        match self {
            Self::Tcp(stream) => reset(&stream),
            Self::Tls(stream) => stream.socket.shutdown(Shutdown::Both).unwrap(),
            Self::Unix(_) => {}
        }
    }

    /// TCP RST, below TLS too.
    pub fn reset(self) {
        reset(self.socket());
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.write_all(bytes).unwrap();
        self.flush().unwrap();
    }

    /// Exactly `length` bytes.
    pub fn exactly(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// All that still comes, and how it ends.
    pub fn drain(&mut self) -> (Vec<u8>, End) {
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 65536];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return (bytes, End::Clean),
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                Err(error) => return (bytes, end_of(&error)),
            }
        }
    }

    /// All that still comes, which must end cleanly.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        let (bytes, end) = self.drain();
        assert_eq!(end, End::Clean, "after {} bytes", bytes.len());
        bytes
    }

    /// Writes until a write fails, which it must in the end.
    pub fn write_fails(&mut self) -> io::ErrorKind {
        eventually("a write to fail", || {
            self.write_all(&[0; 1024]).and_then(|()| self.flush()).err().map(|error| error.kind())
        })
    }
}

fn reset(stream: &TcpStream) {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

#[track_caller]
fn end_of(error: &io::Error) -> End {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => End::Reset,
        io::ErrorKind::UnexpectedEof => End::Truncated,
        _ => panic!("neither data nor an end: {error}"),
    }
}

impl Read for Duplex {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Duplex {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
