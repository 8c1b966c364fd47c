//! What would be granted, for `pipeferry check`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::grants::grants;
use super::needs::Needs;
use super::places::Places;
use crate::config::{Config, Sandbox, Surroundings};
use crate::sys::sandbox::{self, Grants};

/// What a start with `config` would be granted, in lines for `pipeferry check`;
/// nothing where there is no sandbox.
pub fn describe(config: &Config, file: &Path, surroundings: &Surroundings) -> String {
    if config.sandbox == Sandbox::Off || !sandbox::AVAILABLE {
        return String::new();
    }
    let needs = Needs::of_start(config, file);
    let grants = grants(config.sandbox, &needs, &Places::of_this_machine(surroundings));
    let Grants { read, write, make, ports, .. } = &grants;
    let mut text = "\nsandbox\n".to_owned();
    let mut line = |key: &str, value: String| text.push_str(&format!("  {key:<20} {value}\n"));
    line("read below", paths(read));
    line("make sockets below", paths(make));
    line("write FIFOs below", paths(write));
    let bind = ports.as_ref().map(|ports| &ports.bind);
    line("listen on ports", numbers(bind));
    line("connect to ports", numbers(ports.as_ref().and_then(|ports| ports.connect.as_ref())));
    line("start programs", "none".to_owned());
    text
}

/// Without those that lie below another.
fn paths(all: &BTreeSet<PathBuf>) -> String {
    let above = |path: &Path| path.ancestors().skip(1).any(|folder| all.contains(folder));
    let highest = all.iter().filter(|path| !above(path));
    list(highest.map(|path| path.display().to_string()))
}

fn numbers(all: Option<&BTreeSet<u16>>) -> String {
    all.map_or_else(|| "any".to_owned(), |all| list(all.iter().map(u16::to_string)))
}

fn list(all: impl Iterator<Item = String>) -> String {
    let all: Vec<_> = all.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(" ") }
}
