//! rustls configurations for the two kinds of TLS ends.
//!
//! A resumed session skips the peer's certificate and with it the rules, the
//! CRL and the dates. So both sides look at it again: a listener before it
//! honours a ticket (`tickets`), a dialler before it uses the connection
//! (`dialling`). The configurations of [`client_config`] never resume.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring::Ticketer;
use rustls::pki_types::ServerName;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ProducesTickets, VerifierBuilderError};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion, version};

use super::client_verifier::client_verifier;
use super::identity::Identity;
use super::provider;
use super::server_verifier::server_verifier;
use super::shown::Shown;
use super::tickets::CheckedTickets;
use crate::config::{TlsClients, TlsDial, TlsOptions, TlsServer, TlsVersion};

/// Why an end got no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A listener whose identity only trusts.
    #[error("identity `{0}` has no certificate to show; give it `cert` and `key`, or `pkcs12`")]
    NoCredential(String),
    /// Peers are to be checked, but against what?
    #[error("identity `{0}` trusts nobody; give it `trust`")]
    NoTrust(String),
    /// The trust anchors or lists of the identity cannot be used.
    #[error("identity `{identity}`: the peer's certificate cannot be checked")]
    Verifier {
        /// The identity's name.
        identity: String,
        /// What rustls says.
        #[source]
        source: VerifierBuilderError,
    },
    /// A name to dial that no certificate could carry.
    #[error("`{0}` is neither a DNS name nor an IP address; set `server_name`")]
    ServerName(String),
    /// `min_tls` above `max_tls`, or no suite in common with the provider.
    #[error("the TLS options cannot be used together")]
    Options(#[from] rustls::Error),
}

impl TlsError {
    pub(super) fn no_trust(identity: &Identity) -> Self {
        Self::NoTrust(identity.name().to_owned())
    }

    pub(super) fn verifier(identity: &Identity, source: VerifierBuilderError) -> Self {
        Self::Verifier { identity: identity.name().to_owned(), source }
    }
}

/// The configuration of a listening end. It holds the identity as it was
/// loaded: a reload makes a new one.
///
/// # Errors
/// When the identity lacks what the end needs.
pub fn server_config(
    identity: &Identity,
    listen: impl Into<TlsServer>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let listen = listen.into();
    let key = identity
        .certified_key()
        .ok_or_else(|| TlsError::NoCredential(identity.name().to_owned()))?;
    let verifier = client_verifier(identity, &listen.clients)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&versions(&listen.tls))?
        .with_client_cert_verifier(Arc::clone(&verifier))
        .with_cert_resolver(Arc::new(Shown(key.clone())));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_half_rtt_data = false;
    // The record layer is our own; see `record`.
    config.enable_secret_extraction = true;
    // None, unless the end resumes: rustls' default hands out no ticket of its own.
    config.send_tls13_tickets = 0;
    if listen.tls.resume {
        // The ticket holds the session, so that we hold none.
        config.send_tls13_tickets = 1;
        config.ticketer = ticketer(&listen.clients, verifier)?;
    }
    Ok(Arc::new(config))
}

fn ticketer(
    clients: &TlsClients,
    verifier: Arc<dyn ClientCertVerifier>,
) -> Result<Arc<dyn ProducesTickets>, TlsError> {
    let seal = Ticketer::new()?;
    Ok(match clients {
        TlsClients::Anonymous => seal,
        TlsClients::Any | TlsClients::Rules(_) => Arc::new(CheckedTickets::new(seal, verifier)),
    })
}

/// The configuration of a dialling end, and the name that the server's
/// certificate must carry.
///
/// # Errors
/// When the identity lacks what the end needs, or the name cannot be one.
pub fn client_config(
    identity: &Identity,
    dial: &TlsDial,
) -> Result<(Arc<ClientConfig>, ServerName<'static>), TlsError> {
    let host = dial.server_name.as_ref().unwrap_or(&dial.tcp.to.host);
    let name =
        ServerName::try_from(host.clone()).map_err(|_| TlsError::ServerName(host.clone()))?;
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&versions(&dial.tls))?
        .dangerous()
        .with_custom_certificate_verifier(server_verifier(identity, dial.verify.as_ref())?);
    let mut config = match identity.certified_key() {
        Some(key) => {
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key.clone())))
        }
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::disabled();
    config.enable_secret_extraction = true;
    Ok((Arc::new(config), name))
}

fn versions(options: &TlsOptions) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::V1_3, &version::TLS13), (TlsVersion::V1_2, &version::TLS12)]
        .into_iter()
        .filter(|(version, _)| (options.min..=options.max).contains(version))
        .map(|(_, version)| version)
        .collect()
}
