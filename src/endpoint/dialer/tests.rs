#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::good_bridge;

#[test]
fn an_owner_that_does_not_exist_is_found_before_anything_is_dialled() {
    let bridge = good_bridge(
        "listen = \"pipe:x\"\nconnect = { address = \"unix:/a\", owner = \"no-such-user-here\" }",
    );
    let identities = Identities::load(&Default::default()).unwrap();
    let error = Dialer::new(&bridge.connect, &identities).unwrap_err();
    assert!(matches!(error, PrepareError::Owner(_)), "{error}");
}
