//! The ends of the admin listener: who may ask over TLS and over a Unix socket,
//! and what a reload changes in that.

use std::io::{BufRead, BufReader};

use rustls::AlertDescription;

use crate::harness::admin::{self, Answer};
use crate::harness::authority::{Authority, Issued, Leaf};
use crate::harness::program::{Program, as_account, piped};
use crate::harness::{Duplex, Gateway, Site, Target, check, eventually, tls};

/// A gateway whose admin listener is a `tls:` end with these keys, and a bridge
/// with one client.
struct Door {
    site: Site,
    gateway: Gateway,
    _client: Duplex,
    _served: Duplex,
}

fn config(site: &Site, keys: &str, target: &str) -> String {
    format!(
        "watch = true\n[admin]\nlisten = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", {keys} }}\n\
         {}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{target}\"\n",
        site.identity_table("gateway")
    )
}

impl Door {
    fn new(keys: &str) -> Self {
        let site = Site::new();
        site.identity("gateway");
        let target = Target::tcp();
        let gateway = Gateway::start(&site, config(&site, keys, &target.address));
        let _client = gateway.tcp("one");
        let _served = target.accept();
        Self { site, gateway, _client, _served }
    }

    fn leaf(&self, name: &str) -> Issued {
        self.site.authority().issue(Leaf::named(name))
    }

    fn get(&self, issued: Option<&Issued>, path: &str) -> Answer {
        let config = tls::client_config(&self.site, issued);
        let mut stream = tls::dial(self.gateway.admin(), config).expect("a handshake");
        admin::exchange(&mut stream, "GET", path)
    }

    #[track_caller]
    fn refuses(&self, issued: Option<&Issued>) -> AlertDescription {
        let config = tls::client_config(&self.site, issued);
        tls::refusal(tls::dial(self.gateway.admin(), config))
    }

    fn names_its_client(&self, issued: Option<&Issued>) -> bool {
        let page = self.get(issued, "/page.json");
        assert_eq!(page.status, 200);
        page.body.contains("\"client\":\"127.0.0.1:")
    }
}

#[test]
fn over_tls_the_rules_say_who_may_ask() {
    let door = Door::new("allow = [{ cn = \"prometheus\" }, { cn = \"ann\" }]");
    let ann = door.leaf("ann");
    let answer = door.get(Some(&door.leaf("prometheus")), "/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("pipeferry_connections_open{bridge=\"one\"} 1"));
    assert!(door.names_its_client(Some(&ann)));
    assert_eq!(door.refuses(Some(&door.leaf("mallory"))), AlertDescription::AccessDenied);
    assert_eq!(door.refuses(None), AlertDescription::CertificateRequired);
    let stranger = Authority::new("elsewhere").issue(Leaf::named("ann"));
    assert_eq!(door.refuses(Some(&stranger)), AlertDescription::UnknownCA);
    let refused = "the admin server let a client not in";
    eventually("three refusals in the log", || {
        (door.gateway.lines(refused).len() == 3).then_some(())
    });
    assert!(door.gateway.lines(refused)[0].text("reason").contains("mallory"));
    // Plain HTTP gets nowhere, and is in nobody's way.
    let mut plain = Duplex::tcp(door.gateway.admin());
    plain.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(!String::from_utf8_lossy(&plain.drain().0).contains("HTTP"));
    assert_eq!(door.get(Some(&ann), "/livez").status, 200);
}

#[test]
fn without_client_certificates_whoever_trusts_the_gateway_may_ask() {
    let door = Door::new("client_cert = \"none\"");
    assert_eq!(door.get(None, "/readyz").status, 200);
    // On loopback, as here over plain TCP.
    assert!(door.names_its_client(None));
}

#[test]
fn a_certificate_that_was_changed_is_shown_after_a_reload() {
    let door = Door::new("client_cert = \"none\"");
    let shown = |door: &Door| {
        let config = tls::client_config(&door.site, None);
        let mut stream = tls::dial(door.gateway.admin(), config).unwrap();
        assert_eq!(admin::exchange(&mut stream, "GET", "/livez").status, 200);
        let Duplex::Tls(stream) = stream else { panic!("no TLS") };
        stream.connection.peer_certificates().unwrap()[0].to_vec()
    };
    let before = shown(&door);
    assert_eq!(shown(&door), before);
    // The file is watched: nobody asks for it.
    door.site.identity("gateway");
    door.gateway.reloaded(1);
    assert_ne!(shown(&door), before);
}

