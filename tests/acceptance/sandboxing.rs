//! The sandbox: what the running gateway has given up, what goes on inside it,
//! and what a reload is told that wants more.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};

use rstest::rstest;
use rustix::process::Signal;
use serde_json::Value;

use crate::harness::authority::Leaf;
use crate::harness::program::{as_account, is_root, python};
use crate::harness::target::echo;
use crate::harness::{
    Duplex, Framing, Gateway, Messages, Site, Target, admin, check, eventually, pipeferry, ran, tls,
};

/// An account that exists nowhere.
const ANN: u32 = 54_001;

/// What root keeps by default: cap_chown, cap_dac_override, cap_fowner,
/// cap_net_bind_service.
const KEPT: u64 = 0x40b;
const DAC_OVERRIDE: u64 = 0x2;
const NET_ADMIN: u64 = 0x1000;

/// The address of a service that echoes.
fn echoing() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

fn bridge(site: &Site, name: &str, target: &str) -> String {
    let socket = site.at(&format!("{name}.sock"));
    format!("[bridge.{name}]\nlisten = \"unix:{socket}\"\nconnect = \"{target}\"\n")
}

#[track_caller]
fn carries(mut client: Duplex) {
    client.send(b"hello");
    client.finish();
    assert_eq!(client.rest(), b"hello");
}

/// The values of a field of every thread's status, as numbers.
fn of_threads(pid: u32, field: &str) -> BTreeSet<u64> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let texts =
        tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).ok());
    let values = texts.map(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{field}:")));
        u64::from_str_radix(line.unwrap().trim(), 16).unwrap()
    });
    values.collect()
}

fn own(field: &str) -> u64 {
    let own = of_threads(std::process::id(), field);
    *own.iter().next().unwrap()
}

fn status(gateway: &Gateway) -> Value {
    let body = admin::get(gateway.admin(), "/status").body;
    serde_json::from_str::<Value>(&body).unwrap()["sandbox"].clone()
}

/// All that the one reload was told which has failed.
fn told(gateway: &Gateway) -> Vec<String> {
    gateway.signal(Signal::HUP);
    gateway.refused().iter().map(|line| line.text("mistake").to_owned()).collect()
}

#[track_caller]
fn says(told: &[String], what: &str) {
    let says = format!("the sandbox of the running process does not allow it {what}");
    let found = told.iter().find(|one| one.contains(&says));
    let found = found.unwrap_or_else(|| panic!("nothing of {what}: {told:#?}"));
    assert!(found.contains("restart pipeferry") && found.contains("`sandbox = false`"), "{found}");
}

#[test]
fn every_thread_gives_up_what_no_reload_can_need() {
    let site = Site::new();
    let target = echoing();
    let text = format!(
        "control = \"ctl\"\npipe_path = \"{}\"\n{}",
        site.at("{name}.sock"),
        bridge(&site, "a", &target)
    );
    let gateway = Gateway::start(&site, text);
    carries(Duplex::unix(site.path("a.sock")));
    assert_eq!(of_threads(gateway.pid(), "NoNewPrivs"), BTreeSet::from([1]));
    for field in ["CapEff", "CapPrm"] {
        let kept = own("CapPrm") & KEPT;
        assert_eq!(of_threads(gateway.pid(), field), BTreeSet::from([kept]), "{field}");
    }
    if is_root() {
        assert_eq!(of_threads(gateway.pid(), "CapBnd"), BTreeSet::from([own("CapBnd") & KEPT]));
    }
    let line = &gateway.lines("sandboxed")[0];
    assert_eq!((line.text("mode"), line.field("ports")), ("on", &Value::from(false)));
    let status = status(&gateway);
    assert_eq!((&status["mode"], &status["no_new_privs"]), (&"on".into(), &true.into()));
    assert!(status["landlock"].as_u64() > Some(0), "a kernel with Landlock: {status}");
    assert_eq!(status["landlock"], *line.field("landlock"));
    assert_eq!(status["missing"], Value::Array(Vec::new()));
    let config = site.at("pipeferry.toml");
    let text = ran(&mut pipeferry(&["status", "--config", &config])).good().stdout;
    let said = text.lines().find(|line| line.starts_with("sandbox on: files by Landlock "));
    assert!(said.unwrap().contains(", no new privileges, "), "{text}");
}

