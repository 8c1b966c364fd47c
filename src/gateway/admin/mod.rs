//! The admin server: metrics, health, status, over plain HTTP/1.1.
//!
//! Reads only: nothing that is asked here changes anything, and no answer holds
//! a key, a password, a message or who a client is. It may fail, be flooded or
//! be scanned without the bridges noticing: few connections, each with limits,
//! on the thread that carries nothing.
//!
//! The running gateway is seen through [`AdminView`] alone.

mod listener;
mod page;
mod routes;
mod server;
pub mod status;

#[cfg(test)]
mod tests;

pub use listener::{AdminListener, AdminStream};
pub use page::Bytes;
pub use server::serve;

use self::status::{Readiness, Status};

/// What the admin server may know of the running gateway. Called for every
/// request, so it must neither block nor be slow.
pub trait AdminView: Send + Sync + 'static {
    /// Whether clients should be sent here.
    fn ready(&self) -> Readiness;

    /// What is running, with its numbers.
    fn status(&self) -> Status;
}
