//! Closing on a client that was refused, so that it can read why.
//!
//! A TCP close with unread data sends a reset, which may overtake the TLS alert
//! that says why. So: end our direction, read a little while what is still on
//! its way, then close.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// A refused client gets so much of our time, and of our reading.
const LONGEST: Duration = Duration::from_secs(1);
const MOST_BYTES: u64 = 64 * 1024;

/// Ends a refused client's connection.
pub async fn turn_away(stream: TcpStream) {
    // On a socket that is gone already there is nobody to tell.
    let _ = socket2::SockRef::from(&stream).shutdown(std::net::Shutdown::Write);
    let mut rest = stream.take(MOST_BYTES);
    let mut sink = tokio::io::sink();
    let _ = tokio::time::timeout(LONGEST, tokio::io::copy(&mut rest, &mut sink)).await;
}
