//! The thread that carries nothing: admin server and metrics upkeep.

use std::io;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::admin::{AdminListener, serve};
use super::view::View;
use crate::config::Admin;
use crate::telemetry::metrics::Exposition;

/// Why the admin server did not start.
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
    /// Its thread or its runtime.
    #[error("the admin server's thread cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// A handle on the thread.
#[derive(Debug)]
pub(super) struct AdminThread {
    stop: CancellationToken,
    thread: thread::JoinHandle<()>,
}

impl AdminThread {
    /// Starts the thread; with `None` it only keeps the metrics in order.
    pub async fn start(
        admin: Option<Admin>,
        view: Arc<View>,
        exposition: Exposition,
    ) -> Result<Self, AdminError> {
        let stop = CancellationToken::new();
        let (report, started) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let stopped = stop.clone();
        let thread =
            thread::Builder::new().name("pipeferry-admin".to_owned()).spawn(move || {
                runtime.block_on(run(admin, view, exposition, stopped, report));
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
    admin: Option<Admin>,
    view: Arc<View>,
    exposition: Exposition,
    stop: CancellationToken,
    report: oneshot::Sender<Result<(), AdminError>>,
) {
    let upkeep = exposition.clone().keep_up(stop.clone());
    let Some(admin) = admin else {
        // Nobody waits any more only if the start was given up.
        let _ = report.send(Ok(()));
        return upkeep.await;
    };
    match AdminListener::bind(&admin.listen).await {
        Ok(listener) => {
            tracing::info!(address = %listener, "admin listening");
            let _ = report.send(Ok(()));
            tokio::join!(upkeep, serve(listener, view, exposition, stop));
        }
        Err(source) => {
            let address = address(&admin);
            let _ = report.send(Err(AdminError::Bind { address, source }));
        }
    }
}

fn address(admin: &Admin) -> String {
    use crate::config::AdminListen;
    match &admin.listen {
        AdminListen::Tcp(at) => format!("tcp:{at}"),
        AdminListen::Unix(name) => format!("unix:{name}"),
        AdminListen::Pipe(pipe) => format!("pipe:{}", pipe.name),
    }
}
