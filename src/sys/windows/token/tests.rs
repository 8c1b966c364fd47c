#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::os::windows::io::AsHandle;

use windows_sys::Win32::Security::{CreateRestrictedToken, SID_AND_ATTRIBUTES, TOKEN_DUPLICATE};

use super::*;
use crate::sys::windows::testing::pair;

/// EVERYONE is in each token but that of an anonymous client.
const EVERYONE: &str = "S-1-1-0";

#[test]
fn our_own_token_has_a_user_and_groups() {
    let own = own().unwrap();
    assert!(own.user.to_string().starts_with("S-1-5-"), "{own:?}");
    assert!(own.groups.iter().any(|group| group == EVERYONE), "{own:?}");
    assert!(!own.groups.contains(&own.user.to_string()));
}

/// Our own token, in which one group can only deny.
fn with_deny_only(group: &Sid) -> OwnedHandle {
    let mut token: HANDLE = ptr::null_mut();
    let rights = TOKEN_QUERY | TOKEN_DUPLICATE;
    // SAFETY: the constant for our own process, and a live local.
    let opened = unsafe { OpenProcessToken(GetCurrentProcess(), rights, &raw mut token) };
    assert_ne!(opened, 0, "{}", io::Error::last_os_error());
    // SAFETY: it was just opened, and nobody else has it.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let denied = SID_AND_ATTRIBUTES { Sid: group.as_ptr(), Attributes: 0 };
    let (none, mut made) = (ptr::null(), ptr::null_mut());
    // SAFETY: the token is open, `denied` one live entry, `made` a live local.
    let good = unsafe {
        CreateRestrictedToken(
            token.as_raw_handle(),
            0,
            1,
            &raw const denied,
            0,
            ptr::null(),
            0,
            none,
            &raw mut made,
        )
    };
    assert_ne!(good, 0, "{}", io::Error::last_os_error());
    // SAFETY: it was just made, and nobody else has it.
    unsafe { OwnedHandle::from_raw_handle(made) }
}

#[test]
fn a_group_that_can_only_deny_is_left_out() {
    let own = own().unwrap();
    let filtered = identity(&with_deny_only(&EVERYONE.parse().unwrap())).unwrap();
    assert_eq!(filtered.user, own.user);
    let others: Vec<_> = own.groups.iter().filter(|group| *group != EVERYONE).collect();
    assert_eq!(filtered.groups.iter().collect::<Vec<_>>(), others);
}

#[test]
fn a_client_is_who_its_token_says() {
    let (mut server, mut client) = pair("token", None);
    client.write_all(b"x").unwrap();
    server.read_exact(&mut [0]).unwrap();
    assert_eq!(client_of(server.as_handle()).unwrap(), own().unwrap());
}

#[test]
fn afterwards_the_thread_is_itself_again() {
    let (mut server, mut client) = pair("revert", None);
    client.write_all(b"x").unwrap();
    server.read_exact(&mut [0]).unwrap();
    assert!(!is_impersonating());
    client_of(server.as_handle()).unwrap();
    assert!(!is_impersonating());
    let acting = Impersonation::begin(server.as_handle()).unwrap();
    assert!(is_impersonating());
    drop(acting);
    assert!(!is_impersonating());
}

fn is_impersonating() -> bool {
    let mut token = ptr::null_mut();
    // SAFETY: the constant for our own thread, and a live local.
    let has = unsafe { OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, 1, &raw mut token) } != 0;
    if has {
        // SAFETY: it was just opened, and nobody else has it.
        drop(unsafe { OwnedHandle::from_raw_handle(token) });
    }
    has
}

#[test]
fn what_is_no_pipe_of_ours_is_an_error_and_not_a_client() {
    let (_server, client) = pair("wrong-end", None);
    let error = client_of(client.as_handle()).unwrap_err();
    assert!(matches!(error, TokenError::System { call: "ImpersonateNamedPipeClient", .. }));
    assert!(!is_impersonating());
}

#[test]
fn the_two_things_that_a_client_may_keep_to_itself_are_told_apart() {
    let system = |code: u32| TokenError::System {
        call: "ImpersonateNamedPipeClient",
        source: io::Error::from_raw_os_error(code.cast_signed()),
    };
    assert!(matches!(system(1368).of_client(), TokenError::NothingRead));
    assert!(matches!(system(1347).of_client(), TokenError::Hidden));
    assert!(matches!(system(5).of_client(), TokenError::System { .. }));
}

#[test]
fn a_process_is_known_by_its_number() {
    assert_eq!(by_process(std::process::id()).unwrap(), own().unwrap());
    assert_eq!(process_owner(std::process::id()).unwrap(), own().unwrap().user);
    let error = by_process(u32::MAX).unwrap_err();
    assert!(matches!(error, TokenError::System { call: "OpenProcess", .. }));
}
