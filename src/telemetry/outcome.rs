//! The one word that says how a connection ended.
//!
//! The same word stands in the log, in the metric's label and in the tests.

use std::fmt;

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Both directions ended cleanly.
    Done,
    /// The client's end broke: a reset, a cut, a write that failed.
    ClientGone,
    /// The target's end broke.
    TargetGone,
    /// `idle_timeout` ran out.
    Idle,
    /// `max_lifetime` ran out.
    Lifetime,
    /// `half_close_timeout` ran out after one direction had ended.
    HalfClosed,
    /// Ended by itself while the gateway drained, or was called off by the
    /// drain before it was carried.
    Drained,
    /// Cut off: the drain's limit, a second signal, a revoked certificate.
    Cut,
    /// Refused: certificate, account or network.
    Denied,
    /// The client's handshake (PROXY header, TLS) failed or took too long.
    HandshakeFailed,
    /// The target could not be reached.
    DialFailed,
    /// A message longer than `max_message`, or than the other end's framing
    /// can say.
    Oversize,
    /// A stream that ended inside a frame, or a length that is none.
    BadFrame,
}

impl Outcome {
    /// All of them, so that each has its counter from the start.
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::ClientGone,
        Self::TargetGone,
        Self::Idle,
        Self::Lifetime,
        Self::HalfClosed,
        Self::Drained,
        Self::Cut,
        Self::Denied,
        Self::HandshakeFailed,
        Self::DialFailed,
        Self::Oversize,
        Self::BadFrame,
    ];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::ClientGone => "client_gone",
            Self::TargetGone => "target_gone",
            Self::Idle => "idle",
            Self::Lifetime => "lifetime",
            Self::HalfClosed => "half_closed",
            Self::Drained => "drained",
            Self::Cut => "cut",
            Self::Denied => "denied",
            Self::HandshakeFailed => "handshake_failed",
            Self::DialFailed => "dial_failed",
            Self::Oversize => "oversize",
            Self::BadFrame => "bad_frame",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
