//! A listener that passes from one bridge to another in a reload, and whoever
//! comes meanwhile.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use rstest::rstest;
use rustix::process::Signal;

use crate::harness::target::echo;
use crate::harness::visitors::{Clients, Place};
use crate::harness::{Duplex, Gateway, Site, Target, eventually, pipeferry, ran};

/// An address that a configuration can name twice; nothing else asks for it
/// while this runs.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn echo_service() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

/// Bridges on TCP, on a Unix socket and on a FIFO.
struct Scene {
    site: Site,
    port: u16,
    service: String,
    /// Where the FIFO leads.
    drop_box: Target,
}

impl Scene {
    fn new() -> Self {
        Self {
            site: Site::new(),
            port: free_port(),
            service: echo_service(),
            drop_box: Target::tcp(),
        }
    }

    /// All of them under names that end in `names`: under other names, their
    /// listeners are handed over.
    fn text(&self, names: &str) -> String {
        let Self { site, port, service, drop_box } = self;
        let at = |name: &str| site.at(name);
        format!(
            "control = \"ctl\"\npipe_path = \"{}\"\n\
             [bridge.tcp-{names}]\nlisten = \"tcp:127.0.0.1:{port}\"\nconnect = \"{service}\"\n\
             [bridge.unix-{names}]\nlisten = \"unix:{}\"\nconnect = \"{service}\"\n\
             [bridge.fifo-{names}]\nlisten = \"fifo:{}\"\nconnect = \"{}\"\n",
            at("{name}.sock"),
            at("s"),
            at("f"),
            drop_box.address
        )
    }

    fn places(&self) -> [Place; 2] {
        [Place::Tcp(([127, 0, 0, 1], self.port).into()), Place::Unix(self.site.path("s"))]
    }

    /// What is written into the FIFO arrives.
    fn fifo_carries(&self) {
        let mut writer = eventually("somebody to read the FIFO", || {
            let mut options = OpenOptions::new();
            options.write(true).custom_flags(libc::O_NONBLOCK);
            options.open(self.site.path("f")).ok()
        });
        writer.write_all(b"delivered").unwrap();
        drop(writer);
        assert_eq!(self.drop_box.accept().rest(), b"delivered");
    }
}

/// One more bridge whose accept fails, so that its loop rests for a second at a
/// time.
fn stuck(site: &Site, name: &str) -> String {
    format!(
        "[bridge.{name}]\nlisten = \"fifo:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("stuck")
    )
}

/// Puts a file in the place of its FIFO, and waits until such a rest has begun.
fn get_stuck(site: &Site, gateway: &Gateway) {
    let other = site.write("other", "");
    std::fs::rename(other, site.path("stuck")).unwrap();
    let rests = || gateway.lines("accept failed; trying again in 1s").len();
    eventually("its first rest", || (rests() > 0).then_some(()));
    let before = rests();
    eventually("another rest", || (rests() > before).then_some(()));
}

/// Whether this client is served soon; if not, it goes on waiting.
fn is_served(client: &mut Duplex) -> bool {
    let Duplex::Unix(stream) = client else { unreachable!() };
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut answer = [0; 5];
    match stream.read_exact(&mut answer) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("neither served nor waiting: {error}"),
    }
}

/// Clients that come until the reload is over, or until one is not served:
/// listeners are between two bridges then.
fn meet_the_reload(scene: &Scene, gateway: &Gateway) -> Vec<Duplex> {
    loop {
        let mut client = Duplex::unix(scene.site.path("s"));
        client.send(b"hello");
        if !is_served(&mut client) {
            return vec![client.patient()];
        }
        let refused = "reload failed; the old configuration stays in force";
        if !gateway.lines("reloaded").is_empty() || !gateway.lines(refused).is_empty() {
            return Vec::new();
        }
    }
}

#[test]
fn a_bridge_that_drains_during_the_reload_costs_no_other_its_listener() {
    let scene = Scene::new();
    let site = &scene.site;
    let gateway = Gateway::start(site, scene.text("old") + &stuck(site, "stuck"));
    get_stuck(site, &gateway);
    Gateway::rewrite(site, scene.text("new") + &stuck(site, "other"));
    gateway.signal(Signal::HUP);
    let mut waiting = meet_the_reload(&scene, &gateway);
    let config = site.at("pipeferry.toml");
    // It is there still, or has its other name by now.
    ran(&mut pipeferry(&["drain", "stuck", "--config", &config]));
    for client in &mut waiting {
        assert_eq!(client.exactly(5), b"hello");
    }
    for place in scene.places() {
        place.visit().unwrap();
    }
    scene.fifo_carries();
}

#[test]
fn a_stop_during_the_reload_resets_nobody_who_waits() {
    let scene = Scene::new();
    let site = &scene.site;
    let mut gateway = Gateway::start(site, scene.text("old") + &stuck(site, "stuck"));
    get_stuck(site, &gateway);
    Gateway::rewrite(site, scene.text("new") + &stuck(site, "other"));
    gateway.signal(Signal::HUP);
    let mut waiting = meet_the_reload(&scene, &gateway);
    gateway.terminate();
    for client in &mut waiting {
        assert_eq!(client.exactly(5), b"hello");
        client.finish();
    }
    assert_eq!(gateway.wait_exit(), 0);
}

