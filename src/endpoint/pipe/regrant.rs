//! Other rights for a pipe that is listened on: there are none, see
//! [`crate::endpoint::keep`].

use std::convert::Infallible;
use std::io;

use crate::config::Listen;

/// A change of rights that is never made here.
#[derive(Debug)]
pub struct Regrant(Infallible);

impl Regrant {
    /// Always `None`.
    ///
    /// # Errors
    /// None.
    pub fn between(_: &Listen, _: &Listen) -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn apply(&self) -> io::Result<()> {
        match self.0 {}
    }

    /// Never called.
    pub fn revert(&self) {
        match self.0 {}
    }
}
