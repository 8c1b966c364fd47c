use super::*;

#[test]
fn a_target_gets_a_third_of_the_time_while_others_wait() {
    let whole = Duration::from_secs(9);
    assert_eq!(share(whole, 5), Duration::from_secs(3));
    assert_eq!(share(whole, 2), Duration::from_millis(4500));
    assert_eq!(share(whole, 1), whole);
    assert_eq!(share(whole, 0), whole);
}

#[test]
fn no_share_is_so_short_that_a_handshake_has_no_chance() {
    assert_eq!(share(Duration::from_millis(1500), 9), Duration::from_secs(1));
    assert_eq!(share(Duration::from_millis(300), 9), Duration::from_millis(300));
}
