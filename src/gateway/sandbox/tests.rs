#![allow(clippy::unwrap_used)]

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;
use crate::config::Sandbox::{On, Strict};
use crate::config::testing::{good, unix};

const ALL_OF_IT: Enforced = Enforced { abi: 7, ports: true, signals: true };

/// What a configuration's text needs, with its file in `folder`.
fn needs(folder: &Path, text: &str) -> Needs {
    let text = text.replace("FOLDER", folder.to_str().unwrap());
    Needs::of_start(&good(&text, &unix()), &folder.join("pipeferry.toml"))
}

fn listening_on(path: &str) -> String {
    format!("control = false\n[bridge.b]\nlisten = \"unix:{path}\"\nconnect = \"tcp:h:70\"\n")
}

fn strict(folder: &Path, text: &str) -> (Grants, Granted) {
    let grants = grants(Strict, &needs(folder, text), &Places::default());
    let granted = Granted::new(&grants).enforced(ALL_OF_IT);
    (grants, granted)
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap()
}

#[test]
fn strict_grants_what_is_named_and_the_default_what_may_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let needs = needs(folder.path(), &listening_on("FOLDER/a.sock"));
    let places = Places { all: vec!["/somewhere".into()], ..Places::default() };
    let narrow = grants(Strict, &needs, &places);
    let here = BTreeSet::from([real(folder.path())]);
    assert_eq!((&narrow.read, &narrow.make, narrow.write.len()), (&here, &here, 0));
    assert_eq!(narrow.ports.unwrap().connect, Some(BTreeSet::from([53, 70])));
    assert!(!narrow.abstract_sockets);
    let wide = grants(On, &needs, &places);
    assert!(wide.read.contains(Path::new("/somewhere")) && wide.abstract_sockets);
    assert_eq!(wide.ports, None);
}

#[test]
fn both_the_folder_of_a_link_and_the_one_it_leads_to_are_granted() {
    let folder = tempfile::tempdir().unwrap();
    let (named, kept) = (folder.path().join("live"), folder.path().join("archive"));
    std::fs::create_dir(&named).unwrap();
    std::fs::create_dir(&kept).unwrap();
    for name in ["c.pem", "c.key", "ca.pem"] {
        std::fs::write(kept.join(name), "").unwrap();
        symlink(kept.join(name), named.join(name)).unwrap();
    }
    let text = "control = false\n[identity.i]\ncert = \"FOLDER/live/c.pem\"\n\
                key = \"FOLDER/live/c.key\"\ntrust = \"FOLDER/live/ca.pem\"\n[bridge.b]\n\
                listen = \"tcp:127.0.0.1:0\"\n\
                connect = { address = \"tls:h:70\", identity = \"i\" }\n";
    let (grants, _) = strict(folder.path(), text);
    assert!(grants.read.contains(&real(&named)) && grants.read.contains(&real(&kept)));
}

#[test]
fn what_is_not_there_yet_is_granted_where_it_will_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let text = listening_on("FOLDER/one/two/a.sock");
    let (grants, granted) = strict(folder.path(), &text);
    assert_eq!(grants.make, BTreeSet::from([real(folder.path())]));
    std::fs::create_dir_all(folder.path().join("one/two")).unwrap();
    assert_eq!(granted.lacks(&needs(folder.path(), &text)), [""; 0]);
}

#[test]
fn a_folder_in_the_place_of_one_that_was_granted_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let text = listening_on("FOLDER/inner/a.sock");
    let (_, granted) = strict(folder.path(), &text);
    assert_eq!(granted.lacks(&needs(folder.path(), &text)), [""; 0]);
    // Kept, so that its number is not given to the other one.
    std::fs::rename(&inner, folder.path().join("old")).unwrap();
    std::fs::create_dir(&inner).unwrap();
    let said = granted.lacks(&needs(folder.path(), &text));
    assert_eq!(said, [format!("to make {}", inner.join("a.sock").display())]);
}

#[test]
fn what_was_needed_before_is_no_reason_against_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let file = folder.path().join("pipeferry.toml");
    let text = |name: &str| {
        let text = listening_on(&format!("FOLDER/inner/{name}"));
        good(&text.replace("FOLDER", folder.path().to_str().unwrap()), &unix())
    };
    let (_, granted) = strict(folder.path(), &listening_on("FOLDER/inner/a"));
    let status = SandboxStatus::of_now(Strict, Some(ALL_OF_IT), Vec::new());
    let state = State { status, granted: Some(granted), dropped: BTreeSet::new() };
    let sandbox = Sandbox(Arc::new(state));
    std::fs::rename(&inner, folder.path().join("old")).unwrap();
    std::fs::create_dir(&inner).unwrap();
    assert_eq!(sandbox.refuses(&text("a"), &text("a"), &file), [""; 0]);
    let said = sandbox.refuses(&text("b"), &text("a"), &file);
    assert!(said.len() == 1 && said[0].contains("inner/b; restart pipeferry"), "{said:?}");
}

#[test]
fn ports_and_abstract_names_that_come_later_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_, granted) = strict(folder.path(), &listening_on("FOLDER/a.sock"));
    let later = needs(
        folder.path(),
        "control = false\n\
         [bridge.a]\nlisten = \"tcp:127.0.0.1:7001\"\nconnect = \"unix:@x\"\n\
         [bridge.b]\nlisten = \"unix:FOLDER/a.sock\"\nconnect = \"tcp:h:7002\"\n",
    );
    let ports = ["to listen on port 7001", "to connect to port 7002"];
    assert_eq!(granted.lacks(&later), [&ports[..], &["to connect to abstract sockets"]].concat());
}

#[test]
fn what_the_kernel_does_not_enforce_is_not_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = listening_on("FOLDER/a.sock");
    let grants = grants(Strict, &needs(folder.path(), &text), &Places::default());
    let old = Enforced { abi: 3, ports: false, signals: false };
    let granted = Granted::new(&grants).enforced(old);
    let later =
        text.replace(":70", ":71") + "[bridge.x]\nlisten = \"tcp:h:1\"\nconnect = \"unix:@x\"\n";
    assert_eq!(granted.lacks(&needs(folder.path(), &later)), [""; 0]);
}

#[test]
fn what_took_a_capability_that_was_given_up_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = listening_on("FOLDER/a.sock\", owner = \"root");
    let text = text.replace("\"unix:", "{ address = \"unix:").replace("\"root\"", "\"root\" }");
    let given = needs(folder.path(), &text);
    let said = asked::lost(&BTreeSet::from([Capability::Chown]), &given);
    assert_eq!(said, ["to give a socket to an account, which takes cap_chown"]);
    assert_eq!(asked::lost(&BTreeSet::new(), &given), [""; 0]);
}
