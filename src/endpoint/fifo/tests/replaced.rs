//! The FIFO goes, or another one is put in its place.

use super::*;

#[tokio::test]
async fn an_outbound_fifo_that_is_removed_is_made_again_although_its_reader_stays() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    let stays = reader(&path);
    serve(&mut listener, b"once").await;
    let serving = tokio::spawn(async move { serve(&mut listener, b"next").await });
    tokio::task::yield_now().await;
    std::fs::remove_file(&path).unwrap();
    is_there_again(&path).await;
    let next = reader(&path);
    timeout(LONG, serving).await.unwrap().unwrap();
    assert_eq!(reads(&next), "next");
    assert_eq!(reads(&stays), "once");
}

#[tokio::test]
async fn an_outbound_fifo_that_is_replaced_is_served_at_its_path() {
    let (folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    let other = folder.path().join("other");
    make(&other);
    for round in ["one", "two", "three"] {
        let next = reader(&path);
        serve(&mut listener, round.as_bytes()).await;
        assert_eq!(reads(&next), round);
        drop(next);
        std::fs::rename(&path, folder.path().join("aside")).unwrap();
        std::fs::rename(&other, &path).unwrap();
        make(&other);
    }
}

#[tokio::test]
async fn an_inbound_fifo_that_is_removed_is_made_again() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Inbound);
    let accepting = tokio::spawn(async move { listener.accept().await });
    tokio::task::yield_now().await;
    std::fs::remove_file(&path).unwrap();
    is_there_again(&path).await;
    let mut first = tokio::task::spawn_blocking(move || writer(&path)).await.unwrap();
    first.write_all(b"hello").unwrap();
    let mut conn = timeout(LONG, accepting).await.unwrap().unwrap().unwrap();
    let mut bytes = [0; 5];
    conn.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"hello");
}
