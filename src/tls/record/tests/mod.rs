//! Our record layer against itself, against rustls' own, and against mischief.

#![allow(clippy::unwrap_used)]

mod alerts;
mod handshake;
mod key_updates;
mod layouts;
mod peers;
