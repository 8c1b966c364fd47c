//! Where a scan stops, and what it says there.

use proptest::prelude::*;

use super::{framed, messages};
use crate::frame::{FrameError, Prefix, Rest, Scan, check};

#[test]
fn a_stream_cut_at_any_byte_gives_the_frames_before_and_says_what_is_missing() {
    let sent = [&b""[..], b"a", b"hello", &[9; 200]];
    for prefix in Prefix::ALL {
        let frames = sent.map(|message| framed(prefix, message));
        let stream = frames.concat();
        for cut in 0..=stream.len() {
            check_cut(prefix, &frames, &stream[..cut]);
        }
    }
}

fn check_cut(prefix: Prefix, frames: &[Vec<u8>], input: &[u8]) {
    let mut whole = 0;
    let mut consumed = 0;
    while whole < frames.len() && consumed + frames[whole].len() <= input.len() {
        consumed += frames[whole].len();
        whole += 1;
    }
    assert_eq!(messages(prefix, 1000, input).len(), whole, "{prefix:?} {}", input.len());
    let have = input.len() - consumed;
    let end = Scan::new(prefix, 1000, input).end_of_stream();
    if have == 0 {
        return assert_eq!(end, Ok(()), "{prefix:?} {}", input.len());
    }
    let frame = &frames[whole];
    let want = prefix.read_head(&frame[..have], 1000).unwrap().map(|_| frame.len());
    assert_eq!(end, Err(FrameError::Cut { have, want }), "{prefix:?} {}", input.len());
}

#[test]
fn frames_before_an_oversize_one_are_yielded_first() {
    for prefix in Prefix::ALL {
        let good = [framed(prefix, b"one"), framed(prefix, b"")].concat();
        let stream = [good.clone(), framed(prefix, &[0; 300])].concat();
        let mut scan = Scan::new(prefix, 299, &stream);
        assert_eq!(scan.by_ref().count(), 2);
        assert_eq!(scan.consumed(), good.len());
        assert_eq!(scan.rest(), Err(FrameError::Oversize { len: 300, max: 299 }));
        assert_eq!(scan.next(), None, "a scan stays at the bad frame");
    }
}

#[test]
fn the_rest_wants_a_whole_frame_as_soon_as_its_head_is_there() {
    let stream = [0, 0, 0, 1, b'x', 0, 0, 0x10, 0];
    let mut scan = Scan::new(Prefix::U32Be, 4096, &stream);
    scan.by_ref().for_each(drop);
    assert_eq!(scan.rest(), Ok(Rest { consumed: 5, wanted: Some(4100) }));
    let mut scan = Scan::new(Prefix::U32Be, 4096, &stream[..8]);
    scan.by_ref().for_each(drop);
    assert_eq!(scan.rest(), Ok(Rest { consumed: 5, wanted: None }));
}

#[test]
fn a_torn_head_is_a_cut_and_never_a_clean_end() {
    for prefix in Prefix::ALL {
        let stream = [framed(prefix, b"last"), vec![prefix.torn()]].concat();
        assert_eq!(messages(prefix, 1000, &stream), [b"last".to_vec()]);
        assert_eq!(
            Scan::new(prefix, 1000, &stream).end_of_stream(),
            Err(FrameError::Cut { have: 1, want: None }),
            "{prefix:?}"
        );
    }
}

#[test]
fn an_empty_stream_ends_cleanly() {
    for prefix in Prefix::ALL {
        assert_eq!(Scan::new(prefix, 0, &[]).end_of_stream(), Ok(()));
    }
}

proptest! {
    #[test]
    fn any_bytes_keep_the_codecs_promises(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        check::check_total(&data);
    }

    #[test]
    fn any_short_lengths_keep_the_codecs_promises(
        data in proptest::collection::vec(0..6u8, 0..200),
    ) {
        check::check_total(&data);
    }
}
