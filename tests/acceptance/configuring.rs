//! Mistakes in a configuration: all of them at once, each with its place.

use rstest::rstest;

use crate::harness::cli::Ran;
use crate::harness::{Site, Target, pipeferry, ran};

fn check(site: &Site, config: &str) -> Ran {
    crate::harness::check(&site.write("pipeferry.toml", config))
}

const GOOD: &str = "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:9\"\n";

#[test]
fn a_good_file_is_shown_as_what_would_run() {
    let site = Site::new();
    let config = format!(
        "{}[bridge.orders]\nmode = \"message\"\nlisten = \"pipe:orders\"\n\
         connect = {{ address = \"tls:win01.example.com:7443\", identity = \"gateway\" }}\n",
        site.identity("gateway")
    );
    let shown = check(&site, &config).good();
    for part in ["orders", "pipe:orders", "tls:win01.example.com:7443", "message", "gateway"] {
        assert!(shown.stdout.contains(part), "{part} in\n{}", shown.stdout);
    }
}

#[rstest]
#[case::unknown_key(
    "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconect = \"tcp:127.0.0.1:9\"\n",
    "3:1",
    "connect"
)]
#[case::unknown_scheme(
    "[bridge.one]\nlisten = \"tpc:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:9\"\n",
    "2:",
    "tcp"
)]
#[case::bad_duration(&(GOOD.to_owned() + "idle_timeout = \"5 parsecs\"\n"), "4:16", "\"10s\"")]
#[case::bad_size(
    &(GOOD.to_owned() + "mode = \"message\"\nmax_message = \"16 bananas\"\n"),
    "5:15",
    "MiB"
)]
#[case::bad_mode(&(GOOD.to_owned() + "mode = \"mesage\"\n"), "4:8", "message")]
#[case::no_target("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n", "1:", "connect")]
#[case::tls_without_identity(
    "[bridge.one]\nlisten = \"tls:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:9\"\n",
    "2:",
    "identity"
)]
#[case::port_out_of_range(
    "[bridge.one]\nlisten = \"tcp:127.0.0.1:65536\"\nconnect = \"tcp:127.0.0.1:9\"\n",
    "2:",
    "65535"
)]
#[case::admin_for_everybody(&(GOOD.to_owned() + "[admin]\nlisten = \"tcp:0.0.0.0:9464\"\n"), "5:", "remote")]
#[case::wrong_type(&(GOOD.to_owned() + "max_connections = \"many\"\n"), "4:19", "number")]
#[case::bad_log_level(&(GOOD.to_owned() + "[log]\nlevel = \"loud\"\n"), "5:", "loud")]
#[case::not_toml("[bridge.one\nlisten = 1\n", "1:", "]")]
fn a_mistake_is_said_with_place_and_remedy(
    #[case] config: &str,
    #[case] place: &str,
    #[case] remedy: &str,
) {
    let site = Site::new();
    let said = check(&site, config);
    assert_eq!(said.code, 2, "{}", said.stderr);
    let file = format!("pipeferry.toml:{place}");
    assert!(said.stderr.contains(&file), "{file} in\n{}", said.stderr);
    assert!(said.stderr.contains(remedy), "{remedy} in\n{}", said.stderr);
    assert!(said.stderr.contains('^'), "underlined:\n{}", said.stderr);
}

#[test]
fn all_mistakes_are_said_at_once() {
    let site = Site::new();
    let said = check(
        &site,
        "drain_timeot = \"30s\"\nmax_connections = -1\n\
         [bridge.one]\nlisten = \"tpc:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1\"\nmode = \"mesage\"\n\
         [bridge.two]\nlisten = \"tls:127.0.0.1:0\"\nconnect = { address = \"tls:h:1\", identity = \"nobody\" }\n",
    );
    assert_eq!(said.code, 2);
    for line in [1, 2, 4, 5, 6, 8, 9] {
        assert!(
            said.stderr.contains(&format!("pipeferry.toml:{line}:")),
            "a mistake in line {line} is missing from\n{}",
            said.stderr
        );
    }
    assert!(said.stderr.contains("drain_timeout"), "did you mean");
}

#[test]
fn a_tls_listener_that_says_nothing_about_clients_is_a_mistake() {
    let site = Site::new();
    let config = format!(
        "{}[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\" }}\n",
        site.identity("gateway")
    );
    let said = check(&site, &config);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("allow") && said.stderr.contains("client_cert"),
        "{}",
        said.stderr
    );
}

