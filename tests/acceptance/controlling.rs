//! The control pipe and its commands.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use serde_json::Value;

use crate::harness::authority::Leaf;
use crate::harness::cli::Ran;
use crate::harness::program::as_account;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, admin, eventually, pipeferry, ran, tls};

/// A gateway with a control pipe of its own.
struct Daemon {
    site: Site,
    gateway: Gateway,
}

impl Daemon {
    fn start() -> Self {
        Self::with("")
    }

    fn with(top: &str) -> Self {
        let site = Site::new();
        let text = Self::text(&site, top);
        Self { gateway: Gateway::start(&site, text), site }
    }

    fn text(site: &Site, top: &str) -> String {
        let target = Target::tcp();
        let connect = target.address.clone();
        target.serve(echo);
        format!(
            "control = \"ctl\"\npipe_path = \"{}\"\n{top}\n\
             [bridge.orders]\nlisten = \"pipe:orders\"\nconnect = \"{connect}\"\n\
             [bridge.mail]\nlisten = \"pipe:mail\"\nconnect = \"{connect}\"\n",
            site.at("{name}.sock")
        )
    }

    fn ask(&self, arguments: &[&str]) -> Ran {
        let config = self.site.at("pipeferry.toml");
        ran(&mut pipeferry(&[arguments, &["--config", &config]].concat()))
    }

    fn client(&self, name: &str) -> Duplex {
        let mut client = Duplex::unix(self.site.path(format!("{name}.sock")));
        client.send(b"hello");
        assert_eq!(client.exactly(5), b"hello");
        client
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.ask(&["status", "--json"]).good().stdout).unwrap()
    }

    /// One line over the pipe, and all that comes back.
    fn raw(&self, line: &[u8]) -> String {
        let mut pipe = UnixStream::connect(self.site.path("ctl.sock")).unwrap();
        pipe.write_all(line).unwrap();
        let mut answer = String::new();
        pipe.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn status_shows_bridges_and_connections_in_tables_and_as_json() {
    let daemon = Daemon::start();
    let mut client = daemon.client("orders");
    let json = daemon.json();
    assert_eq!(json["pid"], daemon.gateway.pid());
    assert_eq!(json["status"]["state"], "running");
    assert_eq!(json["open"], 1);
    let one = &json["connections"][0];
    assert_eq!((&one["bridge"], &one["bytes_to_target"]), (&"orders".into(), &5.into()));
    let me = format!("pid {} uid {}", std::process::id(), rustix::process::geteuid().as_raw());
    assert_eq!(one["client"], *me);
    client.send(b"more");
    assert_eq!(client.exactly(4), b"more");
    assert_eq!(daemon.json()["connections"][0]["bytes_to_client"], 9, "while it lives");
    let table = daemon.ask(&["status"]).good().stdout;
    let row = |start: &str| {
        let line = table.lines().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no {start} in\n{table}")).to_owned()
    };
    assert!(row("pipeferry").contains("running"));
    assert!(row("orders").contains("listening  byte") && row("orders").contains("pipe:orders"));
    assert!(row("mail").contains("0 B"));
    assert!(row(one["id"].as_str().unwrap()).contains(&me));
}

#[test]
fn status_names_certificates_and_who_showed_which() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = target.address.clone();
    target.serve(echo);
    let text = format!(
        "control = \"ctl\"\npipe_path = \"{}\"\n{}[bridge.door]\nconnect = \"{connect}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.at("{name}.sock"),
        site.identity("gateway")
    );
    let gateway = Gateway::start(&site, text);
    let issued = site.authority().issue(Leaf::named("ann").dns("ann.example.com"));
    let mut client =
        tls::dial(gateway.at("door"), tls::client_config(&site, Some(&issued))).unwrap();
    client.send(b"hi");
    assert_eq!(client.exactly(2), b"hi");
    let daemon = Daemon { site, gateway };
    let table = daemon.ask(&["status"]).good().stdout;
    let row = table.lines().find(|line| line.starts_with("gateway")).unwrap();
    assert!(row.contains(" 30 ") || row.contains(" 29 "), "{table}");
    assert!(table.contains("ann.example.com"), "{table}");
}

