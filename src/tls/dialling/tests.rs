#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;

#[test]
fn sessions_are_forgotten_after_a_while_whatever_came_last() {
    let sessions = Sessions::default();
    sessions.lock().begin();
    let since = sessions.lock().since.unwrap();
    sessions.lock().begin();
    assert_eq!(sessions.lock().since, Some(since), "the first counts");
    sessions.lock().group = Some(NamedGroup::X25519);
    sessions.forget_old(since + LONGEST);
    assert!(sessions.lock().group.is_some());
    sessions.forget_old(since + LONGEST + Duration::from_secs(1));
    assert!(sessions.lock().group.is_none());
    assert!(sessions.lock().since.is_none());
}
