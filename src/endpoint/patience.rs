//! Waiting for a local listener that is busy, or is not there yet.

use std::io;
use std::time::Duration;

/// It is asked again, at first and at last so often.
const FIRST_RETRY: Duration = Duration::from_millis(1);
const LAST_RETRY: Duration = Duration::from_millis(50);

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