#[test]
fn reload_says_what_it_did() {
    let daemon = Daemon::start();
    let said = daemon.ask(&["reload"]).good().stdout;
    assert!(said.contains("unchanged        orders, mail"), "{said}");
    let text = daemon.site.read("pipeferry.toml");
    daemon.site.write("pipeferry.toml", text.replace("[bridge.mail]", "[bridge.post]"));
    let said = daemon.ask(&["reload"]).good().stdout;
    assert!(
        said.contains("added            post") && said.contains("removed          mail"),
        "{said}"
    );
    assert_eq!(daemon.json()["status"]["last_reload"]["trigger"], "pipeferry reload");
}

#[test]
fn a_refused_reload_prints_every_mistake_as_check_does() {
    let daemon = Daemon::start();
    let text = daemon.site.read("pipeferry.toml");
    daemon.site.write("pipeferry.toml", format!("wach = 1\nsandbax = 2\n{text}"));
    let config = daemon.site.at("pipeferry.toml");
    let checked = ran(&mut pipeferry(&["check", "--config", &config]));
    let refused = daemon.ask(&["reload"]);
    assert_eq!((checked.code, refused.code), (2, 1));
    assert!(refused.stderr.contains(checked.stderr.trim()), "{}", refused.stderr);
    assert!(refused.stderr.contains("2 mistakes"));
    assert!(refused.stderr.starts_with("error: the reload was refused"));
    daemon.client("orders");
}

#[test]
fn one_bridge_drains_and_comes_back_with_a_reload() {
    let daemon = Daemon::start();
    let mut client = daemon.client("orders");
    let config = daemon.site.at("pipeferry.toml");
    let draining =
        std::thread::spawn(move || ran(&mut pipeferry(&["drain", "orders", "--config", &config])));
    eventually("its socket to go", || (!daemon.site.path("orders.sock").exists()).then_some(()));
    client.send(b"still");
    assert_eq!(client.exactly(5), b"still");
    daemon.client("mail");
    client.finish();
    assert_eq!(client.rest(), b"");
    let drained = draining.join().unwrap().good();
    assert!(
        drained.stdout.contains("orders is drained: 1 finished, 0 cut off"),
        "{drained:?}",
        drained = drained.stdout
    );
    assert_eq!(daemon.json()["status"]["bridges"][0]["state"], "closed");
    assert_eq!(admin::get(daemon.gateway.admin(), "/readyz").status, 200);
    let said = daemon.ask(&["reload"]).good().stdout;
    assert!(said.contains("added            orders"), "{said}");
    daemon.client("orders");
}

