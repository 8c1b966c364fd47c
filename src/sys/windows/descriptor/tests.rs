#![allow(clippy::unwrap_used)]

use std::os::windows::io::AsHandle;

use super::*;
use crate::sys::windows::testing::pair;
use crate::sys::windows::token;

const SDDL: &str = "D:P(D;;FA;;;NU)(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x12019b;;;S-1-5-21-1-2-3-1000)";

#[test]
fn a_descriptor_is_written_as_it_was_read() {
    let descriptor = SecurityDescriptor::from_sddl(SDDL).unwrap();
    assert_eq!(descriptor.to_sddl().unwrap(), SDDL);
    assert_eq!(descriptor.clone().to_sddl().unwrap(), SDDL);
}

#[test]
fn what_is_no_sddl_has_the_systems_reason() {
    for bad in ["D:(A;;GA;;;", "nonsense", "D:(A;;GA;;;NO-SUCH)", "D:(X;;GA;;;SY)"] {
        let error = SecurityDescriptor::from_sddl(bad).unwrap_err();
        assert!(error.to_string().contains(bad), "{error}");
        assert!(error.source.raw_os_error().is_some_and(|code| code != 0), "{bad}: {error:?}");
    }
}

#[test]
fn sddl_beyond_the_limit_or_with_a_nul_is_not_shown_to_the_system() {
    let long = format!("D:{}", "(A;;GA;;;SY)".repeat(20_000));
    let error = SecurityDescriptor::from_sddl(&long).unwrap_err();
    assert_eq!(error.source.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(error.sddl.len(), 1024);
    let error = SecurityDescriptor::from_sddl("D:P\0(A;;GA;;;WD)").unwrap_err();
    assert_eq!(error.source.kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_pipe_gives_back_the_descriptor_that_it_was_made_with() {
    let descriptor = SecurityDescriptor::from_sddl(SDDL).unwrap();
    let (server, _client) = pair("descriptor", Some(&descriptor));
    let read = of_pipe(server.as_handle()).unwrap();
    let dacl = &read[read.find("D:").unwrap()..];
    assert_eq!(dacl, SDDL);
    assert!(read.starts_with("O:"), "{read}");
}

#[test]
fn a_pipes_owner_is_seen_from_both_ends() {
    let own = token::own().unwrap();
    let descriptor = SecurityDescriptor::from_sddl(SDDL).unwrap();
    let (server, client) = pair("owner", Some(&descriptor));
    let owner = owner_of(server.as_handle()).unwrap().unwrap();
    assert_eq!(owner_of(client.as_handle()).unwrap().as_ref(), Some(&owner));
    let may_own = owner == own.user || own.groups.contains(&owner.to_string());
    assert!(may_own, "{owner} is neither {} nor one of its groups", own.user);
}

#[test]
fn an_owner_in_the_descriptor_is_the_owner_of_the_pipe() {
    let own = token::own().unwrap().user;
    let descriptor = SecurityDescriptor::from_sddl(&format!("O:{own}D:P(A;;FA;;;WD)")).unwrap();
    let (_server, client) = pair("owner-said", Some(&descriptor));
    assert_eq!(owner_of(client.as_handle()).unwrap(), Some(own));
}

/// Wine keeps none for such a pipe, and so no owner: that is not an error.
#[test]
fn a_pipe_that_nobody_gave_a_descriptor_can_be_asked_for_its_owner() {
    let (_server, client) = pair("no-descriptor", None);
    owner_of(client.as_handle()).unwrap();
    of_pipe(client.as_handle()).unwrap();
}