#[rstest]
#[case::both("allow = \"any\", client_cert = \"none\"")]
#[case::empty_rules("allow = []")]
#[case::empty_rule("allow = [{}]")]
#[case::bad_pin("allow = [{ spki = \"sha256/abc\" }]")]
#[case::bad_network("allow = [{ ip = \"10.0.0.0/40\" }]")]
#[case::unknown_rule_key("allow = [{ commonname = \"x\" }]")]
#[case::versions_crossed("allow = \"any\", min_tls = \"1.3\", max_tls = \"1.2\"")]
#[case::foreign_option("allow = \"any\", permissions = \"0600\"")]
fn a_tls_listener_refuses_rules_that_mean_nothing(#[case] keys: &str) {
    let site = Site::new();
    let config = format!(
        "{}[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", {keys} }}\n",
        site.identity("gateway")
    );
    let said = check(&site, &config);
    assert_eq!(said.code, 2, "{}", said.stdout);
}

#[rstest]
#[case::not_there("cert = \"absent.pem\"\nkey = \"gateway.key\"\ntrust = \"ca.pem\"", "absent.pem")]
#[case::no_certificate(
    "cert = \"gateway.key\"\nkey = \"gateway.key\"\ntrust = \"ca.pem\"",
    "gateway.key"
)]
#[case::foreign_key("cert = \"gateway.pem\"\nkey = \"other.key\"\ntrust = \"ca.pem\"", "other.key")]
#[case::junk("cert = \"junk.pem\"\nkey = \"gateway.key\"\ntrust = \"ca.pem\"", "junk.pem")]
fn check_reads_certificates_and_keys_too(#[case] identity: &str, #[case] named: &str) {
    let site = Site::new();
    site.identity("gateway");
    site.identity("other");
    site.write("junk.pem", [0xff; 300]);
    let config = format!(
        "[identity.gateway]\n{identity}\n[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n"
    );
    let said = check(&site, &config);
    assert_eq!(said.code, 2, "{}\n{}", said.stdout, said.stderr);
    assert!(said.stderr.contains(named), "{named} in\n{}", said.stderr);
}

#[test]
fn a_bad_file_stops_run_as_it_stops_check() {
    let site = Site::new();
    let path = site.write("pipeferry.toml", "[bridge.one]\nlisten = 7\n");
    let said = ran(&mut pipeferry(&["run", "--config", path.to_str().unwrap()]));
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("pipeferry.toml:2:10"), "{}", said.stderr);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let said = ran(&mut pipeferry(&["run", "--config", "/nowhere/pipeferry.toml"]));
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("/nowhere/pipeferry.toml"), "{}", said.stderr);
}

#[test]
fn windows_options_are_checked_here_and_said_to_need_windows() {
    let site = Site::new();
    let with = |key: &str| {
        format!(
            "[bridge.one]\nlisten = {{ address = \"pipe:p\", {key} }}\nconnect = \"tcp:127.0.0.1:9\"\n"
        )
    };
    for good in ["instances = 4", "sddl = \"D:(A;;GA;;;SY)\"", "remote = true"] {
        let said = check(&site, &with(good));
        let all = said.stdout + &said.stderr;
        assert!(all.contains("Windows"), "{good}: {all}");
    }
    for bad in ["instances = 255", "half_close = \"sometimes\"", "type = \"bytes\""] {
        assert_eq!(check(&site, &with(bad)).code, 2, "{bad}");
    }
}

#[test]
fn relative_paths_are_relative_to_the_file() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "{}[bridge.one]\nlisten = \"unix:here.sock\"\nconnect = \"{}\"\n",
        site.identity("gateway"),
        target.address
    );
    let _gateway = crate::harness::Gateway::start(&site, config);
    assert!(site.path("here.sock").exists());
}

#[test]
fn the_file_beside_the_working_directory_is_taken_without_config() {
    let site = Site::new();
    site.write("pipeferry.toml", GOOD);
    let shown = ran(pipeferry(&["check"]).current_dir(site.root())).good();
    assert!(shown.stdout.contains("one"), "{}", shown.stdout);
}

