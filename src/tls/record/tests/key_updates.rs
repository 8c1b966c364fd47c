//! New keys, from both sides, and never behind the end.

use rustls::{Error, PeerMisbehaved};

use super::super::Records;
use super::handshake::{
    NEW, OLD, Ours, control, drain, feed, meet, open, ours_and_mischief, ours_and_peer, read, seal,
    send, version,
};

const UPDATE: [u8; 5] = [24, 0, 0, 1, 0];
const UPDATE_BOTH: [u8; 5] = [24, 0, 0, 1, 1];

#[test]
fn a_peer_may_renew_its_key_again_and_again_and_we_answer() {
    for side in [Ours::Server, Ours::Client] {
        let (mut ours, mut peer) = ours_and_peer(NEW, side);
        for round in 0..50 {
            peer.refresh_traffic_keys().unwrap();
            let wire = send(&mut peer, &[round; 100]);
            assert_eq!(open(&mut ours, &wire).unwrap(), [round; 100]);
            let wire = seal(&mut ours, &[round; 200]);
            assert_eq!(read(&mut peer, &wire), [round; 200]);
        }
    }
}

#[test]
fn our_key_is_renewed_at_its_limit_and_the_peer_follows() {
    for side in [Ours::Server, Ours::Client] {
        let ((secrets, kernel), mut peer) = meet(NEW, side);
        let mut ours = Records::with_limit(secrets, kernel, 8).unwrap();
        for round in 0..100_u8 {
            let data = vec![round; 50_000];
            let wire = seal(&mut ours, &data);
            assert!(read(&mut peer, &wire) == data, "{round}");
        }
    }
}

#[test]
fn a_key_of_tls_1_2_ends_the_session_and_leaves_room_for_the_end() {
    let ((secrets, kernel), mut peer) = meet(OLD, Ours::Server);
    let mut ours = Records::with_limit(secrets, kernel, 8).unwrap();
    let mut out = [0; 1000];
    let mut sent = 0;
    let error = loop {
        match ours.seal(b"data", &mut out) {
            Ok((_, filled)) => assert_eq!(read(&mut peer, &out[..filled]), b"data"),
            Err(error) => break error,
        }
        sent += 1;
        assert!(sent < 8);
    };
    assert!(error.to_string().contains("TLS 1.2"), "{error}");
    assert!(ours.seal(b"data", &mut out).is_err());
    // What failed used up no number: the peer can still read.
    ours.seal_end().unwrap();
    feed(&mut peer, &control(&mut ours)).unwrap();
    assert!(peer.process_new_packets().unwrap().peer_has_closed(), "{:?}", version(&peer));
}

#[test]
fn updates_that_nobody_reads_the_answers_of_leave_one_answer() {
    let (mut ours, mut peer) = ours_and_peer(NEW, Ours::Server);
    let mut waiting = 0;
    for _ in 0..200 {
        peer.refresh_traffic_keys().unwrap();
        let wire = send(&mut peer, b"x");
        assert_eq!(open(&mut ours, &wire).unwrap(), b"x");
        waiting = ours.control().len();
    }
    assert_eq!(waiting, 5 + 5 + 1 + 16);
    let wire = seal(&mut ours, b"after all that");
    assert_eq!(read(&mut peer, &wire), b"after all that");
}

#[test]
fn updates_without_data_between_them_are_mischief_at_some_point() {
    let (mut ours, mut peer) = ours_and_peer(NEW, Ours::Server);
    let mut rounds = 0;
    let error = loop {
        peer.refresh_traffic_keys().unwrap();
        let wire = drain(&mut peer);
        match open(&mut ours, &wire) {
            Ok(data) => assert_eq!(data, b""),
            Err(error) => break error,
        }
        rounds += 1;
        assert!(rounds < 100);
    };
    assert_eq!(error, PeerMisbehaved::TooManyEmptyFragments.into());
}

#[test]
fn nothing_is_answered_behind_our_end() {
    let (mut ours, mut peer) = ours_and_peer(NEW, Ours::Server);
    ours.seal_end().unwrap();
    control(&mut ours);
    peer.refresh_traffic_keys().unwrap();
    let wire = send(&mut peer, b"more");
    assert_eq!(open(&mut ours, &wire).unwrap(), b"more");
    assert_eq!(ours.control(), b"");
    // Nor an error.
    assert!(open(&mut ours, &[&[23, 3, 3, 0, 30][..], &[7; 30]].concat()).is_err());
    assert_eq!(ours.control(), b"");
    ours.seal_end().unwrap();
    assert_eq!(ours.control(), b"");
}

#[test]
fn an_update_over_several_records_is_one() {
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Server);
    for byte in UPDATE {
        assert_eq!(open(&mut ours, &peer.record(22, &[byte])).unwrap(), b"");
    }
    // From here on the old key is worth nothing.
    assert_eq!(open(&mut ours, &peer.record(23, b"old")), Err(Error::DecryptError));
}

#[test]
fn an_update_must_be_the_last_in_its_record() {
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Server);
    let two = [UPDATE_BOTH, UPDATE].concat();
    let error = open(&mut ours, &peer.record(22, &two)).unwrap_err();
    assert_eq!(error, PeerMisbehaved::KeyEpochWithPendingFragment.into());
}

#[test]
fn data_between_the_parts_of_a_message_is_refused() {
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Client);
    open(&mut ours, &peer.record(22, &UPDATE[..3])).unwrap();
    let error = open(&mut ours, &peer.record(23, b"data")).unwrap_err();
    assert_eq!(error, PeerMisbehaved::MessageInterleavedWithHandshakeMessage.into());
}

#[test]
fn a_message_that_goes_on_for_ever_is_refused_early() {
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Client);
    assert!(open(&mut ours, &peer.record(22, &[4, 1, 0, 0])).is_err());
}

#[test]
fn a_tls_1_2_peer_that_wants_another_handshake_is_declined_and_goes_on() {
    for (side, request) in [(Ours::Server, [1, 0, 0, 0]), (Ours::Client, [0, 0, 0, 0])] {
        let (mut ours, mut peer) = ours_and_mischief(OLD, side);
        for _ in 0..10 {
            assert_eq!(open(&mut ours, &peer.record(22, &request)).unwrap(), b"");
        }
        // One answer, a warning.
        let answer = control(&mut ours);
        let said = peer.reads_alert(&answer);
        assert_eq!(said, (1, rustls::AlertDescription::NoRenegotiation));
        assert_eq!(open(&mut ours, &peer.record(23, b"go on")).unwrap(), b"go on");
        let mut wire = seal(&mut ours, b"gladly");
        let end = wire.len();
        let (_, len) = peer.open.open(&mut wire, 0, end).unwrap();
        assert_eq!(&wire[..len], b"gladly");
    }
}
