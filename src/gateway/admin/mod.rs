//! The admin server: metrics, health, status and a page, over HTTP/1.1.
//!
//! Reads only: nothing that is asked here changes anything, and no answer holds
//! a key, a password or a message. Who the clients are is told by the page
//! alone, and only where whoever opens it is of this machine or has shown a
//! certificate. It may fail, be flooded or be scanned without the bridges
//! noticing: few connections, each with limits, on the thread that carries
//! nothing.
//!
//! The running gateway is seen through [`AdminView`] alone.

pub(super) mod admission;
mod history;
mod listener;
mod page;
mod page_data;
mod routes;
mod server;
pub mod status;

#[cfg(test)]
mod tests;

pub use admission::Unfit;
pub use history::Meter;
pub use listener::{AdminListener, AdminStream};
pub use page::Bytes;
pub use server::serve;

use std::sync::Arc;

use serde::Serialize;

use self::status::{Readiness, Status};
use super::control::ConnectionStatus;
use crate::config::TlsListen;
use crate::tls::Identity;

/// What the admin server may know of the running gateway. Called for every
/// request, so it must neither block nor be slow.
pub trait AdminView: Send + Sync + 'static {
    /// Whether clients should be sent here.
    fn ready(&self) -> Readiness;

    /// What is running, with its numbers.
    fn status(&self) -> Status;

    /// What the listener shows over TLS, and whom it lets in; `None` if that is
    /// not known.
    fn tls(&self) -> Option<(Arc<Identity>, Box<TlsListen>)>;

    /// The open connections: the `each` newest, and the `each` that have carried
    /// most.
    fn connections(&self, each: usize) -> OpenConnections;

    /// What each bridge has counted.
    fn meters(&self) -> Vec<(String, Meter)>;
}

/// Open connections, as many as can be looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OpenConnections {
    /// How many there are.
    pub open: usize,
    /// Some of them, newest first.
    pub shown: Vec<ConnectionStatus>,
}
