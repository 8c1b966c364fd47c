//! Python's `multiprocessing.connection` between machines: authenticated
//! messages of every size, pickled objects, no line about a gateway.

use std::time::Duration;

use crate::harness::program::{self, Program, await_line};
use crate::harness::{Machine, Running, Side, Site, Tunnel, names, tunnel};

/// 5,000 round trips through two gateways take 40 seconds on a machine that has
/// nothing else to do.
const LONG: Duration = Duration::from_secs(550);

/// The pipe of the service, whose end is told by closing it.
const SERVICE: &str = "{ address = \"pipe:service\", half_close = \"close\" }";
/// The pipe that clients open.
const FRONT: &str = "\"pipe:front\"";

fn listener(machine: &Machine) -> Running {
    let pipe = names::pipe("service");
    let mut service = machine.python("mp_listener.py", &["pipe", &pipe]);
    service.line(&pipe);
    service
}

/// Three announcements and the handshake of the keys come to the messages that
/// each client counts.
fn assert_all_carried(tunnel: &Tunnel, clients: usize, messages: u64) {
    tunnel.all_done(clients);
    for record in tunnel.near.records().iter().chain(&tunnel.far.records()) {
        for direction in ["messages_to_target", "messages_to_client"] {
            let count = record.number(direction).unwrap();
            assert!((messages..messages + 13).contains(&count), "{record:?}");
        }
    }
}

#[test]
fn messages_go_from_one_windows_machine_to_another() {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let _service = listener(&far);
    let tunnel =
        tunnel(&site, "message", (Side::Windows(&near), FRONT), (Side::Windows(&far), SERVICE));
    let said =
        near.python("mp_client.py", &["pipe", &names::pipe("front")]).finished_within(LONG).good();
    assert!(said.ends_with("ok 5020\n"), "{said}");
    assert_all_carried(&tunnel, 1, 5020);
}

#[test]
fn messages_of_several_clients_at_once_are_not_mixed() {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let _service = listener(&far);
    let tunnel =
        tunnel(&site, "message", (Side::Windows(&near), FRONT), (Side::Windows(&far), SERVICE));
    let pipe = names::pipe("front");
    let clients: Vec<_> =
        (0..3).map(|_| near.python("mp_client.py", &["pipe", &pipe, "300"])).collect();
    for client in clients {
        let said = client.finished_within(LONG).good();
        assert!(said.ends_with("ok 320\n"), "{said}");
    }
    assert_all_carried(&tunnel, 3, 320);
}

#[test]
fn messages_go_from_linux_to_windows() {
    let (far, site) = (Machine::boot(), Site::new());
    let _service = listener(&far);
    let front = format!("\"unix:{}\"", site.at("front.sock"));
    let tunnel = tunnel(&site, "message", (Side::Linux, &front), (Side::Windows(&far), SERVICE));
    let arguments = ["unix", &site.at("front.sock")];
    let client = Program::start(&mut program::python("mp_client.py", &arguments)).output();
    let said = String::from_utf8_lossy(&client.stdout).into_owned();
    assert!(said.ends_with("ok 5020\n"), "{said}{}", String::from_utf8_lossy(&client.stderr));
    assert_all_carried(&tunnel, 1, 5020);
}

#[test]
fn messages_go_from_windows_to_linux() {
    let (near, site) = (Machine::boot(), Site::new());
    let arguments = ["unix", &site.at("service.sock")];
    let mut service = Program::start(&mut program::python("mp_listener.py", &arguments));
    await_line(&mut service.lines(), |_| true);
    let behind = format!("\"unix:{}\"", site.at("service.sock"));
    let tunnel = tunnel(&site, "message", (Side::Windows(&near), FRONT), (Side::Linux, &behind));
    let said =
        near.python("mp_client.py", &["pipe", &names::pipe("front")]).finished_within(LONG).good();
    assert!(said.ends_with("ok 5020\n"), "{said}");
    assert_all_carried(&tunnel, 1, 5020);
}
