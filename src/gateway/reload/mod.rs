//! Reload: another configuration comes into force while the gateway runs.
//!
//! The whole new world is built first: the configuration is read, certificates
//! and accounts are looked up, new listeners are opened. Only then it is
//! swapped in, in one step. Whatever goes wrong before leaves the old world as
//! it was, and is told to the log, the metrics and whoever asked.
//!
//! All of this runs on the admin thread, and what may block on a thread of its
//! own; the connections' runtime only takes the finished parts.

mod build;
mod outcome;
mod plan;
mod source;
mod swap;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use self::outcome::{Refusal, Reloaded};
pub use self::source::Source;
use super::notify::ServiceManager;
use super::sandbox::Sandbox;
use super::watch::{Seen, Watch, files_of, look};
use super::world::{LastReload, World};
use crate::bridge::{RunningBridge, Seats};
use crate::config::Config;
use crate::telemetry::metrics::{Exposition, ReloadResult};

/// How often a reload begins anew because a bridge was drained meanwhile.
const TRIES: usize = 3;
/// Before it does: what kept it is over in no time, as a rule.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// Listeners that close take in whoever waits there, and are gone by then.
const LONGEST_CLOSE: Duration = Duration::from_secs(2);
/// How often that is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Requests that may wait; they are all served by the next reload or two.
const WAITING: usize = 16;

/// Somebody wants a reload.
#[derive(Debug)]
pub(super) struct Request {
    /// What asked for it, for the log.
    pub trigger: &'static str,
    /// Where the answer goes, if anybody waits for it.
    pub answer: Option<oneshot::Sender<Result<Reloaded, Refusal>>>,
}

/// Where reloads are asked for.
#[derive(Debug, Clone)]
pub(super) struct Reloads(mpsc::Sender<Request>);

/// The other end of [`Reloads`].
pub(super) type Requests = mpsc::Receiver<Request>;

impl Reloads {
    pub fn channel() -> (Self, Requests) {
        let (send, receive) = mpsc::channel(WAITING);
        (Self(send), receive)
    }

    /// Asks, and does not wait. With so many waiting already, one more would
    /// find nothing that they do not.
    pub fn ask(&self, trigger: &'static str) {
        let _ = self.0.try_send(Request { trigger, answer: None });
    }

    /// Asks, and waits for the answer; `None` if nobody reloads any more.
    pub async fn ask_and_wait(&self, trigger: &'static str) -> Option<Result<Reloaded, Refusal>> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Request { trigger, answer: Some(answer) }).await.ok()?;
        answered.await.ok()
    }
}

/// What a file that changed is called as a trigger.
pub(super) const FILE: &str = "a file changed";

/// Reloads one gateway.
pub(super) struct Reloader {
    pub world: Arc<World>,
    pub source: Source,
    pub sandbox: Sandbox,
    pub exposition: Exposition,
    /// The connections' runtime.
    pub runtime: Handle,
    pub total: Arc<Seats>,
    /// The files of the configuration that was read last, in force or not, as
    /// they were just before they were read.
    pub tried: Mutex<BTreeMap<PathBuf, Seen>>,
    /// Hears when one begins, and when it is over.
    pub manager: ServiceManager,
}

impl Reloader {
    /// Serves requests, and files that change, until `stop`.
    pub async fn run(self, mut requests: Requests, stop: CancellationToken) {
        let mut watch = Watch::new(self.source.file().to_owned(), self.source.seen());
        self.arm(&mut watch).await;
        let serving = async {
            loop {
                let request = tokio::select! {
                    Some(request) = requests.recv() => request,
                    () = watch.changed() => Request { trigger: FILE, answer: None },
                };
                watch.look().await;
                let result = self.reload(request.trigger).await;
                self.arm(&mut watch).await;
                if let Some(answer) = request.answer {
                    // Who asked may have gone.
                    let _ = answer.send(result);
                }
            }
        };
        stop.run_until_cancelled(serving).await;
    }

