//! The lines that go over the control pipe. They are a promise to scripts:
//! fields are added, not renamed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the protocol.
pub const VERSION: u64 = 1;

/// The longest request in bytes, its line feed included.
pub const LONGEST_REQUEST: usize = 64 << 10;

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// What runs, and at most so many of the open connections.
    Status {
        /// The newest of them.
        #[serde(default)]
        connections: usize,
    },
    /// Put what the files say in force.
    Reload {},
    /// Take no more clients, and let those that are here finish.
    Drain {
        /// Only on this bridge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bridge: Option<String>,
        /// Answer when that is done.
        #[serde(default)]
        wait: bool,
    },
    /// Cut one connection off.
    Close {
        /// Its id, as in the log and in the status.
        id: String,
    },
}

impl Ask {
    /// Reads a request.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        let mut request: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| format!("the request is no JSON object: {error}"))?;
        match request.remove("v") {
            Some(v) if v == VERSION => {}
            Some(v) => return Err(format!("version {v} is not spoken here, but {VERSION}")),
            None => return Err(format!("the request has no `v`; this daemon speaks {VERSION}")),
        }
        serde_json::from_value(Value::Object(request)).map_err(|error| error.to_string())
    }

    /// The request as a line.
    pub fn to_line(&self) -> String {
        versioned(self)
    }
}

/// One line of an answer; the last one is not `Progress`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply<T> {
    /// It goes on.
    Progress(Progress),
    /// It is done.
    Ok(T),
    /// It is not done.
    Error(ErrorReply),
}

impl<T: DeserializeOwned> Reply<T> {
    /// Reads a line of an answer.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(line: &str) -> serde_json::Result<Self> {
        let mut fields: Map<String, Value> = serde_json::from_str(line)?;
        fields.remove("v");
        serde_json::from_value(Value::Object(fields))
    }
}

/// How far a drain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Connections that are still open.
    pub open: usize,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReply {
    /// One sentence.
    pub message: String,
    /// All of it, for people; lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The answer to [`Ask::Status`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusReply {
    /// The daemon's process.
    pub pid: u32,
    /// The same as `/status` of the admin listener.
    pub status: Value,
    /// How many connections are open.
    pub open: usize,
    /// The newest of them, as many as were asked for.
    pub connections: Vec<ConnectionStatus>,
}

/// One open connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionStatus {
    /// Its id, the same as in the log.
    pub id: String,
    /// The id that it had at the first gateway, where a PROXY header told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_id: Option<String>,
    /// Its bridge.
    pub bridge: String,
    /// Who the client is: an address, or the pid and user of a pipe's client.
    pub client: String,
    /// The names in its certificate, where it showed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// Since it was accepted.
    pub seconds: f64,
    /// Payload bytes from the client.
    pub bytes_to_target: u64,
    /// Payload bytes to the client.
    pub bytes_to_client: u64,
}

/// The answer to [`Ask::Drain`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainReply {
    /// Each of the bridges.
    pub bridges: Vec<BridgeDrained>,
}

/// A bridge that was told to drain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeDrained {
    /// Its name.
    pub bridge: String,
    /// Connections that have not ended yet: nobody waited for them.
    pub open: usize,
    /// Connections that ended by themselves.
    pub finished: usize,
    /// Connections that were cut off at the limit.
    pub cut: usize,
}

/// The answer to [`Ask::Close`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedReply {
    /// The connection.
    pub id: String,
    /// Whose it was.
    pub bridge: String,
    /// Its client.
    pub client: String,
}

/// An answer's last line: what was asked for, or why not.
pub(super) fn last_line(result: Result<Value, ErrorReply>) -> String {
    line(match result {
        Ok(value) => Reply::Ok(value),
        Err(error) => Reply::Error(error),
    })
}

/// A line of an answer.
pub(super) fn line(reply: Reply<Value>) -> String {
    versioned(&reply)
}

/// An object on a line, its version first: that is what who reads it wants to
/// know before all else.
fn versioned(object: &impl Serialize) -> String {
    // Objects with names for keys can always be written.
    let text = serde_json::to_string(object).unwrap_or_default();
    format!("{{\"v\":{VERSION},{}\n", text.trim_start_matches('{'))
}

impl From<String> for ErrorReply {
    fn from(message: String) -> Self {
        Self { message, text: String::new() }
    }
}

#[cfg(test)]
mod tests;
