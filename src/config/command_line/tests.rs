#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::{lines, unix, windows};
use crate::config::{Dial, Framing, Listen, LocalRules, TlsClients, Trust, UnixName};

fn flags() -> CommandLine {
    let identity = IdentityFlags {
        cert: Some("c.pem".into()),
        key: Some("k.pem".into()),
        trust: Some("ca.pem".into()),
        ..IdentityFlags::default()
    };
    CommandLine { identity, ..CommandLine::default() }
}

fn wrong(listen: &str, connect: &str, given: &CommandLine) -> Vec<String> {
    lines(&from_addresses(listen, connect, given, &unix()).unwrap_err())
}

#[test]
fn two_addresses_make_one_bridge() {
    let config = from_addresses("pipe:x", "tcp:h:1", &CommandLine::default(), &unix()).unwrap();
    assert_eq!(config.bridges.len(), 1);
    assert_eq!((config.bridges[0].name.as_str(), config.bridges[0].mode), ("relay", Mode::Byte));
    assert_eq!((config.control, config.admin, config.watch), (None, None, false));
}

#[test]
fn options_after_commas_fit_whatever_their_key_takes() {
    let listen = "unix:a.sock,framing=u16le,permissions=0660,owner=0,allow={group=\"g\"}";
    let connect = "tcp:h:1,nodelay=false,keepalive=false";
    let given = CommandLine { mode: Some(Mode::Message), ..CommandLine::default() };
    let bridge = from_addresses(listen, connect, &given, &unix()).unwrap().bridges.remove(0);
    let (Listen::Unix(unix), Dial::Tcp(tcp)) = (bridge.listen, bridge.connect.first) else {
        panic!("other ends")
    };
    assert_eq!(unix.name, UnixName::Path("/srv/a.sock".into()));
    assert_eq!((unix.framing, unix.file.permissions), (Framing::U16Le, Some(0o660)));
    assert_eq!(unix.file.owner.as_deref(), Some("0"));
    assert!(matches!(unix.allow, LocalRules::Rules(rules) if rules.len() == 1));
    assert_eq!((tcp.tcp.nodelay, tcp.tcp.keepalive), (false, None));
}

#[test]
fn limits_are_taken_from_the_flags() {
    let given = CommandLine {
        mode: Some(Mode::Message),
        max_message: Some(100),
        connect_timeout: Some(Duration::from_secs(1)),
        handshake_timeout: Some(Duration::from_secs(2)),
        idle_timeout: Some(Duration::from_secs(3)),
        half_close_timeout: Some(Duration::from_secs(4)),
        max_lifetime: Some(Duration::ZERO),
        max_connections: Some(0),
        ..CommandLine::default()
    };
    let bridge = from_addresses("stdio:", "tcp:h:1", &given, &unix()).unwrap().bridges.remove(0);
    assert_eq!((bridge.max_message, bridge.max_connections), (100, 1));
    assert_eq!(bridge.connect_timeout, Duration::from_secs(1));
    assert_eq!(bridge.handshake_timeout, Duration::from_secs(2));
    assert_eq!(bridge.idle_timeout, Some(Duration::from_secs(3)));
    assert_eq!(bridge.half_close_timeout, Duration::from_secs(4));
    assert_eq!(bridge.max_lifetime, None);
}

#[test]
fn the_flags_make_the_identity_of_ends_that_name_none() {
    let config = from_addresses("tls:127.0.0.1:0,allow=any", "tls:h:1", &flags(), &unix()).unwrap();
    let (Listen::Tls(near), Dial::Tls(far)) =
        (&config.bridges[0].listen, config.bridges[0].connect.first())
    else {
        panic!("other ends")
    };
    assert_eq!((near.identity.as_str(), far.identity.as_str()), ("default", "default"));
    assert_eq!(near.clients, TlsClients::Any);
    let trust = Some(Trust::File("/srv/ca.pem".into()));
    assert_eq!(config.identities["default"].trust, trust);
}

#[test]
fn several_revocation_lists_are_several() {
    let mut given = flags();
    given.identity.crl = vec!["a.crl".into(), "b.crl".into()];
    let config = from_addresses("stdio:", "tls:h:1", &given, &unix()).unwrap();
    assert_eq!(config.identities["default"].crl.len(), 2);
}

