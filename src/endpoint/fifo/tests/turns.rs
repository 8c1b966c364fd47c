//! One reader after the other.

use super::*;

#[tokio::test]
async fn a_reader_that_gave_up_before_is_not_taken_for_the_one_that_was_served() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    drop(reader(&path));
    let served = reader(&path);
    serve(&mut listener, b"once").await;
    let again = timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(again.is_err(), "the served reader is still there");
    assert_eq!(reads(&served), "once");
    drop(served);
    let next = reader(&path);
    serve(&mut listener, b"next").await;
    assert_eq!(reads(&next), "next");
}

#[tokio::test]
async fn an_accept_that_was_called_off_does_not_wait_for_the_same_reader_again() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    let served = reader(&path);
    serve(&mut listener, b"once").await;
    drop(served);
    let idle = timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(idle.is_err(), "nobody reads");
    let next = reader(&path);
    serve(&mut listener, b"next").await;
    assert_eq!(reads(&next), "next");
}

#[tokio::test]
async fn new_rights_do_not_make_a_served_reader_a_new_one() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    let served = reader(&path);
    serve(&mut listener, b"once").await;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    let again = timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(again.is_err(), "the served reader is still there");
    drop(served);
}
