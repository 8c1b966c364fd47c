#![allow(clippy::unwrap_used)]

mod command_lines;
mod folders;
mod log_tails;

use super::account::{Account, service_sid};
use super::name::ServiceName;

fn named(name: &str) -> ServiceName {
    name.parse().unwrap()
}

#[test]
fn a_name_leads_nowhere_else() {
    for good in ["pipeferry", "pf-2", "a.b_c", "9"] {
        assert_eq!(named(good).to_string(), good);
    }
    let long = "x".repeat(65);
    let bad = ["", ".", "..", "-x", "a\\b", "a/b", "a b", "a\"", "ä", "a:b", "a.", &long];
    for bad in bad {
        assert!(bad.parse::<ServiceName>().is_err(), "{bad}");
    }
}

#[test]
fn the_sid_of_a_service_is_that_of_the_system() {
    // Well-known, with its name.
    let trusted = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
    assert_eq!(service_sid(&named("TrustedInstaller")), trusted);
    assert_eq!(service_sid(&named("trustedinstaller")), trusted);
}

#[test]
fn accounts_are_named_as_the_system_does() {
    let name = named("orders");
    assert_eq!(Account::Virtual.start_name(&name), "NT SERVICE\\orders");
    assert_eq!(Account::LocalSystem.start_name(&name), "LocalSystem");
    assert_eq!(Account::LocalService.start_name(&name), "NT AUTHORITY\\LocalService");
}
