//! Several targets: who gets the client, who is left alone, who comes back.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::Value;

use crate::harness::target::echo;
use crate::harness::{
    Duplex, Framing, Gateway, Messages, Site, Target, admin, check, eventually, pipeferry, ran, tls,
};

/// A port on which nobody listens: who binds it later is found there.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn bridge(targets: &[&str], keys: &str) -> String {
    let list: Vec<_> = targets.iter().map(|target| format!("\"{target}\"")).collect();
    format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = [{}]\n{keys}\n", list.join(", "))
}

/// A service that echoes, for ever.
fn serving() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

fn carried(gateway: &Gateway) -> Duplex {
    let mut client = gateway.tcp("one");
    client.send(b"hello");
    assert_eq!(client.exactly(5), b"hello");
    client
}

/// What `/status` says of one target of the only bridge.
fn target(gateway: &Gateway, index: usize) -> Value {
    let answer = admin::get(gateway.admin(), "/status");
    let status: Value = serde_json::from_str(&answer.body).unwrap();
    status["bridges"][0]["targets"][index].clone()
}

fn labels(target: &str) -> [(&str, &str); 2] {
    [("bridge", "one"), ("target", target)]
}

#[test]
fn a_client_whose_first_target_is_down_gets_the_next_and_the_record_says_which() {
    let site = Site::new();
    let (down, up) = (format!("tcp:{}", nobody()), serving());
    let gateway = Gateway::start(&site, bridge(&[&down, &up], ""));
    let before = gateway.metrics();
    assert_eq!(before.value("target_up", &labels(&down)), 1.0, "nobody has tried it");
    let mut client = carried(&gateway);
    let metrics = gateway.metrics();
    assert_eq!(metrics.value("target_up", &labels(&down)), 0.0);
    assert_eq!(metrics.value("target_up", &labels(&up)), 1.0);
    assert!(metrics.value("target_failures_total", &labels(&down)) >= 1.0);
    assert_eq!(metrics.value("target_connections_open", &labels(&up)), 1.0);
    let state = target(&gateway, 0);
    assert_eq!((state["address"].as_str(), state["up"].as_bool()), (Some(&*down), Some(false)));
    assert!(state["error"].as_str().unwrap().contains("refused"), "{state}");
    client.finish();
    client.rest();
    assert_eq!(gateway.ended("done").text("target"), up);
    gateway.metric_reaches("target_connections_open", &labels(&up), 0.0);
    let warned = gateway.lines("target failed, left alone");
    assert_eq!((warned.len(), warned[0].level()), (1, "WARN"));
    assert_eq!(warned[0].text("target"), down);
}

#[test]
fn a_target_that_failed_is_not_dialled_for_clients_while_others_serve() {
    let site = Site::new();
    let (down, up) = (format!("unix:{}", site.at("a.sock")), serving());
    let gateway = Gateway::start(&site, bridge(&[&down, &up], ""));
    drop(carried(&gateway));
    let failures = |gateway: &Gateway| target(gateway, 0)["failures"].as_u64().unwrap();
    assert_eq!(failures(&gateway), 1);
    for _ in 0..20 {
        drop(carried(&gateway));
    }
    // Trials after 1, 2, 4 and 8 seconds, should the machine be so slow.
    assert!(failures(&gateway) <= 5, "{}", failures(&gateway));
}

#[test]
fn a_probe_finds_a_target_that_came_back_without_any_client() {
    let site = Site::new();
    let (place, up) = (nobody(), serving());
    let down = format!("tcp:{place}");
    let gateway = Gateway::start(&site, bridge(&[&down, &up], ""));
    drop(carried(&gateway));
    assert_eq!(target(&gateway, 0)["up"], false);
    let back = TcpListener::bind(place).unwrap();
    gateway.metric_reaches("target_up", &labels(&down), 1.0);
    assert_eq!(gateway.lines("target is back")[0].text("target"), down);
    let (mut probe, _) = back.accept().unwrap();
    assert_eq!(probe.read(&mut [0; 1]).unwrap(), 0, "a probe says nothing and is closed");
    let _client = gateway.tcp("one");
    back.accept().unwrap();
}

#[test]
fn a_probe_of_tls_shakes_hands() {
    let site = Site::new();
    let up = serving();
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = mute.local_addr().unwrap();
    let down = format!("tls:localhost:{}", place.port());
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect_timeout = \"2s\"\n\
         connect = [{{ address = \"{down}\", identity = \"gateway\" }}, \"{up}\"]\n",
        site.identity("gateway")
    );
    let gateway = Gateway::start(&site, config);
    drop(carried(&gateway));
    let state = target(&gateway, 0);
    let share = "no answer within 1s";
    assert!(state["error"].as_str().unwrap().contains(share), "half of the time, {state}");
    // It takes connections and never answers: a bare connect would find it well.
    let first = mute.accept().unwrap();
    let probe = mute.accept().unwrap();
    assert_eq!(target(&gateway, 0)["up"], false);
    drop((first, probe, mute));
    let issued = site.leaf("target", crate::harness::authority::Leaf::localhost("target"));
    let config = std::sync::Arc::new(tls::server_config(&site, &issued));
    let back = eventually("the port to be free", || TcpListener::bind(place).ok());
    std::thread::spawn(move || {
        for socket in back.incoming() {
            let _ = tls::answer(socket.unwrap(), std::sync::Arc::clone(&config));
        }
    });
    gateway.metric_reaches("target_up", &labels(&down), 1.0);
}