#[test]
fn without_a_sandbox_nothing_is_given_up_and_that_is_said() {
    let site = Site::new();
    let text = format!("sandbox = false\n{}", bridge(&site, "a", "tcp:127.0.0.1:1"));
    let gateway = Gateway::start(&site, text);
    for field in ["NoNewPrivs", "CapEff", "CapBnd"] {
        assert_eq!(of_threads(gateway.pid(), field), BTreeSet::from([own(field)]), "{field}");
    }
    assert_eq!(gateway.lines("no sandbox, as configured").len(), 1);
    let status = status(&gateway);
    assert_eq!((&status["mode"], status.get("landlock")), (&"off".into(), None));
}

/// A strict gateway: a Unix socket, a FIFO and TLS towards a service on TCP,
/// from an identity in a folder of its own.
struct Strict {
    site: Site,
    gateway: Gateway,
    text: String,
}

impl Strict {
    fn start() -> Self {
        let site = Site::new();
        let target = echoing();
        std::fs::create_dir(site.path("certs")).unwrap();
        site.identity("certs/gw");
        let identity =
            site.identity_table("certs/gw").replace("[identity.certs/gw]", "[identity.gw]");
        let fifo = site.at("in.fifo");
        let text = format!(
            "sandbox = \"strict\"\n{identity}{}\
             [bridge.door]\nconnect = \"{target}\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gw\", allow = \"any\" }}\n\
             [bridge.fifo]\nlisten = \"fifo:{fifo}\"\nconnect = \"{target}\"\n",
            bridge(&site, "a", &target)
        );
        Self { gateway: Gateway::start(&site, &text), site, text }
    }

    fn carries(&self) {
        carries(Duplex::unix(self.site.path("a.sock")));
        let client = self.site.authority().issue(Leaf::named("client"));
        let config = tls::client_config(&self.site, Some(&client));
        carries(tls::dial(self.gateway.at("door"), config).unwrap());
        let fifo = std::fs::OpenOptions::new().write(true).open(self.site.path("in.fifo"));
        fifo.unwrap().write_all(b"one way").unwrap();
    }
}

#[test]
fn strict_keeps_nothing_and_carries_all_the_same() {
    let strict = Strict::start();
    let gateway = &strict.gateway;
    for round in 1..=3 {
        strict.carries();
        gateway.wait_records(round * 3);
    }
    assert!(gateway.records().iter().all(|one| one.outcome == "done"), "{:?}", gateway.records());
    assert_eq!(of_threads(gateway.pid(), "NoNewPrivs"), BTreeSet::from([1]));
    for field in ["CapEff", "CapPrm"] {
        assert_eq!(of_threads(gateway.pid(), field), BTreeSet::from([0]), "{field}");
    }
    let status = status(gateway);
    assert_eq!((&status["mode"], &status["ports"]), (&"strict".into(), &true.into()));
    let own = ["process_open_fds ", "process_resident_memory_bytes ", "process_threads "];
    let metrics = gateway.metrics().0;
    assert!(own.iter().all(|name| metrics.contains(&format!("\n{name}"))), "{metrics}");
}

