//! Reload: what changes, what does not notice, and who is cut off.

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rstest::rstest;
use rustix::process::Signal;

use crate::harness::authority::{Issued, Leaf};
use crate::harness::target::echo;
use crate::harness::{Duplex, End, Gateway, Site, Target, admin, eventually, pipeferry, tls};

/// A bridge on a Unix socket of its name.
fn bridge(site: &Site, name: &str, target: &str, keys: &str) -> String {
    let socket = site.at(&format!("{name}.sock"));
    format!(
        "[bridge.{name}]\nlisten = {{ address = \"unix:{socket}\"{keys} }}\nconnect = \"{target}\"\n"
    )
}

fn carried(client: &mut Duplex) {
    client.send(b"still there");
    assert_eq!(client.exactly(11), b"still there");
}

/// A service that says its name to everybody and then echoes.
fn named_target(greeting: &'static [u8; 3]) -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    match greeting {
        b"one" => target.serve(|mut stream| {
            stream.send(b"one");
            echo(stream);
        }),
        _ => target.serve(|mut stream| {
            stream.send(b"two");
            echo(stream);
        }),
    };
    address
}

fn greeted(client: &mut Duplex) -> Vec<u8> {
    client.exactly(3)
}

fn sockets_inode(site: &Site, name: &str) -> u64 {
    std::fs::metadata(site.path(name)).unwrap().ino()
}

#[rstest]
fn each_signal_puts_another_configuration_in_force(
    #[values(Signal::HUP, Signal::USR1)] signal: Signal,
) {
    let site = Site::new();
    let (one, two) = (named_target(b"one"), named_target(b"two"));
    let gateway = Gateway::start(&site, bridge(&site, "a", &one, ""));
    assert_eq!(greeted(&mut Duplex::unix(site.path("a.sock"))), b"one");
    assert_eq!(gateway.metrics().value("reloads_total", &[("result", "ok")]), 0.0);
    let before = gateway.metrics().value("last_reload_timestamp_seconds", &[]);
    Gateway::rewrite(&site, bridge(&site, "a", &two, ""));
    gateway.signal(signal);
    let line = gateway.reloaded(1);
    assert_eq!((line.text("changed"), line.text("trigger")), ("a", named(signal)));
    assert_eq!(greeted(&mut Duplex::unix(site.path("a.sock"))), b"two");
    assert_eq!(gateway.metrics().value("reloads_total", &[("result", "ok")]), 1.0);
    assert!(gateway.metrics().value("last_reload_timestamp_seconds", &[]) > before);
}

fn named(signal: Signal) -> &'static str {
    if signal == Signal::HUP { "SIGHUP" } else { "SIGUSR1" }
}

#[test]
fn a_bridge_that_did_not_change_keeps_its_listener_and_its_connections() {
    let site = Site::new();
    let one = named_target(b"one");
    let kept = bridge(&site, "kept", &one, "");
    let gateway = Gateway::start(&site, &kept);
    let inode = sockets_inode(&site, "kept.sock");
    let mut client = Duplex::unix(site.path("kept.sock"));
    assert_eq!(greeted(&mut client), b"one");
    Gateway::rewrite(&site, kept.clone() + &bridge(&site, "new", &one, ""));
    let line = gateway.hang_up(1);
    assert_eq!((line.text("added"), line.text("changed")), ("new", ""));
    assert_eq!(line.field("unchanged"), 1);
    assert_eq!(sockets_inode(&site, "kept.sock"), inode);
    carried(&mut client);
    // It stays to the end, so that it leaves no record either.
    let mut other = Duplex::unix(site.path("new.sock"));
    assert_eq!(greeted(&mut other), b"one");
    assert!(gateway.records().is_empty(), "nobody was disturbed");
}

#[test]
fn a_changed_bridge_keeps_its_socket_and_old_connections_go_on_as_they_began() {
    let site = Site::new();
    let (one, two) = (named_target(b"one"), named_target(b"two"));
    let text = |target: &str, port: u16| {
        format!("[bridge.a]\nlisten = \"tcp:127.0.0.1:{port}\"\nconnect = \"{target}\"\n")
    };
    let gateway = Gateway::start(&site, text(&one, 0));
    let mut old = gateway.tcp("a");
    assert_eq!(greeted(&mut old), b"one");
    Gateway::rewrite(&site, text(&two, 0));
    assert_eq!(gateway.hang_up(1).text("changed"), "a");
    assert_eq!(greeted(&mut gateway.tcp("a")), b"two", "on the port that was picked at the start");
    carried(&mut old);
}

