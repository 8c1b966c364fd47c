//! Who has opened a pipe.

use crate::access::{Account, Origin, Process};
use crate::sys::windows::pipe::Pipe;
use crate::sys::windows::token::{self, TokenError, TokenIdentity};

/// Who has opened the pipe. Before a client has written anything the system
/// may keep its token from us; its process is asked then, whose number may be
/// another's by now, so only where the DACL has decided already.
pub fn of_client(pipe: &Pipe, dacl_is_all: bool) -> Origin {
    let pid = pipe.client_pid().ok();
    let identity = match pipe.client() {
        Err(TokenError::NothingRead) if dacl_is_all => {
            pid.and_then(|pid| token::by_process(pid).ok())
        }
        identity => identity.ok(),
    };
    Origin::Local(Process { pid, account: identity.map_or(Account::Unknown, account) })
}

fn account(identity: TokenIdentity) -> Account {
    let TokenIdentity { user, groups } = identity;
    Account::Windows { sid: user.to_string(), name: None, groups }
}
