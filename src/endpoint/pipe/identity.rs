//! Whom a pipe is for, and who has come.

use std::io;

use crate::access::{Account, Origin, Process, ResolvedLocalRules};
use crate::config::PipeListen;
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::pipe::Pipe;
use crate::sys::windows::token::{self, TokenError, TokenIdentity};

/// How clients of a pipe are told apart.
#[derive(Debug)]
pub struct Guard {
    descriptor: SecurityDescriptor,
    /// The DACL says all that there is to say about clients: who has passed it
    /// may come in even if the system does not tell us who it is.
    dacl_is_all: bool,
}

impl Guard {
    /// Of what `allow` or `sddl` says.
    ///
    /// # Errors
    /// `InvalidInput` for what the system does not take.
    pub fn new(config: &PipeListen) -> io::Result<Self> {
        let (sddl, dacl_is_all) = match &config.sddl {
            Some(sddl) => (sddl.clone(), true),
            None => {
                let rules = ResolvedLocalRules::resolve(&config.allow).map_err(invalid)?;
                let sddl = rules.pipe_sddl(config.windows.remote);
                (sddl.unwrap_or_default(), rules.says_all_in_dacl())
            }
        };
        let descriptor = SecurityDescriptor::from_sddl(&sddl).map_err(invalid)?;
        Ok(Self { descriptor, dacl_is_all })
    }

    /// What the pipe is made with.
    pub fn descriptor(&self) -> &SecurityDescriptor {
        &self.descriptor
    }

    /// Who has opened the pipe. Before a client has written anything the system
    /// may keep its token from us; its process is asked then, whose number may
    /// be another's by now, so only where the DACL has decided already.
    pub fn client(&self, pipe: &Pipe) -> Origin {
        let pid = pipe.client_pid().ok();
        let identity = match token::client_of(pipe.as_handle()) {
            Err(TokenError::NothingRead) if self.dacl_is_all => {
                pid.and_then(|pid| token::by_process(pid).ok())
            }
            identity => identity.ok(),
        };
        Origin::Local(Process { pid, account: identity.map_or(Account::Unknown, account) })
    }
}

fn account(identity: TokenIdentity) -> Account {
    let TokenIdentity { user, groups } = identity;
    Account::Windows { sid: user.to_string(), name: None, groups }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
