#![allow(clippy::unwrap_used)]

use rstest::rstest;

use super::*;

fn options(keepalive: Option<Duration>) -> TcpOptions {
    TcpOptions { nodelay: true, keepalive, reuse_port: false }
}

#[tokio::test]
async fn an_option_that_the_system_does_not_take_costs_nobody_the_connection() {
    // What the configuration refuses, and the kernel too.
    let options = options(Some(Duration::from_secs(100_000)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = HostPort { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let dialled = dial(&to, &options).await.unwrap();
    assert!(dialled.nodelay().unwrap());
    let (accepted, _) = listener.accept().await.unwrap();
    apply(&accepted, &options);
    assert!(accepted.nodelay().unwrap());
}

#[tokio::test]
async fn nodelay_is_set_on_both_ends_unless_turned_off() {
    for nodelay in [true, false] {
        let options = TcpOptions { nodelay, ..options(None) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = HostPort { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
        let dialled = dial(&to, &options).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        apply(&accepted, &options);
        assert_eq!((dialled.nodelay().unwrap(), accepted.nodelay().unwrap()), (nodelay, nodelay));
    }
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
