//! A client of the near pipe: it sends messages and wants them back.

use anyhow::{Context, bail};

use super::local::{self, Place, Receiver, Sender};

/// A connection to a pipe.
#[derive(Debug)]
pub(super) struct Client {
    from: Receiver,
    to: Sender,
}

impl Client {
    /// Opens the pipe `at`.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn open(at: &Place) -> anyhow::Result<Self> {
        let opened = local::open(at).await;
        let (from, to) = opened.context("nobody could open the pipe `orders`")?;
        Ok(Self { from, to })
    }

    /// Sends `message` and waits for the one that comes back.
    ///
    /// # Errors
    /// When the connection fails or ends before.
    pub(super) async fn exchange(&mut self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut returned = self.exchange_all(std::iter::once(message)).await?;
        returned.pop().context("nothing came back")
    }

    /// Sends all messages, and meanwhile takes as many as come back.
    ///
    /// # Errors
    /// When the connection fails or ends before.
    pub(super) async fn exchange_all(
        &mut self,
        messages: impl ExactSizeIterator<Item = &[u8]>,
    ) -> anyhow::Result<Vec<Vec<u8>>> {
        let expected = messages.len();
        let send = async {
            for message in messages {
                self.to.send(message).await.context("could not send")?;
            }
            Ok(())
        };
        let receive = receive(&mut self.from, expected);
        tokio::try_join!(send, receive).map(|((), returned)| returned)
    }

    /// Ends the connection, as its system does.
    ///
    /// # Errors
    /// When it does not end, or not cleanly.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        local::end(self.from, self.to).await
    }
}

async fn receive(from: &mut Receiver, expected: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut returned = Vec::with_capacity(expected);
    while returned.len() < expected {
        match from.receive().await.context("could not receive")? {
            Some(message) => returned.push(message),
            None => bail!("the connection ended after {} of {expected} messages", returned.len()),
        }
    }
    Ok(returned)
}
