//! Who may ask: what a connection must show before its first request is read.
//!
//! A refusal is told to the log alone. Over TLS it happens inside the
//! handshake; the certificate and the rules are those of the last reload.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{AdminStream, AdminView};
use crate::access::{ResolvedLocalRules, UnknownName};
use crate::config::{AdminListen, LocalRules, TlsClients, TlsListen};
use crate::endpoint::tls::{HandshakeError, accept};
use crate::endpoint::{Protection, ProtectionError, pipe_protection, turn_away};
use crate::tls::{self, Identities, Identity, TlsError};

/// For the whole handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked of whoever connects.
#[derive(Debug)]
pub(in crate::gateway) enum Admission {
    /// Nothing, or the system has asked already.
    Everybody,
    /// An account that `allow` names.
    Accounts(ResolvedLocalRules),
    /// A TLS handshake.
    Tls(TlsDoor),
}

/// A connection of which nothing is known yet.
pub(in crate::gateway) enum Arrived {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
    #[cfg(windows)]
    Pipe(Box<dyn AdminStream>, crate::access::Process),
}

impl Arrived {
    /// As it is, for who asks nothing.
    pub fn into_stream(self) -> Box<dyn AdminStream> {
        match self {
            Self::Tcp(stream) => Box::new(stream),
            #[cfg(unix)]
            Self::Unix(stream) => Box::new(stream),
            #[cfg(windows)]
            Self::Pipe(stream, _) => stream,
        }
    }
}

impl Admission {
    /// What `listen` asks for.
    ///
    /// # Errors
    /// An account that the system does not know.
    pub fn new(listen: &AdminListen) -> Result<Self, UnknownName> {
        Ok(match listen {
            AdminListen::Tls(_) => Self::Tls(TlsDoor::default()),
            AdminListen::Unix(unix) => Self::of_rules(&unix.allow)?,
            // A security descriptor of the user's own has the last word.
            AdminListen::Pipe(pipe) if pipe.sddl.is_some() => Self::Everybody,
            AdminListen::Pipe(pipe) => Self::of_rules(&pipe.allow)?,
            AdminListen::Tcp(_) => Self::Everybody,
        })
    }

    fn of_rules(rules: &LocalRules) -> Result<Self, UnknownName> {
        Ok(match rules {
            LocalRules::Default => Self::Everybody,
            LocalRules::Rules(_) => Self::Accounts(ResolvedLocalRules::resolve(rules)?),
        })
    }

    /// About accounts, where there are any.
    pub fn rules(&self) -> Option<&ResolvedLocalRules> {
        match self {
            Self::Accounts(rules) => Some(rules),
            Self::Everybody | Self::Tls(_) => None,
        }
    }

    /// Asks it.
    ///
    /// # Errors
    /// Why not, in one sentence.
    pub async fn admit(
        &self,
        arrived: Arrived,
        view: &dyn AdminView,
    ) -> Result<Box<dyn AdminStream>, String> {
        match (self, arrived) {
            (Self::Tls(door), Arrived::Tcp(stream)) => door.shake(stream, view).await,
            #[cfg(unix)]
            (Self::Accounts(rules), Arrived::Unix(stream)) => {
                let process = crate::endpoint::unix::peer_process(&stream, true);
                let process =
                    process.map_err(|error| format!("its account is unknown: {error}"))?;
                judge(rules, &process)?;
                Ok(Box::new(stream))
            }
            // The DACL cannot say all that a rule may ask for.
            #[cfg(windows)]
            (Self::Accounts(rules), Arrived::Pipe(stream, process)) => {
                judge(rules, &process)?;
                Ok(stream)
            }
            (_, arrived) => Ok(arrived.into_stream()),
        }
    }
}

fn judge(rules: &ResolvedLocalRules, process: &crate::access::Process) -> Result<(), String> {
    rules.admits(&process.account).reason().map_or(Ok(()), |why| Err(why.to_owned()))
}

/// The TLS side of the listener, as the last reload left it.
#[derive(Default)]
pub(in crate::gateway) struct TlsDoor {
    made: Mutex<Option<Made>>,
}

struct Made {
    identity: Arc<Identity>,
    listen: Box<TlsListen>,
    config: Arc<ServerConfig>,
}

impl std::fmt::Debug for TlsDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsDoor").finish_non_exhaustive()
    }
}

impl TlsDoor {
    async fn shake(
        &self,
        stream: TcpStream,
        view: &dyn AdminView,
    ) -> Result<Box<dyn AdminStream>, String> {
        let config = self.config(view).ok_or("its identity is gone")?;
        // A client that sends its request and a FIN has said all there is.
        let shaking = timeout(PATIENCE, accept(stream, config, true));
        let (shaken, seen) = tls::witness(shaking).await;
        match shaken {
            Ok(Ok(shaken)) => Ok(Box::new(shaken.conn)),
            Ok(Err(HandshakeError { error, tcp })) => {
                turn_away(tcp).await;
                Err(seen.classify(&error).reason().to_owned())
            }
            Err(_) => Err("no TLS handshake in time".to_owned()),
        }
    }

    /// Made anew when a reload has brought another certificate or other rules.
    fn config(&self, view: &dyn AdminView) -> Option<Arc<ServerConfig>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((identity, listen)) = view.tls() {
            let same =
                |made: &Made| Arc::ptr_eq(&made.identity, &identity) && made.listen == listen;
            if !made.as_ref().is_some_and(same) {
                match tls::server_config(&identity, &*listen) {
                    Ok(config) => *made = Some(Made { identity, listen, config }),
                    // It was tried before it came into force.
                    Err(error) => {
                        tracing::error!(%error, "the admin server keeps its old identity")
                    }
                }
            }
        }
        made.as_ref().map(|made| Arc::clone(&made.config))
    }
}

/// Why the admin listener can let nobody in.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// `allow` names somebody who does not exist.
    #[error(transparent)]
    Account(#[from] UnknownName),
    /// Its identity.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Its pipe cannot be protected as written.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
}

/// Finds what would keep the listener from admitting anybody; tells how the
/// system will protect it.
///
/// # Errors
/// It.
pub(in crate::gateway) fn check(
    listen: &AdminListen,
    identities: &Identities,
) -> Result<Option<Protection>, Unfit> {
    if let AdminListen::Tls(tls) = listen {
        let identity = identities.get(&tls.identity);
        let identity = identity.ok_or_else(|| TlsError::NoCredential(tls.identity.clone()));
        identity.and_then(|identity| tls::server_config(identity, &**tls))?;
    }
    let admission = Admission::new(listen)?;
    let AdminListen::Pipe(pipe) = listen else { return Ok(None) };
    Ok(pipe_protection(pipe, admission.rules())?)
}

/// Whether whoever comes in has shown a certificate.
pub(in crate::gateway) fn asks_for_certificates(tls: &TlsListen) -> bool {
    !matches!(tls.clients, TlsClients::Anonymous)
}