#[test]
fn a_bridge_that_listens_elsewhere_opens_there_and_its_connections_go_on() {
    let site = Site::new();
    let one = named_target(b"one");
    let gateway = Gateway::start(&site, bridge(&site, "a", &one, ""));
    let mut old = Duplex::unix(site.path("a.sock"));
    assert_eq!(greeted(&mut old), b"one");
    let moved = bridge(&site, "a", &one, "").replace("a.sock", "b.sock");
    Gateway::rewrite(&site, moved);
    assert_eq!(gateway.hang_up(1).text("moved"), "a");
    assert_eq!(greeted(&mut Duplex::unix(site.path("b.sock"))), b"one");
    eventually("the old socket to go", || (!site.path("a.sock").exists()).then_some(()));
    carried(&mut old);
}

#[test]
fn bridges_that_change_names_or_addresses_hand_their_listeners_over() {
    let site = Site::new();
    let (one, two) = (named_target(b"one"), named_target(b"two"));
    let gateway =
        Gateway::start(&site, bridge(&site, "a", &one, "") + &bridge(&site, "b", &two, ""));
    let inodes = (sockets_inode(&site, "a.sock"), sockets_inode(&site, "b.sock"));
    // They swap addresses.
    let swapped = bridge(&site, "a", &one, "").replace("a.sock", "x.sock")
        + &bridge(&site, "b", &two, "").replace("b.sock", "a.sock");
    Gateway::rewrite(&site, swapped.replace("x.sock", "b.sock"));
    assert_eq!(gateway.hang_up(1).text("moved"), "a b");
    assert_eq!(greeted(&mut Duplex::unix(site.path("a.sock"))), b"two");
    assert_eq!(greeted(&mut Duplex::unix(site.path("b.sock"))), b"one");
    // One gets another name.
    Gateway::rewrite(
        &site,
        swapped.replace("x.sock", "b.sock").replace("[bridge.a]", "[bridge.c]"),
    );
    let line = gateway.hang_up(2);
    assert_eq!((line.text("added"), line.text("removed")), ("c", "a"));
    assert_eq!(greeted(&mut Duplex::unix(site.path("b.sock"))), b"one");
    assert_eq!((sockets_inode(&site, "a.sock"), sockets_inode(&site, "b.sock")), inodes);
}

#[test]
fn a_removed_bridge_drains_and_is_cut_at_the_limit() {
    let site = Site::new();
    let one = named_target(b"one");
    let both = bridge(&site, "a", &one, "") + &bridge(&site, "b", &one, "");
    let gateway = Gateway::start(&site, format!("drain_timeout = \"1h\"\n{both}"));
    let mut client = Duplex::unix(site.path("b.sock"));
    assert_eq!(greeted(&mut client), b"one");
    Gateway::rewrite(&site, format!("drain_timeout = \"1h\"\n{}", bridge(&site, "a", &one, "")));
    assert_eq!(gateway.hang_up(1).text("removed"), "b");
    eventually("its socket to go", || (!site.path("b.sock").exists()).then_some(()));
    carried(&mut client);
    client.finish();
    assert_eq!(client.rest(), b"");
    assert_eq!(gateway.record().outcome, "drained");
    let mut other = Duplex::unix(site.path("a.sock"));
    assert_eq!(greeted(&mut other), b"one");
    Gateway::rewrite(&site, format!("drain_timeout = \"1ms\"\n{}", bridge(&site, "c", &one, "")));
    gateway.hang_up(2);
    assert_eq!(gateway.wait_records(2)[1].outcome, "cut");
    assert_eq!(other.drain().0, b"");
}

