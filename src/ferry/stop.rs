//! Why carrying stopped, and who is there to be told.

use super::flow::Break;
use crate::frame::FrameError;
use crate::telemetry::Outcome;
use crate::tls;

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The end that was accepted.
    Client,
    /// The end that was dialled.
    Target,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Client => Self::Target,
            Self::Target => Self::Client,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Target => "target",
        }
    }

    fn gone(self) -> Outcome {
        match self {
            Self::Client => Outcome::ClientGone,
            Self::Target => Outcome::TargetGone,
        }
    }
}

/// Why carrying stopped, and which ends are there to be told.
#[derive(Debug)]
pub(super) struct Stop {
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub tell_client: bool,
    pub tell_target: bool,
}

impl Stop {
    pub(super) fn at(outcome: Outcome) -> Self {
        let tell = !matches!(outcome, Outcome::Done | Outcome::Cut);
        Self { outcome, reason: None, tell_client: tell, tell_target: tell }
    }

    fn broken(side: Side, why: &Break) -> Self {
        let who = side.word();
        // A TLS peer may have said why, in an alert.
        let alert = match why {
            Break::Read(error) | Break::Write(error) => tls::is_refusal_alert(error),
            _ => None,
        };
        let reason = alert.unwrap_or_else(|| format!("{who}: {why}"));
        Self {
            outcome: side.gone(),
            reason: Some(reason),
            tell_client: side == Side::Target,
            tell_target: side == Side::Client,
        }
    }

    /// What stopped a direction that reads from `source`.
    pub(super) fn of(why: &Break, source: Side) -> Self {
        let outcome = match why {
            Break::Read(_) => return Self::broken(source, why),
            Break::Write(_) => return Self::broken(source.other(), why),
            Break::Unsayable { .. } | Break::Unsendable { .. } => Outcome::Oversize,
            Break::Frame(FrameError::Oversize { .. }) => Outcome::Oversize,
            Break::Frame(_) => Outcome::BadFrame,
        };
        Self { reason: Some(format!("{}: {why}", source.word())), ..Self::at(outcome) }
    }
}
