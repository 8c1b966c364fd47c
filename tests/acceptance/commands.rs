//! The command line: usage, one-off bridges, generated texts.

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;

use rstest::rstest;

use crate::harness::payload::assert_same;
use crate::harness::program::{Program, as_account, await_line, piped};
use crate::harness::record::Line;
use crate::harness::{Duplex, End, Site, Target, eventually, noise, pipeferry, ran};

fn started(arguments: &[&str]) -> Program {
    Program::start(piped(env!("CARGO_BIN_EXE_pipeferry")).args(arguments))
}

#[test]
fn help_names_every_command_and_version_the_version() {
    let help = ran(&mut pipeferry(&["--help"])).good();
    for command in [
        "run",
        "check",
        "relay",
        "connect",
        "demo",
        "certs",
        "service",
        "status",
        "top",
        "reload",
        "drain",
        "close",
        "schema",
        "completions",
        "man",
    ] {
        assert!(help.stdout.contains(command), "{command}");
        ran(&mut pipeferry(&[command, "--help"])).good();
    }
    let version = ran(&mut pipeferry(&["--version"])).good();
    assert_eq!(version.stdout.trim(), format!("pipeferry {}", env!("CARGO_PKG_VERSION")));
}

#[rstest]
#[case(&[])]
#[case(&["ferry"])]
#[case(&["run", "--confg", "x"])]
#[case(&["relay", "tcp:127.0.0.1:0"])]
#[case(&["relay", "tcp:127.0.0.1:0", "nonsense"])]
#[case(&["relay", "tcp:127.0.0.1:0,nodelay=perhaps", "tcp:127.0.0.1:9"])]
#[case(&["relay", "--max-connections=0", "tcp:127.0.0.1:0", "tcp:127.0.0.1:9"])]
#[case(&["connect", "tpc:127.0.0.1:9"])]
fn bad_usage_is_code_2_and_says_so_on_standard_error(#[case] arguments: &[&str]) {
    let said = ran(&mut pipeferry(arguments));
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert_eq!(said.stdout, "");
    assert!(!said.stderr.is_empty());
}

#[test]
fn a_service_needs_windows_and_help_shows_what_there_is() {
    let said = ran(&mut pipeferry(&["service", "install"]));
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.starts_with("error: `pipeferry service` needs Windows\n"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("deploy/pipeferry.service"), "{}", said.stderr);
    let help = ran(&mut pipeferry(&["service", "--help"])).good();
    for command in ["install", "uninstall", "start", "stop", "status"] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{}", help.stdout);
    }
    assert!(!help.stdout.contains("\n  run "), "{}", help.stdout);
    assert_eq!(ran(&mut pipeferry(&["service", "stop", "--name", "a/b"])).code, 2);
}

#[test]
fn connect_joins_standard_input_and_output_to_an_address() {
    let target = Target::tcp();
    let mut command = started(&["connect", &target.address]);
    let all = noise(1, 2 << 20);
    let mut stdin = command.child.stdin.take().unwrap();
    let writing = std::thread::spawn({
        let all = all.clone();
        move || stdin.write_all(&all).unwrap()
    });
    let mut service = target.accept();
    assert_same("out of standard input", &service.rest(), &all);
    writing.join().unwrap();
    // Standard input has ended; what comes back still comes out.
    let answer = noise(2, 2 << 20);
    let answering = std::thread::spawn({
        let answer = answer.clone();
        move || {
            service.send(&answer);
            service.finish();
        }
    });
    let output = command.output();
    answering.join().unwrap();
    assert!(output.status.success());
    assert_same("to standard output", &output.stdout, &answer);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn connect_ends_after_the_target_has_ended_though_input_stays_open() {
    let target = Target::tcp();
    let mut command = started(&["connect", "--half-close-timeout=300ms", &target.address]);
    let mut service = target.accept();
    service.send(b"bye");
    drop(service);
    let stdin = command.child.stdin.take();
    let output = command.output();
    drop(stdin);
    assert_eq!(output.stdout, b"bye");
}

#[test]
fn connect_to_nobody_is_code_1_with_a_sentence() {
    let said = ran(&mut pipeferry(&["connect", "unix:/nowhere/at/all.sock"]));
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("/nowhere/at/all.sock"), "{}", said.stderr);
}

#[test]
fn connect_that_is_reset_is_code_1() {
    let target = Target::tcp();
    let command = started(&["connect", &target.address]);
    let mut service = target.accept();
    service.send(b"half");
    service.reset();
    let output = command.output();
    assert_eq!(output.status.code(), Some(1), "a reset is no clean end");
}

