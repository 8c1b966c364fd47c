use super::*;

#[test]
fn a_rest_doubles_from_a_second_to_a_minute() {
    let whole: Vec<_> = (1..=8).map(|failures| rest(failures, 0.0).as_secs()).collect();
    assert_eq!(whole, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(rest(u32::MAX, 0.0), LONGEST);
}

#[test]
fn chance_takes_a_fifth_off_at_most() {
    assert_eq!(rest(1, 1.0), Duration::from_millis(800));
    assert_eq!(rest(9, 0.5), Duration::from_secs(54));
    assert_eq!(rest(1, 7.0), Duration::from_millis(800));
}
