//! Messages, the service, and the client.

use std::time::Duration;

use tokio::time::timeout;

use crate::cli::demo::client::Client;
use crate::cli::demo::folder::Folder;
use crate::cli::demo::local::{self, Listener, Pipes};
use crate::cli::demo::pipes::Pipe;
use crate::cli::demo::service::Service;

/// The service's pipe, and the folder that it may lie in.
fn pipe() -> (local::Place, Folder, tempfile::TempDir) {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::temporary(at.path(), false).unwrap();
    (Pipes::of(&folder).place(Pipe::Service), folder, at)
}

#[tokio::test]
async fn the_service_returns_every_message_whole_and_counts_its_clients() {
    let (pipe, _folder, _at) = pipe();
    let service = Service::start(&pipe).await.unwrap();
    for clients in 1..=2 {
        let mut client = Client::open(&pipe).await.unwrap();
        let sent: Vec<Vec<u8>> = [0, 1, 70_000, 3].map(|len| vec![7; len]).into();
        let returned = client.exchange_all(sent.iter().map(Vec::as_slice)).await.unwrap();
        assert_eq!(returned, sent);
        assert_eq!(service.reached(), clients);
        client.end().await.unwrap();
    }
    service.stop().await;
    let gone = timeout(Duration::from_secs(10), local::gone(&pipe)).await;
    assert!(gone.is_ok(), "its pipe goes with it");
}

#[tokio::test]
async fn more_goes_out_than_the_system_holds_while_nobody_reads_yet() {
    let (pipe, _folder, _at) = pipe();
    let _service = Service::start(&pipe).await.unwrap();
    let mut client = Client::open(&pipe).await.unwrap();
    let sent: Vec<Vec<u8>> = (0..100).map(|seed| vec![seed; 65_536]).collect();
    let returned = client.exchange_all(sent.iter().map(Vec::as_slice)).await.unwrap();
    assert!(returned == sent);
}

#[tokio::test]
async fn a_client_whose_connection_ends_too_early_says_how_far_it_came() {
    let (pipe, _folder, _at) = pipe();
    let mut listener = Listener::bind(&pipe).await.unwrap();
    let once = async {
        let (mut from, mut to) = listener.accept().await.unwrap();
        let message = from.receive().await.unwrap().unwrap();
        to.send(&message).await.unwrap();
        // Taken and not answered: a close with unread bytes would be a reset.
        from.receive().await.unwrap().unwrap();
    };
    let exchange = async {
        let mut client = Client::open(&pipe).await.unwrap();
        client.exchange_all([&b"one"[..], b"two"].into_iter()).await.unwrap_err()
    };
    let ((), error) = tokio::join!(once, exchange);
    assert_eq!(error.to_string(), "the connection ended after 1 of 2 messages");
}

#[tokio::test]
async fn a_message_too_many_is_no_clean_end() {
    let (pipe, _folder, _at) = pipe();
    let mut listener = Listener::bind(&pipe).await.unwrap();
    let (served, client) = tokio::join!(listener.accept(), Client::open(&pipe));
    let (mut client, (_from, mut to)) = (client.unwrap(), served.unwrap());
    for message in [b"one", b"two"] {
        to.send(message).await.unwrap();
    }
    client.exchange(b"").await.unwrap();
    drop(to);
    assert_eq!(client.end().await.unwrap_err().to_string(), "one more came back");
}