#[test]
fn a_probe_sends_a_proxy_header_that_speaks_for_nobody() {
    let site = Site::new();
    let (place, up) = (nobody(), serving());
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = [{{ address = \"tcp:{place}\", proxy_protocol = \"v2\" }}, \"{up}\"]\n"
        ),
    );
    drop(carried(&gateway));
    let back = TcpListener::bind(place).unwrap();
    let (mut probe, _) = back.accept().unwrap();
    let mut header = Vec::new();
    probe.read_to_end(&mut header).unwrap();
    // The signature, version 2 and LOCAL, AF_UNSPEC, nothing more.
    assert_eq!(header, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
}

#[test]
fn a_unix_target_that_came_back_is_touched_by_a_client_and_not_before() {
    let site = Site::new();
    let up = serving();
    let down = format!("unix:{}", site.at("a.sock"));
    let gateway = Gateway::start(&site, bridge(&[&down, &up], ""));
    drop(carried(&gateway));
    assert_eq!(target(&gateway, 0)["up"], false);
    let back = Target::unix(&site, "a.sock");
    eventually("its rest to be over", || (target(&gateway, 0)["retry_seconds"] == 0).then_some(()));
    assert!(back.untouched(), "no probe: its server may have one place to give");
    let reached = eventually("a client to go first", || {
        let client = gateway.tcp("one");
        let reached = back.try_accept();
        drop(client);
        reached
    });
    drop(reached);
    gateway.metric_reaches("target_up", &labels(&down), 1.0);
}

#[test]
fn while_all_targets_rest_each_client_is_still_tried_and_told_why() {
    let site = Site::new();
    let places = [nobody(), nobody()];
    let names = places.map(|place| format!("tcp:{place}"));
    let gateway = Gateway::start(&site, bridge(&[&names[0], &names[1]], ""));
    let _ = gateway.tcp("one").drain();
    let record = gateway.ended("dial_failed");
    let reason = record.text("reason");
    assert!(names.iter().all(|name| reason.contains(name.as_str())), "{reason}");
    assert!(record.text("target").contains(&names[1]), "{record:?}");
    let back = TcpListener::bind(places[1]).unwrap();
    let served = std::thread::spawn(move || {
        let mut ends = 0;
        for stream in back.incoming() {
            let mut stream = stream.unwrap();
            let mut byte = [0; 1];
            if stream.read(&mut byte).unwrap() == 1 {
                use std::io::Write;
                stream.write_all(&byte).unwrap();
                return ends;
            }
            ends += 1;
        }
        ends
    });
    let mut client = gateway.tcp("one");
    client.send(b"x");
    assert_eq!(client.exactly(1), b"x", "it was resting, and was tried all the same");
    assert!(served.join().unwrap() <= 1);
}

#[test]
fn by_least_each_client_goes_where_the_fewest_are() {
    let site = Site::new();
    let targets = [serving(), serving(), serving()];
    let list: Vec<_> = targets.iter().map(String::as_str).collect();
    let gateway = Gateway::start(&site, bridge(&list, "balance = \"least\""));
    let mut clients: Vec<_> = (0..6).map(|_| carried(&gateway)).collect();
    let open = |gateway: &Gateway| {
        targets.each_ref().map(|target| {
            gateway.metrics().value("target_connections_open", &labels(target)) as u32
        })
    };
    assert_eq!(open(&gateway), [2, 2, 2]);
    // The second loses both of its own (clients 1 and 4), and gets the next two.
    for index in [4, 1] {
        let mut client = clients.remove(index);
        client.finish();
        client.rest();
    }
    gateway.metric_reaches("target_connections_open", &labels(&targets[1]), 0.0);
    clients.extend((0..2).map(|_| carried(&gateway)));
    assert_eq!(open(&gateway), [2, 2, 2]);
}

#[test]
fn by_order_all_clients_go_to_the_first() {
    let site = Site::new();
    let targets = [serving(), serving()];
    let gateway = Gateway::start(&site, bridge(&[&targets[0], &targets[1]], ""));
    let _clients: Vec<_> = (0..4).map(|_| carried(&gateway)).collect();
    let metrics = gateway.metrics();
    assert_eq!(metrics.value("target_connections_open", &labels(&targets[0])), 4.0);
    assert_eq!(metrics.value("target_connections_open", &labels(&targets[1])), 0.0);
}

#[test]
fn targets_of_one_bridge_may_frame_their_messages_differently() {
    let site = Site::new();
    let framed = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = [{{ address = \"unix:{}\", framing = \"packet\" }}, \
             {{ address = \"{}\", framing = \"u16le\" }}]\n",
            site.at("absent.sock"),
            framed.address
        ),
    );
    let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
    let mut server = framed.accept_messages(Framing::U16Le);
    client.send(b"whole");
    assert_eq!(server.recv().as_deref(), Some(&b"whole"[..]));
}

#[test]
fn a_reload_keeps_what_is_known_of_a_target_that_stays() {
    let site = Site::new();
    let (down, up, other) = (format!("tcp:{}", nobody()), serving(), serving());
    let gateway = Gateway::start(&site, bridge(&[&down, &up], ""));
    let _open = carried(&gateway);
    let failures = target(&gateway, 0)["failures"].as_u64().unwrap();
    Gateway::rewrite(&site, bridge(&[&other, &up, &down], ""));
    gateway.hang_up(1);
    let states = [0, 1, 2].map(|index| target(&gateway, index));
    assert_eq!(states[0]["up"], true, "a new one is well");
    assert_eq!((&states[1]["address"], &states[1]["open"]), (&up.clone().into(), &1.into()));
    assert_eq!(states[2]["up"], false, "one that failed stays so");
    assert!(states[2]["failures"].as_u64().unwrap() >= failures);
    // And goes on being probed.
    let place: SocketAddr = down["tcp:".len()..].parse().unwrap();
    let _back = TcpListener::bind(place).unwrap();
    gateway.metric_reaches("target_up", &labels(&down), 1.0);
    Gateway::rewrite(&site, bridge(&[&up], ""));
    gateway.hang_up(2);
    assert_eq!(gateway.metrics().get("target_up", &labels(&down)), None, "its series is gone");
    assert_eq!(gateway.metrics().get("target_up", &labels(&up)), None, "one alone has none");
}

#[test]
fn a_target_that_a_reload_took_away_is_not_probed_any_more() {
    let site = Site::new();
    let (place, up) = (nobody(), serving());
    let gateway = Gateway::start(&site, bridge(&[&format!("tcp:{place}"), &up], ""));
    let _open = carried(&gateway);
    Gateway::rewrite(&site, bridge(&[&up, &serving()], ""));
    gateway.hang_up(1);
    let back = TcpListener::bind(place).unwrap();
    back.set_nonblocking(true).unwrap();
    // Longer than its rest would have been.
    std::thread::sleep(Duration::from_millis(2500));
    assert!(back.accept().is_err(), "somebody dialled it");
}

#[test]
fn a_drained_bridge_probes_nobody_and_shows_no_targets() {
    let site = Site::new();
    let (place, up) = (nobody(), serving());
    let down = format!("tcp:{place}");
    let control = format!("control = \"ctl\"\npipe_path = \"{}\"\n", site.at("{name}.sock"));
    let gateway = Gateway::start(&site, control + &bridge(&[&down, &up], ""));
    drop(carried(&gateway));
    let file = site.at("pipeferry.toml");
    ran(&mut pipeferry(&["drain", "one", "--config", &file])).good();
    let back = TcpListener::bind(place).unwrap();
    back.set_nonblocking(true).unwrap();
    assert_eq!(gateway.metrics().get("target_up", &labels(&down)), None);
    // Longer than its rest would have been.
    std::thread::sleep(Duration::from_millis(2500));
    assert!(back.accept().is_err(), "somebody dialled it");
}

#[test]
fn check_says_what_is_wrong_with_every_target() {
    let site = Site::new();
    let config = "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = [\n\
                  { address = \"unix:/a\", owner = \"no-such-one\" }, \"tcp:h:1\",\n\
                  { address = \"unix:/b\", owner = \"nor-that-one\" }]\n";
    let file = site.write("pipeferry.toml", config);
    let told = check(&file);
    assert_eq!(told.code, 2, "{}", told.stderr);
    for part in ["pipeferry.toml:4:32", "no-such-one", "pipeferry.toml:5:32", "nor-that-one"] {
        assert!(told.stderr.contains(part), "{part}: {}", told.stderr);
    }
}

#[test]
fn status_has_a_row_for_each_of_several_targets() {
    let site = Site::new();
    let (down, up) = (format!("tcp:{}", nobody()), serving());
    let config = format!(
        "control = \"ctl\"\npipe_path = \"{}\"\n{}",
        site.at("{name}.sock"),
        bridge(&[&down, &up], "")
    );
    let gateway = Gateway::start(&site, config);
    let _open = carried(&gateway);
    let told = ran(&mut pipeferry(&["status", "--config", &site.at("pipeferry.toml")])).good();
    let row = |target: &str| {
        let rows = told.stdout.lines();
        rows.filter(|line| line.contains("one"))
            .find(|line| line.contains(target))
            .map(str::to_owned)
    };
    assert!(told.stdout.contains("TARGET"), "{}", told.stdout);
    assert!(
        told.stdout.lines().any(|line| line.contains(&down) && line.contains("down")),
        "{}",
        told.stdout
    );
    assert!(row(&up).is_some(), "{}", told.stdout);
}
