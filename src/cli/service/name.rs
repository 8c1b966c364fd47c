//! The name of a service.

use std::fmt;
use std::str::FromStr;

/// A name that is fit for the service, its account, its log file and its event
/// source: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII, the first a
/// letter or a digit. The system would take more, of which some would lead
/// somewhere else in a path or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceName(String);

const LONGEST: usize = 64;

impl ServiceName {
    /// The name when none is given.
    pub const DEFAULT: &str = "pipeferry";

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.len() <= LONGEST
            && name.chars().all(allowed)
            && !name.ends_with('.');
        if good {
            return Ok(Self(name.to_owned()));
        }
        Err(format!(
            "expected at most {LONGEST} letters, digits, `-`, `_` and `.`, the first a letter or a \
             digit, the last no `.`"
        ))
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
