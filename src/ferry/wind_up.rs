//! The end of a connection that did not end cleanly.
//!
//! What was received before is delivered first: pending bytes are written, then
//! the system's send queue is waited for, because a reset destroys what lies in
//! it. Only then the end is aborted. All of it has a limit.

use std::future::poll_fn;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::carry::Crossing;
use super::cut::Cut;
use super::flow::Flow;
use super::stop::Stop;
use crate::endpoint::Conn;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::DirectionMeter;

/// The system has no event for "all acknowledged": it is asked this often.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// An old Windows, or Wine, does not say: a peer that reads has got everything
/// after so long.
const IN_THE_DARK: Duration = Duration::from_secs(1);

/// Delivers what can be delivered to the ends that are still there.
pub(super) async fn wind_up<F: Flow>(
    crossing: &mut Crossing<'_, F>,
    stop: Stop,
    limit: Duration,
    cut: &Cut,
) -> Stop {
    let deadline = Instant::now() + limit;
    let Crossing { client, target, up, down, up_meter, down_meter } = crossing;
    let told = async {
        tokio::join!(
            tell(stop.tell_target, up, target, up_meter, deadline),
            tell(stop.tell_client, down, client, down_meter, deadline),
        )
    };
    let cut_off = tokio::select! {
        biased;
        _ = told => false,
        () = cut.pulled() => true,
    };
    if cut_off { Stop { outcome: Outcome::Cut, ..stop } } else { stop }
}

async fn tell<F: Flow>(
    wanted: bool,
    flow: &mut F,
    sink: &mut Conn,
    meter: &DirectionMeter,
    deadline: Instant,
) {
    if !wanted {
        return;
    }
    let delivered = async {
        poll_fn(|cx| flow.poll_deliver(cx, sink, meter)).await?;
        poll_fn(|cx| flow.poll_tear(cx, sink)).await;
        poll_fn(|cx| flow.poll_deliver(cx, sink, meter)).await
    };
    if matches!(timeout_at(deadline, delivered).await, Ok(Ok(()))) {
        run_dry(sink, deadline).await;
        if sink.unacknowledged().is_none() {
            sleep(IN_THE_DARK).await;
        }
    }
}

/// Waits until the peer's system has everything, where our own tells.
pub(super) async fn run_dry(sink: &Conn, deadline: Instant) {
    let mut pause = FIRST_PAUSE;
    while sink.unacknowledged().is_some_and(|bytes| bytes > 0) && Instant::now() < deadline {
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
