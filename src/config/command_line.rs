//! One bridge from the command line: `pipeferry relay LISTEN CONNECT`, and
//! `pipeferry connect ADDRESS` with `stdio:` as its listening end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::diagnostics::Diagnostics;
use super::load::{base_of, read_file, scope_of};
use super::machine::{Machine, Unasked};
use super::model::{Bridge, Config, Identity, Log, LogFormat, Mode, Sandbox};
use super::options::end_of_argument;
use super::raw::{Named, RawEnd, RawIdentity};
use super::read::{Field, Read};
use super::report::{Fault, Report, Spot};
use super::resolve::{self, PipePath, Scope, Timing};
use super::surroundings::Surroundings;
use super::tree::{Entry, Node, Table, Value};

/// The name of the identity that the flags make.
const DEFAULT: &str = "default";

/// What a command line says beside its addresses. `None` is the default of a
/// bridge in a file.
#[derive(Debug, Clone, Default)]
pub struct CommandLine {
    /// `--mode`
    pub mode: Option<Mode>,
    /// The longest message, in bytes.
    pub max_message: Option<u32>,
    /// The most connections at a time; 0 is taken for 1.
    pub max_connections: Option<usize>,
    /// Dial and TLS handshake.
    pub connect_timeout: Option<Duration>,
    /// The client's PROXY header and TLS handshake.
    pub handshake_timeout: Option<Duration>,
    /// No byte in either direction; zero is none.
    pub idle_timeout: Option<Duration>,
    /// After one direction has ended: no byte in the other.
    pub half_close_timeout: Option<Duration>,
    /// The longest life of a connection; zero is none.
    pub max_lifetime: Option<Duration>,
    /// The path of pipes' sockets outside Windows, with `{name}` in it.
    pub pipe_path: Option<String>,
    /// A configuration file whose identities the ends may use.
    pub config: Option<PathBuf>,
    /// The identity of a `tls:` end that names none.
    pub identity: IdentityFlags,
}

/// The flags that make the identity called `default`: `--cert`, `--key`,
/// `--pkcs12`, `--password-file`, `--trust`, `--crl`.
#[derive(Debug, Clone, Default)]
pub struct IdentityFlags {
    /// PEM chain.
    pub cert: Option<String>,
    /// PEM key.
    pub key: Option<String>,
    /// PKCS#12 file.
    pub pkcs12: Option<String>,
    /// The file with its password.
    pub password_file: Option<String>,
    /// CA bundle, or `system`.
    pub trust: Option<String>,
    /// Revocation lists.
    pub crl: Vec<String>,
}

/// Resolves one bridge, called `relay`, from two addresses with their options.
/// Relative paths are relative to the working directory.
///
/// # Errors
/// All mistakes in the addresses, the flags and the file's identities.
pub fn from_addresses(
    listen: &str,
    connect: &str,
    given: &CommandLine,
    surroundings: &Surroundings,
) -> Result<Config, Diagnostics> {
    from_addresses_on((listen, connect), given, surroundings, &Unasked)
}

/// As [`from_addresses`], with what a machine says of files and accounts among
/// the mistakes.
///
/// # Errors
/// As [`from_addresses`].
pub fn from_addresses_on(
    (listen, connect): (&str, &str),
    given: &CommandLine,
    surroundings: &Surroundings,
    machine: &dyn Machine,
) -> Result<Config, Diagnostics> {
    let base = surroundings.working_dir.clone();
    let mut scope = scope_of((surroundings, machine), base, Report::default());
    scope.stdio_allowed = true;
    if let Some(pattern) = &given.pipe_path {
        take_pipe_path(&mut scope, pattern);
    }
    if let Some(file) = &given.config {
        take_identities(&mut scope, file);
    }
    take_flags(&mut scope, &given.identity);
    let near = read_argument(&mut scope, "LISTEN", listen);
    let far = read_argument(&mut scope, "CONNECT", connect);
    let mode = given.mode.unwrap_or(Mode::Byte);
    let bridge = match (&near, &far) {
        ((Some(near), near_spot), (Some(far), far_spot)) => {
            let ends = [(near, *near_spot), (far, *far_spot)];
            resolve::bridge_between(&mut scope, ends, mode, timing(given))
        }
        _ => None,
    };
    let identities = resolve::good_identities(std::mem::take(&mut scope.identities));
    let config = bridge.map(|bridge| around(bridge, identities));
    scope.report.finish(config)
}

/// A bridge alone needs no control pipe, no admin listener and no watching.
fn around(bridge: Bridge, identities: BTreeMap<String, Identity>) -> Config {
    Config {
        drain_timeout: Duration::from_secs(30),
        max_connections: bridge.max_connections,
        threads: None,
        control: None,
        watch: false,
        sandbox: Sandbox::Off,
        admin: None,
        log: Log { level: "info".to_owned(), format: LogFormat::Auto },
        identities,
        bridges: vec![bridge],
    }
}

