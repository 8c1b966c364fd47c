#![allow(clippy::unwrap_used)]

use rstest::rstest;

use super::*;

fn options(keepalive: Option<Duration>) -> TcpOptions {
    TcpOptions { nodelay: true, keepalive, reuse_port: false }
}

/// A dialled and an accepted end, as the gateway has them.
async fn connected(options: &TcpOptions) -> (TcpStream, TcpStream) {
    let at = |port| HostPort { host: "127.0.0.1".into(), port };
    let listener = bind(&at(0), options).await.unwrap();
    let dialled = dial(&at(listener.local_addr().unwrap().port()), options).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    apply_to_accepted(&accepted, options);
    (dialled, accepted)
}

#[tokio::test]
async fn an_option_that_the_system_does_not_take_costs_nobody_the_connection() {
    // What the configuration refuses, and the kernel too.
    let options = options(Some(Duration::from_secs(100_000)));
    let (dialled, accepted) = connected(&options).await;
    assert!(dialled.nodelay().unwrap());
    assert!(accepted.nodelay().unwrap());
}

#[tokio::test]
async fn nodelay_is_set_on_both_ends_unless_turned_off() {
    for nodelay in [true, false] {
        let options = TcpOptions { nodelay, ..options(None) };
        let (dialled, accepted) = connected(&options).await;
        assert_eq!((dialled.nodelay().unwrap(), accepted.nodelay().unwrap()), (nodelay, nodelay));
    }
}

#[tokio::test]
async fn a_listener_that_goes_on_under_other_options_hands_those_on() {
    let at = |port| HostPort { host: "127.0.0.1".into(), port };
    let listener = bind(&at(0), &options(Some(Duration::from_secs(60)))).await.unwrap();
    let none = TcpOptions { nodelay: false, ..options(None) };
    apply_to_listener(&listener, &none);
    let port = listener.local_addr().unwrap().port();
    let _dialled = dial(&at(port), &none).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    apply_to_accepted(&accepted, &none);
    assert!(!accepted.nodelay().unwrap());
    assert!(!SockRef::from(&accepted).keepalive().unwrap());
}

#[tokio::test]
async fn keepalive_is_set_on_both_ends_unless_turned_off() {
    for keepalive in [None, Some(Duration::from_secs(7)), Some(Duration::from_secs(600))] {
        let (dialled, accepted) = connected(&options(keepalive)).await;
        for end in [SockRef::from(&dialled), SockRef::from(&accepted)] {
            assert_eq!(end.keepalive().unwrap(), keepalive.is_some());
            #[cfg(target_os = "linux")]
            if let Some(idle) = keepalive {
                assert_eq!(end.tcp_keepalive_time().unwrap(), idle);
                assert_eq!(end.tcp_keepalive_interval().unwrap(), idle.min(LONGEST_INTERVAL));
            }
        }
    }
}

/// Sockets that listen on one port.
#[cfg(target_os = "linux")]
async fn sharing(host: &str) -> [TcpListener; 2] {
    let shared = TcpOptions { reuse_port: true, ..options(None) };
    let at = |port| HostPort { host: host.into(), port };
    let one = bind(&at(0), &shared).await.unwrap();
    let other = bind(&at(one.local_addr().unwrap().port()), &shared).await.unwrap();
    [one, other]
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::four("127.0.0.1", "127.0.0.1")]
#[case::six("::1", "::1")]
#[case::six_of_both("::", "::1")]
#[case::four_of_both("::", "127.0.0.1")]
#[tokio::test]
async fn nobody_begins_where_a_listener_holds_off(#[case] host: &str, #[case] from: &str) {
    let [old, new] = sharing(host).await;
    assert!(hold_off(&old));
    let to = SocketAddr::new(from.parse().unwrap(), old.local_addr().unwrap().port());
    // Whose first packet is dropped begins again after a second, and may have
    // to do so again.
    let mut clients = JoinSet::new();
    (0..64).for_each(|_| drop(clients.spawn(tokio::time::timeout(NEXT_ADDRESS, dial_address(to)))));
    let clients = clients.join_all().await;
    let connected = clients.iter().filter(|client| matches!(client, Ok(Ok(_)))).count();
    let queued = |listener| sys::socket::accept_queue(listener).unwrap();
    assert_eq!((queued(&old), queued(&new)), (0, connected));
    assert!(connected > 0 && clients.iter().all(|client| !matches!(client, Ok(Err(_)))));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn of_who_is_let_in_nothing_is_asked() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let [old, _] = sharing("127.0.0.1").await;
    assert!(hold_off(&old));
    let (mut accepted, mut client) = loop {
        // One whose packets have all their hops left gets in, if it comes here.
        let socket = TcpSocket::new_v4().unwrap();
        SockRef::from(&socket).set_ttl_v4(255).unwrap();
        let client = socket.connect(old.local_addr().unwrap()).await.unwrap();
        if sys::socket::accept_queue(&old).unwrap() > 0 {
            break (old.accept().await.unwrap().0, client);
        }
    };
    SockRef::from(&client).set_ttl_v4(64).unwrap();
    let_on(&accepted).unwrap();
    client.write_all(b"on").await.unwrap();
    let mut came = [0; 2];
    accepted.read_exact(&mut came).await.unwrap();
    assert_eq!(&came, b"on");
}

#[rstest]
#[case::six_first(&["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1", "1.0.0.2:1"],
    &["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1", "[::3]:1"])]
#[case::four_first(&["1.0.0.1:1", "1.0.0.2:1", "1.0.0.3:1", "[::1]:1"],
    &["1.0.0.1:1", "[::1]:1", "1.0.0.2:1", "1.0.0.3:1"])]
#[case::one_family(&["1.0.0.1:1", "1.0.0.2:1"], &["1.0.0.1:1", "1.0.0.2:1"])]
#[case::none(&[], &[])]
fn the_families_of_a_name_are_dialled_in_turn(#[case] found: &[&str], #[case] dialled: &[&str]) {
    let found = found.iter().map(|address| address.parse().unwrap()).collect();
    let order: Vec<_> = alternate(found).map(|address| address.to_string()).collect();
    assert_eq!(order, dialled);
}

#[test]
fn many_addresses_of_one_family_leave_room_for_the_other() {
    let many = (1..=20).map(|last| format!("[2001:db8::{last}]:1").parse().unwrap());
    let found = many.chain(["127.0.0.1:1".parse().unwrap()]).collect();
    assert!(alternate(found).take(MOST_ADDRESSES).any(|address| address.is_ipv4()));
}
