//! What security asks of a pipe: its access list, its owner, its client.
//!
//! The handle itself stays in here: an overlapped call that somebody else made
//! on it would send the port a packet that is nobody's.

use std::io;
use std::os::windows::io::AsHandle;

use super::Pipe;
use crate::sys::sid::Sid;
use crate::sys::windows::descriptor;
use crate::sys::windows::token::{self, TokenError, TokenIdentity};

impl Pipe {
    /// Whom the client's token is for; we must be the server.
    ///
    /// # Errors
    /// As [`token::client_of`].
    pub fn client(&self) -> Result<TokenIdentity, TokenError> {
        token::client_of(self.handle.as_handle())
    }

    /// Who owns the pipe.
    ///
    /// # Errors
    /// As [`descriptor::owner_of`].
    pub fn owner(&self) -> io::Result<Option<Sid>> {
        descriptor::owner_of(self.handle.as_handle())
    }

    /// Owner, group and DACL, in SDDL.
    ///
    /// # Errors
    /// As [`descriptor::of_pipe`].
    pub fn sddl(&self) -> io::Result<String> {
        descriptor::of_pipe(self.handle.as_handle())
    }
}
