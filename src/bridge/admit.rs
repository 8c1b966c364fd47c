//! Decides whether a client comes in: its account, its PROXY header, its
//! certificate.
//!
//! Nothing of the target is touched before this has said yes.

mod handshake;
mod proxy_header;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use self::handshake::TlsAdmission;
use super::judge::Judge;
use super::turns::{FAIR, Turn};
use super::{Problem, Shared};
use crate::access::{Origin, Peer, ResolvedLocalRules};
use crate::config::{Listen, ProxyAccept};
use crate::endpoint::{Conn, Stream, name_client};
use crate::telemetry::Outcome;
use crate::telemetry::metrics::HandshakeEnd;
use crate::tls::{Identities, Recheck};

/// What a bridge asks of its clients.
#[derive(Debug)]
pub(super) struct Admission {
    local: Option<ResolvedLocalRules>,
    /// The socket was handed over and may be a TCP socket, whose clients have
    /// no account; then there are no rules about any.
    handed: bool,
    proxy: Option<ProxyAccept>,
    tls: Option<TlsAdmission>,
}

/// A client that does not come in.
#[derive(Debug)]
pub(super) struct Refused {
    pub outcome: Outcome,
    pub reason: String,
}

impl Refused {
    fn denied(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Denied, reason: reason.into() }
    }

    fn failed(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::HandshakeFailed, reason: reason.into() }
    }
}

impl Admission {
    pub fn new(listen: &Listen, identities: &Identities) -> Result<Self, Problem> {
        let mut admission = Self { local: None, handed: false, proxy: None, tls: None };
        match listen {
            Listen::Unix(unix) => {
                admission.local = Some(ResolvedLocalRules::resolve(&unix.allow)?);
                admission.proxy.clone_from(&unix.proxy);
            }
            // A security descriptor of the user's own has the last word.
            Listen::Pipe(pipe) if pipe.sddl.is_some() => {}
            Listen::Pipe(pipe) => admission.local = Some(ResolvedLocalRules::resolve(&pipe.allow)?),
            Listen::Tcp(tcp) => admission.proxy.clone_from(&tcp.proxy),
            Listen::Tls(tls) => {
                admission.proxy.clone_from(&tls.tcp.proxy);
                admission.tls = Some(TlsAdmission::new(&(&**tls).into(), identities)?);
            }
            // Without TLS it may be a Unix socket.
            Listen::Handed(handed) => {
                admission.handed = true;
                admission.proxy.clone_from(&handed.proxy);
                match &handed.tls {
                    Some(tls) => admission.tls = Some(TlsAdmission::new(tls, identities)?),
                    None => admission.local = Some(ResolvedLocalRules::resolve(&handed.allow)?),
                }
            }
            Listen::Fifo(_) | Listen::Stdio(_) => {}
        }
        Ok(admission)
    }

    /// The rules about accounts, where there are any.
    pub fn local_rules(&self) -> Option<&ResolvedLocalRules> {
        self.local.as_ref()
    }

    /// For those who are here already, by the rules of now. Those for whom no
    /// rule can be applied stay.
    pub fn judge(&self) -> Judge<'_> {
        let recheck = |tls: &TlsAdmission| match Recheck::new(&tls.identity, &tls.clients) {
            Ok(recheck) => recheck,
            // The handshakes' own check is made of the same and was good.
            Err(error) => {
                tracing::error!(%error, "open connections cannot be judged again");
                None
            }
        };
        let tls = self.tls.as_ref().and_then(recheck);
        Judge { local: self.local.as_ref(), tls, found: Mutex::default() }
    }

    /// Whether the same clients come in, by the same certificates.
    pub fn same_as(&self, other: &Self) -> bool {
        let tls = match (&self.tls, &other.tls) {
            (Some(one), Some(two)) => one.identity.same_content(&two.identity),
            (one, two) => one.is_none() && two.is_none(),
        };
        tls && self.local == other.local
    }

    /// Whether the client has to say something first, and may keep us waiting.
    pub fn takes_time(&self) -> bool {
        self.proxy.is_some() || self.tls.is_some()
    }

    /// Asks the client for all that is wanted of it; `peer` learns what it says
    /// even if that is not enough.
    pub async fn admit(
        &self,
        shared: &Shared,
        mut conn: Conn,
        peer: &mut Peer,
    ) -> Result<Conn, Refused> {
        name_client(peer).await;
        self.check_account(peer)?;
        if !self.takes_time() {
            return Ok(conn);
        }
        let deadline = Instant::now() + shared.handshake_timeout;
        let turn = shared.places.turns().begin();
        if let Some(expected) = &self.proxy {
            let limit = shared.handshake_timeout;
            proxy_header::read(expected, &mut conn, peer, limit, &turn).await?;
        }
        match (&self.tls, conn) {
            (Some(tls), Conn::Stream(Stream::Tcp(tcp))) => {
                let left = deadline.saturating_duration_since(Instant::now());
                let started = Instant::now();
                // Large, and nothing to those who shake no hands.
                let shaken = Box::pin(tls.handshake(tcp, peer, left, &turn)).await;
                shared.metrics.handshaken(HandshakeEnd::Listen, started.elapsed());
                shaken
            }
            // Nothing but TCP is listened on for TLS.
            (Some(_), _) => Err(Refused::failed("TLS needs a TCP connection")),
            (None, conn) => Ok(conn),
        }
    }

    fn check_account(&self, peer: &Peer) -> Result<(), Refused> {
        let Some(rules) = &self.local else { return Ok(()) };
        if self.handed && matches!(peer.origin, Origin::Network { .. }) {
            return Ok(());
        }
        let Origin::Local(process) = &peer.origin else {
            return Err(Refused::denied("nobody can tell which account this client has"));
        };
        match rules.admits(&process.account).reason() {
            Some(reason) => Err(Refused::denied(reason)),
            None => Ok(()),
        }
    }
}

/// Waits for what a client has to do, as long as it may take.
async fn in_time<T>(
    what: &str,
    limit: Duration,
    turn: &Turn,
    work: impl Future<Output = T>,
) -> Result<T, Refused> {
    tokio::select! {
        biased;
        done = timeout(limit, work) => {
            done.map_err(|_| Refused::failed(format!("no {what} within `handshake_timeout`")))
        }
        () = turn.ended() => Err(Refused::failed(format!(
            "no {what} within {FAIR:?}, while others waited for one of the places for handshakes"
        ))),
    }
}
