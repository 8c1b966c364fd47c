use std::path::Path;
use std::time::Duration;

use crate::config::testing::{good, good_bridge, lines, mistakes, only_mistake, unix, windows};
use crate::config::{
    Access, Dial, Impersonation, Listen, Mode, PipeDial, PipeHalfClose, PipeListen,
};
use rstest::rstest;

fn listen_on_windows(mode: &str, options: &str) -> PipeListen {
    let text = format!(
        "[bridge.b]\nmode = \"{mode}\"\nlisten = {{ address = \"pipe:x\"{options} }}\nconnect = \"tcp:h:1\""
    );
    match good(&text, &windows()).bridges.remove(0).listen {
        Listen::Pipe(pipe) => *pipe,
        other => panic!("{other:?}"),
    }
}

fn dial_on_windows(mode: &str, end: &str) -> PipeDial {
    let text = format!("[bridge.b]\nmode = \"{mode}\"\nlisten = \"tcp:h:1\"\nconnect = {end}");
    match good(&text, &windows()).bridges.remove(0).connect.first {
        Dial::Pipe(pipe) => *pipe,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
fn socket(pipe_path: &str, address: &str) -> String {
    let text = format!("{pipe_path}\n[bridge.b]\nlisten = '{address}'\nconnect = \"tcp:h:1\"");
    let Listen::Pipe(pipe) = good(&text, &unix()).bridges.remove(0).listen else {
        panic!("no pipe")
    };
    pipe.address.socket.display().to_string()
}

#[cfg(unix)]
#[test]
fn outside_windows_a_pipe_is_a_socket_in_the_runtime_directory() {
    assert_eq!(socket("", "pipe:orders"), "/run/pipeferry/orders.sock");
    assert_eq!(socket("", r"\\.\pipe\orders"), "/run/pipeferry/orders.sock");
}

#[cfg(unix)]
#[test]
fn pipe_path_says_where_the_sockets_are() {
    assert_eq!(
        socket("pipe_path = \"/tmp/CoreFxPipe_{name}\"", "pipe:orders"),
        "/tmp/CoreFxPipe_orders"
    );
    assert_eq!(socket("pipe_path = \"run/{name}\"", "pipe:orders"), "/srv/run/orders");
}

#[cfg(unix)]
#[test]
fn no_pipes_name_leads_out_of_its_folder_and_no_two_names_meet() {
    assert_eq!(socket("", "pipe:a/b"), "/run/pipeferry/a%2Fb.sock");
    assert_eq!(socket("", r"pipe:a\b"), "/run/pipeferry/a%2Fb.sock");
    assert_eq!(socket("", "pipe:a%2Fb"), "/run/pipeferry/a%252Fb.sock");
    assert_eq!(socket("", "pipe:{name}"), "/run/pipeferry/{name}.sock");
}

#[test]
fn pipe_path_needs_a_place_for_the_name() {
    let text =
        "pipe_path = \"/run/x.sock\"\n[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"";
    let all = lines(&mistakes(text, &unix()));
    assert!(all[0].contains("a path with `{name}` in it"), "{all:?}");
}

#[test]
fn a_pipe_whose_socket_is_too_long_is_a_mistake_but_not_on_windows() {
    let bridge = format!("listen = \"pipe:{}\"\nconnect = \"tcp:h:1\"", "n".repeat(100));
    assert!(only_mistake(&bridge, &unix()).contains("at most 107 bytes"));
    good(&crate::config::testing::file_with(&bridge), &windows());
}

#[test]
fn a_listening_pipe_has_the_defaults_of_the_reference() {
    let pipe = listen_on_windows("byte", "");
    let windows = pipe.windows;
    assert_eq!(pipe.access, Access::Duplex);
    assert_eq!(windows.pipe_type, Mode::Byte);
    assert_eq!(windows.half_close, PipeHalfClose::None);
    assert_eq!((windows.instances, windows.backlog), (None, 8));
    assert_eq!((windows.in_buffer, windows.out_buffer), (65536, 65536));
    assert_eq!(windows.default_timeout, Duration::from_millis(50));
    assert!(!windows.remote && !windows.write_through && !windows.write_dac);
    assert!(!windows.write_owner && !windows.access_system_security);
}

#[test]
fn a_pipes_type_follows_the_mode_unless_said() {
    assert_eq!(listen_on_windows("message", "").windows.pipe_type, Mode::Message);
    assert_eq!(listen_on_windows("byte", ", type = \"message\"").windows.pipe_type, Mode::Message);
}

#[test]
fn every_option_of_a_listening_pipe_arrives() {
    let pipe = listen_on_windows(
        "byte",
        ", type = \"message\", half_close = \"zero-message\", instances = 8, backlog = 2, in_buffer = 0, out_buffer = \"1MiB\", default_timeout = \"1s\", write_through = true, write_dac = true, write_owner = true, access_system_security = true, remote = true, access = \"outbound\", sddl = \"D:P(A;;GA;;;SY)\"",
    );
    let windows = pipe.windows;
    assert_eq!((pipe.access, pipe.sddl.as_deref()), (Access::Outbound, Some("D:P(A;;GA;;;SY)")));
    assert_eq!(windows.half_close, PipeHalfClose::ZeroMessage);
    assert_eq!((windows.instances, windows.backlog), (Some(8), 2));
    assert_eq!((windows.in_buffer, windows.out_buffer), (0, 1 << 20));
    assert_eq!(windows.default_timeout, Duration::from_secs(1));
    assert!(windows.remote && windows.write_through && windows.write_dac);
    assert!(windows.write_owner && windows.access_system_security);
}

#[test]
fn a_dialled_pipe_has_its_options() {
    let pipe = dial_on_windows(
        "message",
        "{ address = \"pipe://HOST/x\", wait = \"2s\", owner = \"CORP\\\\svc\", half_close = \"close\", impersonation = \"delegation\" }",
    );
    assert_eq!(pipe.host.as_deref(), Some("HOST"));
    assert_eq!(pipe.wait, Some(Duration::from_secs(2)));
    assert_eq!(pipe.owner.as_deref(), Some(r"CORP\svc"));
    assert_eq!(pipe.pipe_type, Mode::Message);
    assert_eq!(pipe.half_close, PipeHalfClose::Close);
    assert_eq!(pipe.impersonation, Impersonation::Delegation);
    let pipe = dial_on_windows("byte", "\"pipe:x\"");
    assert_eq!((pipe.wait, pipe.impersonation), (None, Impersonation::Identification));
}

#[rstest]
#[case(
    "byte",
    ", half_close = \"zero-message\"",
    "\"zero-message\" | a byte pipe has no messages, so no empty one"
)]
#[case("message", ", type = \"byte\"", "\"byte\" | a byte pipe loses where its messages end")]
#[case("byte", ", instances = 255", "255 | no number of instances")]
#[case("byte", ", instances = \"all\"", "\"all\" | no number of instances")]
#[case("byte", ", instances = 2, backlog = 3", "3 | more instances would wait than there may be")]
#[case("byte", ", backlog = 0", "0 | out of bounds")]
#[case("byte", ", in_buffer = -1", "-1 | less than nothing")]
#[case(
    "byte",
    ", sddl = \"D:\", allow = [{ user = \"a\" }]",
    "sddl | `sddl` stands in place of `allow`"
)]
#[case(
    "byte",
    ", impersonation = \"anonymous\"",
    "impersonation | `impersonation` is not for a listening `pipe:` end"
)]
fn a_mistake_about_a_windows_pipe_is_underlined(
    #[case] mode: &str,
    #[case] options: &str,
    #[case] expected: &str,
) {
    let bridge = format!(
        "mode = \"{mode}\"\nlisten = {{ address = \"pipe:x\"{options} }}\nconnect = \"tcp:h:1\""
    );
    let found = only_mistake(&bridge, &windows());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn fewer_instances_than_the_backlogs_default_lower_it() {
    let windows = listen_on_windows("byte", ", instances = 2").windows;
    assert_eq!((windows.instances, windows.backlog), (Some(2), 2));
}

#[test]
fn another_machines_pipe_is_dialled_from_windows_only() {
    let found = only_mistake("listen = \"pipe:x\"\nconnect = \"pipe://HOST/x\"", &unix());
    assert!(found.contains("another machine's pipe needs Windows"), "{found}");
    let found = only_mistake("listen = \"pipe://HOST/x\"\nconnect = \"tcp:h:1\"", &windows());
    assert!(found.contains("nobody can listen on another machine's pipe"), "{found}");
}

#[test]
fn ends_that_both_read_or_both_write_carry_nothing() {
    let bridge = |listen: &str, connect: &str| {
        format!(
            "listen = {{ address = \"pipe:x\", access = \"{listen}\" }}\n\
             connect = {{ address = \"pipe:y\", access = \"{connect}\" }}"
        )
    };
    for (one, what) in [("inbound", "reads"), ("outbound", "writes")] {
        let found = only_mistake(&bridge(one, one), &windows());
        let wanted =
            format!("\"pipe:y\" | nothing would be carried: pipeferry only {what} at both ends");
        assert!(found.starts_with(&wanted), "{found}");
    }
    let fifos = "listen = \"fifo:x\"\nconnect = { address = \"fifo:y\", access = \"inbound\" }";
    assert!(only_mistake(fifos, &unix()).contains("nothing would be carried"));
    for (listen, connect) in [("inbound", "outbound"), ("inbound", "duplex"), ("duplex", "inbound")]
    {
        good(&format!("[bridge.b]\n{}\n", bridge(listen, connect)), &windows());
    }
}

#[test]
fn a_pipe_that_carries_one_way_needs_windows_and_a_duplex_one_does_not() {
    let bridge = |access| {
        format!("listen = {{ address = \"pipe:x\", access = \"{access}\" }}\nconnect = \"tcp:h:1\"")
    };
    let found = only_mistake(&bridge("inbound"), &unix());
    assert!(found.contains("a pipe that carries one way needs Windows"), "{found}");
    let Listen::Pipe(pipe) = good_bridge(&bridge("duplex")).listen else { panic!("no pipe") };
    assert_eq!(pipe.access, Access::Duplex);
    assert_eq!(pipe.address.socket, Path::new("/run/pipeferry/x.sock"));
}
