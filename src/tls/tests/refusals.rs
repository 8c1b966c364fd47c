//! What a failed handshake is called.

use std::io;

use rstest::rstest;
use rustls::{AlertDescription, Error, ServerConnection};
use tokio::io::AsyncReadExt;

use super::handshake::{dial, feed, listen, rules};
use super::pki::{Authority, identity};
use crate::config::{CertRule, TlsClients};
use crate::tls::{
    Refusal, classify, client_config, explain_dial, is_refusal_alert, server_config, witness,
};

fn wrapped(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[rstest]
#[case::plain_http(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".as_slice())]
#[case::zeros(&[0; 64])]
#[case::hello_cut_wrong(&[22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff])]
fn garbage_is_a_failed_handshake_and_no_denial(#[case] garbage: &[u8]) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &[]), &ca, &[]);
    let config = server_config(&server, &listen(TlsClients::Any)).unwrap();
    let mut server = ServerConnection::new(config).unwrap();
    let error = feed(&mut server, garbage).unwrap_err();
    assert!(matches!(classify(&error), Refusal::Failed { .. }), "{error}");
}

#[test]
fn a_client_that_leaves_is_a_failed_handshake() {
    let refusal = classify(&io::ErrorKind::UnexpectedEof.into());
    assert_eq!(refusal.reason(), "the client left during the handshake");
    assert!(matches!(refusal, Refusal::Failed { .. }));
    let refusal = classify(&io::ErrorKind::ConnectionReset.into());
    assert!(matches!(refusal, Refusal::Failed { .. }));
}

#[test]
fn an_alert_of_the_client_is_a_failed_handshake() {
    let refusal = classify(&wrapped(Error::AlertReceived(AlertDescription::UnknownCA)));
    assert!(matches!(&refusal, Refusal::Failed { .. }));
    assert!(refusal.reason().starts_with("the client does not trust the CA of our certificate"));
}

#[rstest]
#[case(AlertDescription::AccessDenied, true)]
#[case(AlertDescription::CertificateUnknown, true)]
#[case(AlertDescription::BadCertificate, true)]
#[case(AlertDescription::UnsupportedCertificate, true)]
#[case(AlertDescription::CertificateRequired, true)]
#[case(AlertDescription::CertificateRevoked, true)]
#[case(AlertDescription::CertificateExpired, true)]
#[case(AlertDescription::UnknownCA, true)]
#[case(AlertDescription::InternalError, false)]
#[case(AlertDescription::DecodeError, false)]
#[case(AlertDescription::CloseNotify, false)]
fn alerts_about_our_certificate_are_refusals(
    #[case] alert: AlertDescription,
    #[case] refusal: bool,
) {
    let error = wrapped(Error::AlertReceived(alert));
    assert_eq!(is_refusal_alert(&error).is_some(), refusal);
    assert!(explain_dial(&error).starts_with("the server "));
}

#[test]
fn an_ordinary_error_is_no_refusal() {
    assert_eq!(is_refusal_alert(&io::ErrorKind::ConnectionReset.into()), None);
    assert_eq!(is_refusal_alert(&io::Error::other("boom")), None);
    assert_eq!(is_refusal_alert(&wrapped(Error::DecryptError)), None);
}

/// The same over tokio-rustls, whose errors are the ones that get sorted.
#[tokio::test]
async fn a_refused_client_of_tls_1_3_learns_it_on_its_first_read() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let nobody = vec![CertRule { cn: vec!["somebody else".into()], ..Default::default() }];
    let config = server_config(&server, &rules(nobody)).unwrap();
    let client = identity(&ca.leaf("till-7", &[]), &ca, &[]);
    let (client, name) = client_config(&client, &dial("gw.example.com")).unwrap();
    let (near, far) = tokio::io::duplex(16 * 1024);
    let accept = witness(tokio_rustls::TlsAcceptor::from(config).accept(far));
    let connect = tokio_rustls::TlsConnector::from(client).connect(name, near);
    let ((accepted, sighting), connected) = tokio::join!(accept, connect);
    assert_eq!(sighting.names.as_ref().unwrap().cn, ["till-7"]);
    let refusal = sighting.classify(&accepted.err().unwrap());
    assert!(matches!(&refusal, Refusal::Denied { reason } if reason.contains("CN=till-7")));
    let error = connected.unwrap().read_u8().await.unwrap_err();
    assert!(is_refusal_alert(&error).unwrap().contains("access_denied"));
}

#[rstest]
#[case("Other CA", "", "unknown_ca")]
#[case("CA", ": its CA has the name of one there, and another key", "DecryptError")]
#[tokio::test]
async fn a_witness_names_a_client_whose_chain_is_bad_and_keeps_its_alert(
    #[case] other: &str,
    #[case] more: &str,
    #[case] alert: &str,
) {
    let (ca, other) = (Authority::new("CA"), Authority::new(other));
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let config = server_config(&server, &listen(TlsClients::Any)).unwrap();
    let client = identity(&other.leaf("stranger", &[]), &ca, &[]);
    let (client, name) = client_config(&client, &dial("gw.example.com")).unwrap();
    let (near, far) = tokio::io::duplex(16 * 1024);
    let accept = witness(tokio_rustls::TlsAcceptor::from(config).accept(far));
    let connect = tokio_rustls::TlsConnector::from(client).connect(name, near);
    let ((accepted, sighting), connected) = tokio::join!(accept, connect);
    assert_eq!(sighting.names.as_ref().unwrap().cn, ["stranger"]);
    let refusal = sighting.classify(&accepted.err().unwrap());
    assert!(refusal.reason().ends_with(&format!("does not come from a CA in `trust`{more}")));
    let error = connected.unwrap().read_u8().await.unwrap_err();
    let told = is_refusal_alert(&error).unwrap_or_else(|| explain_dial(&error));
    assert!(told.contains(alert), "{told}");
}

#[tokio::test]
async fn a_client_that_hangs_up_over_tokio_is_a_failed_handshake() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &[]), &ca, &[]);
    let config = server_config(&server, &listen(TlsClients::Any)).unwrap();
    let (near, far) = tokio::io::duplex(1024);
    drop(near);
    let error = tokio_rustls::TlsAcceptor::from(config).accept(far).await.err().unwrap();
    assert_eq!(classify(&error).reason(), "the client left during the handshake");
}
