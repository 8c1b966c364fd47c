//! Handshakes in memory, with certificates made on the spot.

#![allow(clippy::unwrap_used)]

mod admission;
mod dialling;
mod handshake;
mod identities;
mod pkcs12;
pub(super) mod pki;
mod refusals;
mod revocation;
mod sessions;
mod tickets;
