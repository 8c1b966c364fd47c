//! Revocation fails closed.

use rcgen::SerialNumber;

use super::handshake::{Handshake, dial, listen, meet};
use super::pki::{Authority, Leaf, identity, trust_only};
use crate::config::TlsClients;
use crate::tls::{explain_dial, is_refusal_alert};

fn client_meets(ca: &Authority, leaf: &Leaf, crls: &[String]) -> Handshake {
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), ca, crls);
    let client = identity(leaf, ca, &[]);
    meet((&server, &listen(TlsClients::Any)), (&client, &dial("gw.example.com")))
}

#[test]
fn a_revoked_client_is_denied_and_sees_why() {
    let ca = Authority::new("CA");
    let (good, bad) = (ca.leaf("good", &[]), ca.leaf("bad", &[]));
    let crl = ca.crl_pem(&[&bad.serial], 30);
    client_meets(&ca, &good, std::slice::from_ref(&crl)).succeeds();
    let refused = client_meets(&ca, &bad, &[crl]);
    assert!(refused.is_denied().contains("is revoked"));
    assert!(is_refusal_alert(refused.client_error()).unwrap().contains("certificate_revoked"));
}

#[test]
fn a_list_that_has_run_out_refuses_everybody() {
    let ca = Authority::new("CA");
    let refused = client_meets(&ca, &ca.leaf("good", &[]), &[ca.crl_pem(&[], -1)]);
    let reason = refused.is_denied();
    assert!(reason.contains("the issuer's list ran out at "), "{reason}");
}

#[test]
fn a_list_of_another_authority_does_not_vouch() {
    let (ca, other) = (Authority::new("CA"), Authority::new("Other CA"));
    let refused = client_meets(&ca, &ca.leaf("good", &[]), &[other.crl_pem(&[], 30)]);
    let reason = refused.is_denied();
    assert!(reason.contains("`crl` holds no list of its issuer"), "{reason}");
    let both = [other.crl_pem(&[], 30), ca.crl_pem(&[], 30)];
    client_meets(&ca, &ca.leaf("good", &[]), &both).succeeds();
}

#[test]
fn a_forged_list_of_the_same_name_does_not_vouch() {
    let (ca, impostor) = (Authority::new("CA"), Authority::new("CA"));
    let refused = client_meets(&ca, &ca.leaf("good", &[]), &[impostor.crl_pem(&[], 30)]);
    let reason = refused.is_denied();
    assert!(reason.contains("cannot be checked for revocation"), "{reason}");
}

#[test]
fn intermediates_are_checked_too() {
    let ca = Authority::new("CA");
    let branch = ca.intermediate("Branch CA");
    let leaf = || branch.leaf("till-7", &[]).with_chain(&branch);
    let branch_crl = branch.crl_pem(&[], 30);
    let refused = client_meets(&ca, &leaf(), std::slice::from_ref(&branch_crl));
    assert!(refused.is_denied().contains("holds no list"));
    let nobody = ca.crl_pem(&[&SerialNumber::from(1u64)], 30);
    client_meets(&ca, &leaf(), &[branch_crl.clone(), nobody]).succeeds();
    let der = rustls::pki_types::pem::PemObject::from_pem_slice(branch.pem().as_bytes());
    let der: rustls::pki_types::CertificateDer<'_> = der.unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(&der).unwrap();
    let serial = SerialNumber::from_slice(parsed.raw_serial());
    let refused = client_meets(&ca, &leaf(), &[branch_crl, ca.crl_pem(&[&serial], 30)]);
    assert!(refused.is_denied().contains("is revoked"));
}

#[test]
fn an_old_list_does_not_hide_what_a_newer_one_revokes() {
    let ca = Authority::new("CA");
    let bad = ca.leaf("bad", &[]);
    let (old, new) = (ca.crl_pem(&[], 20), ca.crl_pem(&[&bad.serial], 30));
    for lists in [[old.clone(), new.clone()], [new, old]] {
        assert!(client_meets(&ca, &bad, &lists).is_denied().contains("is revoked"));
    }
}

#[test]
fn a_dialler_refuses_everybody_once_the_list_has_run_out() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let careful = identity(&ca.leaf("client", &[]), &ca, &[ca.crl_pem(&[], -1)]);
    let any = listen(TlsClients::Anonymous);
    let refused = meet((&server, &any), (&careful, &dial("gw.example.com")));
    assert!(explain_dial(refused.client_error()).contains("the issuer's list ran out at"));
}

#[test]
fn a_dialler_refuses_a_revoked_server() {
    let ca = Authority::new("CA");
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    let crl = ca.crl_pem(&[&leaf.serial], 30);
    let server = identity(&leaf, &ca, &[]);
    let any = listen(TlsClients::Anonymous);
    meet((&server, &any), (&trust_only(&ca), &dial("gw.example.com"))).succeeds();
    let careful = identity(&ca.leaf("client", &[]), &ca, &[crl]);
    let refused = meet((&server, &any), (&careful, &dial("gw.example.com")));
    assert!(explain_dial(refused.client_error()).contains("is revoked"));
}
