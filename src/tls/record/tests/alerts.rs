//! Records that are wrong: the error, and what the peer hears.

use rstest::rstest;
use rustls::{AlertDescription, Error};

use super::super::Received;
use super::handshake::{
    NEW, OLD, Ours, SUITES, control, feed, open, ours_and_mischief, ours_and_peer, send,
};

const FATAL: u8 = 2;

#[rstest]
fn a_record_that_was_tampered_with_is_told_to_a_peer_of_rustls(
    #[values(0, 1, 2, 3, 4, 5)] suite: usize,
    #[values(Ours::Server, Ours::Client)] side: Ours,
) {
    let (mut ours, mut peer) = ours_and_peer(SUITES[suite], side);
    let mut wire = send(&mut peer, b"some data");
    *wire.last_mut().unwrap() ^= 1;
    assert_eq!(open(&mut ours, &wire), Err(Error::DecryptError));
    let heard = feed(&mut peer, &control(&mut ours));
    assert_eq!(heard, Err(Error::AlertReceived(AlertDescription::BadRecordMac)));
}

#[rstest]
fn a_header_that_is_wrong_is_told(
    #[values(0, 3)] suite: usize,
    #[values(
        (&[23, 3, 3, 0x41, 1][..], AlertDescription::RecordOverflow),
        (&[23, 2, 0, 0, 1][..], AlertDescription::DecodeError),
        (&[99][..], AlertDescription::UnexpectedMessage),
    )]
    wrong: (&[u8], AlertDescription),
) {
    let (mut ours, mut peer) = ours_and_peer(SUITES[suite], Ours::Server);
    assert!(open(&mut ours, wrong.0).is_err());
    let heard = feed(&mut peer, &control(&mut ours));
    assert_eq!(heard, Err(Error::AlertReceived(wrong.1)));
}

#[test]
fn what_stood_before_a_wrong_record_is_opened() {
    let (mut ours, mut peer) = ours_and_peer(NEW, Ours::Server);
    let good = send(&mut peer, b"good");
    let mut bad = send(&mut peer, b"bad");
    bad[10] ^= 1;
    assert_eq!(open(&mut ours, &good).unwrap(), b"good");
    assert!(open(&mut ours, &bad).is_err());
}

#[rstest]
#[case::change_cipher_spec(NEW, 20, &[1], AlertDescription::UnexpectedMessage)]
#[case::old_change_cipher_spec(OLD, 20, &[1], AlertDescription::UnexpectedMessage)]
#[case::heartbeat(NEW, 24, b"x", AlertDescription::UnexpectedMessage)]
#[case::empty_handshake(NEW, 22, b"", AlertDescription::UnexpectedMessage)]
#[case::certificate_request(NEW, 22, &[13, 0, 0, 0], AlertDescription::UnexpectedMessage)]
#[case::ticket_from_a_client(NEW, 22, &[4, 0, 0, 0], AlertDescription::UnexpectedMessage)]
#[case::update_of_no_kind(NEW, 22, &[24, 0, 0, 1, 2], AlertDescription::IllegalParameter)]
#[case::update_too_long(NEW, 22, &[24, 0, 0, 2, 0, 0], AlertDescription::DecodeError)]
#[case::long_message(NEW, 22, &[24, 1, 0, 0], AlertDescription::DecodeError)]
#[case::half_an_alert(NEW, 21, &[2], AlertDescription::DecodeError)]
#[case::two_alerts(NEW, 21, &[1, 0, 1, 0], AlertDescription::DecodeError)]
#[case::old_half_an_alert(OLD, 21, &[2], AlertDescription::DecodeError)]
fn a_record_that_has_no_place_is_told(
    #[case] suite: rustls::CipherSuite,
    #[case] kind: u8,
    #[case] content: &[u8],
    #[case] alert: AlertDescription,
) {
    let (mut ours, mut peer) = ours_and_mischief(suite, Ours::Server);
    assert!(open(&mut ours, &peer.record(kind, content)).is_err());
    assert_eq!(peer.reads_alert(ours.control()), (FATAL, alert));
    // It is said once, and nothing goes behind it.
    let said = control(&mut ours);
    assert!(!said.is_empty());
    ours.seal_end().unwrap();
    assert_eq!(ours.control(), b"");
}

