//! What becomes of each bridge. Nothing is done here.

use super::Refusal;
use crate::bridge::{Bridge, RunningBridge};
use crate::endpoint::Keep;

/// What becomes of one bridge of the new configuration.
#[derive(Debug)]
pub(super) enum Fate {
    /// It does not notice.
    Keep(RunningBridge),
    /// Other settings on the same listener.
    Renew(RunningBridge, Bridge),
    /// Other settings on another listener.
    Relocate(RunningBridge, Bridge, From),
    /// It is new.
    Open(Bridge, From),
}

/// Where a listener comes from.
#[derive(Debug)]
pub(super) enum From {
    /// It is opened.
    Bind,
    /// This bridge gives its own away.
    Bridge(RunningBridge),
}

/// What becomes of all bridges.
#[derive(Debug)]
pub(super) struct Plan {
    /// In the order of the configuration.
    pub fates: Vec<Fate>,
    /// To be drained.
    pub removed: Vec<RunningBridge>,
}

impl Plan {
    /// Whether any listener is opened.
    pub fn binds(&self) -> bool {
        let binds = |fate: &Fate| {
            matches!(fate, Fate::Relocate(_, _, From::Bind) | Fate::Open(_, From::Bind))
        };
        self.fates.iter().any(binds)
    }
}

/// Holds the new bridges against those that run. With `reopen`, a bridge that
/// was drained by hand is opened again.
///
/// # Errors
/// [`Refusal::Fixed`].
pub(super) fn plan(
    new: Vec<Bridge>,
    running: Vec<RunningBridge>,
    reopen: bool,
) -> Result<Plan, Refusal> {
    let mut left = running;
    let (mut fates, mut homeless, mut mistakes) = (Vec::new(), Vec::new(), Vec::new());
    for (at, bridge) in new.into_iter().enumerate() {
        let same = left
            .iter()
            .position(|one| one.name() == bridge.name() && !(reopen && one.is_draining()));
        let Some(same) = same.map(|at| left.remove(at)) else {
            homeless.push((at, None, bridge));
            continue;
        };
        if same.is_draining() || same.is_same(&bridge) {
            fates.push((at, Fate::Keep(same)));
            continue;
        }
        match same.keeps(&bridge) {
            Keep::GoesOn => fates.push((at, Fate::Renew(same, bridge))),
            Keep::Elsewhere => homeless.push((at, Some(same), bridge)),
            Keep::Fixed(what) => mistakes.push(format!(
                "bridge `{}`: {what} cannot change while it listens at the same address; \
                 restart, or change the address too",
                bridge.name()
            )),
        }
    }
    if !mistakes.is_empty() {
        return Err(Refusal::Fixed(mistakes));
    }
    house(homeless, &left, &mut fates);
    fates.sort_by_key(|(at, _)| *at);
    Ok(Plan { fates: fates.into_iter().map(|(_, fate)| fate).collect(), removed: left })
}

/// Finds listeners for those that have none: of a bridge that gives up its own,
/// such as one that was renamed, or new ones.
fn house(
    homeless: Vec<(usize, Option<RunningBridge>, Bridge)>,
    removed: &[RunningBridge],
    fates: &mut Vec<(usize, Fate)>,
) {
    let moving = homeless.iter().filter_map(|(_, running, _)| running.clone());
    let mut givers: Vec<_> = removed.iter().cloned().chain(moving).collect();
    givers.retain(|giver| !giver.is_draining());
    for (at, running, bridge) in homeless {
        let fits = |giver: &RunningBridge| giver.keeps(&bridge) == Keep::GoesOn;
        let giver = givers.iter().position(fits).filter(|_| !bridge.picks_its_port());
        let from = giver.map_or(From::Bind, |at| From::Bridge(givers.remove(at)));
        let fate = match running {
            Some(running) => Fate::Relocate(running, bridge, from),
            None => Fate::Open(bridge, from),
        };
        fates.push((at, fate));
    }
}
