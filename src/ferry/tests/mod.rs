//! The ferry between real sockets, its clocks paused.
#![allow(clippy::unwrap_used)]

mod limits;
mod messages;
mod resets;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::Instant;

use super::{ByteFlow, Crossing, Cut, Ended, Flow, Limits};
use crate::endpoint::{Conn, Stream};
use crate::telemetry::metrics::DirectionMeter;

const MINUTE: Duration = Duration::from_secs(60);

/// No limit but the half-close's.
fn no_limits() -> Limits {
    Limits { idle: None, half_close: MINUTE, lifetime: None }
}

/// Our side of an end, and the ferry's.
fn end() -> (UnixStream, Conn) {
    let (ours, ferrys) = UnixStream::pair().unwrap();
    (ours, Stream::Unix(ferrys).into())
}

async fn run<F: Flow>(
    client: Conn,
    target: Conn,
    flows: (F, F),
    limits: Limits,
    cut: &Cut,
) -> Ended {
    let (up, down) = flows;
    let (up_meter, down_meter) = (&DirectionMeter::default(), &DirectionMeter::default());
    let crossing = Crossing { client, target, up, down, up_meter, down_meter };
    crossing.run(limits, Instant::now(), cut).await
}

async fn run_bytes(client: Conn, target: Conn, limits: Limits) -> Ended {
    run(client, target, (ByteFlow::new(), ByteFlow::new()), limits, &Cut::default()).await
}

async fn read_all(stream: &mut UnixStream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    all
}

async fn say(stream: &mut UnixStream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
}
