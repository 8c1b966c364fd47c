//! Reload by itself: files that change, and files that only look like it.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use crate::harness::authority::Leaf;
use crate::harness::gateway::completed;
use crate::harness::{Gateway, Site, eventually};

const BRIDGE: &str =
    "listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";

fn text(site: &Site, watch: bool) -> String {
    let identity = site.identity_table("gateway");
    format!("watch = {watch}\n{identity}[bridge.door]\nconnect = \"tcp:127.0.0.1:1\"\n{BRIDGE}")
}

fn gateway(site: &Site, watch: bool) -> Gateway {
    site.leaf("gateway", Leaf::localhost("gateway"));
    Gateway::start(site, text(site, watch))
}

fn reloads(gateway: &Gateway) -> f64 {
    let metrics = gateway.metrics();
    ["ok", "failed"].iter().map(|how| metrics.value("reloads_total", &[("result", how)])).sum()
}

#[test]
fn a_certificate_that_changes_is_taken_up_and_one_that_is_touched_is_not() {
    let site = Site::new();
    let gateway = gateway(&site, true);
    // The same bytes once more.
    let same = site.read("gateway.pem");
    site.write("gateway.pem", same);
    site.leaf("gateway", Leaf::localhost("gateway"));
    let line = gateway.reloaded(1);
    assert_eq!(line.text("trigger"), "a file changed");
    assert_eq!(line.text("identities"), "gateway");
    let same = site.read("gateway.pem");
    site.write("gateway.pem", same);
    site.write("bystander", "not one of ours");
    // What must not happen can only be waited for.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(reloads(&gateway), 1.0);
}

#[test]
fn an_editors_rename_over_the_configuration_is_noticed() {
    let site = Site::new();
    let gateway = gateway(&site, true);
    for round in 1..=3 {
        let name = format!("more{round}");
        let socket = site.at(&format!("{name}.sock"));
        let more = format!("[bridge.{name}]\nlisten = \"unix:{socket}\"\nconnect = \"tcp:h:1\"\n");
        let config = site.read("pipeferry.toml");
        site.write(".pipeferry.toml.swp", config + &more);
        std::fs::rename(site.path(".pipeferry.toml.swp"), site.path("pipeferry.toml")).unwrap();
        assert_eq!(gateway.reloaded(round).text("added"), name);
    }
}

#[test]
fn a_kubernetes_secret_that_is_swapped_is_noticed_each_time() {
    let site = Site::new();
    let volume = |version: usize| {
        let folder = format!("mount/..v{version}");
        std::fs::create_dir_all(site.path(&folder)).unwrap();
        let issued = site.authority().issue(Leaf::localhost("gateway"));
        site.write(&format!("{folder}/tls.crt"), &issued.chain_pem);
        site.write(&format!("{folder}/tls.key"), &issued.key_pem);
        symlink(format!("..v{version}"), site.path("mount/..data_tmp")).unwrap();
        std::fs::rename(site.path("mount/..data_tmp"), site.path("mount/..data")).unwrap();
        if version > 0 {
            std::fs::remove_dir_all(site.path(format!("mount/..v{}", version - 1))).unwrap();
        }
    };
    volume(0);
    for file in ["tls.crt", "tls.key"] {
        symlink(format!("..data/{file}"), site.path(format!("mount/{file}"))).unwrap();
    }
    site.authority();
    let config = text(&site, true)
        .replace("\"gateway.pem\"", "\"mount/tls.crt\"")
        .replace("\"gateway.key\"", "\"mount/tls.key\"");
    let gateway = Gateway::start(&site, config);
    for version in 1..=3 {
        volume(version);
        assert_eq!(gateway.reloaded(version).text("identities"), "gateway");
    }
}

#[test]
fn a_mistake_that_is_set_right_is_noticed_too() {
    let site = Site::new();
    let gateway = gateway(&site, true);
    let good = site.read("pipeferry.toml");
    site.write("pipeferry.toml", good.replace("\"gateway.key\"", "\"missing.key\""));
    let told = gateway.refused();
    assert!(told[0].text("mistake").contains("missing.key"), "{told:?}");
    // The file that only the refused configuration names.
    let key = site.read("gateway.key");
    site.write("missing.key", key);
    gateway.reloaded(1);
}

#[test]
fn without_watch_nothing_happens_by_itself() {
    let site = Site::new();
    let gateway = gateway(&site, false);
    site.leaf("gateway", Leaf::localhost("gateway"));
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(reloads(&gateway), 0.0);
    // It is switched on by a reload, and off.
    Gateway::rewrite(&site, text(&site, true));
    gateway.hang_up(1);
    site.leaf("gateway", Leaf::localhost("gateway"));
    gateway.reloaded(2);
    Gateway::rewrite(&site, text(&site, false));
    gateway.reloaded(3);
    site.leaf("gateway", Leaf::localhost("gateway"));
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(reloads(&gateway), 3.0);
}

#[test]
fn a_bridge_that_was_drained_by_hand_stays_so_when_a_file_changes() {
    let site = Site::new();
    let at = site.at("{name}.sock");
    site.leaf("gateway", Leaf::localhost("gateway"));
    let config = format!("control = \"ctl\"\npipe_path = \"{at}\"\n{}", text(&site, true));
    let gateway = Gateway::start(&site, config);
    let file = site.at("pipeferry.toml");
    let drain = ["drain", "door", "--config", &file];
    crate::harness::ran(&mut crate::harness::pipeferry(&drain)).good();
    site.leaf("gateway", Leaf::localhost("gateway"));
    assert_eq!(gateway.reloaded(1).text("added"), "");
    let closed = |gateway: &Gateway| {
        crate::harness::admin::get(gateway.admin(), "/status").body.contains("\"closed\"")
    };
    assert!(closed(&gateway));
    assert_eq!(gateway.hang_up(2).text("added"), "door");
    eventually("it to listen", || (!closed(&gateway)).then_some(()));
}

/// A namespace of its own, in which there is no inotify for anybody.
#[test]
fn without_inotify_the_files_are_looked_at_all_the_same() {
    let site = Site::new();
    site.leaf("gateway", Leaf::localhost("gateway"));
    let config = completed(&text(&site, true));
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c"]);
    command.arg("echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\"").arg("sh");
    command.args([env!("CARGO_BIN_EXE_pipeferry"), "run", "--config"]);
    command.arg(site.write("pipeferry.toml", &config));
    let gateway = Gateway::spawn(command, &config);
    eventually("a word about it", || {
        let warned = "the system does not watch files for us; they are looked at every 5s";
        gateway.lines(warned).first().cloned()
    });
    // They are looked at once more as soon as they are known; later than that
    // nothing but the clock can tell.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(reloads(&gateway), 0.0);
    site.leaf("gateway", Leaf::localhost("gateway"));
    assert_eq!(gateway.reloaded(1).text("identities"), "gateway");
}
