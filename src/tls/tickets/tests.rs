#![allow(clippy::unwrap_used)]

use super::*;

fn chain(lengths: &[usize]) -> Vec<CertificateDer<'static>> {
    lengths.iter().map(|len| vec![7; *len].into()).collect()
}

#[test]
fn a_chain_and_the_session_behind_it_are_read_back() {
    let chain = chain(&[500, 0, 900]);
    let mut plain = write_chain(&chain).unwrap();
    plain.extend_from_slice(b"session");
    assert_eq!(read_chain(&plain), Some((chain, &b"session"[..])));
}

#[test]
fn a_chain_that_is_empty_or_too_long_gets_no_ticket() {
    assert_eq!(write_chain(&[]), None);
    assert_eq!(write_chain(&chain(&[LONGEST_CHAIN])), None);
    assert_eq!(write_chain(&chain(&[70_000])), None);
}

#[test]
fn a_cut_chain_is_none() {
    let plain = write_chain(&chain(&[20, 30])).unwrap();
    for len in 0..plain.len() {
        assert_eq!(read_chain(&plain[..len]), None, "{len}");
    }
}
