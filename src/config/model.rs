//! The resolved configuration: what the rest of the program is allowed to know.
//!
//! Every value in here is already valid: a path is absolute or relative to the
//! working directory of the caller that resolved it, an identity that an end
//! names exists, an option stands only on an end that has it. Nothing below
//! this layer checks any of that again, and nothing in here reads a file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::rules::{CertRules, LocalRules};

/// A whole configuration, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// How long open connections may go on after the first stop signal.
    pub drain_timeout: Duration,
    /// The most connections of all bridges together; further clients wait.
    pub max_connections: usize,
    /// The local control pipe's name; `None` turns it off.
    pub control: Option<PipeName>,
    /// Reload when a file that the configuration names changes.
    pub watch: bool,
    /// Give up rights that the daemon does not need.
    pub sandbox: bool,
    /// Where metrics and health are served, if anywhere.
    pub admin: Option<Admin>,
    /// What is logged, and how.
    pub log: Log,
    /// Certificates by name.
    pub identities: BTreeMap<String, Identity>,
    /// The bridges, in the order of the file.
    pub bridges: Vec<Bridge>,
}

/// The admin listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Where it listens.
    pub listen: AdminListen,
}

/// The places an admin listener can stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminListen {
    /// A TCP socket; loopback only, unless `remote = true` was said.
    Tcp(HostPort),
    /// A Unix socket, open to its owner and group.
    Unix(UnixName),
    /// A named pipe (outside Windows: its Unix socket).
    Pipe(PipeAddress),
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
    /// Text on a terminal, else JSON.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
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

/// One bridge: where to listen, where to connect, how to carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// Its name, a label in every metric.
    pub name: String,
    /// A stream, or whole messages.
    pub mode: Mode,
    /// The end that clients come to.
    pub listen: Listen,
    /// The end that is dialled for each of them.
    pub connect: Dial,
    /// Dial and TLS handshake towards the target together.
    pub connect_timeout: Duration,
    /// The client's PROXY header and TLS handshake together.
    pub handshake_timeout: Duration,
    /// No byte in either direction for so long ends a connection.
    pub idle_timeout: Option<Duration>,
    /// After one direction has ended: no byte in the other for so long.
    pub half_close_timeout: Duration,
    /// No connection lives longer.
    pub max_lifetime: Option<Duration>,
    /// More clients than this wait; they are accepted late, not refused.
    pub max_connections: usize,
    /// Message mode: the longest message in bytes.
    pub max_message: usize,
}

/// How a bridge carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A stream of bytes.
    Byte,
    /// Whole messages.
    Message,
}

/// How messages are marked off on a stream, or that the socket does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Four bytes, big-endian: the default.
    U32Be,
    /// Four bytes, little-endian.
    U32Le,
    /// Two bytes, big-endian: messages up to 65,535 bytes.
    U16Be,
    /// Two bytes, little-endian: messages up to 65,535 bytes.
    U16Le,
    /// LEB128, as protocol buffers write their lengths; at most 5 bytes.
    Varint,
    /// One packet of a SOCK_SEQPACKET socket is one message.
    Packet,
}

/// The listening end of a bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Listen {
    /// `pipe:NAME`
    Pipe(Box<PipeListen>),
    /// `unix:PATH`
    Unix(UnixListen),
    /// `fifo:PATH`
    Fifo(FifoListen),
    /// `tcp:HOST:PORT`
    Tcp(TcpListen),
    /// `tls:HOST:PORT`
    Tls(Box<TlsListen>),
    /// `stdio:` (`relay` and `connect` only)
    Stdio(StdioEnd),
}

/// The dialling end of a bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Dial {
    /// `pipe:NAME` or `pipe://HOST/NAME`
    Pipe(Box<PipeDial>),
    /// `unix:PATH`
    Unix(UnixDial),
    /// `fifo:PATH`
    Fifo(FifoDial),
    /// `tcp:HOST:PORT`
    Tcp(TcpDial),
    /// `tls:HOST:PORT`
    Tls(Box<TlsDial>),
    /// `stdio:` (`relay` and `connect` only)
    Stdio(StdioEnd),
}

