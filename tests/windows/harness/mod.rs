//! What the scenes on Windows stand on: machines, the programs that run on
//! them, pipeferry.exe as a process, and two machines with TLS between.
//!
//! What looks at the gateway from outside (log, metrics, certificates, targets
//! on Linux) is that of the acceptance tests.

#[path = "../../acceptance/harness/mod.rs"]
#[allow(dead_code, unused_imports)]
mod linux;

pub mod built;
pub mod draining;
pub mod machine;
pub mod names;
pub mod running;
pub mod steps;
pub mod tunnel;

pub use draining::lets_a_client_finish;
pub use linux::network::Network;
pub use linux::target::echo;
pub use linux::tunnel::Tunnel;
pub use linux::{Duplex, End, Framing, Gateway, Messages, Site, Target, admin, noise};
pub use linux::{cli, payload, program};
pub use machine::Machine;
pub use running::Running;
pub use steps::{Noise, steps};
pub use tunnel::{Side, tunnel};

use std::time::{Duration, Instant};

/// The longest that a single step may take on a loaded machine: Wine starts a
/// Windows in a second when it is alone, in many when it is not.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Asks `condition` again and again until it gives something.
///
/// # Panics
/// With `what` when it has given nothing for [`PATIENCE`].
#[track_caller]
pub fn eventually<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, condition)
}

/// As [`eventually`], with a limit of its own.
#[track_caller]
pub fn within<T>(limit: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
