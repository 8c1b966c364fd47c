//! Addresses: names of pipes and sockets, hosts and ports.

use std::fmt;
use std::path::PathBuf;

/// A pipe's name without its prefix: 1 to 247 characters, no control character,
/// separators written `/`; no component is `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PipeName(pub(in crate::config) String);

impl PipeName {
    /// The name as written in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that Win32 knows the pipe by, on `host` or on this machine; `/`
    /// is its separator's other spelling.
    pub fn win32_path(&self, host: Option<&str>) -> String {
        let host = host.unwrap_or(".");
        format!(r"\\{host}\pipe\{}", self.0.replace('/', r"\"))
    }
}

impl fmt::Display for PipeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A local pipe: its name, and the Unix socket that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipeAddress {
    /// The name.
    pub name: PipeName,
    /// The socket's path outside Windows: `pipe_path` with the name filled in.
    pub socket: PathBuf,
}

/// The name of a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UnixName {
    /// A path; fits into `sun_path` (107 bytes).
    Path(PathBuf),
    /// A name in Linux' abstract namespace, without the leading NUL.
    Abstract(String),
}

impl fmt::Display for UnixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Abstract(name) => write!(f, "@{name}"),
        }
    }
}

/// A host and a port, as written; names are resolved at each bind or dial.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A DNS name or an IP address (IPv6 without its brackets).
    pub host: String,
    /// The port; 0 lets the system pick one when listening.
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