    /// A configuration that was refused is set right in one of its files, too.
    async fn arm(&self, watch: &mut Watch) {
        let tried = std::mem::take(&mut *self.tried.lock().unwrap_or_else(PoisonError::into_inner));
        let in_force = self.world.lock().config.clone();
        watch.arm(&in_force, tried).await;
    }

    async fn reload(&self, trigger: &'static str) -> Result<Reloaded, Refusal> {
        if !self.world.lock().draining {
            self.manager.reloading();
        }
        let result = self.try_reload(trigger).await;
        let at = SystemTime::now();
        match &result {
            Ok(reloaded) => {
                self.exposition.daemon().reloaded(ReloadResult::Ok, at);
                reloaded.log(trigger);
            }
            Err(refusal) => {
                self.exposition.daemon().reloaded(ReloadResult::Failed, at);
                refusal.log(trigger);
            }
        }
        let error = result.as_ref().err().map(Refusal::headline);
        self.world.lock().reload = Some(LastReload { at, trigger: trigger.to_owned(), error });
        if !self.world.lock().draining {
            self.manager.ready(&self.world.in_a_line());
        }
        result
    }

    async fn try_reload(&self, trigger: &'static str) -> Result<Reloaded, Refusal> {
        for _ in 1..TRIES {
            match self.try_once(trigger).await {
                Err(Refusal::Overtaken(_)) => sleep(BETWEEN_TRIES).await,
                result => return result,
            }
        }
        self.try_once(trigger).await
    }

    async fn try_once(&self, trigger: &'static str) -> Result<Reloaded, Refusal> {
        if self.world.lock().draining {
            return Err(Refusal::Draining);
        }
        let (config, prepared) = self.prepare().await?;
        // A file that changes by itself is no wish to have a bridge back that
        // was drained by hand.
        let reopen = trigger != FILE;
        self.warn(&prepared);
        let running = self.world.lock().bridges.clone();
        let plan = plan::plan(prepared.bridges, running, reopen)?;
        if plan.binds() {
            self.settle().await;
        }
        let built = build::build(plan, &self.runtime).await?;
        self.swap(config, prepared.identities, built).await
    }

    /// Waits until the listeners that were given up before are closed: one of
    /// them may be where another is to be now.
    async fn settle(&self) {
        let settled = async {
            while !self.world.all_bridges().iter().all(RunningBridge::is_settled) {
                sleep(LOOK_AGAIN).await;
            }
        };
        // One that is in nobody's way need not be waited for longer.
        let _ = timeout(LONGEST_CLOSE, settled).await;
    }

    /// Of what is new: the rest was said before.
    fn warn(&self, prepared: &super::Prepared) {
        let now = self.world.lock();
        let identity = |one: &crate::tls::Identity| {
            now.identities.get(one.name()).is_none_or(|before| !before.same_content(one))
        };
        let bridge = |one: &crate::bridge::Bridge| {
            !now.bridges.iter().any(|running| running.name() == one.name() && running.is_same(one))
        };
        prepared.log_warnings(identity, bridge);
    }

    async fn prepare(&self) -> Result<(Config, super::Prepared), Refusal> {
        let source = self.source.clone();
        let config = blocking(move || source.load()).await?.map_err(Refusal::Config)?;
        let files = look(files_of(&config)).await;
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = files;
        let (exposition, total) = (self.exposition.clone(), Arc::clone(&self.total));
        let (sandbox, source) = (self.sandbox.clone(), self.source.clone());
        let in_force = self.world.lock().config.clone();
        let prepare = move || {
            // First: whatever cannot be had fails below too, and says less.
            let refused = sandbox.refuses(&config, &in_force, &source.file);
            if !refused.is_empty() {
                return Err(Refusal::Sandbox(refused));
            }
            match super::Prepared::beside(total, &config, &exposition) {
                Ok(prepared) => Ok((config, prepared)),
                Err(mistakes) => Err(Refusal::Mistakes(mistakes.placed(source.look_again()))),
            }
        };
        blocking(prepare).await?
    }
}

/// On a thread where it may take its time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    // It has panicked, and has said so.
    tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::Broken(error.to_string()))
}
