//! The ends of a bridge: a listener and a dialer for each scheme.
//!
//! The seam is the end, not the protocol: [`Listener::accept`] gives an
//! [`Incoming`], [`Dialer::dial`] gives a [`Conn`], and each knows who is
//! there. A new scheme is one file here and one line in each of the two
//! tables. Nothing here decides who may come in, and nothing moves bytes from
//! one end to the other.

mod conn;
mod dialer;
mod fifo;
mod file_rights;
mod listener;
mod packet;
mod refused;
mod stdio;
mod stream;
mod tcp;
mod tls;
pub mod unix;

pub use conn::Conn;
pub use dialer::{DialError, Dialer, Dialled, PrepareError};
pub use listener::{BindError, Incoming, Listener};
pub use packet::PacketSocket;
pub use refused::turn_away;
pub use stream::Stream;
pub use tls::TlsConn;
