//! The ends of a bridge: a listener and a dialer for each scheme.
//!
//! The seam is the end, not the protocol: [`Listener::accept`] gives an
//! [`Incoming`], [`Dialer::dial`] gives a [`Conn`], and each knows who is
//! there. A new scheme is one file here and one line in each of the two
//! tables. Nothing here decides who may come in, and nothing moves bytes from
//! one end to the other.

mod conn;
mod dialer;
#[cfg(unix)]
mod fifo;
#[cfg(unix)]
mod file_rights;
#[cfg(unix)]
mod handed;
mod kept;
mod listener;
mod message;
mod occupied;
#[cfg(unix)]
mod packet;
mod patience;
#[cfg(windows)]
mod pipe;
mod protection;
mod refused;
mod srv;
mod stdio;
mod stream;
mod tcp;
pub mod tls;
#[cfg(unix)]
pub mod unix;

pub use conn::Conn;
pub use dialer::{DialError, Dialer, Dialled, PrepareError};
#[cfg(unix)]
pub use handed::{HandedError, handed_names, take_handed};
pub use kept::{Keep, keep};
pub use listener::{BindError, Incoming, Listener, bind_hint};
pub use message::{BATCH, Message, SendError};
pub use occupied::Occupied;
#[cfg(unix)]
pub use packet::PacketSocket;
/// What keeps messages apart on this system: a SEQPACKET socket.
#[cfg(unix)]
pub type PacketEnd = PacketSocket;
/// What keeps messages apart on this system: a message pipe.
#[cfg(windows)]
pub type PacketEnd = pipe::MessagePipe;
pub use patience::share;
#[cfg(windows)]
pub use pipe::{PipeListener, PrivatePipe, Regrant, name_client, open_private};
pub use protection::{Protection, ProtectionError, pipe_protection, protection};
pub use refused::turn_away;
pub use stream::Stream;
pub use tls::TlsConn;
#[cfg(unix)]
pub use unix::{PrivatePipe, Regrant, name_client, open_private};
