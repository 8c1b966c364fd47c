use super::super::account::service_sid;
use super::super::folders::{Finding, MODIFY, READ, judge, log_file, sddl};
use super::named;

/// Who installs, as SDDL writes him.
const ME: &str = "LA";

#[test]
fn a_new_folder_lets_in_the_system_the_administrators_and_the_service() {
    let name = named("orders");
    let sid = service_sid(&name);
    let made = sddl(&name, READ);
    assert_eq!(
        made,
        format!("O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;{sid})")
    );
    assert_eq!(judge(&made, ME, &name, READ), Finding::Fit);
}

#[test]
fn a_folder_as_programdata_makes_it_is_closed() {
    let found = "O:BAG:DUD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)\
                 (A;CIID;DCLCRPCR;;;BU)";
    let name = named("orders");
    assert_eq!(judge(found, ME, &name, MODIFY), Finding::Open(sddl(&name, MODIFY)));
}

#[test]
fn an_acl_of_its_own_is_kept_and_the_service_added() {
    let name = named("second");
    let found = format!("{}(A;;FR;;;S-1-5-21-1-2-3-1001)", sddl(&named("first"), READ));
    let Finding::Lacking(with) = judge(&found, ME, &name, READ) else { panic!("not lacking") };
    let entries = found.split_once("D:P").unwrap().1;
    assert_eq!(with, format!("D:P{entries}(A;OICI;{READ};;;{})", service_sid(&name)));
    assert_eq!(judge(&format!("O:SYG:SY{with}"), ME, &name, READ), Finding::Fit);
    assert!(matches!(judge("O:SYD:PAI(A;;FA;;;SY)", ME, &name, READ), Finding::Lacking(_)));
}

#[test]
fn a_folder_that_a_user_planted_is_refused() {
    let user = "S-1-5-21-1-2-3-1001";
    let found = format!("O:{user}G:DUD:P(A;OICI;FA;;;SY)");
    let refused = Finding::Strange { owner: user.to_owned() };
    assert_eq!(judge(&found, ME, &named("orders"), READ), refused);
    assert_ne!(judge(&found, user, &named("orders"), READ), refused, "who installs may own it");
}

#[test]
fn each_service_has_a_log_of_its_own() {
    let folder = std::path::Path::new("data");
    assert_eq!(log_file(folder, &named("pipeferry")), folder.join("logs").join("pipeferry.log"));
    assert_eq!(log_file(folder, &named("orders")), folder.join("logs").join("orders.log"));
}