/// What is wrong with the rest of a file, and a word that is said of it.
#[rstest]
#[case::a_key("max_conections = 1\n", "max_conections")]
#[case::a_port(
    "[bridge.more]\nlisten = \"tcp:127.0.0.1:{taken}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
    "Address already in use"
)]
#[case::a_file(
    "[bridge.more]\nlisten = \"unix:{root}/regular\"\nconnect = \"tcp:127.0.0.1:1\"\n",
    "no socket is in the way"
)]
#[case::a_certificate(
    "[identity.none]\ncert = \"none.pem\"\nkey = \"none.key\"\ntrust = \"none.pem\"\n[bridge.more]\nlisten = { address = \"tls:127.0.0.1:0\", identity = \"none\", allow = \"any\" }\nconnect = \"tcp:127.0.0.1:1\"\n",
    "none.pem"
)]
#[case::an_account(
    "[bridge.more]\nlisten = { address = \"unix:{root}/more\", owner = \"nobody-has-this-name\" }\nconnect = \"tcp:127.0.0.1:1\"\n",
    "nobody-has-this-name"
)]
#[case::what_is_fixed(
    "[bridge.kept]\nlisten = { address = \"fifo:{root}/kept\", access = \"outbound\" }\nconnect = \"tcp:127.0.0.1:1\"\n",
    "access"
)]
fn a_refused_reload_leaves_every_listener_where_it_is(#[case] more: &str, #[case] said: &str) {
    let scene = Scene::new();
    let site = &scene.site;
    let taken = Target::tcp();
    site.write("regular", "");
    let kept = format!(
        "[bridge.kept]\nlisten = \"fifo:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("kept")
    );
    let gateway = Gateway::start(site, scene.text("old") + &kept);
    let clients = scene.places().map(|place| Clients::visiting(&place));
    let more = more.replace("{taken}", &taken.port().to_string());
    let more = more.replace("{root}", &site.root().display().to_string());
    let text = match more.starts_with('[') {
        true => scene.text("new") + &more,
        false => more + &scene.text("new"),
    };
    Gateway::rewrite(site, text);
    for times in 1..=3 {
        gateway.signal(Signal::HUP);
        let told = eventually("a refusal", || {
            let told = gateway.refused();
            (told.len() >= times).then_some(told)
        });
        assert!(told[0].text("mistake").contains(said), "{told:?}");
        clients.iter().for_each(|clients| clients.serve_more(20));
    }
    scene.fifo_carries();
    // And when the file is right, they pass.
    Gateway::rewrite(site, scene.text("new"));
    assert_eq!(gateway.hang_up(1).text("added"), "tcp-new unix-new fifo-new");
    clients.iter().for_each(|clients| clients.serve_more(20));
    scene.fifo_carries();
    for clients in clients {
        assert_eq!(clients.end(), Vec::<String>::new());
    }
}

#[test]
fn listeners_pass_back_and_forth_while_clients_come() {
    let scene = Scene::new();
    let mut gateway = Gateway::start(&scene.site, scene.text("old"));
    let clients = scene.places().map(|place| Clients::visiting(&place));
    for times in 1..=20 {
        Gateway::rewrite(&scene.site, scene.text(if times % 2 == 0 { "old" } else { "new" }));
        gateway.hang_up(times);
    }
    clients.iter().for_each(|clients| clients.serve_more(20));
    scene.fifo_carries();
    for clients in clients {
        assert_eq!(clients.end(), Vec::<String>::new());
    }
    assert_eq!(gateway.stop(), 0);
}

#[test]
fn a_bridge_that_moves_serves_whoever_waits_at_its_old_address() {
    let site = Site::new();
    let target = Target::tcp();
    let [old_port, new_port] = [free_port(), free_port()];
    let text = |port: u16, socket: &str, most: usize| {
        let more = format!("connect = \"{}\"\nmax_connections = {most}\n", target.address);
        format!(
            "[bridge.tcp]\nlisten = \"tcp:127.0.0.1:{port}\"\n{more}\
             [bridge.unix]\nlisten = \"unix:{}\"\n{more}",
            site.at(socket)
        )
    };
    let gateway = Gateway::start(&site, text(old_port, "old", 1));
    // One has the only place; the others wait in the system's queue.
    let mut near = vec![gateway.tcp("tcp")];
    let mut local = vec![Duplex::unix(site.path("old"))];
    gateway.metric_reaches("connections_open", &[("bridge", "tcp")], 1.0);
    gateway.metric_reaches("connections_open", &[("bridge", "unix")], 1.0);
    near.extend((0..200).map(|_| gateway.tcp("tcp")));
    local.extend((0..200).map(|_| Duplex::unix(site.path("old"))));
    let mut clients: Vec<_> = near.into_iter().chain(local).collect();
    for client in &mut clients {
        client.send(b"let in");
    }
    Gateway::rewrite(&site, text(new_port, "new", 1000));
    assert_eq!(gateway.hang_up(1).text("moved"), "tcp unix");
    target.serves(&mut clients);
    eventually("the old socket to go", || (!site.path("old").exists()).then_some(()));
    std::net::TcpStream::connect(("127.0.0.1", old_port)).unwrap_err();
}