#[rstest]
#[case::shut_in("\"strict\"", "dial_failed")]
#[case::free("false", "done")]
fn the_kernel_itself_keeps_it_from_a_folder_that_was_not_granted(
    #[case] sandbox: &str,
    #[case] outcome: &str,
) {
    let site = Site::new();
    let folder = site.path("out");
    std::fs::create_dir(&folder).unwrap();
    let fifo = site.fifo("out/fifo");
    let text = bridge(&site, "a", &format!("fifo:{}", fifo.display()));
    let gateway = Gateway::start(&site, format!("sandbox = {sandbox}\n{text}"));
    // Another folder in its place: nobody asks the gateway about that.
    std::fs::rename(&folder, site.path("old")).unwrap();
    std::fs::create_dir(&folder).unwrap();
    site.fifo("out/fifo");
    let mut reader = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    let mut client = Duplex::unix(site.path("a.sock"));
    let _ = client.write_all(b"hello");
    client.finish();
    let record = gateway.ended(outcome);
    if outcome == "done" {
        let mut read = [0; 5];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"hello");
    } else {
        assert!(record.text("reason").contains("Permission denied"), "{record:?}");
    }
}

#[test]
fn strict_takes_up_certificates_that_are_renewed_by_a_rename_and_new_rules() {
    let strict = Strict::start();
    let (site, gateway) = (&strict.site, &strict.gateway);
    for round in 1..=2 {
        site.leaf("certs/new", Leaf::localhost("gateway"));
        for end in ["pem", "key"] {
            let new = site.path(format!("certs/new.{end}"));
            std::fs::rename(new, site.path(format!("certs/gw.{end}"))).unwrap();
        }
        let more = bridge(site, &format!("more{round}"), "unix:/nowhere");
        Gateway::rewrite(site, strict.text.clone() + &more);
        let line = gateway.hang_up(round);
        assert_eq!((line.text("identities"), line.text("added")), ("gw", &*format!("more{round}")));
        strict.carries();
    }
}

#[test]
fn strict_refuses_a_reload_that_wants_more_as_a_whole_and_tells_all_of_it() {
    let strict = Strict::start();
    let (site, gateway) = (&strict.site, &strict.gateway);
    // The folder of the configuration is granted, and so all that is below it.
    let other = Site::new();
    for file in ["pem", "key"] {
        other.write(&format!("gw.{file}"), site.read(&format!("certs/gw.{file}")));
    }
    let target = echoing();
    let port = target.rsplit(':').next().unwrap();
    let wanted = strict.text.replace("\"certs/gw", &format!("\"{}", other.at("gw")))
        + &bridge(site, "allowed", "unix:/nowhere")
        + &bridge(&other, "b", &target)
        + "[bridge.c]\nlisten = \"tcp:127.0.0.1:65001\"\nconnect = \"unix:@x\"\n";
    Gateway::rewrite(site, &wanted);
    let told = told(gateway);
    says(&told, &format!("to read {}", other.at("gw.key")));
    says(&told, &format!("to make {}", other.at("b.sock")));
    says(&told, &format!("to connect to port {port}"));
    says(&told, "to listen on port 65001");
    says(&told, "to connect to abstract sockets");
    assert_eq!(gateway.metrics().value("reloads_total", &[("result", "failed")]), 1.0);
    strict.carries();
    assert!(!site.path("allowed.sock").exists(), "all or nothing");
    // The same text is good for a process without a sandbox.
    drop(strict.gateway);
    let text = wanted.replace("sandbox = \"strict\"", "sandbox = false");
    let gateway = Gateway::start(&strict.site, text);
    carries(Duplex::unix(other.path("b.sock")));
    drop(gateway);
}

#[test]
fn by_default_a_reload_may_bring_other_ports_folders_and_certificates() {
    let site = Site::new();
    let gateway = Gateway::start(&site, bridge(&site, "a", &echoing()));
    std::fs::create_dir(site.path("new")).unwrap();
    site.identity("new/gw");
    let identity = site.identity_table("new/gw").replace("[identity.new/gw]", "[identity.gw]");
    let target = echoing();
    let fifo = site.at("new/in.fifo");
    let text = format!(
        "{identity}{}[bridge.door]\nconnect = \"{target}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gw\", allow = \"any\" }}\n\
         [bridge.fifo]\nlisten = \"fifo:{fifo}\"\nconnect = \"{target}\"\n",
        bridge(&site, "new/b", &target).replace("[bridge.new/", "[bridge.")
    );
    Gateway::rewrite(&site, text);
    assert_eq!(gateway.hang_up(1).text("added"), "b door fifo");
    carries(Duplex::unix(site.path("new/b.sock")));
    let client = site.authority().issue(Leaf::named("client"));
    carries(tls::dial(gateway.at("door"), tls::client_config(&site, Some(&client))).unwrap());
    std::fs::write(site.path("new/in.fifo"), "one way").unwrap();
    gateway.wait_records(3);
}

