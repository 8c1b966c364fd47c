//! What stands in the two files where pipes are real ones.

use crate::cli::demo::local::Pipes;
use crate::cli::demo::pipes::Pipe;

/// The head of near.toml.
pub(super) fn near(pipes: &Pipes) -> String {
    let (orders, admin) = (pipes.name(Pipe::Orders), pipes.name(Pipe::NearAdmin));
    let control = pipes.unique("near-control");
    format!(
        r#"# Try:  pipeferry connect pipe:{orders},type=message
# and type: each line is a message. Or in Python:
#   from multiprocessing.connection import Client
#   pipe = Client(r"\\.\pipe\{orders}")
#   pipe.send_bytes(b"hi"); print(pipe.recv_bytes())
control = "{control}"

# The metrics, in Python:
#   pipe = open(r"\\.\pipe\{admin}", "r+b", 0)
#   pipe.write(b"GET /metrics HTTP/1.0\r\n\r\n"); print(pipe.read().decode())
[admin]
listen = "pipe:{admin}"
"#
    )
}

/// The head of far.toml.
pub(super) fn far(pipes: &Pipes) -> String {
    let (service, admin) = (pipes.name(Pipe::Service), pipes.name(Pipe::FarAdmin));
    let control = pipes.unique("far-control");
    format!(
        r#"# An echo for one client, in Python:
#   from multiprocessing.connection import Listener
#   pipe = Listener(r"\\.\pipe\{service}").accept()
#   while True: pipe.send_bytes(pipe.recv_bytes())
control = "{control}"

[admin]
listen = "pipe:{admin}"
"#
    )
}

/// How the far gateway's bridge connects to the service. A client of a pipe
/// can tell its end only by closing it, and so it is passed on.
pub(super) fn service(pipes: &Pipes) -> String {
    let service = pipes.name(Pipe::Service);
    format!(r#"connect = {{ address = "pipe:{service}", half_close = "close" }}"#)
}
