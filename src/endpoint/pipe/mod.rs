//! Windows named pipes as ends: listening, dialling, bytes, messages.
//!
//! Both types of pipe go through our own overlapped calls (`sys::windows`):
//! tokio's pipe type loses where a message ends, and cannot say when a write
//! has completed, without which a close loses data. Nothing here calls
//! DisconnectNamedPipe, and no instance serves twice.

mod account_names;
mod calls;
mod dial;
mod identity;
mod instances;
mod listen;
mod messages;
mod open;
mod private;
mod protect;
mod regrant;
mod stream;

pub use account_names::name_client;
pub use dial::PipeTarget;
pub use listen::PipeListener;
pub use messages::MessagePipe;
pub use private::{PrivatePipe, open_private};
pub use protect::protection;
pub use regrant::Regrant;
pub use stream::PipeStream;
