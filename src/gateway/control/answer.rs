//! What is answered, and done.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::protocol::{
    Ask, BridgeDrained, ClosedReply, ConnectionStatus, DrainReply, ErrorReply, Progress, Reply,
    StatusReply, last_line, line,
};
use crate::access;
use crate::bridge::{Live, RunningBridge};
use crate::gateway::admin::AdminView;
use crate::gateway::drain::{Drained, count_open, drain};
use crate::gateway::reload::{Refusal, Reloads};
use crate::gateway::world::World;

/// How often a drain says how far it is.
const PROGRESS: Duration = Duration::from_secs(1);

type Answer = Result<Value, ErrorReply>;

/// Answers requests.
pub(in crate::gateway) struct Desk {
    pub world: Arc<World>,
    pub reloads: Reloads,
}

impl Desk {
    /// Does what was asked, and sends the lines of the answer. Who asked may
    /// leave: what was begun goes on.
    pub async fn answer(&self, ask: Ask, lines: &mpsc::Sender<String>) {
        let answer = match ask {
            Ask::Status { connections } => self.status(connections),
            Ask::Reload {} => self.reload().await,
            Ask::Drain { bridge, wait } => self.drain(bridge.as_deref(), wait, lines).await,
            Ask::Close { id } => self.close(&id),
        };
        let _ = lines.send(last_line(answer)).await;
    }

    fn status(&self, most: usize) -> Answer {
        let bridges = self.world.all_bridges();
        let mut all: Vec<(String, Arc<Live>)> = Vec::new();
        for bridge in &bridges {
            let connections = bridge.connections().into_iter();
            all.extend(connections.map(|live| (bridge.name().to_owned(), live)));
        }
        let open = all.len();
        all.sort_by_cached_key(|(_, live)| live.age());
        let shown = all.into_iter().take(most);
        let connections = shown.map(|(bridge, live)| told(bridge, &live)).collect();
        let status = serde_json::to_value(self.world.status()).map_err(unwritable)?;
        to_value(StatusReply { pid: std::process::id(), status, open, connections })
    }

    async fn reload(&self) -> Answer {
        match self.reloads.ask_and_wait("pipeferry reload").await {
            Some(Ok(reloaded)) => to_value(reloaded),
            Some(Err(refusal)) => {
                let text = match refusal {
                    Refusal::Draining => String::new(),
                    _ => refusal.text(),
                };
                Err(ErrorReply { message: refusal.headline(), text })
            }
            None => Err("the gateway is stopping".to_owned().into()),
        }
    }

    async fn drain(&self, name: Option<&str>, wait: bool, lines: &mpsc::Sender<String>) -> Answer {
        let (bridges, limit) = self.begin_to_drain(name)?;
        tracing::info!(bridge = name, ?limit, "draining, as asked for over the control pipe");
        let draining = bridges.iter().map(|bridge| {
            let bridge = bridge.clone();
            tokio::spawn(async move { drain(&bridge, limit).await })
        });
        let draining: Vec<_> = draining.collect();
        let mut answer = Vec::new();
        for (bridge, task) in bridges.iter().zip(draining) {
            let Drained { finished, cut } =
                if wait { when_drained(task, &bridges, lines).await? } else { Drained::default() };
            let (bridge, open) = (name_of(bridge), bridge.open_now());
            answer.push(BridgeDrained { bridge, open, finished, cut });
        }
        to_value(DrainReply { bridges: answer })
    }

    fn begin_to_drain(
        &self,
        name: Option<&str>,
    ) -> Result<(Vec<RunningBridge>, Duration), ErrorReply> {
        let now = self.world.lock();
        let wanted = |bridge: &&RunningBridge| name.is_none_or(|name| bridge.name() == name);
        let bridges: Vec<_> = now.bridges.iter().filter(wanted).cloned().collect();
        // Under the lock: a reload must not have it give its listener away now.
        bridges.iter().for_each(RunningBridge::drain);
        if let (Some(name), true) = (name, bridges.is_empty()) {
            let known: Vec<_> = now.bridges.iter().map(|bridge| bridge.name()).collect();
            return Err(
                format!("no bridge is called `{name}`; there is {}", known.join(", ")).into()
            );
        }
        Ok((bridges, now.config.drain_timeout))
    }

    fn close(&self, id: &str) -> Answer {
        for bridge in self.world.all_bridges() {
            let Some(live) = bridge.connection(id) else { continue };
            live.cut("closed over the control pipe");
            let (id, client) = (live.id().to_string(), live.peer().to_string());
            return to_value(ClosedReply { id, bridge: name_of(&bridge), client });
        }
        Err(format!("no open connection has the id `{id}`; it may have ended by itself").into())
    }
}

/// Waits for one of the bridges that drain, and says meanwhile how far all are.
async fn when_drained(
    mut task: JoinHandle<Drained>,
    bridges: &[RunningBridge],
    lines: &mpsc::Sender<String>,
) -> Result<Drained, ErrorReply> {
    loop {
        match timeout(PROGRESS, &mut task).await {
            Ok(drained) => return drained.map_err(|error| error.to_string().into()),
            Err(_) => {
                let progress = Progress { open: count_open(bridges) };
                // Who does not listen any more is told nothing.
                let _ = lines.try_send(line(Reply::Progress(progress)));
            }
        }
    }
}

fn name_of(bridge: &RunningBridge) -> String {
    bridge.name().to_owned()
}

/// A connection as it is told.
pub(in crate::gateway) fn told(bridge: String, live: &Live) -> ConnectionStatus {
    let (bytes_to_target, bytes_to_client) = live.carried();
    ConnectionStatus {
        id: live.id().to_string(),
        first_id: live.peer().first_id().map(str::to_owned),
        bridge,
        client: live.peer().to_string(),
        identity: live.peer().certificate.as_deref().map(access::describe),
        seconds: live.age().as_secs_f64(),
        bytes_to_target,
        bytes_to_client,
    }
}

fn to_value(reply: impl serde::Serialize) -> Answer {
    serde_json::to_value(reply).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> ErrorReply {
    error.to_string().into()
}