#[test]
fn a_record_in_the_clear_is_refused_behind_the_handshake() {
    for plain in [&[21, 3, 3, 0, 2, 1, 0][..], &[20, 3, 3, 0, 1, 1], &[22, 3, 3, 0, 4, 1, 0, 0, 0]]
    {
        let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Server);
        assert!(open(&mut ours, plain).is_err());
        assert_eq!(peer.reads_alert(ours.control()), (FATAL, AlertDescription::UnexpectedMessage));
        let (mut ours, mut peer) = ours_and_mischief(OLD, Ours::Server);
        assert_eq!(open(&mut ours, plain), Err(Error::DecryptError));
        assert_eq!(peer.reads_alert(ours.control()), (FATAL, AlertDescription::BadRecordMac));
    }
}

#[test]
fn padding_is_no_data_and_only_so_long() {
    // The type stands behind the content, so a record of kind 0 is padding.
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Server);
    let padded = |data: &[u8], zeros: usize| [data, &[23], &vec![0; zeros]].concat();
    assert_eq!(open(&mut ours, &peer.record(0, &padded(b"data", 1000))).unwrap(), b"data");
    assert_eq!(open(&mut ours, &peer.record(0, &padded(b"", 10))).unwrap(), b"");
    let most = padded(&[5; 384], 16_384 - 385);
    assert_eq!(open(&mut ours, &peer.record(0, &most)).unwrap(), [5; 384]);
    let (mut ours, mut peer) = ours_and_mischief(NEW, Ours::Server);
    assert!(open(&mut ours, &peer.record(0, &[0; 50])).is_err(), "nothing but padding");
    assert_eq!(peer.reads_alert(ours.control()), (FATAL, AlertDescription::UnexpectedMessage));
}

#[rstest]
#[case(NEW, &[1, 0], Ok(Received::End))]
#[case(NEW, &[2, 0], Ok(Received::End))]
#[case(NEW, &[1, 90], Ok(Received::Nothing))]
#[case(NEW, &[1, 40], Err(AlertDescription::HandshakeFailure))]
#[case(NEW, &[2, 49], Err(AlertDescription::AccessDenied))]
#[case(NEW, &[9, 200], Err(AlertDescription::Unknown(200)))]
#[case(OLD, &[1, 0], Ok(Received::End))]
#[case(OLD, &[1, 100], Ok(Received::Nothing))]
#[case(OLD, &[2, 100], Err(AlertDescription::NoRenegotiation))]
#[case(OLD, &[2, 80], Err(AlertDescription::InternalError))]
fn an_alert_is_heard(
    #[case] suite: rustls::CipherSuite,
    #[case] alert: &[u8],
    #[case] expected: Result<Received, AlertDescription>,
) {
    let (mut ours, mut peer) = ours_and_mischief(suite, Ours::Client);
    let mut record = peer.record(21, alert);
    let end = record.len();
    let heard = ours.open(&mut record, 0, end);
    assert_eq!(heard, expected.map_err(Error::AlertReceived));
    // An alert is answered by none.
    assert_eq!(ours.control(), b"");
}

#[test]
fn records_without_data_are_borne_for_a_while() {
    for suite in [NEW, OLD] {
        let (mut ours, mut peer) = ours_and_mischief(suite, Ours::Server);
        for _ in 0..3 {
            for _ in 0..32 {
                assert_eq!(open(&mut ours, &peer.record(23, b"")).unwrap(), b"");
            }
            assert_eq!(open(&mut ours, &peer.record(23, b"x")).unwrap(), b"x");
        }
        for _ in 0..32 {
            open(&mut ours, &peer.record(23, b"")).unwrap();
        }
        assert!(open(&mut ours, &peer.record(23, b"")).is_err());
    }
}