fn read_argument(scope: &mut Scope<'_>, name: &str, text: &str) -> (Option<RawEnd>, Spot) {
    let source = scope.report.add_source(name, text);
    let node = end_of_argument(&mut scope.report, source, text);
    let spot = node.as_table().and_then(|table| table.entries.first()).map(|entry| entry.key_spot);
    (RawEnd::read(&node, &mut scope.report), spot.unwrap_or(node.spot))
}

fn timing(given: &CommandLine) -> Timing {
    let default = Timing::default();
    let nonzero = |duration: Option<Duration>| duration.filter(|duration| !duration.is_zero());
    Timing {
        connect: nonzero(given.connect_timeout).unwrap_or(default.connect),
        handshake: nonzero(given.handshake_timeout).unwrap_or(default.handshake),
        idle: nonzero(given.idle_timeout),
        half_close: nonzero(given.half_close_timeout).unwrap_or(default.half_close),
        lifetime: nonzero(given.max_lifetime),
        max_connections: given.max_connections.unwrap_or(default.max_connections).max(1),
        max_message: given.max_message.map_or(default.max_message, |size| size.max(1) as usize),
    }
}

fn take_pipe_path(scope: &mut Scope<'_>, pattern: &str) {
    match PipePath::written(pattern) {
        Ok(path) => scope.pipe_path = path,
        Err(fault) => {
            let source = scope.report.add_source("--pipe-path", pattern);
            scope.fault(Spot { source, start: 0, end: pattern.len() }, fault);
        }
    }
}

/// The identities of a file. What else is in it is not this bridge's business.
fn take_identities(scope: &mut Scope<'_>, file: &Path) {
    let name = file.display().to_string();
    let text = match read_file(file) {
        Ok(text) => text,
        Err(error) => {
            let source = scope.report.add_source("--config", name.clone());
            let why = std::error::Error::source(&error);
            let why = why.map_or_else(|| error.to_string(), |why| format!("{error}: {why}"));
            scope.fault(Spot { source, start: 0, end: name.len() }, Fault::new(why));
            return;
        }
    };
    let source = scope.report.add_source(name, text.as_str());
    let Some(identities) = identity_table(scope, source, &text) else {
        return;
    };
    let base = base_of(file, scope.surroundings);
    let own = std::mem::replace(&mut scope.base, base);
    resolve::identities(scope, &identities);
    scope.base = own;
}

type Identities = Field<Named<RawIdentity>>;

fn identity_table(scope: &mut Scope<'_>, source: usize, text: &str) -> Option<Identities> {
    let before = scope.report.count();
    let document = super::tree::document(&mut scope.report, source, text);
    if scope.report.count() > before {
        return None;
    }
    let entry = document.as_table()?.entries.iter().find(|entry| entry.key == "identity")?;
    Some(Field::read(entry, &mut scope.report))
}

/// The identity that the flags make, read from a text that looks like them, so
/// that a mistake can be underlined in it.
fn take_flags(scope: &mut Scope<'_>, flags: &IdentityFlags) {
    let one = |key: &'static str, value: &Option<String>| value.clone().map(|value| (key, value));
    let mut written: Vec<(&'static str, String)> = [
        one("cert", &flags.cert),
        one("key", &flags.key),
        one("pkcs12", &flags.pkcs12),
        one("password_file", &flags.password_file),
        one("trust", &flags.trust),
    ]
    .into_iter()
    .flatten()
    .collect();
    written.extend(flags.crl.iter().map(|file| ("crl", file.clone())));
    if written.is_empty() {
        return;
    }
    let node = flag_table(&mut scope.report, &written);
    let identity = RawIdentity::read(&node, &mut scope.report)
        .and_then(|raw| resolve::identity(scope, DEFAULT, node.spot, &raw));
    scope.identities.insert(DEFAULT.to_owned(), identity);
    scope.default_identity = Some(DEFAULT.to_owned());
}

fn flag_table(report: &mut Report, written: &[(&'static str, String)]) -> Node {
    let mut text = String::new();
    let mut table = Table::default();
    let source = report.next_source();
    for (key, value) in written {
        let key_start = text.len();
        text.push_str(&format!("--{} ", key.replace('_', "-")));
        let key_spot = Spot { source, start: key_start, end: text.len() - 1 };
        let start = text.len();
        text.push_str(value);
        let node = Node {
            spot: Spot { source, start, end: text.len() },
            value: Value::Bare(value.clone()),
        };
        text.push(' ');
        table.add(Entry { key: (*key).to_owned(), key_spot, node });
    }
    let spot = Spot { source, start: 0, end: text.trim_end().len() };
    report.add_source("command line", text);
    Node { spot, value: Value::Table(table) }
}

#[cfg(test)]
mod tests;
