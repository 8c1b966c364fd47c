//! What a finished handshake agreed on.

use rustls::{CommonState, ProtocolVersion};

use crate::access::{CertificateNames, TlsSession};

/// The session, and the names in the peer's certificate if it showed one.
/// `sni` is what the client asked for: `ServerConnection::server_name`, or the
/// name that we dialled. Only meaningful once the handshake is over.
pub fn session(
    connection: &CommonState,
    sni: Option<&str>,
) -> (TlsSession, Option<CertificateNames>) {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "unknown",
    };
    let leaf = connection.peer_certificates().and_then(|chain| chain.first());
    let session = TlsSession {
        version,
        cipher: connection.negotiated_cipher_suite().map(|s| iana(s.suite())).unwrap_or_default(),
        sni: sni.map(Into::into),
        alpn: connection.alpn_protocol().map(Into::into),
        certificate: leaf.map(|leaf| leaf.as_ref().into()),
    };
    // The verifiers have taken the same names already, so this cannot fail for
    // a peer that was let in.
    let names = leaf.and_then(|leaf| CertificateNames::from_der(leaf).ok());
    (session, names)
}

/// rustls marks its TLS 1.3 suites; the registry's names begin with `TLS_` alone.
fn iana(suite: rustls::CipherSuite) -> String {
    let name = suite.as_str().unwrap_or("unknown");
    match name.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}"),
        None => name.to_owned(),
    }
}
