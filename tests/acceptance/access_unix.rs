//! Who may come in by account: the socket file's mode and owner, and the
//! client's credentials.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::process::Output;

use crate::harness::program::{Program, as_account, is_root};
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, pipeferry, ran};

/// Accounts that exist nowhere: numbers are enough for the system.
const ANN: u32 = 54_001;
const BOB: u32 = 54_002;
const STAFF: u32 = 54_100;
const GUESTS: u32 = 54_200;

fn gateway(site: &Site, listen_keys: &str) -> Gateway {
    site.open_to_all();
    let target = Target::tcp();
    let config = format!(
        "[bridge.one]\nconnect = \"{}\"\nlisten = {{ address = \"unix:{}\"{listen_keys} }}\n",
        target.address,
        site.at("door.sock")
    );
    let gateway = Gateway::start(site, config);
    target.serve(echo);
    gateway
}

/// `socat` under an account says "hello" to the door and prints the echo.
fn knock(site: &Site, uid: u32, gid: u32, groups: &[u32]) -> Output {
    let mut command = as_account(uid, gid, groups, "socat");
    command.arg("-t5").arg("-").arg(format!("UNIX-CONNECT:{}", site.at("door.sock")));
    let mut client = Program::start(&mut command);
    client.write(b"hello");
    client.close_stdin();
    client.output()
}

