//! Named pipes as ends: what all systems know of them, and Windows alone.

use std::time::Duration;

use super::{Access, FileAccess, Framing, Mode, PipeAddress};
use crate::config::LocalRules;

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
    /// The framing in message mode; there, on Windows, always `Packet`.
    pub framing: Framing,
    /// Which way data flows.
    pub access: Access,
    /// Options of the real thing.
    pub windows: WindowsPipe,
}

impl PipeListen {
    /// A byte pipe for our own account (and root, or SYSTEM and Administrators).
    pub fn private(address: PipeAddress) -> Self {
        Self {
            address,
            allow: LocalRules::Default,
            sddl: None,
            file: FileAccess::default(),
            framing: Framing::U32Be,
            access: Access::Duplex,
            windows: WindowsPipe::default(),
        }
    }
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

impl Default for WindowsPipe {
    /// What is so when nobody says: a byte pipe.
    fn default() -> Self {
        Self {
            pipe_type: Mode::Byte,
            half_close: PipeHalfClose::None,
            instances: None,
            // With fewer, some of eight that come at once meet error 231.
            backlog: 8,
            in_buffer: 64 * 1024,
            out_buffer: 64 * 1024,
            // NMPWAIT_USE_DEFAULT_WAIT, when a pipe's maker says nothing.
            default_timeout: Duration::from_millis(50),
            write_through: false,
            write_dac: false,
            write_owner: false,
            access_system_security: false,
            remote: false,
        }
    }
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
    /// The framing in message mode; there, on Windows, always `Packet`.
    pub framing: Framing,
    /// Windows: which way data flows, seen from here.
    pub access: Access,
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
