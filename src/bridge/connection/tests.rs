//! What a connection keeps of its client.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::access::{Account, Origin, Process};

#[test]
fn the_groups_of_a_pipes_client_are_there_when_a_reload_judges_it_again() {
    let groups: Box<[String]> = Box::new(["S-1-5-32-545".to_owned()]);
    let account = Account::Windows { sid: "S-1-5-21-1-2-3-1001".to_owned(), name: None, groups };
    let mut peer = Peer::new(Origin::Local(Process { pid: Some(7), account: account.clone() }));
    forget_announced(&mut peer);
    let Origin::Local(process) = &peer.origin else { panic!("{peer:?}") };
    assert_eq!(process.account, account);
}
