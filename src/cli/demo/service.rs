//! The service behind the far pipe: it sends every message back.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::{JoinHandle, JoinSet};

use super::local::{self, Listener, Place, Receiver, Sender};

/// A running service; dropping it ends it and its connections.
#[derive(Debug)]
pub(super) struct Service {
    task: JoinHandle<()>,
    reached: Arc<AtomicU64>,
}

impl Service {
    /// Listens on the pipe `at`.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn start(at: &Place) -> anyhow::Result<Self> {
        let listener = Listener::bind(at).await?;
        let reached = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(serve(listener, Arc::clone(&reached)));
        Ok(Self { task, reached })
    }

    /// How many clients have reached it.
    pub(super) fn reached(&self) -> u64 {
        self.reached.load(Ordering::Relaxed)
    }

    /// Ends it, and waits for its end.
    pub(super) async fn stop(mut self) {
        self.task.abort();
        // It was called off: that is no news.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut listener: Listener, reached: Arc<AtomicU64>) {
    // Its connections end with it.
    let mut clients = JoinSet::new();
    // An error of accept ends the service; who needs it then sees why.
    while let Ok((from, to)) = listener.accept().await {
        reached.fetch_add(1, Ordering::Relaxed);
        clients.spawn(echo(from, to));
    }
}

async fn echo(mut from: Receiver, mut to: Sender) -> io::Result<()> {
    while let Some(message) = from.receive().await? {
        to.send(&message).await?;
    }
    local::finish(to).await
}