#[test]
fn a_mistake_keeps_the_old_world_and_every_one_is_told() {
    let site = Site::new();
    let one = named_target(b"one");
    let good = bridge(&site, "a", &one, "");
    let mut gateway = Gateway::start(&site, &good);
    let mut client = Duplex::unix(site.path("a.sock"));
    assert_eq!(greeted(&mut client), b"one");
    Gateway::rewrite(&site, format!("wach = true\ndrain_timeout = 7\n{good}"));
    gateway.signal(Signal::HUP);
    let told: Vec<_> = eventually("two mistakes", || {
        let lines = gateway.refused();
        (lines.len() == 2).then_some(lines)
    });
    let told: Vec<_> = told.iter().map(|line| line.text("mistake")).collect();
    assert!(told[0].contains("pipeferry.toml:3:1: unknown key `wach`"), "{told:?}");
    assert!(told[1].contains("pipeferry.toml:4:17:"), "{told:?}");
    assert_eq!(gateway.metrics().value("reloads_total", &[("result", "failed")]), 1.0);
    carried(&mut client);
    assert_eq!(greeted(&mut Duplex::unix(site.path("a.sock"))), b"one");
    let status = admin::get(gateway.admin(), "/status").body;
    assert!(status.contains("\"last_reload\"") && status.contains("wach"), "{status}");
    drop(client);
    assert_eq!(gateway.stop(), 0);
}

#[test]
fn a_configuration_that_is_a_pipe_by_now_holds_no_reload_up() {
    let site = Site::new();
    let one = named_target(b"one");
    let gateway = Gateway::start(&site, bridge(&site, "a", &one, ""));
    std::fs::remove_file(site.path("pipeferry.toml")).unwrap();
    site.fifo("pipeferry.toml");
    gateway.signal(Signal::HUP);
    let told = gateway.refused();
    assert!(told[0].text("mistake").contains("it is no regular file"), "{told:?}");
    std::fs::remove_file(site.path("pipeferry.toml")).unwrap();
    Gateway::rewrite(&site, bridge(&site, "b", &one, ""));
    assert_eq!(gateway.hang_up(1).text("added"), "b");
}

#[test]
fn a_listener_that_cannot_be_opened_leaves_none_of_the_new_ones() {
    let site = Site::new();
    let one = named_target(b"one");
    let good = bridge(&site, "a", &one, "");
    let gateway = Gateway::start(&site, &good);
    let taken = Target::tcp();
    let more = bridge(&site, "b", &one, "")
        + &format!("[bridge.c]\nlisten = \"{}\"\nconnect = \"{one}\"\n", taken.address);
    // The rights of the socket that goes on are taken back, too.
    let wider = bridge(&site, "a", &one, ", permissions = \"0666\"");
    Gateway::rewrite(&site, wider + &more);
    gateway.signal(Signal::HUP);
    let told = gateway.refused();
    assert!(told[0].text("mistake").contains(&taken.port().to_string()), "{told:?}");
    assert!(!site.path("b.sock").exists());
    let mode = std::fs::metadata(site.path("a.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(greeted(&mut Duplex::unix(site.path("a.sock"))), b"one");
}

#[test]
fn what_needs_a_restart_is_said_and_never_ignored() {
    let site = Site::new();
    let one = named_target(b"one");
    let good = bridge(&site, "a", &one, "");
    let gateway = Gateway::start(&site, &good);
    Gateway::rewrite(&site, format!("{good}[log]\nformat = \"json\"\nlevel = \"debug\"\n"));
    gateway.hang_up(1);
    eventually("the word about it", || {
        let message = "`[log]` has changed and takes effect at the next start";
        gateway.lines(message).first().cloned()
    });
    // A socket of packets cannot become one of bytes while it is open.
    let packets = good
        .replace("[bridge.a]", "[bridge.a]\nmode = \"message\"")
        .replace(".sock\"", ".sock\", framing = \"packet\"");
    Gateway::rewrite(&site, packets);
    gateway.signal(Signal::HUP);
    let told = gateway.refused();
    assert!(told[0].text("mistake").contains("framing"), "{told:?}");
}

#[test]
fn limits_and_rights_change_in_place() {
    let site = Site::new();
    let one = named_target(b"one");
    let text = |most: usize, keys: &str| {
        bridge(&site, "a", &one, keys) + &format!("max_connections = {most}\n")
    };
    let gateway = Gateway::start(&site, text(1, ""));
    let inode = sockets_inode(&site, "a.sock");
    let mut first = Duplex::unix(site.path("a.sock"));
    assert_eq!(greeted(&mut first), b"one");
    let mut second = Duplex::unix(site.path("a.sock"));
    Gateway::rewrite(&site, text(2, ", permissions = \"0666\""));
    gateway.hang_up(1);
    assert_eq!(greeted(&mut second), b"one", "there is a place for it now");
    let mode = std::fs::metadata(site.path("a.sock")).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, sockets_inode(&site, "a.sock")), (0o666, inode));
    // Fewer: nobody is thrown out, and the next waits for both to go.
    Gateway::rewrite(&site, text(1, ", permissions = \"0666\""));
    gateway.hang_up(2);
    carried(&mut first);
    carried(&mut second);
    let mut third = Duplex::unix(site.path("a.sock"));
    drop(first);
    gateway.metric_reaches("connections_open", &[("bridge", "a")], 1.0);
    gateway.metric_reaches("connections_waiting", &[("bridge", "a")], 1.0);
    drop(second);
    assert_eq!(greeted(&mut third), b"one");
}