#[test]
fn rules_that_were_changed_are_in_force_after_a_reload() {
    let door = Door::new("allow = { cn = \"ann\" }");
    let (ann, bob) = (door.leaf("ann"), door.leaf("bob"));
    assert_eq!(door.get(Some(&ann), "/livez").status, 200);
    door.refuses(Some(&bob));
    let changed = config(&door.site, "allow = { cn = \"bob\" }", "tcp:127.0.0.1:1");
    Gateway::rewrite(&door.site, changed);
    door.gateway.reloaded(1);
    let log = door.gateway.log().concat();
    assert!(!log.contains("[admin] listen"), "it takes no restart: {log}");
    assert_eq!(door.get(Some(&bob), "/livez").status, 200);
    door.refuses(Some(&ann));
}

#[test]
fn an_account_that_nobody_has_is_found_by_check() {
    let site = Site::new();
    let file = site.write(
        "pipeferry.toml",
        "[admin]\nlisten = { address = \"unix:admin.sock\", allow = { user = \"no-such-user\" } }\n\
         [bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:1\"\n",
    );
    let said = check(&file);
    assert_eq!(said.code, 2, "{}", said.stderr);
    for part in ["pipeferry.toml:2:58", "no-such-user"] {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
}

#[test]
fn a_unix_socket_lets_in_the_accounts_that_its_rules_name() {
    const ANN: u32 = 54_001;
    const BOB: u32 = 54_002;
    let site = Site::new();
    site.open_to_all();
    let socket = site.at("admin.sock");
    let _gateway = Gateway::start(
        &site,
        format!(
            "[admin]\nlisten = {{ address = \"unix:{socket}\", allow = {{ user = {ANN} }} }}\n\
             [log]\nformat = \"json\"\n\
             [bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:1\"\n"
        ),
    );
    let ask = |uid: u32| {
        let mut command = as_account(uid, uid, &[], "socat");
        command.arg("-t5").arg("-").arg(format!("UNIX-CONNECT:{socket}"));
        let mut client = Program::start(&mut command);
        client.write(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        client.close_stdin();
        String::from_utf8(client.output().stdout).unwrap()
    };
    assert!(ask(ANN).starts_with("HTTP/1.1 200"));
    assert_eq!(ask(BOB), "");
}

/// As docs/page.md has it.
#[test]
fn prometheus_scrapes_over_tls_with_its_certificate() {
    let door = Door::new("allow = { cn = \"prometheus\" }");
    door.site.leaf("prometheus", Leaf::named("prometheus"));
    let scrape = format!(
        "scrape_configs:\n  - job_name: pipeferry\n    scrape_interval: 1s\n    scheme: https\n    \
         tls_config: {{ ca_file: ca.pem, cert_file: prometheus.pem, key_file: prometheus.key }}\n    \
         static_configs:\n      - targets: [\"{}\"]\n",
        door.gateway.admin()
    );
    let file = door.site.write("prometheus.yml", scrape);
    let mut command = piped("prometheus");
    command.arg(format!("--config.file={}", file.display()));
    command.arg(format!("--storage.tsdb.path={}", door.site.at("tsdb")));
    command.arg("--web.listen-address=127.0.0.1:0");
    let mut prometheus = Program::start(&mut command);
    let mut log = BufReader::new(prometheus.child.stderr.take().unwrap()).lines();
    let listening = log.find(|line| line.as_ref().unwrap().contains("\"Listening on\""));
    let listening = listening.expect("it listens").unwrap();
    let at = listening.rsplit_once("address=").unwrap().1.parse().unwrap();
    // Nobody may have to wait for us to read on.
    std::thread::spawn(move || log.for_each(drop));
    let query = "/api/v1/query?query=pipeferry_connections_open";
    eventually("a scrape", || admin::get(at, query).body.contains("\"one\"").then_some(()));
}
