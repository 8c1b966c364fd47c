//! Names of pipes, in all the ways that people write them.
//!
//! `pipe:NAME`, `\\.\pipe\NAME`, `//./pipe/NAME` and `npipe:////./pipe/NAME`
//! are one pipe; `pipe://HOST/NAME` and `\\HOST\pipe\NAME` are another
//! machine's.

use super::{Address, is_host};
use crate::config::model::PipeName;
use crate::config::report::Fault;

/// Windows allows 256 UTF-16 units, `\\.\pipe\` included.
const LONGEST: usize = 247;

/// Reads a pipe's name without any prefix. Separators may be `/` or `\`.
pub(crate) fn parse_pipe_name(text: &str) -> Result<PipeName, Fault> {
    let name = text.replace('\\', "/");
    let length = name.encode_utf16().count();
    if length == 0 {
        return Err(Fault::new("the pipe's name is missing").expected("`pipe:NAME`"));
    }
    if length > LONGEST {
        return Err(Fault::new(format!("a pipe's name of {length} characters"))
            .expected(format!("at most {LONGEST} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Fault::new("a control character in a pipe's name").expected("a plain name"));
    }
    if name.split('/').any(|part| part == ".." || part == ".") {
        return Err(Fault::new("`.` and `..` are no parts of a pipe's name")
            .expected("a name that leads nowhere else"));
    }
    if name.split('/').any(|part| part.is_empty() || part.ends_with(['.', ' '])) {
        let fault = Fault::new("a part of the pipe's name is empty, or ends in a dot or a space");
        return Err(fault.expected("a name that Windows does not shorten to another"));
    }
    Ok(PipeName(name))
}

/// Reads the name of a pipe of this machine, alone or in any of the ways that an
/// end's address may have.
pub(crate) fn parse_local_pipe(text: &str) -> Result<PipeName, Fault> {
    let slashed = text.replace('\\', "/");
    if !["pipe:", "npipe:", "//"].iter().any(|start| slashed.starts_with(start)) {
        return parse_pipe_name(text);
    }
    match super::parse(text)? {
        Address::Pipe { host: None, name } => Ok(name),
        _ => Err(Fault::new("another machine's pipe").expected("a name of this machine's")),
    }
}

/// A pipe written as Windows does, without a scheme: `\\.\pipe\NAME`,
/// `//./pipe/NAME`, `\\HOST\pipe\NAME`. `None` when it is nothing of the kind.
pub(super) fn unc(text: &str) -> Result<Option<Address>, Fault> {
    let slashed = text.replace('\\', "/");
    match slashed.strip_prefix("//") {
        Some(rest) => windows_path(rest).map(Some),
        None => Ok(None),
    }
}

/// What stands after `pipe:`.
pub(super) fn after_pipe(rest: &str) -> Result<Address, Fault> {
    if rest.starts_with(r"\\") {
        return windows_path(&rest.replace('\\', "/")[2..]);
    }
    let Some(path) = rest.strip_prefix("//") else {
        return local(rest);
    };
    let path = path.trim_start_matches('/');
    let (host, name) = path.split_once('/').unwrap_or((path, ""));
    if is_this_machine(host) {
        return local(strip_pipe(name).unwrap_or(name));
    }
    remote(host, name)
}

/// What stands after `npipe:`, Docker's way to write a pipe.
pub(super) fn after_npipe(rest: &str) -> Result<Address, Fault> {
    let path = rest.replace('\\', "/");
    match path.strip_prefix("//") {
        Some(path) => windows_path(path.trim_start_matches('/')),
        None => Err(Fault::new("no pipe").expected("`npipe:////./pipe/NAME`, or `pipe:NAME`")),
    }
}

/// `HOST/pipe/NAME`, slashes already turned.
fn windows_path(path: &str) -> Result<Address, Fault> {
    let (host, rest) = path.split_once('/').unwrap_or((path, ""));
    let Some(name) = strip_pipe(rest) else {
        return Err(Fault::new("no pipe's path").expected(r"`\\.\pipe\NAME`, or `pipe:NAME`"));
    };
    if is_this_machine(host) { local(name) } else { remote(host, name) }
}

fn is_this_machine(host: &str) -> bool {
    host == "." || host == "?"
}

fn strip_pipe(path: &str) -> Option<&str> {
    let (first, name) = path.split_once('/')?;
    first.eq_ignore_ascii_case("pipe").then_some(name)
}

fn local(name: &str) -> Result<Address, Fault> {
    Ok(Address::Pipe { host: None, name: parse_pipe_name(name)? })
}

fn remote(host: &str, name: &str) -> Result<Address, Fault> {
    if !is_host(host) {
        return Err(Fault::new("no host's name").expected("`pipe://HOST/NAME`, or `pipe:NAME`"));
    }
    Ok(Address::Pipe { host: Some(host.to_owned()), name: parse_pipe_name(name)? })
}
