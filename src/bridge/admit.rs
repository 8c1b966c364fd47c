//! Decides whether a client comes in: its account, its PROXY header, its
//! certificate.
//!
//! Nothing of the target is touched before this has said yes.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::judge::Judge;
use super::turns::{FAIR, Turn};
use super::{Problem, Shared};
use crate::access::{Origin, Peer, ResolvedLocalRules, TlsSession};
use crate::config::{Listen, ProxyAccept, TlsClients, TlsServer};
use crate::endpoint::tls::{HandshakeError, Shaken, accept};
use crate::endpoint::{Conn, Stream, name_client, turn_away};
use crate::proxy;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::HandshakeEnd;
use crate::tls::{self, Identities, Identity, Recheck, Refusal, TlsError};

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

struct TlsAdmission {
    config: Arc<ServerConfig>,
    fin_is_end: bool,
    identity: Arc<Identity>,
    clients: TlsClients,
}

impl std::fmt::Debug for TlsAdmission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsAdmission").field("fin_is_end", &self.fin_is_end).finish()
    }
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
        conn: Conn,
        peer: &mut Peer,
    ) -> Result<Conn, Refused> {
        name_client(peer).await;
        self.check_account(peer)?;
        if !self.takes_time() {
            return Ok(conn);
        }
        let deadline = Instant::now() + shared.handshake_timeout;
        let turn = shared.places.turns().begin();
        let conn = self.read_proxy(conn, peer, shared.handshake_timeout, &turn).await?;
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

    async fn read_proxy(
        &self,
        mut conn: Conn,
        peer: &mut Peer,
        limit: Duration,
        turn: &Turn,
    ) -> Result<Conn, Refused> {
        let Some(expected) = &self.proxy else { return Ok(conn) };
        check_sender(expected, peer)?;
        let read = async {
            match &mut conn {
                Conn::Stream(Stream::Tcp(stream)) => read_header(stream).await,
                #[cfg(unix)]
                Conn::Stream(Stream::Unix(stream)) => read_header(stream).await,
                _ => Err(Refused::failed("a PROXY header needs a stream")),
            }
        };
        let header = in_time("PROXY header", limit, turn, read).await??;
        peer.proxied = proxy::into_proxied(&header, expected.detail).map(Box::new);
        Ok(conn)
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

/// Who may speak for others.
fn check_sender(expected: &ProxyAccept, peer: &Peer) -> Result<(), Refused> {
    let Origin::Network { peer: address, .. } = &peer.origin else {
        // A Unix socket's client was asked for its account already.
        return Ok(());
    };
    let ip = address.ip().to_canonical();
    if expected.from.iter().any(|network| network.contains(&ip)) {
        return Ok(());
    }
    Err(Refused::denied(format!("{ip} is in none of the networks of `proxy_from`")))
}

/// Reads exactly the header: what follows it is the client's.
async fn read_header(stream: &mut (impl AsyncRead + Unpin)) -> Result<proxy::Header, Refused> {
    let mut bytes = vec![0; proxy::HEAD_LEN];
    let mut have = 0;
    while have < proxy::HEAD_LEN {
        let got = stream.read(&mut bytes[have..]).await.map_err(header_cut)?;
        if got == 0 {
            return Err(Refused::failed("the client left before its PROXY header"));
        }
        have += got;
        // A client that speaks something else is told so at its first byte,
        // and not when its time is up.
        proxy::check_start(&bytes[..have]).map_err(|error| Refused::failed(error.to_string()))?;
    }
    let mut head = [0; proxy::HEAD_LEN];
    head.copy_from_slice(&bytes);
    let rest = proxy::announced_len(&head).map_err(|error| Refused::failed(error.to_string()))?;
    bytes.resize(proxy::HEAD_LEN + rest, 0);
    stream.read_exact(&mut bytes[proxy::HEAD_LEN..]).await.map_err(header_cut)?;
    proxy::parse(&bytes).map_err(|error| Refused::failed(error.to_string()))
}

fn header_cut(error: io::Error) -> Refused {
    Refused::failed(format!("the PROXY header was cut: {error}"))
}

impl TlsAdmission {
    fn new(listen: &TlsServer, identities: &Identities) -> Result<Self, TlsError> {
        let identity = identities
            .get(&listen.identity)
            .ok_or_else(|| TlsError::NoCredential(listen.identity.clone()))?;
        let config = tls::server_config(identity, listen.clone())?;
        Ok(Self {
            config,
            fin_is_end: listen.tls.close_notify_optional,
            identity: Arc::clone(identity),
            clients: listen.clients.clone(),
        })
    }

    async fn handshake(
        &self,
        tcp: TcpStream,
        peer: &mut Peer,
        limit: Duration,
        turn: &Turn,
    ) -> Result<Conn, Refused> {
        let accepted = accept(tcp, Arc::clone(&self.config), self.fin_is_end);
        let shaken = in_time("TLS handshake", limit, turn, accepted);
        let (shaken, seen) = tls::witness(shaken).await;
        match shaken? {
            Ok(Shaken { conn, session, names, chain, .. }) => {
                let session = TlsSession { sni: seen.sni, ..session };
                peer.tls = Some(Box::new(session));
                peer.certificate = names.map(Box::new);
                peer.chain = (!chain.is_empty())
                    .then(|| chain.iter().map(|der| der.as_ref().into()).collect());
                Ok(Stream::Tls(Box::new(conn)).into())
            }
            Err(HandshakeError { error, tcp }) => {
                turn_away(tcp).await;
                peer.certificate = seen.names.clone().map(Box::new);
                Err(match seen.classify(&error) {
                    Refusal::Denied { reason } => Refused::denied(reason),
                    Refusal::Failed { reason } => Refused::failed(reason),
                })
            }
        }
    }
}
