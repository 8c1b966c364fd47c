//! Listening on a pipe: several instances wait at once, and the next one is
//! there before a client is handed on, so that none finds the name gone.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::instances::{Instances, Ticket};
use super::messages::MessagePipe;
use super::open::OpenPipe;
use super::stream::PipeStream;
use super::{calls, identity, protect};
use crate::access::{Origin, Peer, Process, ResolvedLocalRules};
use crate::config::{Framing, PipeListen};
use crate::endpoint::{Conn, Incoming, Stream};
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::pipe::{self, Instance, Pipe, Tickets};

/// An instance that we have closed is there until its client has closed it too.
/// So the next one is asked for again after a pause, so often; then it is said.
const PAUSE: Duration = Duration::from_millis(10);
const MOST_PAUSES: u32 = 100;

type WaitForTicket = Pin<Box<dyn Future<Output = Ticket> + Send + Sync>>;

/// A pipe that clients may open.
pub struct PipeListener {
    config: PipeListen,
    path: String,
    descriptor: SecurityDescriptor,
    instances: Instances,
    /// Waiting for clients.
    waiting: Vec<Instance>,
    next_ticket: Option<WaitForTicket>,
    /// Until the system may have an instance for us again.
    pause: Option<Pin<Box<Sleep>>>,
    pauses: u32,
}

impl std::fmt::Debug for PipeListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PipeListener").field("path", &self.path).finish_non_exhaustive()
    }
}

impl PipeListener {
    /// Makes the first instance, which nobody else may have made. `rules` are
    /// those of `allow`, if they were resolved already.
    ///
    /// # Errors
    /// The system's; access denied when the name is taken.
    pub fn bind(config: &PipeListen, rules: Option<&ResolvedLocalRules>) -> io::Result<Self> {
        let mut listener = Self {
            path: config.address.name.win32_path(None),
            descriptor: protect::descriptor(config, rules).map_err(io::Error::other)?,
            instances: Instances::new(config.windows.instances),
            waiting: Vec::new(),
            next_ticket: None,
            pause: None,
            // Whose the name is at the start, is said at once.
            pauses: MOST_PAUSES,
            config: config.clone(),
        };
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match listener.poll_fill(&mut cx) {
            Poll::Ready(Err(error)) if listener.waiting.is_empty() => Err(error),
            _ => Ok(listener),
        }
    }

    /// How many instances there are, now and later.
    pub fn instances(&self) -> Arc<AtomicU32> {
        self.instances.open()
    }

    /// How many clients have opened the pipe and are not accepted yet.
    pub fn queued(&self) -> usize {
        self.waiting.iter().filter(|instance| instance.has_client()).count()
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> io::Result<Incoming> {
        let pipe = poll_fn(|cx| self.poll_accept(cx)).await?;
        let client = identity::of_client(&pipe, self.config.windows.remote);
        let peer = Peer::new(Origin::Local(client));
        let open = self.open(pipe);
        let conn = match self.config.framing {
            Framing::Packet => Conn::Packet(MessagePipe::new(open)),
            _ => Stream::Pipe(Box::new(PipeStream::new(open))).into(),
        };
        Ok(Incoming { conn, peer })
    }

    /// Waits for the next client, whoever the DACL lets in, as a stream.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept_stream(&mut self) -> io::Result<(PipeStream, Process)> {
        let pipe = poll_fn(|cx| self.poll_accept(cx)).await?;
        let client = identity::of_client(&pipe, self.config.windows.remote);
        Ok((PipeStream::new(self.open(pipe)), client))
    }

    fn open(&self, pipe: Pipe) -> OpenPipe {
        OpenPipe::new(pipe, self.config.access, self.config.windows.half_close)
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Pipe>> {
        let filled = self.poll_fill(cx);
        for index in 0..self.waiting.len() {
            let Poll::Ready(connected) = self.waiting[index].poll_connect(cx) else { continue };
            // Who came first is let in first.
            let instance = self.waiting.remove(index);
            connected?;
            // The next one first: this client may leave at once, and the name
            // with it. Who comes is more than a next one that cannot be made.
            let _ = self.poll_fill(cx);
            return Poll::Ready(Ok(instance.into_pipe()));
        }
        match filled {
            Poll::Ready(Err(error)) if self.waiting.is_empty() => Poll::Ready(Err(error)),
            _ => Poll::Pending,
        }
    }

    /// Makes instances until enough of them wait, or there are as many as may
    /// be; woken when there may be more.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.waiting.len() < usize::from(self.config.windows.backlog.max(1)) {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let ticket = ready!(self.poll_ticket(cx));
            let mut instance = match self.create(ticket) {
                Err(error) if self.pauses < MOST_PAUSES && pipe::is_held(&error) => {
                    self.pauses += 1;
                    self.pause = Some(Box::pin(sleep(PAUSE)));
                    continue;
                }
                created => {
                    self.pauses = 0;
                    created?
                }
            };
            // From here on a client finds it.
            if let Poll::Ready(Err(error)) = instance.poll_connect(cx) {
                return Poll::Ready(Err(error));
            }
            self.waiting.push(instance);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_ticket(&mut self, cx: &mut Context<'_>) -> Poll<Ticket> {
        let instances = &self.instances;
        let wait = self.next_ticket.get_or_insert_with(|| Box::pin(instances.ticket()));
        let ticket = ready!(wait.as_mut().poll(cx));
        self.next_ticket = None;
        Poll::Ready(ticket)
    }

    /// The only instance claims the name: somebody who made it before us would
    /// be found by our clients.
    fn create(&self, ticket: Ticket) -> io::Result<Instance> {
        let first = self.instances.open().load(Ordering::Relaxed) <= 1;
        let options = calls::instance(&self.config, &self.path, first, &self.descriptor);
        let Ticket { counted, place } = ticket;
        pipe::create(&options, Tickets::new(counted, place))
    }
}

#[cfg(test)]
mod tests;
