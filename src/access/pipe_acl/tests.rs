use super::*;
use rstest::rstest;

const OWN: &str = "S-1-5-80-1-2-3-4-5";
const ALICE: &str = "S-1-5-21-1-2-3-1000";
const CLIENTS: &str = "S-1-5-21-1-2-3-2000";

#[rstest]
#[case::nobody_else(&[], "")]
#[case::in_their_order(&[CLIENTS, ALICE], "(A;;0x12019b;;;S-1-5-21-1-2-3-2000)(A;;0x12019b;;;S-1-5-21-1-2-3-1000)")]
#[case::each_once(&[ALICE, ALICE], "(A;;0x12019b;;;S-1-5-21-1-2-3-1000)")]
#[case::not_those_who_may_anyhow(&[OWN, SYSTEM, ADMINISTRATORS], "")]
fn clients_follow_those_who_are_always_let_in(#[case] trustees: &[&str], #[case] rest: &str) {
    let always = "(A;;FA;;;S-1-5-80-1-2-3-4-5)(A;;FA;;;SY)(A;;FA;;;BA)";
    let local = sddl(OWN, trustees.iter().copied(), false);
    assert_eq!(local, format!("D:P(D;;GA;;;NU){always}{rest}"));
    let remote = sddl(OWN, trustees.iter().copied(), true);
    assert_eq!(remote, format!("D:P{always}{rest}"));
}

#[test]
fn a_gateway_that_runs_as_system_is_listed_once() {
    let sddl = sddl(SYSTEM, std::iter::empty(), true);
    assert_eq!(sddl, "D:P(A;;FA;;;SY)(A;;FA;;;BA)");
}

#[test]
fn a_client_may_read_and_write_but_not_serve_the_name() {
    let mask = u32::from_str_radix(CLIENT.trim_start_matches("0x"), 16);
    let (generic_read, generic_write, create_instance) = (0x0012_0089, 0x0012_0116, 4);
    assert_eq!(mask, Ok((generic_read | generic_write) & !create_instance));
}

#[cfg(windows)]
mod on_windows {
    #![allow(clippy::unwrap_used)]

    use std::os::windows::io::AsHandle;

    use super::*;
    use crate::sys::windows::descriptor::{SecurityDescriptor, of_pipe};
    use crate::sys::windows::testing::pair;

    #[rstest]
    #[case::local(false)]
    #[case::remote(true)]
    fn the_system_takes_it_and_a_pipe_gives_it_back(#[case] remote: bool) {
        let written = sddl(OWN, [ALICE, CLIENTS].into_iter(), remote);
        let descriptor = SecurityDescriptor::from_sddl(&written).unwrap();
        assert_eq!(descriptor.to_sddl().unwrap(), written);
        let (server, _client) = pair(&format!("acl-{remote}"), Some(&descriptor));
        let read = of_pipe(server.as_handle()).unwrap();
        let dacl = &read[read.find("D:").unwrap()..];
        // Windows maps the generic right to that of pipes, as it is meant.
        assert_eq!(dacl.replace("(D;;FA;;;NU)", "(D;;GA;;;NU)"), written);
    }
}
