//! Names: asked anew at each dial, all of their addresses tried; services by
//! SRV records. Against Debian's dnsmasq, in a network of its own.

use std::net::SocketAddr;

use crate::harness::authority::Leaf;
use crate::harness::network::{NameServer, Network};
use crate::harness::program::Program;
use crate::harness::record::Record;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, eventually, tls};

/// A gateway in a network of its own, with one bridge from a Unix socket.
struct Scene {
    site: Site,
    network: Network,
}

impl Scene {
    fn new() -> Self {
        let site = Site::new();
        Self { network: Network::new(&site), site }
    }

    fn dns(&self, lines: &str) -> NameServer {
        self.network.name_server(&self.site, lines)
    }

    /// `connect` as it stands in the file.
    fn gateway(&self, connect: &str, rest: &str) -> Gateway {
        let config = format!(
            "control = false\nwatch = false\n[log]\nformat = \"json\"\n{rest}\n\
             [bridge.one]\nlisten = \"unix:{}\"\nconnect = {connect}\nconnect_timeout = \"5s\"\n",
            self.site.at("one.sock")
        );
        let path = self.site.write("pipeferry.toml", &config);
        let mut command = self.network.command(env!("CARGO_BIN_EXE_pipeferry"));
        command.arg("run").arg("--config").arg(path);
        Gateway::spawn(command, &config)
    }

    /// A service on this address that says its name and then echoes.
    fn service(&self, address: &str, name: &'static [u8; 3]) -> SocketAddr {
        let address = address.to_owned();
        let target = self.network.within(move || Target::tcp_at(&address));
        let place = target.socket_address();
        target.serve(match name {
            b"one" => |mut stream: Duplex| {
                stream.send(b"one");
                echo(stream);
            },
            _ => |mut stream: Duplex| {
                stream.send(b"two");
                echo(stream);
            },
        });
        place
    }

    /// The name of the service that a client gets.
    fn greeting(&self) -> Vec<u8> {
        let mut client = Duplex::unix(self.site.path("one.sock"));
        let name = client.exactly(3);
        client.finish();
        client.rest();
        name
    }

    /// What the log says of a client that reaches nobody.
    fn failure(&self, gateway: &Gateway) -> Record {
        let before = gateway.records().len();
        let _ = Duplex::unix(self.site.path("one.sock")).drain();
        gateway.wait_records(before + 1).pop().unwrap()
    }
}

/// A SRV record and the address of its host.
fn record(host: &str, at: SocketAddr, priority: u16, weight: u16) -> String {
    format!(
        "srv-host=_orders._tcp.example.com,{host},{},{priority},{weight}\n\
         host-record={host},{}\n",
        at.port(),
        at.ip()
    )
}

#[test]
fn a_name_is_asked_anew_at_each_dial() {
    let scene = Scene::new();
    let one = scene.service("127.0.0.1:0", b"one");
    let two = scene.service(&format!("127.0.0.2:{}", one.port()), b"two");
    let dns = scene.dns("host-record=svc.example.com,127.0.0.1\n");
    let _gateway = scene.gateway(&format!("\"tcp:svc.example.com:{}\"", one.port()), "");
    assert_eq!(scene.greeting(), b"one");
    dns.stop();
    let _dns = scene.dns(&format!("host-record=svc.example.com,{}\n", two.ip()));
    assert_eq!(scene.greeting(), b"two");
}

#[test]
fn all_addresses_of_a_name_are_tried() {
    let scene = Scene::new();
    let one = scene.service("127.0.0.3:0", b"one");
    let _dns = scene.dns(
        "host-record=svc.example.com,127.0.0.1\nhost-record=svc.example.com,127.0.0.2\n\
         host-record=svc.example.com,127.0.0.3\nhost-record=svc.example.com,::1\n",
    );
    let _gateway = scene.gateway(&format!("\"tcp:svc.example.com:{}\"", one.port()), "");
    for _ in 0..4 {
        assert_eq!(scene.greeting(), b"one");
    }
}

#[test]
fn a_service_is_reached_where_dns_says_and_the_lower_priority_first() {
    let scene = Scene::new();
    let (one, two) = (scene.service("127.0.0.1:0", b"one"), scene.service("127.0.0.2:0", b"two"));
    let dns = [record("b.example.com", two, 20, 0), record("a.example.com", one, 10, 0)].concat();
    let _dns = scene.dns(&dns);
    let gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    for _ in 0..5 {
        assert_eq!(scene.greeting(), b"one");
    }
    let target = gateway.wait_records(5)[0].text("target").to_owned();
    assert_eq!(target, format!("srv:_orders._tcp.example.com (a.example.com:{})", one.port()));
}

#[test]
fn a_host_of_a_service_that_is_down_gives_way_to_the_next() {
    let scene = Scene::new();
    let two = scene.service("127.0.0.2:0", b"two");
    let down = SocketAddr::from(([127, 0, 0, 1], two.port()));
    let dns = [record("a.example.com", down, 10, 0), record("b.example.com", two, 20, 0)].concat();
    let _dns = scene.dns(&dns);
    let _gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    assert_eq!(scene.greeting(), b"two");
    assert_eq!(scene.greeting(), b"two");
}

