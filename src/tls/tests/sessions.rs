//! Versions, resumption, and what a session tells.

use std::sync::Arc;

use rstest::rstest;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, HandshakeKind};

use super::handshake::{dial, listen, meet, only, shake};
use super::pki::{Authority, Leaf, identity, trust_only};
use crate::config::{TlsClients, TlsVersion};
use crate::tls::{client_config, explain_dial, provider, server_config, session};

pub(super) fn certified(leaf: &Leaf) -> CertifiedKey {
    let chain = CertificateDer::pem_slice_iter(leaf.chain.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    CertifiedKey::from_der(chain.collect::<Result<_, _>>().unwrap(), key, &provider()).unwrap()
}

#[rstest]
#[case(TlsVersion::V1_2, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_")]
#[case(TlsVersion::V1_3, "TLSv1.3", "TLS_AES_")]
fn a_session_tells_version_cipher_and_names(
    #[case] version: TlsVersion,
    #[case] word: &str,
    #[case] cipher: &str,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&ca.leaf("till-7", &["till-7.example.com"]), &ca, &[]);
    let mut any = listen(TlsClients::Any);
    any.tls = only(version);
    let (server, client) = meet((&server, &any), (&client, &dial("gw.example.com"))).succeeds();
    let (told, names) = session(&server, server.server_name());
    assert_eq!(told.version, word);
    assert!(told.cipher.starts_with(cipher), "{}", told.cipher);
    assert_eq!(told.sni.as_deref(), Some("gw.example.com"));
    assert_eq!(told.alpn, None);
    assert_eq!(names.unwrap().dns, ["till-7.example.com"]);
    let (_, names) = session(&client, None);
    assert_eq!(names.unwrap().cn, ["gateway"]);
}

#[test]
fn versions_that_do_not_overlap_fail_the_handshake() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let mut new = listen(TlsClients::Anonymous);
    new.tls = only(TlsVersion::V1_3);
    let mut old = dial("gw.example.com");
    old.tls = only(TlsVersion::V1_2);
    let failed = meet((&server, &new), (&trust_only(&ca), &old));
    failed.is_failed();
    assert!(explain_dial(failed.client_error()).contains("protocol_version"));
}

/// A client that resumes whenever the server lets it.
fn eager(ca: &Authority, leaf: Option<&Leaf>, version: TlsVersion) -> ClientConfig {
    let identity = leaf.map_or_else(|| trust_only(ca), |leaf| identity(leaf, ca, &[]));
    let mut dial = dial("gw.example.com");
    dial.tls = only(version);
    let (config, _) = client_config(&identity, &dial).unwrap();
    let mut config = (*config).clone();
    config.resumption = Resumption::in_memory_sessions(8);
    config
}

#[rstest]
#[case::with_certificates(TlsClients::Any, HandshakeKind::Full)]
#[case::anonymous(TlsClients::Anonymous, HandshakeKind::Resumed)]
fn only_listeners_without_client_certificates_let_a_session_be_resumed(
    #[case] clients: TlsClients,
    #[case] second: HandshakeKind,
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let server = server_config(&server, &listen(clients)).unwrap();
    let client = Arc::new(eager(&ca, Some(&ca.leaf("till-7", &[])), version));
    let again = || {
        let name = "gw.example.com".try_into().unwrap();
        shake(server.clone(), client.clone(), name).succeeds().0.handshake_kind()
    };
    assert_eq!(again(), Some(HandshakeKind::Full));
    assert_eq!(again(), Some(second));
}

#[test]
fn a_dialler_checks_the_server_each_time() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let server = server_config(&server, &listen(TlsClients::Anonymous)).unwrap();
    let (client, name) = client_config(&trust_only(&ca), &dial("gw.example.com")).unwrap();
    for _ in 0..2 {
        let (server, _) = shake(server.clone(), client.clone(), name.clone()).succeeds();
        assert_eq!(server.handshake_kind(), Some(HandshakeKind::Full));
    }
}
