//! Addresses: `scheme:rest`, how an end is written.
//!
//! Read without looking at anything but the text: whether a path fits and a
//! system has such ends is settled when the end is resolved.

mod host_port;
mod pipe_name;
mod service_name;

pub(crate) use host_port::{is_host, parse_host_port};
pub(crate) use pipe_name::{parse_local_pipe, parse_pipe_name};

use super::model::{HandedName, HostPort, PipeName, ServiceName};
use super::read::{Read, read_text};
use super::report::{Fault, Report};
use super::suggest::did_you_mean;
use super::tree::Node;
use super::values::described;

const EXPECTED: &str = "`pipe:NAME`, `unix:PATH`, `fifo:PATH`, `tcp:HOST:PORT`, `tls:HOST:PORT`, `fd:NAME`, `srv:NAME` or `stdio:`";

/// What an address begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Pipe,
    Unix,
    Fifo,
    Tcp,
    Tls,
    Handed,
    Srv,
    Stdio,
}

impl Scheme {
    /// Every scheme and how it is written.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("pipe", Self::Pipe),
        ("unix", Self::Unix),
        ("fifo", Self::Fifo),
        ("tcp", Self::Tcp),
        ("tls", Self::Tls),
        ("fd", Self::Handed),
        ("srv", Self::Srv),
        ("stdio", Self::Stdio),
    ];

    /// As it is written, with the colon.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Pipe => "pipe:",
            Self::Unix => "unix:",
            Self::Fifo => "fifo:",
            Self::Tcp => "tcp:",
            Self::Tls => "tls:",
            Self::Handed => "fd:",
            Self::Srv => "srv:",
            Self::Stdio => "stdio:",
        }
    }
}

/// An address as written; paths are not joined with anything yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A pipe of this machine, or (Windows) of another.
    Pipe { host: Option<String>, name: PipeName },
    /// A Unix socket's path.
    Unix(String),
    /// A Unix socket's abstract name.
    Abstract(String),
    /// A FIFO's path.
    Fifo(String),
    /// A TCP socket.
    Tcp(HostPort),
    /// A TCP socket with TLS on it.
    Tls(HostPort),
    /// A socket that is handed over.
    Handed(HandedName),
    /// A service that DNS knows.
    Srv(ServiceName),
    /// Standard input and output.
    Stdio,
}

impl Address {
    pub(crate) fn scheme(&self) -> Scheme {
        match self {
            Self::Pipe { .. } => Scheme::Pipe,
            Self::Unix(_) | Self::Abstract(_) => Scheme::Unix,
            Self::Fifo(_) => Scheme::Fifo,
            Self::Tcp(_) => Scheme::Tcp,
            Self::Tls(_) => Scheme::Tls,
            Self::Handed(_) => Scheme::Handed,
            Self::Srv(_) => Scheme::Srv,
            Self::Stdio => Scheme::Stdio,
        }
    }
}

/// Reads an address.
pub(crate) fn parse(text: &str) -> Result<Address, Fault> {
    if let Some(name) = pipe_name::unc(text)? {
        return Ok(name);
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(no_scheme(text));
    };
    match scheme {
        "pipe" => pipe_name::after_pipe(rest),
        "npipe" => pipe_name::after_npipe(rest),
        "unix" => match rest.strip_prefix('@') {
            Some(name) => path(name, "an abstract name").map(Address::Abstract),
            None => path(rest, "a path").map(Address::Unix),
        },
        "fifo" => path(rest, "a path").map(Address::Fifo),
        "tcp" => parse_host_port(rest, "tcp:").map(Address::Tcp),
        "tls" => parse_host_port(rest, "tls:").map(Address::Tls),
        "fd" => handed_name(rest).map(Address::Handed),
        "srv" => service_name::parse_service_name(rest).map(Address::Srv),
        "stdio" if rest.is_empty() => Ok(Address::Stdio),
        "stdio" => Err(Fault::new("`stdio:` takes nothing after the colon").expected("`stdio:`")),
        other => Err(unknown_scheme(other, text)),
    }
}

fn path(text: &str, what: &str) -> Result<String, Fault> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Fault::new(format!("{what} is missing, or has control characters in it"))
            .expected(format!("{what} after the colon")));
    }
    Ok(text.to_owned())
}

/// FileDescriptorName= of systemd.socket(5).
fn handed_name(text: &str) -> Result<HandedName, Fault> {
    const LONGEST: usize = 255;
    let good = |c: char| c.is_ascii_graphic() && c != ':';
    if text.is_empty() || text.len() > LONGEST || !text.chars().all(good) {
        return Err(Fault::new("no name of a socket that is handed over")
            .expected("1 to 255 printable ASCII characters without `:`, such as `fd:orders`")
            .hint("it is what `FileDescriptorName=` says, else the name of the socket unit"));
    }
    Ok(HandedName(text.to_owned()))
}

fn no_scheme(text: &str) -> Fault {
    let fault = Fault::new("an address begins with its scheme").expected(EXPECTED);
    if text.starts_with(['/', '.', '~']) {
        fault.hint(format!("write `unix:{text}` for a Unix socket, `fifo:{text}` for a FIFO"))
    } else if pipe_name::parse_pipe_name(text).is_ok() {
        fault.hint(format!("write `pipe:{text}` for a pipe"))
    } else {
        fault
    }
}

fn unknown_scheme(scheme: &str, text: &str) -> Fault {
    let shown: String = scheme.chars().take(64).collect();
    let fault = Fault::new(format!("unknown scheme `{shown}:`")).expected(EXPECTED);
    let near = did_you_mean(scheme, Scheme::ALL.iter().map(|(name, _)| *name));
    if near.is_none() && parse_host_port(text, "tcp:").is_ok() {
        return fault.hint(format!("write `tcp:{text}` or `tls:{text}` for a host and a port"));
    }
    let fault = if scheme.is_empty() { fault } else { fault.part(0..scheme.len()) };
    fault.maybe_hint(near)
}

impl Read for Address {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, "an address, such as \"pipe:orders\"", parse)
    }
}

described!(Address, "Address", {
    "type": "string",
    "description": "An address: `pipe:NAME`, `unix:PATH`, `unix:@NAME`, `fifo:PATH`, `tcp:HOST:PORT`, `tls:HOST:PORT`, `fd:NAME` or `srv:NAME`.",
    "pattern": r"^(n?pipe:|unix:|fifo:|tcp:|tls:|fd:|srv:|\\\\|//).",
    "examples": ["pipe:orders", "unix:/run/orders.sock", "tcp:127.0.0.1:7000", "tls:0.0.0.0:7443", "srv:_orders._tcp.example.com"],
});

#[cfg(test)]
mod tests;