#[test]
fn a_place_where_no_sockets_are_made_has_to_be_named_at_the_start() {
    let site = Site::new();
    let kept = bridge(&site, "a", &echoing());
    let gateway = Gateway::start(&site, &kept);
    // Not below /run, /tmp or /var/tmp.
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let fifo = folder.path().join("in.fifo");
    let text = format!(
        "{kept}[bridge.b]\nlisten = \"fifo:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        fifo.display()
    );
    Gateway::rewrite(&site, &text);
    says(&told(&gateway), &format!("to make {}", fifo.display()));
    carries(Duplex::unix(site.path("a.sock")));
    drop(gateway);
    let _named = Gateway::start(&site, text);
    assert!(fifo.exists());
}

#[test]
fn strict_as_root_keeps_what_the_files_of_other_accounts_take() {
    assert!(is_root(), "this scene gives a file away, which needs root");
    let strict = Strict::start();
    let key = strict.site.path("certs/gw.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    chown(&key, Some(ANN), None).unwrap();
    // It has given up what it would take now, and says so.
    let told = told(&strict.gateway);
    says(&told, &format!("to read {}, which takes cap_dac_override", key.display()));
    let line = strict.gateway.refused().len();
    // A service of that account is out of reach, too, and not at its first client.
    chown(&key, Some(0), None).unwrap();
    let socket = strict.site.path("ann.sock");
    let _service = Target::unix(&strict.site, "ann.sock");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).unwrap();
    chown(&socket, Some(ANN), None).unwrap();
    let more = bridge(&strict.site, "b", &format!("unix:{}", socket.display()));
    Gateway::rewrite(&strict.site, strict.text.clone() + &more);
    strict.gateway.signal(Signal::HUP);
    let more = eventually("another refusal", || strict.gateway.refused().get(line).cloned());
    let more = [more.text("mistake").to_owned()];
    says(&more, &format!("to connect to {}, which takes cap_dac_override", socket.display()));
    chown(&key, Some(ANN), None).unwrap();
    strict.carries();
    drop(strict.gateway);
    let gateway = Gateway::start(&strict.site, &strict.text);
    assert_eq!(of_threads(gateway.pid(), "CapEff"), BTreeSet::from([DAC_OVERRIDE]));
}

#[test]
fn an_account_without_any_rights_is_shut_in_too() {
    let site = Site::new();
    site.open_to_all();
    let inner = site.path("own");
    std::fs::create_dir(&inner).unwrap();
    chown(&inner, Some(ANN), Some(ANN)).unwrap();
    let text = crate::harness::gateway::completed(&format!(
        "sandbox = \"strict\"\n[bridge.a]\nconnect = \"{}\"\n\
         listen = {{ address = \"unix:{}\", allow = [{{ user = 0 }}, {{ user = {ANN} }}] }}\n",
        echoing(),
        site.at("own/a.sock")
    ));
    let config = site.write("pipeferry.toml", &text);
    let mut command = as_account(ANN, ANN, &[], env!("CARGO_BIN_EXE_pipeferry"));
    command.args(["run", "--config"]).arg(config);
    let gateway = Gateway::spawn(command, &text);
    carries(Duplex::unix(site.path("own/a.sock")));
    assert_eq!(of_threads(gateway.pid(), "NoNewPrivs"), BTreeSet::from([1]));
    assert_eq!(of_threads(gateway.pid(), "CapEff"), BTreeSet::from([0]));
    let status = status(&gateway);
    assert!(status["landlock"].as_u64() > Some(0) && status["missing"] == Value::Array(vec![]));
}

