#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc;

use tokio::runtime::Builder;

use super::keep_up::answers;
use super::*;

fn manager(variables: &[(&str, &str)]) -> ServiceManager {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    ServiceManager::of(|name| variables.get(name).map(OsString::from), 7)
}

#[test]
fn without_a_socket_nothing_is_told() {
    let nobody = manager(&[("WATCHDOG_USEC", "1000")]);
    assert!(nobody.socket.is_none() && nobody.watchdog.is_none());
    nobody.ready("fine");
    assert!(manager(&[("NOTIFY_SOCKET", "")]).socket.is_none());
    assert!(manager(&[("NOTIFY_SOCKET", "vsock:2:1")]).socket.is_none());
}

#[test]
fn only_the_process_that_is_meant_feeds_the_watchdog() {
    let time = |more: &[(&str, &str)]| {
        manager(&[&[("NOTIFY_SOCKET", "/no/socket")], more].concat()).watchdog
    };
    assert_eq!(time(&[("WATCHDOG_USEC", "3000000")]), Some(Duration::from_secs(3)));
    let ours = [("WATCHDOG_USEC", "1"), ("WATCHDOG_PID", "7")];
    assert_eq!(time(&ours), Some(Duration::from_micros(1)));
    for other in ["8", "", "x"] {
        assert_eq!(time(&[("WATCHDOG_USEC", "1"), ("WATCHDOG_PID", other)]), None);
    }
    for nothing in ["0", "", "-1", "99999999999999999999999"] {
        assert_eq!(time(&[("WATCHDOG_USEC", nothing)]), None);
    }
}

#[test]
fn a_manager_that_does_not_read_holds_nobody_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let _deaf = UnixDatagram::bind(&path).unwrap();
    let manager = manager(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    let socket = manager.socket.as_ref().unwrap();
    // The system takes some before it makes us wait.
    while socket.send(b"STATUS=x").is_ok() {}
    manager.started("fine");
}

#[test]
fn nothing_is_told_before_the_daemon_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let listening = UnixDatagram::bind(&path).unwrap();
    let manager = manager(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    manager.status("early");
    manager.reloading();
    manager.ready("early");
    manager.started("now");
    let mut told = [0; 64];
    let length = listening.recv(&mut told).unwrap();
    assert_eq!(&told[..length], b"READY=1\nSTATUS=now");
}

#[test]
fn a_runtime_whose_threads_are_all_held_up_does_not_answer() {
    let held_up = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let looking = Builder::new_current_thread().enable_time().build().unwrap();
    let ask = |within| looking.block_on(answers(held_up.handle(), within));
    assert!(ask(Duration::from_secs(30)));
    let (let_go, held) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    held_up.spawn(async move {
        begun.send(()).unwrap();
        let _ = held.recv();
    });
    begins.recv().unwrap();
    assert!(!ask(Duration::from_millis(50)));
    let_go.send(()).unwrap();
    assert!(ask(Duration::from_secs(30)));
}
