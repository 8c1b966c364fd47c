//! Windows named pipes as ends: listening, dialling, bytes, messages.
//!
//! Both types of pipe go through our own overlapped calls (`sys::windows`):
//! tokio's pipe type loses where a message ends, and cannot say when a write
//! has completed, without which a close loses data. Nothing here calls
//! DisconnectNamedPipe, and no instance serves twice.

mod account_names;
mod dial;
mod identity;
mod instances;
mod listen;
mod messages;
mod open;
mod protect;
mod stream;

pub use account_names::name_client;
pub use dial::PipeTarget;
pub use listen::PipeListener;
pub use messages::MessagePipe;
pub use protect::protection;
pub use stream::PipeStream;

use crate::config::{Access, PipeName};
use crate::sys::windows::pipe;

/// The name that Win32 knows a pipe by; `/` is its separator's other spelling.
fn win32_path(host: Option<&str>, name: &PipeName) -> String {
    let host = host.unwrap_or(".");
    format!(r"\\{host}\pipe\{}", name.as_str().replace('/', r"\"))
}

/// Which way data goes, as the system's calls take it.
fn direction(access: Access) -> pipe::Access {
    match access {
        Access::Duplex => pipe::Access::Both,
        Access::Inbound => pipe::Access::Read,
        Access::Outbound => pipe::Access::Write,
    }
}
