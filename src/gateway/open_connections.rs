//! Open connections for people: so many that they can be read.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use super::admin::OpenConnections;
use super::control::told;
use crate::bridge::{Live, RunningBridge};

/// A connection, with what it is chosen by: that goes on changing, and a sort
/// must not see it do so.
struct Choice<'a> {
    bridge: &'a RunningBridge,
    carried: u64,
    age: Duration,
    live: Arc<Live>,
}

impl<'a> Choice<'a> {
    fn new(bridge: &'a RunningBridge, live: Arc<Live>) -> Self {
        let (to_target, to_client) = live.carried();
        Self { bridge, carried: to_target.saturating_add(to_client), age: live.age(), live }
    }
}

/// The `each` newest of these bridges' connections and the `each` that have
/// carried most, newest first.
pub(super) fn newest_and_busiest(bridges: &[RunningBridge], each: usize) -> OpenConnections {
    let mut all = Vec::new();
    for bridge in bridges {
        all.extend(bridge.connections().into_iter().map(|live| Choice::new(bridge, live)));
    }
    let open = all.len();
    if open > 2 * each {
        all.select_nth_unstable_by_key(each, |one| Reverse(one.carried));
        all[each..].select_nth_unstable_by_key(each, |one| one.age);
        all.truncate(2 * each);
    }
    let shown = all.into_iter().map(|one| told(one.bridge.name().to_owned(), &one.live));
    let mut shown: Vec<_> = shown.collect();
    shown.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    OpenConnections { open, shown }
}
