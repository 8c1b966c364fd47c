//! Whole messages on a stream: four bytes of length before each.
//!
//! That is all of the wire, which is why a client and a service in any language
//! need no more than this file.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::frame::Prefix;

/// The longest that is taken, in bytes: the default of `max_message`.
const LONGEST: usize = 16 * 1024 * 1024;

/// Writes one message.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) async fn send(
    to: &mut (impl AsyncWrite + Unpin),
    message: &[u8],
) -> io::Result<()> {
    let head = Prefix::U32Be.head(message.len()).map_err(io::Error::other)?;
    to.write_all(head.as_slice()).await?;
    to.write_all(message).await
}

/// Reads one message; `None` at the clean end of the stream.
///
/// # Errors
/// `UnexpectedEof` if it ends inside a message, `InvalidData` for a message
/// that is too long, else the system's.
pub(in crate::cli::demo) async fn receive(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(4);
    from.take(4).read_to_end(&mut head).await?;
    if head.is_empty() {
        return Ok(None);
    }
    let read = Prefix::U32Be.read_head(&head, LONGEST);
    let read = read.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let (_, len) = read.ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut message = Vec::new();
    from.take(len as u64).read_to_end(&mut message).await?;
    if message.len() < len { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some(message)) }
}
