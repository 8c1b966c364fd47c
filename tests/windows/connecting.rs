//! `pipeferry.exe connect`: standard input and output to a pipe, as npiperelay
//! is used from WSL.

use crate::harness::payload::assert_same;
use crate::harness::program::{Program, piped};
use crate::harness::{Machine, Noise, built, names, noise, steps};

#[test]
fn bytes_go_both_ways_and_the_end_of_the_pipe_is_the_end() {
    let machine = Machine::boot();
    let script = "listen ~service byte 4096 4096 accept read 100000 write 2 200000 exit";
    let mut server = steps(&machine, script);
    server.line("listen ok");
    let mut client = machine.connect("pipe:service");
    client.write(&noise(1, 100_000));
    // Standard input stays open.
    let stdin = client.child.stdin.take();
    let output = client.output();
    assert_same("standard output", &output.stdout, &noise(2, 200_000));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    drop(stdin);
    let said = server.finished().said;
    assert!(said.contains(&format!("read {}\n", Noise::new(1, 100_000).told())), "{said}");
}

#[test]
fn the_end_of_standard_input_closes_the_pipe_where_that_is_wanted() {
    let machine = Machine::boot();
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept rest");
    server.line("listen ok");
    let mut client = machine.connect("pipe:service,half_close=close");
    client.write(&noise(1, 100_000));
    client.close_stdin();
    let all = Noise::new(1, 100_000).told();
    let said = server.finished().said;
    assert_eq!(said, format!("listen ok\naccept ok\nrest {all} error 109\n"));
    assert_eq!(client.output().status.code(), Some(0));
}

#[test]
fn the_end_of_standard_input_is_an_empty_message_where_that_is_wanted() {
    let machine = Machine::boot();
    let script = "listen ~service message 4096 4096 accept message message write 2 300 exit";
    let mut server = steps(&machine, script);
    server.line("listen ok");
    let mut client = machine.connect("pipe:service,type=message,half_close=zero-message");
    client.write(&noise(1, 1000));
    client.close_stdin();
    let output = client.output();
    assert_eq!(output.stdout, noise(2, 300));
    assert_eq!(output.status.code(), Some(0));
    let (came, nothing) = (Noise::new(1, 1000).told(), Noise::new(1, 0).told());
    let said = server.finished().said;
    assert!(said.contains(&format!("message {came}\nmessage {nothing}\n")), "{said}");
}

#[test]
fn a_pipe_that_nobody_serves_is_said_with_code_1() {
    let machine = Machine::boot();
    let output = machine.connect("pipe:nobody").output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("pipe:nobody"), "{said}");
}

/// ssh's ProxyCommand: a program of Linux on one side, one of Windows on the
/// other.
#[test]
fn socat_of_linux_reaches_a_pipe_through_it() {
    let machine = Machine::boot();
    let script = "listen ~service byte 4096 4096 accept read 5 write 2 6 exit";
    let mut server = steps(&machine, script);
    server.line("listen ok");
    let exe = crate::harness::built::pipeferry();
    let shell = format!("/usr/lib/wine/wine64 {} connect pipe\\:service", exe.display());
    let mut socat = piped("socat");
    socat.args(["-t1", "-", &format!("SYSTEM:{shell},pipes")]);
    machine.surround(&mut socat);
    let mut client = Program::start(&mut socat);
    client.write(&noise(1, 5));
    let output = client.output();
    assert_eq!(output.stdout, noise(2, 6), "{}", String::from_utf8_lossy(&output.stderr));
    server.finished().good();
}

/// As under `2>&1`, and as services and consoles give it: what closes the one
/// must leave the other open.
#[test]
fn the_log_goes_on_where_standard_output_was_the_same_handle() {
    let machine = Machine::boot();
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept write 2 6 exit");
    server.line("listen ok");
    let connect = format!(
        "\"{}\" connect pipe:service --log-level info --log-format json",
        names::path(built::pipeferry())
    );
    let file = machine.drive_c("both.out");
    let words = [&names::path(&file), connect.as_str()];
    let said = machine.start(&built::program("one_handle"), &words).finished().good();
    assert_eq!(said, "code 0\n");
    server.finished().good();
    let written = std::fs::read(file).unwrap();
    let sent = noise(2, 6);
    assert!(written.windows(6).any(|bytes| bytes == sent), "standard output is there");
    let log = String::from_utf8_lossy(&written);
    let last = log.lines().last().unwrap_or_default();
    assert!(last.contains("connection ended") && last.ends_with('}'), "{log}");
}
