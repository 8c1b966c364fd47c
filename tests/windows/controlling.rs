//! Reload and the control pipe on Windows.

use crate::harness::running::Finished;
use crate::harness::{Gateway, Machine, Site, Target, built, echo, eventually, names, steps};

struct Daemon {
    machine: Machine,
    site: Site,
    gateway: Gateway,
}

impl Daemon {
    fn start(bridges: impl Fn(&str) -> String) -> Self {
        let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
        let text = bridges(&target.address);
        target.serve(echo);
        let gateway = machine.gateway(&site, "pipeferry.toml", &text);
        Self { machine, site, gateway }
    }

    fn ask(&self, arguments: &[&str]) -> Finished {
        let config = names::path(self.site.path("pipeferry.toml"));
        let arguments = [arguments, &["--config", &config]].concat();
        self.machine.start(&built::pipeferry(), &arguments).finished()
    }

    fn replace(&self, old: &str, new: &str) {
        let text = self.site.read("pipeferry.toml");
        assert!(text.contains(old), "{old} in {text}");
        self.site.write("pipeferry.toml", text.replace(old, new));
    }
}

fn two(connect: &str) -> String {
    format!(
        "control = \"ctl\"\n\
         [bridge.one]\nlisten = \"pipe:front\"\nconnect = \"{connect}\"\n\
         [bridge.two]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{connect}\"\n"
    )
}

#[test]
fn status_reload_drain_and_close_go_over_a_private_pipe() {
    let daemon = Daemon::start(two);
    let mut client = daemon.gateway.tcp("two");
    client.send(b"hello");
    assert_eq!(client.exactly(5), b"hello");
    let status = daemon.ask(&["status"]).good();
    assert!(status.contains("running") && status.contains("pipe:front"), "{status}");
    let json = daemon.ask(&["status", "--json"]).good();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["connections"][0]["bytes_to_target"], 5);

    daemon.replace("[bridge.one]", "idle = 1\n[bridge.one]");
    let refused = daemon.ask(&["reload"]);
    assert_eq!(refused.code, 1, "{}", refused.said);
    assert!(refused.said.contains("unknown key `idle`"), "{}", refused.said);
    daemon.replace("idle = 1\n", "");
    let renamed = "[bridge.new]";
    daemon.replace("[bridge.one]", renamed);
    let said = daemon.ask(&["reload"]).good();
    assert!(said.contains("added            new"), "{said}");
    // The name was never gone: the pipe was handed over.
    steps(&daemon.machine, "open ~front rw write 1 100 read 100 close").finished().good();

    let id = json["connections"][0]["id"].as_str().unwrap();
    daemon.ask(&["close", id]).good();
    assert_eq!(client.drain().0, b"");
    let drained = daemon.ask(&["drain", "two"]).good();
    assert!(drained.contains("two is drained"), "{drained}");
}

#[test]
fn what_a_pipe_cannot_change_is_said_and_a_file_that_changes_is_noticed() {
    let daemon = Daemon::start(|connect| format!("watch = true\n{}", two(connect)));
    daemon.replace("\"pipe:front\"", "{ address = \"pipe:front\", instances = 3 }");
    let told = daemon.gateway.refused();
    assert!(told[0].text("mistake").contains("the options of the pipe"), "{told:?}");
    daemon.replace("{ address = \"pipe:front\", instances = 3 }", "\"pipe:other\"");
    let line = eventually("a reload", || daemon.gateway.lines("reloaded").first().cloned());
    assert_eq!((line.text("moved"), line.text("trigger")), ("one", "a file changed"));
    steps(&daemon.machine, "open ~other rw write 1 100 read 100 close").finished().good();
}

#[test]
fn nobody_there_is_said_by_the_name_of_the_pipe() {
    let machine = Machine::boot();
    for name in ["nobody", r"\\.\pipe\nobody"] {
        let asked = machine.start(&built::pipeferry(), &["status", "--control", name]).finished();
        assert_eq!(asked.code, 1, "{}", asked.said);
        assert!(asked.said.contains(r"no pipeferry answers on \\.\pipe\nobody"), "{}", asked.said);
    }
}
