//! Lengths where something changes: a byte more of head, a page, 64 KiB.

use rstest::rstest;

use super::{framed, messages};
use crate::frame::{FrameError, Prefix};

const LENGTHS: [usize; 11] = [0, 1, 127, 128, 4095, 4096, 4097, 65_534, 65_535, 65_536, 65_537];

#[test]
fn a_message_at_each_boundary_comes_back_whole() {
    for prefix in Prefix::ALL {
        for len in LENGTHS.into_iter().filter(|len| *len <= prefix.longest()) {
            let message: Vec<u8> = (0..len).map(|at| at as u8).collect();
            let stream = [framed(prefix, &message), framed(prefix, b"next")].concat();
            assert_eq!(messages(prefix, 65_537, &stream), [message, b"next".to_vec()]);
        }
    }
}

#[rstest]
#[case(Prefix::U32Be, 0x0102_0304, &[1, 2, 3, 4])]
#[case(Prefix::U32Le, 0x0102_0304, &[4, 3, 2, 1])]
#[case(Prefix::U16Be, 0x0102, &[1, 2])]
#[case(Prefix::U16Le, 0x0102, &[2, 1])]
#[case(Prefix::Varint, 0, &[0])]
#[case(Prefix::Varint, 300, &[0xac, 0x02])]
#[case(Prefix::Varint, u32::MAX as usize, &[0xff, 0xff, 0xff, 0xff, 0x0f])]
fn a_head_is_written_as_the_wire_format_says(
    #[case] prefix: Prefix,
    #[case] len: usize,
    #[case] wire: &[u8],
) {
    assert_eq!(prefix.head(len).unwrap().as_slice(), wire);
    assert_eq!(prefix.read_head(wire, len), Ok(Some((wire.len(), len))));
}

#[test]
fn a_length_that_the_framing_cannot_say_is_not_written() {
    for prefix in [Prefix::U16Be, Prefix::U16Le] {
        assert_eq!(
            prefix.head(65_536),
            Err(FrameError::Oversize { len: 65_536, max: 65_535 }),
            "{prefix:?}"
        );
    }
    for prefix in [Prefix::U32Be, Prefix::U32Le, Prefix::Varint] {
        assert!(prefix.head(u32::MAX as usize).is_ok());
        assert!(prefix.head(u32::MAX as usize + 1).is_err());
    }
}

#[test]
fn the_limit_itself_passes_and_one_more_is_oversize() {
    for prefix in Prefix::ALL {
        let frame = framed(prefix, &[7; 100]);
        assert!(prefix.read_head(&frame, 100).unwrap().is_some());
        assert_eq!(
            prefix.read_head(&frame, 99),
            Err(FrameError::Oversize { len: 100, max: 99 }),
            "{prefix:?}"
        );
    }
}

#[test]
fn pythons_mark_for_eight_byte_lengths_is_oversize_and_nothing_smaller() {
    let head = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0];
    assert_eq!(
        Prefix::U32Be.read_head(&head, 16 << 20),
        Err(FrameError::Oversize { len: 0xffff_ffff, max: 16 << 20 })
    );
}

#[test]
fn an_error_says_what_to_do() {
    let oversize = FrameError::Oversize { len: 70_000, max: 65_536 }.to_string();
    assert!(oversize.contains("70000 bytes") && oversize.contains("max_message"), "{oversize}");
    let cut = FrameError::Cut { have: 3, want: Some(9) }.to_string();
    assert!(cut.contains("3 bytes after its start of 9"), "{cut}");
    let head = FrameError::Cut { have: 1, want: None }.to_string();
    assert!(head.contains("before its length was complete"), "{head}");
}
