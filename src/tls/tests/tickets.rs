//! A ticket is honoured for whom the listener would let in today.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring::Ticketer;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ProducesTickets;
use rustls::server::danger::ClientCertVerifier;
use time::OffsetDateTime;

use super::pki::{Authority, Leaf, identity, params};
use crate::config::{CertRule, TlsClients};
use crate::tls::client_verifier::client_verifier;
use crate::tls::tickets::{CheckedTickets, LONGEST};
use crate::tls::{Identity, witness};

const HOUR: i64 = 60 * 60;

/// So many seconds from now.
fn at(seconds: i64) -> UnixTime {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    UnixTime::since_unix_epoch(Duration::from_secs((now + seconds).try_into().unwrap()))
}

/// Listeners that differ in all but the keys of their tickets.
struct Listeners(Arc<dyn ProducesTickets>);

impl Listeners {
    fn new() -> Self {
        Self(Ticketer::new().unwrap())
    }

    fn with(&self, identity: &Identity, clients: &TlsClients) -> CheckedTickets {
        CheckedTickets::new(self.0.clone(), verifier(identity, clients))
    }
}

fn verifier(identity: &Identity, clients: &TlsClients) -> Arc<dyn ClientCertVerifier> {
    client_verifier(identity, clients).unwrap()
}

fn gateway(ca: &Authority, crls: &[String]) -> Identity {
    identity(&ca.leaf("gateway", &[]), ca, crls)
}

/// What a listener of `ca` gives to the bearer of `leaf` after a handshake.
async fn ticket(listeners: &Listeners, ca: &Authority, leaf: &Leaf, now: UnixTime) -> Vec<u8> {
    let gateway = gateway(ca, &[]);
    let handshake = async {
        let leaf = CertificateDer::from_pem_slice(leaf.chain.as_bytes()).unwrap();
        verifier(&gateway, &TlsClients::Any).verify_client_cert(&leaf, &[], now).unwrap();
        listeners.with(&gateway, &TlsClients::Any).encrypt(b"session").unwrap()
    };
    witness(handshake).await.0
}

async fn honoured(tickets: &CheckedTickets, ticket: &[u8], now: UnixTime) -> bool {
    let (session, _) = witness(async { tickets.honour(ticket, now) }).await;
    session.inspect(|session| assert_eq!(session, b"session")).is_some()
}

#[tokio::test]
async fn a_certificate_that_has_expired_ends_the_session() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let mut short = params("till-7");
    short.not_after = OffsetDateTime::now_utc() + time::Duration::hours(1);
    let ticket = ticket(&listeners, &ca, &ca.issue(short), at(0)).await;
    let tickets = listeners.with(&gateway(&ca, &[]), &TlsClients::Any);
    assert!(honoured(&tickets, &ticket, at(1800)).await);
    assert!(!honoured(&tickets, &ticket, at(3700)).await);
}

#[tokio::test]
async fn a_revoked_certificate_and_a_list_that_has_run_out_end_the_session() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let leaf = ca.leaf("till-7", &[]);
    let ticket = ticket(&listeners, &ca, &leaf, at(-100)).await;
    let with_list = |crl| listeners.with(&gateway(&ca, &[crl]), &TlsClients::Any);
    assert!(honoured(&with_list(ca.crl_pem(&[], 30)), &ticket, at(0)).await);
    assert!(!honoured(&with_list(ca.crl_pem(&[&leaf.serial], 30)), &ticket, at(0)).await);
    let runs_out_now = with_list(ca.crl_pem(&[], 0));
    assert!(honoured(&runs_out_now, &ticket, at(-50)).await);
    assert!(!honoured(&runs_out_now, &ticket, at(50)).await);
}