#[test]
fn weights_share_the_clients_of_a_service() {
    let scene = Scene::new();
    let (one, two) = (scene.service("127.0.0.1:0", b"one"), scene.service("127.0.0.2:0", b"two"));
    let dns = [record("a.example.com", one, 10, 50), record("b.example.com", two, 10, 50)].concat();
    let _dns = scene.dns(&dns);
    let _gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    // One of 2^63 runs has no luck in 64 clients.
    let mut seen = std::collections::BTreeSet::new();
    eventually("both to be chosen", || {
        seen.insert(scene.greeting());
        (seen.len() == 2).then_some(())
    });
}

#[test]
fn an_answer_is_kept_as_long_as_its_ttl_says() {
    let scene = Scene::new();
    let one = scene.service("127.0.0.1:0", b"one");
    let records = record("a.example.com", one, 10, 0);
    let kept = scene.dns(&format!("local-ttl=3600\n{records}"));
    let _gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    for _ in 0..5 {
        assert_eq!(scene.greeting(), b"one");
    }
    assert_eq!(kept.asked("query[SRV]"), 1);
}

#[test]
fn an_answer_without_a_ttl_is_asked_for_anew() {
    let scene = Scene::new();
    let (one, two) = (scene.service("127.0.0.1:0", b"one"), scene.service("127.0.0.2:0", b"two"));
    let dns = scene.dns(&format!("local-ttl=0\n{}", record("a.example.com", one, 10, 0)));
    let _gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    assert_eq!(scene.greeting(), b"one");
    dns.stop();
    let _dns = scene.dns(&format!("local-ttl=0\n{}", record("b.example.com", two, 10, 0)));
    assert_eq!(scene.greeting(), b"two");
}

#[test]
fn a_service_that_dns_does_not_have_is_said_so() {
    let scene = Scene::new();
    let dns = scene.dns("local-ttl=0\nsrv-host=_none._tcp.example.com\n");
    let gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    let reason = scene.failure(&gateway).text("reason").to_owned();
    assert_eq!(reason, "srv:_orders._tcp.example.com: DNS has no SRV record of it");
    drop(gateway);
    let gateway = scene.gateway("\"srv:_none._tcp.example.com\"", "");
    let reason = scene.failure(&gateway).text("reason").to_owned();
    assert_eq!(reason, "srv:_none._tcp.example.com: DNS says that there is no such service");
    drop(gateway);
    // Of another domain this server knows nothing, nor whom to ask.
    let gateway = scene.gateway("\"srv:_none._tcp.example.org\"", "");
    let reason = scene.failure(&gateway).text("reason").to_owned();
    assert!(reason.contains("the name server says: "), "{reason}");
    dns.stop();
    let reason = scene.failure(&gateway).text("reason").to_owned();
    assert_eq!(reason, "srv:_none._tcp.example.org: no name server answers");
}

/// A server whose certificate says the domain is one; whose certificate only
/// names the host that DNS gave is none.
#[test]
fn over_tls_a_service_proves_its_domain_and_not_the_host_that_dns_named() {
    let scene = Scene::new();
    let secure = |name: &'static str| {
        let issued = scene.site.leaf(name, Leaf::named(name).dns(name));
        let config = tls::server_config(&scene.site, &issued);
        let target = scene.network.within(|| Target::tls_with(config));
        let place = target.socket_address();
        target.serve(|mut stream| {
            stream.send(b"one");
            echo(stream);
        });
        place
    };
    let (domain, host) = (secure("example.com"), secure("a.example.com"));
    let identity = scene.site.identity("gateway");
    let connect = |more: &str| {
        format!("{{ address = \"srv:_orders._tcp.example.com\", identity = \"gateway\"{more} }}")
    };
    let dns = scene.dns(&format!("local-ttl=0\n{}", record("a.example.com", domain, 10, 0)));
    let gateway = scene.gateway(&connect(""), &identity);
    assert_eq!(scene.greeting(), b"one");
    dns.stop();
    let _dns = scene.dns(&format!("local-ttl=0\n{}", record("a.example.com", host, 10, 0)));
    let reason = scene.failure(&gateway).text("reason").to_owned();
    assert!(reason.contains("certificate"), "{reason}");
    drop(gateway);
    let _gateway = scene.gateway(&connect(", server_name = \"a.example.com\""), &identity);
    assert_eq!(scene.greeting(), b"one");
}

#[test]
fn connect_on_the_command_line_takes_a_service() {
    let scene = Scene::new();
    let one = scene.service("127.0.0.1:0", b"one");
    let _dns = scene.dns(&record("a.example.com", one, 10, 0));
    let mut command = scene.network.command(env!("CARGO_BIN_EXE_pipeferry"));
    let mut program = Program::start(command.args(["connect", "srv:_orders._tcp.example.com"]));
    program.write(b" and back");
    program.close_stdin();
    let output = program.output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "one and back");
}

#[test]
fn other_name_servers_are_asked_once_the_systems_settings_say_so() {
    let scene = Scene::new();
    let one = scene.service("127.0.0.1:0", b"one");
    let gateway = scene.gateway("\"srv:_orders._tcp.example.com\"", "");
    // Nobody is there to be asked.
    scene.site.write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_eq!(scene.failure(&gateway).outcome, "dial_failed");
    let _dns = scene.dns(&record("a.example.com", one, 10, 0));
    scene.site.write("resolv.conf", "nameserver 127.0.0.1\n");
    assert_eq!(scene.greeting(), b"one");
}
