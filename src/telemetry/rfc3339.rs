//! Moments as the outside reads them.

use std::time::{Duration, UNIX_EPOCH};

/// 9999-12-31T23:59:59Z, which RFC 5280 (4.1.2.5) gives to certificates that do
/// not end; four digits of year are all that RFC 3339 has.
const LAST: u64 = 253_402_300_799;

/// Seconds since 1970 as RFC 3339 has them, in UTC; what is beyond the year
/// 9999 becomes its end.
pub fn rfc3339(unix_seconds: u64) -> String {
    let at = UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST));
    humantime::format_rfc3339_seconds(at).to_string()
}
