//! Whose the FIFO is, and what its rights are.

use super::*;

fn bind_as(path: &Path, file: FileAccess) -> io::Result<FifoListener> {
    let access = Access::Inbound;
    let config = FifoListen { path: path.to_owned(), access, file, framing: Framing::U32Be };
    FifoListener::bind(&config)
}

#[tokio::test]
async fn a_fifo_that_is_there_gets_the_rights_that_are_configured() {
    let (_folder, path) = site();
    make(&path);
    let _kept = bind_as(&path, FileAccess::default()).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let wider = FileAccess { permissions: Some(0o622), ..Default::default() };
    let _widened = bind_as(&path, wider).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o622);
}

#[tokio::test]
async fn a_stranger_s_fifo_is_refused_unless_it_is_named_as_the_owner() {
    const STRANGER: u32 = 61_234;
    let (_folder, path) = site();
    make(&path);
    if std::os::unix::fs::chown(&path, Some(STRANGER), None).is_err() {
        return eprintln!("skipped: only root can give files away");
    }
    let error = bind_as(&path, FileAccess::default()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("belongs to user 61234"), "{error}");
    let theirs = FileAccess { owner: Some(STRANGER.to_string()), ..Default::default() };
    let _listener = bind_as(&path, theirs).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().uid(), STRANGER);
}

#[tokio::test]
async fn a_stranger_s_fifo_put_in_the_place_of_ours_is_refused_at_each_accept() {
    let (folder, path) = site();
    let mut listener = listen(&path, Access::Outbound);
    let other = folder.path().join("other");
    make(&other);
    if std::os::unix::fs::chown(&other, Some(61_234), None).is_err() {
        return eprintln!("skipped: only root can give files away");
    }
    std::fs::rename(&other, &path).unwrap();
    let _reader = reader(&path);
    for _ in 0..2 {
        let refused = timeout(LONG, listener.accept()).await.unwrap().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    }
}
