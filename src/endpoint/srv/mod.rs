//! `srv:NAME`: a service whose hosts and ports DNS names (RFC 2782).
//!
//! Each dial asks for the records, which the resolver keeps as long as their
//! TTL says, and goes along them by priority and weight until a host answers.
//! What DNS says decides where to dial, never whom to trust.

mod choice;
mod resolver;

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use self::choice::{Host, choose};
use self::resolver::SystemResolver;
use super::dialer::TlsTarget;
use super::patience::share;
use super::{DialError, Dialled};
use crate::config::{HostPort, ProxyDetail, SrvDial, SrvTransport, TcpDial};
use crate::tls::{Identities, TlsError};

/// More hosts of one service are not tried for one client.
const MOST_HOSTS: usize = 16;
/// A host that failed is tried after the others for so long.
const SPARED: Duration = Duration::from_secs(30);

/// A service to dial.
#[derive(Debug)]
pub(super) struct SrvTarget {
    service: String,
    over: Transport,
    resolver: SystemResolver,
    /// Hosts that failed, and until when they come last; [`MOST_HOSTS`] at most.
    spared: Mutex<Vec<(HostPort, Instant)>>,
}

#[derive(Debug)]
enum Transport {
    Tcp(TcpDial),
    Tls(Box<TlsTarget>),
}

impl SrvTarget {
    /// Prepares to dial; DNS is not asked yet.
    ///
    /// # Errors
    /// When the identity lacks what it needs.
    pub fn new(dial: &SrvDial, identities: &Identities) -> Result<Self, TlsError> {
        let over = match &dial.over {
            SrvTransport::Tcp(tcp) => Transport::Tcp(tcp.clone()),
            SrvTransport::Tls(tls) => Transport::Tls(Box::new(TlsTarget::new(tls, identities)?)),
        };
        let (resolver, spared) = Default::default();
        Ok(Self { service: dial.service.to_string(), over, resolver, spared })
    }

    /// Whether a PROXY header is to be sent, and how much it says.
    pub fn proxy(&self) -> Option<ProxyDetail> {
        match &self.over {
            Transport::Tcp(tcp) => tcp.proxy,
            Transport::Tls(tls) => tls.proxy(),
        }
    }

    /// Asks DNS and dials until a host answers, each within its share of
    /// `limit`.
    ///
    /// # Errors
    /// DNS', or all hosts'.
    pub async fn dial(
        &self,
        header: &[u8],
        limit: Duration,
        from: &mut Option<SocketAddr>,
    ) -> Result<Dialled, DialError> {
        let end = Instant::now() + limit;
        let records = self.resolver.records(&self.service).await.map_err(DialError::Service)?;
        let mut hosts = choose(records, fastrand::f64);
        self.put_off(&mut hosts);
        hosts.truncate(MOST_HOSTS);
        let mut reasons = Vec::new();
        for (tried, host) in hosts.iter().enumerate() {
            let rest = end.saturating_duration_since(Instant::now());
            let limit = share(rest, hosts.len() - tried);
            match timeout(limit, self.dial_host(host, header, from)).await {
                Ok(Ok(dialled)) => {
                    self.lock().retain(|(known, _)| known != host);
                    return Ok(Dialled { place: Some(shown(host)), ..dialled });
                }
                Ok(Err(error)) if error.is_shortage() => return Err(error),
                Ok(Err(error)) => reasons.push(format!("{}: {error}", shown(host))),
                Err(_) => reasons.push(format!("{}: no answer", shown(host))),
            }
            self.spare(host);
        }
        Err(DialError::Service(reasons.join("; ")))
    }

    async fn dial_host(
        &self,
        to: &HostPort,
        header: &[u8],
        from: &mut Option<SocketAddr>,
    ) -> Result<Dialled, DialError> {
        match &self.over {
            Transport::Tcp(dial) => {
                let stream = super::dialer::dial_tcp(to, dial, header).await?;
                let conn = super::Stream::Tcp(stream).into();
                Ok(Dialled { conn, handshake: None, place: None })
            }
            Transport::Tls(target) => Box::pin(target.dial(to, header, from)).await,
        }
    }

    fn put_off(&self, hosts: &mut [Host]) {
        let now = Instant::now();
        let mut spared = self.lock();
        spared.retain(|(_, until)| *until > now);
        // Stable: within the two groups the order stays.
        hosts.sort_by_key(|host| spared.iter().any(|(known, _)| known == host));
    }

    fn spare(&self, host: &HostPort) {
        let mut spared = self.lock();
        spared.retain(|(known, _)| known != host);
        spared.truncate(MOST_HOSTS - 1);
        spared.insert(0, (host.clone(), Instant::now() + SPARED));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(HostPort, Instant)>> {
        self.spared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the dot that makes the name absolute.
fn shown(host: &HostPort) -> String {
    format!("{}:{}", host.host.trim_end_matches('.'), host.port)
}

#[cfg(test)]
mod tests;
