//! TLS alerts that a peer sent us (RFC 8446, 6), in words.

use std::io;

use rustls::{AlertDescription, Error};

use super::refusal::tls_error;

/// Whether a read or write failed because the server refused our certificate.
/// In TLS 1.3 a client's handshake is over before the server has looked at its
/// certificate, so the refusal arrives in place of the first data: such an
/// error is no cut connection, and the sentence belongs in the log.
pub fn is_refusal_alert(error: &io::Error) -> Option<String> {
    let Some(Error::AlertReceived(alert)) = tls_error(error) else {
        return None;
    };
    refusal(*alert).map(|sentence| format!("the server {sentence}"))
}

/// What an alert's sender did, as the rest of a sentence about it.
pub(super) fn sentence(alert: AlertDescription) -> String {
    if let Some(sentence) = refusal(alert) {
        return sentence.to_owned();
    }
    match alert {
        AlertDescription::HandshakeFailure => {
            "found no common ground: cipher suite, key type or a missing certificate (handshake_failure)".into()
        }
        AlertDescription::ProtocolVersion => {
            "speaks none of our TLS versions (protocol_version)".into()
        }
        AlertDescription::UnrecognisedName => {
            "does not know the name that was asked for (unrecognized_name)".into()
        }
        other => format!("ended the handshake with the alert {other:?}"),
    }
}

fn refusal(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::AccessDenied => {
            "knows our certificate and lets nobody in with it: none of its `allow` rules matches (access_denied)"
        }
        AlertDescription::CertificateUnknown => {
            "refused our certificate for a reason of its own; its log may say which (certificate_unknown)"
        }
        AlertDescription::BadCertificate => "could not use our certificate (bad_certificate)",
        AlertDescription::UnsupportedCertificate => {
            "does not take our kind of certificate; is it for this use? (unsupported_certificate)"
        }
        AlertDescription::CertificateRevoked => {
            "says that our certificate is revoked (certificate_revoked)"
        }
        AlertDescription::CertificateExpired => {
            "says that our certificate has expired or is not valid yet (certificate_expired)"
        }
        AlertDescription::CertificateRequired => {
            "wants a certificate and we showed none (certificate_required)"
        }
        AlertDescription::NoCertificate => "wants a certificate (no_certificate)",
        AlertDescription::UnknownCA => {
            "does not trust the CA of our certificate, or cannot check whether it is revoked (unknown_ca)"
        }
        _ => return None,
    })
}