#[test]
fn identities_of_a_file_can_be_named_and_its_bridges_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipeferry.toml");
    std::fs::write(&file, "[identity.x]\ntrust = \"ca.pem\"\n[bridge.b]\nlisten = 5\n").unwrap();
    let given = CommandLine { config: Some(file), ..CommandLine::default() };
    let config = from_addresses("stdio:", "tls:h:1,identity=x", &given, &unix()).unwrap();
    let trust = Some(Trust::File(folder.path().join("ca.pem")));
    assert_eq!(config.identities["x"].trust, trust);
    let all = wrong("stdio:", "tls:h:1,identity=y", &given);
    assert!(all[0].starts_with("y | no identity is called `y` | `x`"), "{all:?}");
}

#[test]
fn a_file_that_cannot_be_read_or_is_broken_is_a_mistake() {
    let given = CommandLine { config: Some("/nowhere/x.toml".into()), ..CommandLine::default() };
    let all = wrong("stdio:", "tcp:h:1", &given);
    assert!(all[0].contains("cannot read the configuration /nowhere/x.toml: "), "{all:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, "[identity.x]\ntrust = \n").unwrap();
    let given = CommandLine { config: Some(file), ..CommandLine::default() };
    assert!(wrong("stdio:", "tcp:h:1", &given)[0].contains("not TOML"));
}

#[test]
fn a_mistake_in_a_flag_is_underlined_in_the_command_line() {
    let identity = IdentityFlags { cert: Some("c.pem".into()), ..IdentityFlags::default() };
    let given = CommandLine { identity, ..CommandLine::default() };
    let all = wrong("stdio:", "tls:h:1", &given);
    assert_eq!(all, ["--cert | `cert` without `key` | `key` beside it | "]);
}

#[test]
fn mistakes_of_both_arguments_are_said_at_once_with_their_names() {
    let mistakes =
        from_addresses("tpc:h:1", "tcp:h:0,framing=u16be", &CommandLine::default(), &unix())
            .unwrap_err();
    let drawn = mistakes.to_string();
    assert!(drawn.contains("LISTEN:1:1"), "{drawn}");
    assert!(drawn.contains("CONNECT:1:1"), "{drawn}");
    assert!(drawn.contains("nobody can be dialled at port 0"), "{drawn}");
    assert!(drawn.contains("a byte bridge has no messages to frame"), "{drawn}");
    assert!(drawn.ends_with("mistakes in LISTEN and CONNECT"), "{drawn}");
}

#[test]
fn standard_input_on_both_ends_is_a_mistake() {
    let all = wrong("stdio:", "stdio:", &CommandLine::default());
    assert!(all[0].contains("both ends are `stdio:`"), "{all:?}");
}

#[test]
fn a_pipe_path_is_taken_and_checked() {
    let given = CommandLine { pipe_path: Some("/tmp/{name}".into()), ..CommandLine::default() };
    let config = from_addresses("pipe:x", "tcp:h:1", &given, &unix()).unwrap();
    let Listen::Pipe(pipe) = &config.bridges[0].listen else { panic!("no pipe") };
    assert_eq!(pipe.address.socket, Path::new("/tmp/x"));
    let given = CommandLine { pipe_path: Some("/tmp/x".into()), ..CommandLine::default() };
    assert!(wrong("pipe:x", "tcp:h:1", &given)[0].starts_with("/tmp/x | every pipe would"));
}

#[test]
fn dockers_pipe_is_relayed_on_windows_as_the_manual_shows() {
    let listen = "pipe:docker_engine,type=message";
    let given = CommandLine::default();
    let config = from_addresses(listen, "tcp:10.0.0.5:2375", &given, &windows()).unwrap();
    let Listen::Pipe(pipe) = &config.bridges[0].listen else { panic!("no pipe") };
    assert_eq!(pipe.windows.pipe_type, Mode::Message);
    let all = wrong(listen, "tcp:10.0.0.5:2375", &given);
    assert!(all[0].starts_with("type | `type` needs Windows"), "{all:?}");
}
