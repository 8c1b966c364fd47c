//! The resolved configuration: what the rest of the program is allowed to know.
//!
//! Every value in here is already valid: a path is absolute or relative to the
//! working directory of the caller that resolved it, an identity that an end
//! names exists, an option stands only on an end that has it. Nothing below
//! this layer checks any of that again, and nothing in here reads a file.

mod address;
mod bridge;
mod fifo;
mod handed;
mod pipe;
mod srv;
mod targets;
mod tcp;
mod tls;
mod unix;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use self::address::*;
pub use self::bridge::*;
pub use self::fifo::*;
pub use self::handed::*;
pub use self::pipe::*;
pub use self::srv::*;
pub use self::targets::*;
pub use self::tcp::*;
pub use self::tls::*;
pub use self::unix::*;

/// A whole configuration, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// How long open connections may go on after the first stop signal.
    pub drain_timeout: Duration,
    /// The most connections of all bridges together; further clients wait.
    pub max_connections: usize,
    /// Threads that carry connections; `None`: as many as there are processors.
    pub threads: Option<usize>,
    /// The local control pipe; `None` turns it off.
    pub control: Option<Control>,
    /// Reload when a file that the configuration names changes.
    pub watch: bool,
    /// Give up rights that the daemon does not need.
    pub sandbox: Sandbox,
    /// Where metrics and health are served, if anywhere.
    pub admin: Option<Admin>,
    /// What is logged, and how.
    pub log: Log,
    /// Certificates by name.
    pub identities: BTreeMap<String, Identity>,
    /// The bridges, in the order of the file.
    pub bridges: Vec<Bridge>,
}

/// How far the daemon gives up rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// Not at all.
    Off,
    /// What no reload can come to need.
    On,
    /// All that this configuration does not need.
    Strict,
}

/// The local control pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Where it is.
    pub pipe: PipeAddress,
    /// Whether it was written: a default that cannot be had is done without.
    pub written: bool,
}

/// The admin listener.
#[derive(Debug, Clone, PartialEq)]
pub struct Admin {
    /// Where it listens.
    pub listen: AdminListen,
}

/// The places an admin listener can stand in.
#[derive(Debug, Clone, PartialEq)]
pub enum AdminListen {
    /// A TCP socket; loopback only, unless `remote = true` was said.
    Tcp(HostPort),
    /// TLS.
    Tls(Box<TlsListen>),
    /// A Unix socket, open to its owner and group unless rules say otherwise.
    Unix(UnixListen),
    /// A named pipe (outside Windows: its Unix socket).
    Pipe(Box<PipeListen>),
}

/// As an address, without the options.
impl fmt::Display for AdminListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(at) => write!(f, "tcp:{at}"),
            Self::Tls(tls) => write!(f, "tls:{}", tls.tcp.at),
            Self::Unix(unix) => write!(f, "unix:{}", unix.name),
            Self::Pipe(pipe) => write!(f, "pipe:{}", pipe.address.name),
        }
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level or a list of `tracing` directives, already found to parse.
    pub level: String,
    /// The shape of a line.
    pub format: LogFormat,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, fields into systemd's journal, else JSON.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// Fields, to systemd's journal.
    Journal,
}

/// A certificate, its key, and whom it trusts: files only, nothing loaded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name in the configuration.
    pub name: String,
    /// What it shows; `None` for an identity that only trusts.
    pub credential: Option<Credential>,
    /// Whom it trusts; `None` only where no peer certificate is looked at.
    pub trust: Option<Trust>,
    /// Revocation lists, PEM or DER.
    pub crl: Vec<PathBuf>,
}

/// The files that hold a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// PEM files; the chain starts with the leaf.
    Pem {
        /// The chain, leaf first.
        cert: PathBuf,
        /// The private key: PKCS#8, PKCS#1 or SEC1.
        key: PathBuf,
    },
    /// A PKCS#12 file.
    Pkcs12 {
        /// The `.p12` or `.pfx` file.
        file: PathBuf,
        /// A file whose first line is the password; `None` is the empty one.
        password_file: Option<PathBuf>,
    },
}

/// Where trusted CAs come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// A PEM bundle.
    File(PathBuf),
    /// The system's own store; for dialling only.
    System,
}
