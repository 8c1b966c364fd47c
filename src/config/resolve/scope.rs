//! What the parts of a configuration share while they are resolved.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::machine::{AccountUse, Machine};
use crate::config::model::{Identity, PipeName};
use crate::config::read::At;
use crate::config::report::{Fault, Report, Spot};
use crate::config::surroundings::{Surroundings, System};
use crate::config::values::accounts::Account;

/// The surroundings, the identities found so far, and the report.
pub(crate) struct Scope<'a> {
    pub(crate) surroundings: &'a Surroundings,
    /// Who is asked about files and accounts.
    pub(crate) machine: &'a dyn Machine,
    /// What relative paths are joined to.
    pub(crate) base: PathBuf,
    /// Where pipes' sockets go.
    pub(crate) pipe_path: PipePath,
    /// Identities by name; `None` for one with mistakes, which is still no
    /// unknown name.
    pub(crate) identities: BTreeMap<String, Option<Identity>>,
    /// The identity of an end that names none: the command line has one.
    pub(crate) default_identity: Option<String>,
    /// Whether `stdio:` is an address here.
    pub(crate) stdio_allowed: bool,
    pub(crate) report: Report,
}

/// The path of a pipe's socket outside Windows.
#[derive(Debug, Clone)]
pub(crate) enum PipePath {
    /// A pattern with `{name}` in it, joined with nothing yet.
    Pattern(String),
    /// `NAME.sock` in this folder.
    Default(PathBuf),
}

impl PipePath {
    /// The pattern that somebody wrote.
    ///
    /// # Errors
    /// Where it has no place for the name.
    pub(crate) fn written(pattern: &str) -> Result<Self, Fault> {
        if pattern.contains("{name}") {
            return Ok(Self::Pattern(pattern.to_owned()));
        }
        let fault = Fault::new("every pipe would have the same socket");
        Err(fault.expected("a path with `{name}` in it"))
    }
}

impl Scope<'_> {
    pub(crate) fn fault(&mut self, spot: Spot, fault: Fault) {
        self.report.fault(spot, fault);
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.surroundings.system == System::Windows
    }

    /// The name or number of an account, of which the machine is asked whether
    /// there is such a one.
    pub(crate) fn account(
        &mut self,
        written: Option<&At<Account>>,
        purpose: AccountUse,
    ) -> Option<String> {
        let at = written?;
        if let Some(fault) = self.machine.account(&at.value.0, purpose) {
            self.fault(at.place.value, fault);
        }
        Some(at.value.0.clone())
    }

    /// Joins a path to the base, unless it stands by itself.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        let windows = self.is_windows() && is_absolute_on_windows(path);
        if windows { PathBuf::from(path) } else { self.base.join(path) }
    }

    /// The socket that stands for a pipe.
    pub(crate) fn socket_of(&self, name: &PipeName) -> PathBuf {
        let file = file_name_of(name);
        match &self.pipe_path {
            PipePath::Pattern(pattern) => self.join(&pattern.replace("{name}", &file)),
            PipePath::Default(folder) => folder.join(format!("{file}.sock")),
        }
    }
}

/// A pipe's name as one component of a path: `/` becomes `%2F` and `%` becomes
/// `%25`, so that no name leads out of its folder and no two names meet.
fn file_name_of(name: &PipeName) -> String {
    name.as_str().replace('%', "%25").replace('/', "%2F")
}

fn is_absolute_on_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    drive || path.starts_with(r"\\") || path.starts_with("//")
}
