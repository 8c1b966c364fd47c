//! `[bridge.NAME]`.

use std::time::Duration;

use super::Scope;
use super::end;
use super::one_way;
use super::targets::{PlacedTargets, targets};
use crate::config::model::{Bridge, Dial, Listen, Mode, Targets};
use crate::config::raw::{RawBridge, RawEnd};
use crate::config::read::{At, Field};
use crate::config::report::{Fault, Spot};
use crate::config::values::durations::{OrOff, Positive};
use crate::config::values::numbers::{Connections, Number};
use crate::config::values::sizes::Size;

/// Dial or handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// The other direction after one has ended.
const HALF_CLOSE: Duration = Duration::from_secs(60);
/// Connections at a time.
const CONNECTIONS: i64 = 1024;
/// The longest message.
const MESSAGE: u32 = 16 << 20;

/// A bridge's limits, which the command line has too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) connect: Duration,
    pub(crate) handshake: Duration,
    pub(crate) idle: Option<Duration>,
    pub(crate) half_close: Duration,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) max_connections: usize,
    pub(crate) max_message: usize,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: CONNECT,
            handshake: CONNECT,
            idle: None,
            half_close: HALF_CLOSE,
            lifetime: None,
            max_connections: CONNECTIONS as usize,
            max_message: MESSAGE as usize,
        }
    }
}

/// A bridge and where its listening address stands.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) bridge: Bridge,
    pub(super) listen_spot: Spot,
    /// Of each target.
    pub(super) connect_spots: Vec<Spot>,
}

/// One bridge of a file; `None` when an end is missing or has no address.
pub(super) fn bridge(
    scope: &mut Scope<'_>,
    name: &str,
    spot: Spot,
    raw: &RawBridge,
) -> Option<Placed> {
    let mode = match raw.mode {
        Field::Wrong(_) => None,
        _ => Some(raw.mode.or(Mode::Byte)),
    };
    refuse_pointless_max_message(scope, raw, mode);
    let listen = required(scope, raw, &raw.listen, "listen", name, spot).and_then(|at| {
        let address = at.value.0.address.place().map_or(at.place.value, |place| place.value);
        Some((end::listen(scope, &at.value.0, at.place.key, mode)?, address))
    });
    let connect = required(scope, raw, &raw.connect, "connect", name, spot)
        .and_then(|at| targets(scope, raw, at.place.key, mode));
    let ((listen, listen_spot), connect) = (listen?, connect?);
    let PlacedTargets { targets, spots: connect_spots } = connect;
    for (target, spot) in targets.iter().zip(&connect_spots) {
        one_way::check(scope, &listen, target, *spot);
    }
    let bridge = assemble(name, mode.unwrap_or(Mode::Byte), listen, targets, timing(raw));
    Some(Placed { bridge, listen_spot, connect_spots })
}

fn required<'r, T>(
    scope: &mut Scope<'_>,
    bridge: &RawBridge,
    field: &'r Field<T>,
    key: &str,
    name: &str,
    spot: Spot,
) -> Option<&'r At<T>> {
    if !field.is_given() && !bridge.misspelt.contains(&key) {
        let fault = Fault::new(format!("bridge `{name}` has no `{key}`"));
        scope
            .fault(spot, fault.expected(format!("a key `{key}`, such as {key} = \"pipe:orders\"")));
    }
    field.at()
}

fn refuse_pointless_max_message(scope: &mut Scope<'_>, raw: &RawBridge, mode: Option<Mode>) {
    if let (Some(at), Some(Mode::Byte)) = (raw.max_message.at(), mode) {
        let fault = Fault::new("a byte bridge has no messages to measure");
        scope.fault(at.place.key, fault.hint("set `mode = \"message\"`, or leave it out"));
    }
}

fn timing(raw: &RawBridge) -> Timing {
    let default = Timing::default();
    Timing {
        connect: raw.connect_timeout.or(Positive(default.connect)).0,
        handshake: raw.handshake_timeout.or(Positive(default.handshake)).0,
        idle: raw.idle_timeout.or(OrOff(None)).0,
        half_close: raw.half_close_timeout.or(Positive(default.half_close)).0,
        lifetime: raw.max_lifetime.or(OrOff(None)).0,
        max_connections: count(raw.max_connections.or(Connections::from_count(CONNECTIONS))),
        max_message: raw.max_message.or(Size(MESSAGE)).0 as usize,
    }
}

/// A count that has been read is never negative.
pub(super) fn count<const MIN: i64, const MAX: i64>(number: Number<MIN, MAX>) -> usize {
    usize::try_from(number.0).unwrap_or(usize::MAX)
}

fn assemble(name: &str, mode: Mode, listen: Listen, connect: Targets, timing: Timing) -> Bridge {
    Bridge {
        name: name.to_owned(),
        mode,
        listen,
        connect,
        connect_timeout: timing.connect,
        handshake_timeout: timing.handshake,
        idle_timeout: timing.idle,
        half_close_timeout: timing.half_close,
        max_lifetime: timing.lifetime,
        max_connections: timing.max_connections,
        max_message: timing.max_message,
    }
}

/// The bridge of a command line, between two ends that were read from it.
pub(crate) fn bridge_between(
    scope: &mut Scope<'_>,
    ends: [(&RawEnd, Spot); 2],
    mode: Mode,
    timing: Timing,
) -> Option<Bridge> {
    let [(near, near_spot), (far, far_spot)] = ends;
    let listen = end::listen(scope, &near.0, near_spot, Some(mode));
    let connect = end::dial(scope, &far.0, far_spot, Some(mode));
    let (listen, connect) = (listen?, connect?);
    if matches!((&listen, &connect), (Listen::Stdio(_), Dial::Stdio(_))) {
        let fault = Fault::new("both ends are `stdio:`, so nothing would be carried anywhere");
        scope.fault(far_spot, fault.expected("another address on one of them"));
    }
    one_way::check(scope, &listen, &connect, far_spot);
    let bridge = assemble("relay", mode, listen, connect.into(), timing);
    let placed = Placed { bridge, listen_spot: near_spot, connect_spots: vec![far_spot] };
    super::duplicates::check(scope, std::slice::from_ref(&placed), Default::default());
    Some(placed.bridge)
}
