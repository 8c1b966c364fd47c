#[cfg(unix)]
use crate::config::testing::{IDENTITIES, unix};
use crate::config::testing::{good, windows};
use crate::config::{System, summary};
use snapbox::{IntoData as _, assert_data_eq, str};

#[cfg(unix)]
#[test]
fn what_would_run_is_shown_with_every_default() {
    let text = format!(
        "[admin]\nlisten = \"tcp:127.0.0.1:9464\"\n{IDENTITIES}[bridge.orders]\nmode = \"message\"\n\
         listen = {{ address = \"pipe:orders\", permissions = \"0660\", allow = [{{ group = \"clients\" }}, {{ user = 7 }}] }}\n\
         connect = {{ address = \"tls:gw.example:7443\", identity = \"full\", verify = {{ ou = [\"a\", \"b\"], ip = \"10.0.0.0/8\" }} }}\n\
         [bridge.in]\nlisten = {{ address = \"tcp:0.0.0.0:80\", proxy_protocol = \"v2\" }}\nconnect = \"unix:@x\"\n"
    );
    assert_data_eq!(
        summary(&good(&text, &unix()), System::Unix),
        str![[r#"
pipeferry
  drain_timeout        30s
  max_connections      20000
  threads              one a processor
  control              pipeferry-control
  watch                on
  sandbox              on
  admin                tcp:127.0.0.1:9464
  log                  info, auto

identity full
  cert                 /srv/gw.pem
  key                  /srv/gw.key
  trust                /srv/ca.pem

identity showing
  pkcs12               /srv/gw.p12
  trust                nobody

identity trusting
  cert                 none: it only trusts
  trust                the system's CAs

bridge orders
  mode                 message
  listen               pipe:orders
    socket                 /run/pipeferry/orders.sock
    allow                  group clients; or user 7
    access                 duplex
    permissions            0660
    framing                u32be
  connect              tls:gw.example:7443
    identity               full
    server_name            gw.example
    verify                 ou a or b and ip 10.0.0.0/8
    min_tls                1.2
    max_tls                1.3
    close_notify           required
    resume                 on
    framing                u32be
    nodelay                on
    keepalive              1m
  connect_timeout      10s
  handshake_timeout    10s
  idle_timeout         off
  half_close_timeout   1m
  max_lifetime         off
  max_connections      1024
  max_message          16MiB

bridge in
  mode                 byte
  listen               tcp:0.0.0.0:80
    nodelay                on
    keepalive              1m
    reuse_port             off
    proxy_protocol         v2
    proxy_from             127.0.0.0/8, ::1/128
  connect              unix:@x
  connect_timeout      10s
  handshake_timeout    10s
  idle_timeout         off
  half_close_timeout   1m
  max_lifetime         off
  max_connections      1024

"#]]
        .raw()
    );
}

#[test]
fn a_windows_pipe_is_shown_as_createnamedpipe_makes_it() {
    let text = "[bridge.b]\nlisten = \"pipe:a/b\"\nconnect = \"pipe://win01/c\"\n";
    assert_data_eq!(
        summary(&good(text, &windows()), System::Windows),
        str![[r#"
pipeferry
  drain_timeout        30s
  max_connections      20000
  threads              one a processor
  control              pipeferry-control
  watch                on
  sandbox              on (Linux only)
  admin                none
  log                  info, auto

bridge b
  mode                 byte
  listen               pipe:a/b
    path                   \\.\pipe\a\b
    allow                  our own account, SYSTEM, Administrators
    access                 duplex
    type                   byte
    half_close             none
    instances              unlimited
    backlog                8
    in_buffer              64KiB
    out_buffer             64KiB
    default_timeout        50ms
    write_through          off
    write_dac              off
    write_owner            off
    access_system_security off
    remote                 off
  connect              pipe://win01/c
    path                   \\win01\pipe\c
    wait                   connect_timeout
    access                 duplex
    type                   byte
    half_close             none
    impersonation          identification
  connect_timeout      10s
  handshake_timeout    10s
  idle_timeout         off
  half_close_timeout   1m
  max_lifetime         off
  max_connections      1024

"#]]
        .raw()
    );
}
