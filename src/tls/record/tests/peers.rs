//! rustls' own record layer at the other side: it knows best.

use rstest::rstest;

use super::super::Received;
use super::handshake::{Ours, SUITES, control, drain, feed, open, ours_and_peer, read, seal, send};

#[rstest]
fn data_of_any_size_goes_both_ways_with_every_suite(
    #[values(0, 1, 2, 3, 4, 5)] suite: usize,
    #[values(Ours::Server, Ours::Client)] side: Ours,
) {
    let (mut ours, mut peer) = ours_and_peer(SUITES[suite], side);
    for size in [0, 1, 16_384, 16_385, 100_000, 0, 7] {
        let data: Vec<u8> = (0..size).map(|at: usize| (at * 31) as u8).collect();
        let wire = send(&mut peer, &data);
        assert!(open(&mut ours, &wire).unwrap() == data, "to us, {size}");
        let wire = seal(&mut ours, &data);
        assert_eq!(wire.len(), ours.sealed_len(size));
        assert!(read(&mut peer, &wire) == data, "from us, {size}");
    }
}

#[rstest]
fn a_close_notify_ends_each_direction(
    #[values(0, 3)] suite: usize,
    #[values(Ours::Server, Ours::Client)] side: Ours,
) {
    let (mut ours, mut peer) = ours_and_peer(SUITES[suite], side);
    ours.seal_end().unwrap();
    feed(&mut peer, &control(&mut ours)).unwrap();
    assert!(peer.process_new_packets().unwrap().peer_has_closed());
    // The other direction goes on.
    let wire = send(&mut peer, b"still here");
    assert_eq!(open(&mut ours, &wire).unwrap(), b"still here");
    peer.send_close_notify();
    let mut wire = drain(&mut peer);
    let end = wire.len();
    assert_eq!(ours.open(&mut wire, 0, end), Ok(Received::End));
    assert!(ours.control().is_empty());
}
