//! `[bridge.NAME]`.

use super::{RawEnd, RawEnds, keys};
use crate::config::model::{Balance, Mode};
use crate::config::values::durations::{OrOff, Positive};
use crate::config::values::numbers::Connections;
use crate::config::values::sizes::Size;

keys! {
    /// A bridge: where to listen, where to connect, how to carry.
    RawBridge as "Bridge", required ["listen", "connect"] {
        /// A stream of bytes, or whole messages.
        mode as "mode": Mode = "byte",
        /// The end that clients come to.
        listen as "listen": RawEnd,
        /// The end that is dialled for each client, or a list of ends of which
        /// one is.
        connect as "connect": RawEnds,
        /// Several targets: which of them a client gets.
        balance as "balance": Balance = "order",
        /// How long a client waits for its target, TLS handshake included, however
        /// many are tried.
        connect_timeout as "connect_timeout": Positive = "10s",
        /// How long a client's PROXY header and TLS handshake may take.
        handshake_timeout as "handshake_timeout": Positive = "10s",
        /// Ends a connection when no byte has moved in either direction for so
        /// long; `false`, the default, for never.
        idle_timeout as "idle_timeout": OrOff = false,
        /// After one direction has ended: ends the other when no byte has moved
        /// in it for so long.
        half_close_timeout as "half_close_timeout": Positive = "60s",
        /// The longest that a connection may live; `false`, the default, for
        /// any length.
        max_lifetime as "max_lifetime": OrOff = false,
        /// The most connections at a time; more clients wait.
        max_connections as "max_connections": Connections = 1024,
        /// Message mode: the longest message. A longer one ends the connection.
        max_message as "max_message": Size = "16MiB",
    }
}
