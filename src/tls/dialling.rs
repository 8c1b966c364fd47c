//! A dialling end's sessions: remembered, and judged again when resumed.
//!
//! rustls does not look at the server's certificate when a session goes on. So
//! whoever dials asks [`Dialling::recheck`] before it uses such a connection,
//! and dials anew with [`Dialling::fresh`] if the certificate no longer stands.
//! And as a server hands out new tickets on a session that went on, all are
//! forgotten after a while, so that it shows again that the key is its own.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{
    ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, Error, NamedGroup};

use super::configs::{TlsError, client_config};
use super::identity::Identity;
use super::server_verifier::server_verifier;
use super::tickets::LONGEST;
use crate::config::TlsDial;

/// Tickets that a dialler keeps. Each is good for one connection, so this is
/// how many of a burst can resume.
const MOST_TICKETS: usize = 64;

/// What a dialling end needs for its handshakes.
#[derive(Debug)]
pub struct Dialling {
    name: ServerName<'static>,
    fresh: Arc<ClientConfig>,
    resuming: Arc<ClientConfig>,
    sessions: Arc<Sessions>,
    verifier: Arc<dyn ServerCertVerifier>,
}

impl Dialling {
    /// Prepares to dial under `identity`; no session is remembered yet.
    ///
    /// # Errors
    /// As [`client_config`].
    pub fn new(identity: &Identity, dial: &TlsDial) -> Result<Self, TlsError> {
        let (fresh, name) = client_config(identity, dial)?;
        let verifier = server_verifier(identity, dial.verify.as_ref())?;
        let sessions = Arc::new(Sessions::default());
        let resuming = if dial.tls.resume {
            let mut resuming = (*fresh).clone();
            resuming.resumption = Resumption::store(Arc::clone(&sessions) as _);
            Arc::new(resuming)
        } else {
            Arc::clone(&fresh)
        };
        Ok(Self { name, fresh, resuming, sessions, verifier })
    }

    /// The name that the server's certificate must carry.
    pub fn name(&self) -> ServerName<'static> {
        self.name.clone()
    }

    /// Resumes where there is a ticket that is not too old, and the end may.
    pub fn resuming(&self) -> Arc<ClientConfig> {
        self.sessions.forget_old(Instant::now());
        Arc::clone(&self.resuming)
    }

    /// Looks at the server's certificate in any case, and remembers nothing.
    pub fn fresh(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.fresh)
    }

    /// Judges the certificate of a server whose session went on, as of now;
    /// if it no longer stands, all sessions are forgotten.
    ///
    /// # Errors
    /// What a full handshake would have said.
    pub fn recheck(&self, chain: &[CertificateDer<'_>]) -> Result<(), Error> {
        let (leaf, rest) = chain.split_first().ok_or(Error::NoCertificatesPresented)?;
        let judged = self.verifier.verify_server_cert(leaf, rest, &self.name, &[], UnixTime::now());
        judged.map(|_| ()).inspect_err(|_| self.sessions.forget())
    }
}

/// The sessions of one dialler, which knows one server name.
#[derive(Debug, Default)]
struct Sessions(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    group: Option<NamedGroup>,
    old: Option<Tls12ClientSessionValue>,
    tickets: VecDeque<Tls13ClientSessionValue>,
    /// When the first of them came.
    since: Option<Instant>,
}

/// Without what is remembered: who has it can go on in our place.
impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Remembered");
        shown.field("old", &self.old.is_some()).field("tickets", &self.tickets.len());
        shown.field("since", &self.since).finish_non_exhaustive()
    }
}

impl Remembered {
    fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // Whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        *self.lock() = Remembered::default();
    }

    fn forget_old(&self, now: Instant) {
        let mut remembered = self.lock();
        if remembered.since.is_some_and(|since| now.saturating_duration_since(since) > LONGEST) {
            *remembered = Remembered::default();
        }
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        self.lock().group = Some(group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.lock().group
    }

    fn set_tls12_session(&self, _: ServerName<'static>, session: Tls12ClientSessionValue) {
        let mut remembered = self.lock();
        remembered.begin();
        remembered.old = Some(session);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.lock().old.clone()
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.lock().old = None;
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut remembered = self.lock();
        remembered.begin();
        if remembered.tickets.len() == MOST_TICKETS {
            remembered.tickets.pop_front();
        }
        remembered.tickets.push_back(ticket);
    }

    /// The newest: it lasts longest.
    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.lock().tickets.pop_back()
    }
}

#[cfg(test)]
mod tests;
