//! Asks a gateway's admin server.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::local::{self, Place};

/// Far more than an answer of a gateway with one bridge has, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: String,
}

/// GETs `path` from the admin server on the pipe `at`.
///
/// # Errors
/// The system's, and `InvalidData` for what is no answer in HTTP.
pub(super) async fn get(at: &Place, path: &str) -> io::Result<Answer> {
    let mut stream = local::admin(at).await?;
    // HTTP/1.0: the answer ends where the connection does.
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.take(LARGEST).read_to_string(&mut text).await?;
    parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "that is no HTTP answer"))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut words = head.lines().next()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    let status = words.next()?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}