#[test]
fn connect_carries_frames_to_packets() {
    let site = Site::new();
    let target = Target::packet(&site, "p.sock");
    let mut command =
        started(&["connect", "--mode", "message", &format!("{},framing=packet", target.address)]);
    command.write(b"\0\0\0\x02hi\0\0\0\x03you");
    command.close_stdin();
    let mut service = target.accept_messages(crate::harness::Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"hi");
    assert_eq!(service.recv().unwrap(), b"you");
    assert_eq!(service.recv(), None);
    service.send(b"ok");
    drop(service);
    let output = command.output();
    assert_eq!(output.stdout, b"\0\0\0\x02ok");
    assert!(output.status.success());
}

#[test]
fn connect_whose_input_ends_inside_a_frame_is_code_1_and_no_clean_end() {
    let target = Target::tcp();
    let mut command = started(&["connect", "--mode", "message", &target.address]);
    command.write(b"\0\0\0\x05whole\0\0\0\x05hal");
    command.close_stdin();
    let mut service = target.accept();
    assert_eq!(service.drain(), (b"\0\0\0\x05whole".to_vec(), End::Reset));
    let output = command.output();
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stderr.is_empty(), "says why");
}

#[test]
fn relay_once_whose_target_is_not_there_is_code_1() {
    let mut relay = started(&["relay", "--once", "tcp:127.0.0.1:0", "unix:/nowhere/x.sock"]);
    let mut client = Duplex::tcp(listening(&mut relay));
    assert_eq!(client.drain(), (vec![], End::Reset));
    assert_eq!(relay.wait().code(), Some(1));
}

/// Where a `relay` says that it listens.
fn listening(relay: &mut Program) -> std::net::SocketAddr {
    let mut log = std::io::BufReader::new(relay.child.stderr.take().unwrap());
    let line = await_line(&mut log, |line| line.contains("listening"));
    std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
    let text = Line::parse(&line).map_or(line.clone(), |line| line.text("address").to_owned());
    let port = text.rsplit("127.0.0.1:").next().unwrap();
    let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
    format!("127.0.0.1:{digits}").parse().unwrap()
}

#[test]
fn relay_runs_one_bridge_until_a_signal() {
    let target = Target::tcp();
    let mut relay = started(&["relay", "tcp:127.0.0.1:0", &target.address]);
    let at = listening(&mut relay);
    for word in [b"one", b"two"] {
        let mut client = Duplex::tcp(at);
        client.send(word);
        client.finish();
        assert_eq!(target.accept().rest(), word);
        assert_eq!(client.rest(), b"");
    }
    let pid = rustix::process::Pid::from_child(&relay.child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(relay.wait().code(), Some(0));
}

#[test]
fn relay_once_serves_one_client_and_ends() {
    let target = Target::tcp();
    let mut relay = started(&["relay", "--once", "tcp:127.0.0.1:0", &target.address]);
    let at = listening(&mut relay);
    let mut client = Duplex::tcp(at);
    client.send(b"only");
    client.finish();
    assert_eq!(target.accept().rest(), b"only");
    assert_eq!(client.rest(), b"");
    assert_eq!(relay.wait().code(), Some(0));
}

#[test]
fn relay_takes_options_behind_the_address() {
    let site = Site::new();
    let target = Target::packet(&site, "p.sock");
    let to = format!("{},framing=packet", target.address);
    let mut relay = started(&["relay", "--mode", "message", "tcp:127.0.0.1:0,framing=u16le", &to]);
    let mut client = Duplex::tcp(listening(&mut relay));
    client.send(b"\x02\0hi");
    let mut service = target.accept_messages(crate::harness::Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"hi");
    service.send(b"you");
    assert_eq!(client.exactly(5), b"\x03\0you");
}

#[test]
fn relay_from_standard_input_carries_it_to_a_target() {
    let target = Target::tcp();
    let mut relay = started(&["relay", "stdio:", &target.address]);
    relay.write(b"ask");
    relay.close_stdin();
    let mut service = target.accept();
    assert_eq!(service.rest(), b"ask");
    service.send(b"answer");
    drop(service);
    let output = relay.output();
    assert_eq!(output.stdout, b"answer");
    assert!(output.status.success());
}

#[test]
fn relay_to_standard_output_prints_what_a_client_says() {
    let site = Site::new();
    let mut relay =
        started(&["relay", "--once", &format!("unix:{}", site.at("in.sock")), "stdio:"]);
    let mut client = eventually("the socket", || {
        std::os::unix::net::UnixStream::connect(site.path("in.sock")).ok()
    });
    client.write_all(b"printed").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    relay.close_stdin();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"");
    let output = relay.output();
    assert_eq!(output.stdout, b"printed");
}

