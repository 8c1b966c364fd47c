//! `connect`: one target, or several and how they are chosen from.

use super::Scope;
use super::end;
use crate::config::model::{Balance, Dial, Mode, Targets};
use crate::config::raw::{RawBridge, RawEnd, RawEnds};
use crate::config::read::At;
use crate::config::report::{Fault, Spot};

/// The targets, and where the address of each stands.
#[derive(Debug)]
pub(super) struct PlacedTargets {
    pub(super) targets: Targets,
    pub(super) spots: Vec<Spot>,
}

/// The targets of a bridge; `None` when not one of them has an address.
pub(super) fn targets(
    scope: &mut Scope<'_>,
    raw: &RawBridge,
    key: Spot,
    mode: Option<Mode>,
) -> Option<PlacedTargets> {
    let written = raw.connect.get()?;
    refuse_pointless_balance(scope, raw, written);
    let mut found: Vec<(Dial, Spot)> = Vec::new();
    for at in written.ends.iter().filter_map(|end| end.at()) {
        // In a list, an end that lacks its address is what to point at.
        let key = if written.is_list { at.place.key } else { key };
        let spot = spot_of(at);
        let Some(dial) = end::dial(scope, &at.value.0, key, mode) else { continue };
        if found.iter().any(|(known, _)| same_address(known, &dial)) {
            let fault = Fault::new(format!("`{dial}` is in the list twice"));
            scope.fault(spot, fault.expected("each target once"));
        }
        found.push((dial, spot));
    }
    let balance = raw.balance.or(Balance::Order);
    let (dials, spots): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let mut dials = dials.into_iter();
    let first = dials.next()?;
    Some(PlacedTargets { targets: Targets { first, others: dials.collect(), balance }, spots })
}

fn spot_of(at: &At<RawEnd>) -> Spot {
    at.value.0.address.place().map_or(at.place.value, |place| place.value)
}

/// Case does not tell hosts and Windows' pipes apart, nor two series of one
/// metric for people.
fn same_address(one: &Dial, other: &Dial) -> bool {
    match (one, other) {
        (Dial::Unix(_) | Dial::Fifo(_), _) => one.to_string() == other.to_string(),
        _ => one.to_string().eq_ignore_ascii_case(&other.to_string()),
    }
}

fn refuse_pointless_balance(scope: &mut Scope<'_>, raw: &RawBridge, written: &RawEnds) {
    if let (Some(place), false) = (raw.balance.place(), written.is_list) {
        let fault = Fault::new("`balance` with one target: there is nothing to choose from");
        scope.fault(place.key, fault.hint("make `connect` a list, or leave it out"));
    }
}
