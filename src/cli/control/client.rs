//! A request to a running daemon, over its control pipe.

use std::io::{self, BufRead, BufReader, Write};

use serde::de::DeserializeOwned;

use super::args::Daemon;
use crate::cli::Failure;
use crate::config::{self, PipeAddress, Surroundings};
use crate::endpoint::{PrivatePipe, open_private};
use crate::gateway::control::{Ask, ErrorReply, Progress, Reply};

/// An open control pipe.
pub(super) struct Client(PrivatePipe);

/// What became of a request that reached the daemon.
pub(super) type Answered<T> = Result<T, ErrorReply>;

impl Client {
    /// Finds the daemon.
    ///
    /// # Errors
    /// A sentence that names where it was looked for, and what to do.
    pub fn open(daemon: &Daemon) -> Result<Self, Failure> {
        let surroundings = Surroundings::of_this_process();
        if let Some(file) = daemon.config.as_deref().filter(|file| !file.is_file()) {
            let file = file.display();
            return Err(Failure::usage(format!("error: there is no configuration {file}")));
        }
        let file = daemon.config.clone().or_else(|| config::find(&surroundings));
        let name = daemon.control.as_deref();
        let places = config::control_places(file.as_deref(), name, &surroundings);
        let mut tried = Vec::new();
        for place in &places {
            match open_private(place) {
                Ok(pipe) => return Ok(Self(pipe)),
                Err(error) => tried.push((place, error)),
            }
        }
        Err(unreachable(&tried))
    }

    /// Asks, and waits for the answer; `progress` hears what comes before it.
    ///
    /// # Errors
    /// When the daemon is gone before it has answered.
    pub fn ask<T: DeserializeOwned>(
        self,
        ask: &Ask,
        mut progress: impl FnMut(Progress),
    ) -> Result<Answered<T>, Failure> {
        let mut pipe = self.0;
        pipe.write_all(ask.to_line().as_bytes()).map_err(|error| lost(&error))?;
        for line in BufReader::new(pipe).lines() {
            let line = line.map_err(|error| lost(&error))?;
            match Reply::read(&line).map_err(|error| lost(&error.into()))? {
                Reply::Progress(so_far) => progress(so_far),
                Reply::Ok(value) => return Ok(Ok(value)),
                Reply::Error(error) => return Ok(Err(error)),
            }
        }
        Err(lost(&io::ErrorKind::UnexpectedEof.into()))
    }
}

/// A refusal as a command prints it.
pub(super) fn refused(what: &str, error: &ErrorReply) -> Failure {
    let text = format!("error: {what}\n  because {}", error.message);
    Failure::failed(if error.text.is_empty() {
        text
    } else {
        format!("error: {what}\n{}", error.text)
    })
}

fn lost(error: &io::Error) -> Failure {
    Failure::failed(format!("error: the daemon has not answered\n  because {error}"))
        .hint("its log says more")
}

fn unreachable(tried: &[(&PipeAddress, io::Error)]) -> Failure {
    let denied = tried.iter().find(|(_, error)| error.kind() == io::ErrorKind::PermissionDenied);
    if let Some((place, error)) = denied {
        let place = written(place);
        return Failure::failed(format!("error: {place} is not for us\n  because {error}"))
            .hint("be the account that runs pipeferry, or root or an administrator");
    }
    let places: Vec<_> = tried.iter().map(|(place, _)| written(place)).collect();
    let mut text = format!("error: no pipeferry answers on {}", places.join(" or "));
    if let Some((_, error)) = tried.first() {
        text += &format!("\n  because {error}");
    }
    Failure::failed(text)
        .hint("is it running? --config names its configuration, --control its control pipe")
}

fn written(place: &PipeAddress) -> String {
    if cfg!(windows) { place.name.win32_path(None) } else { place.socket.display().to_string() }
}