#[rstest]
#[case("bash", "bash", &["-n"])]
#[case("zsh", "zsh", &["-n"])]
#[case("fish", "fish", &["--no-execute"])]
fn completions_are_sound_scripts(
    #[case] shell: &str,
    #[case] program: &str,
    #[case] flags: &[&str],
) {
    let script = ran(&mut pipeferry(&["completions", shell])).good().stdout;
    assert!(script.contains("relay") && script.contains("certs"));
    let site = Site::new();
    let path = site.write("completions", script);
    let output = piped(program).args(flags).arg(path).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_page_formats_without_a_warning() {
    let page = ran(&mut pipeferry(&["man"])).good().stdout;
    let site = Site::new();
    let path = site.write("pipeferry.1", page);
    let output = piped("man")
        .args(["--warnings", "-E", "UTF-8", "-l"])
        .arg(path)
        .env("MANWIDTH", "100")
        .env("MANPAGER", "cat")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for command in ["run", "relay", "connect", "certs"] {
        assert!(text.contains(command), "{command} in the manual");
    }
}

#[test]
fn the_schema_is_json_and_knows_every_key_of_a_bridge() {
    let schema = ran(&mut pipeferry(&["schema"])).good().stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let text = schema.to_string();
    for key in "drain_timeout max_connections pipe_path control watch sandbox admin log identity \
                bridge mode listen connect connect_timeout handshake_timeout idle_timeout \
                half_close_timeout max_lifetime max_message allow client_cert close_notify verify \
                server_name sddl permissions owner group framing type half_close access instances \
                backlog in_buffer out_buffer default_timeout write_through write_dac write_owner \
                access_system_security remote wait impersonation proxy_protocol proxy_from min_tls \
                max_tls nodelay keepalive reuse_port pkcs12 password_file trust crl"
        .split_whitespace()
    {
        assert!(text.contains(&format!("\"{key}\"")), "{key} in the schema");
    }
}

#[test]
fn errors_do_not_need_a_terminal_or_a_home() {
    let mut command = as_account(65534, 65534, &[], "env");
    // The build's folder may be closed to others: the copy is not.
    let site = Site::new();
    site.open_to_all();
    let copy = site.path("pipeferry");
    std::fs::copy(env!("CARGO_BIN_EXE_pipeferry"), &copy).unwrap();
    command.arg("-i").arg(&copy).args(["check", "--config", "absent.toml"]).current_dir("/");
    let output = Program::start(&mut command).output();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("absent.toml"));
}

#[rstest]
#[case::no_file(&["run", "--config", "/nowhere/x.toml"], 2, "No such file", "--config")]
#[case::no_folder(&["relay", "unix:/nowhere/s", "tcp:127.0.0.1:9"], 1, "No such file", "folder")]
#[case::not_ours(&["relay", "tcp:192.0.2.1:0", "tcp:127.0.0.1:9"], 1, "Cannot assign", "0.0.0.0")]
#[case::nobody_there(&["connect", "unix:/nowhere/s"], 1, "No such file", "the service")]
fn an_error_is_a_sentence_then_its_cause_then_what_to_do(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] cause: &str,
    #[case] remedy: &str,
) {
    let said = ran(&mut pipeferry(arguments));
    assert_eq!(said.code, code, "{}", said.stderr);
    let lines: Vec<&str> = said.stderr.lines().collect();
    let [sentence, why, hint] = lines.as_slice() else { panic!("{}", said.stderr) };
    assert!(sentence.starts_with("error: ") && !sentence.contains(cause), "{sentence}");
    assert!(why.starts_with("  because ") && why.contains(cause), "{why}");
    assert!(hint.starts_with("  hint: ") && hint.contains(remedy), "{hint}");
}

#[test]
fn a_port_that_is_taken_is_said_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", taken.local_addr().unwrap());
    let said = ran(&mut pipeferry(&["relay", &address, "tcp:127.0.0.1:9"]));
    assert_eq!(said.code, 1, "{}", said.stderr);
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines[0], format!("error: bridge `relay`: cannot listen on {address}"));
    assert!(lines[1].starts_with("  because Address already in use"), "{}", said.stderr);
    assert!(lines[2].starts_with("  hint: end the program"), "{}", said.stderr);
}

#[test]
fn tls_without_an_identity_is_told_the_flags_that_make_one() {
    let said = ran(&mut pipeferry(&["connect", "tls:127.0.0.1:9"]));
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("--trust"), "{}", said.stderr);
}

#[rstest]
#[case(&["schema"])]
#[case(&["man"])]
#[case(&["completions", "bash"])]
#[case(&["check", "--config", "pipeferry.toml"])]
#[case(&["certs", "init"])]
fn output_that_nobody_reads_to_its_end_is_no_failure(#[case] arguments: &[&str]) {
    let site = Site::new();
    site.write(
        "pipeferry.toml",
        "[bridge.a]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:9\"\n",
    );
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let said = ran(pipeferry(arguments).current_dir(site.root()).stdout(writer));
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
}