#[test]
fn control_characters_in_a_file_do_not_reach_the_terminal() {
    let site = Site::new();
    let said =
        check(&site, "[bridge.one]\nlisten = \"tcp:\\u001b[31mred:1\"\nconnect = \"tcp:h:1\"\n");
    assert_eq!(said.code, 2);
    assert!(!said.stderr.contains('\u{1b}'), "{:?}", said.stderr);
}

/// Where each mistake stands, in their order: `line:column`.
fn places(said: &Ran) -> Vec<&str> {
    let arrows = said.stderr.lines().filter_map(|line| line.trim().strip_prefix("--> "));
    arrows.filter_map(|place| place.split_once("pipeferry.toml:")).map(|(_, place)| place).collect()
}

const WRONG_IN_EVERY_WAY: &str = r#"[identity.gateway]
cert = "absent.pem"
key = "gateway.key"
trust = "ca.pem"
crl = ["ca.pem", "absent.crl"]
[bridge.one]
mode = "mesage"
listen = { address = "unix:a.sock", allow = [{ user = "nobody-of-us" }, { group = "none-of-us" }], owner = "nobody-either", group = "none-either" }
connect = [{ address = "unix:b", owner = "nobody-there" }, { address = "pipe:c", owner = "nobody-here" }]
[admin]
listen = { address = "unix:d.sock", allow = [{ user = "no-admin" }] }
"#;

#[rstest]
#[case::the_text_too(WRONG_IN_EVERY_WAY, 12)]
#[case::the_text_not(&WRONG_IN_EVERY_WAY.replace("mesage", "byte"), 11)]
fn files_and_accounts_that_are_wrong_are_said_with_all_else_and_at_their_places(
    #[case] config: &str,
    #[case] count: usize,
) {
    let site = Site::new();
    site.identity("gateway");
    let said = check(&site, config);
    assert_eq!(said.code, 2, "{}", said.stderr);
    let mut expected = vec![
        "2:8", "5:8", "5:18", "7:8", "8:55", "8:83", "8:108", "8:133", "9:42", "9:90", "11:55",
    ];
    if count == 11 {
        expected.retain(|place| *place != "7:8");
    } else {
        expected.truncate(count);
    }
    assert_eq!(places(&said), expected, "{}", said.stderr);
    for line in ["absent.pem: there is no such file", "there is no user `nobody-of-us`"] {
        assert!(said.stderr.contains(line), "{line} in\n{}", said.stderr);
    }
    let run = ["run", "--config", site.at("pipeferry.toml").as_str()].map(str::to_owned);
    let ran = ran(&mut pipeferry(&run.each_ref().map(String::as_str)));
    assert_eq!((ran.code, places(&ran)), (2, expected), "{}", ran.stderr);
}

#[test]
fn files_and_accounts_of_the_command_line_are_underlined_too() {
    let said = ran(&mut pipeferry(&[
        "relay",
        "unix:/nowhere/a,owner=nobody-of-us",
        "tls:h:1",
        "--cert=absent.pem",
        "--key=absent.key",
        "--trust=absent-ca.pem",
    ]));
    assert_eq!(said.code, 2);
    for part in ["absent.pem", "absent.key", "absent-ca.pem", "LISTEN:1:23"] {
        assert!(said.stderr.contains(part), "{part} in\n{}", said.stderr);
    }
}

/// A pipe in a configuration's place, as a shell makes of `<(...)`: what was read
/// is gone, and nobody writes it again.
fn written_once(site: &Site, text: &str) -> std::path::PathBuf {
    let path = site.fifo("pipeferry.toml");
    let (to, text) = (path.clone(), text.to_owned());
    std::thread::spawn(move || std::fs::write(to, text).unwrap());
    path
}

#[test]
fn what_is_wrong_with_a_configuration_from_a_pipe_is_told_without_reading_it_twice() {
    let site = Site::new();
    let path = written_once(&site, &(GOOD.to_owned() + "idle_timeout = \"5 parsecs\"\n"));
    let said = crate::harness::check(&path);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains(":4:16"), "{}", said.stderr);
}

#[test]
fn what_is_wrong_with_identities_from_a_pipe_is_told_without_reading_them_twice() {
    let site = Site::new();
    let path = written_once(&site, "[identity.gw]\ntrust = \"no-such.pem\"\n");
    let mut command = pipeferry(&["relay", "tcp:127.0.0.1:0", "tls:localhost:9,identity=gw"]);
    let said = ran(command.arg("--config").arg(path));
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("no-such.pem"), "{}", said.stderr);
}
