//! Varints against a reference that knows nothing of 32 bits or speed.

use proptest::prelude::*;

use crate::frame::{FrameError, Prefix};

/// Base-128, lowest group first, in 64 bits.
fn reference(mut value: u64) -> Vec<u8> {
    let mut groups = vec![];
    loop {
        groups.push((value % 128) as u8);
        value /= 128;
        if value == 0 {
            break;
        }
    }
    let last = groups.len() - 1;
    groups[..last].iter_mut().for_each(|group| *group += 128);
    groups
}

proptest! {
    #[test]
    fn a_varint_is_written_and_read_as_the_reference_does(
        value in prop_oneof![any::<u32>(), 0..70_000u32],
        follows in any::<[u8; 3]>(),
    ) {
        let wire = reference(value.into());
        let head = Prefix::Varint.head(value as usize).unwrap();
        prop_assert_eq!(head.as_slice(), &wire[..]);
        let stream = [&wire[..], &follows].concat();
        prop_assert_eq!(
            Prefix::Varint.read_head(&stream, usize::MAX),
            Ok(Some((wire.len(), value as usize)))
        );
    }

    #[test]
    fn a_varint_of_more_than_32_bits_is_no_length(value in (1u64 << 32)..) {
        let wire = reference(value);
        let refused = FrameError::BadLength { head: *wire.first_chunk().unwrap() };
        prop_assert_eq!(Prefix::Varint.read_head(&wire, usize::MAX), Err(refused));
    }
}

#[test]
fn a_padded_varint_is_read_for_what_it_says() {
    assert_eq!(Prefix::Varint.read_head(&[0x80, 0], 0), Ok(Some((2, 0))));
    assert_eq!(Prefix::Varint.read_head(&[0x85, 0x80, 0x80, 0x80, 0], 5), Ok(Some((5, 5))));
}

#[test]
fn a_varint_that_goes_on_after_five_bytes_is_refused_at_the_fifth() {
    let head = [0x80; 5];
    assert_eq!(Prefix::Varint.read_head(&head[..4], 9), Ok(None));
    assert_eq!(Prefix::Varint.read_head(&head, 9), Err(FrameError::BadLength { head }));
}
