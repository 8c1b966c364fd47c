#![allow(clippy::unwrap_used)]

use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;

use super::*;
use crate::sys::windows::token;

fn sid(text: &str) -> Sid {
    text.parse().unwrap()
}

fn text_of_the_system(sid: &Sid) -> String {
    let mut made = ptr::null_mut();
    // SAFETY: `sid` is well-formed, `made` a live local.
    assert_ne!(unsafe { ConvertSidToStringSidW(sid.as_ptr(), &raw mut made) }, 0);
    // SAFETY: the text is to be freed by LocalFree; it ends in a NUL.
    let memory = unsafe { LocalMemory::new(made.cast()) };
    let start = memory.as_ptr().cast::<u16>();
    // SAFETY: as above.
    let len = (0..).take_while(|at| unsafe { *start.add(*at) } != 0).count();
    // SAFETY: `len` units were just looked at.
    narrow(unsafe { std::slice::from_raw_parts(start, len) })
}

#[test]
fn our_text_is_the_systems_text() {
    for text in ["S-1-5-18", "S-1-5-32-544", "S-1-1-0", "S-1-5-21-4294967295-2-3-1000"] {
        assert_eq!(by_sddl(text).unwrap(), sid(text), "{text}");
        assert_eq!(text_of_the_system(&sid(text)), text);
    }
}

#[test]
fn the_abbreviations_of_sddl_are_known() {
    assert_eq!(by_sddl("BA").unwrap(), sid("S-1-5-32-544"));
    assert_eq!(by_sddl("NU").unwrap(), sid("S-1-5-2"));
    assert!(by_sddl("no sid").is_err());
}

#[test]
fn well_known_names_have_their_sids_and_kinds() {
    let system = Some((sid("S-1-5-18"), AccountKind::Either));
    assert_eq!(by_name("SYSTEM").unwrap(), system);
    assert_eq!(by_name(r"NT AUTHORITY\SYSTEM").unwrap(), system);
    let administrators = Some((sid("S-1-5-32-544"), AccountKind::Group));
    assert_eq!(by_name(r"BUILTIN\Administrators").unwrap(), administrators);
    assert_eq!(by_name("Administrators").unwrap(), administrators);
    assert_eq!(by_name("everyone").unwrap(), Some((sid("S-1-1-0"), AccountKind::Either)));
}

#[test]
fn a_sids_name_has_its_domain_before_it() {
    assert_eq!(name_of(&sid("S-1-5-18")).unwrap().as_deref(), Some(r"NT AUTHORITY\SYSTEM"));
    let administrators = name_of(&sid("S-1-5-32-544")).unwrap();
    assert_eq!(administrators.as_deref(), Some(r"BUILTIN\Administrators"));
    assert_eq!(name_of(&sid("S-1-1-0")).unwrap().as_deref(), Some("Everyone"));
}

#[test]
fn our_own_user_is_found_by_its_name_again() {
    let own = token::own().unwrap().user;
    let name = name_of(&own).unwrap().unwrap();
    assert_eq!(by_name(&name).unwrap(), Some((own, AccountKind::User)), "{name}");
}

#[test]
fn a_name_that_nobody_bears_is_none_and_not_an_error() {
    assert_eq!(by_name("no-such-user-here").unwrap(), None);
    assert_eq!(by_name(r"BUILTIN\no-such-user-here").unwrap(), None);
    assert_eq!(by_name("SYSTEM\0x").unwrap(), None);
    assert_eq!(name_of(&sid("S-1-5-21-1-2-3-4711")).unwrap(), None);
}

#[test]
fn a_null_and_a_broken_sid_are_errors() {
    let mut broken = [0x0000_ff07_u32, 0];
    for bad in [ptr::null_mut(), broken.as_mut_ptr().cast()] {
        // SAFETY: null, or memory that does not begin like a SID.
        let error = unsafe { Sid::copy_from(bad) }.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(ERROR_INVALID_SID.cast_signed()));
    }
}
