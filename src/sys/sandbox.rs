//! Gives up rights of this process, for good: Landlock, no_new_privs and
//! capabilities.
//!
//! Each of them belongs to a thread and is handed on to the threads and
//! programs that it starts; nothing takes it back. Whoever calls this must
//! therefore be the only thread. What is given up is decided above. Other
//! systems have none of it, and say so.

use std::collections::BTreeSet;
use std::path::PathBuf;

#[cfg(target_os = "linux")]
mod capabilities;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
pub use self::{
    capabilities::{
        capabilities, forbid_new_privileges, has, keep, lower, takes_no_new_privileges,
    },
    files::{file_id, first_free_port, is_refused},
    landlock::restrict,
};

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use self::elsewhere::{
    capabilities, file_id, first_free_port, forbid_new_privileges, has, is_refused, keep, lower,
    restrict, takes_no_new_privileges,
};

/// Whether this system has any of it.
pub const AVAILABLE: bool = cfg!(target_os = "linux");

/// What the process may still do with files and ports. A path is a folder with
/// all that is beneath it, or one file. No program can be started whatever
/// stands in here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Files may be read, folders listed.
    pub read: BTreeSet<PathBuf>,
    /// Files that exist may be written to.
    pub write: BTreeSet<PathBuf>,
    /// Sockets, FIFOs and folders may be made, and files removed.
    pub make: BTreeSet<PathBuf>,
    /// TCP ports; `None`: all of them.
    pub ports: Option<Ports>,
    /// Abstract Unix sockets of processes outside may be connected to.
    pub abstract_sockets: bool,
}

/// TCP ports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports {
    /// To listen on; 0 stands for one that the system picks.
    pub bind: BTreeSet<u16>,
    /// To connect to; `None`: all of them.
    pub connect: Option<BTreeSet<u16>>,
}

/// What of [`Grants`] the kernel holds the process to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enforced {
    /// The version of Landlock that is used.
    pub abi: u8,
    /// Ports, where they were limited.
    pub ports: bool,
    /// No signal reaches a process outside.
    pub signals: bool,
}

/// The capabilities that a gateway can have a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// Ports below 1024.
    NetBindService,
    /// Files may be given to other accounts.
    Chown,
    /// Modes of other accounts' files.
    Fowner,
    /// Modes of files count for nothing.
    DacOverride,
    /// Buffers of sockets beyond the system's limit: packets that are longer.
    NetAdmin,
}

impl Capability {
    /// As the system calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetBindService => "cap_net_bind_service",
            Self::Chown => "cap_chown",
            Self::Fowner => "cap_fowner",
            Self::DacOverride => "cap_dac_override",
            Self::NetAdmin => "cap_net_admin",
        }
    }
}

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It is read.
    Read,
    /// It is written to, or connected to.
    Write,
    /// Files are made and removed in it: it is a folder.
    Make,
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
