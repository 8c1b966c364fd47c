//! Who may open a pipe: its DACL, read back from the pipe itself, and what the
//! gateway knows of who has come.
//!
//! Wine keeps a DACL and gives it back, but lets everybody in: that a refused
//! client is refused is for a real Windows to show.

use crate::harness::cli::told;
use crate::harness::{End, Gateway, Machine, Site, Target, noise, steps};

/// The descriptors that `check` prints, by bridge.
fn checked(machine: &Machine, config: &str) -> Vec<(String, String)> {
    let output = machine.pipeferry(&["check", "--config", config]).output().unwrap();
    let said = told(output).good().stdout;
    let (_, part) = said.split_once("security descriptors\n").expect("a part about them");
    let lines = part.lines().take_while(|line| line.starts_with(' '));
    lines
        .map(|line| line.trim().split_once(' ').unwrap())
        .map(|(bridge, sddl)| (bridge.to_owned(), sddl.trim().to_owned()))
        .collect()
}

/// The DACL of an open pipe, as a client reads it.
fn read_back(machine: &Machine, bridge: &str) -> String {
    let said = steps(machine, &format!("open ~{bridge} rw sddl")).finished().good();
    let sddl = said.split_once("sddl ").unwrap_or_else(|| panic!("{said}")).1;
    sddl[sddl.find("D:").unwrap()..].trim().to_owned()
}

#[test]
fn the_dacl_that_check_prints_is_the_pipes() {
    let (machine, site) = (Machine::boot(), Site::new());
    let bridge = |name: &str, options: &str| {
        format!(
            "[bridge.{name}]\nlisten = {{ address = \"pipe:{name}\"{options} }}\n\
             connect = \"pipe:nobody\"\n"
        )
    };
    let config = [
        bridge("plain", ""),
        bridge(
            "users",
            ", allow = [{ sid = \"S-1-5-32-545\" }, { sid = \"S-1-5-21-1-2-3-1001\" }]",
        ),
        bridge("remote", ", remote = true"),
        bridge("said", ", sddl = \"D:P(A;;FA;;;SY)(A;;0x12019b;;;BU)(A;;FA;;;BA)\""),
    ]
    .concat();
    let _gateway = machine.gateway(&site, "pipeferry.toml", &config);
    let path = crate::harness::names::path(site.path("pipeferry.toml"));
    let checked = checked(&machine, &path);
    let names: Vec<&str> = checked.iter().map(|(bridge, _)| bridge.as_str()).collect();
    assert_eq!(names, ["plain", "users", "remote", "said"]);
    for (bridge, sddl) in &checked {
        assert_eq!(*sddl, read_back(&machine, bridge), "{bridge}");
    }
    let [plain, users, remote, said] = [0, 1, 2, 3].map(|at: usize| checked[at].1.as_str());
    // Network logons first, then the gateway's account, SYSTEM, Administrators.
    let own = plain.strip_prefix("D:P(D;;GA;;;NU)(A;;FA;;;S-1-5-21-").unwrap();
    assert!(own.ends_with(")(A;;FA;;;SY)(A;;FA;;;BA)"), "{plain}");
    // Clients may read and write, and make no instance of their own.
    let clients = "(A;;0x12019b;;;BU)(A;;0x12019b;;;S-1-5-21-1-2-3-1001)";
    assert_eq!(users, format!("{plain}{clients}"));
    assert_eq!(remote, plain.replace("(D;;GA;;;NU)", ""));
    assert_eq!(said, "D:P(A;;FA;;;SY)(A;;0x12019b;;;BU)(A;;FA;;;BA)");
}

#[test]
fn a_mistake_in_sddl_is_told_before_anything_runs() {
    let (machine, site) = (Machine::boot(), Site::new());
    let config = "[bridge.one]\nconnect = \"pipe:nobody\"\n\
                  listen = { address = \"pipe:front\", sddl = \"D:P(A;;NOSUCH;;;SY)\" }\n";
    let path = crate::harness::names::path(site.write("pipeferry.toml", config));
    let ran = told(machine.pipeferry(&["check", "--config", &path]).output().unwrap());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let said = &ran.stderr;
    assert!(said.contains("bridge `one`") && said.contains("NOSUCH"), "{said}");
}

/// A client that tells its process number, and what the log says of it.
fn known(machine: &Machine, gateway: &Gateway) -> (String, String) {
    let said = steps(machine, "pid open ~front rw write 1 5 close").finished().good();
    let pid = said.lines().next().unwrap().to_owned();
    (pid, gateway.record().text("client").to_owned())
}

#[test]
fn the_log_knows_process_account_and_sid_of_a_client() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let gateway = machine.bridge(&site, "\"pipe:front\"", &connect, "");
    let (pid, client) = known(&machine, &gateway);
    assert!(client.starts_with(&format!("{pid} ")), "{client} is not {pid}");
    assert!(client.contains('\\') && client.contains("(S-1-5-21-"), "{client}");
}

#[test]
fn the_next_gateway_learns_of_the_client_by_the_proxy_header() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let far = Gateway::start_as(
        &site,
        "far.toml",
        format!(
            "[bridge.far]\nlisten = {{ address = \"tcp:127.0.0.1:0\", \
             proxy_protocol = \"v2-full\" }}\nconnect = \"{}\"\n",
            target.address
        ),
    );
    let connect =
        format!("{{ address = \"tcp:{}\", proxy_protocol = \"v2-full\" }}", far.at("far"));
    let near = machine.bridge(&site, "\"pipe:front\"", &connect, "");
    let (pid, client) = known(&machine, &near);
    let mut service = target.accept();
    assert_eq!(service.rest(), noise(1, 5));
    service.finish();
    let seen = far.record().text("client").to_owned();
    assert!(seen.contains(&client) && seen.contains(&pid), "{seen} does not hold {client}");
}

#[test]
fn a_pipe_whose_owner_is_another_gets_nothing() {
    let (machine, site) = (Machine::boot(), Site::new());
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept rest");
    server.line("listen ok");
    // LOCAL SERVICE
    let connect = "{ address = \"pipe:service\", owner = \"S-1-5-19\" }";
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", connect, "");
    let mut client = gateway.tcp("one");
    client.send(b"a secret");
    assert_eq!(client.drain(), (vec![], End::Reset));
    let record = gateway.ended("dial_failed");
    assert!(record.text("reason").contains("S-1-5-"), "{record:?}");
    let nothing = crate::harness::Noise::new(1, 0).told();
    let said = server.finished().said;
    assert_eq!(said, format!("listen ok\naccept ok\nrest {nothing} error 109\n"));
}

#[test]
fn a_pipe_whose_owner_is_the_one_that_was_named_is_carried() {
    let (machine, site) = (Machine::boot(), Site::new());
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept write 1 100 exit");
    server.line("listen ok");
    // The account on Wine's Windows has the name of ours.
    let account = std::process::Command::new("id").arg("-un").output().unwrap();
    let account = String::from_utf8(account.stdout).unwrap();
    let connect = format!("{{ address = \"pipe:service\", owner = \"{}\" }}", account.trim());
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", &connect, "");
    assert_eq!(gateway.tcp("one").rest(), noise(1, 100));
    gateway.ended("done");
    server.finished().good();
}
