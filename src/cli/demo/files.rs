//! The two configurations, as a person would write them.
//!
//! All paths in them are relative to the files, so that a kept folder may move.

#[cfg(unix)]
#[path = "files/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "files/windows.rs"]
mod system;

use super::local::Pipes;
use super::pipes::Pipe;

/// Of the near gateway, in front of which the clients are. `port` is the far
/// gateway's.
pub(super) fn near(port: u16, pipes: &Pipes) -> String {
    let (orders, head) = (pipes.name(Pipe::Orders), system::near(pipes));
    format!(
        r#"# The near gateway: clients open the pipe `{orders}` here.
{head}
[identity.near]
cert  = "certs/near.example.pem"
key   = "certs/near.example.key"
trust = "certs/ca.pem"

[bridge.orders]
mode    = "message"                # each message arrives as one message
listen  = "pipe:{orders}"
connect = {{ address = "tls:127.0.0.1:{port}", identity = "near" }}
"#
    )
}

/// Of the far gateway, in front of the service. `port` is where it listens.
pub(super) fn far(port: u16, pipes: &Pipes) -> String {
    let (service, head) = (pipes.name(Pipe::Service), system::far(pipes));
    let connect = system::service(pipes);
    format!(
        r#"# The far gateway: it stands before the service on `{service}`.
{head}
[identity.far]
cert  = "certs/far.example.pem"
key   = "certs/far.example.key"
trust = "certs/ca.pem"

[bridge.orders]
mode    = "message"
{connect}

[bridge.orders.listen]
address  = "tls:127.0.0.1:{port}"
identity = "far"
allow    = [{{ dns = "near.example" }}]   # its certificate, and no other
"#
    )
}
