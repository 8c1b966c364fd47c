//! Each option of the configuration's text arrives in the call that it is for,
//! and changes nothing else there.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::{good, windows};
use crate::config::{Dial, Listen};
use crate::sys::windows::pipe::Impersonation as Level;
use rstest::rstest;

fn listening(options: &str) -> PipeListen {
    let text = format!(
        "[bridge.b]\nlisten = {{ address = \"pipe:a/b\"{options} }}\nconnect = \"tcp:h:1\""
    );
    let Listen::Pipe(listen) = good(&text, &windows()).bridges.remove(0).listen else {
        panic!("no pipe in {text}")
    };
    *listen
}

fn dialling(connect: &str) -> Opening {
    let text = format!("[bridge.b]\nlisten = \"tcp:127.0.0.1:1\"\nconnect = {connect}");
    let Dial::Pipe(dial) = good(&text, &windows()).bridges.remove(0).connect.first().clone() else {
        panic!("no pipe in {text}")
    };
    opening(&dial)
}

fn descriptor() -> SecurityDescriptor {
    SecurityDescriptor::from_sddl("D:P(A;;GA;;;SY)").unwrap()
}

const PATH: &str = r"\\.\pipe\a\b";

type Call = CreateOptions<'static>;

/// What is made where nothing is said.
const PLAIN: Call = Call {
    name: PATH,
    access: pipe::Access::Both,
    message_type: false,
    first_instance: true,
    remote: false,
    write_through: false,
    write_dac: false,
    write_owner: false,
    access_system_security: false,
    max_instances: UNLIMITED_INSTANCES,
    in_buffer: 64 * 1024,
    out_buffer: 64 * 1024,
    default_timeout: 50,
    security: None,
};

#[rstest]
#[case::nothing("", |_: &mut Call| ())]
#[case::inbound("access = \"inbound\"", |call: &mut Call| call.access = pipe::Access::Read)]
#[case::outbound("access = \"outbound\"", |call: &mut Call| call.access = pipe::Access::Write)]
#[case::message_type("type = \"message\"", |call: &mut Call| call.message_type = true)]
#[case::remote("remote = true", |call: &mut Call| call.remote = true)]
#[case::write_through("write_through = true", |call: &mut Call| call.write_through = true)]
#[case::write_dac("write_dac = true", |call: &mut Call| call.write_dac = true)]
#[case::write_owner("write_owner = true", |call: &mut Call| call.write_owner = true)]
#[case::sacl("access_system_security = true", |call: &mut Call| call.access_system_security = true)]
#[case::instances("instances = 254", |call: &mut Call| call.max_instances = 254)]
#[case::unlimited("instances = \"unlimited\"", |call: &mut Call| call.max_instances = 255)]
#[case::in_buffer("in_buffer = \"8KiB\"", |call: &mut Call| call.in_buffer = 8192)]
#[case::out_buffer("out_buffer = \"12KiB\"", |call: &mut Call| call.out_buffer = 12_288)]
#[case::default_timeout("default_timeout = \"1500ms\"", |call: &mut Call| call.default_timeout = 1500)]
fn an_option_of_a_listener_arrives(#[case] option: &str, #[case] change: fn(&mut Call)) {
    let options = if option.is_empty() { String::new() } else { format!(", {option}") };
    let descriptor = descriptor();
    let call = instance(&listening(&options), PATH, true, &descriptor);
    assert!(call.security.is_some_and(|given| std::ptr::eq(given, &raw const descriptor)));
    let mut wanted = PLAIN;
    change(&mut wanted);
    let call = CreateOptions { security: None, ..call };
    assert_eq!(format!("{call:#?}"), format!("{wanted:#?}"));
}

/// The same bit asks for the right and for the first instance.
#[test]
fn beyond_the_first_instance_neither_the_name_nor_its_owner_is_asked_for() {
    let (config, descriptor) = (listening(", write_owner = true"), descriptor());
    let second = instance(&config, PATH, false, &descriptor);
    assert!(!second.first_instance && !second.write_owner);
}

#[rstest]
#[case::default("\"pipe:x\"", Level::Identification)]
#[case("{ address = \"pipe:x\", impersonation = \"anonymous\" }", Level::Anonymous)]
#[case("{ address = \"pipe:x\", impersonation = \"identification\" }", Level::Identification)]
#[case("{ address = \"pipe:x\", impersonation = \"impersonation\" }", Level::Impersonation)]
#[case("{ address = \"pipe:x\", impersonation = \"delegation\" }", Level::Delegation)]
fn what_a_server_may_do_with_our_token_arrives(#[case] connect: &str, #[case] level: Level) {
    let path = r"\\.\pipe\x".to_owned();
    assert_eq!(dialling(connect), Opening { path, access: pipe::Access::Both, level });
}

#[rstest]
#[case("duplex", pipe::Access::Both)]
#[case("inbound", pipe::Access::Read)]
#[case("outbound", pipe::Access::Write)]
fn the_way_of_the_data_arrives(#[case] access: &str, #[case] wanted: pipe::Access) {
    let connect = format!("{{ address = \"pipe:x\", access = \"{access}\" }}");
    assert_eq!(dialling(&connect).access, wanted);
}

#[rstest]
#[case("\"pipe:x\"", r"\\.\pipe\x")]
#[case("\"pipe:a/b\"", r"\\.\pipe\a\b")]
#[case("\"pipe://win01/x\"", r"\\win01\pipe\x")]
#[case("\"pipe://win01.example.com/a/b\"", r"\\win01.example.com\pipe\a\b")]
#[case(r"'\\win01\pipe\a\b'", r"\\win01\pipe\a\b")]
fn the_machine_of_a_pipe_arrives(#[case] connect: &str, #[case] path: &str) {
    assert_eq!(dialling(connect).path, path);
}
