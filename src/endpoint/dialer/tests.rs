#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::good_bridge;

#[test]
fn an_owner_that_does_not_exist_is_found_before_anything_is_dialled() {
    let bridge = good_bridge(
        "listen = \"pipe:x\"\nconnect = { address = \"unix:/a\", owner = \"no-such-user-here\" }",
    );
    let identities = Identities::load(&Default::default()).unwrap();
    let error = Dialer::new(bridge.connect.first(), &identities).unwrap_err();
    assert!(matches!(error, PrepareError::Owner(_)), "{error}");
}

/// A certificate of its own making, good until so many seconds from now.
fn self_signed(seconds: i64) -> rcgen::CertifiedKey<rcgen::KeyPair> {
    let mut params = rcgen::CertificateParams::new(["gw.example.com".to_owned()]).unwrap();
    params.not_before = time::OffsetDateTime::now_utc() - time::Duration::days(1);
    params.not_after = time::OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    rcgen::CertifiedKey { cert, signing_key }
}

fn serving(made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> rustls::ServerConfig {
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut config = rustls::ServerConfig::builder_with_provider(tls::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    config.ticketer = rustls::crypto::ring::Ticketer::new().unwrap();
    config
}

fn target_at(port: u16, trusted: &str) -> TlsTarget {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, trusted).unwrap();
    let identity = crate::config::Identity {
        name: "near".into(),
        credential: None,
        trust: Some(crate::config::Trust::File(file)),
        crl: Vec::new(),
    };
    let now = rustls::pki_types::UnixTime::now();
    let identity = tls::Identity::load(&identity, now).unwrap();
    let bridge = good_bridge(&format!(
        "listen = \"pipe:x\"\nconnect = {{ address = \"tls:127.0.0.1:{port}\", \
         identity = \"near\", server_name = \"gw.example.com\" }}\n\
         [identity.near]\ntrust = \"ca.pem\""
    ));
    let Dial::Tls(dial) = bridge.connect.first().clone() else { unreachable!() };
    let side = Dialling::new(&identity, &dial).unwrap();
    TlsTarget { dial: *dial, side }
}

/// The server got a new certificate before the old one ran out, and kept the
/// keys of its tickets: a session that began with the old one goes on.
#[tokio::test]
async fn a_session_whose_certificate_has_run_out_is_followed_by_a_full_handshake() {
    use rustls::HandshakeKind::{Full, Resumed};

    let (old, new) = (self_signed(3), self_signed(3_600));
    let trusted = old.cert.pem() + &new.cert.pem();
    let first = serving(&old);
    let mut second = serving(&new);
    second.ticketer = first.ticketer.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = target_at(listener.local_addr().unwrap().port(), &trusted);
    let (told, mut kinds) = tokio::sync::mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        let mut config = Arc::new(first);
        let second = Arc::new(second);
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let mut conn = tokio_rustls::TlsAcceptor::from(config).accept(tcp).await.unwrap();
            told.send(conn.get_ref().1.handshake_kind().unwrap()).unwrap();
            // The dialler may have gone to shake hands anew.
            let _ = conn.write_all(b"x").await;
            config = second.clone();
        }
    });
    let mut dial = async || {
        let mut from = None;
        let mut conn = target.dial(&target.dial.tcp.to, b"", &mut from).await.unwrap().conn;
        assert!(from.is_some_and(|from| from.port() != 0), "our own address is told");
        let stream = conn.stream().unwrap();
        let mut byte = [0];
        std::future::poll_fn(|cx| stream.poll_read(cx, &mut byte)).await.unwrap();
        let mut seen = Vec::new();
        while let Ok(kind) = kinds.try_recv() {
            seen.push(kind);
        }
        seen
    };
    assert_eq!(dial().await, [Full]);
    assert_eq!(dial().await, [Resumed]);
    let changed = loop {
        match dial().await {
            seen if seen == [Resumed] => tokio::time::sleep(Duration::from_millis(50)).await,
            seen => break seen,
        }
    };
    assert_eq!(changed, [Resumed, Full]);
    // And the new certificate's sessions go on again.
    assert_eq!(dial().await, [Full]);
    assert_eq!(dial().await, [Resumed]);
    serving.abort();
}
