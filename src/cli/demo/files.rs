//! The two configurations, as a person would write them.
//!
//! All paths in them are relative to the files, so that a kept folder may move.

/// Of the near gateway, in front of which the clients are. `port` is the far
/// gateway's.
pub(super) fn near(port: u16) -> String {
    format!(
        r#"# The near gateway: clients open the pipe `orders` here.
# Try:  printf '\0\0\0\2hi' | pipeferry connect unix:orders.sock | od -c
pipe_path = "{{name}}.sock"          # where pipes lie outside Windows
control   = "near-control"

[admin]            # curl --unix-socket near-admin.sock http://near/metrics
listen = "unix:near-admin.sock"

[identity.near]
cert  = "certs/near.example.pem"
key   = "certs/near.example.key"
trust = "certs/ca.pem"

[bridge.orders]
mode    = "message"                # each message arrives as one message
listen  = "pipe:orders"
connect = {{ address = "tls:127.0.0.1:{port}", identity = "near" }}
"#
    )
}

/// Of the far gateway, in front of the service. `port` is where it listens.
pub(super) fn far(port: u16) -> String {
    format!(
        r#"# The far gateway: it stands before the service on `orders-service`.
# An echo: socat UNIX-LISTEN:orders-service.sock,fork EXEC:cat
pipe_path = "{{name}}.sock"
control   = "far-control"

[admin]
listen = "unix:far-admin.sock"

[identity.far]
cert  = "certs/far.example.pem"
key   = "certs/far.example.key"
trust = "certs/ca.pem"

[bridge.orders]
mode    = "message"
connect = "pipe:orders-service"

[bridge.orders.listen]
address  = "tls:127.0.0.1:{port}"
identity = "far"
allow    = [{{ dns = "near.example" }}]   # its certificate, and no other
"#
    )
}
