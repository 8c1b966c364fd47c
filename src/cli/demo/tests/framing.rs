//! Messages on a stream.

use crate::cli::demo::local::receive;

#[tokio::test]
async fn a_stream_that_ends_inside_a_message_is_an_error_and_no_end() {
    for cut in [&b"\0\0"[..], b"\0\0\0\x05hel"] {
        let error = receive(&mut &cut[..]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    }
    assert_eq!(receive(&mut &b""[..]).await.unwrap(), None);
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_refused_by_its_head() {
    let error = receive(&mut &b"\xff\xff\xff\xff"[..]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}
