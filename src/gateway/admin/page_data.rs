//! What the page shows, as JSON for its script and as the page's own text.
//!
//! This is between the page and its server, and may change with them; what
//! scripts may rely on is `/status`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::history::{History, Past};
use super::status::Status;
use super::{AdminView, OpenConnections};

/// The newest connections, and those that have carried most, so many of each.
const EACH: usize = 100;
/// A list of connections is good for so long: many readers are to cost no more
/// than one.
const FRESH: Duration = Duration::from_secs(1);

/// Why a page that anybody may open names nobody.
const WITHHELD: &str = "Who they are is not shown here, because anybody in the network may open \
     this page: serve it on loopback, or over `tls:` with `allow`. `pipeferry top` on the machine \
     shows it, too.";

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct PageData {
    pub status: Status,
    pub connections: OpenConnections,
    /// On the list of connections: what is not in it, and why.
    pub note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Past>,
}

/// Where it comes from.
pub(super) struct PageSource {
    pub view: Arc<dyn AdminView>,
    pub history: Arc<History>,
    /// Whether whoever asks may know who the clients are.
    pub names_clients: bool,
    listed: Mutex<Option<(Instant, OpenConnections)>>,
}

impl PageSource {
    pub fn new(view: Arc<dyn AdminView>, history: Arc<History>, names_clients: bool) -> Self {
        Self { view, history, names_clients, listed: Mutex::default() }
    }

    /// All but the past.
    pub fn now(&self) -> PageData {
        let status = self.view.status();
        let connections =
            if self.names_clients { self.connections() } else { OpenConnections::default() };
        let open = status.bridges.iter().map(|bridge| bridge.traffic.open).sum();
        let note = self.note(&connections, open);
        PageData { status, connections, note, history: None }
    }

    /// All, with the past since what `query` says that the reader has.
    pub fn since(&self, query: Option<&str>) -> PageData {
        PageData { history: Some(self.history.since(query)), ..self.now() }
    }

    fn connections(&self) -> OpenConnections {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = listed.take().filter(|(at, _)| at.elapsed() < FRESH);
        let fresh = fresh.unwrap_or_else(|| (Instant::now(), self.view.connections(EACH)));
        let connections = fresh.1.clone();
        *listed = Some(fresh);
        connections
    }

    fn note(&self, connections: &OpenConnections, open: u64) -> String {
        if !self.names_clients {
            return format!("{open} open. {WITHHELD}");
        }
        match connections.open.saturating_sub(connections.shown.len()) {
            0 if connections.open == 0 => "None.".to_owned(),
            0 => String::new(),
            more => format!(
                "{more} more are open: here are the {EACH} newest and the {EACH} that have \
                 carried most."
            ),
        }
    }
}
