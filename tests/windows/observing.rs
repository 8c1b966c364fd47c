//! What the exe tells about itself, and the commands that run and end.

use std::process::Stdio;

use rustix::process::Signal;

use crate::harness::admin::exchange;
use crate::harness::cli::told;
use crate::harness::program::Program;
use crate::harness::{Machine, Noise, Site, Target, admin, echo, eventually, names, noise, steps};

/// Standard input and output of a program as one stream.
struct Joined(Program);

impl std::io::Read for Joined {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.child.stdout.as_mut().unwrap().read(into)
    }
}

impl std::io::Write for Joined {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.child.stdin.as_mut().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.child.stdin.as_mut().unwrap().flush()
    }
}

#[test]
fn metrics_of_pipes_count_on_windows() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let gateway = machine.bridge(&site, "\"pipe:front\"", &connect, "mode = \"message\"");
    target.serve(echo);
    let script = "open ~front rw mode message write 1 100 message write 2 0 message close";
    steps(&machine, script).finished().good();
    let record = gateway.ended("done");
    assert_eq!((record.to_target, record.to_client), (100, 100));
    let metrics = gateway.metrics();
    for direction in ["to_target", "to_client"] {
        let labels = [("bridge", "one"), ("direction", direction)];
        assert_eq!(metrics.value("bytes_total", &labels), 100.0);
        assert_eq!(metrics.value("messages_total", &labels), 2.0);
    }
    assert!(metrics.0.contains("os=\"windows\""), "{}", metrics.0);
}

#[test]
fn the_admin_page_may_be_a_pipe() {
    let (machine, site) = (Machine::boot(), Site::new());
    let config = "[admin]\nlisten = { address = \"pipe:admin\", allow = [{ sid = \"S-1-5-32-545\" }] }\n\
                  [bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"pipe:nobody\"\n";
    let _gateway = machine.gateway(&site, "pipeferry.toml", config);
    let path = names::path(site.path("pipeferry.toml"));
    let ran = told(machine.pipeferry(&["check", "--config", &path]).output().unwrap()).good();
    let (_, printed) = ran.stdout.split_once("[admin] ").expect("its security descriptor");
    let printed = printed.lines().next().unwrap().trim();
    assert!(printed.ends_with("(A;;FA;;;BA)(A;;0x12019b;;;BU)"), "{printed}");
    let said = steps(&machine, "open ~admin rw sddl close").finished().good();
    assert!(said.contains(printed), "{said} is not {printed}");
    for (path, part) in [("/metrics", "pipeferry_build_info"), ("/readyz", "ready")] {
        let mut command = machine.pipeferry(&["connect", "pipe:admin"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let answer = exchange(&mut Joined(Program::start(&mut command)), "GET", path);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains(part), "{}", answer.body);
    }
}

#[test]
fn relay_carries_until_ctrl_c() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let mut command = machine.pipeferry(&["relay", "pipe:front", &target.address]);
    target.serve(echo);
    let log = std::fs::File::create(site.path("log")).unwrap();
    let mut relay = Program::start(command.stdout(Stdio::null()).stderr(log));
    eventually("the relay to listen", || site.read("log").contains("listening").then_some(()));
    let said = steps(&machine, "open ~front rw write 1 9 read 9 close").finished().good();
    assert!(said.contains(&format!("read {}\n", Noise::new(1, 9).told())), "{said}");
    let pid = rustix::process::Pid::from_child(&relay.child);
    rustix::process::kill_process(pid, Signal::INT).unwrap();
    assert_eq!(relay.wait().code(), Some(0));
}

/// What only other systems have is a mistake that is told with its place.
#[test]
fn check_knows_what_windows_has_not() {
    let (machine, site) = (Machine::boot(), Site::new());
    let config = "[bridge.one]\nlisten = \"unix:/run/one.sock\"\nconnect = \"fifo:/run/two\"\n";
    let path = names::path(site.write("pipeferry.toml", config));
    let ran = told(machine.pipeferry(&["check", "--config", &path]).output().unwrap());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in ["pipeferry.toml:2", "pipeferry.toml:3"] {
        assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
    }
}

#[test]
fn an_idle_pipe_is_closed_after_its_timeout() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let more = "idle_timeout = \"500ms\"";
    let gateway = machine.bridge(&site, "\"pipe:front\"", &connect, more);
    let client = steps(&machine, "open ~front rw write 1 5 rest");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    let said = client.finished().said;
    assert!(said.ends_with(" error 109\n"), "{said}");
    gateway.ended("idle");
    assert_eq!(admin::get(gateway.admin(), "/readyz").status, 200);
}
