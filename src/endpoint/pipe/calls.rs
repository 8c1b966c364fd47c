//! How the configuration of a pipe is said to the system's calls: every option
//! to its place, and nothing else.

use std::time::Duration;

use crate::config::{Access, Impersonation, Mode, PipeDial, PipeListen};
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::pipe::{self, CreateOptions, UNLIMITED_INSTANCES};

/// An instance of `config`'s pipe, whose Win32 name is `path`. `first` claims
/// the name: it fails if somebody else has made it before us.
pub fn instance<'a>(
    config: &PipeListen,
    path: &'a str,
    first: bool,
    security: &'a SecurityDescriptor,
) -> CreateOptions<'a> {
    let windows = &config.windows;
    CreateOptions {
        name: path,
        access: direction(config.access),
        message_type: windows.pipe_type == Mode::Message,
        first_instance: first,
        remote: windows.remote,
        write_through: windows.write_through,
        write_dac: windows.write_dac,
        // Beyond the first the same bit would claim the name once more
        // (WRITE_OWNER is FILE_FLAG_FIRST_PIPE_INSTANCE), and fail.
        write_owner: windows.write_owner && first,
        access_system_security: windows.access_system_security,
        max_instances: windows.instances.unwrap_or(UNLIMITED_INSTANCES),
        in_buffer: windows.in_buffer,
        out_buffer: windows.out_buffer,
        default_timeout: milliseconds(windows.default_timeout),
        security: Some(security),
    }
}

/// What [`pipe::open`] takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// `\\HOST\pipe\NAME`
    pub path: String,
    pub access: pipe::Access,
    pub level: pipe::Impersonation,
}

/// The client's end of the pipe that is dialled.
pub fn opening(dial: &PipeDial) -> Opening {
    Opening {
        path: dial.address.name.win32_path(dial.host.as_deref()),
        access: direction(dial.access),
        level: level(dial.impersonation),
    }
}

/// Which way data goes, seen from us.
fn direction(access: Access) -> pipe::Access {
    match access {
        Access::Duplex => pipe::Access::Both,
        Access::Inbound => pipe::Access::Read,
        Access::Outbound => pipe::Access::Write,
    }
}

/// SECURITY_QUALITY_OF_SERVICE, as CreateFile takes it.
fn level(impersonation: Impersonation) -> pipe::Impersonation {
    match impersonation {
        Impersonation::Anonymous => pipe::Impersonation::Anonymous,
        Impersonation::Identification => pipe::Impersonation::Identification,
        Impersonation::Impersonation => pipe::Impersonation::Impersonation,
        Impersonation::Delegation => pipe::Impersonation::Delegation,
    }
}

/// CreateNamedPipe takes 0 for the system's own default.
fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
