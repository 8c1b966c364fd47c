//! What keeps a configuration from running, beyond its text.
//!
//! Most of it is about a file or an account that the text names. Where the text
//! can be read again, such a mistake is told with its place in it, as those of
//! the text are ([`Mistakes::placed`]); the others have none.

use std::fmt::Write as _;

use super::admin::Unfit;
use crate::bridge::{OpenError, Problem};
use crate::config::{Config, ConfigError, Diagnostics};
use crate::endpoint::ProtectionError;
use crate::tls::IdentityError;

/// A configuration that reads well and still cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// A certificate, key, trust store or list.
    #[error("{0}")]
    Identity(IdentityError),
    /// A bridge whose ends cannot be built.
    #[error(transparent)]
    Bridge(OpenError),
    /// The admin listener can let nobody in.
    #[error("`[admin]` {0}: {1}")]
    Admin(String, Unfit),
}

impl Mistake {
    /// The mistake, its causes under it, then what to do.
    pub fn in_sentences(&self) -> String {
        let mut text = format!("error: {self}");
        let mut cause = std::error::Error::source(self);
        while let Some(why) = cause {
            let _ = write!(text, "\n  because {why}");
            cause = why.source();
        }
        if let Some(hint) = self.hint() {
            let _ = write!(text, "\n  hint: {hint}");
        }
        text
    }

    /// What to do, where that is not said already.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Identity(error) => Some(error.hint()),
            Self::Bridge(_) | Self::Admin(..) => None,
        }
    }

    /// Whether it is about what a [`super::ThisMachine`] is asked.
    fn has_a_place(&self) -> bool {
        match self {
            Self::Identity(_) => true,
            Self::Bridge(error) => matches!(
                error.problem,
                Problem::Allow(_)
                    | Problem::Owner(_)
                    | Problem::Protection(ProtectionError::Allow(_))
                    | Problem::Targets { owners_only: true, .. }
            ),
            Self::Admin(_, unfit) => matches!(unfit, Unfit::Account(_)),
        }
    }
}

/// All of them; never none.
#[derive(Debug)]
pub struct Mistakes {
    placed: Option<Box<Diagnostics>>,
    others: Vec<Mistake>,
}

impl Mistakes {
    pub(super) fn new(all: Vec<Mistake>) -> Self {
        Self { placed: None, others: all }
    }

    /// With the places that were found when the text was read again and this
    /// machine was asked about each file and account in it.
    #[must_use]
    pub fn placed(mut self, read_again: Result<Config, ConfigError>) -> Self {
        if let Err(ConfigError::Wrong(diagnostics)) = read_again {
            self.others.retain(|mistake| !mistake.has_a_place());
            self.placed = Some(Box::new(diagnostics));
        }
        self
    }

    /// Those with a place.
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        self.placed.as_deref()
    }

    /// Those without.
    pub fn others(&self) -> &[Mistake] {
        &self.others
    }

    /// All of it for people, in colours for a terminal.
    pub fn text(&self, coloured: bool) -> String {
        let mut text = String::new();
        for mistake in &self.others {
            let _ = writeln!(text, "{}", mistake.in_sentences());
        }
        match &self.placed {
            Some(placed) if coloured => text.push_str(&placed.coloured()),
            Some(placed) => text.push_str(&placed.to_string()),
            None => {
                let count = self.others.len();
                let _ = write!(text, "{count} {}", if count == 1 { "mistake" } else { "mistakes" });
            }
        }
        text
    }
}
