//! The codec against tokio-util's `LengthDelimitedCodec`, an implementation
//! that is not ours, for every framing that it knows.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use super::{framed, messages};
use crate::frame::{Prefix, Scan};

const MAX: usize = 5000;

fn theirs(prefix: Prefix) -> LengthDelimitedCodec {
    let mut builder = LengthDelimitedCodec::builder();
    builder.max_frame_length(MAX);
    match prefix {
        Prefix::U32Be => builder.length_field_length(4).big_endian(),
        Prefix::U32Le => builder.length_field_length(4).little_endian(),
        Prefix::U16Be => builder.length_field_length(2).big_endian(),
        Prefix::U16Le => builder.length_field_length(2).little_endian(),
        Prefix::Varint => unreachable!("tokio-util knows no varints"),
    };
    builder.new_codec()
}

fn prefix() -> impl Strategy<Value = Prefix> {
    prop::sample::select(vec![Prefix::U32Be, Prefix::U32Le, Prefix::U16Be, Prefix::U16Le])
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(any::<u8>(), 4090..4100),
    ]
}

/// Cuts `stream` into pieces of the given sizes, over and over.
fn pieces<'a>(stream: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut left = stream;
    sizes.iter().cycle().map_while(move |size| {
        let piece = left.split_off(..left.len().min(*size))?;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What a reader has after each piece, and whether it failed then.
fn ours_step(prefix: Prefix, buffer: &mut Vec<u8>) -> (Vec<Vec<u8>>, bool) {
    let mut scan = Scan::new(prefix, MAX, buffer);
    let found = scan.by_ref().map(|at| buffer[at].to_vec()).collect();
    let (consumed, failed) = (scan.consumed(), scan.rest().is_err());
    buffer.drain(..consumed);
    (found, failed)
}

fn theirs_step(codec: &mut LengthDelimitedCodec, buffer: &mut BytesMut) -> (Vec<Vec<u8>>, bool) {
    let mut found = vec![];
    loop {
        match codec.decode(buffer) {
            Ok(Some(frame)) => found.push(frame.to_vec()),
            Ok(None) => return (found, false),
            Err(_) => return (found, true),
        }
    }
}

fn same_for_every_piece(prefix: Prefix, stream: &[u8], sizes: &[usize]) {
    let (mut codec, mut mine, mut other) = (theirs(prefix), Vec::new(), BytesMut::new());
    for piece in pieces(stream, sizes) {
        mine.extend_from_slice(piece);
        other.extend_from_slice(piece);
        let ours = ours_step(prefix, &mut mine);
        assert_eq!(ours, theirs_step(&mut codec, &mut other), "{prefix:?}");
        if ours.1 {
            return;
        }
    }
}

proptest! {
    #[test]
    fn a_message_is_written_as_tokio_util_writes_it(prefix in prefix(), message in message()) {
        let mut wire = BytesMut::new();
        theirs(prefix).encode(Bytes::from(message.clone()), &mut wire).unwrap();
        prop_assert_eq!(framed(prefix, &message), wire.to_vec());
    }

    #[test]
    fn messages_in_any_pieces_are_read_as_tokio_util_reads_them(
        prefix in prefix(),
        sent in proptest::collection::vec(message(), 0..6),
        sizes in proptest::collection::vec(1..600usize, 1..6),
    ) {
        let stream: Vec<u8> = sent.iter().flat_map(|message| framed(prefix, message)).collect();
        same_for_every_piece(prefix, &stream, &sizes);
        prop_assert_eq!(messages(prefix, MAX, &stream), sent);
    }

    #[test]
    fn noise_in_any_pieces_is_read_as_tokio_util_reads_it(
        prefix in prefix(),
        noise in proptest::collection::vec(prop_oneof![4 => 0..8u8, 1 => any::<u8>()], 0..300),
        sizes in proptest::collection::vec(1..20usize, 1..6),
    ) {
        same_for_every_piece(prefix, &noise, &sizes);
    }
}
