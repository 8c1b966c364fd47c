//! What the manager is told again and again: that the daemon lives, what it
//! does, and that a drain goes on.
//!
//! Runs on the admin thread, and says nothing in the name of the connections'
//! runtime without having asked it.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::ServiceManager;
use crate::gateway::world::World;

/// How often the status line is looked at, and told where it is another.
const LOOK: Duration = Duration::from_secs(1);
/// A drain that is not heard of for so long has failed.
pub(in crate::gateway) const STILL_STOPPING: Duration = Duration::from_secs(10);

/// Tells until `stop`; `runtime` is the connections'.
pub(in crate::gateway) async fn keep_up(
    manager: ServiceManager,
    world: Arc<World>,
    runtime: Handle,
    stop: CancellationToken,
) {
    if manager.socket.is_none() {
        return;
    }
    let telling =
        async { tokio::join!(tell(&manager, &world, &runtime), beat(&manager, &runtime)) };
    stop.run_until_cancelled(telling).await;
}

async fn tell(manager: &ServiceManager, world: &World, runtime: &Handle) {
    let mut told = String::new();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if !manager.has_begun() {
            continue;
        }
        let status = world.in_a_line();
        if world.lock().draining {
            if answers(runtime, STILL_STOPPING).await {
                manager.still_stopping(&status, STILL_STOPPING);
            }
        } else if status != told {
            manager.status(&status);
        }
        told = status;
    }
}

/// Twice in the time that the manager gives, as sd_watchdog_enabled(3) says.
async fn beat(manager: &ServiceManager, runtime: &Handle) {
    let Some(time) = manager.watchdog else { return };
    let half = (time / 2).max(Duration::from_millis(1));
    let mut beats = interval(half);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        if answers(runtime, half).await {
            manager.alive();
        } else {
            tracing::error!("the connections' runtime does not answer; the watchdog is not told");
        }
    }
}

/// Whether a task of the runtime gets its turn within that time.
pub(super) async fn answers(runtime: &Handle, within: Duration) -> bool {
    matches!(timeout(within, runtime.spawn(async {})).await, Ok(Ok(())))
}