#[test]
fn where_there_is_no_landlock_the_rest_goes_on_and_that_is_said() {
    let site = Site::new();
    let text = format!("sandbox = \"strict\"\n{}", bridge(&site, "a", &echoing()));
    let text = crate::harness::gateway::completed(&text);
    let config = site.write("pipeferry.toml", &text);
    let run = [env!("CARGO_BIN_EXE_pipeferry"), "run", "--config", config.to_str().unwrap()];
    let gateway = Gateway::spawn(python("without_landlock.py", &run), &text);
    carries(Duplex::unix(site.path("a.sock")));
    let said = gateway.lines("the sandbox is not whole");
    assert!(said.len() == 1 && said[0].text("what").contains("no Landlock here"), "{said:?}");
    assert_eq!(of_threads(gateway.pid(), "NoNewPrivs"), BTreeSet::from([1]));
    assert_eq!(of_threads(gateway.pid(), "CapEff"), BTreeSet::from([0]));
    let status = status(&gateway);
    assert_eq!((status.get("landlock"), &status["ports"]), (None, &false.into()));
    assert_eq!(status["missing"][0], *said[0].field("what"));
    // What nobody keeps it from, a reload may bring.
    Gateway::rewrite(
        &site,
        text.replace(
            "[bridge.a]",
            "[bridge.b]\nconnect = \"tcp:h:1\"\n\
         listen = \"tcp:127.0.0.1:0\"\n[bridge.a]",
        ),
    );
    assert_eq!(gateway.hang_up(1).text("added"), "b");
}

#[test]
fn check_says_what_would_be_allowed() {
    let site = Site::new();
    let text = format!("sandbox = \"strict\"\n{}", bridge(&site, "a", "tcp:127.0.0.1:7009"));
    let config = site.write("pipeferry.toml", format!("control = false\n{text}"));
    let said = check(&config).good().stdout;
    let section = said.split("\nsandbox\n").nth(1).unwrap_or_else(|| panic!("{said}"));
    let line = |key: &str| {
        let line = section.lines().find_map(|line| line.trim_start().strip_prefix(key));
        line.unwrap_or_else(|| panic!("{said}")).trim().to_owned()
    };
    assert_eq!(line("make sockets below"), site.root().canonicalize().unwrap().to_str().unwrap());
    assert_eq!(line("connect to ports"), "53 7009");
    assert_eq!((line("listen on ports"), line("start programs")), ("none".into(), "none".into()));
}

/// What a dead process has left behind is another account's, too.
#[test]
fn strict_as_root_takes_over_a_socket_that_it_had_given_away_before_it_was_killed() {
    assert!(is_root(), "this scene gives a file away, which needs root");
    let site = Site::new();
    let text = format!(
        "sandbox = \"strict\"\n[bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"unix:{}\", owner = \"{ANN}\", permissions = \"0600\" }}\n",
        echoing(),
        site.at("s"),
    );
    drop(Gateway::start(&site, &text));
    assert!(site.path("s").exists(), "it was killed");
    let _again = Gateway::start(&site, &text);
    carries(Duplex::unix(site.path("s")));
}

/// SO_SNDBUFFORCE: a packet may be longer than net.core.wmem_max.
#[test]
fn what_long_packets_take_is_kept_where_there_are_packets() {
    for (sandbox, common) in [("true", KEPT), ("\"strict\"", 0)] {
        let site = Site::new();
        let target = Target::packet(&site, "p.sock");
        let config = format!(
            "sandbox = {sandbox}\n[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = {{ address = \"{}\", framing = \"packet\" }}\n",
            target.address
        );
        let gateway = Gateway::start(&site, config);
        let kept = own("CapPrm") & (common | NET_ADMIN);
        assert_eq!(of_threads(gateway.pid(), "CapEff"), BTreeSet::from([kept]), "{sandbox}");
        let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
        client.send(b"carried");
        assert_eq!(target.accept_messages(Framing::U32Be).recv().unwrap(), b"carried");
    }
}
