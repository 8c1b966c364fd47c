//! Waiting: for a local listener that is busy or not there yet, and how much of
//! a client's time one of several places to dial may take.

use std::io;
use std::time::Duration;

/// It is asked again, at first and at last so often.
const FIRST_RETRY: Duration = Duration::from_millis(1);
const LAST_RETRY: Duration = Duration::from_millis(50);
/// One of several places is given so long at least, so that many do not starve
/// each other.
const SHORTEST_SHARE: Duration = Duration::from_secs(1);
/// The time left is shared among so many of those that are left to try.
const SHARES: u32 = 3;

/// Tries until it works, or fails with an error that no waiting mends. The
/// caller limits the time.
///
/// # Errors
/// The first that `may_pass` does not take for a passing one.
pub async fn retry<T, F: Future<Output = io::Result<T>>>(
    mut attempt: impl FnMut() -> F,
    may_pass: impl Fn(&io::Error) -> bool,
) -> io::Result<T> {
    let mut pause = FIRST_RETRY;
    loop {
        match attempt().await {
            Err(error) if may_pass(&error) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LAST_RETRY);
            }
            result => return result,
        }
    }
}

/// What one of `left` places may take of `rest`, the time that is left: a third
/// while there are more than two, all of it for the last one, a second at least.
pub fn share(rest: Duration, left: usize) -> Duration {
    let shares = u32::try_from(left).unwrap_or(SHARES).clamp(1, SHARES);
    (rest / shares).max(SHORTEST_SHARE).min(rest)
}

#[cfg(test)]
mod tests;
