//! Redis behind a tunnel from a Unix socket to a Unix socket.

use crate::harness::program::{Program, piped};
use crate::harness::tunnel::Tunnel;
use crate::harness::{Site, eventually};

fn server(site: &Site) -> Program {
    let mut command = piped("redis-server");
    command.args(["--port", "0", "--save", "", "--appendonly", "no", "--logfile", ""]);
    command.arg("--unixsocket").arg(site.path("redis.sock")).arg("--dir").arg(site.root());
    command.stdout(std::process::Stdio::null());
    let server = Program::start(&mut command);
    eventually("Redis to answer", || {
        std::os::unix::net::UnixStream::connect(site.path("redis.sock")).ok()
    });
    server
}

#[test]
fn redis_benchmark_runs_through_a_tunnel() {
    let site = Site::new();
    let _server = server(&site);
    let listen = format!("unix:{}", site.at("near.sock"));
    let connect = format!("unix:{}", site.at("redis.sock"));
    let tunnel = Tunnel::start(&site, "byte", &listen, &connect);
    for load in [&["-P", "16", "-d", "64"][..], &["-P", "1", "-d", "10000"]] {
        let mut command = piped("redis-benchmark");
        command.arg("-s").arg(site.path("near.sock")).args(["-n", "5000", "-c", "20", "--csv"]);
        command.args(["-t", "set,get,lpush,lrange_100"]).args(load);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("\"SET\"") && said.contains("\"GET\""), "{said}");
    }
    // 20 connections a test; the benchmark closes them as it likes.
    let moved = tunnel.far.metrics();
    let labels = [("bridge", "far"), ("direction", "to_client")];
    assert!(moved.value("bytes_total", &labels) > 20e6);
}

#[test]
fn a_large_value_comes_back_through_a_tunnel_as_it_was() {
    let site = Site::new();
    let _server = server(&site);
    let listen = format!("unix:{}", site.at("near.sock"));
    let connect = format!("unix:{}", site.at("redis.sock"));
    let tunnel = Tunnel::start(&site, "byte", &listen, &connect);
    let value: String =
        (0..4_000_000u64).map(|at| char::from(b'a' + (at * at % 26) as u8)).collect();
    let cli = |arguments: &[&str]| {
        let mut command = piped("redis-cli");
        command.arg("-s").arg(site.path("near.sock")).args(arguments);
        Program::start(&mut command)
    };
    let mut set = cli(&["-x", "set", "large"]);
    set.write(value.as_bytes());
    set.close_stdin();
    assert_eq!(set.output().stdout, b"OK\n");
    let output = cli(&["--raw", "get", "large"]).output();
    crate::harness::payload::assert_same("value", output.stdout.trim_ascii_end(), value.as_bytes());
    tunnel.all_done(2);
}
