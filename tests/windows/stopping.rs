//! Ctrl-C: the exe drains as the daemon on Linux does at SIGTERM.

use rustix::process::Signal;

use crate::harness::{
    Machine, Site, Target, admin, eventually, lets_a_client_finish, noise, steps,
};

fn drains(gateway: &crate::harness::Gateway) {
    eventually("the gateway to drain", || {
        (admin::get(gateway.admin(), "/readyz").status == 503).then_some(())
    });
}

#[test]
fn ctrl_c_without_connections_ends_it_with_code_0() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let mut gateway = machine.bridge(&site, "\"pipe:front\"", &connect, "");
    gateway.signal(Signal::INT);
    assert_eq!(gateway.wait_exit(), 0);
    assert_eq!(steps(&machine, "open ~front rw").finished().said, "open error 2\n");
}

#[test]
fn ctrl_c_lets_a_connection_finish() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let mut gateway = machine.bridge(&site, "\"pipe:front\"", &connect, "");
    lets_a_client_finish(&machine, &target, || {
        gateway.signal(Signal::INT);
        drains(&gateway);
        assert_eq!(admin::get(gateway.admin(), "/livez").status, 200);
    });
    assert_eq!(gateway.wait_exit(), 0);
    assert_eq!(gateway.record().outcome, "drained");
}

#[test]
fn a_second_ctrl_c_cuts() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let config = format!(
        "drain_timeout = \"1h\"\n[bridge.one]\nlisten = \"pipe:front\"\nconnect = \"{}\"\n",
        target.address
    );
    let mut gateway = machine.gateway(&site, "pipeferry.toml", &config);
    let client = steps(&machine, "open ~front rw write 1 5 rest");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    gateway.signal(Signal::INT);
    drains(&gateway);
    gateway.signal(Signal::INT);
    assert_eq!(gateway.wait_exit(), 1);
    assert_eq!(gateway.record().outcome, "cut");
    let said = client.finished().said;
    assert!(said.contains("\nrest 0 ") && said.ends_with(" error 109\n"), "{said}");
}