/// Standard input and output as an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdioEnd {
    /// Message mode: the framing on the stream.
    pub framing: Framing,
}

/// A pipe's name without its prefix: 1 to 247 characters, no control character,
/// separators written `/`; no component is `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PipeName(pub(super) String);

impl PipeName {
    /// The name as written in an address.
    pub fn as_str(&self) -> &str {
        &self.0
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

/// Which way a pipe or FIFO carries, seen from the gateway (for a pipe that it
/// serves: PIPE_ACCESS_DUPLEX, _INBOUND, _OUTBOUND).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Both ways.
    Duplex,
    /// The gateway only reads.
    Inbound,
    /// The gateway only writes.
    Outbound,
}

/// Mode and owner of a socket file or FIFO.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileAccess {
    /// Permission bits, at most 0o777.
    pub permissions: Option<u32>,
    /// The owning user, a name or a number as written.
    pub owner: Option<String>,
    /// The owning group, a name or a number as written.
    pub group: Option<String>,
}

/// `unix:PATH` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct UnixListen {
    /// Where.
    pub name: UnixName,
    /// The framing in message mode; `Packet` makes it a SEQPACKET socket.
    pub framing: Framing,
    /// Who may come in.
    pub allow: LocalRules,
    /// The socket file's mode and owner.
    pub file: FileAccess,
    /// A PROXY header comes first.
    pub proxy: Option<ProxyAccept>,
}

/// `unix:PATH` as the dialling end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixDial {
    /// Where.
    pub name: UnixName,
    /// The framing in message mode; `Packet` makes it a SEQPACKET socket.
    pub framing: Framing,
    /// The account that must run the listening end (a name or a number).
    pub owner: Option<String>,
    /// How long to wait for the socket to be there and to take us;
    /// `None`: one try.
    pub wait: Option<Duration>,
    /// A PROXY header is sent first.
    pub proxy: Option<ProxyDetail>,
}

/// `pipe:NAME` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct PipeListen {
    /// The pipe.
    pub address: PipeAddress,
    /// Who may come in.
    pub allow: LocalRules,
    /// Windows: the whole security descriptor in SDDL.
    pub sddl: Option<String>,
    /// Outside Windows: the socket file's mode and owner.
    pub file: FileAccess,
    /// Outside Windows: the framing in message mode.
    pub framing: Framing,
    /// Which way data flows.
    pub access: Access,
    /// Options of the real thing.
    pub windows: WindowsPipe,
}

/// The options that only a Windows pipe has, as CreateNamedPipe takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowsPipe {
    /// PIPE_TYPE_BYTE or PIPE_TYPE_MESSAGE.
    pub pipe_type: Mode,
    /// What the other party is told when no more will come.
    pub half_close: PipeHalfClose,
    /// The most instances (1 to 254); `None` is PIPE_UNLIMITED_INSTANCES.
    pub instances: Option<u8>,
    /// How many instances wait for clients.
    pub backlog: u8,
    /// The system's input buffer in bytes.
    pub in_buffer: u32,
    /// The system's output buffer in bytes.
    pub out_buffer: u32,
    /// What WaitNamedPipe's default means for this pipe.
    pub default_timeout: Duration,
    /// FILE_FLAG_WRITE_THROUGH
    pub write_through: bool,
    /// WRITE_DAC
    pub write_dac: bool,
    /// WRITE_OWNER
    pub write_owner: bool,
    /// ACCESS_SYSTEM_SECURITY
    pub access_system_security: bool,
    /// Lets clients in over SMB.
    pub remote: bool,
}

/// How the end of a direction is told to a Windows pipe's other party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PipeHalfClose {
    /// Not at all: it learns it when the connection ends.
    None,
    /// An empty message (message pipes).
    ZeroMessage,
    /// All is delivered, then the pipe is closed.
    Close,
}

