//! What the rules say about a peer.

/// Whether a peer may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a verdict that nobody reads lets everybody in"]
pub enum Verdict {
    /// It may.
    Admitted,
    /// It may not. The sentence says who it was and why; it is for our log
    /// only and is never sent to the peer.
    Refused(String),
}

impl Verdict {
    /// Whether the peer may come in.
    pub fn is_admitted(&self) -> bool {
        matches!(self, Self::Admitted)
    }

    /// The sentence of a refusal.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Admitted => None,
            Self::Refused(reason) => Some(reason),
        }
    }
}
