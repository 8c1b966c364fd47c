//! The end of a connection that did not end cleanly.
//!
//! What was received before is delivered first: pending bytes are written, then
//! the system's send queue is waited for, because a reset destroys what lies in
//! it. Only then the end is aborted. All of it goes on as long as the end takes
//! something, and no longer.

use std::task::Context;
use std::time::Duration;

use tokio::time::sleep;

use super::carry::Crossing;
use super::clock::Clock;
use super::cut::Cut;
use super::flow::Flow;
use super::grace::Grace;
use super::stop::Stop;
use crate::endpoint::Conn;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::DirectionMeter;

/// An old Windows, or Wine, does not say: a peer that reads has got everything
/// after so long.
const IN_THE_DARK: Duration = Duration::from_secs(1);

/// Delivers what can be delivered to the ends that are still there.
pub(super) async fn wind_up<F: Flow>(
    crossing: &mut Crossing<'_, F>,
    stop: Stop,
    clock: &Clock,
    cut: &Cut,
) -> Stop {
    let Crossing { client, target, up, down, up_meter, down_meter } = crossing;
    let told = async {
        tokio::join!(
            tell(stop.tell_target, up, target, up_meter, clock.grace()),
            tell(stop.tell_client, down, client, down_meter, clock.grace()),
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
    mut grace: Grace,
) {
    if !wanted {
        return;
    }
    let deliver =
        |flow: &mut F, cx: &mut Context<'_>, sink: &mut Conn| flow.poll_deliver(cx, sink, meter);
    let delivered = grace.wait(flow, sink, deliver).await
        && grace.wait(flow, sink, |flow, cx, sink| flow.poll_tear(cx, sink).map(Ok)).await
        && grace.wait(flow, sink, deliver).await;
    if delivered {
        grace.run_dry(sink).await;
        if sink.unacknowledged().is_none() {
            sleep(IN_THE_DARK).await;
        }
    }
}
