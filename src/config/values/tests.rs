#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::durations::parse_duration;
use super::pins::parse_pin;
use super::sizes::parse_size;
use rstest::rstest;

#[rstest]
#[case("250ms", Duration::from_millis(250))]
#[case("10s", Duration::from_secs(10))]
#[case("5m", Duration::from_secs(300))]
#[case("1h", Duration::from_secs(3600))]
#[case("1h 30m", Duration::from_secs(5400))]
#[case("1h30m", Duration::from_secs(5400))]
#[case("0s", Duration::ZERO)]
#[case("10y", Duration::from_secs(315_576_000))]
fn durations_are_written_with_units(#[case] text: &str, #[case] expected: Duration) {
    assert_eq!(parse_duration(text).unwrap(), expected);
}

#[rstest]
#[case("", "no duration")]
#[case("10", "a duration needs its unit")]
#[case("ten seconds", "no duration")]
#[case("-1s", "no duration")]
#[case("5M", "`M` is no unit")]
#[case("1h 5M", "`M` is no unit")]
#[case("5M30s", "`M` is no unit")]
#[case("5 parsecs", "no duration: there is no unit `parsecs`")]
#[case("11years", "longer than ten years")]
#[case("99999999999999999999h", "no duration")]
fn other_durations_are_refused(#[case] text: &str, #[case] message: &str) {
    let fault = parse_duration(text).unwrap_err();
    assert!(fault.message.starts_with(message), "{fault:?}");
}

#[rstest]
#[case("0", 0)]
#[case("65536", 65_536)]
#[case("12B", 12)]
#[case("64KiB", 65_536)]
#[case("64 kib", 65_536)]
#[case("64KB", 64_000)]
#[case("16MiB", 16 << 20)]
#[case("3GiB", 3 << 30)]
fn sizes_are_written_with_or_without_units(#[case] text: &str, #[case] expected: u32) {
    assert_eq!(parse_size(text).unwrap(), expected);
}

#[rstest]
#[case("", "no size", None)]
#[case("MiB", "no size", None)]
#[case("1.5MiB", "no size", None)]
#[case("-1", "no size", None)]
#[case("64K", "no size", Some("write \"64KiB\""))]
#[case("4GiB", "too large", None)]
#[case("99999999999999999999999", "too large", None)]
fn other_sizes_are_refused(#[case] text: &str, #[case] message: &str, #[case] hint: Option<&str>) {
    let fault = parse_size(text).unwrap_err();
    assert_eq!((fault.message.as_str(), fault.hint.as_deref()), (message, hint));
}

#[test]
fn a_pin_is_hex_with_or_without_colons_or_base64() {
    let bytes: [u8; 32] = std::array::from_fn(|at| at as u8);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let colons = bytes.map(|byte| format!("{byte:02X}")).join(":");
    let base64 = "sha256/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for text in [hex.as_str(), &colons, base64, base64.trim_end_matches('=')] {
        assert_eq!(parse_pin(text).unwrap().0, bytes, "{text}");
    }
    assert_eq!(parse_pin(&hex).unwrap().to_string(), base64);
}

#[rstest]
#[case("")]
#[case("sha256/")]
#[case("sha256/!!!!")]
#[case("zz")]
#[case("abc")]
#[case("sha1/2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
fn other_pins_are_refused(#[case] text: &str) {
    assert!(parse_pin(text).is_err());
}

#[test]
fn the_mode_of_the_command_line_is_a_word_too() {
    assert_eq!("message".parse(), Ok(crate::config::Mode::Message));
    let fault = "mesage".parse::<crate::config::Mode>().unwrap_err();
    assert_eq!(
        fault.to_string(),
        "`mesage` is not one of the words for this key; expected `byte` or `message` \
         (did you mean `message`?)"
    );
}
