//! Whole messages over a stream with frames or over packets.

use std::io;

use super::packet::Packets;
use super::{Duplex, Framing};

pub enum Messages {
    Framed(Duplex, Framing),
    Packets(Packets),
}

impl Messages {
    pub fn send(&mut self, message: &[u8]) {
        match self {
            Self::Framed(stream, framing) => framing.write(stream, message).unwrap(),
            Self::Packets(packets) => packets.send(message).unwrap(),
        }
    }

    pub fn try_recv(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Framed(stream, framing) => framing.read(stream),
            Self::Packets(packets) => packets.recv(),
        }
    }

    /// The next message; `None` at a clean end.
    #[track_caller]
    pub fn recv(&mut self) -> Option<Vec<u8>> {
        match self.try_recv() {
            Ok(message) => message,
            Err(error) => panic!("neither a message nor a clean end: {error}"),
        }
    }

    pub fn finish(&mut self) {
        match self {
            Self::Framed(stream, _) => stream.finish(),
            Self::Packets(packets) => packets.finish(),
        }
    }
}
