//! The thread that carries nothing: admin server, control pipe, reloads, and
//! the metrics' upkeep.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::admin::{self, AdminListener};
use super::control::{self, ControlError, Desk};
use super::notify::{self, ServiceManager};
use super::reload::{Reloader, Requests};
use super::world::World;
use crate::config::{Admin, Control};
use crate::endpoint::Occupied;
use crate::telemetry::metrics::Exposition;

/// How often it is tried to listen where another daemon still does.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Why the admin thread did not start.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Its listener.
    #[error("the admin server cannot listen on {address}: {source}")]
    Bind {
        /// The address as configured.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The control pipe.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// Its thread or its runtime.
    #[error("the admin server's thread cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// What the thread has to do.
pub(super) struct Duties {
    pub admin: Option<Admin>,
    pub control: Option<Control>,
    /// About another daemon that has their places.
    pub occupied: Occupied,
    pub world: Arc<World>,
    pub exposition: Exposition,
    pub desk: Desk,
    /// `None` where there is nothing to read again.
    pub reloader: Option<Reloader>,
    pub requests: Requests,
    pub manager: ServiceManager,
    /// The connections', which the manager is told about.
    pub runtime: Handle,
}

/// A handle on the thread.
#[derive(Debug)]
pub(super) struct AdminThread {
    stop: CancellationToken,
    thread: thread::JoinHandle<()>,
}

impl AdminThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`AdminError`]; the thread has ended then.
    pub async fn start(duties: Duties) -> Result<Self, AdminError> {
        let stop = CancellationToken::new();
        let (report, started) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let stopped = stop.clone();
        let thread =
            thread::Builder::new().name("pipeferry-admin".to_owned()).spawn(move || {
                runtime.block_on(run(duties, stopped, report));
                // A look-up that hangs must not hold the process.
                runtime.shutdown_background();
            })?;
        started.await.unwrap_or_else(|_| Err(io::Error::other("it ended at once").into()))?;
        Ok(Self { stop, thread })
    }

    /// Ends it, and waits until it has.
    pub fn stop(self) {
        self.stop.cancel();
        // A panic over there has been reported already.
        let _ = self.thread.join();
    }
}

async fn run(
    duties: Duties,
    stop: CancellationToken,
    report: oneshot::Sender<Result<(), AdminError>>,
) {
    let Duties { admin, control, occupied, world, exposition, desk, .. } = duties;
    let Duties { reloader, requests, manager, runtime, .. } = duties;
    let (pages, control) = match listeners(admin.as_ref(), control, occupied).await {
        Ok(listeners) => listeners,
        // Nobody waits any more only if the start was given up.
        Err(error) => return drop(report.send(Err(error))),
    };
    let _ = report.send(Ok(()));
    let notices = notify::keep_up(manager, Arc::clone(&world), runtime, stop.clone());
    let upkeep = exposition.clone().keep_up(stop.clone());
    let pages = async {
        let listener = match (pages, &admin) {
            (None, Some(admin)) => stop.run_until_cancelled(when_free(admin)).await,
            (listener, _) => listener,
        };
        if let Some(listener) = listener {
            admin::serve(listener, world, exposition, stop.clone()).await;
        }
    };
    let answers = async {
        if let Some(listener) = control {
            control::serve(listener, Arc::new(desk), stop.clone()).await;
        }
    };
    let reloads = async {
        if let Some(reloader) = reloader {
            reloader.run(requests, stop.clone()).await;
        }
    };
    tokio::join!(notices, upkeep, pages, answers, reloads);
}

async fn listeners(
    admin: Option<&Admin>,
    control: Option<Control>,
    occupied: Occupied,
) -> Result<(Option<AdminListener>, Option<AdminListener>), AdminError> {
    let pages = match admin {
        Some(admin) => match AdminListener::bind(&admin.listen, occupied).await {
            Err(error) if occupied == Occupied::TakeOver && is_taken(&error) => {
                tracing::info!(address = %admin.listen, "admin listens when its address is free");
                None
            }
            bound => Some(bound.map_err(|source| AdminError::Bind {
                address: admin.listen.to_string(),
                source,
            })?),
        },
        None => None,
    };
    let control = match &control {
        Some(control) => control::open(control, occupied).await?,
        None => None,
    };
    if let Some(listener) = &pages {
        tracing::info!(address = %listener, "admin listening");
    }
    Ok((pages, control))
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

/// The one that runs has the address until it has drained, and tells there how
/// that goes.
async fn when_free(admin: &Admin) -> AdminListener {
    loop {
        sleep(TRY_AGAIN).await;
        if let Ok(listener) = AdminListener::bind(&admin.listen, Occupied::Refuse).await {
            tracing::info!(address = %listener, "admin listening");
            return listener;
        }
    }
}
