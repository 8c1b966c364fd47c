use crate::config::testing::{good, good_bridge, only_mistake, unix, windows};
use crate::config::{Access, Dial, Listen, LocalRule, LocalRules, UnixName};
use rstest::rstest;

fn unix_listen(options: &str) -> crate::config::UnixListen {
    let bridge =
        format!("listen = {{ address = \"unix:a.sock\"{options} }}\nconnect = \"tcp:h:1\"");
    match good_bridge(&bridge).listen {
        Listen::Unix(unix) => unix,
        other => panic!("{other:?}"),
    }
}

fn wrong_unix_listen(options: &str) -> String {
    let bridge =
        format!("listen = {{ address = \"unix:a.sock\"{options} }}\nconnect = \"tcp:h:1\"");
    only_mistake(&bridge, &unix())
}

#[test]
fn a_relative_socket_is_beside_the_configuration() {
    assert_eq!(unix_listen("").name, UnixName::Path("/srv/a.sock".into()));
}

#[test]
fn without_allow_there_is_the_default() {
    assert_eq!(unix_listen("").allow, LocalRules::Default);
}

#[rstest]
#[case(", allow = { user = \"www\", group = 33 }")]
#[case(", allow = [{ user = \"www\", group = \"33\" }]")]
fn one_rule_needs_no_list(#[case] options: &str) {
    let rule = LocalRule { user: Some("www".into()), group: Some("33".into()), sid: None };
    assert_eq!(unix_listen(options).allow, LocalRules::Rules(vec![rule]));
}

#[rstest]
#[case(", allow = \"any\"", "\"any\" | rules about accounts are tables")]
#[case(", allow = []", "[] | an empty list matches nothing")]
#[case(", allow = [{}]", "{} | an empty rule says nothing about anybody")]
#[case(", allow = [{ dns = \"x\" }]", "dns | unknown key `dns` | `user`, `group` or `sid`")]
#[case(
    ", allow = [{ usr = \"x\" }]",
    "usr | unknown key `usr` | `user`, `group` or `sid` | did you mean `user`?"
)]
#[case(", allow = [{ user = -1 }]", "-1 | no account has this number")]
#[case(", allow = [{ sid = \"S-1-5-18\" }]", "sid | `sid` needs Windows")]
#[case(", allow = 5", "5 | wrong type: an integer")]
#[case(", permissions = \"0999\"", "\"0999\" | no permissions")]
#[case(
    ", permissions = 660",
    "660 | not written in octal | permissions in octal, such as \"0660\" | write \"0660\" or 0o660"
)]
#[case(", permissions = \"4777\"", "\"4777\" | more than permission bits")]
#[case(", owner = true", "true | wrong type: a boolean")]
fn a_mistake_about_accounts_is_underlined(#[case] options: &str, #[case] expected: &str) {
    let found = wrong_unix_listen(options);
    assert!(found.starts_with(expected), "{found}");
}

#[rstest]
#[case("permissions = \"0660\"", 0o660)]
#[case("permissions = 0o640", 0o640)]
#[case("permissions = \"600\"", 0o600)]
fn permissions_are_octal(#[case] option: &str, #[case] bits: u32) {
    assert_eq!(unix_listen(&format!(", {option}")).file.permissions, Some(bits));
}

#[test]
fn owner_and_group_are_names_or_numbers() {
    let file = unix_listen(", owner = \"redis\", group = 100").file;
    assert_eq!((file.owner.as_deref(), file.group.as_deref()), (Some("redis"), Some("100")));
}

#[test]
fn a_socket_path_fits_into_the_kernels_field() {
    let path = format!("/{}", "a".repeat(106));
    good_bridge(&format!("listen = \"unix:{path}\"\nconnect = \"tcp:h:1\""));
    let found = only_mistake(&format!("listen = \"unix:{path}b\"\nconnect = \"tcp:h:1\""), &unix());
    assert!(found.contains("a socket's path of 108 bytes"), "{found}");
    let name = "a".repeat(108);
    let found = only_mistake(&format!("listen = \"unix:@{name}\"\nconnect = \"tcp:h:1\""), &unix());
    assert!(found.contains("a socket's path of 108 bytes"), "{found}");
}

#[test]
fn an_abstract_socket_has_no_file() {
    let bridge =
        "listen = { address = \"unix:@a\", permissions = \"0600\" }\nconnect = \"tcp:h:1\"";
    assert!(only_mistake(bridge, &unix()).contains("an abstract socket has no file"));
}

#[test]
fn a_dialled_socket_may_be_waited_for_and_its_owner_checked() {
    let bridge =
        "listen = \"tcp:h:1\"\nconnect = { address = \"unix:@a\", wait = \"3s\", owner = 0 }";
    let Dial::Unix(dial) = good_bridge(bridge).connect.first else { panic!("no unix end") };
    assert_eq!(dial.name, UnixName::Abstract("a".into()));
    assert_eq!(dial.wait, Some(std::time::Duration::from_secs(3)));
    assert_eq!(dial.owner.as_deref(), Some("0"));
}

#[test]
fn a_fifo_carries_inwards_when_listening_and_outwards_when_dialling() {
    let bridge = good_bridge("listen = \"fifo:/a\"\nconnect = \"fifo:/b\"");
    let Listen::Fifo(listen) = bridge.listen else { panic!("no fifo") };
    let Dial::Fifo(dial) = bridge.connect.first else { panic!("no fifo") };
    assert_eq!((listen.access, dial.access), (Access::Inbound, Access::Outbound));
}

#[rstest]
#[case("listen = { address = \"fifo:/a\", access = \"duplex\" }\nconnect = \"tcp:h:1\"")]
#[case("listen = \"tcp:h:1\"\nconnect = { address = \"fifo:/a\", access = \"duplex\" }")]
fn a_fifo_does_not_carry_both_ways(#[case] bridge: &str) {
    assert!(only_mistake(bridge, &unix()).starts_with("\"duplex\" | a FIFO carries one way"));
}

#[test]
fn sids_are_checked_and_kept_on_windows() {
    let file = |sid: &str| {
        format!(
            "[bridge.b]\nlisten = {{ address = \"pipe:x\", allow = {{ sid = \"{sid}\" }} }}\nconnect = \"tcp:h:1\""
        )
    };
    for written in ["S-1-5-32-544", "s-1-5-32-544", "S-1-05-32-0544", "S-1-0x5-32-544"] {
        let mut bridges = good(&file(written), &windows()).bridges;
        let Listen::Pipe(pipe) = bridges.remove(0).listen else { panic!("no pipe") };
        let rule = LocalRule { sid: Some("S-1-5-32-544".into()), ..LocalRule::default() };
        assert_eq!(pipe.allow, LocalRules::Rules(vec![rule]), "{written}");
    }
    let many = "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16";
    for bad in ["Administrators", "S-1-5", "S-2-5-18", "S-1-5-99999999999", "S-1--18", many] {
        let found = crate::config::testing::mistakes(&file(bad), &windows()).to_string();
        assert!(found.contains("no SID"), "{bad}: {found}");
    }
}
