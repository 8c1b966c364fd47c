//! A client of the near pipe: it sends messages and wants them back.

use std::io;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::messages;

/// A connection to a pipe.
#[derive(Debug)]
pub(super) struct Client {
    from: BufReader<OwnedReadHalf>,
    to: OwnedWriteHalf,
}

impl Client {
    /// Opens the pipe whose socket is `at`.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn open(at: &Path) -> anyhow::Result<Self> {
        let stream = UnixStream::connect(at).await;
        let (from, to) = stream.context("nobody could open the pipe `orders`")?.into_split();
        Ok(Self { from: BufReader::new(from), to })
    }

    /// Sends `message` and waits for the one that comes back.
    ///
    /// # Errors
    /// When the stream fails or ends before.
    pub(super) async fn exchange(&mut self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut returned = self.exchange_all(std::iter::once(message)).await?;
        returned.pop().context("nothing came back")
    }

    /// Sends all messages, and meanwhile takes as many as come back.
    ///
    /// # Errors
    /// When the stream fails or ends before.
    pub(super) async fn exchange_all(
        &mut self,
        messages: impl ExactSizeIterator<Item = &[u8]>,
    ) -> anyhow::Result<Vec<Vec<u8>>> {
        let expected = messages.len();
        let send = async {
            for message in messages {
                messages::send(&mut self.to, message).await.context("could not send")?;
            }
            Ok(())
        };
        let receive = receive(&mut self.from, expected);
        tokio::try_join!(send, receive).map(|((), returned)| returned)
    }

    /// Ends its direction, and waits for the clean end of the other.
    ///
    /// # Errors
    /// When it does not end, or not cleanly.
    pub(super) async fn end(mut self) -> anyhow::Result<()> {
        self.to.shutdown().await.context("could not end the connection")?;
        let more = messages::receive(&mut self.from).await;
        ensure!(
            more.context("the connection did not end cleanly")?.is_none(),
            "one more came back"
        );
        Ok(())
    }
}

async fn receive(
    from: &mut BufReader<OwnedReadHalf>,
    expected: usize,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut returned = Vec::with_capacity(expected);
    while returned.len() < expected {
        let message: io::Result<_> = messages::receive(from).await;
        match message.context("could not receive")? {
            Some(message) => returned.push(message),
            None => bail!("the connection ended after {} of {expected} messages", returned.len()),
        }
    }
    Ok(returned)
}
