//! Dialling a pipe: waits for a free instance, asks who serves it.

use std::io;

use super::calls::{self, Opening};
use super::messages::MessagePipe;
use super::open::OpenPipe;
use super::stream::PipeStream;
use crate::access::{ResolvedOwner, UnknownName};
use crate::config::{Access, Framing, Mode, PipeDial, PipeHalfClose};
use crate::endpoint::patience::retry;
use crate::endpoint::{Conn, DialError, Stream};
use crate::sys::windows::pipe::{self, Pipe};
use crate::sys::windows::token;

/// A pipe to dial.
#[derive(Debug)]
pub struct PipeTarget {
    opening: Opening,
    /// Behind the system's SMB client, which takes its time.
    remote: bool,
    access: Access,
    /// Messages are kept apart: it is the end of a message bridge.
    messages: bool,
    pipe_type: Mode,
    half_close: PipeHalfClose,
    owner: Option<ResolvedOwner>,
    /// Wait for the pipe to be there, too.
    patient: bool,
}

impl PipeTarget {
    /// Prepares to dial.
    ///
    /// # Errors
    /// When `owner` names nobody.
    pub fn new(dial: &PipeDial) -> Result<Self, UnknownName> {
        Ok(Self {
            opening: calls::opening(dial),
            remote: dial.host.is_some(),
            access: dial.access,
            messages: dial.framing == Framing::Packet,
            pipe_type: dial.pipe_type,
            half_close: dial.half_close,
            owner: dial.owner.as_deref().map(ResolvedOwner::resolve).transpose()?,
            patient: dial.wait.is_some(),
        })
    }

    /// Opens it; the caller limits the time.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn dial(&self) -> Result<Conn, DialError> {
        let mut pipe = self.open().await?;
        self.check_owner(&pipe)?;
        self.check_type(&mut pipe)?;
        let open = OpenPipe::new(pipe, self.access, self.half_close);
        Ok(match self.messages {
            true => Conn::Packet(MessagePipe::new(open)),
            false => Stream::Pipe(Box::new(PipeStream::new(open))).into(),
        })
    }

    /// A busy pipe is waited for, as WaitNamedPipe does; one that is not there
    /// only if that was asked for.
    async fn open(&self) -> io::Result<Pipe> {
        retry(|| self.open_once(), |error| self.may_come(error)).await
    }

    async fn open_once(&self) -> io::Result<Pipe> {
        let open = |call: Opening| pipe::open(&call.path, call.access, call.level);
        let opening = self.opening.clone();
        if !self.remote {
            return open(opening);
        }
        tokio::task::spawn_blocking(move || open(opening)).await.map_err(io::Error::other)?
    }

    fn may_come(&self, error: &io::Error) -> bool {
        pipe::is_busy(error) || (self.patient && pipe::is_missing(error))
    }

    /// A pipe that somebody else made under this name gets nothing.
    fn check_owner(&self, pipe: &Pipe) -> Result<(), DialError> {
        let Some(owner) = &self.owner else { return Ok(()) };
        let object = pipe.owner()?.map(|sid| sid.to_string());
        // Another machine's process number says nothing here.
        let pid = pipe.server_pid().ok().filter(|_| !self.remote);
        let process = pid.and_then(|pid| token::process_owner(pid).ok());
        let process = process.map(|sid| sid.to_string());
        match owner.matches_pipe(object.as_deref(), process.as_deref()).reason() {
            Some(reason) => Err(DialError::Owner(reason.to_owned())),
            None => Ok(()),
        }
    }

    /// Messages are read as such where their ends mean something.
    fn check_type(&self, pipe: &mut Pipe) -> Result<(), DialError> {
        if self.pipe_type == Mode::Byte {
            return Ok(());
        }
        if !pipe.info()?.message_type {
            let why = "its server made it a byte pipe, in which messages have no ends; \
                       use `mode = \"byte\"`, and `type = \"byte\"` where `type` is given";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why).into());
        }
        if self.access != Access::Outbound {
            pipe.set_message_read_mode()?;
        }
        Ok(())
    }
}
