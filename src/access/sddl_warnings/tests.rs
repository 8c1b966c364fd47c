use super::*;
use rstest::rstest;

const OWN: &str = "S-1-5-80-1";

fn warnings(sddl: &str) -> Vec<String> {
    let own = [OWN.to_owned(), "S-1-1-0".to_owned()];
    sddl_warnings(sddl, &own, |trustee| match trustee {
        "SY" => Some(SYSTEM.to_owned()),
        "BA" => Some(ADMINISTRATORS.to_owned()),
        "WD" => Some("S-1-1-0".to_owned()),
        _ => None,
    })
}

#[rstest]
#[case::ours("D:P(D;;GA;;;NU)(A;;FA;;;S-1-5-80-1)(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x12019b;;;WD)")]
#[case::owner_and_group("O:BAG:SYD:PAI(A;;0x1f01ff;;;S-1-5-80-1)(A;;GR;;;BU)")]
#[case::read_only("D:(A;;FA;;;S-1-5-80-1)(A;;FRRC;;;S-1-5-21-1)")]
#[case::denied("D:(A;;FA;;;S-1-5-80-1)(D;;FA;;;S-1-5-21-1)")]
#[case::for_heirs("D:(A;;FA;;;S-1-5-80-1)(A;CIIO;FA;;;S-1-5-21-1)")]
#[case::of_the_sacl("D:(A;;FA;;;S-1-5-80-1)S:(A;;FA;;;S-1-5-21-1)")]
fn a_descriptor_that_only_the_gateway_can_serve_is_good(#[case] sddl: &str) {
    assert_eq!(warnings(sddl), [""; 0]);
}

#[rstest]
#[case("(A;;GA;;;S-1-5-21-1)")]
#[case("(A;;GRGW;;;S-1-5-21-1)")]
#[case("(A;;RCFW;;;S-1-5-21-1)")]
#[case("(A;;LC;;;S-1-5-21-1)")]
#[case("(A;;0x12019f;;;S-1-5-21-1)")]
#[case("(A;OICI;0x40000000;;;S-1-5-21-1)")]
#[case("(XA;;FA;;;S-1-5-21-1;(@User.a == \"D:((\" && (@User.b)))")]
fn whoever_else_can_serve_the_name_is_named(#[case] entry: &str) {
    let found = warnings(&format!("D:(A;;FA;;;{OWN}){entry}(A;;FA;;;SY)"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("S-1-5-21-1 may create instances"), "{found:?}");
}

#[test]
fn a_gateway_without_the_right_to_create_instances_is_told_so() {
    for sddl in ["D:P(A;;FA;;;SY)", "D:P", "D:P(A;;0x12019b;;;S-1-5-80-1)", "O:BAD:(A;;FA;;;BA)"] {
        let found = warnings(sddl);
        assert_eq!(found.len(), 1, "{sddl}: {found:?}");
        assert!(found[0].ends_with("add (A;;FA;;;S-1-5-80-1)"), "{found:?}");
    }
}

#[test]
fn a_group_of_ours_may_have_the_right() {
    let found = warnings("D:P(A;;GA;;;WD)");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("S-1-1-0 may create instances"), "{found:?}");
}

#[rstest]
#[case("", "no DACL")]
#[case("O:BAG:SY", "no DACL")]
#[case("S:(AU;SA;FA;;;D:)", "no DACL")]
#[case("D:NO_ACCESS_CONTROL", "everybody may open")]
fn a_descriptor_that_says_nothing_is_warned_of(#[case] sddl: &str, #[case] sentence: &str) {
    let found = warnings(sddl);
    assert!(found.len() == 1 && found[0].contains(sentence), "{found:?}");
}

#[test]
fn what_is_half_written_is_passed_over() {
    for sddl in ["D:(A;;FA;;;SY", "D:)(A", "D:(A)(;;;;;)", "D:(A;;FA;;;\"SY)", ":::"] {
        assert!(!warnings(sddl).is_empty(), "{sddl}");
    }
}

#[cfg(windows)]
mod on_windows {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::access::ResolvedLocalRules;
    use crate::config::LocalRules;
    use crate::sys::windows::descriptor::SecurityDescriptor;
    use crate::sys::windows::{sid, token};

    fn warnings(sddl: &str) -> Vec<String> {
        let sddl = SecurityDescriptor::from_sddl(sddl).unwrap().to_sddl().unwrap();
        let token = token::own().unwrap();
        let own: Vec<_> = [token.user.to_string()].into_iter().chain(token.groups).collect();
        sddl_warnings(&sddl, &own, |trustee| sid::by_sddl(trustee).ok().map(|sid| sid.to_string()))
    }

    #[test]
    fn what_we_make_ourselves_gives_no_reason_to_warn() {
        let rules = ResolvedLocalRules::resolve(&LocalRules::Default).unwrap();
        assert_eq!(warnings(&rules.pipe_sddl(false).unwrap()), [""; 0]);
    }

    #[test]
    fn what_the_system_writes_is_understood() {
        let found = warnings("O:SYG:SYD:P(A;;GA;;;BA)(A;;FW;;;S-1-5-32-545)(A;;0x12019f;;;AN)");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("S-1-5-32-545 may create"), "{found:?}");
        assert!(found[1].starts_with("S-1-5-7 may create"), "{found:?}");
    }
}
