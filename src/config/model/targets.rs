//! Where a bridge connects: one target, or several.

use std::fmt;

use super::Dial;

/// The targets of a bridge: at least one, at most [`Targets::MOST`], no two with
/// the same address.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    pub(in crate::config) first: Dial,
    pub(in crate::config) others: Vec<Dial>,
    /// Which of them a client gets.
    pub balance: Balance,
}

impl Targets {
    /// More are a mistake.
    pub const MOST: usize = 64;

    /// All of them, as written.
    pub fn iter(&self) -> impl Iterator<Item = &Dial> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The first.
    pub fn first(&self) -> &Dial {
        &self.first
    }

    /// The only one, where there is no other.
    pub fn only(&self) -> Option<&Dial> {
        self.others.is_empty().then_some(&self.first)
    }
}

/// One target.
impl From<Dial> for Targets {
    fn from(first: Dial) -> Self {
        Self { first, others: Vec::new(), balance: Balance::Order }
    }
}

/// Which of several targets a client gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Balance {
    /// The first that can be reached.
    Order,
    /// The one with the fewest connections of this bridge.
    Least,
}

/// The address as it is written; a bridge has no two targets with the same.
impl fmt::Display for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pipe(pipe) => match &pipe.host {
                Some(host) => write!(f, "pipe://{host}/{}", pipe.address.name),
                None => write!(f, "pipe:{}", pipe.address.name),
            },
            Self::Unix(unix) => write!(f, "unix:{}", unix.name),
            Self::Fifo(fifo) => write!(f, "fifo:{}", fifo.path.display()),
            Self::Tcp(tcp) => write!(f, "tcp:{}", tcp.to),
            Self::Tls(tls) => write!(f, "tls:{}", tls.tcp.to),
            Self::Srv(srv) => write!(f, "srv:{}", srv.service),
            Self::Stdio(_) => f.write_str("stdio:"),
        }
    }
}
