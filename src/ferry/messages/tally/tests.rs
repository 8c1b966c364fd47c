#![allow(clippy::unwrap_used)]

use super::*;

/// Lengths that were counted, in however small pieces the sink takes the frames.
fn counted(prefix: Prefix, lengths: &[usize], step: usize) -> (u64, u64, Option<Part>) {
    let mut bytes = Vec::new();
    for len in lengths {
        bytes.extend_from_slice(prefix.head(*len).unwrap().as_slice());
        bytes.resize(bytes.len() + len, 7);
    }
    let (mut sizes, mut part, mut at) = (SizeBatch::new(), None, 0);
    while at < bytes.len() {
        let written = step.min(bytes.len() - at);
        part = tally(prefix, part, &bytes[at..], written, &mut sizes);
        at += written;
    }
    (sizes.messages(), sizes.bytes(), part)
}

#[test]
fn every_message_counts_once_wherever_a_write_ends() {
    let lengths = [0, 1, 0, 0, 300, 127, 128, 5];
    for prefix in Prefix::ALL {
        for step in 1..600 {
            assert_eq!(counted(prefix, &lengths, step), (8, 561, None), "{prefix:?} by {step}");
        }
    }
}

#[test]
fn a_message_counts_with_its_last_byte_and_not_before() {
    let bytes = b"\0\0\0\x02hi\0\0\0\0\0\0\0\x01!";
    let mut sizes = SizeBatch::new();
    let part = tally(Prefix::U32Be, None, bytes, 5, &mut sizes);
    assert_eq!((sizes.messages(), part), (0, Some(Part { len: 2, left: 1 })));
    let part = tally(Prefix::U32Be, part, &bytes[5..], 7, &mut sizes);
    assert_eq!((sizes.messages(), part), (2, Some(Part { len: 1, left: 3 })));
    assert_eq!(tally(Prefix::U32Be, part, &bytes[12..], 3, &mut sizes), None);
    assert_eq!((sizes.messages(), sizes.bytes()), (3, 3));
}
