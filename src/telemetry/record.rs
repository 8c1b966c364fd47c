//! The access record: one log line a connection, when it ends.
//!
//! Always at level info, whatever the outcome: most of what goes wrong is the
//! doing of a client, and a port scanner must not fill a log that is read for
//! warnings. Who wants to be woken up asks the metrics.
//!
//! What comes from outside (a certificate's names, an error's text) is cut at a
//! length, so that nobody makes a line long. No content is ever in it.

use std::fmt::{self, Display, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tracing::Level;

use super::{ConnectionId, Outcome};

/// The `tracing` target of access records: `pipeferry::connection=off` in
/// `log.level` turns them off.
pub const TARGET: &str = "pipeferry::connection";

/// The most characters of a field that others have a say in.
const LONGEST: usize = 256;

/// The most of an identity, whose names are many.
const LONGEST_IDENTITY: usize = 512;

/// The most of a reason: each of several targets may have one.
const LONGEST_REASON: usize = 1024;

/// What one direction has carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Payload bytes.
    pub bytes: u64,
    /// Whole messages; `None` in byte mode, where the field is left out.
    pub messages: Option<u64>,
}

/// All that is said about a connection when it ends.
pub struct AccessRecord<'a> {
    /// The bridge's name.
    pub bridge: &'a str,
    /// The connection's id.
    pub id: ConnectionId,
    /// The id that it had at the first gateway, where a PROXY header told it.
    pub first_id: Option<&'a str>,
    /// Who the client is: an address, or the pid and user of a pipe's client.
    pub client: &'a dyn Display,
    /// The names in its certificate, where it showed one.
    pub identity: Option<&'a dyn Display>,
    /// The address that was dialled, or would have been.
    pub target: &'a dyn Display,
    /// Our own address on the connection to the target, which the gateway there
    /// has as its client's; where it was asked for.
    pub dialled_from: Option<SocketAddr>,
    /// From the client to the target.
    pub to_target: Carried,
    /// From the target to the client.
    pub to_client: Carried,
    /// From accept to the end of both directions.
    pub lived: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in words, where the outcome leaves a question.
    pub reason: Option<&'a dyn Display>,
}

impl AccessRecord<'_> {
    /// Writes the line.
    pub fn write(&self) {
        if !tracing::enabled!(target: TARGET, Level::INFO) {
            return;
        }
        let id = self.id.to_string();
        let first_id = self.first_id.map(|id| bounded(&id, LONGEST));
        let client = bounded(self.client, LONGEST);
        let identity = self.identity.map(|names| bounded(names, LONGEST_IDENTITY));
        let target = bounded(self.target, LONGEST);
        let dialled_from = self.dialled_from.map(|address| address.to_string());
        let reason = self.reason.map(|why| bounded(why, LONGEST_REASON));
        tracing::info!(
            target: TARGET,
            bridge = self.bridge,
            id = id.as_str(),
            first_id = first_id.as_deref(),
            client = client.as_str(),
            identity = identity.as_deref(),
            target = target.as_str(),
            dialled_from = dialled_from.as_deref(),
            bytes_to_target = self.to_target.bytes,
            bytes_to_client = self.to_client.bytes,
            messages_to_target = self.to_target.messages,
            messages_to_client = self.to_client.messages,
            seconds = self.lived.as_micros() as f64 / 1e6,
            outcome = self.outcome.word(),
            reason = reason.as_deref(),
            "connection ended"
        );
    }
}

/// The text of `value`, cut after `longest` characters, with `…` for the rest.
fn bounded(value: &dyn Display, longest: usize) -> String {
    let mut cut = Cut { text: String::new(), left: longest, more: false };
    // Only `value` itself can fail, and then what it wrote will do.
    let _ = write!(cut, "{value}");
    if cut.more {
        cut.text.push('…');
    }
    cut.text
}

struct Cut {
    text: String,
    left: usize,
    more: bool,
}

impl fmt::Write for Cut {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        match part.char_indices().nth(self.left) {
            Some((end, _)) => {
                self.text.push_str(&part[..end]);
                self.left = 0;
                self.more = true;
            }
            None => {
                self.text.push_str(part);
                self.left -= part.chars().count();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
