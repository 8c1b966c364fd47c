#![allow(clippy::unwrap_used)]

use super::*;

fn proved(lengths: &[usize]) -> Proved {
    let chain = lengths.iter().map(|len| vec![7; *len].into()).collect();
    Proved { chain, at: UnixTime::since_unix_epoch(Duration::from_secs(1_000)) }
}

#[test]
fn a_chain_its_time_and_the_session_behind_it_are_read_back() {
    let proved = proved(&[500, 0, 900]);
    let mut plain = write(&proved).unwrap();
    plain.extend_from_slice(b"session");
    assert_eq!(read(&plain), Some((proved, &b"session"[..])));
}

#[test]
fn a_chain_that_is_empty_or_too_long_gets_no_ticket() {
    assert_eq!(write(&proved(&[])), None);
    assert_eq!(write(&proved(&[LONGEST_CHAIN])), None);
    assert_eq!(write(&proved(&[70_000])), None);
}

#[test]
fn a_cut_chain_is_none() {
    let plain = write(&proved(&[20, 30])).unwrap();
    for len in 0..plain.len() {
        assert_eq!(read(&plain[..len]), None, "{len}");
    }
}
