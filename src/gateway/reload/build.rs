//! Builds what a plan needs: listeners, rights of files. All that can fail
//! fails here.

use tokio::runtime::Handle;

use super::Refusal;
use super::plan::{Fate, From, Plan};
use crate::bridge::{Bridge, OpenBridge, OpenError, RunningBridge};
use crate::endpoint::{Occupied, Regrant};

/// A bridge of the new configuration, with all that it needs.
#[derive(Debug)]
pub(super) enum Ready {
    Keep(RunningBridge),
    Renew(RunningBridge, Box<Bridge>),
    Relocate(RunningBridge, OpenBridge),
    Open(OpenBridge),
}

/// The new bridges, in the order of the configuration, and the old ones that
/// go.
#[derive(Debug)]
pub(super) struct Built {
    pub ready: Vec<Ready>,
    pub removed: Vec<RunningBridge>,
}

/// Opens listeners on the connections' runtime.
///
/// # Errors
/// [`Refusal::Open`], [`Refusal::Rights`]; everything is as before then.
pub(super) async fn build(plan: Plan, runtime: &Handle) -> Result<Built, Refusal> {
    let granted = grant(&plan.fates)?;
    let mut opened = Vec::new();
    let mut errors = Vec::new();
    for fate in plan.fates {
        match half_open(fate, runtime).await {
            Ok(half) => opened.push(half),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        granted.iter().for_each(Regrant::revert);
        return Err(Refusal::Open(errors));
    }
    // From here on nothing can fail but what is broken already.
    let mut ready = Vec::new();
    for half in opened {
        match half {
            Half::Ready(one) => ready.push(one),
            Half::Waiting(giver, running, bridge) => {
                ready.push(take_over(&giver, running, *bridge, runtime).await?);
            }
        }
    }
    Ok(Built { ready, removed: plan.removed })
}

enum Half {
    Ready(Ready),
    /// A listener is still to be handed over.
    Waiting(RunningBridge, Option<RunningBridge>, Box<Bridge>),
}

async fn half_open(fate: Fate, runtime: &Handle) -> Result<Half, OpenError> {
    Ok(match fate {
        Fate::Keep(running) => Half::Ready(Ready::Keep(running)),
        Fate::Renew(running, bridge) => Half::Ready(Ready::Renew(running, Box::new(bridge))),
        Fate::Relocate(running, bridge, From::Bridge(giver)) => {
            Half::Waiting(giver, Some(running), Box::new(bridge))
        }
        Fate::Open(bridge, From::Bridge(giver)) => Half::Waiting(giver, None, Box::new(bridge)),
        Fate::Relocate(running, bridge, From::Bind) => {
            Half::Ready(Ready::Relocate(running, open(bridge, runtime).await?))
        }
        Fate::Open(bridge, From::Bind) => Half::Ready(Ready::Open(open(bridge, runtime).await?)),
    })
}

/// On the connections' runtime, where the listener will be used.
async fn open(bridge: Bridge, runtime: &Handle) -> Result<OpenBridge, OpenError> {
    let name = bridge.name().to_owned();
    match runtime.spawn(bridge.open(Occupied::Refuse)).await {
        Ok(opened) => opened,
        Err(error) => Err(OpenError::broken(name, error.to_string())),
    }
}

async fn take_over(
    giver: &RunningBridge,
    running: Option<RunningBridge>,
    bridge: Bridge,
    runtime: &Handle,
) -> Result<Ready, Refusal> {
    let open = match giver.hand_over().await {
        Some(listener) => bridge.take_over(listener),
        None => open(bridge, runtime).await.map_err(|error| Refusal::Open(vec![error]))?,
    };
    Ok(match running {
        Some(running) => Ready::Relocate(running, open),
        None => Ready::Open(open),
    })
}

/// Gives the files of sockets that go on the rights that they are to have; all
/// or none.
fn grant(fates: &[Fate]) -> Result<Vec<Regrant>, Refusal> {
    let mut granted: Vec<Regrant> = Vec::new();
    for fate in fates {
        let (holder, bridge) = match fate {
            Fate::Renew(running, bridge) => (running, bridge),
            Fate::Relocate(_, bridge, From::Bridge(giver)) => (giver, bridge),
            Fate::Open(bridge, From::Bridge(giver)) => (giver, bridge),
            _ => continue,
        };
        let regrant = holder.regrant(bridge).and_then(|regrant| {
            let Some(regrant) = regrant else { return Ok(()) };
            let applied = regrant.apply();
            granted.push(regrant);
            applied
        });
        if let Err(error) = regrant {
            granted.iter().for_each(Regrant::revert);
            return Err(Refusal::Rights(format!("bridge `{}`: {error}", bridge.name())));
        }
    }
    Ok(granted)
}
