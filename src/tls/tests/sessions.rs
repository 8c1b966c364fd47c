//! Versions, resumption, and what a session tells.

use std::sync::Arc;

use rstest::rstest;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, HandshakeKind, ServerConfig};

use super::handshake::{dial, listen, meet, only, shake};
use super::pki::{Authority, Leaf, dns, identity, params, trust_only};
use crate::config::{TlsClients, TlsVersion};
use crate::tls::{
    Dialling, client_config, explain_dial, provider, server_config, session, witness,
};

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

/// Twice a handshake of the same client, each with a witness as a listener has
/// one: how the second went, and whose it was.
async fn twice(server: Arc<ServerConfig>, client: ClientConfig) -> (HandshakeKind, Vec<String>) {
    let client = Arc::new(client);
    let mut last = None;
    for _ in 0..2 {
        let name = "gw.example.com".try_into().unwrap();
        let (server, client) = (server.clone(), client.clone());
        let (met, _) = witness(async { shake(server, client, name) }).await;
        let (server, _) = met.succeeds();
        let names = session(&server, None).1.map(|names| names.cn).unwrap_or_default();
        last = Some((server.handshake_kind().unwrap(), names));
    }
    last.unwrap()
}

#[rstest]
#[case::with_certificates(TlsClients::Any, &["till-7"])]
#[case::anonymous(TlsClients::Anonymous, &[])]
#[tokio::test]
async fn a_session_goes_on_as_who_began_it(
    #[case] clients: TlsClients,
    #[case] names: &[&str],
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let server = server_config(&server, &listen(clients)).unwrap();
    let client = eager(&ca, Some(&ca.leaf("till-7", &[])), version);
    let (kind, again) = twice(server, client).await;
    assert_eq!(kind, HandshakeKind::Resumed);
    assert_eq!(again, names);
}

#[rstest]
#[tokio::test]
async fn an_end_that_may_not_resume_shakes_hands_in_full(
    #[values(TlsClients::Any, TlsClients::Anonymous)] clients: TlsClients,
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let mut end = listen(clients);
    end.tls.resume = false;
    let server = server_config(&server, &end).unwrap();
    let client = eager(&ca, Some(&ca.leaf("till-7", &[])), version);
    assert_eq!(twice(server, client).await.0, HandshakeKind::Full);
}

#[rstest]
fn without_a_witness_a_client_with_a_certificate_gets_no_ticket(
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let server = server_config(&server, &listen(TlsClients::Any)).unwrap();
    let client = Arc::new(eager(&ca, Some(&ca.leaf("till-7", &[])), version));
    for _ in 0..2 {
        let name = "gw.example.com".try_into().unwrap();
        let (server, _) = shake(server.clone(), client.clone(), name).succeeds();
        assert_eq!(server.handshake_kind(), Some(HandshakeKind::Full));
    }
}

/// A listener's ticket is another's waste paper, though both have one identity.
#[rstest]
#[tokio::test]
async fn a_ticket_is_good_at_the_listener_that_gave_it_alone(
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
    #[values(false, true)] first_is_anonymous: bool,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let first = if first_is_anonymous { TlsClients::Anonymous } else { TlsClients::Any };
    let first = server_config(&server, &listen(first)).unwrap();
    let second = server_config(&server, &listen(TlsClients::Any)).unwrap();
    let client = Arc::new(eager(&ca, Some(&ca.leaf("till-7", &[])), version));
    for server in [first, second] {
        let (client, name) = (client.clone(), "gw.example.com".try_into().unwrap());
        let (met, _) = witness(async { shake(server, client, name) }).await;
        assert_eq!(met.succeeds().0.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[rstest]
#[tokio::test]
async fn a_dialler_resumes_and_forgets_when_the_server_no_longer_stands(
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let mut short = params("gateway");
    short.subject_alt_names = vec![dns("gw.example.com")];
    short.not_after = time::OffsetDateTime::now_utc() + time::Duration::seconds(3);
    let server = identity(&ca.issue(short), &ca, &[]);
    let server = server_config(&server, &listen(TlsClients::Anonymous)).unwrap();
    let mut dial = dial("gw.example.com");
    dial.tls = only(version);
    let side = Dialling::new(&trust_only(&ca), &dial).unwrap();
    let meet = || shake(server.clone(), side.resuming(), side.name());
    assert_eq!(meet().succeeds().1.handshake_kind(), Some(HandshakeKind::Full));
    let (_, resumed) = meet().succeeds();
    assert_eq!(resumed.handshake_kind(), Some(HandshakeKind::Resumed));
    let chain = resumed.peer_certificates().unwrap().to_vec();
    side.recheck(&chain).unwrap();
    meet().succeeds();
    let error = loop {
        match side.recheck(&chain) {
            Ok(()) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("expired"), "{error}");
    // No ticket is left: the server has to show its certificate, and fails.
    assert!(explain_dial(meet().client_error()).contains("expired"));
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
