//! The certificates of a year, by the guide's own commands: issued, rotated,
//! revoked. A client that may come in never fails meanwhile.

use std::io::BufRead;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::harness::program::{Program, piped};
use crate::harness::target::echo;
use crate::harness::{Gateway, Site, Target, eventually, pipeferry, ran};

struct Year {
    site: Site,
    gateway: Gateway,
}

fn certs(site: &Site, line: &str) {
    let arguments: Vec<&str> = line.split(' ').collect();
    ran(pipeferry(&["certs"]).args(arguments).current_dir(site.root())).good();
}

/// Puts files in place as the guide does: beside it, then by a rename.
fn deliver(site: &Site, files: &[(&str, &str)]) {
    for (from, to) in files {
        std::fs::copy(site.path(from), site.path("new")).unwrap();
        std::fs::rename(site.path("new"), site.path(to)).unwrap();
    }
}

impl Year {
    fn begin() -> Self {
        let site = Site::new();
        certs(&site, "init --dir ca --name Example");
        certs(&site, "issue localhost --dir ca --server");
        certs(&site, "issue till-7 --dir ca --client --dns till-7.branch.example.com");
        certs(&site, "issue till-8 --dir ca --client --dns till-8.branch.example.com");
        std::fs::create_dir(site.path("certs")).unwrap();
        deliver(&site, &PAIR);
        deliver(&site, &[("ca/ca.pem", "certs/ca.pem"), ("ca/ca.crl", "certs/ca.crl")]);
        let target = Target::tcp();
        let config = format!(
            "watch = true\n[identity.gateway]\ncert = \"certs/gw.pem\"\nkey = \"certs/gw.key\"\n\
             trust = \"certs/ca.pem\"\ncrl = [\"certs/ca.crl\"]\n\
             [bridge.orders]\nconnect = \"{}\"\nlisten = {{ address = \"tls:127.0.0.1:0\", \
             identity = \"gateway\", allow = {{ dns = \"*.branch.example.com\" }} }}\n",
            target.address
        );
        let gateway = Gateway::start(&site, config);
        target.serve(echo);
        Self { site, gateway }
    }

    fn at(&self) -> SocketAddr {
        self.gateway.at("orders")
    }

    /// The certificate that is shown, by its serial.
    fn shown(&self) -> String {
        let mut client = piped("openssl");
        client.args(["s_client", "-connect", &self.at().to_string()]);
        let shown = client.output().unwrap().stdout;
        self.site.write("shown.pem", shown);
        self.serial("shown.pem")
    }

    fn serial(&self, file: &str) -> String {
        let mut read = piped("openssl");
        read.args(["x509", "-noout", "-serial", "-in"]).arg(self.site.path(file));
        String::from_utf8(read.output().unwrap().stdout).unwrap()
    }

    fn reloads(&self) -> usize {
        self.gateway.lines("reloaded").len()
    }
}

const PAIR: [(&str, &str); 2] =
    [("ca/localhost.key", "certs/gw.key"), ("ca/localhost.pem", "certs/gw.pem")];

/// `pipeferry connect` as a till.
fn connect(root: &Path, port: u16, till: &str) -> Program {
    let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
    command.current_dir(root).arg("connect").arg(format!("tls:localhost:{port}"));
    command.args(["--trust", "ca/ca.pem", "--cert", &format!("ca/{till}.pem")]);
    Program::start(command.args(["--key", &format!("ca/{till}.key")]))
}

#[test]
fn a_year_of_certificates_in_which_no_client_that_may_come_in_fails() {
    let year = Year::begin();
    let (stop, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (root, port) = (year.site.root().to_owned(), year.at().port());
    std::thread::scope(|scope| {
        scope.spawn(|| come_and_go(&root, port, &stop, &served));
        let more = |what: &str| {
            let before = served.load(Ordering::Relaxed);
            eventually(what, || (served.load(Ordering::Relaxed) > before + 2).then_some(()));
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            more("the first clients");
            rotate(&year);
            more("clients after the rotation");
            revoke(&year);
            more("clients after the revocation");
        }));
        stop.store(true, Ordering::Relaxed);
        ended.unwrap();
    });
    let outcomes: Vec<String> =
        year.gateway.records().into_iter().map(|record| record.outcome).collect();
    let failed =
        outcomes.iter().filter(|outcome| !["done", "cut", "denied"].contains(&outcome.as_str()));
    assert_eq!(failed.count(), 0, "{outcomes:?}");
}

/// Till 8, again and again: each time it is served, or the scene fails.
fn come_and_go(root: &Path, port: u16, stop: &AtomicBool, served: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        let mut client = connect(root, port, "till-8");
        client.write(b"one order\n");
        client.close_stdin();
        let output = client.output();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.stdout, b"one order\n", "{told}");
        assert!(output.status.success(), "{told}");
        served.fetch_add(1, Ordering::Relaxed);
    }
}

/// A new pair is shown as soon as it is in place, and not before it fits.
fn rotate(year: &Year) {
    let old = year.shown();
    certs(&year.site, "issue localhost --dir ca --server --force");
    let new = year.serial("ca/localhost.pem");
    assert_ne!(old, new);
    assert_eq!(year.shown(), old);
    deliver(&year.site, &PAIR);
    eventually("the new certificate to be shown", || (year.shown() == new).then_some(()));
}

/// The stolen till's open connection is cut, and it does not come in again.
fn revoke(year: &Year) {
    let mut stolen = connect(year.site.root(), year.at().port(), "till-7");
    stolen.write(b"open\n");
    let mut line = String::new();
    std::io::BufReader::new(stolen.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "open\n");
    let before = year.reloads();
    certs(&year.site, "revoke till-7 --dir ca --reason key-compromise");
    deliver(&year.site, &[("ca/ca.crl", "certs/ca.crl")]);
    eventually("the list to be taken up", || (year.reloads() > before).then_some(()));
    let cut = eventually("till 7 to be cut", || {
        year.gateway.records().into_iter().find(|record| record.outcome == "cut")
    });
    assert!(cut.text("identity").contains("till-7"), "{cut:?}");
    assert!(cut.text("reason").contains("revoked"), "{cut:?}");
    ended(&mut stolen.child);
    let again = connect(year.site.root(), year.at().port(), "till-7").output();
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{told}");
    assert!(told.contains("certificate is revoked"), "{told}");
}

fn ended(child: &mut Child) {
    let status = eventually("the client that was cut to end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(1));
}