/// A TLS door with revocation lists, and its clients.
struct Door {
    gateway: Gateway,
    site: Site,
}

impl Door {
    fn new(allow: &str) -> Self {
        let site = Site::new();
        site.write("ca.crl", site.authority().revocation_list(&[]));
        site.identity("gateway");
        let gateway = Gateway::start(&site, Self::text(&site, &named_target(b"one"), allow));
        Self { gateway, site }
    }

    fn text(site: &Site, target: &str, allow: &str) -> String {
        format!(
            "{}crl = [\"ca.crl\"]\n[bridge.door]\nconnect = \"{target}\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", {allow} }}\n",
            site.identity_table("gateway")
        )
    }

    /// Other rules for the same door.
    fn rules(&self, old: &str, new: &str) {
        let text = self.site.read("pipeferry.toml");
        assert!(text.contains(old));
        self.site.write("pipeferry.toml", text.replace(old, new));
    }

    fn client(&self, issued: &Issued) -> Duplex {
        let config = tls::client_config(&self.site, Some(issued));
        let mut client = tls::dial(self.gateway.at("door"), config).unwrap();
        assert_eq!(greeted(&mut client), b"one");
        client
    }
}

#[test]
fn a_connection_whose_certificate_is_revoked_is_cut_and_others_go_on() {
    let door = Door::new("allow = \"any\"");
    let authority = door.site.authority();
    let (bad, good) = (authority.issue(Leaf::named("bad")), authority.issue(Leaf::named("good")));
    let (mut cut, mut kept) = (door.client(&bad), door.client(&good));
    door.site.write("ca.crl", authority.revocation_list(&[bad.serial]));
    let line = door.gateway.hang_up(1);
    assert_eq!(line.text("identities"), "gateway");
    assert_ne!(cut.drain().1, End::Clean);
    let record = door.gateway.record();
    assert_eq!(record.outcome, "cut");
    assert_eq!(record.text("reason"), "its certificate was revoked");
    assert!(record.text("identity").contains("bad"), "{record:?}");
    carried(&mut kept);
    assert_eq!(line.field("cut"), 1);
}

#[test]
fn a_client_whose_certificate_is_revoked_while_its_target_is_dialled_is_cut_too() {
    let site = Site::new();
    let target = Target::tcp();
    let server = tls::server_config(&site, &site.leaf("target", Leaf::localhost("target")));
    site.write("ca.crl", site.authority().revocation_list(&[]));
    site.identity("gateway");
    let text = format!(
        "{0}crl = [\"ca.crl\"]\n{1}[bridge.door]\nconnect_timeout = \"30s\"\n\
         connect = {{ address = \"tls:localhost:{2}\", identity = \"dialling\" }}\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity_table("gateway"),
        site.identity("dialling"),
        target.port()
    );
    let gateway = Gateway::start(&site, text);
    let bad = site.authority().issue(Leaf::named("bad"));
    let mut client = tls::dial(gateway.at("door"), tls::client_config(&site, Some(&bad))).unwrap();
    let Duplex::Tcp(dialled) = target.accept() else { unreachable!() };
    // It is let in, and not listed yet: its target has not answered.
    site.write("ca.crl", site.authority().revocation_list(&[bad.serial]));
    assert_eq!(gateway.hang_up(1).field("cut"), 0);
    let _service = tls::answer(dialled, Arc::new(server));
    assert_ne!(client.drain().1, End::Clean);
    let record = gateway.ended("cut");
    assert_eq!(record.text("reason"), "its certificate was revoked");
}

