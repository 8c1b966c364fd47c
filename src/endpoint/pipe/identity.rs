//! Who has opened a pipe.

use crate::access::{Account, Process};
use crate::sys::windows::pipe::Pipe;
use crate::sys::windows::token::{self, TokenError};

/// Who has opened the pipe. Before a client has written anything the system
/// may keep its token from us; then its process is asked, whose number may be
/// another's by now. With `remote` it may even be one of another machine, of
/// which nobody here can tell.
pub fn of_client(pipe: &Pipe, remote: bool) -> Process {
    let pid = pipe.client_pid().ok();
    let account = match pipe.client() {
        Ok(token) => {
            Account::Windows { sid: token.user.to_string(), name: None, groups: token.groups }
        }
        Err(TokenError::NothingRead) if !remote => supposed(pid),
        Err(_) => Account::Unknown,
    };
    Process { pid, account }
}

fn supposed(pid: Option<u32>) -> Account {
    match pid.map(token::by_process) {
        Some(Ok(token)) => Account::Supposed { sid: token.user.to_string(), name: None },
        _ => Account::Unknown,
    }
}
