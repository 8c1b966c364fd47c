//! Messages, the service, and the client.

use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;

use crate::cli::demo::client::Client;
use crate::cli::demo::messages;
use crate::cli::demo::service::Service;

#[tokio::test]
async fn the_service_returns_every_message_whole_and_counts_its_clients() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.sock");
    let service = Service::start(&pipe).await.unwrap();
    for clients in 1..=2 {
        let mut client = Client::open(&pipe).await.unwrap();
        let sent: Vec<Vec<u8>> = [0, 1, 70_000, 3].map(|len| vec![7; len]).into();
        let returned = client.exchange_all(sent.iter().map(Vec::as_slice)).await.unwrap();
        assert_eq!(returned, sent);
        assert_eq!(service.reached(), clients);
        client.end().await.unwrap();
    }
    drop(service);
    assert!(!pipe.exists(), "its socket goes with it");
}

#[tokio::test]
async fn a_client_whose_connection_ends_too_early_says_how_far_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.sock");
    let listener = UnixListener::bind(&pipe).unwrap();
    let once = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let message = messages::receive(&mut stream).await.unwrap().unwrap();
        messages::send(&mut stream, &message).await.unwrap();
        // Taken and not answered: a close with unread bytes would be a reset.
        messages::receive(&mut stream).await.unwrap().unwrap();
        stream.shutdown().await.unwrap();
    };
    let exchange = async {
        let mut client = Client::open(&pipe).await.unwrap();
        client.exchange_all([&b"one"[..], b"two"].into_iter()).await.unwrap_err()
    };
    let ((), error) = tokio::join!(once, exchange);
    assert_eq!(error.to_string(), "the connection ended after 1 of 2 messages");
}

#[tokio::test]
async fn a_stream_that_ends_inside_a_message_is_an_error_and_no_end() {
    for cut in [&b"\0\0"[..], b"\0\0\0\x05hel"] {
        let error = messages::receive(&mut &cut[..]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    }
    assert_eq!(messages::receive(&mut &b""[..]).await.unwrap(), None);
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_refused_by_its_head() {
    let error = messages::receive(&mut &b"\xff\xff\xff\xff"[..]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}