#[test]
fn a_connection_without_a_certificate_is_cut_when_one_is_asked_for() {
    let door = Door::new("client_cert = \"none\"");
    let config = tls::client_config(&door.site, None);
    let mut client = tls::dial(door.gateway.at("door"), config).unwrap();
    assert_eq!(greeted(&mut client), b"one");
    door.rules("client_cert = \"none\"", "allow = \"any\"");
    assert_eq!(door.gateway.hang_up(1).field("cut"), 1);
    assert_ne!(client.drain().1, End::Clean);
    let record = door.gateway.record();
    assert_eq!(record.outcome, "cut");
    assert!(record.text("reason").contains("without a certificate"), "{record:?}");
}

#[test]
fn a_connection_whose_rule_is_gone_is_cut_and_others_go_on() {
    let door = Door::new("allow = [{ cn = \"ann\" }, { cn = \"bob\" }]");
    let authority = door.site.authority();
    let mut ann = door.client(&authority.issue(Leaf::named("ann")));
    let mut bob = door.client(&authority.issue(Leaf::named("bob")));
    door.rules("{ cn = \"ann\" }, ", "");
    door.gateway.hang_up(1);
    assert_ne!(ann.drain().1, End::Clean);
    let record = door.gateway.record();
    assert_eq!(record.outcome, "cut");
    assert!(record.text("reason").contains("`allow` no longer lets it in"), "{record:?}");
    carried(&mut bob);
}

#[test]
fn a_connection_whose_ca_is_trusted_no_more_is_cut_and_one_that_ran_out_is_not() {
    let door = Door::new("allow = \"any\"");
    let mut client = door.client(&door.site.authority().issue(Leaf::named("old")));
    // A list that has run out since cuts nobody: it revokes nobody either.
    door.site.write("ca.crl", door.site.authority().revocation_list_until(&[], -1));
    door.gateway.hang_up(1);
    carried(&mut client);
    let other = crate::harness::authority::Authority::new("other");
    door.site.write("ca.pem", other.pem());
    door.site.write("ca.crl", other.revocation_list(&[]));
    door.gateway.hang_up(2);
    assert_ne!(client.drain().1, End::Clean);
    assert!(door.gateway.ended("cut").text("reason").contains("no CA that is trusted now"));
}

#[test]
fn a_connection_of_an_account_whose_rule_is_gone_is_cut() {
    use crate::harness::program::{Program, as_account, await_line};
    const ANN: u32 = 54_001;
    const STAFF: u32 = 54_100;
    let site = Site::new();
    site.open_to_all();
    let one = named_target(b"one");
    let rules = |rule: &str| bridge(&site, "door", &one, &format!(", allow = [{rule}]"));
    let gateway = Gateway::start(&site, rules(&format!("{{ user = {ANN} }}")));
    let mut command = as_account(ANN, STAFF, &[], "socat");
    command.arg("-").arg(format!("UNIX-CONNECT:{}", site.at("door.sock")));
    let mut client = Program::start(&mut command);
    client.write(b"\n");
    await_line(&mut client.lines(), |line| line.starts_with("one"));
    // The same by another rule: nobody asked for the group before.
    Gateway::rewrite(&site, rules(&format!("{{ group = {STAFF} }}")));
    assert_eq!(gateway.hang_up(1).field("cut"), 0);
    assert!(client.child.try_wait().unwrap().is_none());
    Gateway::rewrite(&site, rules("{ user = 54999 }"));
    gateway.hang_up(2);
    let record = gateway.ended("cut");
    assert!(record.text("client").contains(&format!("uid {ANN}")), "{record:?}");
}

