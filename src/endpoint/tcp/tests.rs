#![allow(clippy::unwrap_used)]

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
