//! Which cipher comes first.
#![allow(clippy::unwrap_used)]

use rstest::rstest;

use super::*;

#[rstest]
#[case::with_instructions_for_aes(true, "AES_128_GCM")]
#[case::without(false, "CHACHA20")]
fn what_the_processor_does_best_comes_first(#[case] has_aes: bool, #[case] wanted: &str) {
    let mut suites = ring::default_provider().cipher_suites;
    suites.sort_by_key(|suite| rank(suite.suite(), has_aes));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let first = suites.iter().find(|suite| suite.version() == version).unwrap();
        let name = first.suite().as_str().unwrap();
        assert!(name.contains(wanted), "{name}");
    }
}

#[test]
fn the_provider_has_the_order_of_this_processor() {
    let first = provider().cipher_suites[0].suite();
    assert_eq!(rank(first, has_aes()), 0, "{first:?}");
}
