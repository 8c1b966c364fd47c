//! PostgreSQL behind a tunnel from a Unix socket to a Unix socket.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::harness::program::{Program, as_account, is_root, piped};
use crate::harness::tunnel::Tunnel;
use crate::harness::{Site, eventually};

/// It refuses to run as root: `nobody` will do.
const NOBODY: u32 = 65534;
const SOCKET: &str = ".s.PGSQL.5432";

fn binary(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let mut found: Vec<PathBuf> = versions
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| panic!("no {name} below /usr/lib/postgresql"))
}

fn unprivileged(name: &str) -> Command {
    let path = binary(name);
    if is_root() { as_account(NOBODY, NOBODY, &[], path.to_str().unwrap()) } else { piped(path) }
}

/// A cluster in the site, on a Unix socket alone.
fn server(site: &Site) -> Program {
    site.open_to_all();
    let home = site.path("pg");
    std::fs::create_dir(&home).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let data = home.join("data");
    let made = unprivileged("initdb")
        .args(["-U", "postgres", "-A", "trust", "--no-sync", "-D"])
        .arg(&data)
        .current_dir(&home)
        .output()
        .unwrap();
    succeeded(made);
    let mut command = unprivileged("postgres");
    command.arg("-D").arg(&data).arg("-k").arg(&home).current_dir(&home);
    command.args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB"]);
    // Its log would fill the pipe that nobody reads.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let server = Program::start(&mut command);
    eventually("PostgreSQL to answer", || {
        let ready = piped(binary("pg_isready")).arg("-h").arg(&home).output().unwrap();
        ready.status.success().then_some(())
    });
    server
}

#[track_caller]
fn succeeded(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaint}");
    said + &complaint
}

fn client(name: &str, socket_folder: &Path) -> Command {
    let mut command = piped(binary(name));
    command.arg("-h").arg(socket_folder).args(["-U", "postgres"]);
    command
}

#[test]
fn pgbench_and_a_bulk_copy_run_through_a_tunnel() {
    let site = Site::new();
    let _server = server(&site);
    let near = site.path("near");
    std::fs::create_dir(&near).unwrap();
    let listen = format!("unix:{}", near.join(SOCKET).display());
    let connect = format!("unix:{}", site.path("pg").join(SOCKET).display());
    let tunnel = Tunnel::start(&site, "byte", &listen, &connect);

    succeeded(client("pgbench", &near).args(["-i", "-s", "2", "-q", "postgres"]).output().unwrap());
    let bench = ["-c", "4", "-j", "2", "-t", "100", "postgres"];
    let said = succeeded(client("pgbench", &near).args(bench).output().unwrap());
    assert!(said.contains("400/400"), "{said}");
    assert!(said.contains("failed transactions: 0"), "{said}");

    // A short connection for each transaction.
    let churn = ["-C", "-S", "-c", "2", "-t", "50", "postgres"];
    let said = succeeded(client("pgbench", &near).args(churn).output().unwrap());
    assert!(said.contains("100/100"), "{said}");

    let copy =
        "\\copy (select i, repeat(md5(i::text), 8) from generate_series(1, 100000) i) to stdout";
    let direct = client("psql", &site.path("pg")).args(["-c", copy, "postgres"]).output().unwrap();
    let tunnelled = client("psql", &near).args(["-c", copy, "postgres"]).output().unwrap();
    assert!(direct.stdout.len() > 20 << 20 && tunnelled.status.success());
    crate::harness::payload::assert_same("copied", &tunnelled.stdout, &direct.stdout);

    let count = tunnel.near.wait_records(100).len();
    tunnel.all_done(count);
    // A connection of before reached the far side once and only once; the last
    // may still be writing its line on one side.
    eventually("both sides to tell of the same connections", || {
        (tunnel.near.records().len() == tunnel.far.records().len()).then_some(())
    });
}