#[track_caller]
fn let_in(site: &Site, uid: u32, gid: u32, groups: &[u32]) {
    let output = knock(site, uid, gid, groups);
    assert_eq!(output.stdout, b"hello", "{}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn kept_out(site: &Site, uid: u32, gid: u32, groups: &[u32]) {
    assert_eq!(knock(site, uid, gid, groups).stdout, b"", "uid {uid} gid {gid} {groups:?}");
}

#[test]
fn by_default_only_our_own_account_and_root_come_in() {
    let site = Site::new();
    // Even when the file's mode lets everybody knock.
    let gateway = gateway(&site, ", permissions = \"0666\"");
    let mut own = Duplex::unix(site.path("door.sock"));
    own.send(b"me");
    assert_eq!(own.exactly(2), b"me");
    drop(own);
    gateway.wait_records(1);
    kept_out(&site, ANN, STAFF, &[]);
    let records = gateway.wait_records(2);
    assert_eq!(records[1].outcome, "denied", "{records:?}");
    assert!(records[1].text("client").contains(&format!("uid {ANN}")), "{records:?}");
}

#[test]
fn the_default_socket_file_is_closed_to_others() {
    let site = Site::new();
    let _gateway = gateway(&site, "");
    let mode = std::fs::metadata(site.path("door.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
    kept_out(&site, ANN, STAFF, &[]);
}

#[test]
fn an_allowed_user_comes_in_without_further_keys() {
    let site = Site::new();
    let _gateway = gateway(&site, &format!(", allow = [{{ user = {ANN} }}]"));
    let_in(&site, ANN, STAFF, &[]);
    kept_out(&site, BOB, STAFF, &[]);
}

#[test]
fn an_allowed_group_counts_as_primary_and_as_supplementary() {
    let site = Site::new();
    let _gateway = gateway(&site, &format!(", allow = [{{ group = {STAFF} }}]"));
    let_in(&site, ANN, STAFF, &[]);
    let_in(&site, BOB, GUESTS, &[54_300, STAFF]);
    kept_out(&site, BOB, GUESTS, &[54_300]);
}

#[test]
fn all_keys_of_one_local_rule_must_match() {
    let site = Site::new();
    let rules = format!(", allow = [{{ user = {ANN}, group = {STAFF} }}, {{ user = \"nobody\" }}]");
    let _gateway = gateway(&site, &rules);
    let_in(&site, ANN, STAFF, &[]);
    kept_out(&site, ANN, GUESTS, &[]);
    kept_out(&site, BOB, STAFF, &[]);
    let_in(&site, 65534, GUESTS, &[]);
}

#[test]
fn mode_and_owner_of_the_socket_file_are_as_written() {
    let site = Site::new();
    let keys = format!(", permissions = \"0620\", owner = {ANN}, group = {STAFF}");
    let _gateway = gateway(&site, &keys);
    let file = std::fs::metadata(site.path("door.sock")).unwrap();
    assert!(is_root(), "this scene gives a file away, which needs root");
    assert_eq!((file.mode() & 0o777, file.uid(), file.gid()), (0o620, ANN, STAFF));
}

#[test]
fn pipes_and_fifos_take_mode_and_owner_too() {
    assert!(is_root(), "this scene gives files away, which needs root");
    let site = Site::new();
    let rights = format!("permissions = \"0620\", owner = {ANN}, group = {STAFF}");
    let config = format!(
        "pipe_path = \"{}\"\n\
         [bridge.pipe]\nlisten = {{ address = \"pipe:p\", {rights} }}\nconnect = \"tcp:127.0.0.1:1\"\n\
         [bridge.fifo]\nlisten = {{ address = \"fifo:{}\", {rights} }}\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("{name}.sock"),
        site.at("f.fifo")
    );
    let _gateway = Gateway::start(&site, config);
    for name in ["p.sock", "f.fifo"] {
        let file = std::fs::metadata(site.path(name)).unwrap();
        assert_eq!((file.mode() & 0o777, file.uid(), file.gid()), (0o620, ANN, STAFF), "{name}");
    }
}

#[test]
fn an_account_that_does_not_exist_is_a_mistake_before_anything_listens() {
    let site = Site::new();
    for keys in ["allow = [{ user = \"nobody-by-this-name\" }]", "owner = \"nobody-by-this-name\""]
    {
        let path = site.write(
            "pipeferry.toml",
            format!(
                "[bridge.one]\nlisten = {{ address = \"unix:{}\", {keys} }}\n\
                 connect = \"tcp:127.0.0.1:1\"\n",
                site.at("door.sock")
            ),
        );
        let path = path.to_str().unwrap();
        for command in ["check", "run"] {
            let said = ran(&mut pipeferry(&[command, "--config", path]));
            assert_eq!(said.code, 2, "{command} {keys}: {}{}", said.stdout, said.stderr);
            assert!(said.stderr.contains("nobody-by-this-name"), "{}", said.stderr);
        }
        assert!(!site.path("door.sock").exists());
    }
}

#[test]
fn mode_and_owner_stand_before_the_first_client_can_connect() {
    for _ in 0..5 {
        let site = Site::new();
        let path = site.path("door.sock");
        let racing = std::thread::spawn(move || {
            // As fast as it can: the first moment at which anybody gets in.
            while UnixStream::connect(&path).is_err() {}
            let file = std::fs::symlink_metadata(&path).unwrap();
            (file.mode() & 0o777, file.uid(), file.gid())
        });
        let keys = format!(", permissions = \"0620\", owner = {ANN}, group = {STAFF}");
        let _gateway = gateway(&site, &keys);
        assert_eq!(racing.join().unwrap(), (0o620, ANN, STAFF));
    }
}

#[test]
fn a_squatted_socket_gets_nothing() {
    let site = Site::new();
    site.open_to_all();
    let squatter = Target::unix(&site, "squat.sock");
    let owned = |owner: u32| {
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = {{ address = \"{}\", owner = {owner} }}\n",
            squatter.address
        )
    };
    let gateway = Gateway::start(&site, owned(ANN));
    let mut client = gateway.tcp("one");
    // It may be reset in the middle of this.
    let _ = client.write_all(b"secret");
    let _ = client.drain();
    gateway.ended("dial_failed");
    if let Some(mut service) = squatter.try_accept() {
        assert_eq!(service.drain().0, b"", "the squatter was told something");
    }
    let gateway = Gateway::start(&site, owned(rustix::process::geteuid().as_raw()));
    let mut client = gateway.tcp("one");
    client.send(b"secret");
    assert_eq!(squatter.accept().exactly(6), b"secret");
}

#[test]
fn a_pipe_stands_where_pipe_path_says_and_its_log_names_the_client() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "pipe_path = \"{}\"\n[bridge.one]\nlisten = 'pipe:\\\\.\\pipe\\orders'\n\
             connect = \"{}\"\n",
            site.at("CoreFxPipe_{name}"),
            target.address
        ),
    );
    let listening = &gateway.lines("listening")[0];
    assert_eq!(listening.text("address"), "pipe:orders");
    assert_eq!(listening.text("socket"), site.at("CoreFxPipe_orders"));
    let mut client = Duplex::unix(site.path("CoreFxPipe_orders"));
    client.send(b"x");
    assert_eq!(target.accept().exactly(1), b"x");
    drop(client);
    let record = gateway.record();
    let me = format!("pid {} uid {}", std::process::id(), rustix::process::geteuid().as_raw());
    assert!(record.text("client").contains(&me), "{record:?}");
}
