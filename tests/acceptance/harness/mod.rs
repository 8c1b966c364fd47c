//! What the scenes stand on: a temporary site, certificates, the gateway as a
//! process, clients and targets of every kind.
//!
//! Nothing in here links the product's library: all of it looks from outside,
//! at sockets, exit codes, log lines and pages. Nothing waits a fixed time
//! where a condition can be awaited, and no port is fixed.

pub mod activation;
pub mod admin;
pub mod authority;
pub mod browser;
pub mod cli;
pub mod duplex;
pub mod ends;
pub mod framing;
pub mod gateway;
pub mod haproxy;
pub mod journal;
pub mod manager;
pub mod message;
pub mod network;
pub mod packet;
pub mod payload;
pub mod process;
pub mod program;
pub mod proxy;
pub mod record;
pub mod site;
pub mod systemd;
pub mod target;
pub mod tls;
pub mod tunnel;
pub mod visitors;

pub use cli::{check, pipeferry, ran};
pub use duplex::{Duplex, End};
pub use framing::Framing;
pub use gateway::{Gateway, bridge};
pub use message::Messages;
pub use payload::noise;
pub use site::Site;
pub use target::Target;

use std::time::{Duration, Instant};

/// The longest that any single step may take on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `condition` again and again until it gives something.
///
/// # Panics
/// With `what` when it has given nothing for [`PATIENCE`].
pub fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