#[tokio::test]
async fn other_rules_or_another_authority_end_the_session() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let ticket = ticket(&listeners, &ca, &ca.leaf("till-7", &[]), at(0)).await;
    let rule =
        |cn: &str| TlsClients::Rules(vec![CertRule { cn: vec![cn.into()], ..Default::default() }]);
    let ours = gateway(&ca, &[]);
    assert!(honoured(&listeners.with(&ours, &rule("till-7")), &ticket, at(0)).await);
    assert!(!honoured(&listeners.with(&ours, &rule("till-8")), &ticket, at(0)).await);
    let theirs = gateway(&Authority::new("Other CA"), &[]);
    assert!(!honoured(&listeners.with(&theirs, &TlsClients::Any), &ticket, at(0)).await);
}

#[tokio::test]
async fn a_ticket_under_other_keys_or_changed_is_none() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let ticket = ticket(&listeners, &ca, &ca.leaf("till-7", &[]), at(0)).await;
    let ours = gateway(&ca, &[]);
    assert!(!honoured(&Listeners::new().with(&ours, &TlsClients::Any), &ticket, at(0)).await);
    for at_byte in (0..ticket.len()).step_by(13) {
        let mut changed = ticket.clone();
        changed[at_byte] ^= 1;
        assert!(!honoured(&listeners.with(&ours, &TlsClients::Any), &changed, at(0)).await);
    }
}

/// Whoever resumes gets a new ticket; without a limit he would never have to
/// show again that the key is his.
#[tokio::test]
async fn a_session_ends_some_hours_after_the_handshake_that_began_it() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let first = ticket(&listeners, &ca, &ca.leaf("till-7", &[]), at(0)).await;
    let tickets = listeners.with(&gateway(&ca, &[]), &TlsClients::Any);
    let longest = i64::try_from(LONGEST.as_secs()).unwrap();
    assert!(honoured(&tickets, &first, at(longest - 60)).await);
    assert!(!honoured(&tickets, &first, at(longest + 60)).await);
    assert!(!honoured(&tickets, &first, at(-60)).await, "from the future");
    let resumed = async {
        tickets.honour(&first, at(5 * HOUR)).unwrap();
        tickets.encrypt(b"session").unwrap()
    };
    let second = witness(resumed).await.0;
    assert!(honoured(&tickets, &second, at(longest - 60)).await);
    assert!(!honoured(&tickets, &second, at(longest + 60)).await);
}

#[tokio::test]
async fn a_full_handshake_begins_a_session_anew_whatever_ticket_was_tried_before() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let leaf = ca.leaf("till-7", &[]);
    let first = ticket(&listeners, &ca, &leaf, at(0)).await;
    let gateway = gateway(&ca, &[]);
    let tickets = listeners.with(&gateway, &TlsClients::Any);
    let longest = i64::try_from(LONGEST.as_secs()).unwrap();
    let other = ca.leaf("till-8", &[]);
    let handshake = async {
        tickets.honour(&first, at(60)).unwrap();
        let other = CertificateDer::from_pem_slice(other.chain.as_bytes()).unwrap();
        let later = at(longest);
        verifier(&gateway, &TlsClients::Any).verify_client_cert(&other, &[], later).unwrap();
        tickets.encrypt(b"session").unwrap()
    };
    let second = witness(handshake).await.0;
    assert!(honoured(&tickets, &second, at(longest + 600)).await);
    // It is the ticket of who came in then, and not of who was tried before.
    let rule = vec![CertRule { cn: vec!["till-8".into()], ..Default::default() }];
    let till_8 = listeners.with(&gateway, &TlsClients::Rules(rule));
    assert!(honoured(&till_8, &second, at(longest + 600)).await);
}

#[tokio::test]
async fn a_client_that_offers_many_tickets_is_judged_for_a_few() {
    let (ca, listeners) = (Authority::new("CA"), Listeners::new());
    let ticket = ticket(&listeners, &ca, &ca.leaf("till-7", &[]), at(0)).await;
    let tickets = listeners.with(&gateway(&ca, &[]), &TlsClients::Any);
    let offered = async { (0..50).filter(|_| tickets.honour(&ticket, at(0)).is_some()).count() };
    assert_eq!(witness(offered).await.0, 4);
    assert!(honoured(&tickets, &ticket, at(0)).await, "the next handshake counts anew");
}