/// `pipe:NAME` as the dialling end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipeDial {
    /// The pipe; with `host`, only its name means something.
    pub address: PipeAddress,
    /// `pipe://HOST/NAME` (Windows).
    pub host: Option<String>,
    /// Who must own the server's end.
    pub owner: Option<String>,
    /// How long to wait for a free instance; `None`: `connect_timeout`.
    pub wait: Option<Duration>,
    /// Outside Windows: the framing in message mode.
    pub framing: Framing,
    /// Windows: the pipe's type as its server made it.
    pub pipe_type: Mode,
    /// Windows: how the end of a direction is told.
    pub half_close: PipeHalfClose,
    /// Windows: what the server may do with our token.
    pub impersonation: Impersonation,
}

/// SECURITY_SQOS levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Impersonation {
    /// The server learns nothing.
    Anonymous,
    /// The server learns who we are.
    Identification,
    /// The server may act as us on its machine.
    Impersonation,
    /// The server may act as us anywhere.
    Delegation,
}

/// `fifo:PATH` as the listening end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FifoListen {
    /// Where.
    pub path: PathBuf,
    /// `Inbound` (the default here) or `Outbound`, never `Duplex`.
    pub access: Access,
    /// Mode and owner of the FIFO, set when it is made.
    pub file: FileAccess,
    /// The framing in message mode.
    pub framing: Framing,
}

/// `fifo:PATH` as the dialling end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FifoDial {
    /// Where.
    pub path: PathBuf,
    /// `Outbound` (the default here) or `Inbound`, never `Duplex`.
    pub access: Access,
    /// The framing in message mode.
    pub framing: Framing,
}

/// Options of a TCP socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpOptions {
    /// TCP_NODELAY
    pub nodelay: bool,
    /// Keepalive probes start after so long; `None` is off.
    pub keepalive: Option<Duration>,
    /// SO_REUSEPORT (listening).
    pub reuse_port: bool,
}

/// `tcp:HOST:PORT` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpListen {
    /// Where.
    pub at: HostPort,
    /// The framing in message mode.
    pub framing: Framing,
    /// Socket options.
    pub tcp: TcpOptions,
    /// A PROXY header comes first.
    pub proxy: Option<ProxyAccept>,
}

/// `tcp:HOST:PORT` as the dialling end.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpDial {
    /// Where.
    pub to: HostPort,
    /// The framing in message mode.
    pub framing: Framing,
    /// Socket options.
    pub tcp: TcpOptions,
    /// A PROXY header is sent first.
    pub proxy: Option<ProxyDetail>,
}

/// `tls:HOST:PORT` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsListen {
    /// The socket below.
    pub tcp: TcpListen,
    /// Name of the identity that is shown.
    pub identity: String,
    /// Who may come in.
    pub clients: TlsClients,
    /// Protocol versions and close rule.
    pub tls: TlsOptions,
}

/// `tls:HOST:PORT` as the dialling end.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsDial {
    /// The socket below.
    pub tcp: TcpDial,
    /// Name of the identity that is shown and that trusts.
    pub identity: String,
    /// The name that the certificate must carry, in place of the address's host.
    pub server_name: Option<String>,
    /// Rules that the server's certificate must meet beside its name.
    pub verify: Option<CertRules>,
    /// Protocol versions and close rule.
    pub tls: TlsOptions,
}

/// Which clients a TLS listener takes.
#[derive(Debug, Clone, PartialEq)]
pub enum TlsClients {
    /// `client_cert = "none"`: no certificate is asked for.
    Anonymous,
    /// `allow = "any"`: any certificate of the trusted CAs.
    Any,
    /// `allow = [...]`: one of these rules must be met.
    Rules(CertRules),
}

/// Options of a TLS end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsOptions {
    /// The lowest version.
    pub min: TlsVersion,
    /// The highest version.
    pub max: TlsVersion,
    /// Whether a plain FIN counts as a clean end.
    pub close_notify_optional: bool,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2
    V1_2,
    /// TLS 1.3
    V1_3,
}

/// A listener that expects a PROXY v2 header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAccept {
    /// Networks that may send one (default: loopback); nobody else gets in.
    /// Not asked of a Unix socket's clients.
    pub from: Vec<ipnet::IpNet>,
    /// Whether TLVs are believed too.
    pub detail: ProxyDetail,
}

/// How much a PROXY v2 header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyDetail {
    /// Addresses only.
    Addresses,
    /// TLVs too.
    Full,
}