/// The loop takes a place for who comes next at the new address: not before.
#[test]
fn a_bridge_that_moves_has_its_last_place_for_who_waits_at_its_old_address() {
    let site = Site::new();
    let target = Target::tcp();
    let text = |socket: &str, most: usize| {
        format!(
            "[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\nmax_connections = {most}\n",
            site.at(socket),
            target.address
        )
    };
    let gateway = Gateway::start(&site, text("old", 1));
    let mut open = Duplex::unix(site.path("old"));
    open.send(b"open");
    let _service = target.accept();
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 1.0);
    let mut waits = Duplex::unix(site.path("old"));
    waits.send(b"let in");
    Gateway::rewrite(&site, text("new", 2));
    assert_eq!(gateway.hang_up(1).text("moved"), "one");
    let mut service = target.accept();
    assert_eq!(service.exactly(6), b"let in");
}

/// The number that every new descriptor of the daemon is below.
fn descriptors_below(gateway: &Gateway, most: u64) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = Pid::from_raw(gateway.pid().cast_signed());
    prlimit(pid, Resource::Nofile, Rlimit { current: Some(most), maximum: Some(4096) }).unwrap();
}

#[test]
fn whoever_waits_at_an_address_is_let_in_by_the_rules_of_that_address() {
    let site = Site::new();
    let target = Target::tcp();
    let identity = site.identity("gateway");
    let [guarded, open] = [free_port(), free_port()];
    let text = |listen: &str| {
        format!("{identity}[bridge.one]\nlisten = {listen}\nconnect = \"{}\"\n", target.address)
    };
    let gateway = Gateway::start(
        &site,
        text(&format!(
            "{{ address = \"tls:127.0.0.1:{guarded}\", identity = \"gateway\", allow = \"any\" }}"
        )),
    );
    // Nobody is accepted: the loop rests for a second at a time, and clients
    // wait in the queue.
    descriptors_below(&gateway, 3);
    let mut clients: Vec<_> = (0..8).map(|_| gateway.tcp("one")).collect();
    for client in &mut clients {
        client.send(b"without a certificate\n");
    }
    eventually("a long rest", || {
        (!gateway.lines("accept failed; trying again in 1s").is_empty()).then_some(())
    });
    descriptors_below(&gateway, 4096);
    Gateway::rewrite(&site, text(&format!("\"tcp:127.0.0.1:{open}\"")));
    assert_eq!(gateway.hang_up(1).text("moved"), "one");
    for record in gateway.wait_records(clients.len()) {
        assert_eq!(record.outcome, "handshake_failed", "{record:?}");
    }
    assert!(target.untouched(), "of the plain end that the bridge has now they know nothing");
    let mut client = Duplex::tcp(([127, 0, 0, 1], open).into());
    client.send(b"plain");
    assert_eq!(target.accept().exactly(5), b"plain");
}

#[test]
fn an_address_that_was_given_up_just_now_can_be_listened_on_again() {
    let site = Site::new();
    let (port, service) = (free_port(), echo_service());
    let kept =
        format!("[bridge.kept]\nlisten = \"unix:{}\"\nconnect = \"{service}\"\n", site.at("s"));
    let with = |option: &str| {
        let listen = format!("{{ address = \"tcp:127.0.0.1:{port}\"{option} }}");
        format!("{kept}[bridge.tcp]\nlisten = {listen}\nconnect = \"{service}\"\n")
    };
    // A port that others may share is left with care, which takes its time.
    let gateway = Gateway::start(&site, with(", reuse_port = true"));
    Gateway::rewrite(&site, &kept);
    assert_eq!(gateway.hang_up(1).text("removed"), "tcp");
    Gateway::rewrite(&site, with(""));
    gateway.signal(Signal::HUP);
    assert_eq!(gateway.reloaded(2).text("added"), "tcp");
    Place::Tcp(([127, 0, 0, 1], port).into()).visit().unwrap();
}

#[test]
fn whoever_waits_when_descriptors_are_out_is_let_in_before_the_end_if_some_come_back() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n",
            site.at("one.sock"),
            target.address
        ),
    );
    descriptors_below(&gateway, 3);
    let mut client = Duplex::unix(site.path("one.sock"));
    client.send(b"let in");
    let told = |what: &str| gateway.log().iter().any(|line| line.contains(what)).then_some(());
    eventually("descriptors to be out", || told("accept failed"));
    gateway.signal(Signal::TERM);
    eventually("the drain", || told("drain"));
    // The queue is looked into just after that, and again for a second.
    std::thread::sleep(Duration::from_millis(100));
    descriptors_below(&gateway, 4096);
    let mut service = target.accept();
    assert_eq!(service.exactly(6), b"let in");
}
