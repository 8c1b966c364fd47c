#![allow(clippy::unwrap_used)]

use std::time::Duration;

use rustls::pki_types::pem::PemObject;

use super::*;
use crate::tls::tests::pki::{Authority, Leaf, params};

const DAY: u64 = 24 * 60 * 60;

fn days_on(days: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(UnixTime::now().as_secs() + days * DAY))
}

fn chain(leaf: &Leaf) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(leaf.chain.as_bytes()).collect::<Result<_, _>>().unwrap()
}

fn case<'a>(chain: &'a [CertificateDer<'static>]) -> Case<'a> {
    Case { leaf: &chain[0], rest: &chain[1..], host: None }
}

/// Its certificate is good for 30 days.
fn shown(ca: &Authority) -> Vec<CertificateDer<'static>> {
    chain(&ca.leaf("till-7", &["till-7.example.com"]))
}

#[test]
fn a_good_chain_is_good_until_the_first_certificate_runs_out() {
    let ca = Authority::new("CA");
    let below = ca.intermediate("below");
    let mut short = params("till-7");
    short.not_after = time::OffsetDateTime::now_utc() + time::Duration::days(3);
    let judged = Judged::new(&[]);
    for (chain, days) in [
        (shown(&ca), 30),
        (chain(&ca.issue(short)), 3),
        (chain(&below.leaf("till-8", &[]).with_chain(&below)), 30),
    ] {
        let names = CertificateNames::from_der(&chain[0]).unwrap();
        judged.keep(case(&chain), &names, days_on(0));
        assert_eq!(judged.good(case(&chain), days_on(days - 1)), Some(names));
        assert_eq!(judged.good(case(&chain), days_on(days + 1)), None);
    }
}

#[test]
fn a_clock_that_was_set_back_asks_again() {
    let chain = shown(&Authority::new("CA"));
    let judged = Judged::new(&[]);
    judged.keep(case(&chain), &CertificateNames::default(), days_on(2));
    assert_eq!(judged.good(case(&chain), days_on(1)), None);
    assert!(judged.good(case(&chain), days_on(3)).is_some());
}

#[test]
fn the_first_list_that_runs_out_ends_all_verdicts() {
    let ca = Authority::new("CA");
    let chain = shown(&ca);
    let lists = [20, 5].map(|days| ca.crl(&[], days).der().clone());
    let judged = Judged::new(&lists);
    judged.keep(case(&chain), &CertificateNames::default(), days_on(0));
    assert!(judged.good(case(&chain), days_on(4)).is_some());
    assert_eq!(judged.good(case(&chain), days_on(6)), None);
}

#[test]
fn another_chain_or_host_has_no_verdict() {
    let ca = Authority::new("CA");
    let (one, other) = (shown(&ca), shown(&ca));
    let longer = [&one[..], &other[..]].concat();
    let host = ServerName::try_from("gw.example.com").unwrap();
    let judged = Judged::new(&[]);
    judged.keep(Case { host: Some(&host), ..case(&one) }, &CertificateNames::default(), days_on(0));
    assert!(judged.good(Case { host: Some(&host), ..case(&one) }, days_on(1)).is_some());
    let elsewhere = ServerName::try_from("gx.example.com").unwrap();
    for case in [
        case(&one),
        Case { host: Some(&elsewhere), ..case(&one) },
        Case { host: Some(&host), ..case(&other) },
        Case { host: Some(&host), ..case(&longer) },
    ] {
        assert_eq!(judged.good(case, days_on(1)), None);
    }
}

#[test]
fn so_many_chains_are_kept_and_no_endless_one() {
    let judged = Judged::new(&[]);
    let chains: Vec<Vec<CertificateDer<'static>>> =
        (0..=MOST).map(|n| vec![vec![u8::try_from(n).unwrap(); 8].into()]).collect();
    for chain in &chains {
        judged.keep(case(chain), &CertificateNames::default(), days_on(0));
    }
    assert_eq!(judged.lock().len(), MOST);
    assert!(!judged.lock().iter().any(|verdict| verdict.is_of(case(&chains[0]))));
    judged.keep(case(&[vec![0; LONGEST + 1].into()]), &CertificateNames::default(), days_on(0));
    assert!(judged.lock().iter().all(|verdict| verdict.chain[0].len() == 8));
}
