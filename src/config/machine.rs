//! What only the machine can tell of a configuration: whether the files of an
//! identity are what they should be, and whether accounts exist.
//!
//! It comes in as a parameter and is asked while the configuration is resolved,
//! so that its answers stand in one list with all other mistakes, each at the
//! place in the text that it is about. Nothing in this layer opens a file or
//! asks for a name by itself.

use std::path::PathBuf;

use super::model::Identity;
use super::report::Fault;

/// What an account is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountUse {
    /// A user that may come in.
    User,
    /// A group whose members may come in.
    Group,
    /// The user that a file is to belong to.
    FileOwner,
    /// The group that a file is to belong to.
    FileGroup,
    /// Who must serve what is dialled.
    Server,
}

/// What is wrong with one file of an identity.
#[derive(Debug, Clone)]
pub struct FileFault {
    /// The key that names the file: `cert`, `trust`...
    pub key: &'static str,
    /// The file; `None` is the system's own trust store.
    pub file: Option<PathBuf>,
    /// What is wrong with it.
    pub fault: Fault,
}

/// Who answers for the machine.
pub trait Machine {
    /// What is wrong with the files of an identity.
    fn identity(&self, identity: &Identity) -> Vec<FileFault>;

    /// What is wrong with the name or number of an account.
    fn account(&self, account: &str, purpose: AccountUse) -> Option<Fault>;
}

/// A machine that is not asked: nothing of it is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Unasked;

impl Machine for Unasked {
    fn identity(&self, _: &Identity) -> Vec<FileFault> {
        Vec::new()
    }

    fn account(&self, _: &str, _: AccountUse) -> Option<Fault> {
        None
    }
}
