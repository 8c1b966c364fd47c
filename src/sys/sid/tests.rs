#![allow(clippy::unwrap_used)]

use super::*;
use rstest::rstest;

/// BUILTIN\Administrators as [MS-DTYP] 2.4.2.2 lays it out.
const ADMINISTRATORS: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];

#[test]
#[cfg(target_endian = "little")]
fn the_form_in_memory_is_the_systems() {
    let sid = Sid::from_bytes(&ADMINISTRATORS).unwrap();
    assert_eq!(sid.to_string(), "S-1-5-32-544");
    assert_eq!("S-1-5-32-544".parse::<Sid>().unwrap(), sid);
    assert_eq!(sid.words(), [0x0000_0201, 0x0500_0000, 32, 544]);
}

#[rstest]
#[case("S-1-5-18")]
#[case("S-1-1-0")]
#[case("S-1-5-21-4294967295-0-1-500")]
#[case("S-1-4294967295-1")]
#[case("S-1-0x000100000000-1")]
#[case("S-1-0xffffffffffff-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15")]
fn a_sid_is_read_as_it_is_written(#[case] text: &str) {
    assert_eq!(text.parse::<Sid>().unwrap().to_string(), text);
}

#[rstest]
#[case("s-1-5-18", "S-1-5-18")]
#[case("S-1-05-018", "S-1-5-18")]
#[case("S-1-0x5-32-0544", "S-1-5-32-544")]
#[case("S-1-4294967296-1", "S-1-0x000100000000-1")]
fn other_ways_to_write_it_come_to_the_same(#[case] text: &str, #[case] canonical: &str) {
    assert_eq!(text.parse::<Sid>().unwrap().to_string(), canonical);
}

#[rstest]
#[case("")]
#[case("Administrators")]
#[case("BA")]
#[case("S-1-5")]
#[case("S-1-")]
#[case("S-1--18")]
#[case("S-1-5-")]
#[case("S-1-5-18-")]
#[case("S-2-5-18")]
#[case("S-1-5-+18")]
#[case("S-1-5- 18")]
#[case("S-1-5-18\n")]
#[case("S-1-5-0x12")]
#[case("S-1-5-4294967296")]
#[case("S-1-281474976710656-1")]
#[case("S-1-0x-1")]
#[case("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16")]
fn what_is_no_sid_is_refused(#[case] text: &str) {
    assert_eq!(text.parse::<Sid>(), Err(NoSid(text.to_owned())));
}

#[test]
fn memory_that_holds_no_whole_sid_is_refused() {
    for len in 0..ADMINISTRATORS.len() {
        assert_eq!(Sid::from_bytes(&ADMINISTRATORS[..len]), None, "{len}");
    }
    assert_eq!(Sid::from_bytes(&[&ADMINISTRATORS[..], &[0; 4]].concat()), None);
    let mut later = ADMINISTRATORS;
    later[0] = 2;
    assert_eq!(Sid::from_bytes(&later), None);
    let mut long = vec![1, 16, 0, 0, 0, 0, 0, 5];
    long.resize(8 + 4 * 16, 0);
    assert_eq!(Sid::from_bytes(&long), None);
}