#[test]
fn all_bridges_drained_is_not_ready_and_the_limit_cuts_with_code_1() {
    let daemon = Daemon::with("drain_timeout = \"300ms\"");
    let mut client = daemon.client("orders");
    let drained = daemon.ask(&["drain"]);
    assert_eq!(drained.code, 1, "{}", drained.stderr);
    assert!(drained.stdout.contains("orders is drained: 0 finished, 1 cut off"));
    assert!(drained.stdout.contains("mail is drained: 0 finished, 0 cut off"));
    assert_eq!(client.drain().0, b"");
    assert_eq!(admin::get(daemon.gateway.admin(), "/readyz").status, 503);
    let unknown = daemon.ask(&["drain", "letters"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("orders, mail"), "{}", unknown.stderr);
}

#[test]
fn a_connection_is_closed_by_its_id() {
    let daemon = Daemon::start();
    let (mut closed, mut other) = (daemon.client("orders"), daemon.client("mail"));
    let json = daemon.json();
    let all = json["connections"].as_array().unwrap();
    let one = all.iter().find(|one| one["bridge"] == "orders").unwrap();
    let id = one["id"].as_str().unwrap();
    let said = daemon.ask(&["close", id]).good().stdout;
    assert!(said.contains(id) && said.contains("bridge orders"), "{said}");
    assert_eq!(closed.drain().0, b"");
    let record = daemon.gateway.ended("cut");
    assert_eq!((record.text("id"), record.text("reason")), (id, "closed over the control pipe"));
    other.send(b"on");
    assert_eq!(other.exactly(2), b"on");
    let again = daemon.ask(&["close", id]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("no open connection"), "{}", again.stderr);
}

#[test]
fn only_its_own_account_and_root_may_ask() {
    let daemon = Daemon::start();
    daemon.site.open_to_all();
    let mode = std::fs::metadata(daemon.site.path("ctl.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let exe = env!("CARGO_BIN_EXE_pipeferry");
    // A copy that another account can reach.
    std::fs::copy(exe, daemon.site.path("pipeferry")).unwrap();
    let mut stranger = as_account(54_001, 54_100, &[], &daemon.site.at("pipeferry"));
    stranger.args(["status", "--config", &daemon.site.at("pipeferry.toml")]);
    let refused = ran(&mut stranger);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("is not for us"), "{}", refused.stderr);
    assert!(refused.stderr.contains("hint: be the account that runs pipeferry"));
}

#[test]
fn nobody_there_is_said_with_what_to_do() {
    let site = Site::new();
    let text = Daemon::text(&site, "");
    site.write("pipeferry.toml", text);
    let config = site.at("pipeferry.toml");
    for command in [&["status"][..], &["reload"], &["drain"], &["close", "x"]] {
        let arguments = [command, &["--config", &config]].concat();
        let said = ran(&mut pipeferry(&arguments));
        assert_eq!(said.code, 1, "{}", said.stderr);
        assert!(said.stderr.contains(&site.at("ctl.sock")), "{}", said.stderr);
        assert!(said.stderr.contains("is it running?"), "{}", said.stderr);
    }
    let missing = ran(&mut pipeferry(&["status", "--config", &site.at("none.toml")]));
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    let named = ran(&mut pipeferry(&["status", "--control", "..", "--config", &config]));
    assert_eq!(named.code, 2, "{}", named.stderr);
}

#[test]
fn a_daemon_answers_whatever_has_become_of_its_file() {
    let daemon = Daemon::start();
    let text = daemon.site.read("pipeferry.toml");
    daemon.site.write("pipeferry.toml", format!("{text}\n[bridge.\n"));
    daemon.ask(&["status"]).good();
    // Another name than that in the file.
    daemon.site.write("pipeferry.toml", text.replace("\"ctl\"", "\"other\""));
    assert_eq!(daemon.ask(&["status"]).code, 1);
    daemon.ask(&["status", "--control", "ctl"]).good();
}

#[test]
fn a_second_daemon_under_a_name_that_was_asked_for_does_not_start() {
    let daemon = Daemon::start();
    let site = &daemon.site;
    let second = format!(
        "control = \"ctl\"\npipe_path = \"{}\"\n\
         [bridge.x]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("{name}.sock")
    );
    let path = site.write("second.toml", second);
    let said = ran(&mut pipeferry(&["run", "--config", path.to_str().unwrap()]));
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("the control pipe `ctl` cannot be opened"), "{}", said.stderr);
    daemon.ask(&["status"]).good();
}

#[test]
fn a_second_daemon_goes_on_without_a_control_pipe_that_it_did_not_ask_for() {
    let site = Site::new();
    let text = format!(
        "watch = false\npipe_path = \"{}\"\n[admin]\nlisten = \"tcp:127.0.0.1:0\"\n\
         [log]\nformat = \"json\"\n\
         [bridge.x]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("{name}.sock")
    );
    let path = site.write("both.toml", &text);
    let start = || {
        let mut command = pipeferry(&["run", "--config"]);
        command.arg(&path);
        Gateway::spawn(command, &text)
    };
    let mut first = start();
    assert!(site.path("pipeferry-control.sock").exists());
    let second = start();
    let warned = second.log().iter().any(|line| line.contains("no control pipe"));
    assert!(warned, "{:?}", second.log());
    ran(&mut pipeferry(&["status", "--config", path.to_str().unwrap()])).good();
    assert_eq!(first.stop(), 0);
    assert!(!site.path("pipeferry-control.sock").exists(), "it goes with its daemon");
}

#[test]
fn the_protocol_is_lines_of_json_with_a_version_and_limits() {
    let daemon = Daemon::start();
    let answer: Value =
        serde_json::from_str(&daemon.raw(b"{\"v\":1,\"do\":\"status\"}\n")).unwrap();
    assert_eq!((&answer["v"], &answer["ok"]["open"]), (&1.into(), &0.into()));
    for (request, why) in [
        (&b"status\n"[..], "no JSON object"),
        (b"{\"v\":9,\"do\":\"status\"}\n", "version 9"),
        (b"{\"v\":1,\"do\":\"dance\"}\n", "dance"),
    ] {
        let answer: Value = serde_json::from_str(&daemon.raw(request)).unwrap();
        assert!(answer["error"]["message"].as_str().unwrap().contains(why), "{answer}");
    }
    let answer = daemon.raw(&vec![b' '; 64 << 10]);
    assert!(answer.contains("longer than 65536 bytes"), "{answer}");
    let lines = daemon.raw(b"{\"v\":1,\"do\":\"drain\",\"bridge\":\"mail\",\"wait\":true}\n");
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["ok"]["bridges"][0]["bridge"], "mail");
}

