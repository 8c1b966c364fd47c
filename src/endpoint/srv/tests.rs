#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::config::Dial;
use crate::config::testing::good_bridge;

fn host(name: &str) -> Host {
    HostPort { host: name.to_owned(), port: 1 }
}

fn target() -> SrvTarget {
    let bridge = good_bridge("listen = \"pipe:x\"\nconnect = \"srv:_a._tcp.h.example\"");
    let Dial::Srv(dial) = bridge.connect.first() else { panic!("{bridge:?}") };
    SrvTarget::new(dial, &Identities::default()).unwrap()
}

fn order(target: &SrvTarget, names: &[&str]) -> Vec<String> {
    let mut hosts: Vec<_> = names.iter().map(|name| host(name)).collect();
    target.put_off(&mut hosts);
    hosts.into_iter().map(|host| host.host).collect()
}

#[tokio::test(start_paused = true)]
async fn a_host_that_failed_comes_last_for_a_while() {
    let target = target();
    target.spare(&host("a"));
    assert_eq!(order(&target, &["a", "b", "c"]), ["b", "c", "a"]);
    assert_eq!(order(&target, &["a"]), ["a"], "it is tried where there is no other");
    tokio::time::advance(SPARED).await;
    assert_eq!(order(&target, &["a", "b", "c"]), ["a", "b", "c"]);
    assert!(target.lock().is_empty(), "nothing of it is left");
}

#[tokio::test(start_paused = true)]
async fn no_more_hosts_are_remembered_than_are_tried() {
    let target = target();
    for at in 0..1000 {
        target.spare(&host(&at.to_string()));
    }
    assert_eq!(target.lock().len(), MOST_HOSTS);
    target.spare(&host("999"));
    assert_eq!(target.lock().len(), MOST_HOSTS, "each once");
}
