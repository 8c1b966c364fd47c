//! What stands in the two files where pipes are sockets beside them.

use crate::cli::demo::local::Pipes;

/// The head of near.toml.
pub(super) fn near(_: &Pipes) -> String {
    r#"# Try:  printf '\0\0\0\2hi' | pipeferry connect unix:orders.sock | od -c
pipe_path = "{name}.sock"          # where pipes lie outside Windows
control   = "near-control"

[admin]            # curl --unix-socket near-admin.sock http://near/metrics
listen = "unix:near-admin.sock"
"#
    .to_owned()
}

/// The head of far.toml.
pub(super) fn far(_: &Pipes) -> String {
    r#"# An echo: socat UNIX-LISTEN:orders-service.sock,fork EXEC:cat
pipe_path = "{name}.sock"
control   = "far-control"

[admin]
listen = "unix:far-admin.sock"
"#
    .to_owned()
}

/// How the far gateway's bridge connects to the service.
pub(super) fn service(_: &Pipes) -> String {
    r#"connect = "pipe:orders-service""#.to_owned()
}