#[test]
fn certificates_change_twenty_times_under_a_client_loop_without_a_failed_handshake() {
    let door = Door::new("allow = \"any\"");
    let at = door.gateway.at("door");
    let issued = door.site.authority().issue(Leaf::named("client"));
    let config = tls::client_config(&door.site, Some(&issued));
    let (going, shaken) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let looping = {
        let (going, shaken) = (Arc::clone(&going), Arc::clone(&shaken));
        std::thread::spawn(move || {
            while going.load(Ordering::Relaxed) {
                let mut client = tls::dial(at, config.clone()).expect("a handshake");
                let mut greeting = [0; 3];
                client.read_exact(&mut greeting).expect("a greeting");
                client.write_all(b"x").expect("a write");
                shaken.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    for round in 1..=20 {
        let before = shaken.load(Ordering::Relaxed);
        door.site.leaf("gateway", Leaf::localhost("gateway"));
        assert_eq!(door.gateway.hang_up(round).text("identities"), "gateway");
        eventually("two more handshakes", || {
            (shaken.load(Ordering::Relaxed) >= before + 2 || looping.is_finished()).then_some(())
        });
    }
    going.store(false, Ordering::Relaxed);
    looping.join().expect("not one handshake failed");
    for record in door.gateway.records() {
        assert_ne!(record.outcome, "handshake_failed", "{record:?}");
    }
}

#[test]
fn the_newest_certificate_is_shown_and_its_end_is_in_the_metrics() {
    let door = Door::new("allow = \"any\"");
    let days = |gateway: &Gateway| {
        let labels = [("identity", "gateway")];
        let end = gateway.metrics().get("certificate_expiry_timestamp_seconds", &labels).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        ((end - now.as_secs_f64()) / 86400.0).round()
    };
    assert_eq!(days(&door.gateway), 30.0);
    let newest = door.site.leaf("gateway", Leaf::localhost("newest").days(60));
    door.gateway.hang_up(1);
    assert_eq!(days(&door.gateway), 60.0);
    let client = door.client(&door.site.authority().issue(Leaf::named("client")));
    let Duplex::Tls(stream) = client else { unreachable!() };
    assert_eq!(stream.connection.peer_certificates().unwrap()[0], newest.chain[0]);
    // An identity that nothing names any more wakes nobody.
    let one = named_target(b"one");
    Gateway::rewrite(&door.site, bridge(&door.site, "plain", &one, ""));
    door.gateway.hang_up(2);
    assert!(!door.gateway.metrics().0.contains("identity=\"gateway\""));
}

#[test]
fn a_hang_up_while_it_drains_is_harmless() {
    let site = Site::new();
    let one = named_target(b"one");
    let good = bridge(&site, "a", &one, "");
    let mut gateway = Gateway::start(&site, &good);
    let mut client = Duplex::unix(site.path("a.sock"));
    assert_eq!(greeted(&mut client), b"one");
    gateway.terminate();
    eventually("it to drain", || gateway.lines("draining").first().cloned());
    Gateway::rewrite(&site, good.clone() + &bridge(&site, "b", &one, ""));
    gateway.signal(Signal::HUP);
    eventually("its word", || gateway.lines("no reload: the gateway is stopping").first().cloned());
    carried(&mut client);
    assert!(!site.path("b.sock").exists());
    client.finish();
    assert_eq!(client.rest(), b"");
    assert_eq!(gateway.wait_exit(), 0);
    assert_eq!(gateway.record().outcome, "drained");
}

#[test]
fn a_relay_still_ends_by_a_hang_up() {
    let site = Site::new();
    let one = named_target(b"one");
    let mut relay = pipeferry(&["relay", &format!("unix:{}", site.at("r.sock")), &one]);
    let mut relay = relay.spawn().unwrap();
    eventually("the relay to listen", || site.path("r.sock").exists().then_some(()));
    rustix::process::kill_process(rustix::process::Pid::from_child(&relay), Signal::HUP).unwrap();
    let status = eventually("it to end", || relay.try_wait().unwrap());
    assert!(status.success());
}
