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

/// The same, where that does not take a listener from a bridge that runs: it
/// could not take it back.
#[derive(Debug)]
pub(super) enum Half {
    Ready(Ready),
    Inherits {
        giver: RunningBridge,
        /// The bridge that goes on with it, if it is not a new one.
        heir: Option<RunningBridge>,
        bridge: Box<Bridge>,
    },
}

impl Half {
    /// The bridges that run and are told something.
    pub fn touches(&self) -> impl Iterator<Item = &RunningBridge> {
        let both = match self {
            Self::Ready(Ready::Keep(_) | Ready::Open(_)) => [None, None],
            Self::Ready(Ready::Renew(running, _) | Ready::Relocate(running, _)) => {
                [Some(running), None]
            }
            Self::Inherits { giver, heir, .. } => [Some(giver), heir.as_ref()],
        };
        both.into_iter().flatten()
    }

    /// Tells the giver to give; what is made of it has to run.
    pub fn complete(self) -> Ready {
        match self {
            Self::Ready(one) => one,
            Self::Inherits { giver, heir, bridge } => {
                let open = bridge.take_over(giver.hand_over());
                match heir {
                    Some(heir) => Ready::Relocate(heir, open),
                    None => Ready::Open(open),
                }
            }
        }
    }
}

/// The new bridges, in the order of the configuration, and the old ones that
/// go.
#[derive(Debug)]
pub(super) struct Built {
    pub halves: Vec<Half>,
    pub removed: Vec<RunningBridge>,
    granted: Vec<Regrant>,
}

impl Built {
    /// Nothing of it comes into force.
    pub fn revert(self) {
        self.granted.iter().for_each(Regrant::revert);
    }
}

/// Opens listeners on the connections' runtime.
///
/// # Errors
/// [`Refusal::Open`], [`Refusal::Rights`]; everything is as before then.
pub(super) async fn build(plan: Plan, runtime: &Handle) -> Result<Built, Refusal> {
    let granted = grant(&plan.fates)?;
    let (mut halves, mut errors) = (Vec::new(), Vec::new());
    for fate in plan.fates {
        match half(fate, runtime).await {
            Ok(one) => halves.push(one),
            Err(error) => errors.push(error),
        }
    }
    let built = Built { halves, removed: plan.removed, granted };
    if errors.is_empty() {
        return Ok(built);
    }
    built.revert();
    Err(Refusal::Open(errors))
}

async fn half(fate: Fate, runtime: &Handle) -> Result<Half, OpenError> {
    let ready = match fate {
        Fate::Keep(running) => Ready::Keep(running),
        Fate::Renew(running, bridge) => Ready::Renew(running, Box::new(bridge)),
        Fate::Relocate(running, bridge, From::Bind) => {
            Ready::Relocate(running, open(bridge, runtime).await?)
        }
        Fate::Open(bridge, From::Bind) => Ready::Open(open(bridge, runtime).await?),
        Fate::Relocate(heir, bridge, From::Bridge(giver)) => {
            return Ok(Half::Inherits { giver, heir: Some(heir), bridge: Box::new(bridge) });
        }
        Fate::Open(bridge, From::Bridge(giver)) => {
            return Ok(Half::Inherits { giver, heir: None, bridge: Box::new(bridge) });
        }
    };
    Ok(Half::Ready(ready))
}

/// On the connections' runtime, where the listener will be used.
async fn open(bridge: Bridge, runtime: &Handle) -> Result<OpenBridge, OpenError> {
    let name = bridge.name().to_owned();
    match runtime.spawn(bridge.open(Occupied::Refuse)).await {
        Ok(opened) => opened,
        Err(error) => Err(OpenError::broken(name, error.to_string())),
    }
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
