//! What a failed handshake means, for the outcome and for the log.

use std::io;

use rustls::{CertificateError, Error};

use super::alerts;
use crate::telemetry::rfc3339;

/// How a client's handshake failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// We refused the client for its certificate: outcome `denied`.
    Denied {
        /// Who or why, in one sentence.
        reason: String,
    },
    /// There was no proper handshake: outcome `handshake_failed`.
    Failed {
        /// Why, in one sentence.
        reason: String,
    },
}

impl Refusal {
    /// The sentence.
    pub fn reason(&self) -> &str {
        match self {
            Self::Denied { reason } | Self::Failed { reason } => reason,
        }
    }
}

/// Sorts the error of a server's handshake, as tokio-rustls returns it.
pub fn classify(error: &io::Error) -> Refusal {
    match tls_error(error) {
        Some(Error::NoCertificatesPresented) => {
            Refusal::Denied { reason: "the client showed no certificate".into() }
        }
        Some(Error::InvalidCertificate(why)) => {
            Refusal::Denied { reason: certificate_sentence("client", why) }
        }
        Some(Error::InvalidCertRevocationList(why)) => Refusal::Denied {
            reason: format!("the client's certificate cannot be checked for revocation: {why:?}"),
        },
        Some(Error::AlertReceived(alert)) => {
            Refusal::Failed { reason: format!("the client {}", alerts::sentence(*alert)) }
        }
        Some(other) => Refusal::Failed { reason: other.to_string() },
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            Refusal::Failed { reason: "the client left during the handshake".into() }
        }
        None => Refusal::Failed { reason: error.to_string() },
    }
}

/// The error of a dialler's handshake in one sentence.
pub fn explain_dial(error: &io::Error) -> String {
    match tls_error(error) {
        Some(Error::InvalidCertificate(why)) => certificate_sentence("server", why),
        Some(Error::InvalidCertRevocationList(why)) => {
            format!("the server's certificate cannot be checked for revocation: {why:?}")
        }
        Some(Error::AlertReceived(alert)) => format!("the server {}", alerts::sentence(*alert)),
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the handshake".into()
        }
        None => error.to_string(),
    }
}

/// The TLS error inside an I/O error.
pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn certificate_sentence(side: &str, error: &CertificateError) -> String {
    use CertificateError as E;
    let it = format!("the {side}'s certificate");
    match error {
        E::Expired => format!("{it}, or one of its chain, has expired"),
        E::ExpiredContext { not_after, .. } => {
            format!("{it}, or one of its chain, expired at {}", rfc3339(not_after.as_secs()))
        }
        E::NotValidYet => format!("{it}, or one of its chain, is not valid yet"),
        E::NotValidYetContext { not_before, .. } => {
            format!(
                "{it}, or one of its chain, is not valid before {}",
                rfc3339(not_before.as_secs())
            )
        }
        E::Revoked => format!("{it}, or one of its chain, is revoked"),
        E::UnknownIssuer => format!("{it} does not come from a CA in `trust`"),
        // Two authorities that were made with one name look alike but for this.
        E::BadSignature => format!(
            "{it} does not come from a CA in `trust`: its CA has the name of one there, and \
             another key"
        ),
        E::UnknownRevocationStatus => {
            format!("{it} cannot be checked for revocation: `crl` holds no list of its issuer")
        }
        E::ExpiredRevocationList => {
            format!("{it} cannot be checked for revocation: the issuer's list has run out")
        }
        E::ExpiredRevocationListContext { next_update, .. } => format!(
            "{it} cannot be checked for revocation: the issuer's list ran out at {}",
            rfc3339(next_update.as_secs())
        ),
        E::NotValidForNameContext { expected, presented } => format!(
            "{it} is not for `{}` but for {}",
            expected.to_str(),
            if presented.is_empty() { "no name at all".into() } else { listed(presented) }
        ),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            format!("{it} may not be used as a {side} (extended key usage)")
        }
        // Our own refusals say who it was.
        E::Other(other) => format!("{it} was refused: {other}"),
        other => format!("{it} was refused: {other}"),
    }
}

/// At most five names, which a stranger chose.
fn listed(names: &[String]) -> String {
    let mut list: Vec<String> =
        names.iter().take(5).map(|name| format!("`{}`", bare(name).escape_debug())).collect();
    if names.len() > list.len() {
        list.push(format!("{} more", names.len() - list.len()));
    }
    list.join(", ")
}

/// The name inside `DnsName("...")`, as webpki writes it.
fn bare(name: &str) -> &str {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.map_or(name, |inside| inside.trim_matches('"'))
}
