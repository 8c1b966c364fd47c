//! The service behind the far pipe: it sends every message back.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use socket2::Type;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

use super::messages;
use crate::config::{FileAccess, UnixName};
use crate::endpoint::unix::{self, SocketFile};

/// A running service; dropping it ends it and its connections.
#[derive(Debug)]
pub(super) struct Service {
    task: JoinHandle<()>,
    reached: Arc<AtomicU64>,
    _file: Option<SocketFile>,
}

impl Service {
    /// Listens on the pipe whose socket is `at`.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn start(at: &Path) -> io::Result<Self> {
        let name = UnixName::Path(at.to_owned());
        let bound = unix::bind(&name, Type::STREAM, &FileAccess::default(), Some(0o600)).await?;
        let listener = UnixListener::from_std(bound.socket.into())?;
        let reached = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(serve(listener, Arc::clone(&reached)));
        Ok(Self { task, reached, _file: bound.file })
    }

    /// How many clients have reached it.
    pub(super) fn reached(&self) -> u64 {
        self.reached.load(Ordering::Relaxed)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: UnixListener, reached: Arc<AtomicU64>) {
    // Its connections end with it.
    let mut clients = JoinSet::new();
    // An error of accept ends the service; who needs it then sees why.
    while let Ok((client, _)) = listener.accept().await {
        reached.fetch_add(1, Ordering::Relaxed);
        clients.spawn(echo(client));
    }
}

async fn echo(client: UnixStream) -> io::Result<()> {
    let (from, mut to) = client.into_split();
    let mut from = BufReader::new(from);
    while let Some(message) = messages::receive(&mut from).await? {
        messages::send(&mut to, &message).await?;
    }
    to.shutdown().await
}
