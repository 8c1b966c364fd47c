//! Who comes in by a pipe.

use tokio::io::duplex;

use super::site::Invented;
use crate::access::{Account, Process};
use crate::config::{
    AdminListen, LocalRule, LocalRules, PipeAddress, PipeListen, parse_local_pipe,
};
use crate::gateway::admin::admission::{Admission, Arrived, check};
use crate::telemetry::metrics::Exposition;
use crate::tls::Identities;

const USERS: &str = "S-1-5-32-545";
const INTERACTIVE: &str = "S-1-5-4";

/// In the group Users and logged on at the machine: two things at once.
fn listen() -> AdminListen {
    let rule = LocalRule {
        group: Some(USERS.into()),
        sid: Some(INTERACTIVE.into()),
        ..Default::default()
    };
    let address =
        PipeAddress { name: parse_local_pipe("admin").unwrap(), socket: Default::default() };
    let allow = LocalRules::Rules(vec![rule]);
    AdminListen::Pipe(Box::new(PipeListen { allow, ..PipeListen::private(address) }))
}

async fn asked(account: Account) -> Result<(), String> {
    let view = Invented::new(&Exposition::local());
    let arrived = Arrived::Pipe(Box::new(duplex(1).0), Process { pid: Some(1), account });
    Admission::new(&listen()).unwrap().admit(arrived, &view).await.map(drop)
}

fn somebody(groups: &[&str]) -> Account {
    let groups = groups.iter().map(|sid| (*sid).to_owned()).collect();
    Account::Windows { sid: "S-1-5-21-1-2-3-1001".to_owned(), name: None, groups }
}

/// The DACL lets in whoever meets the first of the two.
#[tokio::test]
async fn a_rule_with_two_conditions_asks_the_token_for_the_second() {
    asked(somebody(&[USERS, INTERACTIVE])).await.unwrap();
    let why = asked(somebody(&[USERS])).await.unwrap_err();
    assert!(why.contains("S-1-5-21-1-2-3-1001"), "{why}");
    asked(somebody(&[INTERACTIVE])).await.unwrap_err();
    asked(Account::Unknown).await.unwrap_err();
}

#[test]
fn its_descriptor_is_known_before_it_is_opened() {
    let identities = Identities::load(&Default::default()).unwrap();
    let protection = check(&listen(), &identities).unwrap().unwrap();
    assert!(protection.sddl.starts_with("D:P(D;;GA;;;NU)"), "{protection:?}");
    let AdminListen::Pipe(mut pipe) = listen() else { unreachable!() };
    (pipe.allow, pipe.sddl) = (LocalRules::Default, Some("D:P(A;;NOSUCH;;;SY)".to_owned()));
    let why = check(&AdminListen::Pipe(pipe), &identities).unwrap_err();
    assert!(why.to_string().contains("NOSUCH"), "{why}");
}
