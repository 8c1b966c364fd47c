//! Clients that come, early or late, and those that find no place.

use super::*;

fn refused(name: &str) -> i32 {
    code(&open(name, Access::Both, Impersonation::Identification).unwrap_err())
}

#[tokio::test]
async fn a_client_may_come_before_it_is_waited_for() {
    let (mut server, mut client) = pair(true).await;
    write(&mut server, b"welcome").await.unwrap();
    assert_eq!(read(&mut client, MIB).await.unwrap().0, b"welcome");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_may_come_while_it_is_waited_for() {
    let name = new_name();
    let mut instance = create(&options(&name, true), Tickets::default()).unwrap();
    assert!(poll_fn(|cx| Poll::Ready(instance.poll_connect(cx))).await.is_pending());
    // And whoever waited may stop, and wait again.
    let path = name.clone();
    let client = tokio::task::spawn_blocking(move || dial(&path, true));
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    let (mut server, mut client) = (instance.into_pipe(), client.await.unwrap());
    write(&mut client, b"hello").await.unwrap();
    assert_eq!(read(&mut server, MIB).await.unwrap().0, b"hello");
}

#[tokio::test]
async fn a_client_that_came_and_left_is_a_client() {
    for waited_for in [false, true] {
        let name = new_name();
        let mut instance = create(&options(&name, true), Tickets::default()).unwrap();
        if waited_for {
            assert!(poll_fn(|cx| Poll::Ready(instance.poll_connect(cx))).await.is_pending());
        }
        let mut client = dial(&name, true);
        write(&mut client, b"in passing").await.unwrap();
        drop(client);
        poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
        let mut server = instance.into_pipe();
        assert_eq!(read(&mut server, MIB).await.unwrap(), (b"in passing".to_vec(), false));
        assert!(is_end(&read(&mut server, MIB).await.unwrap_err()));
    }
}

#[tokio::test]
async fn an_instance_that_nobody_came_to_is_no_pipe_yet() {
    let name = new_name();
    for polled in [false, true] {
        let mut instance = create(&options(&name, true), Tickets::default()).unwrap();
        if polled {
            let _ = poll_fn(|cx| Poll::Ready(instance.poll_connect(cx))).await;
        }
        let mut pipe = instance.into_pipe();
        assert_eq!(code(&write(&mut pipe, b"x").await.unwrap_err()), 536);
    }
}

#[tokio::test]
async fn no_such_pipe_and_no_free_instance_are_told_apart() {
    let name = new_name();
    assert_eq!(refused(&name), 2);
    let limited = CreateOptions { max_instances: 2, ..options(&name, true) };
    let (_server, _client) = pair_of(&limited, Tickets::default()).await;
    assert_eq!(refused(&name), 231);
    let _second = create(&limited, Tickets::default()).unwrap();
    let _client = dial(&name, true);
    assert_eq!(refused(&name), 231);
    assert_eq!(code(&create(&limited, Tickets::default()).unwrap_err()), 231);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_instances_take_a_client_each() {
    let name = new_name();
    let mut waiting: Vec<_> =
        (0..8).map(|_| create(&options(&name, true), Tickets::default()).unwrap()).collect();
    let mut clients: Vec<_> = (0..8).map(|_| dial(&name, true)).collect();
    assert_eq!(refused(&name), 231);
    for (at, client) in clients.iter_mut().enumerate() {
        write(client, &[at as u8]).await.unwrap();
    }
    let mut seen = Vec::new();
    for mut instance in waiting.drain(..) {
        poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
        seen.extend(read(&mut instance.into_pipe(), MIB).await.unwrap().0);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..8).collect::<Vec<u8>>());
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let long = format!(r"\\.\pipe\{}", "n".repeat(248));
    for name in [r"\\.\pipe\a".to_owned() + "\0b", long] {
        let error = create(&options(&name, true), Tickets::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
    let longest = format!(r"\\.\pipe\{}", "n".repeat(247));
    create(&options(&longest, true), Tickets::default()).unwrap();
    let nul = "\\\\.\\pipe\\a\0b";
    let error = open(nul, Access::Both, Impersonation::Identification).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
