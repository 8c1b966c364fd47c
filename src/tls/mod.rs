//! TLS: identities, whom they trust, and what a handshake agreed on.
//!
//! In here files become an [`Identity`] and identities become rustls
//! configurations whose verifiers hold the access rules, so that a peer which
//! may not come in is refused inside the handshake. Nothing in here opens a
//! socket, keeps a connection, or lets a peer in that the rules did not name.

mod alerts;
mod client_verifier;
mod configs;
mod dialling;
mod files;
mod identity;
mod judged;
mod provider;
mod recheck;
pub mod record;
mod refusal;
mod server_verifier;
mod session;
mod shown;
mod sighting;
mod tickets;

pub use alerts::is_refusal_alert;
pub use client_verifier::RulesRefusal;
pub use configs::{TlsError, client_config, server_config};
pub use dialling::Dialling;
pub use identity::{Identities, Identity, IdentityError, IdentityWarning, Problem, Warning};
pub use provider::provider;
pub use recheck::Recheck;
pub use refusal::{Refusal, classify, explain_dial};
pub use session::session;
pub use sighting::{Sighting, witness};

#[cfg(test)]
mod tests;
