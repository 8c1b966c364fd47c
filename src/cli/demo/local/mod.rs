//! What the demo's pipes are on this system, and how a gateway is told to stop:
//! all that differs. Each system has the same names in its file.
//!
//! Nothing in here knows the story, or prints.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::time::Duration;

use tokio::time::sleep;

#[cfg(unix)]
pub(super) use self::unix::*;
#[cfg(windows)]
pub(super) use self::windows::*;

/// How often it is looked at whether a pipe has gone.
const LOOK: Duration = Duration::from_millis(5);

/// Waits until the pipe has gone; the caller limits the time. What was called
/// off in the system ends a little later.
pub(super) async fn gone(place: &Place) {
    while is_there(place).await {
        sleep(LOOK).await;
    }
}
