#![allow(clippy::unwrap_used)]

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use tokio::sync::Barrier;

use super::*;

async fn listen(path: &Path) -> io::Result<BoundSocket> {
    let name = UnixName::Path(path.to_owned());
    bind(&name, Type::STREAM, &FileAccess::default(), Some(0o600), Occupied::Refuse).await
}

/// A file as a process leaves it that was killed.
fn leave_stale(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}

fn hold_lock(folder: &Path) -> std::fs::File {
    let folder = std::fs::File::open(folder).unwrap();
    rustix::fs::flock(&folder, FlockOperation::LockExclusive).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_gateways_that_take_a_stale_file_over_at_once_exactly_one_wins() {
    const AT_ONCE: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    for round in 0..300 {
        let path = folder.path().join(format!("{round}.sock"));
        leave_stale(&path);
        let start = Arc::new(Barrier::new(AT_ONCE));
        let tries: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (start, path) = (Arc::clone(&start), path.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    listen(&path).await
                })
            })
            .collect();
        let mut winners = Vec::new();
        for one in tries {
            match one.await.unwrap() {
                Ok(bound) => winners.push(bound),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{error}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_living_listener_of_any_kind_is_left_alone_and_sees_no_client() {
    for kind in [Type::STREAM, Type::SEQPACKET, Type::DGRAM] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.sock");
        let living = Socket::new(Domain::UNIX, kind.nonblocking(), None).unwrap();
        living.bind(&SockAddr::unix(&path).unwrap()).unwrap();
        if kind != Type::DGRAM {
            living.listen(8).unwrap();
        }
        let refused = listen(&path).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse, "{kind:?}: {refused}");
        assert!(path.exists());
        if kind != Type::DGRAM {
            assert_eq!(living.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        }
    }
}

/// Looks at `path` whenever it gets the folder's lock, as a gateway that starts
/// now does: whoever it finds there has to answer.
fn first_look(folder: &Path, path: &Path) -> io::Result<()> {
    while !path.exists() {
        std::hint::spin_loop();
    }
    let folder = std::fs::File::open(folder).unwrap();
    while rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive).is_err() {
        std::hint::spin_loop();
    }
    Socket::new(Domain::UNIX, Type::STREAM, None)?.connect(&SockAddr::unix(path)?)
}

#[tokio::test]
async fn whoever_gets_the_lock_finds_a_socket_that_listens_already() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..500 {
        let path = folder.path().join(format!("{round}.sock"));
        let looking = std::thread::spawn({
            let (folder, path) = (folder.path().to_owned(), path.clone());
            move || first_look(&folder, &path)
        });
        let _bound = listen(&path).await.unwrap();
        looking.join().unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_given_back_delays_a_start_and_does_not_prevent_it() {
    let folder = tempfile::tempdir().unwrap();
    let _held = hold_lock(folder.path());
    let started = tokio::time::Instant::now();
    let path = folder.path().join("s");
    leave_stale(&path);
    let bound = tokio::time::timeout(Duration::from_secs(10), listen(&path)).await;
    bound.unwrap().unwrap();
    assert!(started.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_folder_that_cannot_be_opened_is_no_error_of_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    assert!(FolderLock::of(&folder.path().join("absent/s")).await.is_none());
}

#[tokio::test]
async fn a_file_is_removed_with_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    drop(listen(&path).await.unwrap());
    assert!(!path.exists());
}

#[tokio::test]
async fn the_file_of_a_successor_stays_even_under_the_same_inode_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    for _ in 0..20 {
        let BoundSocket { socket, file } = listen(&path).await.unwrap();
        drop(socket);
        // What a successor does. File systems like to give the number out
        // again at once.
        std::fs::remove_file(&path).unwrap();
        let _successor = UnixListener::bind(&path).unwrap();
        drop(file);
        assert!(path.exists());
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn a_file_is_removed_under_the_lock_as_long_as_that_can_be_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let bound = listen(&path).await.unwrap();
    let _held = hold_lock(folder.path());
    let started = Instant::now();
    drop(bound.file);
    assert!(started.elapsed() >= Duration::from_millis(40));
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_could_not_be_opened_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let access = FileAccess { owner: Some("no-such-user-here".into()), ..Default::default() };
    let name = UnixName::Path(path.clone());
    let started = Instant::now();
    assert!(bind(&name, Type::STREAM, &access, None, Occupied::Refuse).await.is_err());
    assert!(!path.exists());
    assert!(started.elapsed() < Duration::from_millis(40), "it waited for its own lock");
}
