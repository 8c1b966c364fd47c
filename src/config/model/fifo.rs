//! FIFOs as ends.

use std::path::PathBuf;

use super::{Access, FileAccess, Framing};

/// `fifo:PATH` as the listening end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FifoListen {
    /// Where.
    pub path: PathBuf,
    /// `Inbound` (the default here) or `Outbound`, never `Duplex`.
    pub access: Access,
    /// Mode and owner of the FIFO, set when it is made.
    pub file: FileAccess,
    /// The framing in message mode.
    pub framing: Framing,
}

/// `fifo:PATH` as the dialling end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FifoDial {
    /// Where.
    pub path: PathBuf,
    /// `Outbound` (the default here) or `Inbound`, never `Duplex`.
    pub access: Access,
    /// The framing in message mode.
    pub framing: Framing,
}