/// A terminal of its own, in which a command runs.
struct Screen {
    socket: String,
}

impl Screen {
    fn start(site: &Site, command: &str) -> Self {
        let screen = Self { socket: site.at("tmux.sock") };
        screen.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "190", "-y", "30", command]);
        screen
    }

    fn tmux(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = std::process::Command::new("tmux");
        command.arg("-S").arg(&self.socket).args(arguments).env("TERM", "xterm");
        command.env_remove("TMUX").output().unwrap()
    }

    fn press(&self, keys: &[&str]) {
        assert!(self.tmux(&[&["send-keys"], keys].concat()).status.success());
    }

    fn text(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p"]).stdout).unwrap()
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    fn shows(&self, what: &str, mut wanted: impl FnMut(&str) -> bool) -> String {
        let start = std::time::Instant::now();
        loop {
            let text = self.text();
            if wanted(&text) {
                return text;
            }
            assert!(start.elapsed() < crate::harness::PATIENCE, "no {what} in\n{text}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    fn is_over(&self) -> bool {
        !self.tmux(&["has-session"]).status.success()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn top_shows_it_live_and_its_keys_sort_and_filter() {
    let daemon = Daemon::start();
    let mut orders = daemon.client("orders");
    let exe = env!("CARGO_BIN_EXE_pipeferry");
    let config = daemon.site.at("pipeferry.toml");
    let screen =
        Screen::start(&daemon.site, &format!("{exe} top --interval 200ms --config {config}"));
    let me = format!("pid {} uid {}", std::process::id(), rustix::process::geteuid().as_raw());
    let text = screen.shows("connection", |text| text.contains(&me));
    assert!(text.contains("running") && text.contains("pipe:orders -> tcp:"), "{text}");
    assert!(text.contains("1 OPEN") && text.contains("s sort: rate"), "{text}");
    // What moves has a rate while it does.
    screen.shows("rate", |text| {
        orders.send(&[7; 5000]);
        assert_eq!(orders.exactly(5000).len(), 5000);
        text.lines().any(|line| line.contains(&me) && line.contains("KiB/s"))
    });
    let _mail = daemon.client("mail");
    screen.shows("second connection", |text| text.contains("2 OPEN"));
    screen.press(&["s"]);
    screen.shows("other order", |text| text.contains("s sort: bytes"));
    let of_clients = |text: &str| text.lines().filter(|line| line.contains(&me)).count();
    screen.press(&["/", "m", "a", "i", "l", "Enter"]);
    screen.shows("filter", |text| of_clients(text) == 1 && text.contains("scroll  filter: mail"));
    screen.press(&["Escape"]);
    screen.shows("all of them again", |text| of_clients(text) == 2);
    screen.press(&["q"]);
    eventually("it to end", || screen.is_over().then_some(()));
}

#[test]
fn top_says_that_the_daemon_is_gone_and_needs_a_terminal() {
    let mut daemon = Daemon::start();
    let config = daemon.site.at("pipeferry.toml");
    let piped = daemon.ask(&["top"]);
    assert_eq!(piped.code, 2, "{}", piped.stderr);
    assert!(piped.stderr.contains("needs a terminal"), "{}", piped.stderr);
    let exe = env!("CARGO_BIN_EXE_pipeferry");
    let screen =
        Screen::start(&daemon.site, &format!("{exe} top --interval 200ms --config {config}"));
    screen.shows("daemon", |text| text.contains("running"));
    assert_eq!(daemon.gateway.stop(), 0);
    screen.shows("loss", |text| text.contains("no pipeferry answers on"));
    screen.press(&["C-c"]);
    eventually("it to end", || screen.is_over().then_some(()));
}
